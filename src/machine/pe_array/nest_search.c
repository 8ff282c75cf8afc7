/* The mapper, a branch-and-bound search.  It chooses spatial loops first, because cycles depend
 * on them alone.  Then it divides one dimension after the other between the memories. */
#include "machine/pe_array/nest.h"

#include "base/stop.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Each dimension indexes two of the three tensors.  The third is reused while loops of such
 * dimensions are innermost; besides, input tiles share rows over the innermost loop.  So two
 * orders of a place differ only by their innermost loop; before it come the other loops that do
 * not index the same tensor. */
static const enum nest_tensor unindexed[NEST_DIMENSIONS] = {
    [NEST_C] = TENSOR_OUTPUTS, [NEST_M] = TENSOR_INPUTS,  [NEST_P] = TENSOR_WEIGHTS,
    [NEST_Q] = TENSOR_WEIGHTS, [NEST_R] = TENSOR_OUTPUTS, [NEST_S] = TENSOR_OUTPUTS,
    [NEST_N] = TENSOR_WEIGHTS,
};

/* The order in which dimensions are divided: those with few factors first. */
static const enum nest_dimension sequence[NEST_DIMENSIONS] = {
    NEST_C, NEST_R, NEST_S, NEST_M, NEST_P, NEST_Q, NEST_N,
};

struct spatial {
    struct nest_mapping mapping;
    double cycles;
    size_t number; /* in the order of enumeration */
};

struct nest_walk {
    struct nest *nest;
    struct nest_mapping now, best;
    struct nest best_nest;
    double best_js, cycles;
    struct spatial *spatials;
    size_t spatial_count, spatial_room;
    int innermost[NEST_PLACES_MAX]; /* innermost loop of the chosen order, or -1 */
};

static struct nest_mapping ones(void)
{
    struct nest_mapping mapping;

    for (size_t p = 0; p < NEST_PLACES_MAX; p++)
        for (int d = 0; d < NEST_DIMENSIONS; d++)
            mapping.factors[p][d] = 1;
    return mapping;
}

static bool is_allowed(const struct nest *nest, size_t place, int dimension)
{
    return nest->places[place].allowed >> dimension & 1;
}

static void spatial_add(struct nest_walk *search)
{
    struct spatial *next;

    if (search->spatial_count == search->spatial_room) {
        search->spatial_room = 2 * search->spatial_room + 64;
        search->spatials = realloc_array(search->spatials, search->spatial_room,
                                         sizeof *search->spatials);
    }
    next = &search->spatials[search->spatial_count];
    next->mapping = search->now;
    next->number = search->spatial_count++;
    next->cycles = 1;
    for (int d = 0; d < NEST_DIMENSIONS; d++) {
        next->cycles *= (double)search->nest->bounds[d];
        for (size_t p = 0; p < search->nest->place_count; p++)
            next->cycles /= (double)search->now.factors[p][d];
    }
}

/* Lists all ways to fill the fan-outs from `place` on, dimension by dimension.  `used` is the
 * part of this place's fan-out that is already filled. */
static void spatial_list(struct nest_walk *search, size_t place, int dimension,
                         uint64_t used)
{
    const struct nest *nest = search->nest;
    uint64_t rest;

    if (stop_is_wanted())
        return;
    if (place == nest->place_count) {
        spatial_add(search);
        return;
    }
    if (!nest->places[place].is_spatial || dimension == NEST_DIMENSIONS) {
        spatial_list(search, place + 1, 0, 1);
        return;
    }
    if (!is_allowed(nest, place, dimension)) {
        spatial_list(search, place, dimension + 1, used);
        return;
    }
    rest = nest->bounds[dimension];
    for (size_t p = 0; p < place; p++)
        rest /= search->now.factors[p][dimension];
    for (uint64_t f = 1; f <= rest && used * f <= nest->places[place].fanout; f++) {
        if (rest % f != 0)
            continue;
        search->now.factors[place][dimension] = f;
        spatial_list(search, place, dimension + 1, used * f);
    }
    search->now.factors[place][dimension] = 1;
}

/* Orders by cycles, so that good mappings are found early and prune the others. */
static int spatial_compare(const void *a, const void *b)
{
    const struct spatial *x = a, *y = b;

    if (x->cycles != y->cycles)
        return x->cycles < y->cycles ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

static void dimension_search(struct nest_walk *search, int at, unsigned decided);

static void candidate_take(struct nest_walk *search)
{
    struct nest_counts counts;

    if (nest_evaluate(search->nest, &search->now, &counts) &&
        counts.energy_j * counts.cycles < search->best_js) {
        search->best_js = counts.energy_j * counts.cycles;
        search->best = search->now;
        search->best_nest = *search->nest;
    }
}

/* Tries all ways to divide `rest` into factors of the memories from `place` on. */
static void place_search(struct nest_walk *search, int at, unsigned decided,
                         size_t place, uint64_t rest)
{
    const struct nest *nest = search->nest;
    int dimension = sequence[at];

    if (stop_is_wanted())
        return;
    if (place == nest->place_count) {
        if (rest == 1)
            dimension_search(search, at + 1, decided | 1u << dimension);
        return;
    }
    if (nest->places[place].is_spatial) {
        place_search(search, at, decided, place + 1, rest);
        return;
    }
    for (uint64_t factor = 1; factor <= rest; factor++) {
        if (rest % factor != 0)
            continue;
        if (factor > 1 && !is_allowed(nest, place, dimension))
            break;
        /* an order whose innermost loop has the bound 1 equals another order */
        if (factor == 1 && search->innermost[place] == dimension)
            continue;
        search->now.factors[place][dimension] = factor;
        place_search(search, at, decided, place + 1, rest / factor);
    }
    search->now.factors[place][dimension] = 1;
}

static void dimension_search(struct nest_walk *search, int at, unsigned decided)
{
    const struct nest *nest = search->nest;
    uint64_t rest;

    if (at > 0 && !nest_fits(nest, &search->now))
        return;
    if (at == NEST_DIMENSIONS) {
        candidate_take(search);
        return;
    }
    if (nest_least_energy(nest, &search->now, decided) * search->cycles >=
        search->best_js)
        return;
    rest = nest->bounds[sequence[at]];
    for (size_t p = 0; p < nest->place_count; p++)
        if (nest->places[p].is_spatial)
            rest /= search->now.factors[p][sequence[at]];
    place_search(search, at, decided, 0, rest);
}

/* Sets the order of a place: first the loops that index the tensor which `innermost` does not
 * index, then the others, with `innermost` at the end.  Else the order is that of the record. */
static void order_set(struct nest_place *place, const struct nest_place *written,
                      enum nest_dimension innermost)
{
    size_t count = 0;

    for (int is_last = 0; is_last < 2; is_last++)
        for (size_t o = 0; o < written->order_count; o++) {
            enum nest_dimension d = written->order[o];

            if (d != innermost && (unindexed[d] == unindexed[innermost]) == is_last)
                place->order[count++] = d;
        }
    place->order[count] = innermost;
}

/* Tries all orders for the places from `place` on. */
static void order_search(struct nest_walk *search, const struct nest *written,
                         size_t place)
{
    if (place == written->place_count) {
        for (size_t i = 0; i < search->spatial_count && !stop_is_wanted(); i++) {
            search->now = search->spatials[i].mapping;
            search->cycles = search->spatials[i].cycles;
            dimension_search(search, 0, 0);
        }
        return;
    }
    if (!written->places[place].order_is_free) {
        order_search(search, written, place + 1);
        return;
    }
    for (size_t o = 0; o < written->places[place].order_count; o++) {
        order_set(&search->nest->places[place], &written->places[place],
                  written->places[place].order[o]);
        search->innermost[place] = o > 0 ? (int)written->places[place].order[o] : -1;
        order_search(search, written, place + 1);
    }
}

bool nest_search(struct nest *nest, struct nest_mapping *best)
{
    struct nest_walk search = { .nest = nest, .now = ones(), .best_js = INFINITY };
    struct nest written = *nest;

    for (size_t p = 0; p < NEST_PLACES_MAX; p++)
        search.innermost[p] = -1;
    spatial_list(&search, 0, 0, 1);
    qsort(search.spatials, search.spatial_count, sizeof *search.spatials,
          spatial_compare);
    order_search(&search, &written, 0);
    free(search.spatials);
    if (search.best_js == INFINITY)
        return false;
    *best = search.best;
    *nest = search.best_nest;
    return true;
}
