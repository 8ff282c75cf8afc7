/* Chains of inverters sized by logical effort, and gates in front of them. */
#ifndef NVSWEEP_ARRAY_DRIVER_H
#define NVSWEEP_ARRAY_DRIVER_H

#include "array/array.h"
#include "array/process.h"

#define DRIVER_STAGES 21

struct driver {
    unsigned stages;
    double tau_s[DRIVER_STAGES]; /* time constant of each stage */
    double input_f;  /* of its first inverter, or the load if it has no stage */
    double last_ohm; /* of its last inverter */
    double energy_j; /* of one transition of the output */
    double leakage_w;
    struct box box;
};

struct load {
    double f, ohm;
};

/* Sizes a chain between a gate of logical effort `effort` and capacitance input_f and a load.
 * Its last stage must deliver at least min_a.  Returns false if that needs more than the
 * largest width. */
bool driver_make(struct driver *driver, const struct process *process, double effort,
                 double input_f, struct load load, enum buffer_style style,
                 double min_a);

/* Returns the delay for an input slope, and the slope of the output in *ramp_out. */
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

/* `count` equal rows, each a NAND of 2 or 3 inputs (0: no NAND) and the driver chain after
 * it. */
struct row_driver {
    unsigned inputs;
    double tau_s, b; /* of the NAND */
    double input_f;  /* of the NAND, or of the chain */
    struct driver driver;
    double energy_j;  /* of one row that switches */
    double leakage_w; /* all rows */
    struct box box;   /* all rows */
    double step_s,
        step_ramp; /* delay from a step input, which is the least, and slope */
};

bool row_driver_make(struct row_driver *row, const struct process *process,
                     double count, unsigned inputs, struct load load,
                     enum buffer_style style, double min_a);

/* Updates the delays for another load, with the same devices. */
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

/* Returns the inputs of a row's NAND.  Up to 8 rows are driven by one basic decoder and need
 * no NAND; `extra` says that there is one more input. */
static inline unsigned row_driver_inputs(double rows, bool extra)
{
    return rows <= 8 ? (extra ? 2 : 0) : extra ? 3 : 2;
}

#endif
