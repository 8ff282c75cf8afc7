#include "learning/plane.h"

#include "base/maths.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    STREAM_WEIGHTS,
    STREAM_STUCK,
    STREAM_CELLS,
    STREAM_CYCLES,
    STREAM_DRIFT,
    STREAMS
};

/* ---- cells */

static void weight_set(struct plane *plane, size_t i, size_t j, double weight)
{
    plane->weights[i * plane->outputs + j] = weight;
    plane->transposed[j * (plane->inputs + 1) + i] = weight;
}

static void cells_draw(struct plane *plane, uint64_t trial, uint64_t stream)
{
    const struct synapse *synapse = plane->synapse;
    size_t count = (plane->inputs + 1) * plane->outputs;
    struct random labels = random_begin(trial, stream + STREAM_CELLS);
    struct random ends = random_begin(trial, stream + STREAM_STUCK);

    plane->cell.shape_up = synapse_shape(synapse->nonlinearity_up);
    plane->cell.shape_down = synapse_shape(synapse->nonlinearity_down);
    if (synapse->device_sigma > 0) {
        plane->cells = alloc_array(count, sizeof *plane->cells);
        for (size_t i = 0; i < count; i++) {
            double up = synapse->nonlinearity_up +
                        synapse->device_sigma * random_normal(&labels);
            double down = synapse->nonlinearity_down +
                          synapse->device_sigma * random_normal(&labels);

            plane->cells[i].shape_up = synapse_shape(fmax(-9, fmin(9, up)));
            plane->cells[i].shape_down = synapse_shape(fmax(-9, fmin(9, down)));
        }
    }
    if (synapse->stuck_share > 0) {
        plane->stuck = alloc_array(count, sizeof *plane->stuck);
        for (size_t i = 0; i < count; i++) {
            plane->stuck[i] = random_uniform(&ends) < synapse->stuck_share;
            if (plane->stuck[i])
                weight_set(plane, i / plane->outputs, i % plane->outputs,
                           random_uniform(&ends) < 0.5 ? -1 : 1);
        }
    }
}

void plane_init(struct plane *plane, const struct synapse *synapse,
                const struct plane_converters *converters, size_t inputs,
                size_t outputs, uint64_t trial, uint64_t stream)
{
    size_t count = (inputs + 1) * outputs;
    struct random random = random_begin(trial, stream * STREAMS + STREAM_WEIGHTS);
    double limit = sqrt(6 / (double)(inputs + outputs));

    *plane = (struct plane){
        .synapse = synapse,
        .converters = *converters,
        .inputs = inputs,
        .outputs = outputs,
        .weights = alloc_array(count, sizeof(double)),
        .transposed = alloc_array(count, sizeof(double)),
        .pulses = alloc_array(count, sizeof(uint32_t)),
        .scratch = alloc_array(2 * (inputs + outputs + 2), sizeof(double)),
        .random = random_begin(trial, stream * STREAMS + STREAM_CYCLES),
    };
    for (size_t i = 0; i <= inputs; i++)
        for (size_t j = 0; j < outputs; j++)
            weight_set(plane, i, j,
                       i == inputs ? 0 : limit * (2 * random_uniform(&random) - 1));
    cells_draw(plane, trial, stream * STREAMS);
}

void plane_free(struct plane *plane)
{
    free(plane->weights);
    free(plane->transposed);
    free(plane->cells);
    free(plane->stuck);
    free(plane->pulses);
    free(plane->scratch);
    *plane = (struct plane){ 0 };
}

void plane_drift(struct plane *plane, double seconds)
{
    const struct synapse *synapse = plane->synapse;
    struct random random = plane->random;
    double least = 1 / synapse->on_off;

    if (seconds <= 1 || (synapse->drift_exponent == 0 && synapse->drift_sigma == 0))
        return;
    random.stream ^= STREAM_DRIFT;
    for (size_t i = 0; i <= plane->inputs; i++)
        for (size_t j = 0; j < plane->outputs; j++) {
            double g = (plane->weights[i * plane->outputs + j] + 1) / 2;
            double nu = synapse->drift_exponent +
                        synapse->drift_sigma * random_normal(&random);
            double left = maths_pow(seconds, -fmax(0, nu)) /
                          maths_pow(seconds, -synapse->drift_exponent);

            /* the reference column drifts with the mean exponent, which scales all currents
             * equally; only the spread remains */
            g = ((least + g * (1 - least)) * left - least) / (1 - least);
            weight_set(plane, i, j, 2 * fmax(0, fmin(1, g)) - 1);
        }
}

/* ---- products */

static double quantized(double value, double range, uint64_t bits)
{
    double steps = (double)((UINT64_C(1) << bits) - 1);

    if (range <= 0)
        return value;
    return floor(fmax(0, fmin(1, value / range)) * steps + 0.5) / steps * range;
}

/* Returns the result of a converter for a column whose weighted inputs add up to `sum` and
 * whose inputs add up to `total`: current = total (least + (1 - least) / 2) + sum (1 - least)
 * / 2. */
static double converted(const struct plane *plane, struct plane_range *range,
                        double sum, double total)
{
    double least = 1 / plane->synapse->on_off;
    double middle = total * (1 + least) / 2, half = (1 - least) / 2;
    double current = middle + half * sum;

    if (plane->is_calibrating) {
        range->current = fmax(range->current, current);
        return sum;
    }
    return (quantized(current, range->current, plane->converters.adc_bits) - middle) /
           half;
}

static double driven(const struct plane *plane, struct plane_range *range, double x)
{
    if (plane->converters.are_ideal)
        return x;
    if (plane->is_calibrating) {
        range->input = fmax(range->input, x);
        return x;
    }
    return quantized(x, range->input, plane->converters.dac_bits);
}

/* Computes out += sign (in+ M), where M is rows x columns, for each group of wordlines that
 * shares converters.  in+ are the magnitudes of the inputs of that sign. */
static void product(struct plane *plane, struct plane_range *range,
                    const double *matrix, size_t columns, const double *in, size_t rows,
                    double sign, double *out)
{
    bool is_ideal = plane->converters.are_ideal;
    size_t tile = is_ideal ? rows : plane->converters.rows;
    double *part = plane->scratch;

    for (size_t first = 0; first < rows; first += tile) {
        double total = 0;

        memset(part, 0, columns * sizeof *part);
        for (size_t i = first; i < rows && i < first + tile; i++) {
            const double *row = matrix + i * columns;
            double x = driven(plane, range, sign * in[i]);

            if (!(x > 0))
                continue;
            total += x;
            for (size_t j = 0; j < columns; j++)
                part[j] += x * row[j];
        }
        for (size_t j = 0; total > 0 && j < columns; j++)
            out[j] += sign *
                      (is_ideal ? part[j] : converted(plane, range, part[j], total));
    }
}

void plane_forward(struct plane *plane, const double *x, double *y)
{
    /* the biases are added digitally */
    const double *bias = plane->weights + plane->inputs * plane->outputs;

    memcpy(y, bias, plane->outputs * sizeof *y);
    product(plane, &plane->forward, plane->weights, plane->outputs, x, plane->inputs, 1,
            y);
}

void plane_backward(struct plane *plane, const double *d, double *x)
{
    double *all = plane->scratch + plane->inputs + 1 + plane->outputs;
    size_t wordlines = plane->inputs + 1;

    memset(all, 0, wordlines * sizeof *all);
    if (plane->converters.are_ideal) { /* both signs at once */
        for (size_t j = 0; j < plane->outputs; j++)
            for (size_t i = 0; i < wordlines; i++)
                all[i] += d[j] * plane->transposed[j * wordlines + i];
    } else {
        product(plane, &plane->backward, plane->transposed, wordlines, d,
                plane->outputs, 1, all);
        product(plane, &plane->backward, plane->transposed, wordlines, d,
                plane->outputs, -1, all);
    }
    memcpy(x, all, plane->inputs * sizeof *x);
}

/* ---- learning */

/* Applies pulses to a synapse, downwards if they are below 0. */
static void pulse(struct plane *plane, size_t i, size_t j, int64_t pulses)
{
    const struct synapse *synapse = plane->synapse;
    size_t at = i * plane->outputs + j;
    double g = (plane->weights[at] + 1) / 2;

    plane->pulses[at] += (uint32_t)llabs(pulses);
    plane->pulse_j += synapse_pulse_j(synapse, g, pulses);
    if (plane->stuck && plane->stuck[at])
        return;
    g = synapse_pulsed(synapse, plane->cells ? &plane->cells[at] : &plane->cell, g,
                       pulses, &plane->random);
    weight_set(plane, i, j, 2 * g - 1);
}

/* Pulses row i of the synapses, whose weights shall change by step x d, most by less than a pulse. */
static void row_pulse(struct plane *plane, size_t i, double step, const double *d)
{
    double up = (double)plane->synapse->levels_up / 2;
    double down = (double)plane->synapse->levels_down / 2;

    for (size_t j = 0; j < plane->outputs; j++) {
        double change = step * d[j];
        double size = fabs(change) < 2 ? fabs(change) : 2;
        double pulses = size * (change > 0 ? up : down);

        if (change == 0)
            continue;
        pulses += plane->is_stochastic ? random_uniform(&plane->random) : 0.5;
        if (pulses >= 1)
            pulse(plane, i, j, change > 0 ? (int64_t)pulses : -(int64_t)pulses);
    }
}

static void row_change(struct plane *plane, size_t i, double step, const double *d)
{
    for (size_t j = 0; j < plane->outputs; j++) {
        size_t at = i * plane->outputs + j;

        if (!plane->stuck || !plane->stuck[at])
            weight_set(plane, i, j, plane->weights[at] + step * d[j]);
    }
}

void plane_update(struct plane *plane, const double *x, const double *d, double rate)
{
    for (size_t i = 0; i <= plane->inputs; i++) {
        double step = -rate * (i < plane->inputs ? x[i] : 1);

        if (step == 0)
            continue;
        if (plane->synapse->law == SYNAPSE_IDEAL)
            row_change(plane, i, step, d);
        else
            row_pulse(plane, i, step, d);
    }
}

void plane_calibrate(struct plane *plane, bool is_begin)
{
    if (plane->converters.are_ideal)
        return;
    if (is_begin)
        plane->forward = plane->backward = (struct plane_range){ 0 };
    plane->is_calibrating = is_begin;
}
