/* The circuits at the edge of a subarray (column multiplexers, sense amplifiers, bitline
 * precharge), and the tag comparators of a mat. */
#ifndef NVSWEEP_ARRAY_PERIPHERY_H
#define NVSWEEP_ARRAY_PERIPHERY_H

#include "array/bitcell.h"
#include "array/driver.h"
#include "array/wire.h"

/* One level of pass-gate multiplexers.  All members are 0 if it selects among one input. */
struct mux {
    double pass_ohm, pass_f; /* one gate: resistance, drain capacitance */
    double seen_delay_f;     /* load on the stage before, for its delay */
    double seen_energy_f;    /* load on the stage before, for its energy */
    double delay_s;
    double energy_j;  /* of all multiplexers of the level */
    double leakage_w; /* of all multiplexers of the level */
    double height_m;
};

/* One pass gate. */
struct pass_gate {
    double width_m, ohm, drain_f, leakage_w, height_m;
};

struct pass_gate pass_gate_make(const struct process *process, double width_m);

/* Returns `count` multiplexers with `inputs` inputs each.  next_delay_f and next_energy_f are
 * the loads of the next stage on each of them. */
struct mux mux_make(const struct process *process, const struct pass_gate *pass,
                    double inputs, double count, double next_delay_f,
                    double next_energy_f);

/* Returns the width of pass gates that carry current_a and add little to the cell's
 * resistance. */
double mux_width_m(const struct process *process, const struct bitcell *cell,
                   double current_a);

/* One sense amplifier at a given pitch. */
struct sense_amp {
    double input_f;
    double latch_s; /* of the amplifier alone */
    double delay_s, energy_j, leakage_w;
    double height_m; /* of the strip of amplifiers */
};

/* Return the input load of a voltage sense amplifier at a pitch, and the time in which it
 * amplifies sense_v to a full swing. */
double sense_amp_input_f(const struct process *process, double pitch_m);
double sense_amp_latch_s(const struct process *process, double input_f, double sense_v);

/* Returns false if the pitch is too narrow for an amplifier. */
bool sense_amp_make(struct sense_amp *amp, const struct process *process,
                    const struct bitcell *cell, double pitch_m, double sense_v);

/* The prechargers of all columns and the driver chain that enables them. */
struct precharger {
    double energy_j, leakage_w;
    struct driver chain;     /* enables them all */
    double inverter_tau_s;   /* of each column's own inverter */
    double pull_ohm, pull_f; /* resistance of one device, and its load on a bitline */
    struct box box;
};

bool precharger_make(struct precharger *precharger, const struct process *process,
                     const struct bitcell *cell, const struct wire *local,
                     double columns);

/* The times to restore a bitline: that of the enable chain and inverter, and that of the bitline
 * after it. */
struct precharge_times {
    double enable_s, line_s;
};

struct precharge_times precharger_delay_s(const struct precharger *precharger,
                                          const struct process *process, double line_f,
                                          double line_ohm, double ramp);

/* The tag comparator of one way. */
struct comparator {
    double delay_s, energy_j, leakage_w;
    double area_m2;
};

struct comparator comparator_make(const struct process *process, double tag_bits,
                                  double ramp, double *ramp_out);

#endif
