/* Properties of the array model that hold for every technology and node of the library,
 * whatever their figures: signs of derivatives, limits, accounting. */
#include "array/array.h"
#include "base/units.h"
#include "config/library.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

static const struct library *library(void)
{
    static struct library read;
    static bool done;
    struct error err;
    char *folder;

    if (done)
        return &read;
    folder = library_default_folder();
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);

    const char *const folders[] = { folder };

    CU_ASSERT_EQUAL_FATAL(library_read(folders, 1, &read, &err), STATUS_OK);
    free(folder);
    done = true;
    return &read;
}

static const struct cell *cell_named(const char *name)
{
    const struct record *found = library_find(library(), SHELF_TECHNOLOGY, name);

    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    return (const struct cell *)found;
}

static const struct node *node_of(double node_nm, enum node_roadmap roadmap)
{
    const struct node *found = library_node(library(), node_nm * NANO, (int)roadmap);

    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    return found;
}

/* One technology of each kind: those the plain names mean. */
static const char *const plain[] = {
    "sram", "sram-8t",       "edram", "edram-3t", "stt-mram", "sot-mram",  "vgsot-mram",
    "rram", "rram-crossbar", "pcm",   "fefet",    "ctt",      "racetrack",
};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct array_request ram(const struct cell *cell, const struct node *node,
                                double capacity_bytes, enum array_target target)
{
    return (struct array_request){
        .cell = cell,
        .node = node,
        .temperature_k = 350,
        .capacity_bytes = (uint64_t)capacity_bytes,
        .word_bits = 512,
        .target = target,
    };
}

static bool is_finite_result(const struct array_result *result)
{
    const double must_be_positive[] = {
        result->area_m2,       result->width_m,        result->height_m,
        result->efficiency,    result->read_latency_s, result->write_latency_s,
        result->read_energy_j, result->write_energy_j, result->cycle_s,
    };

    for (size_t i = 0; i < COUNT(must_be_positive); i++)
        if (!(must_be_positive[i] > 0 && isfinite(must_be_positive[i])))
            return false;
    return result->leakage_w >= 0 && isfinite(result->leakage_w) &&
           result->refresh_w >= 0 && result->efficiency <= 1;
}

/* A finite result, or infeasible with a reason; true if there is a result. */
static bool check_answer(const struct array_request *request,
                         struct array_result *result)
{
    struct error why = { .text = "" };
    clock_t start = clock();
    enum status status = array_search(request, result, &why);
    double cpu_s = (double)(clock() - start) / CLOCKS_PER_SEC;
    bool good = status == STATUS_OK
                    ? is_finite_result(result)
                    : status == STATUS_INFEASIBLE && why.text[0] != '\0';

    CU_ASSERT(good);
    CU_ASSERT(cpu_s < 2); /* also under sanitizers */
    if (!good)
        printf("\n%s at %s, %g bytes, %g ways: status %d %s\n",
               request->cell->record.name, request->node->record.name,
               (double)request->capacity_bytes, (double)request->associativity,
               (int)status, why.text);
    return status == STATUS_OK;
}

static void every_technology_has_an_answer_at_every_size(void)
{
    const struct shelf *cells = &library()->shelves[SHELF_TECHNOLOGY];
    const struct node *const nodes[] = { node_of(45, ROADMAP_LSTP),
                                         node_of(16, ROADMAP_HP) };
    const double capacities[] = { 64 * KIB, 3 * MIB, 256 * MIB, 16 * GIB };
    size_t answers = 0;

    for (size_t c = 0; c < cells->count; c++)
        for (size_t n = 0; n < COUNT(nodes); n++)
            for (size_t k = 0; k < COUNT(capacities); k++) {
                struct array_request request = ram(cells->records[c], nodes[n],
                                                   capacities[k], TARGET_EDAP);
                struct array_result result;

                request.associativity = 16;
                answers += check_answer(&request, &result);
            }
    /* most of them can be built */
    CU_ASSERT(answers > cells->count * COUNT(nodes) * COUNT(capacities) / 2);
}

static void every_node_has_an_answer(void)
{
    const struct shelf *nodes = &library()->shelves[SHELF_NODE];

    for (size_t n = 0; n < nodes->count; n++)
        for (size_t c = 0; c < COUNT(plain); c++) {
            struct array_request request = ram(cell_named(plain[c]), nodes->records[n],
                                               MIB, TARGET_READ_EDP);
            struct array_result result;

            check_answer(&request, &result);
        }
}

/* A fixed sequence of pseudo-random numbers (xorshift64), below `below`. */
static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state % below;
}

static void random_requests_have_an_answer(void)
{
    static const uint64_t ways[] = { 0, 1, 2, 4, 8, 12, 16, 32, 64 };
    static const uint64_t words[] = { 64, 128, 256, 512, 1024, 2048 };
    const struct shelf *cells = &library()->shelves[SHELF_TECHNOLOGY];
    const struct shelf *nodes = &library()->shelves[SHELF_NODE];
    uint64_t state = 20220911;

    for (int i = 0; i < 300; i++) {
        uint64_t word = words[draw(&state, COUNT(words))];
        uint64_t way = ways[draw(&state, COUNT(ways))];
        uint64_t lines = 1 + draw(&state, 1000) * draw(&state, 1000);
        struct array_request request = {
            .cell = cells->records[draw(&state, cells->count)],
            .node = nodes->records[draw(&state, nodes->count)],
            .temperature_k = 233 + (double)draw(&state, 166),
            .word_bits = word,
            .associativity = way,
            .capacity_bytes = lines * (way ? way : 1) * word / 8,
            .access = (enum array_access)draw(&state, 3),
            .target = (enum array_target)draw(&state, TARGET_WEIGHTED),
        };
        struct array_result result;

        check_answer(&request, &result);
    }
}

/* The metric a target minimises. */
static double minimised(enum array_target target, const struct array_result *result)
{
    switch (target) {
    case TARGET_READ_LATENCY: return result->read_latency_s;
    case TARGET_AREA: return result->area_m2;
    case TARGET_LEAKAGE: return result->leakage_w;
    default: return result->read_energy_j;
    }
}

static void the_best_of_a_larger_memory_is_worse(void)
{
    const enum array_target targets[] = { TARGET_READ_LATENCY, TARGET_AREA,
                                          TARGET_LEAKAGE, TARGET_READ_ENERGY };
    const struct node *node = node_of(16, ROADMAP_LSTP);

    for (size_t c = 0; c < COUNT(plain); c++)
        for (size_t t = 0; t < COUNT(targets); t++) {
            double last = 0;

            /* a smaller racetrack has fewer rows of tracks than a subarray wants */
            for (double bytes = 256 * KIB; bytes <= 64 * MIB; bytes *= 4) {
                struct array_request request = ram(cell_named(plain[c]), node, bytes,
                                                   targets[t]);
                struct array_result result;

                if (!check_answer(&request, &result))
                    continue;

                double now = minimised(targets[t], &result);

                CU_ASSERT(now > last);
                if (!(now > last))
                    printf("\n%s, %s: %g at %g bytes, %g before\n", plain[c],
                           word_name(array_targets, (int)targets[t]), now, bytes, last);
                last = now;
            }
        }
}

/* The same organization with something about the request changed; false if it cannot be
 * built then, for a reason. */
static bool again(const struct array_request *request, const struct array_result *base,
                  struct array_result *result)
{
    struct error why = { .text = "" };
    enum status status = array_evaluate(request, &base->data.organization, NULL, result,
                                        &why);

    CU_ASSERT(status == STATUS_OK || why.text[0] != '\0');
    return status == STATUS_OK;
}

static void say(const char *what, const struct array_request *request)
{
    printf("\n%s: %s at %s\n", what, request->cell->record.name,
           request->node->record.name);
}

static const double nodes_nm[] = { 45, 16, 7 };

static void hotter_memories_leak_more_and_are_no_faster(void)
{
    for (size_t n = 0; n < COUNT(nodes_nm); n++)
        for (size_t c = 0; c < COUNT(plain); c++) {
            struct array_request request = ram(cell_named(plain[c]),
                                               node_of(nodes_nm[n], ROADMAP_HP), MIB,
                                               TARGET_READ_EDP);
            struct array_result base, last, now;

            request.temperature_k = 233;
            if (!check_answer(&request, &base) || !again(&request, &base, &last))
                continue;
            for (double kelvin = 253; kelvin < 400; kelvin += 20) {
                bool good;

                request.temperature_k = kelvin;
                if (!again(&request, &base, &now))
                    break; /* leakage of unselected rows drowns the cell */
                good = now.leakage_w > last.leakage_w &&
                       now.read_latency_s >= last.read_latency_s &&
                       now.write_latency_s >= last.write_latency_s;
                CU_ASSERT(good);
                if (!good)
                    say("leaks less or is faster when hotter", &request);
                last = now;
            }
        }
}

static void larger_cells_make_larger_slower_hungrier_arrays(void)
{
    for (size_t n = 0; n < COUNT(nodes_nm); n++)
        for (size_t c = 0; c < COUNT(plain); c++) {
            const struct node *node = node_of(nodes_nm[n], ROADMAP_HP);
            struct cell large = *cell_named(plain[c]);
            struct array_request request = ram(cell_named(plain[c]), node, MIB,
                                               TARGET_READ_EDP);
            struct array_result base, small, big;
            bool good;

            /* a crossbar is no wider than its amplifiers, which fold less when the cells
             * give them room: its area may even fall */
            if (cell_is_crossbar(&large) || !check_answer(&request, &base) ||
                !again(&request, &base, &small))
                continue;
            large.area_m2 = 1.3 * cell_area_m2(&large, node);
            request.cell = &large;
            if (!again(&request, &base, &big))
                continue;
            good = big.area_m2 > small.area_m2 &&
                   big.read_latency_s > small.read_latency_s &&
                   big.read_energy_j > small.read_energy_j &&
                   big.write_energy_j > small.write_energy_j;
            CU_ASSERT(good);
            if (!good) {
                say("larger cells, but not all of area, delay, energy", &request);
                printf("%g %g, %g %g, %g %g, %g %g\n", small.area_m2, big.area_m2,
                       small.read_latency_s, big.read_latency_s, small.read_energy_j,
                       big.read_energy_j, small.write_energy_j, big.write_energy_j);
            }
        }
}

/* Wires of 1.5 times the resistance and 1.2 times the capacitance. */
static void worsen(struct node *node, struct node_wire *wires)
{
    for (size_t w = 0; w < node->wires_count; w++) {
        wires[w] = node->wires[w];
        wires[w].resistivity_ohm_m *= 1.5;
        wires[w].resistance_ohm_per_m *= 1.5;
        wires[w].capacitance_f_per_m *= 1.2;
        wires[w].k_horizontal *= 1.2;
    }
    node->wires = wires;
}

static void worse_wires_are_slower_and_hungrier(void)
{
    for (size_t n = 0; n < COUNT(nodes_nm); n++)
        for (size_t c = 0; c < COUNT(plain); c++) {
            struct node worse = *node_of(nodes_nm[n], ROADMAP_HP);
            struct node_wire wires[16];
            struct array_request request = ram(cell_named(plain[c]),
                                               node_of(nodes_nm[n], ROADMAP_HP),
                                               4 * MIB, TARGET_READ_EDP);
            struct array_result base, good, bad;

            CU_ASSERT_FATAL(worse.wires_count <= COUNT(wires));
            worsen(&worse, wires);
            if (!check_answer(&request, &base) || !again(&request, &base, &good))
                continue;
            request.node = &worse;
            if (!again(&request, &base, &bad))
                continue;
            CU_ASSERT(bad.read_latency_s > good.read_latency_s);
            CU_ASSERT(bad.write_latency_s > good.write_latency_s);
            CU_ASSERT(bad.read_energy_j > good.read_energy_j);
        }
}

static void smaller_nodes_make_smaller_leaner_srams(void)
{
    static const struct {
        enum node_roadmap roadmap;
        double nodes_nm[6];
    } families[] = {
        { ROADMAP_HP, { 90, 65, 45, 32, 22 } },
        { ROADMAP_LSTP, { 16, 14, 10, 7, 5, 3 } },
    };

    for (size_t f = 0; f < COUNT(families); f++) {
        struct array_result base, last = { 0 }, now;

        for (size_t n = 0; n < 6 && families[f].nodes_nm[n] > 0; n++) {
            struct array_request request = ram(
                cell_named("sram"),
                node_of(families[f].nodes_nm[n], families[f].roadmap), MIB,
                TARGET_READ_EDP);

            if (n == 0)
                CU_ASSERT_FATAL(check_answer(&request, &base));
            CU_ASSERT_FATAL(again(&request, &base, &now));
            CU_ASSERT(n == 0 || now.area_m2 < last.area_m2);
            CU_ASSERT(n == 0 || now.read_energy_j < last.read_energy_j);
            last = now;
        }
    }
}

static void taller_subarrays_have_slower_bitlines(void)
{
    for (size_t c = 0; c < COUNT(plain); c++) {
        struct array_request request = ram(
            cell_named(plain[c]), node_of(16, ROADMAP_HP), 4 * MIB, TARGET_READ_EDP);
        struct array_result base, tall;
        struct array_organization org;
        struct error why;

        if (!check_answer(&request, &base))
            continue;
        org = base.data.organization;
        if (org.bank_rows < 2 || org.active_rows > 1)
            continue;
        org.bank_rows /= 2;
        org.sub_rows *= 2;
        if (array_evaluate(&request, &org, NULL, &tall, &why) != STATUS_OK)
            continue; /* too tall to be sensed: also an answer */
        CU_ASSERT(tall.data.bitline_s > base.data.bitline_s);
    }
}

static void no_signal_outruns_light(void)
{
    static const double LIGHT_M_PER_S = 299792458;

    for (size_t c = 0; c < COUNT(plain); c++)
        for (double bytes = 4 * KIB; bytes <= GIB; bytes *= 64) {
            struct array_request request = ram(cell_named(plain[c]),
                                               node_of(16, ROADMAP_HP), bytes,
                                               TARGET_READ_LATENCY);
            struct array_result result;

            if (!check_answer(&request, &result))
                continue;
            /* request and reply cross half the array; wires are far below light speed
             */
            CU_ASSERT(result.read_latency_s >
                      (result.width_m + result.height_m) / LIGHT_M_PER_S);
        }
}

static void arrays_contain_their_cells(void)
{
    for (size_t c = 0; c < COUNT(plain); c++) {
        const struct cell *cell = cell_named(plain[c]);
        const struct node *node = node_of(7, ROADMAP_LSTP);
        struct array_request request = ram(cell, node, MIB, TARGET_AREA);
        struct array_result result;
        double bits_per_site = (double)cell->bits_per_cell *
                               fmax((double)cell->domains_per_track, 1);
        double cells_m2 = MIB * 8 / bits_per_site * cell_area_m2(cell, node);

        if (!check_answer(&request, &result))
            continue;
        CU_ASSERT(result.area_m2 > cells_m2);
        if (!(result.area_m2 > cells_m2)) {
            say("less area than its cells", &request);
            printf("%g m2, cells %g m2\n", result.area_m2, cells_m2);
        }
    }
}

static void writes_take_the_pulse_and_its_energy(void)
{
    static const char *const cells[] = { "stt-mram", "sot-mram", "vgsot-mram", "rram",
                                         "pcm",      "fefet",    "ctt" };

    for (size_t c = 0; c < COUNT(cells); c++)
        for (uint64_t ways = 0; ways <= 16; ways += 16) {
            const struct cell *cell = cell_named(cells[c]);
            struct array_request request = ram(cell, node_of(16, ROADMAP_HP), MIB,
                                               TARGET_WRITE_EDP);
            struct array_result result;

            request.associativity = ways;
            if (!check_answer(&request, &result))
                continue;
            CU_ASSERT(result.write_latency_s >
                      fmax(cell->set_pulse_s, cell->reset_pulse_s));
            /* every bit of the line is set or reset, in caches too */
            CU_ASSERT(result.write_energy_j >
                      512 * fmin(cell->set_energy_j, cell->reset_energy_j));
        }
}

static void only_dynamic_cells_refresh(void)
{
    for (size_t c = 0; c < COUNT(plain); c++) {
        const struct cell *cell = cell_named(plain[c]);
        struct array_request request = ram(cell, node_of(16, ROADMAP_LSTP), MIB,
                                           TARGET_READ_EDP);
        struct array_result result;
        bool is_dynamic = cell->kind == CELL_EDRAM || cell->kind == CELL_GAIN_CELL;

        if (!check_answer(&request, &result))
            continue;
        CU_ASSERT_EQUAL(result.refresh_w > 0, is_dynamic);
    }
}

static void two_bits_in_a_cell_save_area_and_cost_time(void)
{
    struct array_request request = ram(cell_named("rram"), node_of(28, ROADMAP_LSTP),
                                       16 * MIB, TARGET_AREA);
    struct array_result one, two;

    CU_ASSERT_FATAL(check_answer(&request, &one));
    request.cell = cell_named("rram-mlc");
    CU_ASSERT_FATAL(check_answer(&request, &two));
    CU_ASSERT(two.area_m2 < one.area_m2);
    CU_ASSERT(two.write_latency_s > one.write_latency_s);
}

static void a_single_row_is_the_smallest_memory(void)
{
    struct array_request request = ram(cell_named("sram"), node_of(16, ROADMAP_HP), 64,
                                       TARGET_AREA);
    struct array_result row, more;
    struct error why = { .text = "" };
    enum status status = array_search(&request, &row, &why);

    if (status != STATUS_OK) { /* one word has no address: that is a reason */
        CU_ASSERT_EQUAL(status, STATUS_INFEASIBLE);
        CU_ASSERT(why.text[0] != '\0');
        return;
    }
    request.capacity_bytes = 4096;
    CU_ASSERT_FATAL(check_answer(&request, &more));
    CU_ASSERT(row.area_m2 < more.area_m2);
    CU_ASSERT(row.read_latency_s <= more.read_latency_s);
}

static void gating_idle_mats_saves_leakage_only(void)
{
    struct array_request request = ram(cell_named("sram"), node_of(16, ROADMAP_HP),
                                       8 * MIB, TARGET_READ_EDP);
    struct array_result base, on, gated;

    CU_ASSERT_FATAL(check_answer(&request, &base));
    CU_ASSERT_FATAL(again(&request, &base, &on));
    request.power_gating = true;
    CU_ASSERT_FATAL(again(&request, &base, &gated));
    CU_ASSERT(gated.leakage_w < on.leakage_w);
    CU_ASSERT(gated.leakage_w > 0);
    CU_ASSERT_EQUAL(gated.read_latency_s, on.read_latency_s);
}

SUITE(array_physics, TEST(every_technology_has_an_answer_at_every_size),
      TEST(every_node_has_an_answer), TEST(random_requests_have_an_answer),
      TEST(the_best_of_a_larger_memory_is_worse),
      TEST(hotter_memories_leak_more_and_are_no_faster),
      TEST(larger_cells_make_larger_slower_hungrier_arrays),
      TEST(worse_wires_are_slower_and_hungrier),
      TEST(smaller_nodes_make_smaller_leaner_srams),
      TEST(taller_subarrays_have_slower_bitlines), TEST(no_signal_outruns_light),
      TEST(arrays_contain_their_cells), TEST(writes_take_the_pulse_and_its_energy),
      TEST(only_dynamic_cells_refresh),
      TEST(two_bits_in_a_cell_save_area_and_cost_time),
      TEST(a_single_row_is_the_smallest_memory),
      TEST(gating_idle_mats_saves_leakage_only));
