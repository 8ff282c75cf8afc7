/* Synapses: devices whose conductance is a weight and is changed by pulses.
 *
 * Conductances are shares g of their range: 0 is the smallest, 1 the largest.  The law is
 * that of DNN+NeuroSim (P.-Y. Chen, X. Peng, S. Yu, "NeuroSim: a circuit-level macro model
 * for benchmarking neuro-inspired architectures in online learning", IEEE TCAD 37(12), 2018,
 * eq. 1 to 3).  With x, the number of pulses as a share of those that span the range, it is
 *
 *     g(x) = (1 - exp(-x / a)) / (1 - exp(-1 / a)),
 *
 * with one shape a upwards and another downwards.  A positive shape rises steeply at x = 0, a
 * negative one at x = 1, and an infinite one is a straight line.  Records give NeuroSim's
 * labels. */
#ifndef NVSWEEP_LEARNING_SYNAPSE_H
#define NVSWEEP_LEARNING_SYNAPSE_H

#include "base/schema.h"
#include "learning/random.h"

enum synapse_law {
    SYNAPSE_IDEAL,  /* any change, exactly, as in software */
    SYNAPSE_PULSES, /* whole pulses along the law above */
};

struct synapse {
    struct record record;
    const char *summary;
    int law;                                   /* enum synapse_law */
    uint64_t levels_up, levels_down;           /* pulses from end to end */
    double nonlinearity_up, nonlinearity_down; /* NeuroSim's labels */
    double cycle_sigma;  /* of a pulse's step, as a share of the range */
    double device_sigma; /* of the labels, from cell to cell */
    double on_off;       /* greatest conductance over the least */
    double stuck_share;  /* share of cells that stay at one end, either with equal
                          * probability */
    double drift_exponent,
        drift_sigma; /* G(t) = G(t0) (t / t0)^-nu: mean and standard deviation of nu */
    double on_ohm;   /* resistance at the greatest conductance */
    double up_v, up_s, down_v, down_s; /* voltage and length of a pulse */
};

extern const struct schema synapse_schema;
extern const struct word synapse_law_words[];

/* Returns the shape a of a label: the largest distance of the law from the straight line is
 * 0.099 times the label (DNN+NeuroSim V2.1's manual, "nonlinearity"); INFINITY for 0. */
double synapse_shape(double label);

/* Return the law at x, and the x at which it is g.  x and g are in 0 .. 1. */
double synapse_law_at(double shape, double x);
double synapse_law_inverse(double shape, double g);

/* A cell whose labels differ from those of other cells. */
struct synapse_cell {
    double shape_up, shape_down;
};

/* Returns the conductance after `pulses` (below 0: downwards), with cycle-to-cycle variation
 * that grows with the square root of their number, limited to 0 .. 1. */
double synapse_pulsed(const struct synapse *synapse, const struct synapse_cell *cell,
                      double g, int64_t pulses, struct random *random);

/* Returns the energy of these pulses at conductance g: V^2 G t. */
double synapse_pulse_j(const struct synapse *synapse, double g, int64_t pulses);

#endif
