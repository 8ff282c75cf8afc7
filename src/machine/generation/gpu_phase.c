/* Phases of a language model on a GPU: kernels counted by blocks. */
#include "machine/generation/generation.h"

#include "machine/gpu/gpu.h"

static struct links gpu_links(const struct machine *machine)
{
    return (
        struct links){ .bytes_per_s = ((const struct gpu *)machine)->link_bytes_per_s };
}

static double gpu_memory_bytes(const struct machine *machine)
{
    return ((const struct gpu *)machine)->dram_bytes;
}

static enum status gpu_phase_s(const struct generation_request *request,
                               const struct workload *part, enum phase phase,
                               uint64_t batch, uint64_t tokens, double *time_s,
                               struct error *reason)
{
    const struct gpu *gpu = (const struct gpu *)request->machine;
    struct reuse_curve curve = { .kernels = 0 };
    enum status status = reuse_evaluate_deployed(
        gpu, part, phase, batch, request->precision_bits, tokens, &request->deployment,
        0.05, &curve, NULL, reason);

    if (status == STATUS_OK && curve.method != REUSE_ANALYTIC)
        status = error_set(reason, STATUS_INFEASIBLE,
                           "the kernels of %s are followed line by line, must be "
                           "counted by thread blocks",
                           request->workload->record.name);
    if (status == STATUS_OK)
        *time_s = curve_at(curve.kernel_s, gpu->llc_bytes);
    return status;
}

static double gpu_cost_of(const struct generation_request *request, enum phase phase)
{
    return reuse_cost_s((const struct gpu *)request->machine, request->workload, phase,
                        request->batch);
}

const struct generation_kind generation_on_gpu = {
    .links = gpu_links,
    .memory_bytes = gpu_memory_bytes,
    .phase_s = gpu_phase_s,
    .cost_s = gpu_cost_of,
};
