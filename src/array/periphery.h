/* What sits at the edge of a subarray: column multiplexers, sense amplifiers, bitline
 * precharge; and the tag comparators of a mat. */
#ifndef NVSWEEP_ARRAY_PERIPHERY_H
#define NVSWEEP_ARRAY_PERIPHERY_H

#include "array/bitcell.h"
#include "array/driver.h"
#include "array/wire.h"

/* One level of pass-gate multiplexers; all zero when it selects among one. */
struct mux {
    double pass_ohm, pass_f; /* one gate: resistance, drain capacitance */
    double seen_delay_f;     /* by the stage before, for delay */
    double seen_energy_f;    /* and for energy */
    double delay_s;
    double energy_j;  /* all of them */
    double leakage_w; /* all of them */
    double height_m;
};

/* One pass gate. */
struct pass_gate {
    double width_m, ohm, drain_f, leakage_w, height_m;
};

struct pass_gate pass_gate_make(const struct process *process, double width_m);

/* count multiplexers of `inputs` inputs each; the next stage loads each with next. */
struct mux mux_make(const struct process *process, const struct pass_gate *pass,
                    double inputs, double count, double next_delay_f,
                    double next_energy_f);

/* Width of pass gates that carry current_a and lose little to the cell. */
double mux_width_m(const struct process *process, const struct bitcell *cell,
                   double current_a);

/* One sense amplifier at a pitch. */
struct sense_amp {
    double input_f;
    double latch_s; /* of the amplifier alone */
    double delay_s, energy_j, leakage_w;
    double height_m; /* strip of amplifiers at that pitch */
};

/* Load of a voltage sense amplifier at a pitch, and its time to a full swing. */
double sense_amp_input_f(const struct process *process, double pitch_m);
double sense_amp_latch_s(const struct process *process, double input_f, double sense_v);

/* false if the pitch is too narrow. */
bool sense_amp_make(struct sense_amp *amp, const struct process *process,
                    const struct bitcell *cell, double pitch_m, double sense_v);

/* Prechargers of all columns and the chain that enables them. */
struct precharger {
    double energy_j, leakage_w;
    struct driver chain;     /* enables them all */
    double inverter_tau_s;   /* of each column's own inverter */
    double pull_ohm, pull_f; /* one device's resistance, load it adds to a bitline */
    struct box box;
};

bool precharger_make(struct precharger *precharger, const struct process *process,
                     const struct bitcell *cell, const struct wire *local,
                     double columns);

/* Times to restore a bitline: of the enable's chain and inverter from a slope, and of the
 * bitline after it. */
struct precharge_times {
    double enable_s, line_s;
};

struct precharge_times precharger_delay_s(const struct precharger *precharger,
                                          const struct process *process, double line_f,
                                          double line_ohm, double ramp);

/* One way's tag comparator. */
struct comparator {
    double delay_s, energy_j, leakage_w;
    double area_m2;
};

struct comparator comparator_make(const struct process *process, double tag_bits,
                                  double ramp, double *ramp_out);

#endif
