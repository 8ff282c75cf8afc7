/* The costs of one subarray that multiplies in place, computed from the array model's cells,
 * gates, wires and sense amplifiers. */
#include "machine/crossbar/crossbar.h"

#include "array/bitcell.h"
#include "array/driver.h"
#include "array/periphery.h"
#include "base/maths.h"

/* Limits on bits.  A larger flash converter would have more amplifiers than its subarray has
 * cells. */
enum { FLASH_BITS_MAX = 10, SUM_BITS_MAX = 16, CELL_BITS_MAX = 8 };

/* A successive-approximation converter at 32 nm.  The energies by bits and the area of 1200 um2 at
 * 8 bits are those of the ISAAC component library (accelergy-library-plug-in at ba4e9da).  The
 * area is assumed to be proportional to the energy.  The rate is that of 8 bits at 1.28 GHz
 * (ISAAC, A. Shafiee et al., ISCA 2016). */
static const double SAR_J[] = { 0.79e-12,  0.99e-12, 1.20e-12, 1.42e-12,
                                1.667e-12, 1.97e-12, 2.38e-12 };
enum { SAR_FIRST_BITS = 4, SAR_AREA_BITS = 8 };
static const double SAR_AREA_M2 = 1200e-12, SAR_BIT_S = 1 / (8 * 1.28e9),
                    SAR_NODE_M = 32e-9;

/* The sizes of a full adder and of an edge-triggered flip-flop in two-input NANDs, and the
 * share of gates that switch with new data, including glitches (assumed). */
static const double ADDER_GATES = 9, REGISTER_GATES = 8, SWITCHING = 0.5;

void crossbar_logic_make(const struct process *process, struct crossbar_logic *logic)
{
    double wn_m = 2 * process->min_w_m, wp_m = process->beta * process->min_w_m;
    double vdd = process->vdd_v;
    double switched_f = gate_drain_f(process, GATE_NAND, 2, wn_m, wp_m,
                                     load_region_m(process)) +
                        gate_f(process, wn_m) + gate_f(process, wp_m);
    struct box box = gate_box(process, GATE_NAND, 2, wn_m, wp_m,
                              layout_region_m(process));
    double gate_j = SWITCHING * switched_f * vdd * vdd;
    double gate_m2 = box.width_m * box.height_m;
    double gate_w = gate_leak_a(process, GATE_NAND, 2, wn_m, wp_m) * vdd;

    *logic = (struct crossbar_logic){
        .adder_j = ADDER_GATES * gate_j,
        .adder_m2 = ADDER_GATES * gate_m2,
        .adder_w = ADDER_GATES * gate_w,
        .register_j = REGISTER_GATES * gate_j,
        .register_m2 = REGISTER_GATES * gate_m2,
        .register_w = REGISTER_GATES * gate_w,
    };
}

/* The currents of a driven cell in its two states. */
struct read_currents {
    double read_v, on_a, off_a, mean_a;
};

static enum status cell_check(const struct crossbar_design *design, uint64_t bits,
                              struct error *reason)
{
    const struct cell *cell = design->cell;
    const char *name = cell->record.name;

    if (cell->kind == CELL_GIVEN)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "%s gives figures of whole arrays, but a crossbar needs a cell", name);
    if (cell->kind == CELL_EDRAM || cell->kind == CELL_RACETRACK)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s: reading %s, so its cells cannot sum currents", name,
                         cell->kind == CELL_EDRAM ? "destroys its charge"
                                                  : "needs shifts");
    if (bits > 1 && (cell->kind == CELL_SRAM || cell->kind == CELL_GAIN_CELL ||
                     cell->kind == CELL_STT_MRAM || cell->kind == CELL_SOT_MRAM ||
                     cell->kind == CELL_VGSOT_MRAM))
        return error_set(reason, STATUS_INFEASIBLE,
                         "a cell of %s has two states, not %ju bits", name,
                         (uintmax_t)bits);
    if (bits > CELL_BITS_MAX)
        return error_set(reason, STATUS_INFEASIBLE,
                         "a cell stores %ju bits, must be at most %d", (uintmax_t)bits,
                         CELL_BITS_MAX);
    return STATUS_OK;
}

static enum status currents_make(const struct crossbar_design *design,
                                 const struct bitcell *b,
                                 struct read_currents *currents, struct error *reason)
{
    const struct cell *cell = design->cell;
    double v = fabs(cell->read_voltage_v);

    if (!b->resistive || v <= 0)
        v = design->read_voltage_v;
    if (b->crossbar)
        v -= cell->access_drop_v;
    if (!(v > 0))
        return error_set(
            reason, STATUS_INFEASIBLE,
            "%s: the voltage across the selector must be less than the read voltage",
            cell->record.name);
    currents->read_v = v;
    currents->on_a = v / (b->resistive ? b->on_ohm : b->access_ohm + b->pulldown_ohm);
    currents->off_a = b->resistive ? v / b->off_ohm : 0;
    currents->mean_a = (currents->on_a + currents->off_a) / 2;
    if (!(currents->on_a > currents->off_a))
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s: both states conduct equally, must differ",
                         cell->record.name);
    return STATUS_OK;
}

/* Returns how many rows may conduct at the same time, a power of two: their mean currents,
 * distributed along the bitline, may lose at most the given share of the read voltage in its
 * resistance. */
static double rows_allowed(const struct crossbar_design *design,
                           const struct read_currents *currents, double line_ohm)
{
    double each = currents->mean_a * line_ohm / 2 / currents->read_v;
    double most = design->line_drop / each, rows = (double)design->rows;

    return most >= rows ? rows : maths_exp2(floor(maths_log2(fmax(most, 1))));
}

/* Returns the bits that represent all sums of n cells exactly.  The currents of cells in the off
 * state use a part of the converter's range, which is on / (on - off) times that of the sums. */
static double bits_of_sums(double rows, double cell_bits,
                           const struct read_currents *currents)
{
    double levels = rows * (maths_exp2(cell_bits) - 1);

    return ceil(
        maths_log2(levels * currents->on_a / (currents->on_a - currents->off_a) + 1) -
        1e-9);
}

struct converter_cost {
    double s, j, m2, w;
    double input_f;
};

static double sar_j(double bits)
{
    double last = (double)(sizeof SAR_J / sizeof *SAR_J) - 1,
           at = bits - SAR_FIRST_BITS;

    if (at <= 0)
        return SAR_J[0] * bits / SAR_FIRST_BITS;
    if (at >= last) /* extrapolate with the ratio of the last two entries */
        return SAR_J[6] * maths_pow(SAR_J[6] / SAR_J[5], at - last);
    return SAR_J[(size_t)at];
}

/* Scales the converter from 32 nm to the node: area by the square of the feature size, energy by
 * the feature size and the square of the supply, delay by the feature size. */
static struct converter_cost sar_make(const struct process *process, double bits)
{
    double shrink = process->f_m / SAR_NODE_M, supply = process->vdd_v / 0.9;

    return (struct converter_cost){
        .s = bits * SAR_BIT_S * shrink,
        .j = sar_j(bits) * shrink * supply * supply,
        .m2 = SAR_AREA_M2 * sar_j(bits) / sar_j(SAR_AREA_BITS) * shrink * shrink,
    };
}

/* The array model's converter turns the current of a column into a voltage, and one latch per
 * level compares it.  The voltage of a level is the supply over their number; the smaller it is,
 * the longer the latches take. */
static enum status flash_make(const struct process *process, const struct bitcell *cell,
                              const struct crossbar_logic *logic, double bits,
                              double pitch_m, struct converter_cost *cost,
                              struct error *reason)
{
    double levels = maths_exp2(bits) - 1, adders = maths_exp2(bits) - 1 - bits;
    struct bitcell latched = *cell, summed = *cell;
    struct sense_amp latch, whole;

    pitch_m = fmax(pitch_m, 4 * process->f_m); /* the least pitch of an amplifier */
    latched.current_sensed = false;
    summed.current_sensed = true;
    if (bits > FLASH_BITS_MAX)
        return error_set(reason, STATUS_INFEASIBLE,
                         "a flash converter has %g bits, must have at most %d", bits,
                         FLASH_BITS_MAX);
    if (!sense_amp_make(&latch, process, &latched, pitch_m,
                        process->vdd_v / maths_exp2(bits)) ||
        !sense_amp_make(&whole, process, &summed, pitch_m,
                        process->vdd_v / maths_exp2(bits)))
        return error_set(reason, STATUS_INFEASIBLE,
                         "a sense amplifier does not fit the width of its columns");
    /* n - log2(n + 1) full adders count the ones of a thermometer code of n levels */
    *cost = (struct converter_cost){
        .s = whole.delay_s,
        .j = whole.energy_j + (levels - 1) * latch.energy_j + adders * logic->adder_j,
        .m2 = ((whole.height_m + (levels - 1) * latch.height_m) * pitch_m +
               adders * logic->adder_m2) *
              fmax(process->node->area_overhead, 1),
        .w = whole.leakage_w + (levels - 1) * latch.leakage_w + adders * logic->adder_w,
        .input_f = whole.input_f,
    };
    return STATUS_OK;
}

/* Computes the costs of writing: a set and a reset pulse for all columns of a row, and the
 * energy of one cell with that of charging its bitline to the pulse's voltage. */
static void write_costs(const struct crossbar_design *design, const struct bitcell *b,
                        const struct process *process, double bitline_f,
                        struct crossbar_array *array)
{
    const struct cell *cell = design->cell;
    double shaper = cell->write_pulse_factor > 0 ? cell->write_pulse_factor : 1;
    double vdd = process->vdd_v, columns = (double)design->columns;
    double line_j = bitline_f * (b->set_v * b->set_v + b->reset_v * b->reset_v) / 2;

    if (!b->resistive) {
        array->write_row_s = array->wordline_s + array->settle_s;
        array->write_cell_j = bitline_f * vdd * vdd + array->wordline_j / columns;
        return;
    }
    array->write_row_s = array->wordline_s + b->set_s + b->reset_s +
                         cell->verify_reads * (double)design->adc_columns *
                             array->conversion_s;
    array->write_cell_j = (b->set_j + b->reset_j) / 2 / shaper + line_j +
                          array->wordline_j / columns +
                          cell->verify_reads *
                              (array->adc_j + array->cell_j + array->bitline_j);
}

/* The lines of a subarray and their drivers. */
struct lines {
    double width_m, height_m;
    double bitline_f, bitline_ohm;
    double rows_driven;
    struct row_driver row;
    struct pass_gate pass;
    struct mux mux;
};

static enum status lines_make(const struct crossbar_design *design,
                              const struct process *process, const struct bitcell *b,
                              const struct wire *local,
                              const struct read_currents *currents, struct lines *l,
                              struct error *reason)
{
    double rows = (double)design->rows, columns = (double)design->columns;
    double width_m = columns * b->width_m, height_m = rows * b->height_m;
    struct load wordline = { columns * b->wordline_f + width_m * local->f_per_m,
                             width_m * local->ohm_per_m };

    l->width_m = width_m;
    l->height_m = height_m;
    l->bitline_f = rows * b->bitline_f + height_m * local->f_per_m;
    l->bitline_ohm = height_m * local->ohm_per_m;
    if (!row_driver_make(&l->row, process, rows, 2, wordline, BUFFER_LATENCY, 0))
        return error_set(reason, STATUS_INFEASIBLE,
                         "no driver is wide enough for the wordlines");
    l->rows_driven = design->rows_driven
                         ? fmin((double)design->rows_driven, rows)
                         : rows_allowed(design, currents, l->bitline_ohm);

    /* the multiplexer may lose as much of the read voltage as the bitline */
    double column_ohm = design->line_drop * currents->read_v /
                        (l->rows_driven * currents->mean_a);

    l->pass = pass_gate_make(process, fmax(mux_width_m(process, b, b->write_a),
                                           on_n_ohm(process, process->f_m) *
                                               process_width_m(process, process->f_m) /
                                               column_ohm));
    return STATUS_OK;
}

static void areas(const struct crossbar_design *design, const struct process *process,
                  const struct lines *l, const struct converter_cost *adc,
                  struct crossbar_array *array)
{
    double overhead = fmax(process->node->area_overhead, 1);
    double converters = (double)design->columns / (double)design->adc_columns;
    double transposed = (double)design->rows / (double)design->columns;
    double drivers_m2 = l->row.box.width_m * fmax(l->row.box.height_m, l->height_m);
    double muxes_m2 = l->pass.height_m * l->width_m;

    array->cells_m2 = l->width_m * l->height_m * overhead;
    array->driver_m2 = (drivers_m2 + muxes_m2) * overhead;
    array->adc_m2 = converters * adc->m2;
    /* a transposed read needs the same drivers and converters on the other two sides */
    array->transposed_m2 = array->driver_m2 + array->adc_m2 * transposed;
}

static enum status array_fill(const struct crossbar_design *design,
                              const struct process *process, const struct bitcell *b,
                              const struct wire *local, struct crossbar_array *array,
                              struct error *reason)
{
    double columns = (double)design->columns, shared = (double)design->adc_columns;
    struct converter_cost adc = { 0 };
    struct crossbar_logic logic;
    struct read_currents currents = { 0 };
    struct lines l;
    enum status status = currents_make(design, b, &currents, reason);

    if (status == STATUS_OK)
        status = lines_make(design, process, b, local, &currents, &l, reason);
    if (status != STATUS_OK)
        return status;
    array->rows_driven = l.rows_driven;
    array->line_drop = array->rows_driven * currents.mean_a * l.bitline_ohm / 2 /
                       currents.read_v;
    if (array->line_drop >= 1)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "%g rows at the same time would lose all of the read voltage in "
            "the bitline, must be at most %g for line_drop",
            array->rows_driven, rows_allowed(design, &currents, l.bitline_ohm));
    array->sum_bits = bits_of_sums(array->rows_driven, array->cell_bits, &currents);
    array->adc_bits = design->adc_bits ? (double)design->adc_bits : array->sum_bits;
    if (array->adc_bits > SUM_BITS_MAX)
        return error_set(reason, STATUS_INFEASIBLE,
                         "a converter has %g bits, must have at most %d",
                         array->adc_bits, SUM_BITS_MAX);
    crossbar_logic_make(process, &logic);
    if (design->adc == ADC_SAR)
        adc = sar_make(process, array->adc_bits);
    else
        status = flash_make(process, b, &logic, array->adc_bits, shared * b->width_m,
                            &adc, reason);
    if (status != STATUS_OK)
        return status;
    l.mux = mux_make(process, &l.pass, shared, columns / shared, adc.input_f,
                     adc.input_f);

    double line_f = l.bitline_f + l.mux.seen_delay_f + adc.input_f;
    double tau_s = (l.pass.ohm + l.bitline_ohm / 2) * line_f;

    array->wordline_s = l.row.step_s;
    array->settle_s = tau_s * (array->adc_bits + 1) *
                      maths_log(2); /* until the error is half a step */
    array->adc_s = adc.s;
    array->conversion_s = fmax(fmax(array->settle_s + adc.s, design->cell->read_time_s),
                               1 / design->clock_hz);
    array->wordline_j = l.row.energy_j;
    array->cell_j = process->vdd_v * currents.mean_a * array->conversion_s;
    array->bitline_j = line_f * currents.read_v * process->vdd_v +
                       l.mux.energy_j / (columns / shared);
    array->adc_j = adc.j;
    write_costs(design, b, process, line_f, array);
    areas(design, process, &l, &adc, array);
    array->transposed_leakage_w = l.row.leakage_w + adc.w * columns / shared;
    array->leakage_w = b->leak_w * columns * (double)design->rows + l.row.leakage_w +
                       /* the voltage over pass gates is at most the read voltage */
                       l.mux.leakage_w * currents.read_v / process->vdd_v +
                       adc.w * columns / shared;
    return STATUS_OK;
}

enum status crossbar_array_make(const struct crossbar_design *design,
                                struct crossbar_array *array, struct error *reason)
{
    const struct wire_choice choice = { .level = WIRE_LOCAL };
    uint64_t bits = design->cell_bits ? design->cell_bits : design->cell->bits_per_cell;
    struct process process;
    struct bitcell cell;
    struct wire local;
    enum status status;

    *array = (struct crossbar_array){ .cell_bits = (double)bits };
    if (design->adc_columns > design->columns)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "%ju columns share a converter, must be at most the subarray's %ju",
            (uintmax_t)design->adc_columns, (uintmax_t)design->columns);
    status = cell_check(design, bits, reason);
    if (status == STATUS_OK)
        status = process_make(&process, design->node, &array_rules_physical,
                              design->temperature_k, reason);
    if (status == STATUS_OK)
        status = wire_make(&local, &process, choice, reason);
    if (status == STATUS_OK)
        status = bitcell_make(&cell, design->cell, &process, &process, reason);
    if (status == STATUS_OK)
        status = array_fill(design, &process, &cell, &local, array, reason);
    return status;
}
