/* NEON (src/machine/layerwise/neon.c). */
#include "unit.h"

#include "machine/layerwise/layerwise.h"

#include <math.h>

static struct neon_function functions[] = {
    { .operation = OPERATION_SOFTMAX, .elements = 64, .hidden_layers = 1 },
    { .operation = OPERATION_SOFTMAX, .elements = 1152, .hidden_layers = 2 },
    { .operation = OPERATION_SQUARE_ROOT, .elements = 1, .tables = 3 },
};
static struct neon crossbars = {
    .machine = { .record = { .name = "neon" }, .family = FAMILY_NEON },
    .rows = 128,
    .hidden = 128,
    .weight_bits = 16,
    .cell_bits = 2,
    .subarray_w = 24.08e-3,
    .subarray_m2 = 13120e-12,
    .bank_subarrays = 12,
    .bank_w = 360.79e-3,
    .bank_m2 = 484940e-12,
    .cycle_s = 100e-9,
    .functions = functions,
    .functions_count = 3,
};
static const struct machine *const machine = &crossbars.machine;

static enum status ask(int operation, uint64_t elements, unsigned bits,
                       struct operation_result *answer)
{
    const struct operation_request request = {
        .machine = machine, .operation = operation, .bits = bits, .elements = elements
    };

    return operation_evaluate(&request, answer, NULL);
}

/* 64 inputs fill part of 8 crossbars (16 bits in cells of 2), 64 outputs 4 of them; 1152
 * inputs 9 times 8, a second hidden layer 8, 1152 outputs 72. */
static void crossbars_are_counted_by_hand(void)
{
    struct operation_result answer;

    CU_ASSERT_EQUAL_FATAL(ask(OPERATION_SOFTMAX, 64, 16, &answer), STATUS_OK);
    CU_ASSERT_EQUAL(answer.subarrays, 12);
    CU_ASSERT_EQUAL_FATAL(ask(OPERATION_SOFTMAX, 1152, 16, &answer), STATUS_OK);
    CU_ASSERT_EQUAL(answer.subarrays, 152);
    ASSERT_NEAR(answer.power_w, 3660.16e-3, 1e-9); /* the paper's table */
}

static void cells_of_more_bits_need_fewer_crossbars(void)
{
    struct operation_result two, four;

    ask(OPERATION_SOFTMAX, 1152, 16, &two);
    crossbars.cell_bits = 4;
    ask(OPERATION_SOFTMAX, 1152, 16, &four);
    crossbars.cell_bits = 2;
    CU_ASSERT_EQUAL(2 * four.subarrays, two.subarrays);
}

/* Three tables of 65536 entries of two bytes; no power of a table is published. */
static void tables_hold_every_value_and_have_no_power(void)
{
    struct operation_result answer;

    CU_ASSERT_EQUAL_FATAL(ask(OPERATION_SQUARE_ROOT, 0, 16, &answer), STATUS_OK);
    CU_ASSERT_EQUAL(answer.table_bytes, 3 * 131072.0);
    CU_ASSERT(isnan(answer.power_w));
}

static void functions_without_a_unit_are_infeasible(void)
{
    struct operation_result answer;

    CU_ASSERT_EQUAL(ask(OPERATION_SOFTMAX, 65, 16, &answer), STATUS_INFEASIBLE);
    CU_ASSERT_EQUAL(ask(OPERATION_SOFTMAX, 64, 8, &answer), STATUS_INFEASIBLE);
    CU_ASSERT_EQUAL(ask(OPERATION_SQUASH, 8, 16, &answer), STATUS_INFEASIBLE);
}

/* 16 bits do not fall into slices of 3. */
static void bad_records_are_refused_in_words(void)
{
    struct error err = { "" };

    crossbars.cell_bits = 3;
    CU_ASSERT_EQUAL(machine_finish(&crossbars, &err), STATUS_INPUT);
    CU_ASSERT_STRING_EQUAL(err.text, "cell_bits is 3, must divide weight_bits (16)");
    crossbars.cell_bits = 2;
    CU_ASSERT_EQUAL(machine_finish(&crossbars, &err), STATUS_OK);
}

/* Ten vectors of 200 by a matrix of 200 x 100. */
static enum status network_of(unsigned bits, bool streams_weights,
                              struct layerwise_result *result)
{
    struct mac_layer product = mac_layer_product(10, 100, 200, 1);
    size_t number = 1;
    const struct mac_layers layers = { .layers = &product,
                                       .number = &number,
                                       .count = 1 };
    const struct layerwise_request request = { .machine = machine,
                                               .layers = &layers,
                                               .bits = bits };

    product.streams_weights = streams_weights;
    return layerwise_network(&request, result, NULL);
}

/* 200 rows are two crossbars, 100 columns of 8 slices seven: 14, two banks.  Ten vectors
 * of 16 bits take 160 cycles of 100 ns. */
static void a_layers_crossbars_are_counted_by_hand(void)
{
    struct layerwise_result result;

    CU_ASSERT_EQUAL_FATAL(network_of(16, false, &result), STATUS_OK);
    CU_ASSERT_EQUAL(result.crossbars, 14);
    ASSERT_NEAR(result.area_m2, 2 * 484940e-12, 1e-12);
    ASSERT_NEAR(result.latency_s, 16e-6, 1e-12);
    ASSERT_NEAR(result.energy_j,
                (14 * 24.08e-3 + 2 * (360.79e-3 - 12 * 24.08e-3)) * 16e-6, 1e-12);
}

static void half_the_bits_take_half_the_time_and_fewer_crossbars(void)
{
    struct layerwise_result whole, half;

    network_of(16, false, &whole);
    network_of(8, false, &half);
    ASSERT_NEAR(half.latency_s, whole.latency_s / 2, 1e-12);
    CU_ASSERT(half.crossbars < whole.crossbars);
    CU_ASSERT_EQUAL(network_of(32, false, &whole), STATUS_INFEASIBLE);
    CU_ASSERT_EQUAL(network_of(16, true, &whole), STATUS_INFEASIBLE);
}

SUITE(layerwise_neon, TEST(crossbars_are_counted_by_hand),
      TEST(a_layers_crossbars_are_counted_by_hand),
      TEST(half_the_bits_take_half_the_time_and_fewer_crossbars),
      TEST(cells_of_more_bits_need_fewer_crossbars),
      TEST(tables_hold_every_value_and_have_no_power),
      TEST(functions_without_a_unit_are_infeasible),
      TEST(bad_records_are_refused_in_words));
