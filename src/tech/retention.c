/* Retention by the barrier between a cell's two states, and a write by the spin torque that must
 * overcome it.
 *
 * Retention (L. Neel, 1949; W. F. Brown, Phys. Rev. 130, 1963): a bit flips after a mean time
 * tau0 exp(D), D the barrier over k T, the thermal stability.
 *
 * Critical current (J. Z. Sun, Phys. Rev. B 62, 570, 2000; perpendicular cells): (4 e alpha /
 * (hbar eta)) D k T, so that the current falls with D where damping and spin efficiency stay.
 *
 * Write error of a pulse of length t (W. H. Butler et al., IEEE Trans. Magn. 48(12), 4684,
 * 2012; arXiv 1202.2621; the prefactor recalled), i the current over the critical one:
 *     W = 1 - exp(-(pi^2 / 4) D (i - 1) / (i exp(2 (i - 1) t / t_D) - 1))
 * so that t = t_D / (2 (i - 1)) ln((1 + pi^2 D (i - 1) / (4 w)) / i), w = -ln(1 - W).  t_D, from
 * damping and anisotropy field, is not needed: the record's own pulse says it.  Its simpler
 * form, a time that falls as 1 / (i - 1), is Sun's.
 *
 * A table of D, current and pulse of one cell made with several stabilities was not found, so the
 * relation is assumed where a record is moved: the stability changes by the volume of the free
 * layer at its anisotropy field (t_D stays); resistances, footprint and the supply stay, so that a
 * pulse's energy is proportional to current and time; spin-orbit torque cells and the ports of
 * racetracks follow the same law; a read is taken to disturb nothing. */
#include "tech/retention.h"

#include "base/maths.h"

#include <math.h>

#define ATTEMPT_S 1e-9     /* thermal attempt time */
#define QUALIFIED_K 358.15 /* temperature of the retention if a record states none */

bool cell_fails_at_random(const struct cell *cell)
{
    return cell_is_resistive(cell);
}

static double reference_k(const struct cell *cell)
{
    return cell->retention_temperature_k > 0 ? cell->retention_temperature_k
                                             : QUALIFIED_K;
}

double cell_flip_s(const struct cell *cell, double temperature_k)
{
    double mean_s = cell->retention_s / RETENTION_LOSS;

    if (!(cell->retention_s > 0) || !cell_fails_at_random(cell))
        return INFINITY;
    return ATTEMPT_S * maths_pow(mean_s / ATTEMPT_S, reference_k(cell) / temperature_k);
}

/* The leakage of charge doubles every 10 K. */
static double charge_s(const struct cell *cell, double retention_s,
                       double temperature_k)
{
    return retention_s *
           maths_exp2((cell->retention_temperature_k - temperature_k) / 10);
}

double cell_retention_s(const struct cell *cell, double temperature_k)
{
    if (cell_fails_at_random(cell))
        return RETENTION_LOSS * cell_flip_s(cell, temperature_k);
    if (!(cell->retention_s > 0))
        return cell->refresh_interval_s > 0
                   ? cell_refresh_interval_s(cell, temperature_k)
                   : INFINITY;
    return charge_s(cell, cell->retention_s, temperature_k);
}

double cell_refresh_interval_s(const struct cell *cell, double temperature_k)
{
    if (!(cell->refresh_interval_s > 0))
        return cell_retention_s(cell, temperature_k);
    if (cell_fails_at_random(cell))
        return cell->refresh_interval_s;
    return charge_s(cell, cell->refresh_interval_s, temperature_k);
}

/* ---- a magnetic cell of another thermal stability */

static bool is_magnetic(const struct cell *cell)
{
    return cell->kind == CELL_STT_MRAM || cell->kind == CELL_SOT_MRAM ||
           cell->kind == CELL_VGSOT_MRAM || cell->kind == CELL_RACETRACK;
}

static double stability_of(double retention_s)
{
    return maths_log(retention_s / RETENTION_LOSS / ATTEMPT_S);
}

/* The length of a pulse in units of t_D / 2. */
static double pulse_of(const struct cell_drive *drive)
{
    const double pi = 3.14159265358979323846;
    double over = drive->overdrive - 1;
    double error = -maths_log1p(-drive->error);

    return maths_log((1 + pi * pi * drive->stability * over / (4 * error)) /
                     drive->overdrive) /
           over;
}

static void pulses_scale(struct cell *cell, double current, double time)
{
    cell->set_current_a *= current;
    cell->reset_current_a *= current;
    cell->set_voltage_v *= cell->set_mode == PULSE_VOLTAGE ? current : 1;
    cell->reset_voltage_v *= cell->reset_mode == PULSE_VOLTAGE ? current : 1;
    cell->set_pulse_s *= time;
    cell->reset_pulse_s *= time;
    cell->set_energy_j *= current * time;
    cell->reset_energy_j *= current * time;
}

static double chosen(double asked, double own)
{
    return asked > 0 ? asked : own;
}

/* Whose pulses the record gives: as it was last moved, or its own. */
static struct cell_drive drive_of(const struct cell *cell)
{
    struct cell_drive drive = cell->moved;

    if (!(drive.stability > 0) || drive.retention_s != cell->retention_s)
        drive.stability = stability_of(cell->retention_s);
    drive.overdrive = chosen(drive.overdrive, cell->design_overdrive);
    drive.error = chosen(drive.error, cell->design_write_error);
    return drive;
}

/* The one that the record was left with follows its retention. */
static double stability_asked(const struct cell *cell, double own)
{
    bool is_new = cell->thermal_stability != cell->moved.stability;

    return is_new ? chosen(cell->thermal_stability, own) : own;
}

static enum status relaxable_check(const struct cell *cell, struct error *err)
{
    if (!is_magnetic(cell))
        return error_set(err, STATUS_INPUT,
                         "thermal_stability, write_overdrive and write_error apply to "
                         "magnetic cells only, but kind is %s; leave them out",
                         word_name(cell_kinds, (int)cell->kind));
    if (!(cell->retention_s > 0))
        return error_set(err, STATUS_INPUT,
                         "thermal_stability, write_overdrive and write_error need "
                         "retention_s, the retention with the pulses that the record "
                         "gives");
    if (stability_of(cell->retention_s) <= 0)
        return error_set(err, STATUS_INPUT,
                         "retention_s is %.3g, must be above %g, because pulses are "
                         "computed from it",
                         cell->retention_s, RETENTION_LOSS * ATTEMPT_S);
    return STATUS_OK;
}

enum status cell_relax(struct cell *cell, struct error *err)
{
    bool is_asked = cell->thermal_stability > 0 || cell->write_overdrive > 0 ||
                    cell->write_error > 0;
    struct cell_drive from, to;
    enum status status;

    if (!is_asked && (!is_magnetic(cell) || !(cell->retention_s > 0)))
        return STATUS_OK;
    status = relaxable_check(cell, err);
    if (status != STATUS_OK)
        return status;
    from = drive_of(cell);
    to = (struct cell_drive){ .stability = stability_asked(cell, from.stability),
                              .overdrive = chosen(cell->write_overdrive,
                                                  from.overdrive),
                              .error = chosen(cell->write_error, from.error) };
    if (!(to.overdrive > 1) || !(from.overdrive > 1) || !(pulse_of(&to) > 0))
        return error_set(err, STATUS_INPUT,
                         "write_overdrive is %g and write_error is %g, but no pulse "
                         "has both; use an overdrive above 1 and a smaller error",
                         to.overdrive, to.error);
    pulses_scale(cell, to.stability * to.overdrive / (from.stability * from.overdrive),
                 pulse_of(&to) / pulse_of(&from));
    if (to.stability != from.stability)
        cell->retention_s = RETENTION_LOSS * ATTEMPT_S * maths_exp(to.stability);
    cell->thermal_stability = to.stability;
    cell->moved = (struct cell_drive){ .stability = to.stability,
                                       .retention_s = cell->retention_s,
                                       .overdrive = cell->write_overdrive,
                                       .error = cell->write_error };
    return STATUS_OK;
}
