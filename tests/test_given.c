/* Given memories: a table of capacities in place of the array model. */
#include "unit.h"

#include "array/array.h"
#include "tech/given.h"

#include <math.h>
#include <string.h>

static const struct given rows[] = {
    { .capacity_bytes = 8e6, .area_m2 = 8e-6, .read_latency_s = 4e-9, .leakage_w = 2 },
    { .capacity_bytes = 2e6, .area_m2 = 1e-6, .read_latency_s = 1e-9 },
    { .capacity_bytes = 4e6, .area_m2 = 3e-6, .write_energy_j = 1e-9 },
};

static double at(enum given_figure figure, double capacity_bytes)
{
    struct error why;
    double value;

    CU_ASSERT_EQUAL(given_value(rows, 3, figure, capacity_bytes, &value, &why),
                    STATUS_OK);
    return value;
}

static void a_capacity_of_the_table_has_its_figures(void)
{
    CU_ASSERT_EQUAL(at(GIVEN_AREA, 2e6), 1e-6);
    CU_ASSERT_EQUAL(at(GIVEN_AREA, 4e6), 3e-6);
    CU_ASSERT_EQUAL(at(GIVEN_AREA, 8e6), 8e-6);
    CU_ASSERT_EQUAL(given_first_bytes(rows, 3), 2e6);
    CU_ASSERT_EQUAL(given_last_bytes(rows, 3), 8e6);
}

static void between_two_a_figure_is_a_power_of_the_capacity(void)
{
    ASSERT_NEAR(at(GIVEN_AREA, 4e6 * sqrt(2)), sqrt(3e-6 * 8e-6), 1e-12);
    /* the row of 4 MB has no read latency: the line goes from 2 to 8 MB */
    ASSERT_NEAR(at(GIVEN_READ_LATENCY, 4e6), 2e-9, 1e-12);
    CU_ASSERT(isnan(at(GIVEN_READ_ENERGY, 4e6))); /* no row has it */
}

static void beyond_its_ends_a_table_says_nothing(void)
{
    static const struct {
        enum given_figure figure;
        double capacity_bytes;
        const char *words;
    } cases[] = {
        { GIVEN_AREA, 1e6, "area_m2 from" },
        { GIVEN_AREA, 9e6, "area_m2 up to" },
        { GIVEN_LEAKAGE, 4e6, "leakage_w from" },
        { GIVEN_WRITE_ENERGY, 8e6, "write_energy_j up to" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error why;
        double value;

        CU_ASSERT_EQUAL(given_value(rows, 3, cases[i].figure, cases[i].capacity_bytes,
                                    &value, &why),
                        STATUS_INFEASIBLE);
        CU_ASSERT_PTR_NOT_NULL(strstr(why.text, cases[i].words));
    }
}

static void a_capacity_stands_once_and_says_something(void)
{
    const struct given late = { .capacity_bytes = 1024,
                                .read_latency_s = 2e-9,
                                .miss_latency_s = 3e-9 };
    const struct given twice[] = { rows[0], rows[0] }, none = { .capacity_bytes = 1 };
    struct error why;

    CU_ASSERT_EQUAL(given_check(rows, 3, &why), STATUS_OK);
    CU_ASSERT_EQUAL(given_check(twice, 2, &why), STATUS_INPUT);
    CU_ASSERT_EQUAL(given_check(&none, 1, &why), STATUS_INPUT);
    CU_ASSERT_EQUAL(given_check(&late, 1, &why), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "miss_latency_s of 3e-09 s"));
}

static const struct node node = { .node_m = 16e-9 };
static const struct given whole = {
    .capacity_bytes = 4e6,
    .area_m2 = 3e-6,
    .read_latency_s = 2e-9,
    .write_latency_s = 5e-9,
    .read_energy_j = 1e-10,
    .write_energy_j = 2e-10,
    .leakage_w = 0.5,
};

static enum status search(const struct cell *cell, struct array_request request,
                          struct array_result *result)
{
    struct error why;

    request.cell = cell;
    request.node = &node;
    request.capacity_bytes = 4000000;
    request.word_bits = 512;
    request.associativity = 16;
    return array_search(&request, result, &why);
}

static void an_array_that_is_given_is_not_modelled(void)
{
    const struct cell cell = {
        .record.name = "table",
        .kind = CELL_GIVEN,
        .given = &whole,
        .given_count = 1,
        .given_line_bytes = 64,
        .given_area_factor = 2,
        .given_read_latency_factor = 1,
        .given_write_latency_factor = 1,
        .given_read_energy_factor = 1,
        .given_write_energy_factor = 1,
        .given_leakage_factor = 1,
    };
    struct array_result result;

    CU_ASSERT_EQUAL_FATAL(search(&cell, (struct array_request){ .banks = 0 }, &result),
                          STATUS_OK);
    CU_ASSERT_EQUAL(result.area_m2, 6e-6);
    CU_ASSERT_EQUAL(result.read_latency_s, 2e-9);
    CU_ASSERT_EQUAL(result.write_latency_s, 5e-9);
    CU_ASSERT_EQUAL(result.read_energy_j, 1e-10);
    CU_ASSERT_EQUAL(result.write_energy_j, 2e-10);
    CU_ASSERT_EQUAL(result.leakage_w, 0.5);
    CU_ASSERT_FALSE(result.has_tag);
    CU_ASSERT_EQUAL(search(&cell, (struct array_request){ .ecc_bits = 8 }, &result),
                    STATUS_INFEASIBLE);
    CU_ASSERT_EQUAL(
        search(&cell, (struct array_request){ .power_gating = true }, &result),
        STATUS_INFEASIBLE);
    CU_ASSERT_EQUAL(
        search(&cell, (struct array_request){ .limits.read_latency_s = 1e-9 }, &result),
        STATUS_INFEASIBLE);
}

static void a_cache_that_is_given_has_cycle_banks_and_tag(void)
{
    struct given cache = whole;
    struct cell cell = {
        .record.name = "cache",
        .kind = CELL_GIVEN,
        .given = &cache,
        .given_count = 1,
        .given_area_factor = 1,
        .given_read_latency_factor = 3,
        .given_write_latency_factor = 1,
        .given_read_energy_factor = 5,
        .given_write_energy_factor = 1,
        .given_leakage_factor = 1,
    };
    struct array_result result;

    cache.cycle_s = 1e-9;
    cache.banks = 8;
    cache.miss_latency_s = 7e-10;
    cache.miss_energy_j = 3e-11;
    cache.tag_energy_j = 1e-11;
    CU_ASSERT_EQUAL_FATAL(search(&cell, (struct array_request){ .banks = 0 }, &result),
                          STATUS_OK);
    CU_ASSERT_DOUBLE_EQUAL(result.cycle_s, 3e-9, 1e-21);
    CU_ASSERT_EQUAL(result.data.organization.banks, 8);
    CU_ASSERT_DOUBLE_EQUAL(result.miss_latency_s, 2.1e-9, 1e-21);
    CU_ASSERT_DOUBLE_EQUAL(result.miss_energy_j, 1.5e-10, 1e-22);
    CU_ASSERT_DOUBLE_EQUAL(result.tag.read_energy_j, 5e-11, 1e-22);
    CU_ASSERT_TRUE(result.has_tag);
}

SUITE(given, TEST(a_capacity_of_the_table_has_its_figures),
      TEST(between_two_a_figure_is_a_power_of_the_capacity),
      TEST(beyond_its_ends_a_table_says_nothing),
      TEST(a_capacity_stands_once_and_says_something),
      TEST(an_array_that_is_given_is_not_modelled),
      TEST(a_cache_that_is_given_has_cycle_banks_and_tag));
