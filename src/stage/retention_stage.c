/* The retention stage: the share of a workload's data whose lifetimes exceed the retention time of
 * the cells, and the cost of refresh (tech/retention.h, stage/residencies.h).
 *
 * The policy `live` refreshes the lines whose data will be used again, after each interval.  It
 * has perfect knowledge of them, so that its savings are an upper bound for any predictor.  Dirty
 * data that will not be used again are written back before the cells lose them.  An eviction would
 * write them back later anyway, so that this adds no traffic.
 *
 * Cells that store charge are refreshed row by row within the subarrays, at the cost that the
 * array model states.  Cells that flip at random cannot be refreshed, since a read returns the
 * flipped bit: they are scrubbed line by line, and lines in which the code corrects an error are
 * written.  Between scrubs, or without them, a line is lost if it has more flips than the code
 * corrects (reliability/line_loss.h); no time is safe for its data. */
#include "stage/stages.h"

#include "base/maths.h"
#include "columns/array.h"
#include "columns/retention.h"
#include "reliability/line_loss.h"
#include "stage/residencies.h"
#include "stage/visit.h"
#include "tech/retention.h"

#include <math.h>

/* A cache and its refresh. */
struct refreshed {
    const struct cell *cell;
    double temperature_k;
    double lines;      /* of the array */
    double interval_s; /* INFINITY: never */
    double all_w;
    double all_busy; /* share of a bank's time, with all lines refreshed */
};

/* Fills in the cost of scrubbing: lines are read, corrected, and written if they had an error. */
static void scrub_fill(const struct point *point, const struct array_columns *a,
                       uint64_t m, struct refreshed *of)
{
    struct code code = code_make((enum ecc)point->ecc, 8 * point->line_bytes);
    double bits = (double)code.codewords * (double)(code.data_bits + code.check_bits);
    double flip_s = cell_flip_s(of->cell, of->temperature_k);
    double wrong = -maths_expm1(-bits * of->interval_s / flip_s);

    of->all_w = of->lines * (a->read_energy_j[m] + wrong * a->write_energy_j[m]) /
                of->interval_s;
    of->all_busy = of->lines * (a->cycle_s[m] + wrong * a->write_latency_s[m]) /
                   (double)a->banks[m] / of->interval_s;
}

/* The cycles of a row's refresh.  Reading a capacitor also restores it.  In gain cells the columns
 * that share a sense amplifier are read one after the other, and then the row is written, which is
 * assumed to take as long as a read (array/subarray_power.c has the energy). */
static double row_cycles(const struct cell *cell, uint64_t column_mux)
{
    if (cell->kind != CELL_GAIN_CELL || column_mux == COUNT_NONE)
        return 1;
    return (double)column_mux + 1;
}

static struct refreshed refreshed_at(const struct point *point,
                                     const struct array_columns *a, uint64_t m)
{
    struct refreshed of = {
        .cell = (const struct cell *)point->technology,
        .temperature_k = point->temperature_k,
        .lines = (double)a->resolved_capacity_bytes[m] / (double)point->line_bytes,
    };

    of.interval_s = cell_refresh_interval_s(of.cell, of.temperature_k);
    if (isinf(of.interval_s))
        return of;
    if (cell_fails_at_random(of.cell)) {
        scrub_fill(point, a, m, &of);
        return of;
    }
    of.all_w = a->refresh_w[m];
    if (a->subarray_rows[m] != COUNT_NONE)
        of.all_busy = (double)a->subarray_rows[m] *
                      row_cycles(of.cell, a->column_mux[m]) * a->cycle_s[m] /
                      of.interval_s;
    return of;
}

static void cell_write(const struct refreshed *of, const struct retention_columns *out,
                       uint64_t i)
{
    const struct cell *cell = of->cell;
    double current_a = fmax(cell->set_current_a, cell->reset_current_a);
    double pulse_s = fmax(cell->set_pulse_s, cell->reset_pulse_s);

    out->cell_retention_s[i] = cell_retention_s(cell, of->temperature_k);
    out->cell_flip_s[i] = cell_flip_s(cell, of->temperature_k);
    if (cell->thermal_stability > 0)
        out->cell_stability[i] = cell->thermal_stability *
                                 cell->retention_temperature_k / of->temperature_k;
    if (current_a > 0)
        out->write_current_a[i] = current_a;
    if (pulse_s > 0)
        out->write_pulse_s[i] = pulse_s;
}

static void needed_retention_write(const struct residencies *residencies,
                                   const struct retention_columns *out, uint64_t i)
{
    const struct data_lifetime_columns *columns = residencies->columns;

    for (unsigned t = 0; t < TENSOR_COUNT; t++) {
        enum tensor_class tensor = (enum tensor_class)t;
        uint64_t at = i * TENSOR_COUNT + t;

        out->needed_retention_s[at] = residencies_max(residencies,
                                                      columns->lifetime_100_s, tensor);
        out->needed_retention_99_s[at] = residencies_max(
            residencies, columns->lifetime_99_s, tensor);
        out->outliving_share[at] = residencies_longer_share(residencies, tensor,
                                                            out->cell_retention_s[i]);
    }
    out->unsaved_retention_s[i] = residencies_max(residencies, columns->unsaved_100_s,
                                                  TENSOR_ALL);
}

static double policy_share(const struct residencies *residencies, enum refresh refresh,
                           double interval_s)
{
    if (refresh == REFRESH_NONE || isinf(interval_s))
        return 0;
    return refresh == REFRESH_ALL
               ? 1
               : residencies_longer_line_share(residencies, interval_s);
}

/* ---- what is lost */

/* The probability that a line of cells that flip at random is lost, by its lifetime.  It is kept
 * from point to point because it does not depend on workload and capacity. */
struct losses {
    struct line_loss of;
    double within[LIFETIME_BOUNDS]; /* lifetime_bound_s */
    double endless_hz;
};

static bool is_same_loss(const struct line_loss *a, const struct line_loss *b)
{
    return a->code.codewords == b->code.codewords &&
           a->code.data_bits == b->code.data_bits &&
           a->code.check_bits == b->code.check_bits &&
           a->code.corrects == b->code.corrects && a->flip_hz == b->flip_hz &&
           a->scrub_s == b->scrub_s;
}

static void losses_fill(const struct point *point, const struct refreshed *of,
                        struct losses *losses)
{
    bool is_scrubbed = point->refresh != REFRESH_NONE && point->ecc != ECC_NONE;
    struct line_loss loss = {
        .code = code_make((enum ecc)point->ecc, 8 * point->line_bytes),
        .flip_hz = 1 / cell_flip_s(of->cell, of->temperature_k),
        .scrub_s = is_scrubbed ? of->interval_s : INFINITY,
    };

    if (is_same_loss(&loss, &losses->of))
        return;
    losses->of = loss;
    losses->endless_hz = loss.flip_hz > 0 ? line_loss_hz(&loss) : 0;
    for (unsigned b = 0; b < LIFETIME_BOUNDS; b++)
        losses->within[b] = line_loss_after(&loss, lifetime_bound_s(b));
}

/* The share of the residencies whose data are lost by flips.  A lifetime between two bounds counts
 * as the upper bound, or as the longest lifetime if that is shorter. */
static double lost_to_flips(const struct residencies *residencies,
                            const struct losses *losses)
{
    const struct data_lifetime_columns *columns = residencies->columns;
    double endless = residencies_value(residencies, columns->endless_share, TENSOR_ALL);
    double longest_s = residencies_max(residencies, columns->lifetime_100_s,
                                       TENSOR_ALL);
    double longest = isfinite(longest_s) ? line_loss_after(&losses->of, longest_s) : 1;
    double above[LIFETIME_BOUNDS], was = 1 - endless, lost = 0;

    residencies_ended_shares(residencies, TENSOR_ALL, above);
    for (unsigned b = 0; b < LIFETIME_BOUNDS; b++) {
        lost += (was - above[b]) * fmin(losses->within[b], longest);
        was = above[b];
    }
    lost += was * longest;
    lost += endless * fmin(columns->run_s[residencies->row] * losses->endless_hz, 1);
    return fmin(lost, 1);
}

static double lost_share(const struct visit *visit, const struct refreshed *of,
                         const struct residencies *residencies)
{
    const struct point *point = &visit->point;

    if (cell_fails_at_random(of->cell)) {
        losses_fill(point, of, visit->memory);
        return lost_to_flips(residencies, visit->memory);
    }
    return point->refresh != REFRESH_NONE
               ? 0
               : residencies_longer_share(
                     residencies, TENSOR_ALL,
                     cell_retention_s(of->cell, of->temperature_k));
}

static enum status retention_visit(const struct visit *visit,
                                   const struct columns *columns, uint64_t i,
                                   struct error *reason)
{
    const struct study *study = visit->study;
    const struct point *point = &visit->point;
    const struct array_columns a = array_columns(&study->results[STAGE_ARRAY]);
    const struct data_lifetime_columns d = data_lifetime_columns(
        &study->results[STAGE_DATA_LIFETIME]);
    const struct retention_columns out = retention_columns(columns);
    uint64_t m = visit->at[STAGE_ARRAY], row = visit->at[STAGE_DATA_LIFETIME];
    struct residencies residencies = residencies_at(
        &d, row, (double)a.resolved_capacity_bytes[m]);
    struct refreshed of = refreshed_at(point, &a, m);
    double share = policy_share(&residencies, (enum refresh)point->refresh,
                                of.interval_s);

    if (share * of.all_busy >= 1)
        return error_set(reason, STATUS_INFEASIBLE,
                         "cells keep data for %.3g s, of which refreshing %.3g of the "
                         "lines takes %.3g s",
                         of.interval_s, share, share * of.all_busy * of.interval_s);
    cell_write(&of, &out, i);
    needed_retention_write(&residencies, &out, i);
    out.lost_share[i] = lost_share(visit, &of, &residencies);
    out.lost_hz[i] = out.lost_share[i] *
                     residencies_value(&residencies, d.residencies, TENSOR_ALL) /
                     d.run_s[row];
    out.refresh_interval_s[i] = share > 0 ? of.interval_s : INFINITY;
    out.refresh_share[i] = share;
    out.refresh_all_w[i] = of.all_w;
    out.policy_refresh_w[i] = share * of.all_w;
    out.refresh_busy[i] = share * of.all_busy;
    out.policy_leakage_w[i] = a.leakage_w[m] - a.refresh_w[m] + share * of.all_w;
    return STATUS_OK;
}

static void retention_stage_evaluate(const struct study *study, struct range points,
                                     const struct columns *out, int8_t *status,
                                     struct error *reason)
{
    struct losses losses = { .of.code.codewords = 0 };

    stage_visit(study, STAGE_RETENTION, points, retention_visit, &losses, out, status,
                reason);
}

const struct stage retention_stage = {
    .name = "retention",
    .summary =
        "what of a workload's data outlives a cache's cells; power of refreshing",
    STAGE_METRICS(retention),
    .axes = AXIS_BIT(refresh),
    .enabled_by = AXIS_BIT(refresh) | AXIS_BIT(workload),
    .inputs = INPUT(ARRAY) | INPUT(DATA_LIFETIME),
    .evaluate = retention_stage_evaluate,
    .point_s = 3e-6,
    .block_points = 1024,
};
