/* Networks that learn in synapses: laws against their formulas, gradients against differences,
 * converters against exact products, checksums against published ones. */
#include "base/maths.h"
#include "base/sha256.h"
#include "learning/hypervector.h"
#include "learning/integers.h"
#include "learning/learner.h"
#include "learning/winograd.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct synapse ideal = { .law = SYNAPSE_IDEAL, .on_off = 1e6 };

static const struct synapse pulsed = {
    .law = SYNAPSE_PULSES,
    .levels_up = 64,
    .levels_down = 64,
    .nonlinearity_up = 2,
    .nonlinearity_down = -3,
    .on_off = 20,
    .on_ohm = 1e5,
    .up_v = 1,
    .up_s = 1e-7,
    .down_v = 1,
    .down_s = 1e-7,
};

/* ---- synapses */

static void labels_are_distances_from_the_line(void)
{
    const double labels[] = { 0.04, 0.5, 1.75, 2.4, 4.88, 6.76, -0.63, -4.88 };

    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        double shape = synapse_shape(labels[i]), most = 0;

        for (int k = 0; k <= 10000; k++) {
            double x = k / 10000.0;

            most = fmax(most, fabs(synapse_law_at(shape, x) - x));
        }
        CU_ASSERT_DOUBLE_EQUAL(most, 0.099 * fabs(labels[i]), 1e-6);
        CU_ASSERT((synapse_law_at(shape, 0.5) > 0.5) == (labels[i] > 0));
    }
    CU_ASSERT(isinf(synapse_shape(0)));
}

static void law_is_its_formula_and_has_an_inverse(void)
{
    const double shapes[] = { 0.1, 0.5, 3, -0.1, -0.5, -3, INFINITY };

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int k = 0; k <= 20; k++) {
            double a = shapes[i], x = k / 20.0, g = synapse_law_at(a, x);

            if (isfinite(a))
                CU_ASSERT_DOUBLE_EQUAL(g, (1 - exp(-x / a)) / (1 - exp(-1 / a)), 1e-12);
            CU_ASSERT_DOUBLE_EQUAL(synapse_law_inverse(a, g), x, 1e-9);
        }
}

static void pulses_move_along_the_law(void)
{
    struct synapse_cell cell = { synapse_shape(2), synapse_shape(-3) };
    struct random random = random_begin(1, 1);
    double g = 0, before;

    for (int k = 1; k <= 64; k++) { /* one by one from the least on */
        before = g;
        g = synapse_pulsed(&pulsed, &cell, g, 1, &random);
        CU_ASSERT(g > before);
        CU_ASSERT_DOUBLE_EQUAL(g, synapse_law_at(cell.shape_up, k / 64.0), 1e-9);
    }
    CU_ASSERT_DOUBLE_EQUAL(g, 1, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(synapse_pulsed(&pulsed, &cell, 1, 5, &random), 1, 1e-12);
    /* a label below 0 is steep from the greatest conductance on */
    CU_ASSERT(1 - synapse_pulsed(&pulsed, &cell, 1, -1, &random) >
              synapse_pulsed(&pulsed, &cell, synapse_law_at(cell.shape_down, 1 / 64.0),
                             -1, &random) +
                  1 / 64.0);
    CU_ASSERT_DOUBLE_EQUAL(synapse_pulse_j(&pulsed, 1, 2), 2 * 1e-7 / 1e5, 1e-20);
    CU_ASSERT_DOUBLE_EQUAL(synapse_pulse_j(&pulsed, 0, -1), 1e-7 / 1e5 / 20, 1e-20);
}

static void variation_has_its_spread(void)
{
    struct synapse noisy = pulsed;
    struct synapse_cell cell = { INFINITY, INFINITY };
    struct random random = random_begin(2, 3);
    double sum = 0, squares = 0;
    enum { COUNT = 20000 };

    noisy.cycle_sigma = 0.02;
    for (int i = 0; i < COUNT; i++) {
        double step = synapse_pulsed(&noisy, &cell, 0.5, 4, &random) - 0.5 - 4 / 64.0;

        sum += step;
        squares += step * step;
    }
    CU_ASSERT_DOUBLE_EQUAL(sum / COUNT, 0, 5 * 0.04 / sqrt(COUNT));
    CU_ASSERT_DOUBLE_EQUAL(sqrt(squares / COUNT), 0.04, 0.002); /* 0.02 sqrt(4) */
}

/* ---- a corpus of its own: two classes of 6 x 6 pixels, left or right half bright */

static void corpus_make(struct corpus *corpus, size_t training, size_t test)
{
    static const char *const file = "/made";
    char *text = (char *)malloc((training + test) * 200 + 1), *at = text;
    struct random random = random_begin(9, 9);
    struct error err;
    const uint8_t *bytes;
    size_t size;

    *corpus = (struct corpus){ .record = { .name = "halves" },
                               .format = CORPUS_CSV,
                               .files = &file,
                               .files_count = 1,
                               .height = 6,
                               .width = 6,
                               .classes = 2,
                               .levels = 9,
                               .shrink = 1,
                               .test_every = (training + test) / test };
    for (size_t i = 0; i < training + test; i++) {
        unsigned label = (unsigned)random_below(&random, 2);

        for (unsigned p = 0; p < 36; p++)
            at += sprintf(
                at, "%u,",
                (unsigned)((p % 6 / 3 == label ? 5u : 0u) + random_below(&random, 5)));
        at += sprintf(at, "%u\n", label);
    }
    size = (size_t)(at - text);
    bytes = (const uint8_t *)text;
    CU_ASSERT_EQUAL_FATAL(corpus_decode(corpus, &bytes, &size, &err), STATUS_OK);
    free(text);
}

static struct learner learner_of(void)
{
    return (struct learner){
        .experiment = { .trials = 2 },
        .convolutions = 1,
        .channels = 3,
        .stride = 2,
        .depth = 2,
        .width = 7,
        .learning_rate = 0.1,
        .epochs = 5,
        .training_images = 1000,
        .test_images = 1000,
        .activation = ACTIVATION_SIGMOID,
        .rounding = ROUNDING_STOCHASTIC,
        .converters = CONVERTERS_IDEAL,
        .adc_bits = 8,
        .dac_bits = 8,
        .rows = 16,
        .read_after_s = 1,
    };
}

static enum status run(const struct learner *learner, const struct corpus *corpus,
                       const struct synapse *synapse, int rule,
                       struct experiment_result *result, struct error *err)
{
    const struct experiment_setting setting = {
        .experiment = &learner->experiment,
        .corpus = corpus,
        .synapse = synapse,
        .rule = (enum learning_rule)rule,
    };

    return experiment_run(&setting, result, err);
}

static double loss(struct network *network, const double *pixels, uint8_t label)
{
    return -log(network_forward(network, pixels)[label]);
}

/* Of every weight of every layer, convolution included. */
static void gradients_are_differences(void)
{
    const int activations[] = { ACTIVATION_SIGMOID, ACTIVATION_RECTIFIED };
    struct corpus corpus;
    struct error err;

    corpus_make(&corpus, 40, 10);
    for (size_t a = 0; a < 2; a++) {
        struct learner learner = learner_of();
        struct network network;
        const double *pixels = corpus.training.pixels + 36;
        uint8_t label = corpus.training.labels[1];
        double before[4096], worst = 0;

        learner.activation = activations[a];
        CU_ASSERT_EQUAL_FATAL(network_init(&network, &learner, &corpus, &ideal,
                                           RULE_BACKPROPAGATION, 3, &err),
                              STATUS_OK);
        for (size_t l = 0; l < network.count; l++) {
            struct plane *plane = &network.layers[l].plane;
            size_t count = (plane->inputs + 1) * plane->outputs;

            CU_ASSERT_FATAL(count < 4096);
            for (size_t i = 0; i < count; i++) {
                const double h = 1e-5;
                double weight = plane->weights[i], up, down;
                size_t t = i % plane->outputs * (plane->inputs + 1) +
                           i / plane->outputs;

                plane->weights[i] = plane->transposed[t] = weight + h;
                up = loss(&network, pixels, label);
                plane->weights[i] = plane->transposed[t] = weight - h;
                down = loss(&network, pixels, label);
                plane->weights[i] = plane->transposed[t] = weight;
                before[i] = (up - down) / (2 * h);
            }
            network_forward(&network, pixels);
            network_errors(&network, label);
            { /* a step of rate 1 changes weights by minus the gradient */
                double old[4096];

                memcpy(old, plane->weights, count * sizeof *old);
                network_update(&network, 1);
                for (size_t i = 0; i < count; i++)
                    worst = fmax(worst, fabs(old[i] - plane->weights[i] - before[i]));
                network_update(&network, -1);
            }
        }
        CU_ASSERT(worst < 1e-7);
        network_free(&network);
    }
    corpus_release(&corpus);
}

static void fine_converters_are_exact_and_coarse_ones_are_not(void)
{
    struct plane_converters converters = { false, 24, 24, 16 };
    struct plane plane;
    double x[40], exact[9], y[9], d[9], back[40], wanted[40];
    struct random random = random_begin(4, 4);

    for (int coarse = 0; coarse < 2; coarse++) {
        double worst = 0;

        converters.adc_bits = converters.dac_bits = coarse ? 4 : 24;
        plane_init(&plane, &pulsed, &converters, 40, 9, 1, 1);
        for (int i = 0; i < 40; i++)
            x[i] = random_uniform(&random);
        for (int i = 0; i < 9; i++)
            d[i] = random_normal(&random);
        plane_calibrate(&plane, true);
        plane_forward(&plane, x, exact);
        plane_backward(&plane, d, wanted);
        plane_calibrate(&plane, false);
        plane_forward(&plane, x, y);
        plane_backward(&plane, d, back);
        for (int i = 0; i < 9; i++)
            worst = fmax(worst, fabs(y[i] - exact[i]));
        for (int i = 0; i < 40; i++)
            worst = fmax(worst, fabs(back[i] - wanted[i]));
        CU_ASSERT(coarse ? worst > 1e-2 : worst < 1e-4);
        plane_free(&plane);
    }
}

static void a_trial_is_its_number_and_both_rules_learn(void)
{
    struct learner learner = learner_of();
    struct corpus corpus;
    struct experiment_result first, second;
    struct error err;

    corpus_make(&corpus, 200, 50);
    learner.convolutions = 0;
    learner.depth = 1;
    for (int rule = RULE_BACKPROPAGATION; rule <= RULE_DIRECT_FEEDBACK; rule++)
        for (int law = 0; law < 2; law++) {
            const struct synapse *synapse = law ? &pulsed : &ideal;

            CU_ASSERT_EQUAL(run(&learner, &corpus, synapse, rule, &first, &err),
                            STATUS_OK);
            CU_ASSERT_EQUAL(run(&learner, &corpus, synapse, rule, &second, &err),
                            STATUS_OK);
            CU_ASSERT(memcmp(&first, &second, sizeof first) == 0);
            CU_ASSERT(first.accuracy[0] > 0.95 && first.accuracy[1] > 0.95);
            CU_ASSERT((first.pulses > 0) == (law == 1));
        }
    corpus_release(&corpus);
}

/* y of the layer, by the definition of a convolution, in 64-bit integers; biases apart. */
static void plain_convolution(const struct network_layer *layer, const int64_t *x,
                              const int64_t *weights, int64_t *y)
{
    for (size_t top = 0; top < layer->out_height; top++)
        for (size_t left = 0; left < layer->out_width; left++)
            for (size_t o = 0; o < layer->outputs; o++) {
                int64_t sum = 0;

                for (size_t i = 0; i < 3; i++)
                    for (size_t j = 0; j < 3; j++)
                        for (size_t c = 0; c < layer->channels; c++)
                            sum += x[((top + i) * layer->width + left + j) *
                                         layer->channels +
                                     c] *
                                   weights[((i * 3 + j) * layer->channels + c) *
                                               layer->outputs +
                                           o];
                *y++ = sum;
            }
}

/* Tiles that hang over, several channels, 8-bit operands at their ends; and, with taps of 8 bits,
 * errors in the order that is known: F4 with one scale loses most. */
static void winograd_is_direct_convolution(void)
{
    static const struct winograd *const algorithms[] = { NULL, &winograd_f2,
                                                         &winograd_f4 };
    enum { HEIGHT = 9, WIDTH = 11, CHANNELS = 5, OUTPUTS = 4, INPUTS = 9 * CHANNELS };
    double weights[(INPUTS + 1) * OUTPUTS] = { 0 }, x[HEIGHT * WIDTH * CHANNELS];
    int64_t whole_w[INPUTS * OUTPUTS], whole_x[HEIGHT * WIDTH * CHANNELS];
    struct network_layer shape = {
        .height = HEIGHT,
        .width = WIDTH,
        .channels = CHANNELS,
        .out_height = HEIGHT - 2,
        .out_width = WIDTH - 2,
        .outputs = OUTPUTS,
        .kernel = 3,
        .stride = 1,
        .plane = { .inputs = INPUTS, .outputs = OUTPUTS, .weights = weights },
    };
    enum { COUNT = (HEIGHT - 2) * (WIDTH - 2) * OUTPUTS };
    int64_t wanted[COUNT];
    double y[COUNT], noise[3][3] = { { 0 } };
    struct random random = random_begin(5, 5);

    for (size_t i = 0; i < INPUTS * OUTPUTS; i++)
        weights[i] = (double)(whole_w[i] = (int64_t)random_below(&random, 255) - 127);
    for (size_t i = 0; i < HEIGHT * WIDTH * CHANNELS; i++)
        x[i] = (double)(whole_x[i] = (int64_t)random_below(&random, 128));
    weights[0] = (double)(whole_w[0] = -127);
    x[0] = (double)(whole_x[0] = 127);
    plain_convolution(&shape, whole_x, whole_w, wanted);
    for (size_t a = 0; a < 3; a++)
        for (int scales = SCALES_LAYER; scales <= SCALES_TAP_POWERS; scales++)
            for (int is_narrow = 0; is_narrow < 2; is_narrow++) {
                struct integer_layer layer;

                integer_layer_init(&layer, &shape, algorithms[a], scales, 8,
                                   is_narrow ? 8 : 40);
                integer_layer_calibrate(&layer, x, false);
                integer_layer_calibrate(&layer, x, true);
                integer_layer_forward(&layer, x, y);
                for (size_t i = 0; i < COUNT; i++) {
                    double error = y[i] - (double)wanted[i];

                    if (is_narrow)
                        noise[a][scales] += error * error;
                    else
                        CU_ASSERT_EQUAL(error, 0);
                }
                integer_layer_free(&layer);
            }
    CU_ASSERT_EQUAL(noise[0][SCALES_LAYER], 0); /* direct: no taps */
    CU_ASSERT(noise[1][SCALES_TAP] > 0);
    CU_ASSERT(noise[1][SCALES_TAP] < noise[1][SCALES_LAYER]);
    CU_ASSERT(noise[2][SCALES_TAP] < noise[2][SCALES_TAP_POWERS]);
    CU_ASSERT(noise[2][SCALES_TAP_POWERS] < noise[2][SCALES_LAYER] / 10);
    CU_ASSERT(noise[2][SCALES_LAYER] > 100 * noise[1][SCALES_LAYER]);
}

/* Bit-sliced counters, a counter of each dimension beside them. */
static void counters_of_hypervectors_count(void)
{
    enum { DIMENSION = 77, ADDED = 301 };
    const uint64_t widths[] = { 0, 2, 3, 5, 16 };
    struct random random = random_begin(8, 1);

    for (size_t k = 0; k < sizeof widths / sizeof *widths; k++) {
        struct hypercounter counter;
        int64_t counts[DIMENSION], half = widths[k] ? INT64_C(1) << (widths[k] - 1) : 0;
        uint64_t vector[2], majority[2];

        hypercounter_init(&counter, DIMENSION, widths[k]);
        for (size_t d = 0; d < DIMENSION; d++)
            counts[d] = half;
        for (int added = 1; added <= ADDED; added++) {
            hypervector_draw(vector, DIMENSION, &random);
            if (added % 3 == 0) /* more ones at the lower half */
                vector[0] = UINT64_MAX;
            for (size_t d = 0; d < DIMENSION; d++) {
                int64_t to = counts[d] + ((vector[d / 64] >> d % 64 & 1) ? 1 : -1);

                counts[d] = !widths[k]          ? to
                            : to < 0            ? 0
                            : to > 2 * half - 1 ? 2 * half - 1
                                                : to;
            }
            hypercounter_add(&counter, vector);
        }
        hypercounter_majority(&counter, majority);
        for (size_t d = 0; d < DIMENSION; d++)
            CU_ASSERT_EQUAL(majority[d / 64] >> d % 64 & 1, counts[d] > half);
        CU_ASSERT_EQUAL(majority[1] >> (DIMENSION - 64), 0);
        hypercounter_free(&counter);
    }
}

static void masks_have_their_share(void)
{
    const uint32_t shares[] = { 0, 41, 512, 1365, 2048, RANDOM_SHARES };
    struct random random = random_begin(8, 2);
    enum { WORDS = 4000 };
    uint64_t masks[WORDS];

    for (size_t k = 0; k < sizeof shares / sizeof *shares; k++) {
        double share = (double)shares[k] / RANDOM_SHARES, ones = 0, bits = 64.0 * WORDS;

        random_masks(&random, shares[k], masks, WORDS);
        for (size_t i = 0; i < WORDS; i++)
            ones += __builtin_popcountll(masks[i]);
        CU_ASSERT_DOUBLE_EQUAL(ones / bits, share,
                               5 * sqrt(share * (1 - share) / bits) + 1e-12);
    }
}

static void networks_that_do_not_fit_say_so(void)
{
    struct learner learner = learner_of();
    struct corpus corpus;
    struct experiment_result result;
    struct error err;

    corpus_make(&corpus, 8, 2);
    learner.convolutions = 3; /* 6 -> 2 -> none */
    CU_ASSERT_EQUAL(run(&learner, &corpus, &ideal, RULE_BACKPROPAGATION, &result, &err),
                    STATUS_INFEASIBLE);
    CU_ASSERT(strstr(err.text, "fewer convolutions") != NULL);
    corpus_release(&corpus);
}

/* FIPS 180-4's examples and one that fills its block to the brink. */
static void checksums_are_sha_256(void)
{
    const struct {
        const char *text, *digest;
    } cases[] = {
        { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    };
    char text[SHA256_TEXT];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sha256_hex(cases[i].text, strlen(cases[i].text), text);
        CU_ASSERT_STRING_EQUAL(text, cases[i].digest);
    }
}

static void broken_files_are_refused(void)
{
    static const char *const file = "/made";
    const struct {
        const char *text, *words;
    } cases[] = {
        { "1,2,3,4\n", "value 4: must be a whole number, 0..1" },
        { "1,2,3\n", "value 3: must be" },
        { "1,2,x,1\n", "value 3: must be" },
        { "1,2,30,1\n", "value 3: must be a whole number, 0..9" },
        { "1,2,3,1\r\n1,2,3,1\r\n", "line 1, value 4: must be" },
        { "-1,2,3,1\n", "value 1: must be" },
        { "1,2,3,1\n1,2,3,1\n1,2,3,1", "ends within line 3" },
        { "1,2,3,1\n", "has 1 images to learn from and 0 to test with" },
        { "", "has 0 images to learn from" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct corpus corpus = { .format = CORPUS_CSV,
                                 .files = &file,
                                 .files_count = 1,
                                 .height = 1,
                                 .width = 3,
                                 .classes = 2,
                                 .levels = 9,
                                 .shrink = 1,
                                 .test_every = 2 };
        const uint8_t *bytes = (const uint8_t *)cases[i].text;
        size_t size = strlen(cases[i].text);
        struct error err = { "" };

        CU_ASSERT_EQUAL(corpus_decode(&corpus, &bytes, &size, &err), STATUS_INPUT);
        CU_ASSERT(strstr(err.text, cases[i].words) != NULL);
        CU_ASSERT_PTR_NULL(corpus.training.pixels);
    }
}

SUITE(learning, TEST(labels_are_distances_from_the_line),
      TEST(law_is_its_formula_and_has_an_inverse), TEST(pulses_move_along_the_law),
      TEST(variation_has_its_spread), TEST(gradients_are_differences),
      TEST(fine_converters_are_exact_and_coarse_ones_are_not),
      TEST(a_trial_is_its_number_and_both_rules_learn),
      TEST(winograd_is_direct_convolution), TEST(counters_of_hypervectors_count),
      TEST(masks_have_their_share), TEST(networks_that_do_not_fit_say_so),
      TEST(checksums_are_sha_256), TEST(broken_files_are_refused));
