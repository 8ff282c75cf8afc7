#include "array/driver.h"

#include "base/maths.h"

static const double STAGE_EFFORT = 4;
static const int MAX_STAGES = 20;

/* The delay is least at an effort of about four per stage (Sutherland, Sproull, Harris,
 * Logical Effort, 1999).  The number of stages is odd or even as the polarity requires. */
static int stage_count(double path, bool odd)
{
    int stages = (int)(maths_log(path) / maths_log(STAGE_EFFORT) + 0.5) - 1;

    if (stages < 0)
        stages = 0;
    if ((stages % 2 == 1) != odd)
        stages++;
    return stages < MAX_STAGES ? stages : MAX_STAGES;
}

/* Sets the NMOS width of each stage, from the last stage backwards: each is smaller by the
 * effort. */
static void taper(double *width_m, unsigned stages, double last_m, double effort,
                  double least_m)
{
    width_m[stages - 1] = last_m;
    for (unsigned i = stages - 1; i > 0; i--)
        width_m[i - 1] = maths_max(width_m[i] / effort, least_m);
}

/* Returns the number of stages, 0 if the style cannot deliver the current. */
static unsigned size_for_latency(const struct process *process, double *width_m,
                                 double effort, double input_f, double load_f,
                                 double needed_m)
{
    double path = maths_max(effort * load_f / input_f, 1);
    unsigned stages = (unsigned)stage_count(path, true);
    double grow = maths_pow(path, 1.0 / (stages + 1));
    double last_m = maths_max(process->min_w_m, load_f / grow / process->gate_f_per_m /
                                                    (1 + process->beta));

    if (last_m > process->max_w_m) {
        double end_f = gate_f(process, (1 + process->beta) * process->max_w_m);

        last_m = process->max_w_m;
        grow = maths_pow(effort * end_f / input_f, 1.0 / stages);
    }
    if (last_m < needed_m)
        return 0;
    taper(width_m, stages, last_m, grow, process->min_w_m);
    return stages;
}

static unsigned size_for_balance(const struct process *process, double *width_m,
                                 double effort, double input_f, double needed_m)
{
    double load_f = gate_f(process, needed_m) +
                    gate_f(process, process->beta * needed_m);
    double path = maths_max(effort * load_f / input_f, 1);
    unsigned stages = (unsigned)stage_count(path, false) + 1;

    taper(width_m, stages, needed_m, maths_pow(path, 1.0 / stages), process->min_w_m);
    return stages;
}

static void finish(struct driver *driver, const struct process *process,
                   const double *width_m, struct load load)
{
    double vdd2 = process->vdd_v * process->vdd_v;
    double next_f = load.f;

    driver->energy_j = driver->leakage_w = 0;
    driver->box = (struct box){ 0, 0 };
    for (unsigned i = driver->stages; i-- > 0;) {
        double wn_m = width_m[i], wp_m = process->beta * wn_m;
        double out_f = gate_drain_f(process, GATE_INVERTER, 1, wn_m, wp_m,
                                    load_region_m(process));
        struct box box = gate_box(process, GATE_INVERTER, 1, wn_m, wp_m,
                                  layout_region_m(process));

        driver->tau_s[i] = on_n_ohm(process, wn_m) * (out_f + next_f);
        if (i + 1 == driver->stages) {
            driver->tau_s[i] += load.f * load.ohm / 2;
            driver->last_ohm = on_n_ohm(process, wn_m);
        }
        driver->energy_j += (out_f + next_f) * vdd2;
        driver->leakage_w += gate_leak_a(process, GATE_INVERTER, 1, wn_m, wp_m) *
                             process->vdd_v;
        driver->box.width_m += box.width_m;
        driver->box.height_m = maths_max(driver->box.height_m, box.height_m);
        next_f = gate_f(process, wn_m) + gate_f(process, wp_m);
    }
    driver->input_f = next_f;
}

bool driver_make(struct driver *driver, const struct process *process, double effort,
                 double input_f, struct load load, enum buffer_style style,
                 double min_a)
{
    double width_m[DRIVER_STAGES];
    double needed_m = maths_max(process->min_w_m, min_a / process->ion_n);

    if (needed_m > process->max_w_m)
        return false;
    driver->stages = 0;
    if (style == BUFFER_LATENCY)
        driver->stages = size_for_latency(process, width_m, effort, input_f, load.f,
                                          needed_m);
    if (driver->stages == 0 && style != BUFFER_AREA)
        driver->stages = size_for_balance(process, width_m, effort, input_f, needed_m);
    if (driver->stages == 0) {
        driver->stages = 1;
        width_m[0] = needed_m;
    }
    finish(driver, process, width_m, load);
    return true;
}

void row_driver_reload(struct row_driver *row, const struct process *process,
                       struct load old, struct load load)
{
    struct driver *driver = &row->driver;
    double more_j = (load.f - old.f) * process->vdd_v * process->vdd_v;

    driver->tau_s[driver->stages - 1] += driver->last_ohm * (load.f - old.f) +
                                         (load.f * load.ohm - old.f * old.ohm) / 2;
    driver->energy_j += more_j;
    row->energy_j += more_j;
    row->step_s = row_driver_delay_s(row, process, RAMP_STEP, &row->step_ramp);
}

/* A stack of two devices that are off leaks about a quarter of one device; the value follows
 * from NVSim's leakage factors of NAND gates. */
static const double STACK_LEAK = 0.25;

/* All outputs of a decoder but one are idle.  The gates of idle outputs have two devices in
 * series that are off, and their drivers are behind a header device that the block shares
 * (decoded drivers with self-reverse bias: T. Kawahara et al., IEEE JSSC 28(11), 1993;
 * recalled).  In NVSim all of them leak in full. */
static double idle_share(const struct process *process, double count)
{
    if (!process->saves_leakage || !(count > 1))
        return 1;
    return (1 + (count - 1) * STACK_LEAK) / count;
}

bool row_driver_make(struct row_driver *row, const struct process *process,
                     double count, unsigned inputs, struct load load,
                     enum buffer_style style, double min_a)
{
    double wn_m = (inputs > 0 ? inputs : 1) * process->min_w_m;
    double wp_m = process->beta * process->min_w_m;
    double input_f = gate_f(process, wn_m) + gate_f(process, wp_m);
    double effort = inputs > 0 ? (inputs + process->beta) / (1 + process->beta) : 1;
    struct driver *driver = &row->driver;

    if (!driver_make(driver, process, effort, input_f, load, style, min_a))
        return false;
    row->inputs = inputs;
    row->tau_s = row->b = 0;
    row->input_f = driver->input_f;
    row->energy_j = driver->energy_j;
    row->leakage_w = driver->leakage_w * count;
    row->box = driver->box;
    if (inputs > 0) {
        double out_f = gate_drain_f(process, GATE_NAND, inputs, wn_m, wp_m,
                                    load_region_m(process));
        double ohm = inputs * on_n_ohm(process, wn_m);
        struct box box = gate_box(process, GATE_NAND, inputs, wn_m, wp_m,
                                  layout_region_m(process));

        row->input_f = input_f;
        row->tau_s = ohm * (out_f + driver->input_f);
        row->b = 1 / (ohm * gm_n_s(process, wn_m));
        row->energy_j += (out_f + driver->input_f) * process->vdd_v * process->vdd_v;
        row->leakage_w += gate_leak_a(process, GATE_NAND, inputs, wn_m, wp_m) *
                          process->vdd_v * count;
        row->box.width_m += box.width_m;
        row->box.height_m = maths_max(row->box.height_m, box.height_m);
    }
    row->leakage_w *= idle_share(process, count);
    row->box.height_m *= count;
    row->step_s = row_driver_delay_s(row, process, RAMP_STEP, &row->step_ramp);
    return true;
}
