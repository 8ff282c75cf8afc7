/* Spreads, samples and sensitivities (src/uncertainty/spread.h). */
#include "unit.h"

#include "uncertainty/spread.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* The first points of the sequence; dimensions 0 and 1 as in Joe and Kuo's own program. */
static void the_sequence_begins_as_published(void)
{
    static const double first[][2] = { { 0, 0 },         { 0.5, 0.5 },
                                       { 0.25, 0.75 },   { 0.75, 0.25 },
                                       { 0.125, 0.625 }, { 0.625, 0.125 },
                                       { 0.375, 0.375 }, { 0.875, 0.875 } };

    for (size_t i = 0; i < 8; i++)
        for (unsigned d = 0; d < 2; d++)
            CU_ASSERT_EQUAL(sobol(0, i, d), first[i][d]);
}

/* Each of 1024 equal intervals holds one of 1024 points, in every dimension and for every
 * seed: what makes the sequence better than chance. */
static void every_dimension_is_evenly_filled(void)
{
    for (uint64_t seed = 0; seed < 3; seed++)
        for (unsigned d = 0; d < SPREAD_PARAMETERS_MAX; d++) {
            bool seen[1024] = { false };

            for (uint64_t i = 0; i < 1024; i++) {
                size_t cell = (size_t)(sobol(seed, i, d) * 1024);

                CU_ASSERT_FATAL(cell < 1024);
                CU_ASSERT(!seen[cell]);
                seen[cell] = true;
            }
        }
}

static struct spread_parameter parameters[] = {
    { .name = "set_pulse_s", .low = 0.5, .high = 2, .shape = SPREAD_LOG },
    { .name = "read_voltage_v", .low = 0.9, .high = 1.1, .shape = SPREAD_UNIFORM },
};
static const struct spread two = { .parameters = parameters, .parameters_count = 2 };

static void samples_stay_within_their_spread(void)
{
    struct cell cell = { .set_pulse_s = 10e-9, .read_voltage_v = 0.2, .area_f2 = 40 };
    double logs = 0;

    for (uint64_t s = 1; s <= 512; s++) {
        struct cell changed;

        spread_apply(&two, 7, s, &cell, &changed);
        CU_ASSERT(changed.set_pulse_s >= 5e-9 && changed.set_pulse_s <= 20e-9);
        CU_ASSERT(changed.read_voltage_v >= 0.18 - 1e-12 &&
                  changed.read_voltage_v <= 0.22 + 1e-12);
        CU_ASSERT_EQUAL(changed.area_f2, 40);
        logs += log(changed.set_pulse_s / 10e-9) / 512;
    }
    CU_ASSERT_DOUBLE_EQUAL(logs, 0, 0.01);
    CU_ASSERT_EQUAL(spread_factor(&two, 7, 0, 0), 1);
    CU_ASSERT_NOT_EQUAL(spread_factor(&two, 7, 5, 0), spread_factor(&two, 8, 5, 0));
}

/* y = 3 a + b with a and b uniform: a explains 9 of 10 parts of the variance. */
static void sensitivities_add_up_for_a_sum(void)
{
    enum { SAMPLES = 1024 };
    static struct pair by_a[SAMPLES], by_b[SAMPLES], by_c[SAMPLES];

    for (uint64_t i = 0; i < SAMPLES; i++) {
        double a = sobol(1, i, 0), b = sobol(1, i, 1), y = 3 * a + b;

        by_a[i] = (struct pair){ a, y };
        by_b[i] = (struct pair){ b, y };
        by_c[i] = (struct pair){ sobol(1, i, 2), y };
    }
    CU_ASSERT_DOUBLE_EQUAL(first_order(by_a, SAMPLES, 16), 0.9, 0.01);
    CU_ASSERT_DOUBLE_EQUAL(first_order(by_b, SAMPLES, 16), 0.1, 0.01);
    CU_ASSERT_DOUBLE_EQUAL(first_order(by_c, SAMPLES, 16), 0, 0.02);
    CU_ASSERT(isnan(first_order(by_a, 32, 16)));
    for (uint64_t i = 0; i < SAMPLES; i++)
        by_a[i].y = 1;
    CU_ASSERT(isnan(first_order(by_a, SAMPLES, 16)));
}

static void a_spread_of_nothing_known_is_refused(void)
{
    struct spread_parameter wrong[] = { { .name = "colour", .low = 1, .high = 1 } };
    struct spread spread = { .parameters = wrong, .parameters_count = 1 };
    struct error err;

    CU_ASSERT_EQUAL(spread_schema.finish(&spread, &err), STATUS_INPUT);
    wrong[0] = (struct spread_parameter){ .name = "area_f2", .low = 2, .high = 1 };
    CU_ASSERT_EQUAL(spread_schema.finish(&spread, &err), STATUS_INPUT);
    wrong[0].high = 3;
    CU_ASSERT_EQUAL(spread_schema.finish(&spread, &err), STATUS_OK);
}

SUITE(uncertainty, TEST(the_sequence_begins_as_published),
      TEST(every_dimension_is_evenly_filled), TEST(samples_stay_within_their_spread),
      TEST(sensitivities_add_up_for_a_sum), TEST(a_spread_of_nothing_known_is_refused));
