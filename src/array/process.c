#include "array/process.h"

#include "base/maths.h"

/* Silicon saturation velocity, m/s (NVSim). */
static const double SATURATION_M_PER_S = 1e5;

/* Standby current of a gate with a stack of devices, over that of the same devices in parallel.
 * The index is the number of inputs (NVSim, from CACTI). */
static const double NAND_LEAK[] = { 1, 1, 0.48, 0.31 };
static const double NOR_LEAK[] = { 1, 1, 0.95, 0.62 };

/* Grading coefficients of the drain junction's bottom, and of its side wall and gate edge. */
static const double BOTTOM_GRADING = 0.5, SIDE_GRADING = 0.33;

static double transconductance(const struct node *node, double mobility)
{
    double saturation_v = node->gate_length_m * SATURATION_M_PER_S / mobility;

    return mobility * node->oxide_f_per_m2 / 2 / node->gate_length_m *
           maths_min(saturation_v, node->vdd_v - node->vth_v);
}

/* NVSim multiplies whole nanometres by 1e-9, which is not always the double nearest to the
 * feature size.  Whether some of its devices fold depends on that last bit, so its rules must
 * compute the same. */
static double feature_m(const struct node *node, const struct array_rules *rules)
{
    return rules->search_all ? nearbyint(node->node_m * 1e12) / 1e3 * 1e-9
                             : node->node_m;
}

enum status process_make(struct process *process, const struct node *node,
                         const struct array_rules *rules, double temperature_k,
                         struct error *why)
{
    if (rules->truncate_kelvin) {
        temperature_k = floor(temperature_k);
        if (temperature_k < 300 || temperature_k > 400)
            return error_set(
                why, STATUS_INFEASIBLE,
                "temperature is %g K, must be in 300..400 K under NVSim's rules",
                temperature_k);
    }
    if (!(temperature_k >= 200 && temperature_k <= 450))
        return error_set(why, STATUS_INPUT,
                         "temperature is %g K, must be in 200..450 K", temperature_k);

    struct node_point point = node_device(node, temperature_k, rules->ioff_linear);
    double extra = node->gate_leak_a_per_m +
                   node->junction_leak_a_per_m * maths_exp2((temperature_k - 300) / 10);
    double bias = 1 + node->vdd_v / node->built_in_v;
    bool fins = node->transistor != TRANSISTOR_PLANAR;

    *process = (struct process){
        .rules = rules,
        .node = node,
        .f_m = feature_m(node, rules),
        .temperature_k = temperature_k,
        .vdd_v = node->vdd_v,
        .vth_v = node->vth_v,
        .ion_n = point.ion_n_a_per_m,
        .ion_p = point.ion_p_a_per_m,
        .ioff_n = (point.ioff_n_a_per_m + extra) * node->leak_sigma,
        .ioff_p = (point.ioff_p_a_per_m + extra) * node->leak_sigma,
        .gate_f_per_m = fins ? node->fin_gate_f / node->fin_effective_width_m
                             : node->gate_f_per_m * (1 + node->overlap_ratio) +
                                   node->fringe_edges * node->fringe_f_per_m,
        .junction_f_per_m2 = node->junction_f_per_m2 / maths_pow(bias, BOTTOM_GRADING),
        .sidewall_f_per_m = node->sidewall_f_per_m / maths_pow(bias, SIDE_GRADING),
        .drain_channel_f_per_m = node->drain_channel_f_per_m /
                                 maths_pow(bias, SIDE_GRADING),
        .beta = node->pn_ratio,
        .gm_n = node->gm_n_s_per_m > 0
                    ? node->gm_n_s_per_m
                    : transconductance(node, node->mobility_n_m2_per_v_s),
        .gm_p = node->gm_p_s_per_m > 0
                    ? node->gm_p_s_per_m
                    : transconductance(node, node->mobility_p_m2_per_v_s),
        .min_w_m = node->min_nmos_f * feature_m(node, rules),
        .max_w_m = node->max_nmos_f * feature_m(node, rules),
        .fins = fins && !rules->fins_free,
        /* the leakage of a fitted node already includes what its study did to reduce it */
        .saves_leakage = !rules->all_leak && node->devices != DEVICES_FITTED,
    };
    if (fins) /* a fin may be wider than many feature sizes, in which the limit is given */
        process->max_w_m = maths_max(process->max_w_m,
                                     100 * node->fin_effective_width_m);
    process->switch_n = 1 / (on_n_ohm(process, 1) * gm_n_s(process, 1));
    return STATUS_OK;
}

struct process process_of_repeaters(const struct process *process)
{
    /* A device between the high-performance one (1.24 mA/um at an off-current of 10 nA/um)
     * and the low-power one (0.81 mA/um at 100 pA/um) of Intel 22FFL, half-way in the
     * logarithm of the off-current (WikiChip Fuse 567).  It leaks a tenth and drives 17 %
     * less, which makes a repeated wire 9 % slower. */
    static const double DRIVE = 0.83, LEAK = 0.1;
    struct process repeaters = *process;

    if (!process->saves_leakage)
        return repeaters;
    repeaters.ion_n *= DRIVE;
    repeaters.ion_p *= DRIVE;
    repeaters.gm_n *= DRIVE;
    repeaters.gm_p *= DRIVE;
    repeaters.ioff_n *= LEAK;
    repeaters.ioff_p *= LEAK;
    return repeaters;
}

/* A device folded into a region: its height and number of fingers. */
struct fold {
    double height_m, fingers;
};

/* Folds a device.  Three feature sizes of the limit are lost to the fold.  For some usual widths
 * the exact quotient is a whole number of fingers, so that rounding decides about one more
 * finger; the order of operations here and below is therefore that of NVSim. */
static struct fold fold(double width_m, double limit_m, double f_m)
{
    if (width_m < limit_m)
        return (struct fold){ width_m, 1 };
    return (struct fold){ limit_m, ceil(width_m / (limit_m - 3 * f_m)) };
}

/* Folds both types of a gate.  They share the height of the region in proportion to their
 * widths. */
static void fold_gate(const struct process *process, double wn_m, double wp_m,
                      double region_m, struct fold *n, struct fold *p)
{
    double f_m = process->f_m;

    if (wn_m > 0 && wp_m > 0) {
        double ratio = wp_m / (wp_m + wn_m);
        double most_p_m = ratio * (region_m - process->node->pn_gap_f * f_m);

        *p = fold(wp_m, most_p_m, f_m);
        *n = fold(wn_m, most_p_m / ratio * (1 - ratio), f_m);
        return;
    }
    *n = wn_m > 0 ? fold(wn_m, region_m, f_m) : (struct fold){ 0, 0 };
    *p = wp_m > 0 ? fold(wp_m, region_m, f_m) : (struct fold){ 0, 0 };
}

/* Returns the junction capacitance of the devices of one type.  Devices in series share one row;
 * devices in parallel are side by side. */
static double junctions_f(const struct process *process, struct fold f, unsigned inputs,
                          bool series)
{
    const struct node *node = process->node;

    if (!(f.fingers > 0))
        return 0;

    double f_m = process->f_m;
    double base_m = f_m * (node->contact_f + 2 * node->contact_gap_f);
    double folds_m = (f.fingers - 1) * node->poly_gap_f * f_m;
    double width_m = series ? base_m + inputs * folds_m +
                                  (inputs - 1) * node->poly_gap_f * f_m
                            : inputs * (base_m + folds_m);
    bool odd = fmod(f.fingers, 2) == 1;

    return width_m * f.height_m * process->junction_f_per_m2 +
           process->sidewall_f_per_m * (2 * width_m + (odd ? f.height_m : 0)) +
           f.fingers * f.height_m * process->drain_channel_f_per_m;
}

/* Returns the drain capacitance of a FinFET device: one drain per fin, shared by the two fingers
 * of a fold.  Each of several parallel inputs has its own drain. */
static double fin_drain_f(const struct process *process, double width_m,
                          unsigned drains)
{
    const struct node *node = process->node;

    if (!(width_m > 0))
        return 0;

    double fins = maths_max(ceil(width_m / node->fin_effective_width_m - 1e-9), 1);
    double fingers = ceil(fins / (double)node->max_fins);
    double shared = fingers > 1 ? 0.5 * (1 + fmod(fingers, 2) / fingers) : 1;

    return drains * fins * node->fin_drain_f * shared;
}

double gate_drain_f(const struct process *process, enum gate_kind kind, unsigned inputs,
                    double wn_m, double wp_m, double region_m)
{
    if (process->fins)
        return fin_drain_f(process, wn_m, kind == GATE_NOR ? inputs : 1) +
               fin_drain_f(process, wp_m, kind == GATE_NAND ? inputs : 1);

    struct fold n, p;

    fold_gate(process, wn_m, wp_m, region_m, &n, &p);
    return junctions_f(process, n, inputs, kind == GATE_NAND) +
           junctions_f(process, p, inputs, kind == GATE_NOR);
}

static double region_width_m(const struct process *process, struct fold f,
                             unsigned inputs, bool series)
{
    const struct node *node = process->node;

    if (!(f.fingers > 0))
        return 0;

    double f_m = process->f_m;
    double contact_m = f_m * (node->contact_f + 2 * node->contact_gap_f);
    double unit_m = f.fingers * f_m + (f.fingers - 1) * node->poly_gap_f * f_m;
    double between_m = series ? node->poly_gap_f * f_m : contact_m;

    return 2 * contact_m + inputs * unit_m + (inputs - 1) * between_m;
}

static struct box fin_box(const struct process *process, unsigned inputs, double wn_m,
                          double wp_m)
{
    const struct node *node = process->node;
    double widest_m = maths_max(wn_m, wp_m);
    double fins = maths_max(ceil(widest_m / node->fin_effective_width_m - 1e-9), 1);
    double budget = (double)node->max_fins * (wn_m > 0 && wp_m > 0 ? 1 : 2);
    double fingers = ceil(fins / budget);

    return (struct box){
        .width_m = (inputs * fingers + 1) * node->gate_pitch_m,
        .height_m = node->cell_height_m,
    };
}

struct box gate_box(const struct process *process, enum gate_kind kind, unsigned inputs,
                    double wn_m, double wp_m, double region_m)
{
    const struct node *node = process->node;
    struct fold n, p;

    if (process->fins)
        return fin_box(process, inputs, wn_m, wp_m);
    fold_gate(process, wn_m, wp_m, region_m, &n, &p);

    double height_m = n.height_m + p.height_m;

    if (wn_m > 0 && wp_m > 0)
        height_m += (node->pn_gap_f + 2 * node->rail_f) * process->f_m;
    return (struct box){
        .width_m = maths_max(region_width_m(process, n, inputs, kind == GATE_NAND),
                             region_width_m(process, p, inputs, kind == GATE_NOR)),
        .height_m = height_m,
    };
}

double gate_leak_a(const struct process *process, enum gate_kind kind, unsigned inputs,
                   double wn_m, double wp_m)
{
    double n_a = wn_m > 0 ? process_width_m(process, wn_m) * process->ioff_n : 0;
    double p_a = wp_m > 0 ? process_width_m(process, wp_m) * process->ioff_p : 0;

    switch (kind) {
    case GATE_NAND: return NAND_LEAK[inputs] * inputs * p_a;
    case GATE_NOR: return NOR_LEAK[inputs] * inputs * n_a;
    default:
        return process->rules->switch_at_half ? maths_max(n_a, p_a) : (n_a + p_a) / 2;
    }
}
