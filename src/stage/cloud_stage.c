/* The cloud stage: data-parallel training on rented instances (cloud/training.h).  The time of one
 * GPU is the longest of arithmetic, cache and DRAM, with the capacity of its record's cache. */
#include "stage/stages.h"

#include "cloud/training.h"
#include "columns/cloud.h"
#include "columns/reuse.h"
#include "machine/gpu/gpu.h"
#include "stage/visit.h"
#include "workload/curve.h"

#include <math.h>

/* A GPU's time for its batch; training reaches a share of the peak arithmetic rate. */
static double compute_time_s(const struct gpu *gpu, const struct instance *instance,
                             const struct reuse_columns *r, uint64_t u)
{
    double missed = curve_at(&r->curve_read_misses[u * CURVE_POINTS], gpu->llc_bytes) +
                    curve_at(&r->curve_writebacks[u * CURVE_POINTS], gpu->llc_bytes);
    double dram_s = missed * (double)gpu->llc_line_bytes / gpu->dram_bytes_per_s;
    double llc_s = (r->llc_read_bytes[u] + r->llc_write_bytes[u]) /
                   gpu->llc_bytes_per_s;

    return fmax(r->compute_s[u] / instance->gpu_share, fmax(dram_s, llc_s));
}

static void stalls_write(const struct cloud_columns *out, uint64_t i)
{
    double t1_s = out->t1_s[i], t2_s = out->t2_s[i], t3_s = out->t3_s[i];

    out->interconnect_stall[i] = (t1_s - out->t0_s[i]) / t1_s;
    out->prep_stall[i] = (t3_s - t1_s) / t3_s;
    out->fetch_stall[i] = (t2_s - t3_s) / t2_s;
    out->network_stall[i] = (out->t4_s[i] - t1_s) / t1_s;
    out->network_slowdown[i] = out->t4_s[i] / t1_s;
}

/* Writes the five runs. */
static void runs_write(const struct instance *instance, const struct instance *half,
                       const struct dataset *dataset, const struct gradients *gradients,
                       const struct exchange *exchange, double compute_s, double batch,
                       const struct cloud_columns *out, uint64_t i)
{
    double prep_s = prep_time_s(instance, dataset, batch);
    double fetch_s = fetch_time_s(instance, dataset, batch);
    struct step one, two = { .step_s = NAN };

    step_evaluate(instance, 1, gradients, exchange, compute_s, &one);
    if (half)
        step_evaluate(half, 2, gradients, exchange, compute_s, &two);
    out->t0_s[i] = compute_s;
    out->t1_s[i] = one.step_s;
    out->t3_s[i] = fmax(one.step_s, prep_s);
    out->t2_s[i] = fmax(out->t3_s[i], fetch_s);
    out->t4_s[i] = two.step_s;
    stalls_write(out, i);
}

/* Writes the point's cluster, which reads the data set in every epoch. */
static void cluster_write(const struct instance *instance, uint64_t instances,
                          const struct dataset *dataset,
                          const struct gradients *gradients,
                          const struct exchange *exchange, double compute_s,
                          double batch, const struct cloud_columns *out, uint64_t i)
{
    double prep_s = prep_time_s(instance, dataset, batch);
    double fetch_s = fetch_time_s(instance, dataset, batch) *
                     uncached_share(instance, instances, dataset);
    double samples = batch * (double)instance->gpus * (double)instances;
    struct step step;

    step_evaluate(instance, instances, gradients, exchange, compute_s, &step);
    step_split(instance, instances, gradients, exchange, compute_s, prep_s, fetch_s,
               &out->step_part_s[i * STEP_PARTS]);
    out->gradient_bytes[i] = gradients->total_bytes;
    out->buckets[i] = step.buckets;
    out->allreduce_intra_s[i] = step.reduction.intra_s;
    out->allreduce_network_s[i] = step.reduction.network_s;
    out->allreduce_s[i] = step.reduction.intra_s + step.reduction.network_s;
    out->exposed_s[i] = step.exposed_s;
    out->step_s[i] = fmax(step.step_s, fmax(prep_s, fetch_s));
    out->samples_per_s[i] = samples / out->step_s[i];
    out->epoch_s[i] = dataset->samples / out->samples_per_s[i];
    out->epoch_usd[i] = out->epoch_s[i] * instance->usd_per_s * (double)instances;
    out->training_s[i] = out->epoch_s[i] * dataset->epochs;
    out->training_usd[i] = out->epoch_usd[i] * dataset->epochs;
}

static enum status point_check(const struct instance *instance,
                               const struct point *point, struct error *reason)
{
    if (point->phase != PHASE_TRAINING)
        return error_set(reason, STATUS_INFEASIBLE,
                         "clusters are for the training phase, not for %s",
                         word_name(phase_words, point->phase));
    if (!record_is_named(point->machine, instance->machine))
        return error_set(reason, STATUS_INFEASIBLE,
                         "instance %s has GPUs %s, not %s (zip the two axes)",
                         instance->record.name, instance->machine,
                         point->machine->name);
    return STATUS_OK;
}

/* Finds the instance with half as many GPUs, with the sample's changes; NULL if there is none. */
static enum status half_find(const struct visit *visit, const struct instance *instance,
                             const struct instance **half, struct error *reason)
{
    const struct record *record;
    enum status status = visit_record(visit, RECORDS_INSTANCE, instance->half, &record,
                                      reason);

    *half = (const struct instance *)record;
    return status;
}

static enum status cloud_visit(const struct visit *visit, const struct columns *out,
                               uint64_t i, struct error *reason)
{
    const struct reuse_columns reuse = reuse_columns(
        &visit->study->results[STAGE_REUSE]);
    const struct cloud_columns to = cloud_columns(out);
    const struct point *point = &visit->point;
    const struct instance *instance = (const struct instance *)point->instance, *half;
    const struct dataset *dataset = (const struct dataset *)point->dataset;
    const struct exchange exchange = { .kind = (enum allreduce)point->allreduce,
                                       .bucket_bytes = (double)point->bucket_bytes,
                                       .overlaps = point->overlap };
    struct gradients gradients = { 0 };
    enum status status = point_check(instance, point, reason);
    const struct gpu *gpu = (const struct gpu *)point->machine;
    double compute_s;

    if (status != STATUS_OK)
        goto out;
    status = half_find(visit, instance, &half, reason);
    if (status != STATUS_OK)
        goto out;
    status = gradients_create(&gradients, (const struct workload *)point->workload,
                              (double)point->precision_bits, point->sequence_length,
                              reason);
    if (status != STATUS_OK)
        goto out;
    compute_s = compute_time_s(gpu, instance, &reuse, visit->at[STAGE_REUSE]);
    runs_write(instance, half, dataset, &gradients, &exchange, compute_s,
               (double)point->batch, &to, i);
    cluster_write(instance, point->instances, dataset, &gradients, &exchange, compute_s,
                  (double)point->batch, &to, i);
    to.gpu_efficiency[i] = reuse.macs[visit->at[STAGE_REUSE]] / to.step_s[i] /
                           gpu_peak_macs_hz(gpu, (unsigned)point->precision_bits);
out:
    gradients_free(&gradients);
    return status;
}

static void cloud_stage_evaluate(const struct study *study, struct range points,
                                 const struct columns *out, int8_t *status,
                                 struct error *reason)
{
    stage_visit(study, STAGE_CLOUD, points, cloud_visit, NULL, out, status, reason);
}

const struct stage cloud_stage = {
    .name = "cloud",
    .summary = "data-parallel training on rented instances: steps, stalls, price",
    STAGE_METRICS(cloud),
    .axes = AXIS_BIT(instance) | AXIS_BIT(instances) | AXIS_BIT(dataset) |
            AXIS_BIT(allreduce) | AXIS_BIT(bucket_bytes) | AXIS_BIT(overlap),
    .enabled_by = AXIS_BIT(instance),
    .inputs = INPUT(REUSE),
    .evaluate = cloud_stage_evaluate,
    .point_s = 2e-5,
    .block_points = 1024,
};
