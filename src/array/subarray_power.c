#include "array/subarray_power.h"

#include "tech/retention.h"

/* Swing of an SRAM bitline with a pulsed wordline, over the sense voltage (a modelling choice). */
static const double SWING_MARGIN = 2;
/* The refresh period of every row in NVSim. */
static const double REFRESH_S = 64e-3;

/* Returns the energy of the charge that a read moves on one column. */
static double column_read_j(const struct subarray *s, const struct fabric *fabric)
{
    const struct bitcell *cell = &fabric->cell;
    double mux_f = s->mux[0].seen_energy_f, line_f = s->bitline_f, r = s->bitline_ohm;
    double all_f = cell->access_f + line_f + mux_f, vdd = fabric->process->vdd_v;

    if (cell->cell->kind == CELL_EDRAM) {
        double signal_v = vdd / 2 * cell->cell->storage_f /
                          (cell->cell->storage_f + line_f + mux_f);

        /* the amplifier latches the bitline to a rail, which writes the cell back */
        if (!fabric->rules->dram_restore_free)
            return (all_f + cell->cell->storage_f) * vdd / 2 * vdd;
        return all_f * signal_v * vdd;
    }
    if (!cell->resistive) {
        if (fabric->rules->sram_full_swing)
            return all_f * cell->precharge_v * cell->precharge_v;
        return all_f * vdd * maths_min(SWING_MARGIN * cell->sense_v, vdd);
    }
    if (!cell->current_sensed)
        return all_f *
               (cell->precharge_v * cell->precharge_v - cell->on_v * cell->on_v);

    double sum_ohm = s->mux[0].pass_ohm + r + cell->on_ohm;
    double read_v = fabs(cell->cell->read_voltage_v);
    double low_v = read_v * s->mux[0].pass_ohm / sum_ohm;
    double high_v = read_v * (s->mux[0].pass_ohm + r) / sum_ohm;

    return cell->access_f * high_v * high_v + mux_f * low_v * low_v +
           line_f * (high_v * high_v + high_v * low_v + low_v * low_v) / 3;
}

struct write_energies {
    double set_j, reset_j, write_j;
};

/* Returns the energies of cells and bitlines in a write, without peripheral circuits. */
static struct write_energies cell_writes(const struct subarray *s,
                                         const struct fabric *fabric, double selected,
                                         double column_j)
{
    const struct bitcell *cell = &fabric->cell;
    const struct array_rules *rules = fabric->rules;
    double line_f = cell->write_access_f + s->write_bitline_f + s->mux[0].seen_energy_f;
    double cols = (double)s->shape.cols, vdd = fabric->process->vdd_v;
    struct write_energies e;

    if (!cell->resistive) {
        double full_j = line_f * vdd * vdd;

        if (cell->cell->kind == CELL_SRAM && rules->sram_full_swing)
            full_j = column_j;
        else if (cell->cell->kind == CELL_EDRAM && rules->dram_restore_free)
            full_j = (s->bitline_f + s->mux[0].seen_energy_f) * cell->reset_v *
                     cell->reset_v;
        e.write_j = selected * full_j;
        /* the bitlines of the row's other cells move as in a read */
        if (!rules->recharge_free && cell->cell->kind != CELL_GAIN_CELL)
            e.write_j += (cols - selected) * column_j;
        e.set_j = e.reset_j = e.write_j;
        return e;
    }

    double shaper = cell->cell->write_pulse_factor > 0 ? cell->cell->write_pulse_factor
                                                       : 1;
    double set_line_j = line_f * cell->set_v * cell->set_v;
    double reset_line_j = line_f * cell->reset_v * cell->reset_v;

    if (rules->shaper_divides_all) {
        e.set_j = selected * (cell->set_j + set_line_j) / shaper;
        e.reset_j = selected * (cell->reset_j + reset_line_j) / shaper;
    } else {
        e.set_j = selected * (cell->set_j / shaper + set_line_j);
        e.reset_j = selected * (cell->reset_j / shaper + reset_line_j);
    }
    if (cell->crossbar && !rules->half_select_free) {
        const struct cell *c = cell->cell;
        double on_ohm = c->resistance_on_half_reset_ohm > 0
                            ? c->resistance_on_half_reset_ohm
                            : maths_max(c->resistance_on_reset_ohm,
                                        c->resistance_on_ohm);
        double half = cols - selected + (double)(s->shape.rows - 1) * selected;
        double v = cell->reset_v / 2;
        double half_w = c->access == ACCESS_NONE ? v * v / on_ohm
                                                 : v * c->selector_leak_a;

        e.set_j += half * half_w * cell->set_s;
        e.reset_j += half * half_w * cell->reset_s;
    }
    e.write_j = maths_max(e.set_j, e.reset_j);
    return e;
}

/* Returns the energy of cells and periphery.  The order of the additions is NVSim's, so that sums
 * are rounded equally and candidates of equal value rank as they do there. */
static double edge_j(const struct subarray *s, double decoder_j, double cells_j,
                     double precharge_j, double sense_j)
{
    double sum_j = cells_j;

    sum_j += decoder_j;
    for (int i = 0; i < 3; i++)
        sum_j += s->column_decoder[i]->energy_j;
    sum_j += precharge_j;
    sum_j += s->mux[0].energy_j;
    sum_j += sense_j;
    sum_j += s->mux[1].energy_j;
    sum_j += s->mux[2].energy_j;
    return sum_j;
}

/* Returns the energy to refresh a row, whose cells are written with write_j.  The read of a
 * capacitor restores it; a gain cell is read without being changed: its bitlines keep their levels
 * while one after the other of the columns that share an amplifier is sensed, and each is written
 * back. */
static double row_refresh_j(const struct subarray *s, const struct fabric *fabric,
                            double write_j)
{
    if (fabric->cell.cell->kind != CELL_GAIN_CELL)
        return s->read_j;
    return s->read_j +
           (double)(s->shape.mux0 - 1) * (s->column_decoder_j + s->mux_j + s->sense_j) +
           s->write_decoder->energy_j + write_j;
}

void subarray_energies(struct subarray *s, const struct fabric *fabric)
{
    const struct bitcell *cell = &fabric->cell;
    const struct array_rules *rules = fabric->rules;
    const struct subarray_shape *shape = &s->shape;
    double cols = (double)shape->cols;
    double selected = cols /
                      ((double)shape->mux0 * (double)shape->mux1 * (double)shape->mux2);
    double column_j = column_read_j(s, fabric);
    double steps = cell->read_steps;
    double shift_j = cell->shift_j * selected;
    struct write_energies w = cell_writes(s, fabric, selected, column_j);

    s->column_decoder_j = s->column_decoder[0]->energy_j +
                          s->column_decoder[1]->energy_j +
                          s->column_decoder[2]->energy_j;
    s->mux_j = s->mux[0].energy_j + s->mux[1].energy_j + s->mux[2].energy_j;
    s->sense_j = s->amp->energy_j * (cols / (double)shape->mux0) * steps;
    s->bitline_j = column_j * cols * steps;
    s->cell_read_j = 0;
    if (cell->resistive) {
        /* each column at an amplifier conducts, and so does its reference cell */
        double sensed = rules->selected_cells_only ? selected
                                                   : cols / (double)shape->mux0;

        s->cell_read_j = 2 * cell->read_power_w * s->sense_s * sensed;
        /* in NVSim a reference cell takes as much energy as the cell */
        if (cell->cell->read_energy_j > 0)
            s->cell_read_j = cell->cell->read_energy_j * sensed *
                             (rules->row_bits_less_ways ? 2 : steps);
    }
    s->read_j = edge_j(s, s->row_decoder->energy_j,
                       s->bitline_j + s->cell_read_j + shift_j, s->precharger->energy_j,
                       s->sense_j);

    double restore_j = rules->recharge_free ? 0 : s->precharger->energy_j;
    double share = fabric->write_share;

    s->shift_j = shift_j;
    s->restore_j = restore_j;
    s->verify_j = s->mux_again_j = 0;
    s->cell_write_j = w.write_j * share;
    double decoder_j = s->write_decoder->energy_j;
    double set_decoder_j = rules->set_without_decoder ? 0 : decoder_j;

    s->set_j = edge_j(s, set_decoder_j, w.set_j * share + shift_j, restore_j, 0);
    s->reset_j = edge_j(s, set_decoder_j, w.reset_j * share + shift_j, restore_j, 0);
    s->write_j = edge_j(s, decoder_j, w.write_j * share + shift_j, restore_j, 0);
    if (rules->reset_adds_set)
        s->reset_j = edge_j(s, set_decoder_j, s->set_j, restore_j, 0);
    if (cell->crossbar && rules->crosspoint_write_twice)
        s->mux_again_j = s->mux_j;
    if (cell->resistive && cell->cell->verify_reads > 0 && !rules->powers_of_two)
        s->verify_j = cell->cell->verify_reads * s->read_j;
    s->write_j += s->mux_again_j;
    s->write_j += s->verify_j;
    s->row_refresh_j = row_refresh_j(s, fabric, w.write_j * share * cols / selected);
}

/* Returns the interval at which rows are refreshed, or 0 if they need no refresh. */
static double refresh_interval_s(const struct fabric *fabric)
{
    const struct cell *cell = fabric->cell.cell;

    if (fabric->cell.resistive || cell->kind == CELL_SRAM)
        return 0;
    if (fabric->rules->refresh_is_leakage)
        return REFRESH_S;
    if (!(cell->refresh_interval_s > 0) && !(cell->retention_s > 0))
        return REFRESH_S;
    return cell_refresh_interval_s(cell, fabric->process->temperature_k);
}

void subarray_leakages(struct subarray *s, const struct fabric *fabric)
{
    double rows = (double)s->shape.rows, cols = (double)s->shape.cols;
    double interval_s = refresh_interval_s(fabric);

    s->cell_leakage_w = fabric->cell.leak_w * rows * cols;
    s->sense_leakage_w = s->amp->leakage_w * cols / (double)s->shape.mux0;
    s->refresh_w = 0;
    if (interval_s > 0 && fabric->rules->refresh_is_leakage)
        s->refresh_w = s->bitline_j / interval_s * rows;
    else if (interval_s > 0)
        s->refresh_w = s->row_refresh_j / interval_s * rows;
    s->leakage_w = s->cell_leakage_w + s->row_decoder->leakage_w +
                   (fabric->cell.split ? s->write_decoder->leakage_w : 0) +
                   s->column_decoder[0]->leakage_w + s->column_decoder[1]->leakage_w +
                   s->column_decoder[2]->leakage_w + s->precharger->leakage_w +
                   s->sense_leakage_w + s->mux[0].leakage_w + s->mux[1].leakage_w +
                   s->mux[2].leakage_w;
}
