/* What the array search may choose: banks, routing, access mode, tuning, limits; and write
 * paths of their own. */
#include "array/array.h"
#include "array_library.h"
#include "base/units.h"

#include <math.h>

static struct array_request memory(const char *cell, uint64_t capacity_bytes,
                                   enum array_target target)
{
    return (struct array_request){
        .cell = shipped_cell(cell),
        .node = tool_node(22 * NANO, ROADMAP_HP),
        .rules = &array_rules_physical,
        .capacity_bytes = capacity_bytes,
        .word_bits = 512,
        .target = target,
    };
}

static double edap(const struct array_result *r)
{
    return sqrt(r->read_latency_s * r->read_energy_j * r->write_latency_s *
                r->write_energy_j) *
           r->area_m2;
}

static double value(const struct array_result *r, enum array_target target)
{
    switch (target) {
    case TARGET_READ_LATENCY: return r->read_latency_s;
    case TARGET_READ_EDP: return r->read_latency_s * r->read_energy_j;
    case TARGET_EDAP: return edap(r);
    case TARGET_LEAKAGE: return r->leakage_w;
    default: return r->area_m2;
    }
}

static void same_answer_as_enumeration(const struct array_request *request)
{
    struct array_result fast, naive;

    CU_ASSERT_EQUAL_FATAL(array_search(request, &fast, NULL), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(array_search_naive(request, &naive, NULL), STATUS_OK);
    CU_ASSERT_EQUAL(fast.data.organization.banks, naive.data.organization.banks);
    CU_ASSERT_EQUAL(fast.data.organization.sub_rows, naive.data.organization.sub_rows);
    CU_ASSERT_EQUAL(fast.data.organization.bank_cols,
                    naive.data.organization.bank_cols);
    CU_ASSERT_EQUAL(fast.read_latency_s, naive.read_latency_s);
    CU_ASSERT_EQUAL(fast.write_energy_j, naive.write_energy_j);
    CU_ASSERT_EQUAL(fast.area_m2, naive.area_m2);
}

static const enum array_target some_targets[] = { TARGET_READ_LATENCY, TARGET_READ_EDP,
                                                  TARGET_LEAKAGE, TARGET_AREA,
                                                  TARGET_EDAP };
enum { SOME_TARGETS = sizeof some_targets / sizeof some_targets[0] };

static void chosen_banks_are_those_of_plain_enumeration(void)
{
    for (size_t i = 0; i < SOME_TARGETS; i++) {
        struct array_request request = memory(i % 2 ? "STTRAM" : "SRAM", 256 * 1024,
                                              some_targets[i]);

        request.banks = ARRAY_BANKS_CHOSEN;
        same_answer_as_enumeration(&request);
    }
}

static void chosen_banks_are_no_worse_than_any_given(void)
{
    for (size_t i = 0; i < SOME_TARGETS; i++) {
        struct array_request request = memory("SRAM", 8 * 1024 * 1024, some_targets[i]);
        struct array_result chosen, given;

        request.banks = ARRAY_BANKS_CHOSEN;
        CU_ASSERT_EQUAL_FATAL(array_search(&request, &chosen, NULL), STATUS_OK);
        for (uint64_t banks = 1; banks <= 16; banks *= 2) {
            request.banks = banks;
            CU_ASSERT_EQUAL_FATAL(array_search(&request, &given, NULL), STATUS_OK);
            CU_ASSERT(value(&chosen, some_targets[i]) <=
                      value(&given, some_targets[i]) * (1 + 1e-12));
        }
    }
}

static void buses_are_searched_like_trees(void)
{
    for (size_t i = 0; i < SOME_TARGETS; i++)
        for (int tool = 0; tool < 2; tool++) {
            struct array_request request = memory(i % 2 ? "RRAM" : "SRAM", 64 * 1024,
                                                  some_targets[i]);

            if (tool)
                request.rules = &array_rules_nvsim;
            request.routing = ROUTING_BUS;
            same_answer_as_enumeration(&request);
        }
}

/* A bus's nearest and farthest mats differ; it is charged for the farthest. */
static void buses_of_large_banks_are_no_faster_than_trees(void)
{
    struct array_request request = memory("SRAM", 64 * 1024 * 1024,
                                          TARGET_READ_LATENCY);
    struct array_result tree, bus;

    CU_ASSERT_EQUAL_FATAL(array_search(&request, &tree, NULL), STATUS_OK);
    request.routing = ROUTING_BUS;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &bus, NULL), STATUS_OK);
    CU_ASSERT(bus.read_latency_s > 0.8 * tree.read_latency_s);
    CU_ASSERT(bus.read_latency_s < 3 * tree.read_latency_s);
}

static void the_best_access_mode_is_the_best_of_three(void)
{
    for (size_t i = 0; i < SOME_TARGETS; i++) {
        struct array_request request = memory("STTRAM", 1024 * 1024, some_targets[i]);
        struct array_result best, one;
        double least = HUGE_VAL;

        request.associativity = 8;
        for (int mode = ACCESS_NORMAL; mode <= ACCESS_FAST; mode++) {
            request.access = (enum array_access)mode;
            CU_ASSERT_EQUAL_FATAL(array_search(&request, &one, NULL), STATUS_OK);
            least = fmin(least, value(&one, some_targets[i]));
        }
        request.access = ACCESS_BEST;
        CU_ASSERT_EQUAL_FATAL(array_search(&request, &best, NULL), STATUS_OK);
        CU_ASSERT_DOUBLE_EQUAL(value(&best, some_targets[i]), least, 1e-9 * least);
    }
}

static void tuned_caches_have_the_least_edap_of_all_targets(void)
{
    struct array_request request = memory("STTRAM", 1024 * 1024, TARGET_TUNED);
    struct array_result tuned, one;
    double least = HUGE_VAL;

    request.associativity = 16;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &tuned, NULL), STATUS_OK);
    for (int target = TARGET_READ_LATENCY; target <= TARGET_AREA; target++) {
        request.target = (enum array_target)target;
        CU_ASSERT_EQUAL_FATAL(array_search(&request, &one, NULL), STATUS_OK);
        least = fmin(least, edap(&one));
    }
    CU_ASSERT_DOUBLE_EQUAL(edap(&tuned), least, 1e-9 * least);
}

static void products_of_metrics_are_limited_too(void)
{
    struct array_request request = memory("SRAM", 1024 * 1024, TARGET_AREA);
    struct array_result r;

    CU_ASSERT_EQUAL_FATAL(array_search(&request, &r, NULL), STATUS_OK);

    double read = r.read_latency_s * r.read_energy_j / 2, least = edap(&r);

    request.limits.read_edp_js = read;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &r, NULL), STATUS_OK);
    CU_ASSERT(r.read_latency_s * r.read_energy_j <= read);
    request.limits.read_edp_js = 0;
    request.limits.write_edp_js = 1e-40;
    CU_ASSERT_EQUAL(array_search(&request, &r, NULL), STATUS_INFEASIBLE);
    request.limits.write_edp_js = 0;
    request.limits.edap_jsm2 = least / 1.5;
    CU_ASSERT_EQUAL_FATAL(array_search(&request, &r, NULL), STATUS_OK);
    CU_ASSERT(edap(&r) <= least / 1.5);
}

/* The write transistor of a three-terminal cell loads the write wordline; the tool has one
 * device per cell. */
static void write_devices_load_write_wordlines_only(void)
{
    struct array_request request = memory("sot-mram", 1024 * 1024, TARGET_READ_EDP);
    struct array_rules one_device = array_rules_physical;
    struct array_result split, single;

    CU_ASSERT_EQUAL_FATAL(array_search(&request, &split, NULL), STATUS_OK);
    one_device.one_access_device = true;
    request.rules = &one_device;
    CU_ASSERT_EQUAL_FATAL(
        array_evaluate(&request, &split.data.organization, NULL, &single, NULL),
        STATUS_OK);
    CU_ASSERT(split.data.write_row_s > 0);
    CU_ASSERT(split.write_energy_j > single.write_energy_j);
    CU_ASSERT(split.area_m2 > single.area_m2);
    CU_ASSERT(array_rules_nvsim.one_access_device);
}

SUITE(array_choices, TEST(chosen_banks_are_those_of_plain_enumeration),
      TEST(chosen_banks_are_no_worse_than_any_given),
      TEST(buses_are_searched_like_trees),
      TEST(buses_of_large_banks_are_no_faster_than_trees),
      TEST(the_best_access_mode_is_the_best_of_three),
      TEST(tuned_caches_have_the_least_edap_of_all_targets),
      TEST(products_of_metrics_are_limited_too),
      TEST(write_devices_load_write_wordlines_only));
