/* What a designer asks of the array: wires by length, stacked dies, bounded delays, and a
 * breakdown whose lines add up. */
#include "array/bank.h"
#include "array_library.h"
#include "base/units.h"

#include <math.h>
#include <string.h>

static struct array_request memory(const char *cell, double node_nm,
                                   uint64_t capacity_bytes, enum array_target target)
{
    return (struct array_request){
        .cell = shipped_cell(cell),
        .node = shipped_node(node_nm * NANO, ROADMAP_HP),
        .rules = &array_rules_physical,
        .capacity_bytes = capacity_bytes,
        .word_bits = 512,
        .target = target,
        .banks = ARRAY_BANKS_CHOSEN,
    };
}

/* The sum of a row's parts that count; false if it has none. */
static bool sum_of_parts(const struct array_breakdown *b, const struct array_term *row,
                         double *sum)
{
    bool has_parts = false;

    *sum = 0;
    for (const struct array_term *t = row + 1; t->name && t->depth > row->depth; t++)
        if (t->depth == row->depth + 1 && !t->is_beside) {
            *sum += array_term_value(b, t);
            has_parts = true;
        }
    return has_parts;
}

static void adds_up(const struct array_breakdown *b)
{
    double sum;

    for (const struct array_term *t = array_terms; t->name; t++) {
        double value = array_term_value(b, t);

        CU_ASSERT(value >= 0);
        if (sum_of_parts(b, t, &sum)) {
            CU_ASSERT_DOUBLE_EQUAL(sum, value, 1e-9 * fabs(value));
            if (!(fabs(sum - value) <= 1e-9 * fabs(value)))
                fprintf(stderr, "%s is %g, its parts %g\n", t->name, value, sum);
        }
    }
}

static uint32_t random_below(uint64_t *state, uint32_t count)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % count;
}

static void parts_of_every_line_add_up_to_it(void)
{
    static const char *const cells[] = { "sram",      "sram-8t",      "edram",
                                         "edram-3t",  "stt-mram",     "sot-mram",
                                         "pcm",       "rram",         "fefet",
                                         "racetrack", "rram-crossbar" };
    static const struct array_rules *const rules[] = { &array_rules_physical,
                                                       &array_rules_nvsim_any };
    uint64_t state = 16;
    int built = 0;

    for (int i = 0; i < 60; i++) {
        struct array_request r = memory(
            cells[random_below(&state, sizeof cells / sizeof cells[0])],
            random_below(&state, 2) ? 7 : 22,
            UINT64_C(1) << (16 + random_below(&state, 8)),
            (enum array_target)random_below(&state, TARGET_EDAP + 1));
        struct array_result result;

        r.rules = rules[random_below(&state, 4) == 0];
        r.associativity = random_below(&state, 2) ? 8 : 0;
        r.access = (enum array_access)random_below(&state, 3);
        r.banks = random_below(&state, 2) ? ARRAY_BANKS_CHOSEN : 4;
        r.power_gating = random_below(&state, 4) == 0;
        if (r.rules == &array_rules_physical)
            r.tiers = 1 + random_below(&state, 2);
        else
            r.banks = 1;
        if (array_search(&r, &result, NULL) != STATUS_OK)
            continue;
        built++;
        adds_up(&result.data);
        if (result.has_tag)
            adds_up(&result.tag);
    }
    CU_ASSERT(built > 30);
}

static void all_valid_organizations_are_counted(void)
{
    static const char *const cells[] = { "sram", "stt-mram" };

    for (size_t i = 0; i < 2; i++)
        for (int is_cache = 0; is_cache < 2; is_cache++) {
            struct array_request r = memory(cells[i], 16, 32 * 1024, TARGET_READ_EDP);
            struct array_result pruned, counted, naive;

            r.banks = 1;
            r.associativity = is_cache ? 4 : 0;
            CU_ASSERT_EQUAL_FATAL(array_search(&r, &pruned, NULL), STATUS_OK);
            r.count_valid = true;
            CU_ASSERT_EQUAL_FATAL(array_search(&r, &counted, NULL), STATUS_OK);
            CU_ASSERT_EQUAL_FATAL(array_search_naive(&r, &naive, NULL), STATUS_OK);
            CU_ASSERT(pruned.valid >= 1);
            CU_ASSERT(pruned.valid < counted.valid);
            CU_ASSERT_EQUAL(counted.valid, naive.valid);
            CU_ASSERT_EQUAL(counted.read_latency_s, pruned.read_latency_s);
        }
}

static struct wiring wires_of(double node_nm, double slack, bool for_delay)
{
    struct wire_choice near = { .level = WIRE_SEMI_GLOBAL,
                                .repeat = REPEAT_OPTIMAL,
                                .slack = slack };
    struct wire_choice far = near;
    struct process process;
    struct wiring wiring;

    far.level = WIRE_GLOBAL;
    CU_ASSERT_EQUAL_FATAL(process_make(&process,
                                       shipped_node(node_nm * NANO, ROADMAP_HP),
                                       &array_rules_physical, 350, NULL),
                          STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(wiring_make(&wiring, &process, near, far, for_delay, NULL),
                          STATUS_OK);
    return wiring;
}

static void long_segments_are_global_and_short_ones_are_not(void)
{
    static const double nodes_nm[] = { 28, 16, 7, 5, 3 };

    for (size_t i = 0; i < 5; i++) {
        struct wiring w = wires_of(nodes_nm[i], ARRAY_WIRE_SLACK, false);
        double edge_m = w.far_from_m;

        CU_ASSERT(edge_m > 1e-6 && edge_m < 100e-6);
        CU_ASSERT(wiring_at(&w, 0.5 * edge_m) == &w.near);
        CU_ASSERT(wiring_at(&w, 2 * edge_m) == &w.far);
        /* there the products of energy and delay are equal */
        double near = (w.near.driver_j + w.near.j_per_m * edge_m) *
                      (w.near.driver_s + w.near.s_per_m * edge_m);
        double far = (w.far.driver_j + w.far.j_per_m * edge_m) *
                     (w.far.driver_s + w.far.s_per_m * edge_m);

        CU_ASSERT_DOUBLE_EQUAL(near, far, 1e-9 * near);
    }
}

/* A fifth of the repeaters for three tenths of the delay: the closed form by hand for equal
 * parts, x y = (1.3 - sqrt(1.3^2 - 1))^2 = 0.22.  Whole fins leave a few per cent. */
static void slack_trades_delay_for_energy_as_derived(void)
{
    static const double nodes_nm[] = { 28, 16, 7, 3 };

    for (size_t i = 0; i < 4; i++) {
        struct wiring fast = wires_of(nodes_nm[i], 0, true);
        struct wiring lean = wires_of(nodes_nm[i], 0.3, true);

        CU_ASSERT_DOUBLE_EQUAL(lean.far.s_per_m / fast.far.s_per_m, 1.3, 0.05);
        CU_ASSERT_DOUBLE_EQUAL(lean.far.w_per_m / fast.far.w_per_m, 0.22, 0.03);
        CU_ASSERT(lean.far.j_per_m < 0.8 * fast.far.j_per_m);
    }
}

/* Upper metals keep their pitch and transistors get faster. */
static void large_caches_get_no_slower_from_node_to_node(void)
{
    static const double nodes_nm[] = { 16, 7, 5, 3 };
    double last_s = HUGE_VAL;

    for (size_t i = 0; i < 4; i++) {
        struct array_request r = memory("sram", nodes_nm[i], UINT64_C(64) << 20,
                                        TARGET_EDAP);
        struct array_result result;

        r.associativity = 16;
        r.access = ACCESS_BY_SIZE;
        CU_ASSERT_EQUAL_FATAL(array_search(&r, &result, NULL), STATUS_OK);
        CU_ASSERT(result.read_latency_s < last_s);
        last_s = result.read_latency_s;
    }
}

static void last_level_caches_read_their_tags_first(void)
{
    for (uint64_t bytes = ARRAY_LAST_LEVEL_BYTES / 4;
         bytes <= 4 * ARRAY_LAST_LEVEL_BYTES; bytes *= 4) {
        struct array_request r = memory("sram", 7, bytes, TARGET_EDAP);
        struct array_result by_size, one;

        r.associativity = 8;
        r.access = ACCESS_BY_SIZE;
        CU_ASSERT_EQUAL_FATAL(array_search(&r, &by_size, NULL), STATUS_OK);
        r.access = bytes < ARRAY_LAST_LEVEL_BYTES ? ACCESS_NORMAL : ACCESS_SEQUENTIAL;
        CU_ASSERT_EQUAL_FATAL(array_search(&r, &one, NULL), STATUS_OK);
        CU_ASSERT_EQUAL(by_size.read_latency_s, one.read_latency_s);
        CU_ASSERT_EQUAL(by_size.read_energy_j, one.read_energy_j);
    }
}

/* The tag array is the one that a cache of its bitcells has, whatever the data's are. */
static void tags_may_have_bitcells_of_their_own(void)
{
    struct array_request sram = memory("sram", 16, 4 << 20, TARGET_EDAP), mram = sram;
    struct array_request stt = memory("stt-mram", 16, 4 << 20, TARGET_EDAP);
    struct array_result all_sram, all_stt, mixed;

    sram.associativity = stt.associativity = 16;
    sram.access = stt.access = ACCESS_SEQUENTIAL;
    sram.banks = stt.banks = 4;
    mram = stt;
    mram.tag_cell = sram.cell;
    mram.tag_cell_node = sram.cell_node;
    CU_ASSERT_EQUAL_FATAL(array_search(&sram, &all_sram, NULL), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(array_search(&stt, &all_stt, NULL), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(array_search(&mram, &mixed, NULL), STATUS_OK);
    CU_ASSERT_EQUAL(mixed.tag.read_latency_s, all_sram.tag.read_latency_s);
    CU_ASSERT_EQUAL(mixed.tag.leakage_w, all_sram.tag.leakage_w);
    CU_ASSERT_EQUAL(mixed.data.read_latency_s, all_stt.data.read_latency_s);
    CU_ASSERT(mixed.read_latency_s < all_stt.read_latency_s);
}

static void small_memories_keep_within_the_delay_bound(void)
{
    static const enum array_target targets[] = { TARGET_AREA, TARGET_LEAKAGE };

    for (size_t i = 0; i < 2; i++) {
        struct array_request r = memory("sram", 7, 4 << 20, targets[i]);
        struct array_result any, bound, naive;

        CU_ASSERT_EQUAL_FATAL(array_search(&r, &any, NULL), STATUS_OK);
        r.delay_bound = 1.2;
        CU_ASSERT_EQUAL_FATAL(array_search(&r, &bound, NULL), STATUS_OK);
        CU_ASSERT(bound.read_latency_s < any.read_latency_s);
        CU_ASSERT(bound.area_m2 >= any.area_m2 || targets[i] != TARGET_AREA);
        r.capacity_bytes = 32 * 1024;
        CU_ASSERT_EQUAL_FATAL(array_search(&r, &bound, NULL), STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(array_search_naive(&r, &naive, NULL), STATUS_OK);
        CU_ASSERT_EQUAL(bound.area_m2, naive.area_m2);
        CU_ASSERT_EQUAL(bound.read_latency_s, naive.read_latency_s);
    }
}

/* Writes that are rare count little, so that a better read wins. */
static void edap_weighs_reads_by_how_often_they_occur(void)
{
    struct array_request r = memory("stt-mram", 16, 4 << 20, TARGET_EDAP);
    struct array_result often, rare;

    r.reads_per_write = 0.1;
    CU_ASSERT_EQUAL_FATAL(array_search(&r, &often, NULL), STATUS_OK);
    r.reads_per_write = 100;
    CU_ASSERT_EQUAL_FATAL(array_search(&r, &rare, NULL), STATUS_OK);
    CU_ASSERT(rare.read_latency_s * rare.read_energy_j * rare.area_m2 <=
              often.read_latency_s * often.read_energy_j * often.area_m2);
    CU_ASSERT(often.write_latency_s * often.write_energy_j * often.area_m2 <=
              rare.write_latency_s * rare.write_energy_j * rare.area_m2);
}

static void stacked_dies_share_the_banks(void)
{
    struct array_request r = memory("sram", 7, UINT64_C(64) << 20, TARGET_READ_LATENCY);
    struct array_result flat, stack, naive;

    r.banks = 64;
    CU_ASSERT_EQUAL_FATAL(array_search(&r, &flat, NULL), STATUS_OK);
    CU_ASSERT_EQUAL(flat.footprint_m2, flat.area_m2);
    CU_ASSERT_EQUAL(flat.data.bond_s, 0);
    r.tiers = 4;
    CU_ASSERT_EQUAL_FATAL(array_search(&r, &stack, NULL), STATUS_OK);
    CU_ASSERT_DOUBLE_EQUAL(stack.footprint_m2, stack.area_m2 / 4, 1e-12);
    CU_ASSERT(stack.data.reach_s < 0.6 * flat.data.reach_s); /* 3 of 7 sides */
    CU_ASSERT(stack.data.bond_s > 0 && stack.data.bonds_area_m2 > 0);
    r.tiers = 3;
    CU_ASSERT_EQUAL(array_search(&r, &stack, NULL), STATUS_INFEASIBLE);
    r.capacity_bytes = 256 * 1024;
    r.tiers = 2;
    r.banks = ARRAY_BANKS_CHOSEN;
    CU_ASSERT_EQUAL_FATAL(array_search(&r, &stack, NULL), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(array_search_naive(&r, &naive, NULL), STATUS_OK);
    CU_ASSERT_EQUAL(stack.read_latency_s, naive.read_latency_s);
    CU_ASSERT_EQUAL(stack.data.organization.banks, naive.data.organization.banks);
}

SUITE(array_design, TEST(parts_of_every_line_add_up_to_it),
      TEST(all_valid_organizations_are_counted),
      TEST(long_segments_are_global_and_short_ones_are_not),
      TEST(slack_trades_delay_for_energy_as_derived),
      TEST(large_caches_get_no_slower_from_node_to_node),
      TEST(last_level_caches_read_their_tags_first),
      TEST(tags_may_have_bitcells_of_their_own),
      TEST(small_memories_keep_within_the_delay_bound),
      TEST(edap_weighs_reads_by_how_often_they_occur),
      TEST(stacked_dies_share_the_banks));
