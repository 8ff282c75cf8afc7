/* The array model against published caches, and its search against plain enumeration. */
#include "array/array.h"
#include "array_library.h"
#include "base/units.h"

#include <math.h>
#include <string.h>

static struct array_request cache(const char *cell, uint64_t capacity_bytes,
                                  enum array_access access, enum array_target target)
{
    return (struct array_request){
        .cell = shipped_cell(cell),
        .node = tool_node(22 * NANO, ROADMAP_HP),
        .rules = &array_rules_nvsim,
        .capacity_bytes = capacity_bytes,
        .word_bits = 512,
        .associativity = 16,
        .access = access,
        .target = target,
    };
}

/* Printed with three decimals. */
#define ASSERT_PRINTED(value, printed) \
    CU_ASSERT_DOUBLE_EQUAL(value, printed, 0.00051 + 1e-6 * (printed))

/* NVSim as a class project ran it in 2018: 22 nm, sequential, read EDP. */
static void class_project_caches_are_found_to_the_digit(void)
{
    FILE *file = fopen("tests/fixtures/array/cmu18743_nvsim_22nm.csv", "r");
    char line[512], tech[16], size[16], mode[16];
    double hit, miss, write, hit_nj, miss_nj, write_nj, mw, mm2;
    int count = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    while (fgets(line, sizeof line, file) != NULL) {
        struct array_request request;
        struct array_result r;

        if (sscanf(line, "%15[^,],%15[^,],%15[^,],%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf",
                   tech, size, mode, &hit, &miss, &write, &hit_nj, &miss_nj, &write_nj,
                   &mw, &mm2) != 11)
            continue;
        request = cache("SRAM",
                        strtoull(size, NULL, 10) << (strchr(size, 'M') ? 20 : 10),
                        ACCESS_SEQUENTIAL, TARGET_READ_EDP);
        request.cell = shipped_cell(tech);
        CU_ASSERT_EQUAL_FATAL(array_search(&request, &r, NULL), STATUS_OK);
        ASSERT_PRINTED(r.read_latency_s / NANO, hit);
        ASSERT_PRINTED(r.miss_latency_s / NANO, miss);
        ASSERT_PRINTED(r.write_latency_s / NANO, write);
        ASSERT_PRINTED(r.read_energy_j / NANO, hit_nj);
        ASSERT_PRINTED(r.miss_energy_j / NANO, miss_nj);
        ASSERT_PRINTED(r.write_energy_j / NANO, write_nj);
        ASSERT_PRINTED(r.leakage_w / MILLI, mw);
        ASSERT_PRINTED(r.area_m2 * 1e6, mm2);
        count++;
    }
    fclose(file);
    CU_ASSERT_EQUAL(count, 30);
}

static void normal_mode_caches_are_found_to_the_digit(void)
{
    FILE *file = fopen("tests/fixtures/array/nvsim_runs.csv", "r");
    char line[512], tech[16], mode[16], target[16];
    double mb, hit, write, hit_nj, write_nj, mw, mm2;
    int count = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    while (fgets(line, sizeof line, file) != NULL) {
        struct array_request request;
        struct array_result r;

        if (sscanf(line, "%15[^,],%lf,%15[^,],%15[^,],%lf,%lf,%lf,%lf,%lf,%lf", tech,
                   &mb, mode, target, &hit, &write, &hit_nj, &write_nj, &mw,
                   &mm2) != 10)
            continue;
        request = cache(tech, (uint64_t)(mb * MIB),
                        strcmp(mode, "Normal") == 0 ? ACCESS_NORMAL : ACCESS_SEQUENTIAL,
                        strcmp(target, "ReadEDP") == 0 ? TARGET_READ_EDP
                                                       : TARGET_WRITE_EDP);
        CU_ASSERT_EQUAL_FATAL(array_search(&request, &r, NULL), STATUS_OK);
        ASSERT_PRINTED(r.read_latency_s / NANO, hit);
        ASSERT_PRINTED(r.write_latency_s / NANO, write);
        ASSERT_PRINTED(r.read_energy_j / NANO, hit_nj);
        ASSERT_PRINTED(r.write_energy_j / NANO, write_nj);
        CU_ASSERT_DOUBLE_EQUAL(r.leakage_w / MILLI, mw, 4e-6 * mw + 0.00051);
        ASSERT_PRINTED(r.area_m2 * 1e6, mm2);
        count++;
    }
    fclose(file);
    CU_ASSERT_EQUAL(count, 27);
}

/* ---- search */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static struct array_request random_request(uint64_t *state)
{
    static const char *const cells[] = { "SRAM", "STTRAM", "STTRAM_aggressive", "RRAM",
                                         "PCRAM" };
    static const double nodes_nm[] = { 22, 32, 45, 65, 90 };
    struct array_request request = {
        .cell = shipped_cell(cells[next_random(state) % 5]),
        .node = tool_node(nodes_nm[next_random(state) % 5] * NANO,
                          (enum node_roadmap)(next_random(state) % 3)),
        .rules = next_random(state) % 2 == 0 ? &array_rules_nvsim
                                             : &array_rules_physical,
        .temperature_k = 300 + (double)(next_random(state) % 80),
        .capacity_bytes = UINT64_C(1) << (10 + next_random(state) % 5),
        .word_bits = UINT64_C(8) << next_random(state) % 6,
        .target = (enum array_target)(next_random(state) % (TARGET_EDAP + 1)),
    };

    if (request.rules == &array_rules_physical)
        request.capacity_bytes *= 1 + next_random(state) % 3;
    return request;
}

static bool same_organization(const struct array_organization *a,
                              const struct array_organization *b)
{
    return a->bank_rows == b->bank_rows && a->bank_cols == b->bank_cols &&
           a->active_rows == b->active_rows && a->active_cols == b->active_cols &&
           a->mat_rows == b->mat_rows && a->mat_cols == b->mat_cols &&
           a->active_sub_rows == b->active_sub_rows &&
           a->active_sub_cols == b->active_sub_cols && a->sub_rows == b->sub_rows &&
           a->sub_cols == b->sub_cols && a->mux_sense == b->mux_sense &&
           a->mux_out1 == b->mux_out1 && a->mux_out2 == b->mux_out2 &&
           a->buffers == b->buffers;
}

static void check_searches(const struct array_request *request, int *found)
{
    struct array_result fast, naive;
    enum status fast_status = array_search(request, &fast, NULL);
    enum status naive_status = array_search_naive(request, &naive, NULL);

    CU_ASSERT_EQUAL(fast_status, naive_status);
    if (fast_status != STATUS_OK || naive_status != STATUS_OK)
        return;
    CU_ASSERT(same_organization(&fast.data.organization, &naive.data.organization));
    CU_ASSERT_EQUAL(fast.read_latency_s, naive.read_latency_s);
    CU_ASSERT_EQUAL(fast.write_energy_j, naive.write_energy_j);
    CU_ASSERT_EQUAL(fast.area_m2, naive.area_m2);
    if (fast.has_tag)
        CU_ASSERT(same_organization(&fast.tag.organization, &naive.tag.organization));
    ++*found;
}

static void fast_and_naive_search_agree_on_memories(void)
{
    uint64_t state = 2;
    int found = 0;

    for (int i = 0; i < 200; i++) {
        struct array_request request = random_request(&state);

        check_searches(&request, &found);
    }
    CU_ASSERT(found > 100);
}

static void fast_and_naive_search_agree_on_caches(void)
{
    uint64_t state = 3;
    int found = 0;

    for (int i = 0; i < 2; i++) {
        struct array_request request = random_request(&state);

        request.rules = i % 2 == 0 ? &array_rules_nvsim : &array_rules_physical;
        request.capacity_bytes = 4 * 1024;
        request.word_bits = 512;
        request.associativity = 2;
        request.access = (enum array_access)(i % 3);
        check_searches(&request, &found);
    }
    CU_ASSERT(found >= 1);
}

/* NVSim 6334d00 counted these among its 72900 candidates (data_valid of its rows): every
 * rule of legality agrees, not just the winners. */
static void as_many_candidates_are_legal_as_in_the_published_tool(void)
{
    static const struct {
        const char *cell;
        uint64_t word_bits, valid;
    } cases[] = { { "SRAM", 512, 4387 },
                  { "STTRAM", 128, 7064 },
                  { "RRAM", 512, 3435 } };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct array_request request = cache(cases[i].cell, 1 << 20, ACCESS_NORMAL,
                                             TARGET_AREA);
        struct array_result r;

        request.associativity = 0;
        request.word_bits = cases[i].word_bits;
        CU_ASSERT_EQUAL_FATAL(array_search_naive(&request, &r, NULL), STATUS_OK);
        CU_ASSERT_EQUAL(r.organizations, 72900);
        CU_ASSERT_EQUAL(r.valid, cases[i].valid);
        if (r.valid != cases[i].valid)
            fprintf(stderr, "%s: %llu valid\n", cases[i].cell,
                    (unsigned long long)r.valid);
    }
}

/* ---- what the physical rules accept and what they correct */

static void odd_capacities_lie_between_powers_of_two(void)
{
    static const double mib[] = { 2, 3, 4, 7, 8, 10, 16 };
    double last_m2 = 0;

    for (size_t i = 0; i < sizeof mib / sizeof mib[0]; i++) {
        struct array_request request = cache("SRAM", (uint64_t)(mib[i] * MIB),
                                             ACCESS_NORMAL, TARGET_AREA);
        struct array_result r;

        request.rules = &array_rules_physical;
        CU_ASSERT_EQUAL_FATAL(array_search(&request, &r, NULL), STATUS_OK);
        CU_ASSERT(r.area_m2 > last_m2);
        CU_ASSERT(r.data.cell_area_m2 >=
                  mib[i] * MIB * 8 * 146 * 22e-9 * 22e-9 * 0.9999);
        last_m2 = r.area_m2;
    }
}

static void any_associativity_and_line_has_an_answer(void)
{
    for (uint64_t ways = 1; ways <= 64; ways++)
        for (uint64_t line_bytes = 16; line_bytes <= 256; line_bytes *= 4) {
            struct array_request request = cache("STTRAM", ways * line_bytes * 768,
                                                 ACCESS_NORMAL, TARGET_READ_EDP);
            struct array_result r;

            request.rules = &array_rules_physical;
            request.word_bits = 8 * line_bytes;
            request.associativity = ways;
            CU_ASSERT_EQUAL(array_search(&request, &r, NULL), STATUS_OK);
        }
}

static void published_rules_refuse_what_the_tool_refuses(void)
{
    struct array_request odd = cache("SRAM", 3 * 1024 * 1024, ACCESS_NORMAL,
                                     TARGET_READ_EDP);
    struct array_request hot = cache("SRAM", 1024 * 1024, ACCESS_NORMAL,
                                     TARGET_READ_EDP);
    struct array_result r;
    struct error why;

    CU_ASSERT_EQUAL(array_search(&odd, &r, &why), STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "powers of two"));
    hot.temperature_k = 420;
    CU_ASSERT_EQUAL(array_search(&hot, &r, &why), STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "300..400 K"));
}

static void fully_associative_caches_have_an_answer(void)
{
    for (uint64_t bytes = 4096; bytes <= 65536; bytes *= 4) {
        struct array_request request = cache("SRAM", bytes, ACCESS_NORMAL,
                                             TARGET_READ_EDP);
        struct array_result full, direct;

        request.rules = &array_rules_physical;
        request.associativity = UINT64_MAX;
        CU_ASSERT_EQUAL_FATAL(array_search(&request, &full, NULL), STATUS_OK);
        request.associativity = 1;
        CU_ASSERT_EQUAL_FATAL(array_search(&request, &direct, NULL), STATUS_OK);
        CU_ASSERT(full.tag.read_energy_j > direct.tag.read_energy_j);
        CU_ASSERT(full.area_m2 > direct.area_m2);
    }
}

static void banks_trade_area_for_bandwidth(void)
{
    struct array_request request = cache("SRAM", 6 * 1024 * 1024, ACCESS_NORMAL,
                                         TARGET_READ_EDP);
    struct array_result one, eight;

    request.rules = &array_rules_physical;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &one, NULL), STATUS_OK);
    request.banks = 8;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &eight, NULL), STATUS_OK);
    CU_ASSERT_EQUAL(eight.data.organization.banks, 8);
    CU_ASSERT(eight.bandwidth_bytes_per_s > one.bandwidth_bytes_per_s);
    CU_ASSERT(eight.area_m2 > 0.9 * one.area_m2);
    CU_ASSERT(eight.data.cell_area_m2 >= one.data.cell_area_m2 * 0.999);
}

/* 8 MiB of 1 pJ cells: a 512-bit line takes 512 pJ; the published tool says 319 pJ. */
static void writes_are_not_divided_by_associativity(void)
{
    struct array_request request = cache("STTRAM", 8 * 1024 * 1024, ACCESS_NORMAL,
                                         TARGET_READ_EDP);
    struct array_result r;

    CU_ASSERT_EQUAL_FATAL(array_search(&request, &r, NULL), STATUS_OK);
    CU_ASSERT(r.write_energy_j < 0.512 * NANO);
    request.rules = &array_rules_physical;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &r, NULL), STATUS_OK);
    CU_ASSERT(r.write_energy_j > 0.512 * NANO);
}

/* The published optimum of 64 KiB is 8 x 8-cell subarrays under free wires, faster than
 * that of 32 KiB. */
static void small_memories_are_not_faster_for_being_larger(void)
{
    struct array_request request = cache("SRAM", 64 * 1024, ACCESS_NORMAL,
                                         TARGET_READ_EDP);
    struct array_result small, large;

    request.rules = &array_rules_physical;
    request.associativity = 0;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &large, NULL), STATUS_OK);
    CU_ASSERT(large.data.organization.sub_rows >= 16);
    CU_ASSERT(large.data.organization.sub_cols >= 16);
    request.target = TARGET_READ_LATENCY;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &large, NULL), STATUS_OK);
    request.capacity_bytes /= 2;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &small, NULL), STATUS_OK);
    CU_ASSERT(small.read_latency_s <= large.read_latency_s);
}

static void limits_hold_and_impossible_ones_say_so(void)
{
    struct array_request request = cache("SRAM", 1024 * 1024, ACCESS_NORMAL,
                                         TARGET_AREA);
    struct array_result free_result, limited;
    struct error why;

    request.rules = &array_rules_physical;
    request.associativity = 0;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &free_result, NULL), STATUS_OK);
    request.limits.read_latency_s = free_result.read_latency_s / 2;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &limited, NULL), STATUS_OK);
    CU_ASSERT(limited.read_latency_s <= request.limits.read_latency_s);
    CU_ASSERT(limited.area_m2 >= free_result.area_m2);
    request.limits.read_latency_s = 1e-15;
    CU_ASSERT_EQUAL(array_search(&request, &limited, &why), STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "limits"));
}

static void each_quirk_is_one_switch_of_the_rules(void)
{
    for (const struct array_quirk *q = array_quirks; q->name != NULL; q++) {
        bool tool = *(const bool *)((const char *)&array_rules_nvsim + q->offset);
        bool corrected = !*(const bool *)((const char *)&array_rules_physical +
                                          q->offset);

        CU_ASSERT(corrected);
        CU_ASSERT(tool || strcmp(q->name, "fins_free") == 0);
    }
}

SUITE(array, TEST(class_project_caches_are_found_to_the_digit),
      TEST(normal_mode_caches_are_found_to_the_digit),
      TEST(fast_and_naive_search_agree_on_memories),
      TEST(fast_and_naive_search_agree_on_caches),
      TEST(as_many_candidates_are_legal_as_in_the_published_tool),
      TEST(odd_capacities_lie_between_powers_of_two),
      TEST(any_associativity_and_line_has_an_answer),
      TEST(fully_associative_caches_have_an_answer),
      TEST(banks_trade_area_for_bandwidth),
      TEST(published_rules_refuse_what_the_tool_refuses),
      TEST(writes_are_not_divided_by_associativity),
      TEST(small_memories_are_not_faster_for_being_larger),
      TEST(limits_hold_and_impossible_ones_say_so),
      TEST(each_quirk_is_one_switch_of_the_rules));
