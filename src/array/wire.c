#include "array/wire.h"

#include "array/periphery.h"
#include "base/maths.h"

static const double EPSILON0 = 8.85e-12, VERTICAL_K = 3.9, MILLER = 1.5;
static const double REFERENCE_K = 293;
static const double STEP_DELAY =
    0.693; /* ln 2: delay of an RC stage to half swing, over RC */

/* Returns the width of the smallest transistor, of which repeaters are multiples.  In FinFET nodes
 * it is a whole fin. */
static double unit_m(const struct process *process)
{
    return process_width_m(process, process->min_w_m);
}

/* Repeaters of one size and spacing, and their costs per metre. */
struct repeater {
    double size, spacing_m, s_per_m, j_per_m, w_per_m;
};

static void geometry(struct wire *wire, const struct process *process,
                     const struct node_wire *drawn)
{
    double width_m = drawn->pitch_m / 2, spacing_m = drawn->pitch_m - width_m;
    double thickness_m = drawn->aspect_ratio * width_m;
    double warm = 1 + process->node->resistivity_per_k *
                          (process->temperature_k - REFERENCE_K);

    wire->pitch_m = drawn->pitch_m;
    wire->ohm_per_m = drawn->resistance_ohm_per_m * warm;
    if (!(drawn->resistance_ohm_per_m > 0))
        wire->ohm_per_m = drawn->resistivity_ohm_m * warm /
                          ((thickness_m - drawn->barrier_m) *
                           (width_m - 2 * drawn->barrier_m));
    wire->f_per_m = drawn->capacitance_f_per_m;
    if (!(drawn->capacitance_f_per_m > 0))
        wire->f_per_m = 2 * EPSILON0 * VERTICAL_K * width_m / drawn->dielectric_m +
                        2 * EPSILON0 * MILLER * drawn->k_horizontal * thickness_m /
                            spacing_m +
                        process->node->extra_wire_f_per_m;
}

/* Computes the costs of repeaters of a size at a spacing.  In NVSim the load at the end of the
 * wire is the output capacitance of a repeater; physically it is the input capacitance of the
 * next one. */
static struct repeater repeater_cost(const struct wire *wire,
                                     const struct process *process, double size,
                                     double spacing_m)
{
    double wn_m = size * unit_m(process), wp_m = process->beta * wn_m;
    double in_f = gate_f(process, wn_m) + gate_f(process, wp_m);
    double out_f = gate_drain_f(process, GATE_INVERTER, 1, wn_m, wp_m, HUGE_VAL);
    double out_ohm = on_n_ohm(process, wn_m) + on_p_ohm(process, wp_m);
    double r = wire->ohm_per_m, c = wire->f_per_m;
    double end_f = process->rules->switch_at_half ? out_f : in_f;
    double vdd = process->vdd_v;

    if (!process->rules->switch_at_half)
        out_ohm /=
            2; /* only one of the two devices drives at a time: take their mean */
    return (struct repeater){
        .size = size,
        .spacing_m = spacing_m,
        .s_per_m = STEP_DELAY *
                   (out_ohm * (in_f + out_f) + out_ohm * c * spacing_m +
                    r * spacing_m * end_f + 0.5 * r * c * spacing_m * spacing_m) /
                   spacing_m,
        .j_per_m = (in_f + out_f + c * spacing_m) * vdd * vdd / spacing_m,
        .w_per_m = gate_leak_a(process, GATE_INVERTER, 1, wn_m, wp_m) * vdd / spacing_m,
    };
}

/* The delay per length of repeaters of size k, u of them per metre, is
 *   a u + e / u + b / k + d k;
 * their energy and leakage grow with k u.  The delay is least at u = sqrt(e / a) and k =
 * sqrt(b / d).  If the delay may be longer by a share `slack`, k u is least where the
 * derivatives of both parts by the logarithms of u and k are equal (Lagrange).  Then u is
 * multiplied by x and k by y:
 *   A (1/x - x) = B (1/y - y) = 2 z,  A = 2 sqrt(a e),  B = 2 sqrt(b d),
 *   sqrt(A^2 + z^2) + sqrt(B^2 + z^2) = (1 + slack) (A + B). */
static struct repeater optimal_repeater(const struct wire *wire,
                                        const struct process *process, double slack)
{
    double wn_m = unit_m(process), wp_m = process->beta * wn_m;
    double in_f = gate_f(process, wn_m) + gate_f(process, wp_m);
    double out_f = gate_drain_f(process, GATE_INVERTER, 1, wn_m, wp_m, HUGE_VAL);
    double out_ohm = on_n_ohm(process, wn_m) + on_p_ohm(process, wp_m);
    double size, spacing_m;

    if (!process->rules->switch_at_half)
        out_ohm /= 2;
    size = sqrt(out_ohm * wire->f_per_m / (in_f * wire->ohm_per_m));
    spacing_m = sqrt(2 * out_ohm * (in_f + out_f) / (wire->ohm_per_m * wire->f_per_m));
    if (slack > 0) {
        double rc = wire->ohm_per_m * wire->f_per_m;
        double along = sqrt(2 * out_ohm * (in_f + out_f) * rc);
        double across = 2 * sqrt(out_ohm * in_f * rc);
        double sum = (1 + slack) * (along + across);
        double root = (sum + (along * along - across * across) / sum) / 2;
        double z = sqrt(maths_max(root * root - along * along, 0));

        spacing_m /= sqrt(1 + z * z / (along * along)) - z / along;
        size = maths_max(size * (sqrt(1 + z * z / (across * across)) - z / across), 1);
    }
    return repeater_cost(wire, process, size, spacing_m);
}

static void repeat_wire(struct wire *wire, const struct process *process, double slack)
{
    struct repeater chosen = optimal_repeater(wire, process, slack);
    double wn_m = chosen.size * unit_m(process), wp_m = process->beta * wn_m;
    struct box box = gate_box(process, GATE_INVERTER, 1, wn_m, wp_m, HUGE_VAL);
    double across_m = maths_max(box.width_m, box.height_m);
    double along_m = maths_min(box.width_m, box.height_m);

    wire->repeated = true;
    wire->s_per_m = chosen.s_per_m;
    wire->j_per_m = chosen.j_per_m;
    wire->w_per_m = chosen.w_per_m;
    wire->slot_m = wire->pitch_m + across_m;
    wire->slot_shares = maths_max(floor(chosen.spacing_m / along_m), 1);
    if (!process->rules->wires_over_cells) {
        double out_f = gate_drain_f(process, GATE_INVERTER, 1, wn_m, wp_m, HUGE_VAL);
        double in_f = gate_f(process, wn_m) + gate_f(process, wp_m);
        double vdd = process->vdd_v;

        wire->driven = true;
        wire->driver_ohm = on_n_ohm(process, wn_m);
        wire->driver_s = STEP_DELAY * on_n_ohm(process, wn_m) * (in_f + out_f);
        wire->driver_j = (in_f + out_f) * vdd * vdd;
        wire->driver_w = gate_leak_a(process, GATE_INVERTER, 1, wn_m, wp_m) * vdd;
    }
}

enum status wire_make(struct wire *wire, const struct process *process,
                      struct wire_choice choice, struct error *why)
{
    const struct node_wire *drawn = node_wire_find(process->node, choice.level,
                                                   choice.style);

    if (drawn == NULL)
        return error_set(why, STATUS_INPUT, "node %s has no %s wire, must have one",
                         process->node->record.name,
                         word_name(wire_levels, (int)choice.level));
    if (choice.low_swing && choice.repeat != REPEAT_NONE)
        return error_set(why, STATUS_INPUT, "low-swing wires cannot have repeaters");
    *wire = (struct wire){ .low_swing = choice.low_swing };
    geometry(wire, process, drawn);
    if (choice.repeat != REPEAT_NONE)
        repeat_wire(wire, process, choice.slack);
    return STATUS_OK;
}

/* The transmitter of a low-swing pair: a NAND and an inverter that switch an NMOS driver. */
struct transmitter {
    double ramp;     /* slope of the signal that reaches it */
    double driver_m; /* width of the driver */
    double size;     /* of the inverter before it */
};

static struct transmitter size_transmitter(const struct process *process, double wire_f,
                                           double wire_ohm)
{
    static const double ADJUST = 8.6, SLACK_FO4 = 8;
    double wn_m = unit_m(process), wp_m = process->beta * wn_m;
    double in_f = gate_f(process, wn_m) + gate_f(process, wp_m);
    double out_f = gate_drain_f(process, GATE_INVERTER, 1, wn_m, wp_m,
                                load_region_m(process));
    double n_ohm = on_n_ohm(process, wn_m);
    double b_p = 1 / (on_p_ohm(process, 1) * gm_p_s(process, 1));
    double effort = (2 + process->beta) / (1 + process->beta);
    struct transmitter t;

    horowitz_s(on_p_ohm(process, wp_m) * (in_f + out_f), b_p, RAMP_STEP, &t.ramp);
    horowitz_s(n_ohm * (in_f + out_f), process->switch_n, t.ramp, &t.ramp);

    double fo4_s = horowitz_s(n_ohm * (out_f + 4 * in_f), process->switch_n, RAMP_STEP,
                              NULL);
    double wanted_ohm = SLACK_FO4 * fo4_s / (maths_log(2) * wire_f) / ADJUST;

    t.driver_m = maths_max(maths_min(n_ohm * wn_m / wanted_ohm, process->max_w_m),
                           wn_m);
    if (wire_ohm * wire_f > SLACK_FO4 * fo4_s)
        t.driver_m = process->max_w_m;

    double driver_f = gate_f(process, t.driver_m);

    t.size = maths_max(effort * driver_f / sqrt(effort * driver_f / (2 * in_f)) / in_f,
                       1);
    return t;
}

/* Returns the cost of differential wires with a swing of 0.1 V (Ho 2003; CACTI 6.0).  NVSim adds
 * the load of the receiving sense amplifier, but neither its delay nor its energy. */
static struct wire_cost low_swing_cost(const struct wire *wire,
                                       const struct process *process, double length_m)
{
    static const double ADJUST = 8.6, SWING_V = 0.1, OVERDRIVE_V = 0.4;
    double c = wire->f_per_m * length_m, r = wire->ohm_per_m * length_m;
    struct transmitter t = size_transmitter(process, c, r);
    double wn_m = unit_m(process), wp_m = process->beta * wn_m, vdd = process->vdd_v;
    double layout_m = layout_region_m(process), ramp = t.ramp, delay_s;
    double nand_f = gate_drain_f(process, GATE_NAND, 2, 2 * wn_m, wp_m, layout_m) +
                    gate_f(process, t.size * wn_m) + gate_f(process, t.size * wp_m);
    double inverter_f = gate_drain_f(process, GATE_INVERTER, 1, t.size * wn_m,
                                     t.size * wp_m, layout_m) +
                        gate_f(process, t.driver_m);
    double inverter_ohm = on_n_ohm(process, t.size * wn_m);
    double nand_ohm = 2 * on_n_ohm(process, wn_m);
    double drain_f = gate_drain_f(process, GATE_INVERTER, 1, t.driver_m, 0, layout_m);
    double driver_ohm = on_n_ohm(process, t.driver_m);
    double amp_f = sense_amp_input_f(process, 1);
    struct wire_cost cost;

    delay_s = horowitz_s(nand_ohm * nand_f, 1 / (nand_ohm * gm_n_s(process, wn_m)),
                         ramp, &ramp);
    delay_s += horowitz_s(inverter_ohm * inverter_f,
                          1 / (inverter_ohm * gm_n_s(process, wn_m)), ramp, &ramp);
    delay_s += horowitz_s(driver_ohm * ADJUST * (c + 2 * drain_f) + c * r / 2 +
                              (driver_ohm + r) * amp_f,
                          process->switch_n, ramp, NULL);
    cost = (struct wire_cost){
        .delay_s = delay_s,
        .energy_j = 2 * ((nand_f + inverter_f) * vdd * vdd +
                         (c + 2 * drain_f + amp_f) * SWING_V * OVERDRIVE_V),
        .leakage_w = 4 * vdd *
                     (gate_leak_a(process, GATE_INVERTER, 1, t.size * wn_m,
                                  t.size * wp_m) +
                      gate_leak_a(process, GATE_NAND, 2, 2 * wn_m, wp_m) +
                      gate_leak_a(process, GATE_INVERTER, 1, t.driver_m, 0)),
    };
    if (!process->rules->low_swing_amps_free) {
        cost.delay_s += sense_amp_latch_s(process, amp_f, SWING_V);
        cost.energy_j += amp_f * vdd * vdd;
    }
    return cost;
}

struct wire_cost wire_cost(const struct wire *wire, const struct process *process,
                           double length_m)
{
    double vdd = process->vdd_v;

    if (wire->low_swing)
        return low_swing_cost(wire, process, length_m);
    if (wire->repeated)
        return (struct wire_cost){
            .delay_s = wire->driver_s + wire->s_per_m * length_m,
            .energy_j = wire->driver_j + wire->j_per_m * length_m,
            .leakage_w = wire->driver_w + wire->w_per_m * length_m,
        };
    return (struct wire_cost){
        .delay_s = 2.3 * (wire->ohm_per_m * wire->f_per_m * length_m * length_m / 2),
        .energy_j = wire->f_per_m * length_m * vdd * vdd,
    };
}

/* Returns the length from which on the wider wire has the lower energy x delay.  The product is a
 * quadratic in the length for each wire. */
static double crossing_m(const struct wire *near, const struct wire *far)
{
    double a = near->j_per_m * near->s_per_m - far->j_per_m * far->s_per_m;
    double b = near->driver_j * near->s_per_m + near->j_per_m * near->driver_s -
               far->driver_j * far->s_per_m - far->j_per_m * far->driver_s;
    double c = near->driver_j * near->driver_s - far->driver_j * far->driver_s;
    double inside = b * b - 4 * a * c;

    if (!(a > 0))
        return HUGE_VAL;
    return inside > 0 ? maths_max((sqrt(inside) - b) / (2 * a), 0) : 0;
}

enum status wiring_make(struct wiring *wiring, const struct process *process,
                        struct wire_choice near, struct wire_choice far, bool for_delay,
                        struct error *why)
{
    enum status status = wire_make(&wiring->near, process, near, why);

    if (status == STATUS_OK)
        status = wire_make(&wiring->far, process, far, why);
    if (status != STATUS_OK)
        return status;
    wiring->far_from_m = HUGE_VAL;
    if (!wiring->near.repeated || !wiring->far.repeated || near.level == far.level)
        return STATUS_OK;
    if (!for_delay)
        wiring->far_from_m = crossing_m(&wiring->near, &wiring->far);
    else if (wiring->far.s_per_m < wiring->near.s_per_m)
        wiring->far_from_m = maths_max((wiring->far.driver_s - wiring->near.driver_s) /
                                           (wiring->near.s_per_m - wiring->far.s_per_m),
                                       0);
    return STATUS_OK;
}

struct wire_cost wiring_least(const struct wiring *wiring,
                              const struct process *process, double length_m)
{
    struct wire_cost near = wire_cost(&wiring->near, process, length_m), far;

    if (!(wiring->far_from_m < HUGE_VAL))
        return near;
    far = wire_cost(&wiring->far, process, length_m);
    return (struct wire_cost){
        .delay_s = maths_min(near.delay_s, far.delay_s),
        .energy_j = maths_min(near.energy_j, far.energy_j),
        .leakage_w = maths_min(near.leakage_w, far.leakage_w),
    };
}
