/* From workload to memory traffic: a reuse curve per (GPU, workload, phase, batch,
 * precision, sequence length), and from it the traffic at any capacity by a look-up. */
#ifndef NVSWEEP_GPU_TRAFFIC_H
#define NVSWEEP_GPU_TRAFFIC_H

#include "base/error.h"
#include "machine/gpu/gpu.h"
#include "machine/gpu/software.h"
#include "workload/curve.h"
#include "workload/lifetime.h"
#include "workload/workload.h"

/* Misses and DRAM traffic of a last-level cache of one capacity.  Counts are doubles:
 * sampled curves are estimates. */
struct traffic {
    double llc_misses;              /* lines read or written */
    double miss_ratio;              /* misses over accesses */
    double dram_reads, dram_writes; /* lines from and to DRAM */
    double dram_read_bytes, dram_write_bytes;
};

/* How a network is run. */
struct deployment {
    const struct software
        *software;                /* NULL: overheads and kernels are the GPU record's */
    uint64_t gpus;                /* that share every layer */
    int weight_format, kv_format; /* enum number_format */
    int expert_layout;            /* enum expert_layout: what of experts each holds */
};
extern const struct deployment deployment_plain; /* one GPU, one precision */

/* reuse_evaluate of one of a deployment's GPUs.  STATUS_INFEASIBLE if the workload does not
 * divide, or the GPU has no link.  lifetimes, if not NULL, is filled in from the same pass
 * (STATUS_INFEASIBLE if the workload is given as counts). */
enum status
reuse_evaluate_deployed(const struct gpu *gpu, const struct workload *workload,
                        enum phase phase, uint64_t batch, unsigned precision_bits,
                        uint64_t sequence_length, const struct deployment *deployment,
                        double max_error, struct reuse_curve *curve,
                        struct lifetime_table *lifetimes, struct error *err);

/* Curves of each tensor class by itself (gpu_class_curves), arguments as above; of one GPU. */
enum status reuse_classes(const struct gpu *gpu, const struct workload *workload,
                          enum phase phase, uint64_t batch, unsigned precision_bits,
                          uint64_t sequence_length, const struct software *software,
                          double max_error, struct reuse_curve curves[TENSOR_COUNT],
                          uint64_t *sampled_of, struct error *err);

/* The curve of one evaluation.  sequence_length 0: the workload's own.  max_error is
 * the error of the miss ratio that the caller accepts; 0 asks for the exact curve,
 * however long it takes.  The fastest method that meets it is chosen, and curve->method
 * says which.  Pure and deterministic.  STATUS_INFEASIBLE if the workload has no such
 * phase, STATUS_INPUT if the shapes do not fit (with words in err, which may be NULL).
 */
enum status reuse_evaluate(const struct gpu *gpu, const struct workload *workload,
                           enum phase phase, uint64_t batch, unsigned precision_bits,
                           uint64_t sequence_length, double max_error,
                           struct reuse_curve *curve, struct error *err);

/* Traffic at a place of the curves, of so many line accesses.  Write misses allocate without
 * a DRAM read (GPU caches write whole sectors), so DRAM reads are read misses and DRAM writes
 * are write-backs. */
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

/* The same of a curve at a capacity. */
struct traffic traffic_at(const struct reuse_curve *curve, double capacity_bytes);

/* Rough seconds reuse_evaluate takes; orders work, never changes a result. */
double reuse_cost_s(const struct gpu *gpu, const struct workload *workload,
                    enum phase phase, uint64_t batch);

#endif
