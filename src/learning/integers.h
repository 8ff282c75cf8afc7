/* Experiments of the family integers: a small network that was trained in floating point
 * computes in integers of a few bits (the axis precision), with direct convolutions or with
 * Winograd's algorithm (learning/winograd.h).
 *
 * The network is quantised after training, symmetrically: weights and activations of a layer
 * become integers of this many bits with one scale each; the scale of activations follows
 * from the range that the first training images take.  Winograd's transformed values (taps)
 * are larger integers, so that both operands of the products are scaled down to the bits
 * again:
 *
 *     layer         one scale for all taps of a layer's kernels, one for those of its inputs
 *     tap           a scale for each tap
 *     tap_powers    the same, but powers of two, so that scaling is a shift
 *
 * No scale is below 1: a tap that fits is exact.  Fully connected layers are computed
 * directly.
 *
 * Sums of products are exact, or those of crossbars whose converters have a few bits
 * (learning/sliced.h), which multiply directly.  The range of a converter is that of all cells
 * on or, calibrated, the largest current that the first training images cause in its layer. */
#ifndef NVSWEEP_LEARNING_INTEGERS_H
#define NVSWEEP_LEARNING_INTEGERS_H

#include "learning/experiment.h"
#include "learning/sliced.h"

enum integers_algorithm { ALGORITHM_DIRECT, ALGORITHM_F2, ALGORITHM_F4 };

enum integers_scales { SCALES_LAYER, SCALES_TAP, SCALES_TAP_POWERS };

enum integers_converters { SUMS_EXACT, SUMS_CALIBRATED, SUMS_FULL };

struct integers {
    struct experiment experiment;
    int algorithm;  /* enum integers_algorithm */
    int scales;     /* enum integers_scales; of Winograd's taps */
    int converters; /* enum integers_converters */
    uint64_t adc_bits, dac_bits, rows, cell_bits; /* as in struct sliced_design */
    double on_off, cell_sigma;
    uint64_t convolutions, channels, depth, width;
    double learning_rate;
    uint64_t epochs, training_images, test_images;
};

extern const struct schema integers_schema;
extern const struct word integers_algorithm_words[], integers_scales_words[],
    integers_converter_words[];

/* ---- one layer (public for tests of its exactness) */

struct network_layer;
struct integer_layer {
    const struct network_layer *shape;
    const struct winograd *winograd; /* NULL: direct */
    int scales;
    double most;         /* largest integer: 2^(bits - 1) - 1 */
    double tap_most;     /* largest scaled tap */
    double x_range;      /* range of the activations, from calibration */
    double w_scale;      /* a weight is its integer times this */
    int64_t *weights;    /* inputs of a window x outputs */
    double *kernel_taps; /* taps x channels x outputs, scaled: whole numbers */
    double *kernel_scale, *input_scale; /* of each tap */
    double *input_range;                /* of each tap, from calibration */
    double *room;
    struct sliced *crossbar; /* NULL: sums are exact */
    double *window;          /* the inputs of one product */
};

/* Computes the integers of a layer's weights and taps.  bits, tap_bits: 2 to 52. */
void integer_layer_init(struct integer_layer *layer, const struct network_layer *shape,
                        const struct winograd *winograd, int scales, uint64_t bits,
                        uint64_t tap_bits);
void integer_layer_free(struct integer_layer *layer);

/* Makes the layer's sums those of crossbars that hold its weights; activations then must not be
 * negative.  The layer must be computed directly. */
void integer_layer_slice(struct integer_layer *layer,
                         const struct sliced_design *design, uint64_t bits,
                         struct random *random);

/* Widens the ranges by these activations: the range of the activations, or (is_tap) those of
 * the taps of their integers and of converters. */
void integer_layer_calibrate(struct integer_layer *layer, const double *x, bool is_tap);

/* Computes y, without biases and activation function, from the activations x. */
void integer_layer_forward(struct integer_layer *layer, const double *x, double *y);

#endif
