/* Loop nests: Timeloop's eyeriss_like reference (timeloop-accelergy-exercises 2d55108),
 * count by count, and the mapper against plain enumeration. */
#include "unit.h"

#include "machine/pe_array/nest.h"

#include <math.h>
#include <string.h>

enum { DRAM, GLOBAL, COLUMNS, ROWS, INPUT, WEIGHT, SUM, PLACES };

static const enum nest_dimension p_q_m[] = { NEST_P, NEST_Q, NEST_M };

static struct nest eyeriss_like(void)
{
    struct nest nest = {
        .place_count = PLACES,
        .bounds = { [NEST_C] = 3,
                    [NEST_M] = 32,
                    [NEST_P] = 112,
                    [NEST_Q] = 112,
                    [NEST_R] = 3,
                    [NEST_S] = 3,
                    [NEST_N] = 1 },
        .stride = 2,
        .mac_j = 0.2077e-12,
    };

    nest.places[DRAM] = (struct nest_place){ .keeps = { true, true, true },
                                             .read_j = 64e-12,
                                             .write_j = 64e-12 };
    nest.places[GLOBAL] = (struct nest_place){ .keeps = { false, true, true },
                                               .capacity = 131072,
                                               .read_j = 18.18e-12 / 8,
                                               .write_j = 14.14e-12 / 8 };
    nest.places[COLUMNS] = (struct nest_place){ .is_spatial = true, .fanout = 14 };
    nest.places[ROWS] = (struct nest_place){ .is_spatial = true, .fanout = 12 };
    nest.places[INPUT] = (struct nest_place){ .keeps = { false, true, false },
                                              .capacity = 24,
                                              .read_j = 0.1e-12 };
    nest.places[WEIGHT] = (struct nest_place){ .keeps = { true, false, false },
                                               .capacity = 384,
                                               .read_j = 1e-12 };
    nest.places[SUM] = (struct nest_place){ .keeps = { false, false, true },
                                            .capacity = 16,
                                            .read_j = 0.25e-12 };
    memcpy(nest.places[DRAM].order, p_q_m, sizeof p_q_m);
    nest.places[DRAM].order_count = 3;
    memcpy(nest.places[GLOBAL].order, p_q_m, sizeof p_q_m);
    nest.places[GLOBAL].order_count = 2;
    nest.places[COLUMNS].order[0] = NEST_Q;
    nest.places[COLUMNS].order_count = 1;
    nest.places[ROWS].order[0] = NEST_C;
    nest.places[ROWS].order[1] = NEST_S;
    nest.places[ROWS].order_count = 2;
    nest.places[WEIGHT].order[0] = NEST_R;
    nest.places[WEIGHT].order_count = 1;
    nest.places[SUM].order[0] = NEST_M;
    nest.places[SUM].order_count = 1;
    for (int p = 0; p < PLACES; p++)
        for (size_t o = 0; o < nest.places[p].order_count; o++)
            nest.places[p].allowed |= 1u << nest.places[p].order[o];
    return nest;
}

static struct nest_mapping ones(void)
{
    struct nest_mapping mapping;

    for (int p = 0; p < NEST_PLACES_MAX; p++)
        for (int d = 0; d < NEST_DIMENSIONS; d++)
            mapping.factors[p][d] = 1;
    return mapping;
}

static struct nest_mapping reference(void)
{
    struct nest_mapping m = ones();

    m.factors[DRAM][NEST_P] = 8;
    m.factors[DRAM][NEST_Q] = 2;
    m.factors[DRAM][NEST_M] = 4;
    m.factors[GLOBAL][NEST_P] = 14;
    m.factors[GLOBAL][NEST_Q] = 4;
    m.factors[COLUMNS][NEST_Q] = 14;
    m.factors[ROWS][NEST_C] = 3;
    m.factors[ROWS][NEST_S] = 3;
    m.factors[WEIGHT][NEST_R] = 3;
    m.factors[SUM][NEST_M] = 8;
    return m;
}

static void accesses_equal_timeloops(void)
{
    struct nest nest = eyeriss_like();
    struct nest_mapping mapping = reference();
    struct nest_counts c;

    CU_ASSERT_TRUE_FATAL(nest_evaluate(&nest, &mapping, &c));
    CU_ASSERT_EQUAL(c.cycles, 86016);
    CU_ASSERT_EQUAL(c.macs, 10838016);
    CU_ASSERT_EQUAL(c.reads[DRAM][TENSOR_WEIGHTS], 13824);
    CU_ASSERT_EQUAL(c.reads[DRAM][TENSOR_INPUTS], 157296);
    CU_ASSERT_EQUAL(c.writes[DRAM][TENSOR_OUTPUTS], 401408);
    CU_ASSERT_EQUAL(c.reads[GLOBAL][TENSOR_INPUTS], 1354752);
    CU_ASSERT_EQUAL(c.writes[GLOBAL][TENSOR_INPUTS], 157296);
    CU_ASSERT_EQUAL(c.writes[GLOBAL][TENSOR_OUTPUTS], 401408);
    CU_ASSERT_EQUAL(c.reads[GLOBAL][TENSOR_OUTPUTS], 0);
    CU_ASSERT_EQUAL(c.instances[SUM], 126);
    CU_ASSERT_EQUAL(c.reads[INPUT][TENSOR_INPUTS], 126 * 86016.0);
    CU_ASSERT_EQUAL(c.writes[INPUT][TENSOR_INPUTS], 126 * 10752.0);
    CU_ASSERT_EQUAL(c.reads[WEIGHT][TENSOR_WEIGHTS], 126 * 86016.0);
    CU_ASSERT_EQUAL(c.writes[WEIGHT][TENSOR_WEIGHTS], 126 * 1536.0);
    CU_ASSERT_EQUAL(c.reads[SUM][TENSOR_OUTPUTS], 126 * 57344.0);
    CU_ASSERT_EQUAL(c.writes[SUM][TENSOR_OUTPUTS], 126 * 86016.0);
}

static void tiles_and_fan_outs_that_do_not_fit_are_refused(void)
{
    struct nest nest = eyeriss_like();
    struct nest_mapping mapping = reference();
    struct nest_counts counts;

    nest.places[SUM].capacity = 7; /* eight filters' sums */
    CU_ASSERT_FALSE(nest_evaluate(&nest, &mapping, &counts));
    nest.places[SUM].capacity = 8;
    CU_ASSERT_TRUE(nest_evaluate(&nest, &mapping, &counts));
    nest.places[ROWS].fanout = 8;
    CU_ASSERT_FALSE(nest_evaluate(&nest, &mapping, &counts));
}

/* Every way to split M over DRAM and sums, P and Q over DRAM, buffer and columns; no
 * pruning. */
static double plain_best_js(const struct nest *nest)
{
    double best_js = INFINITY;

    for (uint64_t m = 1; m <= 32; m *= 2)
        for (uint64_t p = 1; p <= 112; p++) {
            if (112 % p != 0)
                continue;
            for (uint64_t q = 1; q <= 112; q++)
                for (uint64_t x = 1; 112 % q == 0 && x <= 112 / q; x++) {
                    struct nest_mapping now = ones();
                    struct nest_counts c;

                    if (112 / q % x != 0)
                        continue;
                    now.factors[DRAM][NEST_M] = 32 / m;
                    now.factors[SUM][NEST_M] = m;
                    now.factors[DRAM][NEST_P] = p;
                    now.factors[GLOBAL][NEST_P] = 112 / p;
                    now.factors[DRAM][NEST_Q] = q;
                    now.factors[COLUMNS][NEST_Q] = x;
                    now.factors[GLOBAL][NEST_Q] = 112 / q / x;
                    now.factors[ROWS][NEST_C] = now.factors[ROWS][NEST_S] = 3;
                    now.factors[WEIGHT][NEST_R] = 3;
                    if (nest_evaluate(nest, &now, &c) &&
                        c.energy_j * c.cycles < best_js)
                        best_js = c.energy_j * c.cycles;
                }
        }
    return best_js;
}

static void the_mapper_finds_what_plain_enumeration_finds(void)
{
    struct nest nest = eyeriss_like();
    struct nest_mapping best;
    struct nest_counts c;

    CU_ASSERT_TRUE_FATAL(nest_search(&nest, &best));
    CU_ASSERT_TRUE_FATAL(nest_evaluate(&nest, &best, &c));
    ASSERT_NEAR(c.energy_j * c.cycles, plain_best_js(&nest), 1e-15);
    nest.places[INPUT].capacity = 2; /* three inputs of a kernel row cannot be kept */
    CU_ASSERT_FALSE(nest_search(&nest, &best));
}

/* Every factorization of every dimension over all places, every order of a free place;
 * no pruning at all. */
struct plain {
    struct nest nest;
    struct nest_mapping now;
    double best_js;
};

static void plain_split(struct plain *plain, int dimension, size_t place, uint64_t rest)
{
    if (dimension == NEST_DIMENSIONS) {
        struct nest_counts c;

        if (nest_evaluate(&plain->nest, &plain->now, &c))
            plain->best_js = fmin(plain->best_js, c.energy_j * c.cycles);
        return;
    }
    if (place == plain->nest.place_count) {
        if (rest == 1)
            plain_split(plain, dimension + 1, 0,
                        dimension + 1 < NEST_DIMENSIONS
                            ? plain->nest.bounds[dimension + 1]
                            : 1);
        return;
    }
    for (uint64_t f = 1; f <= rest; f++) {
        if (rest % f ||
            (f > 1 && !(plain->nest.places[place].allowed >> dimension & 1)))
            continue;
        plain->now.factors[place][dimension] = f;
        plain_split(plain, dimension, place + 1, rest / f);
    }
    plain->now.factors[place][dimension] = 1;
}

/* Permutations of a free place's loops from `from` on, then of the next place's. */
static void plain_orders(struct plain *plain, size_t place, size_t from)
{
    struct nest_place *at = &plain->nest.places[place];

    if (place == plain->nest.place_count) {
        plain_split(plain, 0, 0, plain->nest.bounds[0]);
        return;
    }
    if (!at->order_is_free || from + 1 >= at->order_count) {
        plain_orders(plain, place + 1, 0);
        return;
    }
    for (size_t o = from; o < at->order_count; o++) {
        enum nest_dimension swapped = at->order[from];

        at->order[from] = at->order[o];
        at->order[o] = swapped;
        plain_orders(plain, place, from + 1);
        at->order[o] = at->order[from];
        at->order[from] = swapped;
    }
}

static uint64_t draw(uint32_t *state, uint64_t limit)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % limit;
}

static void loops_allow(struct nest_place *place, const enum nest_dimension *order,
                        size_t count)
{
    memcpy(place->order, order, count * sizeof *order);
    place->order_count = count;
    for (size_t o = 0; o < count; o++)
        place->allowed |= 1u << order[o];
}

/* DRAM, a buffer, a fan-out and registers; energies, capacities and bounds drawn. */
static struct nest drawn(uint32_t *state, bool is_free)
{
    static const enum nest_dimension outer[] = { NEST_M, NEST_P, NEST_C, NEST_R };
    static const enum nest_dimension side[] = { NEST_M, NEST_C, NEST_P };
    static const uint64_t sizes[] = { 1, 2, 3, 4, 6 };
    struct nest nest = { .place_count = 4,
                         .stride = 1 + draw(state, 2),
                         .mac_j = 1e-13 };

    for (int d = 0; d < NEST_DIMENSIONS; d++)
        nest.bounds[d] = 1;
    nest.bounds[NEST_M] = sizes[draw(state, 5)];
    nest.bounds[NEST_C] = sizes[draw(state, 5)];
    nest.bounds[NEST_P] = sizes[draw(state, 5)];
    nest.bounds[NEST_R] = sizes[draw(state, 3)];
    for (size_t p = 0; p < 4; p++) {
        struct nest_place *place = &nest.places[p];

        place->is_spatial = p == 2;
        place->fanout = 1 + draw(state, 6);
        place->capacity = p == 0 ? 0 : 4.0 + (double)draw(state, p == 1 ? 60 : 12);
        place->read_j = 1e-13 * (double)(1 + draw(state, p == 0 ? 900 : 40));
        place->write_j = 1e-13 * (double)(1 + draw(state, p == 0 ? 900 : 40));
        for (int t = 0; t < TENSORS; t++)
            place->keeps[t] = p != 1 || draw(state, 3) > 0;
        place->order_is_free = is_free && p < 2;
        loops_allow(place, p == 2 ? side : outer, p == 2 ? 3 : 4);
    }
    return nest;
}

static void the_mapper_loses_nothing_by_its_bound(void)
{
    uint32_t state = 3;
    size_t found = 0;

    for (int i = 0; i < 40; i++) {
        struct nest nest = drawn(&state, i % 4 == 0);
        struct plain plain = { nest, ones(), INFINITY };
        struct nest_mapping best;
        struct nest_counts c = { .energy_j = INFINITY, .cycles = 1 };

        plain_orders(&plain, 0, 0);
        if (nest_search(&nest, &best)) {
            CU_ASSERT_TRUE_FATAL(nest_evaluate(&nest, &best, &c));
            ASSERT_NEAR(c.energy_j * c.cycles, plain.best_js, 1e-12);
            found++;
        } else {
            CU_ASSERT_EQUAL(plain.best_js, INFINITY);
        }
    }
    CU_ASSERT(found > 20);
}

SUITE(pe_array_nest, TEST(accesses_equal_timeloops),
      TEST(tiles_and_fan_outs_that_do_not_fit_are_refused),
      TEST(the_mapper_finds_what_plain_enumeration_finds),
      TEST(the_mapper_loses_nothing_by_its_bound));
