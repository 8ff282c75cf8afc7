/* The samples stage: the factors by which every sample multiplies the records' parameters.  The
 * sensitivity stage: their effect on the sweep's objective, in all and by parameter
 * (uncertainty/spread.h). */
#include "stage/visit.h"

#include "base/memory.h"
#include "base/statistics.h"
#include "columns/samples.h"
#include "columns/sensitivity.h"
#include "stage/stages.h"
#include "stage/parameters.h"

#include <math.h>
#include <stdlib.h>

static enum status samples_visit(const struct visit *visit, const struct columns *out,
                                 uint64_t i, struct error *reason)
{
    const struct point *point = &visit->point;
    const struct spread *spread = (const struct spread *)point->spread;
    double *factors = samples_columns(out).parameter_factor + i * SPREAD_PARAMETERS_MAX;
    struct parameters parameters;

    if (!spread)
        return error_set(reason, STATUS_INFEASIBLE,
                         "samples need a spread to be drawn from");
    parameters_of(&visit->study->sweep->space, &parameters);
    for (size_t p = 0; p < spread->parameters_count; p++)
        factors[parameters_find(&parameters, &spread->parameters[p])] = spread_factor(
            spread, visit->study->sweep->seed, point->sample, p);
    return STATUS_OK;
}

static void samples_stage_evaluate(const struct study *study, struct range points,
                                   const struct columns *out, int8_t *status,
                                   struct error *reason)
{
    stage_visit(study, STAGE_SAMPLES, points, samples_visit, NULL, out, status, reason);
}

const struct stage samples_stage = {
    .name = "samples",
    .summary = "what every sample does to the technology's parameters",
    STAGE_METRICS(samples),
    .axes = AXIS_BIT(spread) | AXIS_BIT(sample),
    .evaluate = samples_stage_evaluate,
    .point_s = 1e-6,
    .block_points = 1024,
};

/* ---- sensitivity */

/* The rows of the objective's stage that are the samples of a point of the sensitivity stage. */
struct sample_row {
    uint64_t first, step, count;
};

/* Finds them; returns false if the objective has no dimension of samples alone. */
static bool row_of(const struct study *study, uint64_t index, struct sample_row *row)
{
    const struct grid *from = &study->grids[STAGE_SENSITIVITY];
    const struct grid *to = &study->grids[study->sweep->objective.stage];
    const struct space *space = &study->sweep->space;
    size_t f = 0;

    *row = (struct sample_row){ .count = 0 };
    for (size_t t = 0; t < to->dimension_count; t++) {
        const struct dimension *dimension = &space->dimensions[to->dimensions[t]];

        while (f < from->dimension_count && from->dimensions[f] < to->dimensions[t])
            f++; /* spread, on which the objective may not depend */
        if (f < from->dimension_count && from->dimensions[f] == to->dimensions[t]) {
            row->first += index / from->strides[f] % from->sizes[f] * to->strides[t];
            f++;
        } else if (dimension->axis_count == 1 && dimension->axes[0] == AXIS_sample) {
            row->step = to->strides[t];
            row->count = to->sizes[t];
        } else {
            return false;
        }
    }
    return row->count > 0;
}

/* Returns the axis whose values compete for the smallest objective: technologies if there are
 * several, or else the first axis of the sweep. */
static enum axis_id rivals_of(const struct space *space)
{
    if (space->axes[AXIS_technology].count > 1 || space->dimension_count == 0)
        return AXIS_technology;
    return space->dimensions[0].axes[0];
}

static const double *objectives(const struct study *study)
{
    const struct objective *objective = &study->sweep->objective;

    return study->results[objective->stage].column[objective->metric];
}

/* Is the point's objective the smallest of all competitors' in this sample? */
static bool is_winner(const struct study *study, uint64_t at)
{
    const struct space *space = &study->sweep->space;
    enum axis_id axis = rivals_of(space);
    int stage = study->sweep->objective.stage;
    const double *values = objectives(study);

    for (uint64_t i = 0; i < space->axes[axis].count; i++) {
        uint64_t other = grid_moved(&study->grids[stage], space, at, axis,
                                    space->axes[axis].values[i]);

        if (other != UINT64_MAX && study->statuses[stage][other] == POINT_DONE &&
            values[other] < values[at])
            return false;
    }
    return true;
}

/* The feasible samples of a row: their objective, whether they win, and their number. */
struct sampled {
    double *y, *is_win;
    uint64_t *samples;
    uint64_t n;
};

static void row_collect(const struct study *study, const struct sample_row *row,
                        struct sampled *sampled)
{
    int stage = study->sweep->objective.stage;

    *sampled = (struct sampled){
        .y = alloc_array(row->count, sizeof *sampled->y),
        .is_win = alloc_array(row->count, sizeof *sampled->is_win),
        .samples = alloc_array(row->count, sizeof *sampled->samples),
    };
    for (uint64_t s = 0; s < row->count; s++) {
        uint64_t at = row->first + s * row->step, n = sampled->n;

        if (study->statuses[stage][at] != POINT_DONE || isnan(objectives(study)[at]))
            continue;
        sampled->samples[n] = study->sweep->space.axes[AXIS_sample].values[s].count;
        sampled->is_win[n] = is_winner(study, at);
        sampled->y[n] = objectives(study)[at];
        sampled->n++;
    }
}

static void sampled_free(struct sampled *sampled)
{
    free(sampled->y);
    free(sampled->is_win);
    free(sampled->samples);
}

/* Writes the first-order sensitivity index of every parameter of the spread for the values y. */
static void indices_write(const struct study *study, const struct spread *spread,
                          const struct sampled *sampled, const double *y, double *out)
{
    struct sample_pair *pairs = alloc_array(sampled->n, sizeof *pairs);
    struct parameters parameters;

    parameters_of(&study->sweep->space, &parameters);
    for (size_t p = 0; p < spread->parameters_count; p++) {
        for (uint64_t i = 0; i < sampled->n; i++)
            pairs[i] = (struct sample_pair){
                .x = spread_factor(spread, study->sweep->seed, sampled->samples[i], p),
                .y = y[i]
            };
        out[parameters_find(&parameters, &spread->parameters[p])] = first_order(
            pairs, sampled->n, first_order_bins(sampled->n));
    }
    free(pairs);
}

static void row_write(const struct study *study, const struct spread *spread,
                      struct sampled *sampled, const struct sensitivity_columns *out,
                      uint64_t i)
{
    uint64_t n = sampled->n;
    double sum = 0, wins = 0;

    out->samples_done[i] = (double)n;
    indices_write(study, spread, sampled, sampled->y,
                  &out->first_order_index[i * SPREAD_PARAMETERS_MAX]);
    indices_write(study, spread, sampled, sampled->is_win,
                  &out->win_index[i * SPREAD_PARAMETERS_MAX]);
    numbers_sort(sampled->y, n);
    for (uint64_t s = 0; s < n; s++) {
        sum += sampled->y[s];
        wins += sampled->is_win[s];
    }
    out->objective_mean[i] = sum / (double)n;
    out->objective_5[i] = quantile(sampled->y, n, 0.05);
    out->objective_50[i] = quantile(sampled->y, n, 0.5);
    out->objective_95[i] = quantile(sampled->y, n, 0.95);
    out->win_share[i] = wins / (double)n;
}

static void sensitivity_stage_evaluate(const struct study *study, struct range points,
                                       const struct columns *out, int8_t *status,
                                       struct error *reason)
{
    const struct sensitivity_columns to = sensitivity_columns(out);
    for (uint64_t i = 0; i < points.count; i++) {
        const struct spread *spread;
        struct sampled sampled;
        struct point point;
        struct sample_row row;

        grid_point(&study->grids[STAGE_SENSITIVITY], &study->sweep->space,
                   points.first + i, &point);
        spread = (const struct spread *)point.spread;
        status[i] = POINT_INFEASIBLE;
        if (!spread || !row_of(study, points.first + i, &row)) {
            error_set(reason, STATUS_INFEASIBLE,
                      "sensitivity needs samples of a spread that varies what %s "
                      "depends on",
                      objective_metric(study->sweep)->name);
            continue;
        }
        row_collect(study, &row, &sampled);
        if (sampled.n > 0) {
            row_write(study, spread, &sampled, &to, i);
            status[i] = POINT_DONE;
        } else {
            error_set(reason, STATUS_INFEASIBLE, "no sample has a value of %s",
                      objective_metric(study->sweep)->name);
        }
        sampled_free(&sampled);
    }
}

static double sensitivity_stage_cost_s(const struct study *study,
                                       const struct point *point,
                                       struct layer_cache *layers)
{
    (void)layers;
    (void)point;
    return 3e-6 * (double)study->sweep->space.axes[AXIS_sample].count;
}

const struct stage sensitivity_stage = {
    .name = "sensitivity",
    .summary = "quantiles over samples, and which parameter decides",
    STAGE_METRICS(sensitivity),
    .reduced_axes = AXIS_BIT(sample),
    .enabled_by = AXIS_BIT(sample) | AXIS_BIT(spread) | AXIS_BIT(workload),
    .inputs = INPUT(SAMPLES),
    .evaluate = sensitivity_stage_evaluate,
    .cost_s = sensitivity_stage_cost_s,
    .block_points = 16,
};
