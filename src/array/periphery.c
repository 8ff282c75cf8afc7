#include "array/periphery.h"

#include "base/maths.h"

/* Device widths in feature sizes (CACTI 5.1 through NVSim). */
static const double MUX_F = 9;
static const double PRECHARGE_PULL_F = 6, PRECHARGE_EQUALISE_F = 1.5;
static const double SENSE_P_F = 7.5, SENSE_N_F = 3.75, SENSE_ISOLATE_F = 12.5,
                    SENSE_ENABLE_F = 5, SENSE_MUX_F = 9;

/* Largest resistance of the pass gates over the cell's on-resistance. */
static const double MUX_DROP = 0.2;

double mux_width_m(const struct process *process, const struct bitcell *cell,
                   double current_a)
{
    double width_m = maths_max(MUX_F * process->f_m, current_a / process->ion_n);

    if (!cell->resistive)
        return width_m;

    double wanted_m = on_n_ohm(process, process->f_m) *
                      process_width_m(process, process->f_m) /
                      (MUX_DROP * (cell->on_ohm - cell->access_ohm));

    return maths_max(width_m, maths_min(process->max_w_m, wanted_m));
}

struct pass_gate pass_gate_make(const struct process *process, double width_m)
{
    double region_m = layout_region_m(process);

    return (struct pass_gate){
        .width_m = width_m,
        .ohm = on_n_ohm(process, width_m),
        .drain_f = gate_drain_f(process, GATE_INVERTER, 1, width_m, 0, region_m),
        .height_m = gate_box(process, GATE_INVERTER, 1, width_m, 0, region_m).height_m,
        .leakage_w = process->rules->mux_leak_free
                         ? 0
                         : gate_leak_a(process, GATE_INVERTER, 1, width_m, 0) *
                               process->vdd_v,
    };
}

struct mux mux_make(const struct process *process, const struct pass_gate *pass,
                    double inputs, double count, double next_delay_f,
                    double next_energy_f)
{
    struct mux mux = { 0 };

    if (inputs <= 1)
        return mux;

    double vdd = process->vdd_v, out_f = inputs * pass->drain_f;

    mux.pass_f = pass->drain_f;
    mux.pass_ohm = pass->ohm;
    mux.seen_delay_f = out_f + mux.pass_f + next_delay_f;
    mux.seen_energy_f = mux.pass_f;
    mux.delay_s = 2.3 * mux.pass_ohm * (out_f + next_delay_f);
    mux.energy_j = (out_f + next_energy_f) * vdd * (vdd - process->vth_v) * count;
    mux.leakage_w = count * inputs * pass->leakage_w;
    mux.height_m = pass->height_m;
    return mux;
}

/* The current-voltage converter of current sensing, from circuit simulation at these nodes
 * (NVSim).  The leakage at 45 nm is a tenth of that at the neighbouring nodes; the physical
 * rules replace it by the geometric mean of theirs. */
struct converter {
    double node_m, delay_s, energy_j, leakage_w;
};

static const struct converter converters[] = {
    { 120e-9, 0.49e-9, 85.2e-15, 14.0e-9 },  { 90e-9, 0.53e-9, 87.2e-15, 18.7e-9 },
    { 65e-9, 0.62e-9, 90.0e-15, 25.7e-9 },   { 45e-9, 0.80e-9, 102.6e-15, 4.41e-9 },
    { 32e-9, 1.07e-9, 125.6e-15, 125.4e-9 }, { 0, 1.45e-9, 150e-15, 150e-9 },
};

/* The same at smaller nodes, from circuit simulation with FinFETs and nanosheets (NS-Cache,
 * commit c5a7ff0).  The first entry repeats the last one above. */
static const struct converter small_converters[] = {
    { 22e-9, 1.45e-9, 150e-15, 150e-9 },      { 14e-9, 3.802e-9, 375e-15, 225e-9 },
    { 10e-9, 3.326e-9, 309.7e-15, 267.9e-9 }, { 7e-9, 3.408e-9, 278e-15, 249.6e-9 },
    { 5e-9, 2.697e-9, 226.4e-15, 232.6e-9 },  { 3e-9, 2.156e-9, 200.8e-15, 253.6e-9 },
    { 2e-9, 2.678e-9, 190.2e-15, 136e-9 },    { 0, 2.678e-9, 190.2e-15, 136e-9 },
};

static const double CONVERTER_AREA_F2 = 50000;

static double geometric(double a, double b, double t)
{
    return a * maths_pow(b / a, t);
}

/* Interpolates between two entries: the logarithms of the figures are linear in the logarithm
 * of the node. */
static struct converter small_converter(double f_m)
{
    const struct converter *c = small_converters;

    while (f_m < c->node_m * (1 - 1e-6))
        c++;
    if (c == small_converters || !(c->node_m > 0))
        return *c;

    double t = maths_log(f_m / c->node_m) / maths_log(c[-1].node_m / c->node_m);

    return (struct converter){
        .node_m = f_m,
        .delay_s = geometric(c->delay_s, c[-1].delay_s, t),
        .energy_j = geometric(c->energy_j, c[-1].energy_j, t),
        .leakage_w = geometric(c->leakage_w, c[-1].leakage_w, t),
    };
}

/* Both tables were simulated with a cell of 3 and 6 kohm: the difference of the two currents
 * is a third of their sum.  For magnetic cells whose currents differ by less, a converter that
 * compares currents takes longer in inverse proportion.  (Only the resistances of the junctions
 * are compared.  The model knows the resistance of the access device while it switches, which
 * is several times its resistance at the small voltage of a read.) */
static double margin_factor(const struct bitcell *cell)
{
    static const double SIMULATED = 1.0 / 3;
    double on_ohm = cell->on_ohm - cell->access_ohm;
    double off_ohm = cell->off_ohm - cell->access_ohm;
    double margin = (off_ohm - on_ohm) / (off_ohm + on_ohm);

    switch (cell->cell->kind) {
    case CELL_STT_MRAM:
    case CELL_SOT_MRAM:
    case CELL_VGSOT_MRAM:
    case CELL_RACETRACK: return SIMULATED / margin;
    default: return 1;
    }
}

static struct converter converter_of(const struct process *process,
                                     const struct bitcell *cell)
{
    const struct node *node = process->node;
    const struct converter *c = converters;
    /* NVSim's table steps one nanometre below each node */
    double f_m = process->f_m + (process->rules->converter_by_node ? 1e-9 : 0) +
                 process->f_m * 1e-9;
    struct converter found;

    while (f_m < c->node_m)
        c++;
    found = *c;
    if (!process->rules->converter_by_node && c > converters && c->node_m > 0) {
        double t = maths_log(process->f_m / c->node_m) /
                   maths_log(c[-1].node_m / c->node_m);
        double low_w = c->node_m == 45e-9 ? sqrt(c[1].leakage_w * c[-1].leakage_w)
                                          : c->leakage_w;
        double high_w = c[-1].node_m == 45e-9 ? sqrt(c->leakage_w * c[-2].leakage_w)
                                              : c[-1].leakage_w;

        found.delay_s = geometric(c->delay_s, c[-1].delay_s, t);
        found.energy_j = geometric(c->energy_j, c[-1].energy_j, t);
        found.leakage_w = geometric(low_w, high_w, t);
    }
    if (!process->rules->converter_by_node && process->f_m < small_converters[0].node_m)
        found = small_converter(process->f_m);
    if (!process->rules->converter_by_node)
        found.delay_s *= margin_factor(cell);
    if (node->converter_s > 0)
        found.delay_s = node->converter_s;
    if (node->converter_j > 0)
        found.energy_j = node->converter_j;
    if (node->converter_w > 0)
        found.leakage_w = node->converter_w;
    return found;
}

/* The gates of the devices lie across the pitch, so that the layout width of each device adds
 * to the height of the strip. */
static double amp_height_m(const struct process *process, double pitch_m)
{
    double f_m = process->f_m, gap_m = 2 * process->node->diffusion_gap_f * f_m;
    struct box p = gate_box(process, GATE_INVERTER, 1, 0, SENSE_P_F * f_m, pitch_m);
    struct box isolate = gate_box(process, GATE_INVERTER, 1, 0, SENSE_ISOLATE_F * f_m,
                                  pitch_m);
    struct box n = gate_box(process, GATE_INVERTER, 1, SENSE_N_F * f_m, 0, pitch_m);
    struct box enable = gate_box(process, GATE_INVERTER, 1, SENSE_ENABLE_F * f_m, 0,
                                 pitch_m);
    double stack_m = 2 * p.width_m + isolate.width_m + gap_m + 2 * n.width_m +
                     enable.width_m + gap_m + process->node->pn_gap_f * f_m;
    double widest_m = maths_max(maths_max(p.height_m, isolate.height_m),
                                maths_max(n.height_m, enable.height_m));

    return stack_m * widest_m / pitch_m;
}

double sense_amp_input_f(const struct process *process, double pitch_m)
{
    double f_m = process->f_m;

    return gate_f(process, (SENSE_P_F + SENSE_N_F) * f_m) +
           gate_drain_f(process, GATE_INVERTER, 1, SENSE_N_F * f_m, 0, pitch_m) +
           gate_drain_f(process, GATE_INVERTER, 1, 0, SENSE_P_F * f_m, pitch_m) +
           gate_drain_f(process, GATE_INVERTER, 1, 0, SENSE_ISOLATE_F * f_m, pitch_m) +
           gate_drain_f(process, GATE_INVERTER, 1, SENSE_MUX_F * f_m, 0, pitch_m);
}

double sense_amp_latch_s(const struct process *process, double input_f, double sense_v)
{
    double gm_s = gm_n_s(process, SENSE_N_F * process->f_m) +
                  gm_p_s(process, SENSE_P_F * process->f_m);

    return input_f / gm_s * maths_log(process->vdd_v / sense_v);
}

bool sense_amp_make(struct sense_amp *amp, const struct process *process,
                    const struct bitcell *cell, double pitch_m, double sense_v)
{
    double f_m = process->f_m, vdd = process->vdd_v;

    /* folding a device uses three feature sizes of the pitch */
    if (!(pitch_m > (process->fins ? 2 : 3) * f_m * (1 + 1e-9)))
        return false;
    amp->input_f = sense_amp_input_f(process, pitch_m);
    amp->latch_s = sense_amp_latch_s(process, amp->input_f, sense_v);
    amp->delay_s = maths_max(amp->latch_s, 0);
    amp->energy_j = amp->input_f * vdd * vdd;
    amp->leakage_w = gate_leak_a(process, GATE_INVERTER, 1, SENSE_ENABLE_F * f_m, 0) *
                     vdd * (process->rules->sense_leak_vdd_twice ? vdd : 1);
    amp->height_m = amp_height_m(process, pitch_m);
    if (cell->current_sensed) {
        struct converter converter = converter_of(process, cell);
        double area_m2 = process->node->converter_m2 > 0
                             ? process->node->converter_m2
                             : CONVERTER_AREA_F2 * f_m * f_m;

        amp->delay_s += converter.delay_s;
        amp->energy_j += converter.energy_j;
        amp->leakage_w += converter.leakage_w;
        amp->height_m += area_m2 / pitch_m;
    }
    return true;
}

bool precharger_make(struct precharger *precharger, const struct process *process,
                     const struct bitcell *cell, const struct wire *local,
                     double columns)
{
    double f_m = process->f_m, vdd = process->vdd_v;
    double wn_m = process->min_w_m, wp_m = process->beta * wn_m;
    double pull_m = PRECHARGE_PULL_F * f_m, equalise_m = PRECHARGE_EQUALISE_F * f_m;
    double region_m = layout_region_m(process);
    double in_f = gate_f(process, wn_m) + gate_f(process, wp_m);
    double out_f = gate_drain_f(process, GATE_INVERTER, 1, wn_m, wp_m,
                                load_region_m(process));
    double loaded_f = gate_f(process, equalise_m) + 2 * gate_f(process, pull_m) + out_f;
    struct load load = { .f = columns * (in_f + cell->width_m * local->f_per_m) };
    struct driver chain;

    if (!driver_make(&chain, process, 1, in_f, load, BUFFER_LATENCY, 0))
        return false;

    struct box inverter = gate_box(process, GATE_INVERTER, 1, wn_m, wp_m, region_m);
    struct box pull = gate_box(process, GATE_INVERTER, 1, 0, pull_m, region_m);
    struct box equalise = gate_box(process, GATE_INVERTER, 1, 0, equalise_m, region_m);
    *precharger = (struct precharger){
        .energy_j = chain.energy_j + columns * loaded_f * vdd * vdd,
        .leakage_w =
            chain.leakage_w +
            columns * vdd *
                (gate_leak_a(process, GATE_INVERTER, 1, wn_m, wp_m) +
                 gate_leak_a(process, GATE_INVERTER, 1, 0, pull_m)),
        .chain = chain,
        .inverter_tau_s = on_n_ohm(process, wn_m) * loaded_f,
        .pull_ohm = on_p_ohm(process, pull_m),
        .pull_f = gate_drain_f(process, GATE_INVERTER, 1, 0, pull_m, region_m) +
                  gate_drain_f(process, GATE_INVERTER, 1, 0, equalise_m, region_m),
        .box = {
            .width_m = maths_max(columns * maths_max(2 * pull.width_m + equalise.width_m,
                                           inverter.width_m),
                            chain.box.width_m),
            .height_m = maths_max(maths_max(pull.height_m, equalise.height_m) + inverter.height_m,
                             chain.box.height_m),
        },
    };
    return true;
}

struct precharge_times precharger_delay_s(const struct precharger *precharger,
                                          const struct process *process, double line_f,
                                          double line_ohm, double ramp)
{
    double tau_s = precharger->pull_ohm * (line_f + precharger->pull_f) +
                   line_ohm * line_f / 2;
    double b = 1 / (on_p_ohm(process, 1) * gm_p_s(process, 1));
    double enable_s = driver_delay_s(&precharger->chain, process, ramp, &ramp);

    enable_s += horowitz_s(precharger->inverter_tau_s, process->switch_n, ramp, &ramp);
    return (struct precharge_times){ enable_s, horowitz_s(tau_s, b, ramp, NULL) };
}

struct comparator comparator_make(const struct process *process, double tag_bits,
                                  double ramp, double *ramp_out)
{
    /* CACTI 5.1: four quarter comparators, each behind a chain of four inverters */
    static const double chain_n_f[] = { 7.5, 15, 30, 50 },
                        chain_p_f[] = { 12.5, 25, 50, 100 };
    static const double COMPARE_F = 12.5, RESTORE_F = 37.5, LAST_F = 50;
    double f_m = process->f_m, vdd = process->vdd_v, quarter = floor(tag_bits / 4);
    double region_m = load_region_m(process), layout_m = layout_region_m(process);
    double delay_s = 0, switched_f = 0, leak_a = 0, width_m = 0, height_m = 0;
    double next_f[5], out_f[4];

    for (int i = 0; i < 4; i++) {
        struct box box = gate_box(process, GATE_INVERTER, 1, chain_n_f[i] * f_m,
                                  chain_p_f[i] * f_m, layout_m);

        next_f[i] = gate_f(process, chain_n_f[i] * f_m) +
                    gate_f(process, chain_p_f[i] * f_m);
        out_f[i] = gate_drain_f(process, GATE_INVERTER, 1, chain_n_f[i] * f_m,
                                chain_p_f[i] * f_m, region_m);
        leak_a += gate_leak_a(process, GATE_INVERTER, 1, chain_n_f[i] * f_m,
                              chain_p_f[i] * f_m);
        width_m += box.width_m;
        height_m = maths_max(height_m, box.height_m);
    }
    for (int i = 0; i < 3; i++) {
        double load_f = out_f[i] + next_f[i + 1];

        delay_s += horowitz_s(on_n_ohm(process, chain_n_f[i] * f_m) * load_f,
                              process->switch_n, ramp, &ramp);
        switched_f += load_f;
    }

    double compare_f = gate_drain_f(process, GATE_NAND, 2, COMPARE_F * f_m, 0,
                                    layout_m);
    double bottom_f = out_f[3] + quarter * compare_f;
    double top_f = quarter * compare_f + gate_drain_f(process, GATE_INVERTER, 1, 0,
                                                      RESTORE_F * f_m, region_m);
    double bottom_ohm = on_n_ohm(process, LAST_F * f_m);
    double top_ohm = 2 * on_n_ohm(process, COMPARE_F * f_m);
    struct box pair = gate_box(process, GATE_NAND, 2, COMPARE_F * f_m, 0, layout_m);

    delay_s += horowitz_s(bottom_ohm * bottom_f + (bottom_ohm + top_ohm) * top_f, 0,
                          ramp, &ramp);
    if (ramp_out != NULL)
        *ramp_out = ramp;
    if (!process->rules->mux_leak_free)
        leak_a += quarter * gate_leak_a(process, GATE_NOR, 2, COMPARE_F * f_m, 0) / 2;
    return (struct comparator){
        .delay_s = delay_s,
        .energy_j = 4 * (switched_f + bottom_f + top_f) * vdd * vdd,
        .leakage_w = 4 * leak_a * vdd,
        .area_m2 = 4 * maths_max(width_m, quarter * pair.width_m) *
                   (height_m + pair.height_m),
    };
}
