#include "machine/gpu/traffic.h"

#include "machine/gpu/kernels.h"

#include <math.h>
#include <stdlib.h>

/* The miss ratio at a capacity, interpolated linearly between the given ones.  Beyond the last one
 * the ratio stays, an upper bound since it never rises; below the first it is unknown, NaN. */
static double given_ratio(const struct workload *workload, double capacity_bytes)
{
    const struct given_miss *misses = workload->given_misses;
    size_t count = workload->given_misses_count;

    if (count == 0)
        return 0;
    if (capacity_bytes < misses[0].capacity_bytes)
        return NAN;
    for (size_t i = 1; i < count; i++)
        if (capacity_bytes < misses[i].capacity_bytes)
            return misses[i - 1].miss_ratio +
                   (misses[i].miss_ratio - misses[i - 1].miss_ratio) *
                       (capacity_bytes - misses[i - 1].capacity_bytes) /
                       (misses[i].capacity_bytes - misses[i - 1].capacity_bytes);
    return misses[count - 1].miss_ratio;
}

/* Fills in the curve of a workload that is given as counts of accesses, which are converted to
 * cache lines by their bytes.  Reads and writes have the same miss ratio, and every line that is
 * written is written back when it is evicted. */
static enum status given_traffic(const struct gpu *gpu, const struct workload *workload,
                                 enum phase phase, uint64_t batch,
                                 struct reuse_curve *curve, struct error *err)
{
    double lines = workload->given_access_bytes / (double)gpu->llc_line_bytes;

    if (phase != PHASE_INFERENCE || batch != 1)
        return error_set(
            err, STATUS_INFEASIBLE,
            "%s gives the accesses of one run, so phase must be inference and batch 1",
            workload->record.name);
    *curve = (struct reuse_curve){
        .method = REUSE_EXACT,
        .sampled_of = 1,
        .line_bytes = (double)gpu->llc_line_bytes,
        .reads = lines * workload->given_reads,
        .writes = lines * workload->given_writes,
        .read_bytes = workload->given_reads * workload->given_access_bytes,
        .write_bytes = workload->given_writes * workload->given_access_bytes,
        .compute_s = workload->given_run_s,
    };
    for (uint64_t i = 0; i < CURVE_POINTS; i++) {
        double ratio = given_ratio(workload, curve_capacity_bytes(i));

        curve->read_misses[i] = ratio * curve->reads;
        curve->write_misses[i] = ratio * curve->writes;
        curve->writebacks[i] = ratio * curve->writes;
    }
    return STATUS_OK;
}

const struct deployment deployment_plain = { .gpus = 1 };

/* Returns the GPU with the software's overheads and choices of kernels. */
static struct gpu driven_by(const struct software *software, const struct gpu *gpu)
{
    struct gpu driven = *gpu;

    driven.pass_launch_s = driven.launch_s;
    if (software) {
        driven.launch_s = software->launch_s;
        driven.pass_launch_s = software->pass_launch_s;
        driven.attention = software->attention;
        driven.product_share = software->product_share;
    }
    return driven;
}

static enum status evaluate_part(struct evaluation *evaluation,
                                 struct reuse_curve *curve,
                                 struct lifetime_table *lifetimes, struct error *err)
{
    const struct gpu *gpu = evaluation->gpu;
    uint64_t gpus = evaluation->deployment.gpus;
    const struct workload *whole = evaluation->workload;
    struct workload part;
    struct layer *layers = NULL;
    enum status status;

    if (gpus == 1)
        return gpu_evaluate(evaluation, curve, lifetimes, err);
    if (gpu->link_bytes_per_s <= 0)
        return error_set(err, STATUS_INFEASIBLE,
                         "%s has no link to other GPUs, so gpus must be 1",
                         gpu->machine.record.name);
    status = workload_part(whole, gpus,
                           (enum expert_layout)evaluation->deployment.expert_layout,
                           &part, &layers, err);
    evaluation->workload = &part;
    if (status == STATUS_OK)
        status = gpu_evaluate(evaluation, curve, lifetimes, err);
    evaluation->workload = whole;
    free(layers);
    return status;
}

enum status reuse_evaluate_deployed(const struct gpu *gpu,
                                    const struct workload *workload, enum phase phase,
                                    uint64_t batch, unsigned precision_bits,
                                    uint64_t sequence_length,
                                    const struct deployment *deployment,
                                    double max_error, struct reuse_curve *curve,
                                    struct lifetime_table *lifetimes, struct error *err)
{
    struct gpu driven = driven_by(deployment->software, gpu);
    struct evaluation evaluation = {
        .gpu = &driven,
        .workload = workload,
        .phase = phase,
        .batch = batch,
        .precision_bits = precision_bits,
        .sequence_length = sequence_length,
        .deployment = *deployment,
        .max_error = max_error,
    };

    if (workload_is_given(workload) && lifetimes)
        return error_set(
            err, STATUS_INFEASIBLE,
            "%s gives counts of accesses, must give layers for lifetimes of data",
            workload->record.name);
    if (workload_is_given(workload))
        return given_traffic(gpu, workload, phase, batch, curve, err);
    return evaluate_part(&evaluation, curve, lifetimes, err);
}

enum status reuse_classes(const struct gpu *gpu, const struct workload *workload,
                          enum phase phase, uint64_t batch, unsigned precision_bits,
                          uint64_t sequence_length, const struct software *software,
                          double max_error, struct reuse_curve curves[TENSOR_COUNT],
                          uint64_t *sampled_of, struct error *err)
{
    struct gpu driven = driven_by(software, gpu);
    const struct evaluation evaluation = {
        .gpu = &driven,
        .workload = workload,
        .phase = phase,
        .batch = batch,
        .precision_bits = precision_bits,
        .sequence_length = sequence_length,
        .deployment = deployment_plain,
        .max_error = max_error,
    };

    if (workload_is_given(workload))
        return error_set(err, STATUS_INFEASIBLE,
                         "%s gives counts of accesses, must give layers for a division "
                         "among classes",
                         workload->record.name);
    return gpu_class_curves(&evaluation, curves, sampled_of, err);
}

enum status reuse_evaluate(const struct gpu *gpu, const struct workload *workload,
                           enum phase phase, uint64_t batch, unsigned precision_bits,
                           uint64_t sequence_length, double max_error,
                           struct reuse_curve *curve, struct error *err)
{
    return reuse_evaluate_deployed(gpu, workload, phase, batch, precision_bits,
                                   sequence_length, &deployment_plain, max_error, curve,
                                   NULL, err);
}

struct traffic traffic_at(const struct reuse_curve *curve, double capacity_bytes)
{
    return traffic_of(curve->read_misses, curve->write_misses, curve->writebacks,
                      curve->reads + curve->writes, curve->line_bytes,
                      curve_place_of(capacity_bytes));
}

double reuse_cost_s(const struct gpu *gpu, const struct workload *workload,
                    enum phase phase, uint64_t batch)
{
    const struct evaluation evaluation = {
        .gpu = gpu,
        .workload = workload,
        .phase = phase,
        .batch = batch,
        .precision_bits = 32,
        .deployment = deployment_plain,
        .max_error = 1,
    };

    if (workload_is_given(workload))
        return 1e-5;
    return gpu_cost_s(&evaluation);
}
