/* The memory traffic of a workload on a GPU: one reuse curve per GPU, workload, phase, batch,
 * precision and sequence length, from which the traffic at any capacity is interpolated. */
#ifndef NVSWEEP_GPU_TRAFFIC_H
#define NVSWEEP_GPU_TRAFFIC_H

#include "base/error.h"
#include "machine/gpu/gpu.h"
#include "machine/gpu/software.h"
#include "workload/curve.h"
#include "workload/lifetime.h"
#include "workload/workload.h"

/* Misses and DRAM traffic of a last-level cache of one capacity.  Counts are doubles because
 * sampled curves are estimates. */
struct traffic {
    double llc_misses;              /* in lines, reads and writes */
    double miss_ratio;              /* misses over accesses */
    double dram_reads, dram_writes; /* lines from and to DRAM */
    double dram_read_bytes, dram_write_bytes;
};

/* The software and the number of GPUs that run a network. */
struct deployment {
    /* NULL: the GPU's record states overheads and kernels. */
    const struct software *software;
    uint64_t gpus;                /* among which every layer is divided */
    int weight_format, kv_format; /* enum number_format */
    int expert_layout; /* enum expert_layout: how experts are spread over GPUs */
};
extern const struct deployment deployment_plain; /* one GPU, one precision */

/* Evaluates one of a deployment's GPUs like reuse_evaluate.  Returns STATUS_INFEASIBLE also if
 * the workload cannot be divided among the GPUs or the GPU has no link.  lifetimes, if not NULL,
 * is filled in from the same pass (STATUS_INFEASIBLE if the workload is given as counts). */
enum status
reuse_evaluate_deployed(const struct gpu *gpu, const struct workload *workload,
                        enum phase phase, uint64_t batch, unsigned precision_bits,
                        uint64_t sequence_length, const struct deployment *deployment,
                        double max_error, struct reuse_curve *curve,
                        struct lifetime_table *lifetimes, struct error *err);

/* Computes the curve of each tensor class alone on one GPU (gpu_class_curves). */
enum status reuse_classes(const struct gpu *gpu, const struct workload *workload,
                          enum phase phase, uint64_t batch, unsigned precision_bits,
                          uint64_t sequence_length, const struct software *software,
                          double max_error, struct reuse_curve curves[TENSOR_COUNT],
                          uint64_t *sampled_of, struct error *err);

/* Computes the reuse curve of one evaluation.  sequence_length 0 means the workload's own.
 * max_error is the accepted error of the miss ratio; 0 asks for the exact curve, however long it
 * takes.  The fastest method that meets it is chosen and named by curve->method.  Pure and
 * deterministic.  Returns STATUS_INFEASIBLE if the workload has no such phase, and STATUS_INPUT
 * if its shapes do not fit.  err receives the reason; it may be NULL. */
enum status reuse_evaluate(const struct gpu *gpu, const struct workload *workload,
                           enum phase phase, uint64_t batch, unsigned precision_bits,
                           uint64_t sequence_length, double max_error,
                           struct reuse_curve *curve, struct error *err);

/* Returns the traffic at a place of the curves, given the line accesses.  A write miss allocates
 * a line without a DRAM read because GPU caches write whole sectors, so that DRAM reads are read
 * misses and DRAM writes are write-backs. */
static inline struct traffic traffic_of(const double *read_misses,
                                        const double *write_misses,
                                        const double *writebacks, double accesses,
                                        double line_bytes, struct curve_place place)
{
    double reads = curve_at_place(read_misses, place);
    double misses = reads + curve_at_place(write_misses, place);
    double writes = curve_at_place(writebacks, place);

    return (struct traffic){
        .llc_misses = misses,
        .miss_ratio = accesses > 0 ? misses / accesses : 0,
        .dram_reads = reads,
        .dram_writes = writes,
        .dram_read_bytes = reads * line_bytes,
        .dram_write_bytes = writes * line_bytes,
    };
}

/* Returns the traffic of a curve at a capacity. */
struct traffic traffic_at(const struct reuse_curve *curve, double capacity_bytes);

/* Returns the estimated seconds of one core that reuse_evaluate takes.  The estimate orders the
 * work and never changes a result. */
double reuse_cost_s(const struct gpu *gpu, const struct workload *workload,
                    enum phase phase, uint64_t batch);

#endif
