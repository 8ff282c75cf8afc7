#include "learning/function_net.h"

#include "base/memory.h"
#include "learning/random.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = FUNCTION_LANES, SUMS = 8 };

static size_t weight_count(const struct function_layer *layer)
{
    return layer->inputs * layer->outputs;
}

static size_t parameter_count(const struct function_layer *layer)
{
    return weight_count(layer) + layer->outputs;
}

static double drawn(struct random *random, double limit)
{
    return limit * (2 * random_uniform(random) - 1);
}

/* Draws weights and biases within sqrt(6 / inputs) (K. He et al., ICCV 2015), so that the
 * kinks of units with one input lie within about -1 .. 1.  The biases of the last layer are
 * 0. */
static void layer_init(struct function_layer *layer, size_t inputs, size_t outputs,
                       bool is_last, struct random *random)
{
    double limit = sqrt((is_last ? 3.0 : 6.0) / (double)inputs);

    *layer = (struct function_layer){ .inputs = inputs, .outputs = outputs };
    layer->weights = alloc_array(weight_count(layer), sizeof(double));
    layer->used = layer->weights;
    layer->biases = alloc_array(outputs, sizeof(double));
    layer->gradient = alloc_array(parameter_count(layer), sizeof(double));
    layer->moments = alloc_array(2 * parameter_count(layer), sizeof(double));
    layer->x = alloc_array(inputs * LANES, sizeof(double));
    layer->y = alloc_array(outputs * LANES, sizeof(double));
    layer->delta = alloc_array(outputs * LANES, sizeof(double));
    for (size_t i = 0; i < weight_count(layer); i++)
        layer->weights[i] = drawn(random, limit);
    for (size_t o = 0; o < outputs && !is_last; o++)
        layer->biases[o] = drawn(random, limit);
}

void function_net_init(struct function_net *net, size_t inputs, size_t hidden,
                       size_t hidden_layers, size_t outputs, struct random *random)
{
    *net = (struct function_net){ .count = hidden_layers + 1 };
    for (size_t l = 0; l < net->count; l++)
        layer_init(&net->layers[l], l ? hidden : inputs,
                   l + 1 < net->count ? hidden : outputs, l + 1 == net->count, random);
}

void function_net_free(struct function_net *net)
{
    for (size_t l = 0; l < net->count; l++) {
        struct function_layer *layer = &net->layers[l];

        if (layer->used != layer->weights)
            free(layer->used);
        free(layer->weights);
        free(layer->biases);
        free(layer->gradient);
        free(layer->moments);
        free(layer->x);
        free(layer->y);
        free(layer->delta);
    }
    *net = (struct function_net){ .count = 0 };
}

static void layer_round(struct function_layer *layer, uint64_t bits)
{
    double most = (double)(((uint64_t)1 << (bits - 1)) - 1), range = 0;

    if (layer->used == layer->weights)
        layer->used = alloc_array(weight_count(layer), sizeof(double));
    for (size_t i = 0; i < weight_count(layer); i++)
        range = fmax(range, fabs(layer->weights[i]));
    for (size_t i = 0; i < weight_count(layer); i++)
        layer->used[i] = range > 0 ? floor(layer->weights[i] / range * most + 0.5) *
                                         (range / most)
                                   : 0;
}

void function_net_round(struct function_net *net, uint64_t bits)
{
    for (size_t l = 0; l < net->count; l++) {
        struct function_layer *layer = &net->layers[l];

        if (bits) {
            layer_round(layer, bits);
        } else if (layer->used != layer->weights) {
            free(layer->used);
            layer->used = layer->weights;
        }
    }
}

/* ---- products; all loops over lanes are independent of each other */

static void forward(struct function_layer *layer, bool is_last)
{
    for (size_t o = 0; o < layer->outputs; o++) {
        double *restrict y = layer->y + o * LANES;
        const double *restrict x = layer->x;

        for (size_t n = 0; n < LANES; n++)
            y[n] = layer->biases[o];
        for (size_t i = 0; i < layer->inputs; i++, x += LANES) {
            double w = layer->used[i * layer->outputs + o];

            for (size_t n = 0; n < LANES; n++)
                y[n] += w * x[n];
        }
        for (size_t n = 0; n < LANES && !is_last; n++)
            y[n] = y[n] > 0 ? y[n] : 0;
    }
}

const double *function_net_forward(struct function_net *net)
{
    for (size_t l = 0; l < net->count; l++) {
        struct function_layer *layer = &net->layers[l];

        forward(layer, l + 1 == net->count);
        if (l + 1 < net->count)
            memcpy(net->layers[l + 1].x, layer->y,
                   layer->outputs * LANES * sizeof(double));
    }
    return net->layers[net->count - 1].y;
}

/* Returns the sum of products over the lanes, in an order that can be computed with vector
 * instructions. */
static double lanes_product(const double *a, const double *b)
{
    double sums[SUMS] = { 0 };

    for (size_t n = 0; n < LANES; n += SUMS)
        for (size_t k = 0; k < SUMS; k++)
            sums[k] += a[n + k] * b[n + k];
    return ((sums[0] + sums[4]) + (sums[1] + sums[5])) +
           ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

static double lanes_sum(const double *a)
{
    double sum = 0;

    for (size_t n = 0; n < LANES; n++)
        sum += a[n];
    return sum;
}

static void gradient(struct function_layer *layer)
{
    for (size_t i = 0; i < layer->inputs; i++)
        for (size_t o = 0; o < layer->outputs; o++)
            layer->gradient[i * layer->outputs + o] = lanes_product(
                layer->x + i * LANES, layer->delta + o * LANES);
    for (size_t o = 0; o < layer->outputs; o++)
        layer->gradient[weight_count(layer) + o] = lanes_sum(layer->delta + o * LANES);
}

/* Computes the errors of the layer before: those of its units with outputs above 0. */
static void back(const struct function_layer *layer, struct function_layer *before)
{
    for (size_t i = 0; i < layer->inputs; i++) {
        double *restrict delta = before->delta + i * LANES;
        const double *restrict from = layer->delta;

        for (size_t n = 0; n < LANES; n++)
            delta[n] = 0;
        for (size_t o = 0; o < layer->outputs; o++, from += LANES) {
            double w = layer->used[i * layer->outputs + o];

            for (size_t n = 0; n < LANES; n++)
                delta[n] += w * from[n];
        }
        for (size_t n = 0; n < LANES; n++)
            delta[n] = before->y[i * LANES + n] > 0 ? delta[n] : 0;
    }
}

void function_net_backward(struct function_net *net, const double *targets)
{
    struct function_layer *last = &net->layers[net->count - 1];
    double share = 1 / (double)(last->outputs * LANES);

    for (size_t i = 0; i < last->outputs * LANES; i++)
        last->delta[i] = share * (last->y[i] - targets[i]);
    for (size_t l = net->count; l-- > 0;) {
        gradient(&net->layers[l]);
        if (l)
            back(&net->layers[l], &net->layers[l - 1]);
    }
}

/* ---- Adam */

struct adam {
    double rate, first, second; /* learning rate; decay of the moments */
};

static void values_step(double *restrict values, const double *restrict gradients,
                        double *restrict moments, size_t count, struct adam adam)
{
    double *restrict squares = moments + count;

    for (size_t i = 0; i < count; i++) {
        double g = gradients[i];

        moments[i] = 0.9 * moments[i] + 0.1 * g;
        squares[i] = 0.999 * squares[i] + 0.001 * (g * g);
        values[i] -= adam.rate * (moments[i] / adam.first) /
                     (sqrt(squares[i] / adam.second) + 1e-8);
    }
}

/* Returns base^n, computed by multiplications only. */
static double whole_power(double base, uint64_t n)
{
    double power = 1;

    for (; n; n >>= 1, base *= base)
        if (n & 1)
            power *= base;
    return power;
}

void function_net_step(struct function_net *net, double rate)
{
    uint64_t steps = ++net->steps;
    const struct adam adam = {
        .rate = rate,
        .first = 1 - whole_power(0.9, steps),
        .second = 1 - whole_power(0.999, steps),
    };

    for (size_t l = 0; l < net->count; l++) {
        struct function_layer *layer = &net->layers[l];
        size_t weights = weight_count(layer);

        values_step(layer->weights, layer->gradient, layer->moments, weights, adam);
        values_step(layer->biases, layer->gradient + weights,
                    layer->moments + 2 * weights, layer->outputs, adam);
    }
}

double function_net_weights(const struct function_net *net)
{
    double count = 0;

    for (size_t l = 0; l < net->count; l++)
        count += (double)parameter_count(&net->layers[l]);
    return count;
}
