#include "learning/integer_net.h"

#include "base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static void layer_init(struct integer_net_layer *to, const struct function_layer *from,
                       bool is_first, double range, uint64_t bits)
{
    int64_t w_most = ((int64_t)1 << (bits - 1)) - 1;
    double w_range = 0;

    *to = (struct integer_net_layer){
        .inputs = from->inputs,
        .outputs = from->outputs,
        .weights = alloc_array(from->inputs * from->outputs, sizeof(int64_t)),
        .biases = alloc_array(from->outputs, sizeof(int64_t)),
        .least = is_first ? -w_most : 0,
        .most = is_first ? w_most : ((int64_t)1 << bits) - 1,
    };
    for (size_t i = 0; i < from->inputs * from->outputs; i++)
        w_range = fmax(w_range, fabs(from->weights[i]));
    to->w_scale = w_range > 0 ? w_range / (double)w_most : 1;
    to->x_scale = range > 0 ? range / (double)to->most : 1;
    for (size_t i = 0; i < from->inputs * from->outputs; i++)
        to->weights[i] = (int64_t)floor(from->weights[i] / to->w_scale + 0.5);
    for (size_t o = 0; o < from->outputs; o++)
        to->biases[o] = (int64_t)floor(from->biases[o] / (to->w_scale * to->x_scale) +
                                       0.5);
}

void integer_net_init(struct integer_net *integers, const struct function_net *net,
                      const double *range, uint64_t bits)
{
    *integers = (struct integer_net){ .count = net->count };
    for (size_t l = 0; l < net->count; l++) {
        const struct function_layer *layer = &net->layers[l];

        layer_init(&integers->layers[l], layer, l == 0, range[l], bits);
        if (layer->inputs > integers->width)
            integers->width = layer->inputs;
        if (layer->outputs > integers->width)
            integers->width = layer->outputs;
    }
    integers->values = alloc_array(2 * integers->width, sizeof(int64_t));
}

void integer_net_free(struct integer_net *integers)
{
    for (size_t l = 0; l < integers->count; l++) {
        free(integers->layers[l].weights);
        free(integers->layers[l].biases);
    }
    free(integers->values);
    *integers = (struct integer_net){ .count = 0 };
}

/* Returns the nearest integer input of a layer, within its bits. */
static int64_t input_of(const struct integer_net_layer *layer, double x)
{
    double whole = floor(x / layer->x_scale + 0.5);

    return (int64_t)fmax((double)layer->least, fmin((double)layer->most, whole));
}

static void sums_make(const struct integer_net_layer *layer, const int64_t *x,
                      int64_t *sums)
{
    for (size_t o = 0; o < layer->outputs; o++)
        sums[o] = layer->biases[o];
    for (size_t i = 0; i < layer->inputs; i++)
        for (size_t o = 0; o < layer->outputs; o++)
            sums[o] += x[i] * layer->weights[i * layer->outputs + o];
}

void integer_net_forward(struct integer_net *integers, const double *inputs,
                         double *outputs)
{
    int64_t *x = integers->values, *sums = x + integers->width;

    for (size_t i = 0; i < integers->layers[0].inputs; i++)
        x[i] = input_of(&integers->layers[0], inputs[i]);
    for (size_t l = 0; l < integers->count; l++) {
        const struct integer_net_layer *layer = &integers->layers[l];
        double scale = layer->w_scale * layer->x_scale;

        sums_make(layer, x, sums);
        for (size_t o = 0; o < layer->outputs; o++)
            if (l + 1 < integers->count)
                x[o] = input_of(&integers->layers[l + 1], (double)sums[o] * scale);
            else
                outputs[o] = (double)sums[o] * scale;
    }
}
