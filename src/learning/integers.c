#include "learning/integers.h"

#include "base/memory.h"
#include "base/stop.h"
#include "learning/learner.h"
#include "learning/winograd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct word integers_algorithm_words[] = {
    { "direct", ALGORITHM_DIRECT },
    { "f2", ALGORITHM_F2 },
    { "f4", ALGORITHM_F4 },
    { NULL, 0 },
};

const struct word integers_scales_words[] = {
    { "layer", SCALES_LAYER },
    { "tap", SCALES_TAP },
    { "tap_powers", SCALES_TAP_POWERS },
    { NULL, 0 },
};

const struct word integers_converter_words[] = {
    { "ideal", SUMS_EXACT },
    { "calibrated", SUMS_CALIBRATED },
    { "full", SUMS_FULL },
    { NULL, 0 },
};

/* clang-format off */
static const struct field integers_fields[] = {
    EXPERIMENT_FIELDS(5),
    FIELD_WORD(struct integers, algorithm, integers_algorithm_words, ALGORITHM_DIRECT, "algorithm of the convolutions: direct, or Winograd's F(2 x 2, 3 x 3) or F(4 x 4, 3 x 3)"),
    FIELD_WORD(struct integers, scales, integers_scales_words, SCALES_TAP, "scales of Winograd's taps: one per layer, one per tap, or one per tap that is a power of two"),
    FIELD_WORD(struct integers, converters, integers_converter_words, SUMS_EXACT, "converters of the crossbars that hold the weights; ideal: sums are exact; calibrated, full: converters of adc_bits, over the range that the first training images take, or over that of all cells on"),
    FIELD_COUNT(struct integers, adc_bits, 8, 1, 24, "bits of an analog-to-digital converter, which reads a column's current"),
    FIELD_COUNT(struct integers, dac_bits, 1, 1, 16, "bits of an input that drive a wordline at the same time"),
    FIELD_COUNT(struct integers, rows, 128, 1, 65536, "wordlines whose currents a converter reads together"),
    FIELD_COUNT(struct integers, cell_bits, 2, 1, 8, "bits of a weight in one cell"),
    FIELD_NUMBER(struct integers, on_off, "1", 1e6, 1.01, 1e9, "greatest conductance of a cell over the least"),
    FIELD_NUMBER(struct integers, cell_sigma, "1", 0, 0, 1, "standard deviation of a conductance from its level, as a share of the range"),
    FIELD_COUNT(struct integers, convolutions, 2, 1, 8, "convolutions of 3 x 3, stride 1, no padding, before the fully connected layers"),
    FIELD_COUNT(struct integers, channels, 8, 1, 1024, "outputs of each convolution"),
    FIELD_COUNT(struct integers, depth, 0, 0, 64, "hidden fully connected layers"),
    FIELD_COUNT(struct integers, width, 64, 1, 65536, "units of each hidden layer"),
    FIELD_NUMBER(struct integers, learning_rate, "1", 0.01, 1e-6, 100, "step along the gradient of one image"),
    FIELD_COUNT(struct integers, epochs, 3, 1, 10000, "times that each image is learnt"),
    FIELD_COUNT(struct integers, training_images, 1u << 20, 1, 1u << 30, "largest number of images that are learnt"),
    FIELD_COUNT(struct integers, test_images, 1u << 20, 1, 1u << 30, "largest number of test images"),
};
/* clang-format on */

const struct schema integers_schema = {
    .kind = "experiment",
    .folder = "experiments",
    .size = sizeof(struct integers),
    .fields = integers_fields,
    .field_count = FIELD_COUNT_OF(integers_fields),
};

/* The number of images for calibration.  If few images give too small a range, taps of other
 * images are clipped, which costs more accuracy than coarse steps. */
enum {
    CALIBRATION_IMAGES = 512,
    NOISE_IMAGES = 64,
    BITS_MAX = 16,
    LAYERS_MAX = NETWORK_LAYERS_MAX,
    STREAM_CROSSBARS = 1 << 22
};

/* Returns the network as a learner in floating point. */
static struct learner learner_of(const struct integers *integers)
{
    return (struct learner){
        .experiment = integers->experiment,
        .convolutions = integers->convolutions,
        .channels = integers->channels,
        .stride = 1,
        .depth = integers->depth,
        .width = integers->width,
        .activation = ACTIVATION_RECTIFIED,
        .learning_rate = integers->learning_rate,
        .epochs = integers->epochs,
        .training_images = integers->training_images,
        .test_images = integers->test_images,
        .converters = CONVERTERS_IDEAL,
        .read_after_s = 1,
    };
}

static size_t least(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

/* ---- the network in integers */

struct integer_network {
    struct network *trained;
    struct integer_layer layers[LAYERS_MAX];
    double *values;      /* of a layer's output */
    double error, power; /* sums of squares over the outputs of convolutions */
};

static size_t out_size(const struct network_layer *layer)
{
    return layer->out_height * layer->out_width * layer->outputs;
}

static void ranges_calibrate(struct integer_network *network,
                             const struct corpus_images *images, size_t count)
{
    size_t pixels = images->height * images->width;

    for (int is_tap = 0; is_tap < 2; is_tap++)
        for (size_t i = 0; i < count && i < CALIBRATION_IMAGES; i++) {
            network_forward(network->trained, images->pixels + i * pixels);
            for (size_t l = 0; l < network->trained->count; l++)
                integer_layer_calibrate(&network->layers[l],
                                        network->trained->layers[l].in, is_tap);
        }
}

static void crossbars_make(struct integer_network *network,
                           const struct integers *integers, uint64_t bits,
                           uint64_t trial)
{
    const struct sliced_design design = {
        .adc_bits = integers->adc_bits,
        .dac_bits = integers->dac_bits,
        .rows = integers->rows,
        .cell_bits = integers->cell_bits,
        .is_calibrated = integers->converters == SUMS_CALIBRATED,
        .on_off = integers->on_off,
        .cell_sigma = integers->cell_sigma,
    };

    for (size_t l = 0; l < network->trained->count; l++) {
        struct random random = random_begin(trial, STREAM_CROSSBARS + l);

        integer_layer_slice(&network->layers[l], &design, bits, &random);
    }
}

static void integer_network_init(struct integer_network *network,
                                 struct network *trained,
                                 const struct integers *integers, uint64_t bits,
                                 uint64_t trial)
{
    const struct winograd *winograd = integers->algorithm == ALGORITHM_F2 ? &winograd_f2
                                      : integers->algorithm == ALGORITHM_F4
                                          ? &winograd_f4
                                          : NULL;
    size_t most = 1;

    *network = (struct integer_network){ .trained = trained };
    for (size_t l = 0; l < trained->count; l++) {
        integer_layer_init(&network->layers[l], &trained->layers[l], winograd,
                           integers->scales, bits, bits);
        if (out_size(&trained->layers[l]) > most)
            most = out_size(&trained->layers[l]);
    }
    if (integers->converters != SUMS_EXACT)
        crossbars_make(network, integers, bits, trial);
    network->values = alloc_array(2 * most, sizeof(double));
}

static void integer_network_free(struct integer_network *network)
{
    for (size_t l = 0; l < network->trained->count; l++)
        integer_layer_free(&network->layers[l]);
    free(network->values);
}

/* Adds the biases, and applies the activation function in all layers but the last. */
static void layer_end(const struct network_layer *layer, bool is_last, double *y)
{
    const double *bias = layer->plane.weights + layer->plane.inputs * layer->outputs;

    for (size_t i = 0; i < out_size(layer); i++) {
        y[i] += bias[i % layer->outputs];
        if (!is_last)
            y[i] = fmax(0, y[i]);
    }
}

static size_t recognised_class(struct integer_network *network, const double *pixels)
{
    const struct network *trained = network->trained;
    const double *x = pixels;
    double *y = network->values;
    size_t best = 0;

    for (size_t l = 0; l < trained->count; l++) {
        const struct network_layer *layer = &trained->layers[l];

        integer_layer_forward(&network->layers[l], x, y);
        layer_end(layer, l + 1 == trained->count, y);
        x = y; /* the layer has copied its input as integers */
    }
    for (size_t c = 1; c < trained->classes; c++)
        best = x[c] > x[best] ? c : best;
    return best;
}

/* Adds up the errors of the convolutions for an image, each with the inputs that it has in
 * floating point. */
static void noise_add(struct integer_network *network, const double *pixels)
{
    struct network *trained = network->trained;

    network_forward(trained, pixels);
    for (size_t l = 0; l < trained->count && trained->layers[l].kernel; l++) {
        const struct network_layer *layer = &trained->layers[l];
        const double *bias = layer->plane.weights +
                             layer->plane.inputs * layer->outputs;

        integer_layer_forward(&network->layers[l], layer->in, network->values);
        for (size_t i = 0; i < out_size(layer); i++) {
            double y = network->values[i] + bias[i % layer->outputs];
            double exact = layer->out[i], error = fmax(0, y) - exact;

            network->error += error * error;
            network->power += exact * exact;
        }
    }
}

/* ---- an experiment */

static enum status trial_run(const struct experiment_setting *setting, uint64_t trial,
                             struct experiment_result *result, struct error *err)
{
    static const struct synapse software = { .law = SYNAPSE_IDEAL, .on_off = 1e9 };
    const struct integers *integers = (const struct integers *)setting->experiment;
    const struct learner learner = learner_of(integers);
    const struct corpus *corpus = setting->corpus;
    size_t learnt = least(integers->training_images, corpus->training.count);
    size_t test = least(integers->test_images, corpus->test.count), right = 0;
    size_t pixels = corpus->test.height * corpus->test.width;
    struct integer_network *network;
    struct network trained;
    enum status status = network_init(&trained, &learner, corpus, &software,
                                      RULE_BACKPROPAGATION, trial, err);

    if (status != STATUS_OK)
        return status;
    learner_learn(&learner, &corpus->training, learnt, trial, &trained);
    network = alloc_array(1, sizeof *network);
    integer_network_init(network, &trained, integers, setting->bits, trial);
    ranges_calibrate(network, &corpus->training, learnt);
    for (size_t i = 0; i < test && !stop_is_wanted(); i++) {
        const double *image = corpus->test.pixels + i * pixels;

        right += recognised_class(network, image) == corpus->test.labels[i];
        if (i < NOISE_IMAGES)
            noise_add(network, image);
    }
    result->accuracy[trial] = (double)right / (double)test;
    result->noise[trial] = network->error / network->power;
    result->tests = (double)test;
    integer_network_free(network);
    free(network);
    network_free(&trained);
    return STATUS_OK;
}

static enum status integers_run(const struct experiment_setting *setting,
                                struct experiment_result *result, struct error *err)
{
    const struct integers *integers = (const struct integers *)setting->experiment;
    const struct learner learner = learner_of(integers);
    enum status status = STATUS_OK;

    if (setting->bits < 2 || setting->bits > BITS_MAX)
        return error_set(err, STATUS_INFEASIBLE,
                         "integers must have 2..%d bits, but precision is %ju",
                         BITS_MAX, (uintmax_t)setting->bits);
    if (integers->converters != SUMS_EXACT && integers->algorithm != ALGORITHM_DIRECT)
        return error_set(err, STATUS_INFEASIBLE,
                         "crossbars multiply directly: converters must be ideal for "
                         "Winograd's algorithm");
    result->macs = learner_macs(&learner, setting->corpus);
    for (uint64_t trial = 0; trial < integers->experiment.trials && status == STATUS_OK;
         trial++)
        status = trial_run(setting, trial, result, err);
    return status;
}

/* Returns the seconds of one multiply-accumulate of the test: more if tiles are transformed, and for every slice
 * of a crossbar's weights and every step of its inputs. */
static double test_mac_s(const struct integers *integers, uint64_t bits)
{
    double slices = ceil((double)bits / (double)integers->cell_bits);
    double steps = ceil((double)bits / (double)integers->dac_bits);

    if (integers->converters != SUMS_EXACT)
        return 0.2e-9 * slices * steps;
    return integers->algorithm == ALGORITHM_DIRECT ? 1e-9 : 3e-9;
}

/* Learning costs what it costs in learner.c.  Converters are calibrated with the first images, too. */
static double integers_cost_s(const struct experiment_setting *setting)
{
    const struct integers *integers = (const struct integers *)setting->experiment;
    const struct learner learner = learner_of(integers);
    double learnt = (double)least(integers->training_images,
                                  setting->corpus->training.count);
    double tests = (double)least(integers->test_images, setting->corpus->test.count) +
                   NOISE_IMAGES;

    if (integers->converters == SUMS_CALIBRATED)
        tests += fmin(learnt, CALIBRATION_IMAGES);
    return (double)integers->experiment.trials *
           learner_macs(&learner, setting->corpus) *
           (2e-9 * learnt * (double)integers->epochs +
            test_mac_s(integers, setting->bits) * tests);
}

const struct experiment_family integer_experiments = {
    .name = "integers",
    .reads = EXPERIMENT_READS_PRECISION,
    .schema = &integers_schema,
    .run = integers_run,
    .cost_s = integers_cost_s,
};
