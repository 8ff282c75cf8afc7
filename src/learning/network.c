/* The network of an experiment (learning/learner.h). */
#include "learning/learner.h"

#include "base/maths.h"
#include "base/memory.h"
#include "learning/softmax.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KERNEL = 3, STREAM_FEEDBACK = 1 << 21 };

static size_t in_size(const struct network_layer *layer)
{
    return layer->height * layer->width * layer->channels;
}

static size_t out_size(const struct network_layer *layer)
{
    return layer->out_height * layer->out_width * layer->outputs;
}

/* Returns the number of inputs of a product of its plane: those of a window, or all. */
static size_t patch_size(const struct network_layer *layer)
{
    return layer->kernel ? layer->kernel * layer->kernel * layer->channels
                         : in_size(layer);
}

static enum status convolution_shape(struct network_layer *layer,
                                     const struct learner *learner,
                                     struct error *reason)
{
    if (layer->height < KERNEL || layer->width < KERNEL)
        return error_set(reason, STATUS_INFEASIBLE,
                         "a convolution of %d x %d does not fit %zu x %zu pixels; use "
                         "fewer convolutions",
                         KERNEL, KERNEL, layer->height, layer->width);
    layer->kernel = KERNEL;
    layer->stride = (size_t)learner->stride;
    layer->out_height = (layer->height - KERNEL) / layer->stride + 1;
    layer->out_width = (layer->width - KERNEL) / layer->stride + 1;
    layer->outputs = learner->channels;
    return STATUS_OK;
}

enum status network_shapes(const struct learner *learner, const struct corpus *corpus,
                           struct network_layer *layers, size_t count,
                           struct error *reason)
{
    size_t height = (size_t)(corpus->height / corpus->shrink);
    size_t width = (size_t)(corpus->width / corpus->shrink), channels = 1;
    enum status status = STATUS_OK;

    for (size_t l = 0; l < count && status == STATUS_OK; l++) {
        struct network_layer *layer = &layers[l];

        *layer = (struct network_layer){ .height = height,
                                         .width = width,
                                         .channels = channels,
                                         .out_height = 1,
                                         .out_width = 1 };
        if (l < learner->convolutions)
            status = convolution_shape(layer, learner, reason);
        else
            layer->outputs = l + 1 < count ? learner->width : corpus->classes;
        height = layer->out_height;
        width = layer->out_width;
        channels = layer->outputs;
    }
    return status;
}

size_t network_layer_count(const struct learner *learner)
{
    return (size_t)(learner->convolutions + learner->depth + 1);
}

double learner_macs(const struct learner *learner, const struct corpus *corpus)
{
    struct network_layer layers[NETWORK_LAYERS_MAX];
    size_t count = network_layer_count(learner);
    struct error ignored;
    double macs = 0;

    if (network_shapes(learner, corpus, layers, count, &ignored) != STATUS_OK)
        return 0;
    for (size_t l = 0; l < count; l++)
        macs += (double)out_size(&layers[l]) * (double)patch_size(&layers[l]);
    return macs;
}

enum status network_init(struct network *network, const struct learner *learner,
                         const struct corpus *corpus, const struct synapse *synapse,
                         enum learning_rule rule, uint64_t trial, struct error *err)
{
    const struct plane_converters converters = {
        .are_ideal = learner->converters == CONVERTERS_IDEAL,
        .adc_bits = learner->adc_bits,
        .dac_bits = learner->dac_bits,
        .rows = learner->rows,
    };
    size_t patch_most = 1;
    enum status status;

    *network = (struct network){
        .rule = rule,
        .activation = learner->activation,
        .count = network_layer_count(learner),
        .classes = (size_t)corpus->classes,
    };
    network->layers = alloc_array(network->count, sizeof *network->layers);
    status = network_shapes(learner, corpus, network->layers, network->count, err);
    if (status != STATUS_OK) {
        free(network->layers);
        return status;
    }
    for (size_t l = 0; l < network->count; l++) {
        struct network_layer *layer = &network->layers[l];
        struct random random = random_begin(trial, STREAM_FEEDBACK + l);
        size_t size = out_size(layer);
        double limit = sqrt(6 / (double)(network->classes + layer->outputs));

        plane_init(&layer->plane, synapse, &converters, patch_size(layer),
                   layer->outputs, trial, l);
        layer->plane.is_stochastic = learner->rounding == ROUNDING_STOCHASTIC;
        layer->in = alloc_array(in_size(layer), sizeof(double));
        layer->out = alloc_array(size, sizeof(double));
        layer->delta = alloc_array(size, sizeof(double));
        if (patch_size(layer) > patch_most)
            patch_most = patch_size(layer);
        if (rule != RULE_DIRECT_FEEDBACK || l + 1 == network->count)
            continue;
        layer->feedback = alloc_array(network->classes * size, sizeof(double));
        for (size_t i = 0; i < network->classes * size; i++)
            layer->feedback[i] = limit * (2 * random_uniform(&random) - 1);
    }
    network->patch = alloc_array(patch_most, sizeof(double));
    network->patch_delta = alloc_array(patch_most, sizeof(double));
    network->probability = alloc_array(network->classes, sizeof(double));
    return STATUS_OK;
}

void network_free(struct network *network)
{
    for (size_t l = 0; l < network->count; l++) {
        struct network_layer *layer = &network->layers[l];

        plane_free(&layer->plane);
        free(layer->feedback);
        free(layer->in);
        free(layer->out);
        free(layer->delta);
    }
    free(network->layers);
    free(network->patch);
    free(network->patch_delta);
    free(network->probability);
    *network = (struct network){ 0 };
}

/* ---- windows */

/* Returns the inputs of output position (y, x); a fully connected layer has all inputs. */
static const double *patch_at(const struct network *network,
                              const struct network_layer *layer, size_t y, size_t x)
{
    double *to = network->patch;
    size_t row = layer->kernel * layer->channels;

    if (!layer->kernel)
        return layer->in;
    for (size_t k = 0; k < layer->kernel; k++) {
        const double *from = layer->in + ((y * layer->stride + k) * layer->width +
                                          x * layer->stride) *
                                             layer->channels;

        memcpy(to, from, row * sizeof *to);
        to += row;
    }
    return network->patch;
}

/* Adds the errors of a window to those of the layer's inputs. */
static void patch_spread(const struct network_layer *layer, size_t y, size_t x,
                         const double *patch, double *errors)
{
    size_t row = layer->kernel * layer->channels;

    for (size_t k = 0; k < layer->kernel; k++) {
        double *to = errors +
                     ((y * layer->stride + k) * layer->width + x * layer->stride) *
                         layer->channels;

        for (size_t i = 0; i < row; i++)
            to[i] += *patch++;
    }
}

/* ---- forward */

static void activate(int activation, double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = activation == ACTIVATION_RECTIFIED
                        ? fmax(0, values[i])
                        : 1 / (1 + maths_exp(-values[i]));
}

const double *network_forward(struct network *network, const double *pixels)
{
    const double *values = pixels;

    for (size_t l = 0; l < network->count; l++) {
        struct network_layer *layer = &network->layers[l];
        double *out = layer->out;

        memcpy(layer->in, values, in_size(layer) * sizeof *values);
        for (size_t y = 0; y < layer->out_height; y++)
            for (size_t x = 0; x < layer->out_width; x++, out += layer->outputs)
                plane_forward(&layer->plane, patch_at(network, layer, y, x), out);
        if (l + 1 < network->count)
            activate(network->activation, layer->out, out_size(layer));
        values = layer->out;
    }
    softmax(values, network->classes, network->probability);
    return network->probability;
}

/* ---- errors */

/* Computes the errors of the outputs of layer l - 1 from those of layer l. */
static void propagate(struct network *network, size_t l)
{
    struct network_layer *layer = &network->layers[l];
    double *errors = network->layers[l - 1].delta;
    const double *delta = layer->delta;

    if (!layer->kernel) {
        plane_backward(&layer->plane, delta, errors);
        return;
    }
    memset(errors, 0, in_size(layer) * sizeof *errors);
    for (size_t y = 0; y < layer->out_height; y++)
        for (size_t x = 0; x < layer->out_width; x++, delta += layer->outputs) {
            plane_backward(&layer->plane, delta, network->patch_delta);
            patch_spread(layer, y, x, network->patch_delta, errors);
        }
}

static void align(struct network *network, size_t l)
{
    struct network_layer *layer = &network->layers[l];
    const double *e = network->layers[network->count - 1].delta;
    size_t size = out_size(layer);

    memset(layer->delta, 0, size * sizeof *layer->delta);
    for (size_t c = 0; c < network->classes; c++)
        for (size_t i = 0; i < size; i++)
            layer->delta[i] += e[c] * layer->feedback[c * size + i];
}

/* Multiplies by the slope of the activation function, computed from its value. */
static void slope_apply(int activation, const double *out, double *delta, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (activation == ACTIVATION_SIGMOID)
            delta[i] *= out[i] * (1 - out[i]);
        else if (!(out[i] > 0))
            delta[i] = 0;
}

void network_errors(struct network *network, uint8_t label)
{
    struct network_layer *last = &network->layers[network->count - 1];

    for (size_t c = 0; c < network->classes; c++)
        last->delta[c] = network->probability[c] - (c == label);
    for (size_t l = network->count - 1; l-- > 0;) {
        struct network_layer *layer = &network->layers[l];

        if (network->rule == RULE_DIRECT_FEEDBACK)
            align(network, l);
        else
            propagate(network, l + 1);
        slope_apply(network->activation, layer->out, layer->delta, out_size(layer));
    }
}

void network_update(struct network *network, double rate)
{
    for (size_t l = 0; l < network->count; l++) {
        struct network_layer *layer = &network->layers[l];
        const double *delta = layer->delta;

        for (size_t y = 0; y < layer->out_height; y++)
            for (size_t x = 0; x < layer->out_width; x++, delta += layer->outputs)
                plane_update(&layer->plane, patch_at(network, layer, y, x), delta,
                             rate);
    }
}
