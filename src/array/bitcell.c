#include "array/bitcell.h"

#include "base/maths.h"

/* A fin count that the cell gives takes precedence over its width in feature sizes. */
static double device_m(const struct process *process, double width_f, uint64_t fins)
{
    if (process->fins && fins > 0)
        return (double)fins * process->node->fin_effective_width_m;
    return width_f * process->f_m;
}

static double either(double first, double second)
{
    return first != 0 ? first : second;
}

static void access_device(struct bitcell *b, const struct process *process)
{
    const struct cell *cell = b->cell;

    if (b->crossbar) {
        b->access_f = maths_max(cell->capacitance_on_f, cell->capacitance_off_f);
        b->wordline_f = b->bitline_f = b->access_f;
        return;
    }

    double width_m = device_m(process, cell->access_width_f, cell->access_fins);

    b->on_off = process->ion_n / process->ioff_n;
    b->access_ohm = on_n_ohm(process, width_m);
    b->access_gm_s = gm_n_s(process, width_m);
    b->access_f = gate_drain_f(process, GATE_INVERTER, 1, width_m, 0, b->width_m);
    b->wordline_f = gate_f(process, width_m) * (cell->kind == CELL_SRAM ? 2 : 1);
    b->bitline_f = b->access_f / 2; /* two cells share a bitline contact */
}

static void sram(struct bitcell *b, const struct process *process, double line_v)
{
    const struct cell *cell = b->cell;
    double access_m = device_m(process, cell->access_width_f, cell->access_fins);
    double down_m = device_m(process, cell->pulldown_width_f, cell->pulldown_fins);
    double up_m = device_m(process, cell->pullup_width_f, cell->pullup_fins);
    double latch_a = gate_leak_a(process, GATE_INVERTER, 1, down_m, up_m);
    double access_a = process_width_m(process, access_m) * process->ioff_n;

    b->pulldown_ohm = on_n_ohm(process, down_m);
    b->leak_w = process->vdd_v * (2 * latch_a + access_a) * cell->leak_factor;
    b->precharge_v = line_v / (process->rules->sram_full_swing ? 2 : 1);
    if (!cell->read_port)
        return;

    /* an 8T cell is read through a separate stack of two devices on one bitline */
    double read_m = device_m(process, either(cell->read_width_f, cell->access_width_f),
                             cell->access_fins);

    b->access_ohm = b->pulldown_ohm = on_n_ohm(process, read_m);
    b->access_gm_s = gm_n_s(process, read_m);
    b->access_f = gate_drain_f(process, GATE_INVERTER, 1, read_m, 0, b->width_m);
    b->bitline_f = b->access_f / 2;
    b->wordline_f = gate_f(process, read_m);
    b->leak_w += process->vdd_v * process_width_m(process, read_m) * process->ioff_n *
                 cell->leak_factor;
}

/* A 1T1C cell shares its charge with the bitline; a gain cell discharges it through a stack
 * of two devices. */
static void dynamic(struct bitcell *b, const struct process *process, double line_v)
{
    const struct cell *cell = b->cell;

    b->precharge_v = line_v / 2;
    b->destructive = cell->kind == CELL_EDRAM;
    if (cell->kind != CELL_GAIN_CELL)
        return;

    double read_m = device_m(process, either(cell->read_width_f, cell->access_width_f),
                             cell->access_fins);

    b->precharge_v = line_v;
    b->access_ohm = b->pulldown_ohm = on_n_ohm(process, read_m);
    b->access_gm_s = gm_n_s(process, read_m);
    b->access_f = gate_drain_f(process, GATE_INVERTER, 1, read_m, 0, b->width_m);
    b->bitline_f = b->access_f / 2;
    b->wordline_f = gate_f(process, read_m);
}

/* Sets the loads of the write path.  They equal those of the read path, unless the cell has
 * separate write devices: the write transistor of SOT-MRAM or of a gain cell, or the access
 * devices of an 8T cell. */
static void write_path(struct bitcell *b, const struct process *process)
{
    const struct cell *cell = b->cell;
    bool has_writer = cell->write_access_width_f > 0;
    double width_m = device_m(
        process, has_writer ? cell->write_access_width_f : cell->access_width_f,
        has_writer ? cell->write_access_fins : cell->access_fins);

    b->write_wordline_f = b->wordline_f;
    b->write_bitline_f = b->bitline_f;
    b->write_access_f = b->access_f;
    b->split = !process->rules->one_access_device && !b->crossbar &&
               (has_writer || cell->read_port || cell->kind == CELL_GAIN_CELL);
    if (!b->split)
        return;
    b->write_access_f = gate_drain_f(process, GATE_INVERTER, 1, width_m, 0, b->width_m);
    b->write_bitline_f = b->write_access_f / 2;
    b->write_wordline_f = gate_f(process, width_m) * (cell->kind == CELL_SRAM ? 2 : 1);
}

/* Sets the levels between which the bitline moves in voltage sensing, and the resistances that
 * drive it. */
static enum status voltage_sensing(struct bitcell *b, const struct process *process,
                                   struct error *why)
{
    const struct cell *cell = b->cell;

    if (cell->sensing == SENSE_CURRENT_IN) {
        double read_a = cell->read_current_a;

        /* at most the current at which the low state still has half the supply across it */
        if (!process->rules->read_current_forced)
            read_a = maths_min(read_a, process->vdd_v / 2 / b->on_ohm);
        b->on_v = read_a * b->on_ohm;
        b->off_v = read_a * b->off_ohm;
        b->on_eq_ohm = b->on_ohm;
        b->off_eq_ohm = b->off_ohm;
    } else {
        double series_ohm = sqrt(b->on_ohm * b->off_ohm);
        double read_v = fabs(cell->read_voltage_v);

        b->on_v = read_v * b->on_ohm / (b->on_ohm + series_ohm);
        b->off_v = read_v * b->off_ohm / (b->off_ohm + series_ohm);
        b->on_eq_ohm = b->on_ohm * series_ohm / (b->on_ohm + series_ohm);
        b->off_eq_ohm = b->off_ohm * series_ohm / (b->off_ohm + series_ohm);
    }
    b->precharge_v = maths_min(process->vdd_v, (b->on_v + b->off_v) / 2);
    if (!(b->precharge_v - b->on_v > b->sense_v))
        return error_set(why, STATUS_INFEASIBLE,
                         "the bitline voltages of the two states are %.3g V from the "
                         "reference, must be more than the sense voltage of %.3g V",
                         b->precharge_v - b->on_v, b->sense_v);
    return STATUS_OK;
}

static double read_power_w(const struct bitcell *b, const struct process *process)
{
    const struct cell *cell = b->cell;
    double vdd = process->vdd_v, v = fabs(cell->read_voltage_v) - cell->access_drop_v;
    double on_ohm = either(cell->resistance_on_ohm, cell->resistance_on_read_ohm);
    double off_ohm = either(cell->resistance_off_ohm, cell->resistance_off_read_ohm);

    if (b->crossbar) {
        on_ohm = either(cell->resistance_on_read_ohm, on_ohm);
        off_ohm = either(cell->resistance_off_read_ohm, off_ohm);
    }
    if (cell->read_power_w > 0)
        return cell->read_power_w;
    if (cell->sensing == SENSE_CURRENT_IN)
        return vdd * cell->read_current_a;
    if (cell->sensing == SENSE_CURRENT)
        return vdd * maths_max(v, 0) / on_ohm;
    return vdd * maths_max(v, 0) / (on_ohm + sqrt(on_ohm * off_ohm));
}

/* Returns the energy of a pulse: that of the record, or else derived from voltage or
 * current. */
static double pulse_j(const struct cell *cell, const struct process *process,
                      enum cell_pulse mode, double given_j, double v, double a,
                      double pulse_s, double ohm, bool no_voltage)
{
    if (given_j > 0)
        return given_j;
    if (mode == PULSE_VOLTAGE)
        return ohm > 0 ? fabs(v) * maths_max(fabs(v) - cell->access_drop_v, 0) / ohm *
                             pulse_s
                       : 0;
    if (mode == PULSE_CURRENT)
        return (no_voltage ? process->vdd_v : fabs(v)) * fabs(a) * pulse_s;
    return 0;
}

static void write_pulses(struct bitcell *b, const struct process *process)
{
    const struct cell *cell = b->cell;
    double ohm = cell->resistance_on_ohm, loops = cell->program_pulses;
    double set_ohm = b->crossbar ? either(cell->resistance_on_set_ohm, ohm) : ohm;
    double reset_ohm = b->crossbar ? either(cell->resistance_on_reset_ohm, ohm) : ohm;
    double scale = cell_write_scale(cell, process->node);
    bool set_no_v = (process->rules->set_tests_reset ? cell->reset_voltage_v
                                                     : cell->set_voltage_v) == 0;

    b->set_j = scale * loops *
               pulse_j(cell, process, cell->set_mode, cell->set_energy_j,
                       cell->set_voltage_v, cell->set_current_a, cell->set_pulse_s,
                       set_ohm, set_no_v);
    b->reset_j = scale * loops *
                 pulse_j(cell, process, cell->reset_mode, cell->reset_energy_j,
                         cell->reset_voltage_v, cell->reset_current_a,
                         cell->reset_pulse_s, reset_ohm, cell->reset_voltage_v == 0);
    b->set_v = cell->set_mode == PULSE_VOLTAGE ? fabs(cell->set_voltage_v)
                                               : process->vdd_v;
    b->reset_v = cell->reset_mode == PULSE_VOLTAGE ? fabs(cell->reset_voltage_v)
                                                   : process->vdd_v;
    b->set_s = cell->set_pulse_s * loops;
    b->reset_s = cell->reset_pulse_s * loops;
    b->write_a = scale *
                 maths_max(fabs(cell->set_current_a), fabs(cell->reset_current_a));
}

static enum status resistive(struct bitcell *b, const struct process *process,
                             struct error *why)
{
    const struct cell *cell = b->cell;
    double on_ohm = either(cell->resistance_on_ohm, cell->resistance_on_read_ohm);
    double off_ohm = either(cell->resistance_off_ohm, cell->resistance_off_read_ohm);

    if (b->crossbar || !process->rules->switch_at_half) {
        on_ohm = either(cell->resistance_on_read_ohm, on_ohm);
        off_ohm = either(cell->resistance_off_read_ohm, off_ohm);
    }
    b->on_ohm = b->access_ohm + on_ohm;
    b->off_ohm = b->access_ohm + off_ohm;
    b->current_sensed = cell->sensing == SENSE_CURRENT;
    b->read_power_w = read_power_w(b, process);
    write_pulses(b, process);
    if (b->current_sensed)
        return STATUS_OK;
    return voltage_sensing(b, process, why);
}

/* Each port of a track serves domains / ports domains.  A lazy port policy leaves the track
 * where the last access put it, so that under uniformly random accesses the mean shift is the
 * mean distance between two random positions: a third of that range. */
static void racetrack(struct bitcell *b)
{
    const struct cell *cell = b->cell;
    double stretch = (double)cell->domains_per_track / (double)cell->ports_per_track;
    double shifts = (stretch - 1) / 3;

    b->bits_per_site *= (double)cell->domains_per_track;
    b->shift_s = shifts * cell->shift_pulse_s;
    b->shift_j = shifts * either(cell->shift_energy_j, cell->shift_current_a *
                                                           cell->shift_voltage_v *
                                                           cell->shift_pulse_s);
}

enum status bitcell_make(struct bitcell *bitcell, const struct cell *cell,
                         const struct process *process, const struct process *devices,
                         struct error *why)
{
    double area_f2 = cell_area_f2(cell, process->node);
    double leak_k = maths_exp2((process->temperature_k - 300) / 10);

    if (cell->domains_per_track > 0 && process->rules->powers_of_two)
        return error_set(why, STATUS_INFEASIBLE,
                         "NVSim's rules do not model racetrack memory");
    if (!cell_fits_node(cell, process->node))
        return error_set(
            why, STATUS_INFEASIBLE,
            "area_m2 of %s is valid at %g nm only; other nodes need area_sram or "
            "area_f2",
            cell->record.name, cell->native_node_m * 1e9);
    *bitcell = (struct bitcell){
        .cell = cell,
        .height_f = sqrt(area_f2 * cell->aspect_ratio),
        .width_f = sqrt(area_f2 / cell->aspect_ratio),
        .resistive = cell_is_resistive(cell),
        .crossbar = cell_is_crossbar(cell),
        .bits_per_site = (double)cell->bits_per_cell,
        .sense_v = maths_max(cell->min_sense_v, process->node->sense_offset_v),
        .read_steps = cell->read_steps > 0 ? cell->read_steps
                                           : (double)cell->bits_per_cell,
    };
    bitcell->height_m = bitcell->height_f * process->f_m;
    bitcell->width_m = bitcell->width_f * process->f_m;
    access_device(bitcell, devices);
    if (cell->kind == CELL_SRAM)
        sram(bitcell, devices, process->vdd_v);
    else if (!bitcell->resistive)
        dynamic(bitcell, devices, process->vdd_v);
    write_path(bitcell, devices);
    if (cell->domains_per_track > 0)
        racetrack(bitcell);
    bitcell->leak_w += cell->leak_a * leak_k * process->vdd_v;
    if (!bitcell->resistive) {
        double swing_v = bitcell->sense_v / (process->rules->sram_full_swing ? 2 : 1);

        bitcell->swing_log = bitcell->precharge_v > swing_v
                                 ? maths_log(bitcell->precharge_v /
                                             (bitcell->precharge_v - swing_v))
                                 : HUGE_VAL;
        write_pulses(bitcell, process);
        return STATUS_OK;
    }
    return resistive(bitcell, process, why);
}
