/* A layer in integers (learning/integers.h). */
#include "learning/integers.h"

#include "base/maths.h"
#include "base/memory.h"
#include "learning/learner.h"
#include "learning/winograd.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Returns the number of inputs of a window, or of the layer if it is fully connected. */
static size_t window_size(const struct network_layer *shape)
{
    return shape->plane.inputs;
}

static double most_of(uint64_t bits)
{
    return (double)((INT64_C(1) << (bits - 1)) - 1);
}

/* Returns the whole number nearest to value / scale, limited to the bits. */
static double whole(double value, double scale, double most)
{
    return fmax(-most, fmin(most, floor(value / scale + 0.5)));
}

/* Returns the scale with which the range fits the bits. */
static double scale_of(double range, double most, int scales)
{
    double scale = fmax(1, range / most);

    return scales == SCALES_TAP_POWERS ? maths_exp2(ceil(maths_log2(scale) - 1e-12))
                                       : scale;
}

/* Computes the scales of all taps from their ranges. */
static void scales_set(const struct integer_layer *layer, const double *ranges,
                       double *out)
{
    size_t taps = layer->winograd->side * layer->winograd->side;
    double widest = 0;

    for (size_t t = 0; t < taps; t++)
        widest = fmax(widest, ranges[t]);
    for (size_t t = 0; t < taps; t++)
        out[t] = scale_of(layer->scales == SCALES_LAYER ? widest : ranges[t],
                          layer->tap_most, layer->scales);
}

/* ---- weights */

static void kernels_transform(struct integer_layer *layer)
{
    const struct winograd *w = layer->winograd;
    size_t taps = w->side * w->side, channels = layer->shape->channels;
    size_t outputs = layer->shape->outputs, kernels = channels * outputs;
    double ranges[WINOGRAD_TAPS_MAX] = { 0 };

    for (size_t c = 0; c < channels; c++)
        for (size_t o = 0; o < outputs; o++) {
            int64_t kernel[WINOGRAD_KERNEL * WINOGRAD_KERNEL];
            int64_t made[WINOGRAD_TAPS_MAX];

            for (size_t k = 0; k < WINOGRAD_KERNEL * WINOGRAD_KERNEL; k++)
                kernel[k] = layer->weights[(k * channels + c) * outputs + o];
            winograd_kernel(w, kernel, made);
            for (size_t t = 0; t < taps; t++) {
                layer->kernel_taps[t * kernels + c * outputs + o] = (double)made[t];
                ranges[t] = fmax(ranges[t], fabs((double)made[t]));
            }
        }
    scales_set(layer, ranges, layer->kernel_scale);
    for (size_t i = 0; i < taps * kernels; i++)
        layer->kernel_taps[i] = whole(
            layer->kernel_taps[i], layer->kernel_scale[i / kernels], layer->tap_most);
}

void integer_layer_init(struct integer_layer *layer, const struct network_layer *shape,
                        const struct winograd *winograd, int scales, uint64_t bits,
                        uint64_t tap_bits)
{
    size_t count = window_size(shape) * shape->outputs;
    double range = 0;

    *layer = (struct integer_layer){
        .shape = shape,
        .winograd = shape->kernel ? winograd : NULL,
        .scales = scales,
        .most = most_of(bits),
        .tap_most = most_of(tap_bits),
        .weights = alloc_array(count, sizeof(int64_t)),
    };
    for (size_t i = 0; i < count; i++)
        range = fmax(range, fabs(shape->plane.weights[i]));
    layer->w_scale = range > 0 ? range / layer->most : 1;
    for (size_t i = 0; i < count; i++)
        layer->weights[i] = (int64_t)whole(shape->plane.weights[i], layer->w_scale,
                                           layer->most);
    layer->room = alloc_array(shape->height * shape->width * shape->channels +
                                  WINOGRAD_TAPS_MAX * shape->channels + shape->outputs,
                              sizeof(double));
    if (!layer->winograd)
        return;
    layer->kernel_taps = alloc_array(
        WINOGRAD_TAPS_MAX * shape->channels * shape->outputs, sizeof(double));
    layer->kernel_scale = alloc_array(WINOGRAD_TAPS_MAX, sizeof(double));
    layer->input_scale = alloc_array(WINOGRAD_TAPS_MAX, sizeof(double));
    layer->input_range = alloc_array(WINOGRAD_TAPS_MAX, sizeof(double));
    kernels_transform(layer);
}

void integer_layer_slice(struct integer_layer *layer,
                         const struct sliced_design *design, uint64_t bits,
                         struct random *random)
{
    assert(!layer->winograd && !layer->crossbar);
    layer->crossbar = alloc_array(1, sizeof *layer->crossbar);
    layer->window = alloc_array(window_size(layer->shape), sizeof *layer->window);
    sliced_init(layer->crossbar, design, layer->weights, window_size(layer->shape),
                layer->shape->outputs, bits, bits - 1, random);
}

void integer_layer_free(struct integer_layer *layer)
{
    if (layer->crossbar)
        sliced_free(layer->crossbar);
    free(layer->crossbar);
    free(layer->window);
    free(layer->weights);
    free(layer->kernel_taps);
    free(layer->kernel_scale);
    free(layer->input_scale);
    free(layer->input_range);
    free(layer->room);
    *layer = (struct integer_layer){ .shape = NULL };
}

/* ---- inputs */

static double x_scale(const struct integer_layer *layer)
{
    return layer->x_range > 0 ? layer->x_range / layer->most : 1;
}

static void input_quantise(struct integer_layer *layer, const double *x)
{
    const struct network_layer *shape = layer->shape;
    double scale = x_scale(layer);

    for (size_t i = 0; i < shape->height * shape->width * shape->channels; i++)
        layer->room[i] = whole(x[i], scale, layer->most);
}

/* Computes the taps of the tile whose first output is (y, x) for every channel: taps x
 * channels, not scaled.  Pixels beyond the input are 0. */
static void tile_transform(const struct integer_layer *layer, size_t y, size_t x,
                           double *out)
{
    const struct network_layer *shape = layer->shape;
    size_t side = layer->winograd->side, channels = shape->channels;

    for (size_t c = 0; c < channels; c++) {
        int64_t tile[WINOGRAD_TAPS_MAX], taps[WINOGRAD_TAPS_MAX];

        for (size_t i = 0; i < side; i++)
            for (size_t j = 0; j < side; j++)
                tile[i * side + j] =
                    y + i < shape->height && x + j < shape->width
                        ? (int64_t)layer
                              ->room[((y + i) * shape->width + x + j) * channels + c]
                        : 0;
        winograd_input(layer->winograd, tile, taps);
        for (size_t t = 0; t < side * side; t++)
            out[t * channels + c] = (double)taps[t];
    }
}

static double *tile_room(const struct integer_layer *layer)
{
    const struct network_layer *shape = layer->shape;

    return layer->room + shape->height * shape->width * shape->channels;
}

static void taps_calibrate(struct integer_layer *layer)
{
    const struct network_layer *shape = layer->shape;
    size_t m = layer->winograd->outputs,
           taps = layer->winograd->side * layer->winograd->side;
    double *tile = tile_room(layer);

    for (size_t y = 0; y < shape->out_height; y += m)
        for (size_t x = 0; x < shape->out_width; x += m) {
            tile_transform(layer, y, x, tile);
            for (size_t i = 0; i < taps * shape->channels; i++) {
                double *range = &layer->input_range[i / shape->channels];

                *range = fmax(*range, fabs(tile[i]));
            }
        }
    scales_set(layer, layer->input_range, layer->input_scale);
}

/* Returns the inputs of output position p, row by row of the kernel; a fully connected layer has one. */
static const double *window_at(const struct integer_layer *layer, size_t p)
{
    const struct network_layer *shape = layer->shape;
    size_t row = shape->kernel * shape->channels;
    size_t top = p / shape->out_width * shape->stride;
    size_t left = p % shape->out_width * shape->stride;

    if (!shape->kernel)
        return layer->room;
    for (size_t k = 0; k < shape->kernel; k++)
        memcpy(layer->window + k * row,
               layer->room + ((top + k) * shape->width + left) * shape->channels,
               row * sizeof(double));
    return layer->window;
}

/* Computes y by crossbars from the quantised input; y is NULL while they are calibrated. */
static void crossbar_forward(struct integer_layer *layer, double *y)
{
    const struct network_layer *shape = layer->shape;
    double scale = x_scale(layer) * layer->w_scale;

    for (size_t p = 0; p < shape->out_height * shape->out_width; p++) {
        sliced_product(layer->crossbar, window_at(layer, p), y);
        for (size_t o = 0; y && o < shape->outputs; o++)
            *y++ *= scale;
    }
}

void integer_layer_calibrate(struct integer_layer *layer, const double *x, bool is_tap)
{
    const struct network_layer *shape = layer->shape;

    if (!is_tap) {
        for (size_t i = 0; i < shape->height * shape->width * shape->channels; i++)
            layer->x_range = fmax(layer->x_range, fabs(x[i]));
    } else if (layer->winograd) {
        input_quantise(layer, x);
        taps_calibrate(layer);
    } else if (layer->crossbar && layer->crossbar->design.is_calibrated) {
        layer->crossbar->is_calibrating = true;
        input_quantise(layer, x);
        crossbar_forward(layer, NULL);
        layer->crossbar->is_calibrating = false;
    }
}

/* ---- products: whole numbers below 2^53, so doubles are exact */

static void direct_forward(struct integer_layer *layer, double *y)
{
    const struct network_layer *shape = layer->shape;
    size_t outputs = shape->outputs, kernel = shape->kernel ? shape->kernel : 1;
    size_t row = shape->kernel ? kernel * shape->channels : window_size(shape);
    double scale = x_scale(layer) * layer->w_scale;

    for (size_t p = 0; p < shape->out_height * shape->out_width; p++, y += outputs) {
        size_t top = p / shape->out_width * shape->stride;
        size_t left = p % shape->out_width * shape->stride;

        memset(y, 0, outputs * sizeof *y);
        for (size_t i = 0; i < kernel * row; i++) {
            size_t at = ((top + i / row) * shape->width + left) * shape->channels +
                        i % row;
            double x = layer->room[shape->kernel ? at : i];

            for (size_t o = 0; x != 0 && o < outputs; o++)
                y[o] += x * (double)layer->weights[i * outputs + o];
        }
        for (size_t o = 0; o < outputs; o++)
            y[o] *= scale;
    }
}

/* Computes one output channel of a tile from the scaled taps of its input. */
static void tile_output(const struct integer_layer *layer, const double *tile, size_t o,
                        double *sums)
{
    size_t side = layer->winograd->side, channels = layer->shape->channels;
    size_t outputs = layer->shape->outputs;
    double taps[WINOGRAD_TAPS_MAX];

    for (size_t t = 0; t < side * side; t++) {
        const double *kernel = layer->kernel_taps + t * channels * outputs + o;
        double sum = 0;

        for (size_t c = 0; c < channels; c++)
            sum += tile[t * channels + c] * kernel[c * outputs];
        taps[t] = sum * layer->kernel_scale[t] * layer->input_scale[t];
    }
    winograd_output(layer->winograd, taps, sums);
}

static void winograd_forward(struct integer_layer *layer, double *y)
{
    const struct network_layer *shape = layer->shape;
    const struct winograd *w = layer->winograd;
    size_t m = w->outputs, channels = shape->channels;
    double scale = x_scale(layer) * layer->w_scale, sums[WINOGRAD_TAPS_MAX];
    double denominator = (double)(w->denominator * w->denominator);
    double *tile = tile_room(layer);

    for (size_t top = 0; top < shape->out_height; top += m)
        for (size_t left = 0; left < shape->out_width; left += m) {
            tile_transform(layer, top, left, tile);
            for (size_t i = 0; i < w->side * w->side * channels; i++)
                tile[i] = whole(tile[i], layer->input_scale[i / channels],
                                layer->tap_most);
            for (size_t o = 0; o < shape->outputs; o++) {
                tile_output(layer, tile, o, sums);
                for (size_t i = 0; i < m && top + i < shape->out_height; i++)
                    for (size_t j = 0; j < m && left + j < shape->out_width; j++)
                        y[((top + i) * shape->out_width + left + j) * shape->outputs +
                          o] = sums[i * m + j] / denominator * scale;
            }
        }
}

void integer_layer_forward(struct integer_layer *layer, const double *x, double *y)
{
    input_quantise(layer, x);
    if (layer->winograd)
        winograd_forward(layer, y);
    else if (layer->crossbar)
        crossbar_forward(layer, y);
    else
        direct_forward(layer, y);
}
