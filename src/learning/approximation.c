#include "learning/approximation.h"

#include "base/maths.h"
#include "base/memory.h"
#include "base/stop.h"
#include "learning/integer_net.h"
#include "learning/random.h"
#include "learning/softmax.h"
#include "machine/layerwise/layerwise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct word approximation_quantised_words[] = {
    { "after_training", QUANTISED_AFTER_TRAINING },
    { "in_training", QUANTISED_IN_TRAINING },
    { NULL, 0 },
};

static enum status approximation_finish(void *record, struct error *err)
{
    const struct approximation *a = record;

    for (size_t i = 0; i < a->functions_count; i++)
        if (!(a->functions[i].from < a->functions[i].to))
            return error_set(err, STATUS_INPUT,
                             "from is %g, must be below to (%g) of the function %s",
                             a->functions[i].from, a->functions[i].to,
                             word_name(operation_words, a->functions[i].operation));
    return STATUS_OK;
}

/* clang-format off */
static const struct field approximated_function_fields[] = {
    FIELD_WORD(struct approximated_function, operation, operation_words, REQUIRED, "operation that the function computes"),
    FIELD_NUMBER(struct approximated_function, from, "1", REQUIRED, -1e6, 1e6, "least input"),
    FIELD_NUMBER(struct approximated_function, to, "1", REQUIRED, -1e6, 1e6, "greatest input"),
};
static const struct schema approximated_function_schema = {
    .kind = "function", .size = sizeof(struct approximated_function),
    .fields = approximated_function_fields,
    .field_count = FIELD_COUNT_OF(approximated_function_fields),
};

static const struct field approximation_fields[] = {
    FIELD_TEXT(struct approximation, summary, "", "summary in one line"),
    FIELD_WORD(struct approximation, quantised, approximation_quantised_words, QUANTISED_AFTER_TRAINING, "when weights are rounded to their bits: after training, or also in its second half"),
    FIELD_NUMBER(struct approximation, learning_rate, "1", 0.01, 1e-6, 10, "initial learning rate of Adam; it falls to 0 in equal steps"),
    FIELD_COUNT(struct approximation, batches, 4000, 1, 1u << 24, "number of batches of 32 inputs"),
    FIELD_COUNT(struct approximation, test_inputs, 1024, 2, 1u << 24, "number of test inputs"),
    FIELD_COUNT(struct approximation, trials, 5, 1, APPROXIMATION_TRIALS_MAX, "repetitions with other random numbers"),
    FIELD_LIST(struct approximation, functions, &approximated_function_schema, "functions and their ranges"),
};
const struct schema approximation_schema = {
    .kind = "approximation", .folder = "approximations", .size = sizeof(struct approximation),
    .fields = approximation_fields, .field_count = FIELD_COUNT_OF(approximation_fields),
    .finish = approximation_finish,
};
/* clang-format on */

/* ---- functions */

static double scalar_value(int operation, double x)
{
    switch (operation) {
    case OPERATION_SQUARE_ROOT: return sqrt(x);
    case OPERATION_LEAKY_RELU: return x > 0 ? x : 0.01 * x;
    case OPERATION_EXPONENTIAL: return maths_exp(x);
    case OPERATION_TANH: return maths_tanh(x);
    case OPERATION_SIGMOID: return 1 / (1 + maths_exp(-x));
    case OPERATION_GELU: return 0.5 * x * maths_erfc(-x / sqrt(2));
    case OPERATION_RECIPROCAL: return 1 / x;
    case OPERATION_RECIPROCAL_ROOT: return 1 / sqrt(x);
    default: return NAN;
    }
}

/* S. Sabour et al., NIPS 2017, eq. 1: the length s becomes s^2 / (1 + s^2). */
static void squash(const double *x, uint64_t elements, double *y)
{
    double square = 0;

    for (uint64_t i = 0; i < elements; i++)
        square += x[i] * x[i];
    for (uint64_t i = 0; i < elements; i++)
        y[i] = x[i] * sqrt(square) / (1 + square);
}

bool function_value(int operation, const double *x, uint64_t elements, double *y)
{
    if (operation == OPERATION_SOFTMAX) {
        softmax(x, elements, y);
    } else if (operation == OPERATION_SQUASH) {
        squash(x, elements, y);
    } else {
        for (uint64_t i = 0; i < elements; i++)
            y[i] = scalar_value(operation, x[i]);
    }
    return !isnan(y[0]);
}

/* ---- a trial */

enum {
    LANES = FUNCTION_LANES,
    STREAM_WEIGHTS = 1 << 23,
    STREAM_INPUTS,
    STREAM_TEST,
    STREAM_STATISTICS,
    STATISTICS_BATCHES = 64,
};

struct approximation_trial {
    const struct approximation_request *request;
    const struct approximated_function *function;
    size_t elements;
    double mean, deviation;            /* of the outputs */
    double *x, *y, *lane_y;            /* error of one input, in the function's units */
    double *targets;                   /* elements x lanes */
    double range[FUNCTION_LAYERS_MAX]; /* range of each layer's inputs, from
                                        * calibration */
    struct function_net net;
};

/* Scales a value from the range to -1 .. 1. */
static double scaled(const struct approximated_function *function, double x)
{
    double middle = (function->from + function->to) / 2;

    return (x - middle) / ((function->to - function->from) / 2);
}

static void input_draw(struct approximation_trial *trial, struct random *random)
{
    const struct approximated_function *f = trial->function;

    for (size_t i = 0; i < trial->elements; i++)
        trial->x[i] = f->from + (f->to - f->from) * random_uniform(random);
    function_value(f->operation, trial->x, trial->elements, trial->y);
}

/* Writes the k-th input of the test: on a regular grid, or random. */
static void test_input(struct approximation_trial *trial, uint64_t k,
                       struct random *random)
{
    const struct approximated_function *f = trial->function;
    uint64_t count = trial->request->approximation->test_inputs;

    if (trial->elements > 1) {
        input_draw(trial, random);
        return;
    }
    trial->x[0] = f->from + (f->to - f->from) * ((double)k / (double)(count - 1));
    function_value(f->operation, trial->x, 1, trial->y);
}

/* Draws a batch of inputs and targets. */
static void batch_draw(struct approximation_trial *trial, struct random *random)
{
    for (size_t n = 0; n < LANES; n++) {
        input_draw(trial, random);
        for (size_t i = 0; i < trial->elements; i++) {
            trial->net.layers[0].x[i * LANES + n] = scaled(trial->function,
                                                           trial->x[i]);
            trial->targets[i * LANES + n] = (trial->y[i] - trial->mean) /
                                            trial->deviation;
        }
    }
}

static void outputs_measure(struct approximation_trial *trial, uint64_t number)
{
    struct random random = random_begin(number, STREAM_STATISTICS);
    double sum = 0, squares = 0, count = 0;

    for (size_t k = 0; k < STATISTICS_BATCHES * LANES; k++) {
        input_draw(trial, &random);
        for (size_t i = 0; i < trial->elements; i++) {
            sum += trial->y[i];
            squares += trial->y[i] * trial->y[i];
            count++;
        }
    }
    trial->mean = sum / count;
    trial->deviation = sqrt(fmax(squares / count - trial->mean * trial->mean, 1e-300));
}

static void train(struct approximation_trial *trial, uint64_t number)
{
    const struct approximation *a = trial->request->approximation;
    struct random random = random_begin(number, STREAM_INPUTS);

    for (uint64_t k = 0; k < a->batches && !stop_is_wanted(); k++) {
        double left = (double)(a->batches - k) / (double)a->batches;

        if (a->quantised == QUANTISED_IN_TRAINING && 2 * k >= a->batches)
            function_net_round(&trial->net, trial->request->bits);
        batch_draw(trial, &random);
        function_net_forward(&trial->net);
        function_net_backward(&trial->net, trial->targets);
        function_net_step(&trial->net, a->learning_rate * left);
    }
    function_net_round(&trial->net, 0);
}

/* Finds the ranges of the layers' inputs, with inputs like those of the training. */
static void ranges_measure(struct approximation_trial *trial, uint64_t number)
{
    struct random random = random_begin(number, STREAM_STATISTICS);

    trial->range[0] = 1;
    for (size_t k = 0; k < STATISTICS_BATCHES; k++) {
        batch_draw(trial, &random);
        function_net_forward(&trial->net);
        for (size_t l = 1; l < trial->net.count; l++)
            for (size_t i = 0; i < trial->net.layers[l].inputs * LANES; i++)
                trial->range[l] = fmax(trial->range[l],
                                       fabs(trial->net.layers[l].x[i]));
    }
}

/* Computes the output of the network in floating point for trial->x. */
static void float_answer(struct approximation_trial *trial, double *y)
{
    const double *out;

    for (size_t i = 0; i < trial->elements; i++)
        trial->net.layers[0].x[i * LANES] = scaled(trial->function, trial->x[i]);
    out = function_net_forward(&trial->net);
    for (size_t i = 0; i < trial->elements; i++)
        y[i] = trial->mean + trial->deviation * out[i * LANES];
}

static void integer_answer(struct approximation_trial *trial,
                           struct integer_net *integers, double *y)
{
    for (size_t i = 0; i < trial->elements; i++)
        trial->x[i] = scaled(trial->function, trial->x[i]);
    integer_net_forward(integers, trial->x, y);
    for (size_t i = 0; i < trial->elements; i++)
        y[i] = trial->mean + trial->deviation * y[i];
}

static void test(struct approximation_trial *trial, uint64_t number,
                 struct approximation_result *result)
{
    uint64_t inputs = trial->request->approximation->test_inputs;
    double count = (double)(inputs * trial->elements), sum = 0, squares = 0;
    struct random random = random_begin(number, STREAM_TEST);
    struct integer_net integers;

    integer_net_init(&integers, &trial->net, trial->range, trial->request->bits);
    for (uint64_t k = 0; k < inputs && !stop_is_wanted(); k++) {
        test_input(trial, k, &random);
        float_answer(trial, trial->lane_y);
        for (size_t i = 0; i < trial->elements; i++) {
            double error = trial->lane_y[i] - trial->y[i];

            result->float_mse[number] += error * error / count;
            sum += trial->y[i];
            squares += trial->y[i] * trial->y[i];
        }
        integer_answer(trial, &integers, trial->lane_y);
        for (size_t i = 0; i < trial->elements; i++) {
            double error = fabs(trial->lane_y[i] - trial->y[i]);

            result->mse[number] += error * error / count;
            result->error[number] += error / count;
            result->error_most[number] = fmax(result->error_most[number], error);
        }
    }
    result->variance = squares / count - (sum / count) * (sum / count);
    integer_net_free(&integers);
}

static void trial_run(struct approximation_trial *trial, uint64_t number,
                      struct approximation_result *result)
{
    const struct approximation_request *request = trial->request;
    struct random random = random_begin(number, STREAM_WEIGHTS);

    memset(trial->range, 0, sizeof trial->range);
    function_net_init(&trial->net, trial->elements, (size_t)request->hidden,
                      (size_t)request->hidden_layers, trial->elements, &random);
    outputs_measure(trial, number);
    train(trial, number);
    ranges_measure(trial, number);
    test(trial, number, result);
    result->weights = function_net_weights(&trial->net);
    function_net_free(&trial->net);
}

/* ---- an approximation */

static enum status request_check(const struct approximation_request *request,
                                 const struct approximated_function **function,
                                 struct error *err)
{
    const struct approximation *a = request->approximation;
    const char *name = word_name(operation_words, request->operation);
    const double one = 1;
    double ends[2];

    *function = NULL;
    for (size_t i = 0; i < a->functions_count; i++)
        if (a->functions[i].operation == request->operation)
            *function = &a->functions[i];
    if (!*function)
        return error_set(err, STATUS_INFEASIBLE, "%s has no function %s",
                         a->record.name, name);
    if (!function_value(request->operation, &one, 1, &ends[0]))
        return error_set(err, STATUS_INFEASIBLE,
                         "%s is not a function that networks approximate", name);
    function_value(request->operation, &(*function)->from, 1, &ends[0]);
    function_value(request->operation, &(*function)->to, 1, &ends[1]);
    if (!isfinite(ends[0]) || !isfinite(ends[1]))
        return error_set(err, STATUS_INFEASIBLE, "%s is not defined from %g to %g",
                         name, (*function)->from, (*function)->to);
    if (request->hidden_layers < 1 || request->hidden_layers >= FUNCTION_LAYERS_MAX)
        return error_set(err, STATUS_INFEASIBLE,
                         "a network must have 1..%d hidden layers, but has %ju",
                         FUNCTION_LAYERS_MAX - 1, (uintmax_t)request->hidden_layers);
    if (request->bits < INTEGER_NET_BITS_MIN || request->bits > INTEGER_NET_BITS_MAX)
        return error_set(err, STATUS_INFEASIBLE,
                         "weights must have %d..%d bits, but precision is %ju",
                         INTEGER_NET_BITS_MIN, INTEGER_NET_BITS_MAX,
                         (uintmax_t)request->bits);
    return STATUS_OK;
}

enum status approximation_run(const struct approximation_request *request,
                              struct approximation_result *result, struct error *err)
{
    size_t elements = (size_t)request->elements;
    struct approximation_trial *trial;
    const struct approximated_function *function;
    enum status status = request_check(request, &function, err);

    if (status != STATUS_OK)
        return status;
    trial = alloc_array(1, sizeof *trial);
    trial->request = request;
    trial->function = function;
    trial->elements = elements;
    trial->x = alloc_array(3 * elements, sizeof(double));
    trial->y = trial->x + elements;
    trial->lane_y = trial->y + elements;
    trial->targets = alloc_array(elements * LANES, sizeof(double));
    *result = (struct approximation_result){ .weights = 0 };
    for (uint64_t number = 0; number < request->approximation->trials; number++)
        trial_run(trial, number, result);
    free(trial->targets);
    free(trial->x);
    free(trial);
    return STATUS_OK;
}

double approximation_cost_s(const struct approximation_request *request)
{
    const struct approximation *a = request->approximation;
    double d = (double)request->elements, h = (double)request->hidden;
    double macs = 2 * d * h + (double)(request->hidden_layers - 1) * h * h;

    return (double)a->trials *
           ((double)a->batches * (5e-6 + 3e-8 * macs + LANES * d * 1e-8) +
            (double)a->test_inputs * macs * 2e-8);
}
