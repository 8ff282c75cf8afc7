#include "learning/learner.h"

#include "base/memory.h"
#include "base/stop.h"

#include <stdlib.h>
#include <string.h>

const struct word converter_words[] = {
    { "ideal", CONVERTERS_IDEAL },
    { "calibrated", CONVERTERS_CALIBRATED },
    { NULL, 0 },
};

const struct word learning_activation_words[] = {
    { "rectified", ACTIVATION_RECTIFIED },
    { "sigmoid", ACTIVATION_SIGMOID },
    { NULL, 0 },
};

const struct word rounding_words[] = {
    { "nearest", ROUNDING_NEAREST },
    { "stochastic", ROUNDING_STOCHASTIC },
    { NULL, 0 },
};

/* clang-format off */
static const struct field learner_fields[] = {
    EXPERIMENT_FIELDS(5),
    FIELD_COUNT(struct learner, convolutions, 0, 0, 8, "convolutions of 3 x 3 before the fully connected layers"),
    FIELD_COUNT(struct learner, stride, 2, 1, 8, "stride of the convolutions"),
    FIELD_COUNT(struct learner, channels, 8, 1, 1024, "outputs of each convolution"),
    FIELD_COUNT(struct learner, depth, 2, 0, 64, "hidden fully connected layers"),
    FIELD_COUNT(struct learner, width, 64, 1, 65536, "units of each hidden layer"),
    FIELD_WORD(struct learner, activation, learning_activation_words, ACTIVATION_SIGMOID, "activation function of hidden layers"),
    FIELD_NUMBER(struct learner, learning_rate, "1", 0.1, 1e-6, 100, "step along the gradient of one image"),
    FIELD_WORD(struct learner, rounding, rounding_words, ROUNDING_STOCHASTIC, "how a change is rounded to whole pulses: to the nearest number, or up with a probability equal to its fraction, so that changes below one pulse have an effect on average (T. Gokmen, Y. Vlasov, Front. Neurosci. 10:333, 2016)"),
    FIELD_COUNT(struct learner, epochs, 20, 1, 10000, "times that each image is learnt"),
    FIELD_COUNT(struct learner, training_images, 1u << 20, 1, 1u << 30, "largest number of images that are learnt"),
    FIELD_COUNT(struct learner, test_images, 1u << 20, 1, 1u << 30, "largest number of test images"),
    FIELD_WORD(struct learner, converters, converter_words, CONVERTERS_IDEAL, "converters around the crossbars: ideal, or with adc_bits and dac_bits over the range of the first images (calibrated)"),
    FIELD_COUNT(struct learner, adc_bits, 8, 1, 24, "bits of the converter of a column's current"),
    FIELD_COUNT(struct learner, dac_bits, 8, 1, 24, "bits of the converter of an input or error"),
    FIELD_COUNT(struct learner, rows, 128, 1, 65536, "wordlines whose currents a converter reads together"),
    FIELD_NUMBER(struct learner, read_after_s, "s", 1, 1, 1e10, "time from the last write to the test"),
};
/* clang-format on */

const struct schema learner_schema = {
    .kind = "experiment",
    .folder = "experiments",
    .size = sizeof(struct learner),
    .fields = learner_fields,
    .field_count = FIELD_COUNT_OF(learner_fields),
};

/* The number of images whose products set the converters' ranges before each epoch. */
enum { CALIBRATION_IMAGES = 32 };

static size_t least(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

static void calibrate(struct network *network, const struct corpus_images *images,
                      size_t count)
{
    size_t pixels = images->height * images->width;

    if (network->layers[0].plane.converters.are_ideal)
        return;
    for (size_t l = 0; l < network->count; l++)
        plane_calibrate(&network->layers[l].plane, true);
    for (size_t i = 0; i < count && i < CALIBRATION_IMAGES; i++) {
        network_forward(network, images->pixels + i * pixels);
        network_errors(network, images->labels[i]);
    }
    for (size_t l = 0; l < network->count; l++)
        plane_calibrate(&network->layers[l].plane, false);
}

static double tested(struct network *network, const struct corpus_images *images,
                     size_t count)
{
    size_t right = 0, pixels = images->height * images->width;

    for (size_t i = 0; i < count && !stop_is_wanted(); i++) {
        const double *p = network_forward(network, images->pixels + i * pixels);
        size_t best = 0;

        for (size_t c = 1; c < network->classes; c++)
            best = p[c] > p[best] ? c : best;
        right += best == images->labels[i];
    }
    return (double)right / (double)count;
}

void learner_learn(const struct learner *learner, const struct corpus_images *images,
                   size_t count, uint64_t trial, struct network *network)
{
    enum { STREAM_ORDER = 1 << 20 };
    size_t pixels = images->height * images->width;
    size_t *order = alloc_array(count, sizeof *order);
    struct random random = random_begin(trial, STREAM_ORDER);

    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (uint64_t epoch = 0; epoch < learner->epochs && !stop_is_wanted(); epoch++) {
        calibrate(network, images, count);
        for (size_t i = count; i > 1; i--) { /* Fisher and Yates */
            size_t j = (size_t)random_below(&random, i), kept = order[i - 1];

            order[i - 1] = order[j];
            order[j] = kept;
        }
        for (size_t i = 0; i < count && !stop_is_wanted(); i++) {
            network_forward(network, images->pixels + order[i] * pixels);
            network_errors(network, images->labels[order[i]]);
            network_update(network, learner->learning_rate);
        }
    }
    calibrate(network, images, count);
    free(order);
}

static void pulses_add(const struct network *network, double trials,
                       struct experiment_result *result)
{
    for (size_t l = 0; l < network->count; l++) {
        const struct plane *plane = &network->layers[l].plane;

        for (size_t i = 0; i < (plane->inputs + 1) * plane->outputs; i++) {
            double pulses = (double)plane->pulses[i];

            result->pulses += pulses / trials;
            if (pulses > result->pulses_most)
                result->pulses_most = pulses;
        }
        result->pulse_j += plane->pulse_j / trials;
    }
}

/* Runs one trial of an experiment, and adds the counts of its pulses to result. */
static enum status trial_run(const struct experiment_setting *setting, uint64_t trial,
                             struct experiment_result *result, struct error *err)
{
    const struct learner *learner = (const struct learner *)setting->experiment;
    const struct corpus *corpus = setting->corpus;
    size_t learnt = least(learner->training_images, corpus->training.count);
    size_t test = least(learner->test_images, corpus->test.count);
    struct network network;
    enum status status = network_init(&network, learner, corpus, setting->synapse,
                                      setting->rule, trial, err);

    if (status != STATUS_OK)
        return status;
    learner_learn(learner, &corpus->training, learnt, trial, &network);
    pulses_add(&network, (double)learner->experiment.trials, result);
    for (size_t l = 0; l < network.count; l++)
        plane_drift(&network.layers[l].plane, learner->read_after_s);
    result->learnt[trial] = tested(&network, &corpus->training, least(test, learnt));
    result->accuracy[trial] = tested(&network, &corpus->test, test);
    result->cells = 0;
    for (size_t l = 0; l < network.count; l++)
        result->cells += (double)((network.layers[l].plane.inputs + 1) *
                                  network.layers[l].plane.outputs);
    result->tests = (double)test;
    network_free(&network);
    return STATUS_OK;
}

static enum status learner_run(const struct experiment_setting *setting,
                               struct experiment_result *result, struct error *err)
{
    enum status status = STATUS_OK;

    result->pulses = result->pulses_most = result->pulse_j = 0;
    result->macs = learner_macs((const struct learner *)setting->experiment,
                                setting->corpus);
    for (uint64_t trial = 0; trial < setting->experiment->trials && status == STATUS_OK;
         trial++)
        status = trial_run(setting, trial, result, err);
    return status;
}

/* Learning an image costs the forward pass, the errors and the changes.  A pulse costs as
 * much as 60 multiply-accumulates (measured).  Most changes of a synapse with pulses draw a
 * random number (10). */
static double learner_cost_s(const struct experiment_setting *setting)
{
    const struct learner *learner = (const struct learner *)setting->experiment;
    double images = (double)least(learner->training_images,
                                  setting->corpus->training.count);
    double per_mac_s = setting->synapse && setting->synapse->law == SYNAPSE_IDEAL
                           ? 2e-9
                           : 5e-9;

    return (double)(learner->experiment.trials * learner->epochs) * images *
           learner_macs(learner, setting->corpus) * per_mac_s;
}

const struct experiment_family learning_experiments = {
    .name = "learning",
    .reads = EXPERIMENT_READS_SYNAPSE | EXPERIMENT_READS_LEARNING,
    .schema = &learner_schema,
    .run = learner_run,
    .cost_s = learner_cost_s,
};
