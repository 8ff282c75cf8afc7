/* The reliability stage: does the cache last as long as it is kept, and how much
 * scrubbing keeps its errors correctable?  (reliability/wear.h; the code's own cost is in
 * the array stage's area, latency and energy.) */
#include "stage/stages.h"

#include "base/maths.h"
#include "columns/array.h"
#include "columns/gpu.h"
#include "columns/reliability.h"
#include "columns/reuse.h"
#include "reliability/wear.h"
#include "machine/gpu/gpu.h"
#include "stage/visit.h"

#include <math.h>

#define FIT_HZ (1e-9 / 3600) /* one failure in 1e9 hours */

/* The same array without a code, if the sweep has it: what the code costs. */
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

/* Array writes a second: what the workload writes and what misses fill in. */
static double line_writes_hz(const struct visit *visit)
{
    const struct study *study = visit->study;
    const struct point *point = &visit->point;
    const struct gpu *platform = (const struct gpu *)point->machine;
    double per_line = ceil((double)platform->llc_line_bytes /
                           (double)point->line_bytes);
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

static enum status scrub_at(const struct point *point, const struct array_columns *a,
                            uint64_t m, double writes_hz, double lines,
                            const struct reliability_columns *out, uint64_t i,
                            struct error *reason)
{
    const struct cell *cell = (const struct cell *)point->technology;
    struct scrubbing scrubbing = {
        .code = code_make((enum ecc)point->ecc, 8 * point->line_bytes),
        .flip_hz = bit_flip_hz(cell, point->temperature_k),
        .write_error = point->write_error_rate,
        .least_s = lines * (a->cycle_s[m] + a->write_latency_s[m]) /
                   (double)a->banks[m],
        .target_hz = point->fit_target * FIT_HZ,
    };
    double words = (double)scrubbing.code.codewords, bits, written;
    struct scrub scrub;
    enum status status;

    scrubbing.codewords = lines * words;
    scrubbing.codeword_writes_per_s = writes_hz * words;
    scrubbing.longest_s = fmax(point->lifetime_s, scrubbing.least_s);
    status = scrub_find(&scrubbing, &scrub, reason);
    if (status != STATUS_OK)
        return status;
    bits = words * (double)(scrubbing.code.data_bits + scrubbing.code.check_bits);
    written = -maths_expm1(
        bits * maths_log1p(-scrub.bit_error)); /* lines with an error are rewritten */
    out->bit_flip_hz[i] = scrubbing.flip_hz;
    out->raw_bit_error[i] = scrub.bit_error;
    out->codeword_failure[i] = code_failure(&scrubbing.code, scrub.bit_error);
    out->residual_fit[i] = scrub.failure_hz / FIT_HZ;
    out->unprotected_fit[i] = scrubbing.codewords * (double)scrubbing.code.data_bits *
                                  scrubbing.flip_hz / FIT_HZ +
                              writes_hz * 8 * (double)point->line_bytes *
                                  scrubbing.write_error / FIT_HZ;
    out->scrub_interval_s[i] = scrub.interval_s;
    out->scrub_share[i] = scrubbing.least_s / scrub.interval_s;
    out->scrub_w[i] = lines * (a->read_energy_j[m] + written * a->write_energy_j[m]) /
                      scrub.interval_s;
    out->storage_overhead[i] = bits / (8 * (double)point->line_bytes) - 1;
    return STATUS_OK;
}

/* A point that misses a target keeps no numbers. */
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
    uint64_t m = visit->at[STAGE_ARRAY];
    double lines = (double)a.resolved_capacity_bytes[m] /
                   (double)visit->point.line_bytes;
    double writes_hz = line_writes_hz(visit);
    enum status status = wear_at(&visit->point, writes_hz, lines, &out, i, reason);

    if (status == STATUS_OK)
        status = scrub_at(&visit->point, &a, m, writes_hz, lines, &out, i, reason);
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
    .asked_by = AXIS_BIT(workload) | AXIS_BIT(fit_target),
    .inputs = INPUT(ARRAY) | INPUT(REUSE) | INPUT(GPU),
    .evaluate = reliability_stage_evaluate,
    .point_s = 1.5e-6,
    .block_points = 1024,
};
