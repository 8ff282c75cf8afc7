/* The reliability stage: whether the cache wears out before the end of its service life, and the
 * scrub rate that keeps its errors correctable (reliability/wear.h; the array stage's area, latency
 * and energy include the code).
 *
 * With the axis refresh the lifetimes of the workload's data count.  The policy `live` scrubs only
 * lines whose data will be used again, and only these can fail.  Without refresh, data fail if
 * their lifetimes exceed the retention time: bit by bit, or all at once if cells store charge. */
#include "stage/stages.h"

#include "base/maths.h"
#include "columns/array.h"
#include "columns/gpu.h"
#include "columns/reliability.h"
#include "columns/reuse.h"
#include "reliability/wear.h"
#include "machine/gpu/gpu.h"
#include "stage/residencies.h"
#include "stage/visit.h"
#include "tech/retention.h"

#include <math.h>

#define FIT_HZ (1e-9 / 3600) /* one failure in 1e9 hours */

/* Writes the overheads of the code, against the same array without one if the sweep has it. */
static void overheads_write(const struct study *study, uint64_t m,
                            const struct reliability_columns *out, uint64_t i)
{
    const struct array_columns a = array_columns(&study->results[STAGE_ARRAY]);
    uint64_t bare = grid_moved(&study->grids[STAGE_ARRAY], &study->sweep->space, m,
                               AXIS_ecc, (union axis_value){ .word = ECC_NONE });

    if (bare == UINT64_MAX || study->statuses[STAGE_ARRAY][bare] != POINT_DONE)
        return;
    out->ecc_area_overhead[i] = a.area_m2[m] / a.area_m2[bare] - 1;
    out->ecc_read_latency_overhead[i] = a.read_latency_s[m] / a.read_latency_s[bare] -
                                        1;
    out->ecc_write_latency_overhead[i] =
        a.write_latency_s[m] / a.write_latency_s[bare] - 1;
    out->ecc_read_energy_overhead[i] = a.read_energy_j[m] / a.read_energy_j[bare] - 1;
    out->ecc_write_energy_overhead[i] = a.write_energy_j[m] / a.write_energy_j[bare] -
                                        1;
}

/* The array's writes per second: those of the workload and the fills of misses. */
static double line_writes_hz(const struct visit *visit)
{
    const struct study *study = visit->study;
    const struct point *point = &visit->point;
    const struct gpu *gpu = (const struct gpu *)point->machine;
    double per_line = ceil((double)gpu->llc_line_bytes / (double)point->line_bytes);
    double writes =
        reuse_columns(&study->results[STAGE_REUSE]).llc_writes[visit->at[STAGE_REUSE]] +
        gpu_columns(&study->results[STAGE_GPU]).dram_reads[visit->at[STAGE_GPU]];

    return per_line * writes /
           gpu_columns(&study->results[STAGE_GPU]).latency_s[visit->at[STAGE_GPU]] *
           point->utilisation;
}

static enum status wear_at(const struct point *point, double writes_hz, double lines,
                           const struct reliability_columns *out, uint64_t i,
                           struct error *reason)
{
    double cycles = ((const struct cell *)point->technology)->endurance_cycles;
    double life_s = wear_lifetime_s(
        cycles, writes_hz, lines, (enum levelling)point->levelling, point->write_skew);

    if (life_s < point->lifetime_s)
        return error_set(reason, STATUS_INFEASIBLE, "worn out after %.3g of %.3g years",
                         life_s / 31557600.0, point->lifetime_s / 31557600.0);
    out->line_write_hz[i] = writes_hz / lines;
    out->wear_lifetime_s[i] = life_s;
    out->unlevelled_lifetime_s[i] = wear_lifetime_s(cycles, writes_hz, lines,
                                                    LEVELLING_NONE, point->write_skew);
    out->ideal_lifetime_s[i] = wear_lifetime_s(cycles, writes_hz, lines,
                                               LEVELLING_IDEAL, point->write_skew);
    return STATUS_OK;
}

/* A cache, its writes and its residencies: rows m of the array stage and residencies.row of the
 * data_lifetime stage. */
struct scrubbed {
    const struct point *point;
    const struct array_columns *a;
    uint64_t m;
    double lines, writes_hz;
    bool has_residencies; /* the sweep has the axis refresh */
    struct residencies residencies;
};

static double share_wrong(const struct code *code, double bit_error)
{
    double bits = (double)code->codewords *
                  (double)(code->data_bits + code->check_bits);

    return -maths_expm1(bits * maths_log1p(-bit_error));
}

static struct scrubbing scrubbing_of(const struct scrubbed *of)
{
    const struct point *point = of->point;
    const struct array_columns *a = of->a;
    const struct cell *cell = (const struct cell *)point->technology;
    struct scrubbing scrubbing = {
        .code = code_make((enum ecc)point->ecc, 8 * point->line_bytes),
        .flip_hz = bit_flip_hz(cell, point->temperature_k),
        .write_error = point->write_error_rate +
                       (1 - point->write_error_rate) * cell->write_error,
        .least_s = of->lines * (a->cycle_s[of->m] + a->write_latency_s[of->m]) /
                   (double)a->banks[of->m],
        .target_hz = point->fit_target * FIT_HZ,
    };

    scrubbing.codewords = of->lines * (double)scrubbing.code.codewords;
    scrubbing.codeword_writes_per_s = of->writes_hz * (double)scrubbing.code.codewords;
    scrubbing.longest_s = fmax(point->lifetime_s, scrubbing.least_s);
    return scrubbing;
}

static void errors_write(const struct scrubbed *of, const struct scrubbing *scrubbing,
                         const struct scrub *scrub,
                         const struct reliability_columns *out, uint64_t i)
{
    const struct code *code = &scrubbing->code;
    double words = (double)code->codewords;
    double bits = words * (double)(code->data_bits + code->check_bits);

    out->bit_flip_hz[i] = scrubbing->flip_hz;
    out->raw_bit_error[i] = scrub->bit_error;
    out->codeword_failure[i] = code_failure(code, scrub->bit_error);
    out->residual_fit[i] = scrub->failure_hz / FIT_HZ;
    out->unprotected_fit[i] = of->lines * words * (double)code->data_bits *
                                  scrubbing->flip_hz / FIT_HZ +
                              of->writes_hz * 8 * (double)of->point->line_bytes *
                                  scrubbing->write_error / FIT_HZ;
    out->storage_overhead[i] = bits / (8 * (double)of->point->line_bytes) - 1;
}

/* The scrubbing of all lines, or of those whose data will be used again. */
static enum status scrub_at(const struct scrubbed *of,
                            const struct reliability_columns *out, uint64_t i,
                            struct error *reason)
{
    const struct array_columns *a = of->a;
    bool is_live = of->has_residencies && of->point->refresh == REFRESH_LIVE;
    struct scrubbing scrubbing = scrubbing_of(of);
    double share, wrong;
    struct scrub scrub;
    enum status status;

    if (is_live)
        scrubbing.codewords *= residencies_longer_line_share(&of->residencies, 0);
    status = scrub_find(&scrubbing, &scrub, reason);
    if (status != STATUS_OK)
        return status;
    share = is_live ? residencies_longer_line_share(&of->residencies, scrub.interval_s)
                    : 1;
    wrong = share_wrong(&scrubbing.code, scrub.bit_error); /* these are rewritten */
    errors_write(of, &scrubbing, &scrub, out, i);
    out->scrub_interval_s[i] = scrub.interval_s;
    out->scrub_share[i] = share * scrubbing.least_s / scrub.interval_s;
    out->scrub_w[i] = share * of->lines *
                      (a->read_energy_j[of->m] + wrong * a->write_energy_j[of->m]) /
                      scrub.interval_s;
    return STATUS_OK;
}

/* Uncorrectable codewords per second without refresh.  A lifetime between two bounds counts as the
 * upper bound; an endless one as the service life of the cache. */
static double unrefreshed_hz(const struct scrubbed *of,
                             const struct scrubbing *scrubbing, double residencies_hz)
{
    const struct data_lifetime_columns *columns = of->residencies.columns;
    double life_s = of->point->lifetime_s;
    double endless = residencies_value(&of->residencies, columns->endless_share,
                                       TENSOR_ALL);
    double above[LIFETIME_BOUNDS], was = 1 - endless, failures = 0;

    residencies_ended_shares(&of->residencies, TENSOR_ALL, above);
    for (unsigned b = 0; b < LIFETIME_BOUNDS; b++) {
        failures += (was - above[b]) * failure_after(scrubbing, lifetime_bound_s(b));
        was = above[b];
    }
    failures += was * failure_after(scrubbing, life_s);
    failures += endless * failure_after(scrubbing, life_s) *
                columns->run_s[of->residencies.row] / life_s;
    return failures * residencies_hz * (double)scrubbing->code.codewords;
}

/* The loss of data without refresh. */
static enum status loss_at(const struct scrubbed *of,
                           const struct reliability_columns *out, uint64_t i,
                           struct error *reason)
{
    const struct data_lifetime_columns *columns = of->residencies.columns;
    const struct cell *cell = (const struct cell *)of->point->technology;
    struct scrubbing scrubbing = scrubbing_of(of);
    const struct gpu *gpu = (const struct gpu *)of->point->machine;
    double per_line = ceil((double)gpu->llc_line_bytes / (double)of->point->line_bytes);
    double residencies_hz = per_line * of->point->utilisation *
                            residencies_value(&of->residencies, columns->residencies,
                                              TENSOR_ALL) /
                            columns->run_s[of->residencies.row];
    double longest_s = fmin(
        residencies_max(&of->residencies, columns->lifetime_100_s, TENSOR_ALL),
        of->point->lifetime_s);
    double retention_s = cell_retention_s(cell, of->point->temperature_k);
    double hz = scrubbing.codeword_writes_per_s *
                code_failure(&scrubbing.code, scrubbing.write_error);
    struct scrub scrub = { .interval_s = INFINITY };

    hz += cell_fails_at_random(cell)
              ? unrefreshed_hz(of, &scrubbing, residencies_hz)
              : residencies_longer_share(&of->residencies, TENSOR_ALL, retention_s) *
                    residencies_hz * (double)scrubbing.code.codewords;
    if (hz > scrubbing.target_hz)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "without refresh %.3g codewords per second are lost or cannot be "
            "corrected, must be at most %.3g",
            hz, scrubbing.target_hz);
    scrub.failure_hz = hz;
    scrub.bit_error = error_after(&scrubbing, longest_s);
    errors_write(of, &scrubbing, &scrub, out, i);
    out->scrub_interval_s[i] = INFINITY;
    out->scrub_share[i] = out->scrub_w[i] = 0;
    return STATUS_OK;
}

/* Clears the row of a point that misses a target. */
static void row_clear(const struct reliability_columns *out, uint64_t i)
{
    double *const *columns = (double *const *)out;

    for (size_t m = 0; m < sizeof *out / sizeof *columns; m++)
        columns[m][i] = NAN;
}

static enum status reliability_visit(const struct visit *visit,
                                     const struct columns *columns, uint64_t i,
                                     struct error *reason)
{
    const struct array_columns a = array_columns(&visit->study->results[STAGE_ARRAY]);
    const struct reliability_columns out = reliability_columns(columns);
    const struct data_lifetime_columns d = data_lifetime_columns(
        &visit->study->results[STAGE_DATA_LIFETIME]);
    uint64_t m = visit->at[STAGE_ARRAY];
    double capacity_bytes = (double)a.resolved_capacity_bytes[m];
    struct scrubbed of = {
        .point = &visit->point,
        .a = &a,
        .m = m,
        .lines = capacity_bytes / (double)visit->point.line_bytes,
        .writes_hz = line_writes_hz(visit),
        .has_residencies = visit->done >> STAGE_RETENTION & 1,
    };
    bool is_lost = of.has_residencies && visit->point.refresh == REFRESH_NONE;
    enum status status = wear_at(&visit->point, of.writes_hz, of.lines, &out, i,
                                 reason);

    if (of.has_residencies)
        of.residencies = residencies_at(&d, visit->at[STAGE_DATA_LIFETIME],
                                        capacity_bytes);
    if (status == STATUS_OK)
        status = (is_lost ? loss_at : scrub_at)(&of, &out, i, reason);
    if (status == STATUS_OK)
        overheads_write(visit->study, m, &out, i);
    else
        row_clear(&out, i);
    return status;
}

static void reliability_stage_evaluate(const struct study *study, struct range points,
                                       const struct columns *out, int8_t *status,
                                       struct error *reason)
{
    stage_visit(study, STAGE_RELIABILITY, points, reliability_visit, NULL, out, status,
                reason);
}

const struct stage reliability_stage = {
    .name = "reliability",
    .summary = "lifetime under writes, scrubbing, errors left",
    STAGE_METRICS(reliability),
    .axes = AXIS_BIT(lifetime_s) | AXIS_BIT(utilisation) | AXIS_BIT(levelling) |
            AXIS_BIT(write_skew) | AXIS_BIT(write_error_rate) | AXIS_BIT(fit_target),
    .enabled_by = AXIS_BIT(workload) | AXIS_BIT(fit_target),
    .inputs = INPUT(ARRAY) | INPUT(REUSE) | INPUT(GPU) | INPUT(RETENTION) |
              INPUT(DATA_LIFETIME),
    .conditional_inputs = INPUT(RETENTION) | INPUT(DATA_LIFETIME),
    .condition_axes = AXIS_BIT(refresh),
    .evaluate = reliability_stage_evaluate,
    .point_s = 1.5e-6,
    .block_points = 1024,
};
