/* A process node at a temperature, as circuits see it: currents, capacitances and
 * transconductance per metre of device width, elementary gates and their layout.
 *
 * The equations are those of X. Dong et al., NVSim, IEEE TCAD 31(7), 2012; the device and
 * layout rules are those of CACTI 5.1, HPL-2008-20.  FinFET and nanosheet devices consist of
 * whole fins (stacks of sheets): a width is rounded up to a multiple of a fin's effective
 * width, loads are counted per fin, and layout is counted in contacted gate pitches at the
 * height of a standard cell (NS-Cache's layout model; the node record gives fins, pitches and
 * capacitances). */
#ifndef NVSWEEP_ARRAY_PROCESS_H
#define NVSWEEP_ARRAY_PROCESS_H

#include "array/rules.h"
#include "base/error.h"
#include "base/maths.h"
#include "tech/node.h"

#include <math.h>
#include <stdbool.h>

#define RAMP_STEP 1e20 /* slope of a step, 1/s */

struct process {
    const struct array_rules *rules;
    const struct node *node;
    double f_m;
    double temperature_k;
    double vdd_v, vth_v;
    double ion_n, ion_p, ioff_n, ioff_p; /* A/m */
    double gate_f_per_m;
    double junction_f_per_m2, sidewall_f_per_m, drain_channel_f_per_m;
    double beta;             /* PMOS over NMOS width */
    double gm_n, gm_p;       /* S/m */
    double switch_n;         /* 1 / (Ron gm) of an NMOS: Horowitz' b */
    double min_w_m, max_w_m; /* NMOS width limits */
    bool fins;               /* widths are multiples of a fin's */
    bool saves_leakage; /* idle drivers and repeaters use circuits that leak less */
};

/* A rectangle of layout. */
struct box {
    double width_m, height_m;
};

enum gate_kind { GATE_INVERTER, GATE_NAND, GATE_NOR };

/* Returns STATUS_INFEASIBLE if the rules do not cover the temperature. */
enum status process_make(struct process *process, const struct node *node,
                         const struct array_rules *rules, double temperature_k,
                         struct error *why);

/* Returns the process of the trees' repeaters: a flavour of device that leaks a tenth and drives
 * 17 % less current. */
struct process process_of_repeaters(const struct process *process);

/* Returns the device width that is built for a wanted width_m: at least that, in whole fins. */
static inline double process_width_m(const struct process *process, double width_m)
{
    if (!process->fins)
        return width_m;

    double fin_m = process->node->fin_effective_width_m;

    return maths_max(ceil(width_m / fin_m - 1e-9), 1) * fin_m;
}

static inline double gate_f(const struct process *process, double width_m)
{
    return process->gate_f_per_m * process_width_m(process, width_m);
}

static inline double on_n_ohm(const struct process *process, double width_m)
{
    return process->node->resistance_multiplier * process->vdd_v /
           (process->ion_n * process_width_m(process, width_m));
}

static inline double on_p_ohm(const struct process *process, double width_m)
{
    return process->node->resistance_multiplier * process->vdd_v /
           (process->ion_p * process_width_m(process, width_m));
}

/* Transconductance in S. */
static inline double gm_n_s(const struct process *process, double width_m)
{
    return process->gm_n * process_width_m(process, width_m);
}

static inline double gm_p_s(const struct process *process, double width_m)
{
    return process->gm_p * process_width_m(process, width_m);
}

/* Returns the delay of a stage of time constant tau_s that switches at half the supply.  Its
 * input rises with `ramp` (in supply voltages per second); b is 1 / (R gm) of its device.
 * Writes the slope of its output to *ramp_out unless that is NULL (M. Horowitz, Timing Models
 * for MOS Circuits, 1983). */
static inline double horowitz_s(double tau_s, double b, double ramp, double *ramp_out)
{
    double delay_s = 0;

    if (tau_s > 0) /* ln(0.5)^2 = 0.4804530139182014 */
        delay_s = tau_s * sqrt(0.4804530139182014 + b / (ramp * tau_s));
    if (ramp_out != NULL)
        *ramp_out = delay_s > 0 ? 0.5 / delay_s : ramp;
    return delay_s;
}

/* Returns the drain capacitance of a gate in a region of the given height.  A width of 0 means
 * that the gate has no device of that type. */
double gate_drain_f(const struct process *process, enum gate_kind kind, unsigned inputs,
                    double wn_m, double wp_m, double region_m);

/* Returns the layout of a gate in a region of the given height (HUGE_VAL: unlimited). */
struct box gate_box(const struct process *process, enum gate_kind kind, unsigned inputs,
                    double wn_m, double wp_m, double region_m);

/* Returns the standby current of a gate in A. */
double gate_leak_a(const struct process *process, enum gate_kind kind, unsigned inputs,
                   double wn_m, double wp_m);

/* Region heights in m. */
static inline double load_region_m(const struct process *process)
{
    return process->node->region_capacitance_f * process->f_m;
}

static inline double layout_region_m(const struct process *process)
{
    return process->node->region_area_f * process->f_m;
}

#endif
