/* Products of crossbars by bits and slices: exact with enough bits, rounded as counted by hand with fewer. */
#include "learning/integers.h"
#include "learning/learner.h"
#include "unit.h"

#include <math.h>
#include <string.h>

/* y = x W by a crossbar of this design, calibrated by x itself. */
static void product_make(const struct sliced_design *design, const int64_t *weights,
                         size_t inputs, size_t outputs, uint64_t weight_bits,
                         uint64_t input_bits, const double *x, double *y)
{
    struct random random = random_begin(1, 1);
    struct sliced sliced;

    sliced_init(&sliced, design, weights, inputs, outputs, weight_bits, input_bits,
                &random);
    sliced.is_calibrating = design->is_calibrated;
    if (sliced.is_calibrating)
        sliced_product(&sliced, x, y);
    sliced.is_calibrating = false;
    sliced_product(&sliced, x, y);
    sliced_free(&sliced);
}

/* Products of crossbars whose converters have as many bits as tell all currents apart are those of wide
 * integers, whatever the slices; with one bit less they are not, unless a calibrated range has fewer levels. */
static void crossbars_with_enough_bits_are_exact(void)
{
    enum { INPUTS = 150, OUTPUTS = 3, ROUNDS = 300 };
    const double on_offs[] = { 1e6, 1.5, 4.43, 7, 50 };
    struct random random = random_begin(6, 6);
    int64_t weights[INPUTS * OUTPUTS];
    double x[INPUTS], y[OUTPUTS], coarse[OUTPUTS];
    int full = 0, wrong = 0;

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t weight_bits = 2 + random_below(&random, 11);
        uint64_t input_bits = 1 + random_below(&random, 10);
        bool is_extreme = round % 2; /* every cell and input at its most */
        struct sliced_design design = {
            .rows = 1 + random_below(&random, 200),
            .dac_bits = 1 + random_below(&random, 4),
            .cell_bits = 1 + random_below(&random, 4),
            .on_off = on_offs[round % 5],
            .is_calibrated = round % 3 == 0,
        };
        double levels = (double)(design.rows * ((1u << design.dac_bits) - 1) *
                                 ((1u << design.cell_bits) - 1));

        design.adc_bits = (uint64_t)ceil(
            log2(levels * design.on_off / (design.on_off - 1) + 1) - 1e-9);
        for (size_t i = 0; i < INPUTS * OUTPUTS; i++)
            weights[i] = (int64_t)(is_extreme
                                       ? (1u << weight_bits) - 1
                                       : random_below(&random, 1u << weight_bits)) -
                         (INT64_C(1) << (weight_bits - 1));
        for (size_t i = 0; i < INPUTS; i++)
            x[i] = (double)(is_extreme ? (1u << input_bits) - 1
                                       : random_below(&random, 1u << input_bits));
        product_make(&design, weights, INPUTS, OUTPUTS, weight_bits, input_bits, x, y);
        if (!is_extreme && !design.is_calibrated && design.adc_bits > 1) {
            design.adc_bits--;
            product_make(&design, weights, INPUTS, OUTPUTS, weight_bits, input_bits, x,
                         coarse);
            full++;
            wrong += memcmp(y, coarse, sizeof y) != 0;
        }
        for (size_t o = 0; o < OUTPUTS; o++) {
            int64_t sum = 0;

            for (size_t i = 0; i < INPUTS; i++)
                sum += (int64_t)x[i] * weights[i * OUTPUTS + o];
            CU_ASSERT_EQUAL(y[o], (double)sum);
        }
    }
    CU_ASSERT(full > 80 && wrong > 0.9 * full);
}

/* The converter by hand: 3 rows of 2-bit cells all at level 3, inputs 1: the current is 9; converters of 3 bits over
 * the range 9 have a step of 9 / 7 and read it as code 7; those of 2 bits, of 3; a current of 5 is
 * code 4 of 3 bits and code 2 of 2 bits. */
static void converters_round_to_their_steps(void)
{
    const int64_t all[3] = { 1, 1, 1 }, some[3] = { 1, 0, -2 };
    const struct {
        const int64_t *weights;
        uint64_t bits;
        double sum; /* of levels */
    } cases[] = {
        { all, 3, 9 },  { all, 2, 9 },  { all, 1, 9 }, { some, 3, 4 * (9 / 7.0) },
        { some, 2, 6 }, { some, 1, 9 },
    };
    const double x[3] = { 1, 1, 1 };

    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct sliced_design design = { .adc_bits = cases[k].bits,
                                        .dac_bits = 1,
                                        .rows = 3,
                                        .cell_bits = 2,
                                        .on_off = 1e9 };
        double y;

        product_make(&design, cases[k].weights, 3, 1, 2, 1, x, &y);
        CU_ASSERT_EQUAL(y, cases[k].sum - 2 * 3);
    }
}

/* A product's error by the spread of its cells, of every input that is on. */
static void spread_of_cells_is_an_error(void)
{
    enum { INPUTS = 64, OUTPUTS = 400 };
    static int64_t weights[INPUTS * OUTPUTS];
    struct sliced_design design = { .adc_bits = 24,
                                    .dac_bits = 1,
                                    .rows = INPUTS,
                                    .cell_bits = 4,
                                    .on_off = 2,
                                    .cell_sigma = 0.02 };
    double x[INPUTS], y[OUTPUTS], squares = 0;

    for (size_t i = 0; i < INPUTS; i++)
        x[i] = 1;
    product_make(&design, weights, INPUTS, OUTPUTS, 4, 1, x, y);
    for (size_t o = 0; o < OUTPUTS; o++)
        squares += y[o] * y[o] / OUTPUTS;
    /* 0.02 * 15 levels, 64 cells: 2.4, and the rounding to whole levels */
    CU_ASSERT_DOUBLE_EQUAL(sqrt(squares), sqrt(0.3 * 0.3 * INPUTS + 1 / 12.0),
                           5 * 2.4 / sqrt(2 * OUTPUTS));
}

/* Codes a level apart lie askew to the levels, by the current of cells that are off, so that a small spread
 * turns sums over; spare bits make codes finer, and no more sums are wrong. */
static void spare_bits_hold_against_a_spread(void)
{
    enum { INPUTS = 64, OUTPUTS = 200 };
    static int64_t weights[INPUTS * OUTPUTS];
    struct random random = random_begin(3, 3);
    double x[INPUTS], y[OUTPUTS], errors[4] = { 0 };

    for (size_t i = 0; i < INPUTS * OUTPUTS; i++)
        weights[i] = (int64_t)random_below(&random, 4) - 2;
    for (size_t i = 0; i < INPUTS; i++)
        x[i] = (double)random_below(&random, 2);
    for (uint64_t more = 0; more < 4; more++) {
        /* all 4 rows on: 17 levels, of 5 bits */
        const struct sliced_design design = {
            .adc_bits = 5 + more,
            .dac_bits = 1,
            .rows = 4,
            .cell_bits = 2,
            .on_off = 3.43,
            .cell_sigma = 0.05,
            .is_calibrated = true,
        };

        product_make(&design, weights, INPUTS, OUTPUTS, 2, 1, x, y);
        for (size_t o = 0; o < OUTPUTS; o++) {
            int64_t sum = 0;

            for (size_t i = 0; i < INPUTS; i++)
                sum += (int64_t)x[i] * weights[i * OUTPUTS + o];
            errors[more] += fabs(y[o] - (double)sum) / OUTPUTS;
        }
    }
    CU_ASSERT(errors[0] > errors[1] && errors[1] >= errors[2] &&
              errors[2] >= errors[3]);
    CU_ASSERT(errors[3] < 0.5);
}

/* A whole layer by crossbars: convolutions and fully connected layers as without them. */
static void layers_of_crossbars_are_layers(void)
{
    enum { SIDE = 6, CHANNELS = 3, OUTPUTS = 4, COUNT = SIDE * SIDE * CHANNELS };
    struct random random = random_begin(8, 8);

    for (size_t kernel = 0; kernel <= 3; kernel += 3) {
        size_t inputs = kernel ? 9 * CHANNELS : COUNT, side = kernel ? SIDE - 2 : 1;
        double weights[COUNT * OUTPUTS], x[COUNT], wanted[16 * OUTPUTS],
            y[16 * OUTPUTS];
        struct network_layer shape = {
            .height = SIDE,
            .width = SIDE,
            .channels = CHANNELS,
            .out_height = side,
            .out_width = side,
            .outputs = OUTPUTS,
            .kernel = kernel,
            .stride = 1,
            .plane = { .inputs = inputs, .outputs = OUTPUTS, .weights = weights },
        };
        struct sliced_design design = { .adc_bits = 16,
                                        .dac_bits = 1,
                                        .rows = 20,
                                        .cell_bits = 3,
                                        .on_off = 10,
                                        .is_calibrated = true };
        struct integer_layer layer;

        for (size_t i = 0; i < inputs * OUTPUTS; i++)
            weights[i] = random_normal(&random);
        for (size_t i = 0; i < COUNT; i++)
            x[i] = fmax(0, random_normal(&random));
        integer_layer_init(&layer, &shape, NULL, SCALES_TAP, 8, 8);
        integer_layer_calibrate(&layer, x, false);
        integer_layer_forward(&layer, x, wanted);
        integer_layer_slice(&layer, &design, 8, &random);
        integer_layer_calibrate(&layer, x, true);
        integer_layer_forward(&layer, x, y);
        CU_ASSERT(memcmp(y, wanted, side * side * OUTPUTS * sizeof *y) == 0);
        integer_layer_free(&layer);
    }
}

SUITE(sliced, TEST(crossbars_with_enough_bits_are_exact),
      TEST(converters_round_to_their_steps), TEST(spread_of_cells_is_an_error),
      TEST(spare_bits_hold_against_a_spread), TEST(layers_of_crossbars_are_layers));
