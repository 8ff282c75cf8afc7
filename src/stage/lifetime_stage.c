/* The data_lifetime stage: the lifetimes of a workload's data in last-level caches of all
 * capacities, by tensor class (workload/lifetime.h).  It repeats the reuse stage's pass and records
 * lifetimes along with stack distances. */
#include "stage/stages.h"

#include "base/memory.h"
#include "columns/data_lifetime.h"
#include "machine/gpu/traffic.h"
#include "stage/visit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The share of a cache's lines, averaged over the run, at most 1: kernels that are modelled by
 * thread blocks hold a tensor from its first use to its last even if it does not fit. */
static double share_of(double line_s, double lines, double run_s)
{
    return fmin(line_s / (lines * run_s), 1);
}

/* The share of lines that are dead but not yet written back, at most what live lines leave:
 * kernels that are modelled by thread blocks overestimate lifetimes. */
static double unsaved_share(const struct lifetime_table *table, unsigned tensor,
                            unsigned i, double lines)
{
    double share = share_of(table->unsaved_line_s[tensor][i], lines, table->run_s);
    double live = share_of(table->live_line_s[TENSOR_ALL][i], lines, table->run_s);

    return table->error_s == 0 ? fmin(share, 1 - live) : share;
}

static void shares_write(const struct lifetime_table *table,
                         const struct data_lifetime_columns *out, uint64_t first)
{
    for (unsigned tensor = 0; tensor < TENSOR_COUNT; tensor++)
        for (unsigned i = 0; i < CURVE_POINTS; i++, first++) {
            double lines = curve_capacity_bytes(i) / table->line_bytes;

            out->live_share[first] = share_of(table->live_line_s[tensor][i], lines,
                                              table->run_s);
            out->unsaved_share[first] = unsaved_share(table, tensor, i, lines);
            out->line_writes[first] = table->residencies[tensor][i] / lines;
        }
}

static void longer_write(const struct lifetime_table *table,
                         const struct data_lifetime_columns *out, uint64_t i)
{
    const uint64_t size = (uint64_t)LIFETIME_CAPACITIES * LIFETIME_BOUNDS;
    double *share = &out->longer_live_share[i * size];

    memcpy(&out->longer_share[i * TENSOR_COUNT * size], table->longer_share,
           sizeof table->longer_share);
    for (unsigned c = 0; c < LIFETIME_CAPACITIES; c++) {
        double lines = lifetime_capacity_bytes(c) / table->line_bytes;

        for (unsigned b = 0; b < LIFETIME_BOUNDS; b++)
            *share++ = share_of(table->longer_line_s[c][b], lines, table->run_s);
    }
}

static void row_write(const struct lifetime_table *table,
                      const struct data_lifetime_columns *out, uint64_t i)
{
    const struct {
        double *column;
        const double (*values)[CURVE_POINTS];
    } columns[] = {
        { out->residencies, table->residencies },
        { out->lifetime_50_s, table->lifetime_50_s },
        { out->lifetime_90_s, table->lifetime_90_s },
        { out->lifetime_99_s, table->lifetime_99_s },
        { out->lifetime_100_s, table->lifetime_100_s },
        { out->live_50_s, table->line_seconds_50_s },
        { out->live_90_s, table->line_seconds_90_s },
        { out->live_99_s, table->line_seconds_99_s },
        { out->short_share, table->short_share },
        { out->unsaved_100_s, table->unsaved_100_s },
        { out->endless_share, table->endless_share },
    };
    const uint64_t size = (uint64_t)TENSOR_COUNT * CURVE_POINTS;

    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        memcpy(&columns[c].column[i * size], columns[c].values, size * sizeof(double));
    shares_write(table, out, i * size);
    longer_write(table, out, i);
    for (unsigned tensor = 0; tensor < TENSOR_COUNT; tensor++) {
        out->rewrite_50_s[i * TENSOR_COUNT + tensor] = table->rewrite_50_s[tensor];
        out->rewrite_90_s[i * TENSOR_COUNT + tensor] = table->rewrite_90_s[tensor];
        out->rewrite_100_s[i * TENSOR_COUNT + tensor] = table->rewrite_100_s[tensor];
    }
    out->run_s[i] = table->run_s;
    out->lifetime_error_s[i] = table->error_s;
}

static enum status lifetime_visit(const struct visit *visit, const struct columns *out,
                                  uint64_t i, struct error *reason)
{
    const struct data_lifetime_columns to = data_lifetime_columns(out);
    const struct point *point = &visit->point;
    const struct deployment deployment = deployment_at(point);
    struct lifetime_table *table = alloc_array(1, sizeof *table);
    struct reuse_curve *curve = alloc_array(1, sizeof *curve);
    enum status status = reuse_evaluate_deployed(
        (const struct gpu *)point->machine, (const struct workload *)point->workload,
        (enum phase)point->phase, point->batch, (unsigned)point->precision_bits,
        point->sequence_length, &deployment, visit->study->sweep->max_error, curve,
        table, reason);

    if (status == STATUS_OK) {
        row_write(table, &to, i);
        to.lifetime_sampled_of[i] = (double)curve->sampled_of;
        if (curve->sampled_of >
            1) /* the lifetimes of lines that are not traced are unknown */
            to.lifetime_error_s[i] = NAN;
    }
    free(table);
    free(curve);
    return status;
}

static void data_lifetime_stage_evaluate(const struct study *study, struct range points,
                                         const struct columns *out, int8_t *status,
                                         struct error *reason)
{
    stage_visit(study, STAGE_DATA_LIFETIME, points, lifetime_visit, NULL, out, status,
                reason);
}

static double data_lifetime_stage_cost_s(const struct study *study,
                                         const struct point *point,
                                         struct layer_cache *layers)
{
    const double over_reuse = 1.6; /* tests/bench_reuse.c */

    (void)layers;
    (void)study;
    return over_reuse * reuse_cost_s((const struct gpu *)point->machine,
                                     (const struct workload *)point->workload,
                                     (enum phase)point->phase, point->batch);
}

const struct stage data_lifetime_stage = {
    .name = "data_lifetime",
    .summary = "how long a workload's data live in last-level caches of all capacities",
    STAGE_METRICS(data_lifetime),
    .kinds = 1u << MACHINE_GPU,
    .axes = AXIS_BIT(machine) | AXIS_BIT(workload) | AXIS_BIT(phase) | AXIS_BIT(batch) |
            AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length) | AXIS_BIT(software) |
            AXIS_BIT(gpus) | AXIS_BIT(weight_format) | AXIS_BIT(kv_format),
    /* times come from bandwidths and arithmetic only */
    .ignored_fields = STREAM_IGNORES,
    .evaluate = data_lifetime_stage_evaluate,
    .cost_s = data_lifetime_stage_cost_s,
    .block_points = 1,
};
