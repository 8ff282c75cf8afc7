/* A plane: one layer's weights as conductances of synapses, read by converters of a few bits.
 *
 * A weight is w = 2 g - 1, g the share of the conductance range: the current of a column less
 * that of a reference column in the middle of the range.  Wordlines are driven by the inputs,
 * through converters of dac_bits; columns of at most `rows` wordlines share a converter of
 * adc_bits, and their results are added digitally.  A converter's range is the largest current
 * that calibration saw, the least conductance's share of it included: a small on/off ratio takes
 * range from the signal.  Errors travel through the same cells transposed; those above and below
 * zero are read one after the other.  Without converters products are exact. */
#ifndef NVSWEEP_LEARNING_PLANE_H
#define NVSWEEP_LEARNING_PLANE_H

#include "learning/synapse.h"

#include <stdbool.h>
#include <stddef.h>

struct plane_converters {
    bool are_ideal;
    uint64_t adc_bits, dac_bits, rows;
};

/* The largest values that a converter has to read; 0: none seen. */
struct plane_range {
    double input, current;
};

struct plane {
    const struct synapse *synapse;
    struct plane_converters converters;
    size_t inputs, outputs; /* inputs: without the bias, which is one more wordline */
    double *weights;        /* (inputs + 1) x outputs */
    double *transposed;     /* the same, outputs x (inputs + 1) */
    struct synapse_cell *cells; /* NULL: all alike */
    struct synapse_cell cell;   /* of all, without a spread */
    bool *stuck;                /* NULL: none */
    uint32_t *pulses;           /* that each cell got */
    double pulse_j;             /* energy of them all */
    double *scratch;
    struct random random; /* of its cycle-to-cycle variation */
    bool is_stochastic;   /* fractions of a pulse: by chance, or to the nearest */
    bool is_calibrating;  /* products are exact and widen the ranges */
    struct plane_range forward, backward;
};

/* Cells that hold weights drawn uniformly within +-sqrt(6 / (inputs + outputs)) (X. Glorot,
 * Y. Bengio, AISTATS 2010), biases of 0; stuck cells at their ends. */
void plane_init(struct plane *plane, const struct synapse *synapse,
                const struct plane_converters *converters, size_t inputs,
                size_t outputs, uint64_t trial, uint64_t stream);
void plane_free(struct plane *plane);

/* y = x W + bias, x >= 0. */
void plane_forward(struct plane *plane, const double *x, double *y);

/* x = d W^T, without the bias. */
void plane_backward(struct plane *plane, const double *d, double *x);

/* W -= rate x d^T, and the bias: exactly, or by whole pulses. */
void plane_update(struct plane *plane, const double *x, const double *d, double rate);

/* Conductances `seconds` after they were written (from 1 s on); not to be undone. */
void plane_drift(struct plane *plane, double seconds);

/* Calibration anew: ranges are forgotten and products exact until it ends. */
void plane_calibrate(struct plane *plane, bool is_begin);

#endif
