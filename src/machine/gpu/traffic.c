#include "machine/gpu/traffic.h"

#include "machine/gpu/kernels.h"

enum status reuse_evaluate(const struct gpu *platform, const struct workload *workload,
                           enum phase phase, uint64_t batch, unsigned precision_bits,
                           uint64_t sequence_length, double max_error,
                           struct reuse_curve *curve, struct error *err)
{
    const struct evaluation evaluation = {
        .platform = platform,
        .workload = workload,
        .phase = phase,
        .batch = batch,
        .precision_bits = precision_bits,
        .sequence_length = sequence_length,
        .max_error = max_error,
    };

    return gpu_evaluate(&evaluation, curve, err);
}

void traffic_at(const struct gpu *platform, const struct reuse_curve *curve,
                double capacity_bytes, struct traffic *traffic)
{
    double line_bytes = curve->line_bytes;
    double read_misses = curve_at(curve->read_misses, capacity_bytes);
    double write_misses = curve_at(curve->write_misses, capacity_bytes);
    double writebacks = curve_at(curve->writebacks, capacity_bytes);
    double accesses = curve->reads + curve->writes;

    (void)platform;
    *traffic = (struct traffic){
        .llc_reads = curve->reads,
        .llc_writes = curve->writes,
        .llc_read_misses = read_misses,
        .llc_write_misses = write_misses,
        .llc_writebacks = writebacks,
        .miss_ratio = accesses > 0 ? (read_misses + write_misses) / accesses : 0,
        .dram_reads = read_misses,
        .dram_writes = writebacks,
        .dram_read_bytes = read_misses * line_bytes,
        .dram_write_bytes = writebacks * line_bytes,
        .macs = curve->macs,
        .compute_s = curve->compute_s,
    };
}

double reuse_cost_s(const struct gpu *platform, const struct workload *workload,
                    enum phase phase, uint64_t batch)
{
    const struct evaluation evaluation = {
        .platform = platform,
        .workload = workload,
        .phase = phase,
        .batch = batch,
        .precision_bits = 32,
        .max_error = 1,
    };

    return gpu_cost_s(&evaluation);
}
