#include "learning/synapse.h"

#include "base/maths.h"

#include <math.h>
#include <stdlib.h>

const struct word synapse_law_words[] = {
    { "ideal", SYNAPSE_IDEAL },
    { "pulses", SYNAPSE_PULSES },
    { NULL, 0 },
};

/* clang-format off */
static const struct field synapse_fields[] = {
    FIELD_TEXT(struct synapse, summary, "", "summary in one line"),
    FIELD_WORD(struct synapse, law, synapse_law_words, SYNAPSE_PULSES, "how a weight changes; ideal: exactly, as in software"),
    FIELD_COUNT(struct synapse, levels_up, 64, 2, 1u << 20, "pulses from the least conductance to the greatest"),
    FIELD_COUNT(struct synapse, levels_down, 64, 2, 1u << 20, "pulses from the greatest conductance to the least"),
    FIELD_NUMBER(struct synapse, nonlinearity_up, "1", 0, -9, 9, "NeuroSim's label of the curve upwards"),
    FIELD_NUMBER(struct synapse, nonlinearity_down, "1", 0, -9, 9, "NeuroSim's label of the curve downwards; below 0: steep from the greatest conductance on"),
    FIELD_NUMBER(struct synapse, cycle_sigma, "1", 0, 0, 1, "standard deviation of a pulse's step, as a share of the range"),
    FIELD_NUMBER(struct synapse, device_sigma, "1", 0, 0, 9, "standard deviation of the labels from cell to cell"),
    FIELD_NUMBER(struct synapse, on_off, "1", 1e6, 1.01, 1e9, "greatest conductance over the least"),
    FIELD_NUMBER(struct synapse, stuck_share, "1", 0, 0, 1, "share of cells that stay at one end, either end with equal probability"),
    FIELD_NUMBER(struct synapse, drift_exponent, "1", 0, 0, 1, "nu of G(t) = G(1 s) (t / 1 s)^-nu"),
    FIELD_NUMBER(struct synapse, drift_sigma, "1", 0, 0, 1, "standard deviation of nu from cell to cell"),
    FIELD_NUMBER(struct synapse, on_ohm, "Ohm", 1e5, 1, 1e15, "resistance at the greatest conductance"),
    FIELD_NUMBER(struct synapse, up_v, "V", 1, 1e-3, 100, "voltage of a pulse upwards"),
    FIELD_NUMBER(struct synapse, up_s, "s", 100e-9, 1e-12, 1, "length of a pulse upwards"),
    FIELD_NUMBER(struct synapse, down_v, "V", 1, 1e-3, 100, "voltage of a pulse downwards"),
    FIELD_NUMBER(struct synapse, down_s, "s", 100e-9, 1e-12, 1, "length of a pulse downwards"),
};
/* clang-format on */

const struct schema synapse_schema = {
    .kind = "synapse",
    .folder = "synapses",
    .size = sizeof(struct synapse),
    .fields = synapse_fields,
    .field_count = FIELD_COUNT_OF(synapse_fields),
};

double synapse_law_at(double shape, double x)
{
    if (isinf(shape))
        return x;
    return maths_expm1(-x / shape) / maths_expm1(-1 / shape);
}

double synapse_law_inverse(double shape, double g)
{
    if (isinf(shape))
        return g;
    return -shape * maths_log1p(g * maths_expm1(-1 / shape));
}

/* Returns the largest distance of the law from the straight line: where its slope is 1, at x
 * = a ln(1 / (a (1 - exp(-1 / a)))). */
static double largest_distance(double shape)
{
    double x = -shape * maths_log(-shape * maths_expm1(-1 / shape));

    return synapse_law_at(shape, x) - x;
}

double synapse_shape(double label)
{
    double wanted = 0.099 * fabs(label), low = 1e-3, high = 1e6;

    if (wanted < 1e-7)
        return INFINITY;
    for (int i = 0; i < 200; i++) { /* the distance falls as the shape grows */
        double middle = sqrt(low * high);

        if (largest_distance(middle) > wanted)
            low = middle;
        else
            high = middle;
    }
    return label < 0 ? -low : low;
}

static double within(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

double synapse_pulsed(const struct synapse *synapse, const struct synapse_cell *cell,
                      double g, int64_t pulses, struct random *random)
{
    double shape = pulses > 0 ? cell->shape_up : cell->shape_down;
    double levels = (double)(pulses > 0 ? synapse->levels_up : synapse->levels_down);
    double x = synapse_law_inverse(shape, g) + (double)pulses / levels;

    g = synapse_law_at(shape, within(x, 0, 1));
    if (synapse->cycle_sigma > 0)
        g += synapse->cycle_sigma * sqrt((double)llabs(pulses)) * random_normal(random);
    return within(g, 0, 1);
}

double synapse_pulse_j(const struct synapse *synapse, double g, int64_t pulses)
{
    double least = 1 / synapse->on_off;
    double siemens = (least + g * (1 - least)) / synapse->on_ohm;

    return pulses > 0 ? (double)pulses * synapse->up_v * synapse->up_v * siemens *
                            synapse->up_s
                      : (double)-pulses * synapse->down_v * synapse->down_v * siemens *
                            synapse->down_s;
}
