/* The samples stage: the factors every sample puts on the technology's parameters.  The
 * sensitivity stage: what they do to the energy-delay product of the system (serial time
 * base), and which of them do it (uncertainty/spread.h). */
#include "stage/stages.h"

#include "base/memory.h"
#include "uncertainty/spread.h"

#include <math.h>
#include <stdlib.h>

enum { BINS = 16 };

void samples_stage_evaluate(const struct study *study, struct range points,
                            const union columns *out, int8_t *status,
                            struct error *reason)
{
    for (uint64_t i = 0; i < points.count; i++) {
        const struct spread *spread;
        struct point point;

        grid_point(&study->grids[STAGE_SAMPLES], &study->sweep->space, points.first + i,
                   &point);
        spread = (const struct spread *)point.spread;
        status[i] = spread ? POINT_DONE : POINT_INFEASIBLE;
        if (!spread)
            error_set(reason, STATUS_INFEASIBLE,
                      "samples need a spread to be drawn from");
        for (size_t p = 0; spread && p < spread->parameters_count; p++)
            out->samples.parameter_factor[i * SPREAD_PARAMETERS_MAX + p] =
                spread_factor(spread, study->sweep->seed, point.sample, p);
    }
}

double samples_stage_cost_s(const struct study *study, const struct point *point)
{
    (void)study;
    (void)point;
    return 1e-6;
}

/* ---- sensitivity */

/* Where the samples of a point of the sensitivity stage lie in the system stage. */
struct row {
    uint64_t first, step, count;
};

/* false if the sweep has no dimension of samples alone, or the point has that dimension
 * itself (under iso_area). */
static bool row_of(const struct study *study, uint64_t index, struct row *row)
{
    const struct grid *from = &study->grids[STAGE_SENSITIVITY];
    const struct grid *to = &study->grids[STAGE_SYSTEM];
    const struct space *space = &study->sweep->space;
    size_t f = 0;

    *row = (struct row){ .count = 0 };
    for (size_t t = 0; t < to->dimension_count; t++) {
        const struct dimension *dimension = &space->dimensions[to->dimensions[t]];

        if (f < from->dimension_count && from->dimensions[f] == to->dimensions[t]) {
            row->first += index / from->strides[f] % from->sizes[f] * to->strides[t];
            f++;
        } else {
            row->step = to->strides[t];
            row->count = to->sizes[t];
        }
        if (dimension->axes[0] == AXIS_sample && dimension->axis_count > 1)
            return false;
    }
    return row->count > 0;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Does this technology have the least value of all in the sweep, in sample s? */
static bool is_winner(const struct study *study, uint64_t at)
{
    const struct space *space = &study->sweep->space;
    const struct axis *technologies = &space->axes[AXIS_technology];
    const double *edp_js = study->results[STAGE_SYSTEM].system.edp_js;

    for (uint64_t i = 0; i < technologies->count; i++) {
        uint64_t other = grid_moved(&study->grids[STAGE_SYSTEM], space, at,
                                    AXIS_technology, technologies->values[i]);

        if (other != UINT64_MAX && study->statuses[STAGE_SYSTEM][other] == POINT_DONE &&
            edp_js[other] < edp_js[at])
            return false;
    }
    return true;
}

/* The done samples' values into y, their numbers into samples; how many, and how many of
 * them win. */
static uint64_t row_collect(const struct study *study, const struct row *row, double *y,
                            uint64_t *samples, uint64_t *wins)
{
    uint64_t n = 0;

    *wins = 0;
    for (uint64_t s = 0; s < row->count; s++) {
        uint64_t at = row->first + s * row->step;

        if (study->statuses[STAGE_SYSTEM][at] != POINT_DONE)
            continue;
        *wins += is_winner(study, at);
        samples[n] = study->sweep->space.axes[AXIS_sample].values[s].count;
        y[n++] = study->results[STAGE_SYSTEM].system.edp_js[at];
    }
    return n;
}

static void indices_write(const struct study *study, const struct spread *spread,
                          const double *y, const uint64_t *samples, uint64_t n,
                          double *first_orders)
{
    struct pair *pairs = alloc_array(n, sizeof *pairs);

    for (size_t p = 0; p < spread->parameters_count; p++) {
        for (uint64_t i = 0; i < n; i++)
            pairs[i] = (struct pair){
                .x = spread_factor(spread, study->sweep->seed, samples[i], p), .y = y[i]
            };
        first_orders[p] = first_order(pairs, n, BINS);
    }
    free(pairs);
}

static double quantile(const double *sorted, uint64_t n, double q)
{
    double at = q * (double)(n - 1);
    uint64_t below = (uint64_t)at;

    return below + 1 < n ? sorted[below] + (at - (double)below) *
                                               (sorted[below + 1] - sorted[below])
                         : sorted[n - 1];
}

static void row_write(const struct study *study, const struct spread *spread,
                      const struct row *row, const struct sensitivity_columns *out,
                      uint64_t i)
{
    double *y = alloc_array(row->count, sizeof *y), sum = 0;
    uint64_t *samples = alloc_array(row->count, sizeof *samples), wins;
    uint64_t n = row_collect(study, row, y, samples, &wins);

    out->samples_done[i] = (double)n;
    if (n > 0) {
        indices_write(study, spread, y, samples, n,
                      &out->first_order_index[i * SPREAD_PARAMETERS_MAX]);
        qsort(y, n, sizeof *y, by_value);
        for (uint64_t s = 0; s < n; s++)
            sum += y[s];
        out->edp_mean_js[i] = sum / (double)n;
        out->edp_5_js[i] = quantile(y, n, 0.05);
        out->edp_50_js[i] = quantile(y, n, 0.5);
        out->edp_95_js[i] = quantile(y, n, 0.95);
        out->win_share[i] = (double)wins / (double)n;
    }
    free(y);
    free(samples);
}

void sensitivity_stage_evaluate(const struct study *study, struct range points,
                                const union columns *out, int8_t *status,
                                struct error *reason)
{
    for (uint64_t i = 0; i < points.count; i++) {
        const struct spread *spread;
        struct point point;
        struct row row;

        grid_point(&study->grids[STAGE_SENSITIVITY], &study->sweep->space,
                   points.first + i, &point);
        spread = (const struct spread *)point.spread;
        status[i] = POINT_INFEASIBLE;
        if (!spread || !row_of(study, points.first + i, &row)) {
            error_set(
                reason, STATUS_INFEASIBLE,
                "sensitivity needs a spread, several samples, and literal capacities");
            continue;
        }
        row_write(study, spread, &row, &out->sensitivity, i);
        status[i] = POINT_DONE;
    }
}

double sensitivity_stage_cost_s(const struct study *study, const struct point *point)
{
    (void)point;
    return 3e-6 * (double)study->sweep->space.axes[AXIS_sample].count;
}
