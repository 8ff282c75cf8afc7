/* Functions that small networks learn: gradients against differences, the network in integers against a
 * plain one, functions against the C library, training that is its trial's number. */
#include "learning/approximation.h"
#include "learning/integer_net.h"
#include "learning/random.h"
#include "machine/layerwise/layerwise.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = FUNCTION_LANES };

static void lanes_fill(double *values, size_t count, struct random *random)
{
    for (size_t i = 0; i < count; i++)
        values[i] = 2 * random_uniform(random) - 1;
}

static double loss(struct function_net *net, const double *targets)
{
    const double *y = function_net_forward(net);
    size_t count = net->layers[net->count - 1].outputs * LANES;
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += (y[i] - targets[i]) * (y[i] - targets[i]);
    return sum / 2 / (double)count;
}

/* Of every weight and bias of a network with two hidden layers. */
static void gradients_are_differences(void)
{
    struct random random = random_begin(4, 4);
    struct function_net net;
    double targets[2 * LANES], worst = 0;

    function_net_init(&net, 3, 7, 2, 2, &random);
    lanes_fill(net.layers[0].x, 3 * LANES, &random);
    lanes_fill(targets, 2 * LANES, &random);
    function_net_forward(&net);
    function_net_backward(&net, targets);
    for (size_t l = 0; l < net.count; l++) {
        struct function_layer *layer = &net.layers[l];
        size_t weights = layer->inputs * layer->outputs;

        for (size_t i = 0; i < weights + layer->outputs; i++) {
            const double h = 1e-6;
            double *at = i < weights ? &layer->weights[i] : &layer->biases[i - weights];
            double value = *at, up, down;

            *at = value + h;
            up = loss(&net, targets);
            *at = value - h;
            down = loss(&net, targets);
            *at = value;
            worst = fmax(worst, fabs((up - down) / (2 * h) - layer->gradient[i]));
        }
    }
    CU_ASSERT(worst < 1e-8);
    CU_ASSERT_EQUAL(function_net_weights(&net), 3 * 7 + 7 + 7 * 7 + 7 + 7 * 2 + 2);
    function_net_free(&net);
}

/* ---- the same network in integers, written anew: neuron by neuron, in whole doubles */

static double nearest(double x)
{
    return floor(x + 0.5);
}

static double magnitude(const double *values, size_t count)
{
    double most = 0;

    for (size_t i = 0; i < count; i++)
        most = fabs(values[i]) > most ? fabs(values[i]) : most;
    return most;
}

static void plain_forward(const struct function_net *net, const double *range,
                          unsigned bits, const double *in, double *out)
{
    double x[16], next[16];

    memcpy(x, in, net->layers[0].inputs * sizeof *x);
    for (size_t l = 0; l < net->count; l++) {
        const struct function_layer *layer = &net->layers[l];
        double weight_most = pow(2, bits - 1) - 1;
        double input_most = l == 0 ? weight_most : pow(2, bits) - 1;
        double w = magnitude(layer->weights, layer->inputs * layer->outputs) /
                   weight_most;
        double s = range[l] / input_most;

        for (size_t o = 0; o < layer->outputs; o++) {
            double sum = nearest(layer->biases[o] / (w * s));

            for (size_t i = 0; i < layer->inputs; i++) {
                double q = nearest(x[i] / s), low = l == 0 ? -input_most : 0;

                q = q < low ? low : q > input_most ? input_most : q;
                sum += q * nearest(layer->weights[i * layer->outputs + o] / w);
            }
            next[o] = sum * (w * s);
        }
        memcpy(x, next, layer->outputs * sizeof *x);
    }
    memcpy(out, x, net->layers[net->count - 1].outputs * sizeof *out);
}

static void integers_are_a_plain_evaluation(void)
{
    const unsigned widths[] = { 2, 3, 4, 8, 12, 16, 20 };
    const double range[] = { 1, 1.75, 0.9 }; /* some inputs are beyond it */
    struct random random = random_begin(5, 5);
    struct function_net net;

    function_net_init(&net, 3, 11, 2, 2, &random);
    for (size_t b = 0; b < sizeof widths / sizeof *widths; b++) {
        struct integer_net integers;

        integer_net_init(&integers, &net, range, widths[b]);
        for (int k = 0; k < 200; k++) {
            double in[3], ours[2], plain[2];

            lanes_fill(in, 3, &random);
            integer_net_forward(&integers, in, ours);
            plain_forward(&net, range, widths[b], in, plain);
            CU_ASSERT(memcmp(ours, plain, sizeof ours) == 0);
        }
        integer_net_free(&integers);
    }
    function_net_free(&net);
}

/* Weights of 24 bits and inputs to match lose next to nothing. */
static void many_bits_are_the_network(void)
{
    const double range[] = { 1, 8, 8 };
    struct random random = random_begin(6, 6);
    struct function_net net;
    struct integer_net integers;

    function_net_init(&net, 2, 9, 2, 1, &random);
    integer_net_init(&integers, &net, range, 24);
    lanes_fill(net.layers[0].x, 2 * LANES, &random);
    function_net_forward(&net);
    for (size_t n = 0; n < LANES; n++) {
        double in[2] = { net.layers[0].x[n], net.layers[0].x[LANES + n] }, out;

        integer_net_forward(&integers, in, &out);
        CU_ASSERT_DOUBLE_EQUAL(out, net.layers[2].y[n], 1e-5);
    }
    integer_net_free(&integers);
    function_net_free(&net);
}

static void rounded_weights_are_whole_steps(void)
{
    struct random random = random_begin(7, 7);
    struct function_net net;
    const struct function_layer *layer = &net.layers[0];
    double step;

    function_net_init(&net, 4, 8, 1, 1, &random);
    CU_ASSERT_PTR_EQUAL(layer->used, layer->weights);
    function_net_round(&net, 3);
    step = magnitude(layer->weights, 32) / 3;
    for (size_t i = 0; i < 32; i++) {
        CU_ASSERT_DOUBLE_EQUAL(layer->used[i] / step, nearest(layer->used[i] / step),
                               1e-12);
        CU_ASSERT(fabs(layer->used[i] - layer->weights[i]) <= step / 2 * (1 + 1e-12));
    }
    function_net_round(&net, 0);
    CU_ASSERT_PTR_EQUAL(layer->used, layer->weights);
    function_net_free(&net);
}

static void functions_are_the_librarys(void)
{
    double out[4];
    const double squashed[] = { 1, 2, 2, 4 }; /* of length 5: becomes 25 / 26 */

    for (int k = 1; k <= 40; k++) {
        double x = 0.1 * k, y;
        const struct {
            int operation;
            double value;
        } cases[] = {
            { OPERATION_SQUARE_ROOT, sqrt(x) },
            { OPERATION_LEAKY_RELU, x },
            { OPERATION_EXPONENTIAL, exp(x) },
            { OPERATION_TANH, tanh(x) },
            { OPERATION_SIGMOID, 1 / (1 + exp(-x)) },
            { OPERATION_GELU, 0.5 * x * (1 + erf(x / sqrt(2))) },
            { OPERATION_RECIPROCAL, 1 / x },
            { OPERATION_RECIPROCAL_ROOT, 1 / sqrt(x) },
        };

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            CU_ASSERT(function_value(cases[i].operation, &x, 1, &y));
            ASSERT_NEAR(y, cases[i].value, 1e-12);
        }
    }
    CU_ASSERT(function_value(OPERATION_SQUASH, squashed, 4, out));
    for (size_t i = 0; i < 4; i++)
        ASSERT_NEAR(out[i], squashed[i] / 5 * 25 / 26, 1e-12);
    CU_ASSERT(function_value(OPERATION_SOFTMAX, squashed, 4, out));
    ASSERT_NEAR(out[0] + out[1] + out[2] + out[3], 1.0, 1e-12);
    ASSERT_NEAR(out[3] / out[1], exp(2), 1e-12);
    CU_ASSERT_FALSE(function_value(OPERATION_ADD, squashed, 4, out));
}

static struct approximated_function functions[] = {
    { OPERATION_TANH, -4, 4 },
    { OPERATION_SOFTMAX, -2, 2 },
    { OPERATION_ADD, 0, 1 },
    { OPERATION_SQUARE_ROOT, -2, -1 },
};

static struct approximation approximation_of(void)
{
    return (struct approximation){
        .record = { .name = "short" },
        .learning_rate = 0.01,
        .batches = 2000,
        .test_inputs = 64,
        .trials = 2,
        .functions = functions,
        .functions_count = 4,
    };
}

static void more_bits_err_less_and_trials_repeat(void)
{
    struct approximation a = approximation_of();
    struct approximation_request request = { &a, OPERATION_TANH, 1, 32, 1, 4 };
    struct approximation_result few, many, again, aware;
    struct error err;

    CU_ASSERT_EQUAL(approximation_run(&request, &few, &err), STATUS_OK);
    a.quantised = QUANTISED_IN_TRAINING;
    CU_ASSERT_EQUAL(approximation_run(&request, &aware, &err), STATUS_OK);
    a.quantised = QUANTISED_AFTER_TRAINING;
    request.bits = 16;
    CU_ASSERT_EQUAL(approximation_run(&request, &many, &err), STATUS_OK);
    a.trials = 1;
    CU_ASSERT_EQUAL(approximation_run(&request, &again, &err), STATUS_OK);
    CU_ASSERT_EQUAL(many.mse[0], again.mse[0]);
    CU_ASSERT_NOT_EQUAL(many.mse[0], many.mse[1]);
    for (int n = 0; n < 2; n++) {
        CU_ASSERT(many.mse[n] < 0.1 * few.mse[n]);
        CU_ASSERT(aware.mse[n] < few.mse[n]);
        CU_ASSERT(many.mse[n] < 0.01 * many.variance);
        ASSERT_NEAR(many.mse[n], many.float_mse[n], 0.05);
        CU_ASSERT(many.error[n] * many.error[n] <= many.mse[n]);
        CU_ASSERT(many.mse[n] <= many.error_most[n] * many.error_most[n]);
        CU_ASSERT_EQUAL(few.float_mse[n], many.float_mse[n]);
    }
    CU_ASSERT_EQUAL(many.weights, 32 + 32 + 32 + 1);
}

static void what_cannot_be_approximated_says_so(void)
{
    const struct approximation a = approximation_of();
    const struct {
        struct approximation_request request;
        const char *words;
    } cases[] = {
        { { &a, OPERATION_GELU, 1, 8, 1, 8 }, "short has no function gelu" },
        { { &a, OPERATION_ADD, 1, 8, 1, 8 },
          "add is not a function that networks approximate" },
        { { &a, OPERATION_SQUARE_ROOT, 1, 8, 1, 8 },
          "square_root is not defined from -2 to -1" },
        { { &a, OPERATION_TANH, 1, 8, 0, 8 },
          "a network must have 1..64 hidden layers, but has 0" },
        { { &a, OPERATION_TANH, 1, 8, 1, 1 },
          "weights must have 2..24 bits, but precision is 1" },
        { { &a, OPERATION_TANH, 1, 8, 1, 32 },
          "weights must have 2..24 bits, but precision is 32" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct approximation_result result;
        struct error err = { "" };

        CU_ASSERT_EQUAL(approximation_run(&cases[i].request, &result, &err),
                        STATUS_INFEASIBLE);
        CU_ASSERT_STRING_EQUAL(err.text, cases[i].words);
    }
}

SUITE(approximation, TEST(gradients_are_differences),
      TEST(integers_are_a_plain_evaluation), TEST(many_bits_are_the_network),
      TEST(rounded_weights_are_whole_steps), TEST(functions_are_the_librarys),
      TEST(more_bits_err_less_and_trials_repeat),
      TEST(what_cannot_be_approximated_says_so));
