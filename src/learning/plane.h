/* A plane: the weights of one layer as conductances of synapses, read by converters of a few
 * bits.
 *
 * A weight is w = 2 g - 1, where g is the conductance as a share of its range: the current of
 * a column minus that of a reference column in the middle of the range.  The inputs drive
 * wordlines through converters of dac_bits.  Columns of at most `rows` wordlines share a
 * converter of adc_bits, and their results are added digitally.  The range of a converter is
 * the largest current seen in calibration, including the part of the smallest conductance, so
 * that a small on/off ratio leaves less range for the signal.  Errors pass through the same
 * cells transposed; positive and negative errors are applied one after the other.  Without
 * converters products are exact. */
#ifndef NVSWEEP_LEARNING_PLANE_H
#define NVSWEEP_LEARNING_PLANE_H

#include "learning/synapse.h"

#include <stdbool.h>
#include <stddef.h>

struct plane_converters {
    bool are_ideal;
    uint64_t adc_bits, dac_bits, rows;
};

/* The largest values that a converter must represent; 0: none was seen. */
struct plane_range {
    double input, current;
};

struct plane {
    const struct synapse *synapse;
    struct plane_converters converters;
    size_t inputs, outputs; /* inputs: without the bias, which has one more wordline */
    double *weights;        /* (inputs + 1) x outputs */
    double *transposed;     /* the same, outputs x (inputs + 1) */
    struct synapse_cell *cells; /* NULL: all cells are equal */
    struct synapse_cell cell;   /* the cell of all positions, without a spread */
    bool *stuck;                /* NULL: no cell is stuck */
    uint32_t *pulses;           /* number of pulses of each cell */
    double pulse_j;             /* energy of all pulses */
    double *scratch;
    struct random random; /* for its cycle-to-cycle variation */
    bool is_stochastic;   /* fractions of a pulse are rounded by chance, else to the
                           * nearest */
    bool is_calibrating;  /* products are exact and widen the converters' ranges */
    struct plane_range forward, backward;
};

/* Makes cells with random weights, uniform within +-sqrt(6 / (inputs + outputs)) (X. Glorot,
 * Y. Bengio, AISTATS 2010), and biases of 0.  Stuck cells are at one end of the range. */
void plane_init(struct plane *plane, const struct synapse *synapse,
                const struct plane_converters *converters, size_t inputs,
                size_t outputs, uint64_t trial, uint64_t stream);
void plane_free(struct plane *plane);

/* Computes y = x W + bias; x >= 0. */
void plane_forward(struct plane *plane, const double *x, double *y);

/* Computes x = d W^T, without the bias. */
void plane_backward(struct plane *plane, const double *d, double *x);

/* Changes W by -rate x d^T, and the bias accordingly: exactly, or by whole pulses. */
void plane_update(struct plane *plane, const double *x, const double *d, double rate);

/* Lets the conductances drift for `seconds` after they were written (1 s or more).  This
 * cannot be undone. */
void plane_drift(struct plane *plane, double seconds);

/* Begins or ends a calibration.  Beginning resets the ranges; products are exact until the
 * end. */
void plane_calibrate(struct plane *plane, bool is_begin);

#endif
