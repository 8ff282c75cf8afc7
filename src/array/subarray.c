#include "array/subarray.h"

#include "array/subarray_power.h"
#include "base/maths.h"

/* The on-current over off-current of access devices must be at least the number of rows over this
 * factor, so that unselected rows do not hide the selected cell (NVSim). */
static const double LEAK_TOLERANCE = 1;

/* The currents that the drivers of wordlines and bitlines must deliver in a write (NVSim). */
struct currents {
    double wordline_a, bitline_a;
};

static struct currents line_currents(const struct fabric *fabric,
                                     const struct subarray_shape *shape)
{
    const struct cell *cell = fabric->cell.cell;
    double rows = (double)shape->rows, cols = (double)shape->cols;

    if (!fabric->cell.resistive)
        return (struct currents){ 0, 0 };
    if (!fabric->cell.crossbar)
        return (struct currents){
            .bitline_a = fabric->cell.write_a + cell->selector_leak_a * (rows - 1),
        };

    double on_ohm = cell->resistance_on_reset_ohm > 0 ? cell->resistance_on_reset_ohm
                                                      : cell->resistance_on_ohm;
    double half_ohm = cell->resistance_on_half_reset_ohm > 0
                          ? cell->resistance_on_half_reset_ohm
                          : on_ohm;
    double reset_v = fabs(cell->reset_voltage_v);
    double reset_a = cell->reset_current_a > 0
                         ? cell->reset_current_a
                         : (reset_v - cell->access_drop_v) / on_ohm;
    double half_a = cell->access == ACCESS_NONE ? reset_a * on_ohm / 2 / half_ohm
                                                : cell->selector_leak_a;
    double selected = cols / (double)(shape->mux0 * shape->mux1 * shape->mux2);

    return (struct currents){
        .wordline_a = reset_a * selected + half_a * (cols - selected),
        .bitline_a = reset_a + half_a * (rows - 1),
    };
}

static bool refuse(const char **why, const char *reason)
{
    *why = reason;
    return false;
}

/* Checks the conditions that depend on the shape alone. */
static bool shape_is_legal(const struct fabric *fabric,
                           const struct subarray_shape *shape, const char **why)
{
    enum cell_kind kind = fabric->cell.cell->kind;

    if (kind == CELL_EDRAM && shape->mux0 > 1)
        return refuse(why, "every eDRAM bitline needs its own sense amplifier");
    if (kind == CELL_RRAM && shape->mux0 < 2)
        return refuse(why, "RRAM sensing needs at least two columns per amplifier");
    if (fabric->cell.resistive && !fabric->cell.crossbar &&
        fabric->cell.on_off < (double)shape->rows / LEAK_TOLERANCE)
        return refuse(why,
                      "the unselected rows leak more than the selected cell conducts");
    return true;
}

static bool make_row_decoder(struct subarray *s, const struct fabric *fabric,
                             struct parts *parts, struct currents currents,
                             const char **why)
{
    struct load wordline = { s->wordline_f, s->line_width_m * fabric->local.ohm_per_m };

    s->row_decoder = s->write_decoder = parts_row_decoder(
        parts, fabric, &s->shape, wordline, currents.wordline_a);
    if (s->row_decoder == NULL)
        return refuse(why, "no driver is wide enough for the wordline current");
    if (fabric->cell.split) {
        struct load write = wordline;

        write.f += (fabric->cell.write_wordline_f - fabric->cell.wordline_f) *
                   (double)s->shape.cols;
        s->write_decoder = parts_write_decoder(parts, fabric, &s->shape, s->row_decoder,
                                               wordline, write);
    }
    return true;
}

static bool make_decoders(struct subarray *s, const struct fabric *fabric,
                          struct parts *parts, double select_f,
                          struct currents currents, const char **why)
{
    const struct subarray_shape *shape = &s->shape;
    const uint64_t muxes[3] = { shape->mux0, shape->mux1, shape->mux2 };
    struct load select = { select_f, s->line_width_m * fabric->local.ohm_per_m };

    if (!make_row_decoder(s, fabric, parts, currents, why))
        return false;
    for (int i = 0; i < 3; i++) {
        s->column_decoder[i] = parts_column_decoder(parts, fabric, shape, muxes[i],
                                                    select);
        if (s->column_decoder[i] == NULL)
            return refuse(why, "no driver is wide enough for the column select line");
    }
    return true;
}

static bool make_edges(struct subarray *s, const struct fabric *fabric,
                       struct parts *parts, const char **why)
{
    s->precharger = parts_precharger(parts, fabric, s->shape.cols);
    s->amp = parts_sense_amp(
        parts, fabric, s->line_width_m / (double)s->shape.cols * (double)s->shape.mux0);
    return s->amp != NULL ||
           refuse(why, "a sense amplifier does not fit the width of its columns");
}

static void make_muxes(struct subarray *s, const struct fabric *fabric,
                       struct parts *parts, double width_m)
{
    const struct process *process = fabric->process;
    struct pass_gate *pass = &parts->pass;
    double cols = (double)s->shape.cols, m0 = (double)s->shape.mux0,
           m1 = (double)s->shape.mux1, m2 = (double)s->shape.mux2;

    if (pass->width_m != width_m)
        *pass = pass_gate_make(process, width_m);
    s->mux[2] = mux_make(process, pass, m2, cols / (m0 * m1 * m2), 0, 0);
    s->mux[1] = mux_make(process, pass, m1, cols / (m0 * m1), s->mux[2].seen_delay_f,
                         s->mux[2].seen_energy_f);
    s->mux[0] = mux_make(process, pass, m0, cols / m0, s->amp->input_f,
                         s->amp->input_f);
    if (s->shape.mux0 <= 1 && !fabric->rules->sense_load_lost)
        s->mux[0].seen_delay_f = s->mux[0].seen_energy_f = s->amp->input_f;
}

/* Computes the delay of the bitline to the sense level, and the time to charge it for a write
 * (X. Dong et al., NVSim, 2012). */
static bool bitline_times(struct subarray *s, const struct fabric *fabric,
                          const char **why)
{
    const struct bitcell *cell = &fabric->cell;
    const struct process *process = fabric->process;
    double mux_f = s->mux[0].seen_delay_f, line_f = s->bitline_f, r = s->bitline_ohm;
    double pass_ohm = s->mux[0].pass_ohm + s->mux[1].pass_ohm + s->mux[2].pass_ohm;
    double pass_f = s->mux[0].pass_f + s->mux[1].pass_f + s->mux[2].pass_f;
    double sensed_v = cell->sense_v;

    s->charge_s = horowitz_s(pass_ohm * (pass_f + s->write_bitline_f) +
                                 r * s->write_bitline_f / 2,
                             0, RAMP_STEP, NULL);
    s->bitline_b = s->bitline_tau_s = s->bitline_fixed_s = 0;
    if (cell->cell->kind == CELL_EDRAM) {
        double signal_v = process->vdd_v / 2 * cell->cell->storage_f /
                          (cell->cell->storage_f + line_f + mux_f);
        double cell_f = cell->access_f + cell->cell->storage_f;
        double series_f = cell_f * (line_f + mux_f) / (cell_f + line_f + mux_f);

        if (signal_v < sensed_v)
            return refuse(why, "the cell's charge moves so long a bitline by less than "
                               "the sense voltage");
        s->bitline_tau_s = 2.3 * (r + cell->access_ohm) * series_f;
    } else if (!cell->resistive) {
        double path_ohm = cell->access_ohm + cell->pulldown_ohm;

        if (!(cell->swing_log < HUGE_VAL))
            return refuse(why, "the sense voltage exceeds the precharge voltage");
        s->bitline_tau_s = (path_ohm * (cell->access_f + line_f + mux_f) +
                            r * (mux_f + line_f / 2)) *
                           cell->swing_log;
        s->bitline_b = 1 / (cell->pulldown_ohm * cell->access_gm_s);
    } else if (cell->current_sensed) {
        s->bitline_tau_s = r * line_f / 2 * (cell->off_ohm + r / 3) /
                           (cell->off_ohm + r);
    } else {
        double wire_s = r * (mux_f + line_f / 2);
        double all_f = cell->access_f + line_f + mux_f;
        double on_v = cell->precharge_v - cell->on_v;
        double off_v = cell->off_v - cell->precharge_v;

        if (!(on_v > sensed_v) || !(off_v > sensed_v))
            return refuse(
                why,
                "the voltages of the two states differ by less than the sense voltage");
        s->bitline_fixed_s = maths_max((cell->on_eq_ohm * all_f + wire_s) *
                                           maths_log(on_v / (on_v - sensed_v)),
                                       (cell->off_eq_ohm * all_f + wire_s) *
                                           maths_log(off_v / (off_v - sensed_v)));
    }
    return true;
}

/* Returns the width of decoders beside the cells.  Decoders taller than the cells are folded. */
static double folded_width_m(struct box rows, double height_m)
{
    return rows.height_m > height_m ? rows.height_m * rows.width_m / height_m
                                    : rows.width_m;
}

static void layout(struct subarray *s, const struct fabric *fabric)
{
    struct box rows = s->row_decoder->box, precharge = s->precharger->box;
    double beside_m = folded_width_m(rows, s->line_height_m);
    double edge_height_m = precharge.height_m;

    if (fabric->cell.split)
        beside_m += folded_width_m(s->write_decoder->box, s->line_height_m);
    for (int i = 0; i < 3; i++)
        beside_m = maths_max(beside_m, s->column_decoder[i]->box.width_m);
    if (!fabric->rules->wires_over_cells && precharge.width_m > s->line_width_m)
        edge_height_m = precharge.height_m * precharge.width_m / s->line_width_m;
    edge_height_m += s->mux[0].height_m + s->amp->height_m + s->mux[1].height_m +
                     s->mux[2].height_m;
    s->edge_height_m = edge_height_m;
    s->width_m = s->line_width_m + beside_m;
    s->height_m = s->line_height_m + edge_height_m;
}

/* Computes the lines of the cells.  Returns the currents that they must carry. */
static struct currents make_lines(struct subarray *s, const struct fabric *fabric,
                                  const struct subarray_shape *shape)
{
    const struct bitcell *cell = &fabric->cell;
    const struct wire *local = &fabric->local;
    double rows = (double)shape->rows, cols = (double)shape->cols;

    s->shape = *shape;
    s->line_width_m = cols * cell->width_f * fabric->process->f_m;
    s->line_height_m = rows * cell->height_f * fabric->process->f_m;
    s->wordline_f = s->line_width_m * local->f_per_m + cell->wordline_f * cols;
    s->bitline_f = s->line_height_m * local->f_per_m + cell->bitline_f * rows;
    s->write_bitline_f = s->bitline_f +
                         (cell->write_bitline_f - cell->bitline_f) * rows;
    s->bitline_ohm = s->line_height_m * local->ohm_per_m;
    return line_currents(fabric, shape);
}

/* Computes what follows from lines and parts. */
static bool complete(struct subarray *s, const struct fabric *fabric, const char **why)
{
    if (!bitline_times(s, fabric, why))
        return false;
    s->sense_s = maths_max(s->amp->delay_s, fabric->cell.cell->read_time_s);
    s->mux_s = s->mux[0].delay_s + s->mux[1].delay_s + s->mux[2].delay_s;
    subarray_energies(s, fabric);
    subarray_leakages(s, fabric);
    layout(s, fabric);
    return true;
}

bool subarray_make(struct subarray *subarray, const struct fabric *fabric,
                   const struct subarray_shape *shape, struct parts *parts,
                   const char **why)
{
    struct subarray *s = subarray;
    const struct process *process = fabric->process;

    if (!shape_is_legal(fabric, shape, why))
        return false;

    struct currents currents = make_lines(s, fabric, shape);
    double least_m = maths_max(process->min_w_m, currents.bitline_a / process->ion_n);

    if (least_m > process->max_w_m)
        return refuse(why, "no driver is wide enough for the bitline current");

    double pass_m = mux_width_m(process, &fabric->cell, currents.bitline_a);
    double gate_m = fabric->rules->sense_load_lost ? least_m : pass_m;
    double select_f = gate_f(process, gate_m) * (double)shape->cols +
                      s->line_width_m * fabric->local.f_per_m;

    if (!make_decoders(s, fabric, parts, select_f, currents, why) ||
        !make_edges(s, fabric, parts, why))
        return false;
    make_muxes(s, fabric, parts, pass_m);
    return complete(s, fabric, why);
}

bool subarray_floor(struct subarray *subarray, const struct fabric *fabric,
                    const struct subarray_shape *shape, const struct sense_amp *amp,
                    struct parts *parts, const char **why)
{
    static const struct row_driver free_decoder;
    static const struct mux no_mux;
    struct subarray *s = subarray;
    struct currents currents = make_lines(s, fabric, shape);

    if (!make_row_decoder(s, fabric, parts, currents, why))
        return false;
    s->precharger = parts_precharger(parts, fabric, shape->cols);
    s->amp = amp;
    for (int i = 0; i < 3; i++) {
        s->column_decoder[i] = &free_decoder;
        s->mux[i] = no_mux;
    }
    return complete(s, fabric, why);
}

static void write_times(const struct subarray *s, const struct fabric *fabric,
                        struct subarray_times *t)
{
    const struct bitcell *cell = &fabric->cell;

    t->write_select_s = maths_max(t->write_row_s, t->column_decoder_s + s->charge_s);
    t->write_charge_s = t->verify_s = 0;
    if (!cell->resistive) {
        if (fabric->rules->sram_full_swing || cell->cell->kind == CELL_EDRAM)
            t->write_select_s = t->read_s; /* such a write takes as long as a read */
        else
            t->write_charge_s = s->charge_s;
        t->write_pulse_s = cell->set_s;
        t->write_s = t->write_select_s + t->write_charge_s;
        t->write_s += cell->set_s;
        t->set_s = t->reset_s = t->write_s;
        return;
    }
    t->set_s = t->write_select_s + cell->set_s;
    t->reset_s = t->write_select_s + cell->reset_s;
    t->write_pulse_s = maths_max(cell->set_s, cell->reset_s);
    t->write_s = t->write_select_s + t->write_pulse_s;
    if (cell->crossbar && cell->cell->kind != CELL_PCM &&
        fabric->rules->erase_before_set) {
        t->write_charge_s = s->charge_s;
        t->write_pulse_s = cell->reset_s + cell->set_s;
        t->write_s = t->write_select_s + s->charge_s + cell->reset_s + cell->set_s;
        t->set_s = t->reset_s = 0;
    }
    if (cell->cell->verify_reads > 0 && !fabric->rules->powers_of_two) {
        t->verify_s = cell->cell->verify_reads * t->read_s;
        t->write_s += t->verify_s;
    }
}

/* Computes the times that follow from the slope of the wordline. */
static void sense_times(const struct subarray *s, const struct fabric *fabric,
                        double row_ramp, struct subarray_times *t)
{
    double steps = fabric->cell.read_steps;

    t->decode_s = maths_max(t->row_decoder_s, t->column_decoder_s);
    t->bitline_s = s->bitline_fixed_s > 0
                       ? s->bitline_fixed_s
                       : horowitz_s(s->bitline_tau_s, s->bitline_b, row_ramp, NULL);
    t->read_s = t->decode_s + t->bitline_s + s->mux[0].delay_s + s->sense_s +
                s->mux[1].delay_s + s->mux[2].delay_s;
    t->more_levels_s = 0;
    if (steps > 1) { /* a multi-level cell is sensed in several steps */
        t->more_levels_s = (steps - 1) *
                           (t->bitline_s + s->mux[0].delay_s + s->sense_s);
        t->read_s += t->more_levels_s;
    }
    t->read_s += fabric->cell.shift_s;
    write_times(s, fabric, t);
    t->write_s += fabric->cell.shift_s;
}

void subarray_time(const struct subarray *subarray, const struct fabric *fabric,
                   double ramp, struct subarray_times *times)
{
    const struct subarray *s = subarray;
    double row_ramp, end;

    times->row_decoder_s = row_driver_delay_s(s->row_decoder, fabric->process, ramp,
                                              &row_ramp);
    times->write_row_s = times->row_decoder_s;
    if (fabric->cell.split)
        times->write_row_s = row_driver_delay_s(s->write_decoder, fabric->process, ramp,
                                                &end);
    times->column_decoder_s = 0;
    for (int i = 0; i < 3; i++)
        times->column_decoder_s = maths_max(
            times->column_decoder_s,
            row_driver_delay_s(s->column_decoder[i], fabric->process, ramp, &end));
    sense_times(s, fabric, row_ramp, times);
}

void subarray_time_least(const struct subarray *subarray, const struct fabric *fabric,
                         struct subarray_times *times)
{
    const struct subarray *s = subarray;

    times->row_decoder_s = s->row_decoder->step_s;
    times->write_row_s = s->write_decoder->step_s;
    times->column_decoder_s = maths_max(
        s->column_decoder[0]->step_s,
        maths_max(s->column_decoder[1]->step_s, s->column_decoder[2]->step_s));
    sense_times(s, fabric, s->row_decoder->step_ramp, times);
}

struct subarray_cycle subarray_cycle(const struct subarray *subarray,
                                     const struct fabric *fabric, double ramp,
                                     const struct subarray_times *times)
{
    const struct subarray *s = subarray;
    struct precharge_times t = precharger_delay_s(s->precharger, fabric->process,
                                                  s->bitline_f, s->bitline_ohm, ramp);
    struct subarray_cycle cycle = { .precharge_s = t.line_s, .enable_s = t.enable_s };

    cycle.cycle_s = times->read_s + t.line_s + t.enable_s;
    if (fabric->cell.destructive) {
        cycle.restore_s = s->charge_s + times->bitline_s;
        cycle.cycle_s += s->charge_s + times->bitline_s;
    }
    return cycle;
}
