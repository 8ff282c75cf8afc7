/* Chains of inverters sized by logical effort, and gates in front of them. */
#ifndef NVSWEEP_ARRAY_DRIVER_H
#define NVSWEEP_ARRAY_DRIVER_H

#include "array/array.h"
#include "array/process.h"

#define DRIVER_STAGES 21

struct driver {
    unsigned stages;
    double tau_s[DRIVER_STAGES]; /* time constant of each stage */
    double input_f;              /* of its first inverter (or of its load if none) */
    double last_ohm;             /* of its last inverter */
    double energy_j;             /* one output switching */
    double leakage_w;
    struct box box;
};

struct load {
    double f, ohm;
};

/* A chain from a gate of logical effort and input_f to load.  min_a: current its last
 * stage must deliver.  STATUS_INFEASIBLE when that takes more than the largest width.
 */
bool driver_make(struct driver *driver, const struct process *process, double effort,
                 double input_f, struct load load, enum buffer_style style,
                 double min_a);

/* Delay from an input slope, and the slope at the end. */
static inline double driver_delay_s(const struct driver *driver,
                                    const struct process *process, double ramp,
                                    double *ramp_out)
{
    double sum_s = 0;

    for (unsigned i = 0; i < driver->stages; i++)
        sum_s += horowitz_s(driver->tau_s[i], process->switch_n, ramp, &ramp);
    *ramp_out = ramp;
    return sum_s;
}

/* A NAND of 2 or 3 inputs (0: none) and the chain after it, as one of `count` equal
 * rows. */
struct row_driver {
    unsigned inputs;
    double tau_s, b; /* of the NAND */
    double input_f;  /* of the NAND, or of the chain */
    struct driver driver;
    double energy_j;          /* one row switching */
    double leakage_w;         /* all rows */
    struct box box;           /* all rows */
    double step_s, step_ramp; /* delay from a step and the slope after it: the least */
};

bool row_driver_make(struct row_driver *row, const struct process *process,
                     double count, unsigned inputs, struct load load,
                     enum buffer_style style, double min_a);

/* The same devices behind another load. */
void row_driver_reload(struct row_driver *row, const struct process *process,
                       struct load old, struct load load);

static inline double row_driver_delay_s(const struct row_driver *row,
                                        const struct process *process, double ramp,
                                        double *ramp_out)
{
    double gate_s = 0;

    if (row->inputs > 0)
        gate_s = horowitz_s(row->tau_s, row->b, ramp, &ramp);
    return gate_s + driver_delay_s(&row->driver, process, ramp, ramp_out);
}

/* Inputs of a row's NAND: rows of up to 8 come straight from one basic decoder. */
static inline unsigned row_driver_inputs(double rows, bool extra)
{
    return rows <= 8 ? (extra ? 2 : 0) : extra ? 3 : 2;
}

#endif
