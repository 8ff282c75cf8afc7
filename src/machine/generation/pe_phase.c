/* Phases of a language model on an array of PEs: layers run one after the other.  Each takes
 * the time of its family's mapping, and at least that in which the DRAM moves its operands.
 * Only products take time, as in all models of PE arrays: vector units widen operands and
 * compute normalisations and softmax at the same time. */
#include "machine/generation/generation.h"

#include "machine/exchange.h"
#include "machine/pe_array/mapping.h"

#include <stdlib.h>

/* Estimated seconds of a point without layers, and of an entry of the layers (which is mapped
 * twice). */
#define NONE_S 1e-6
#define LAYERS_S 2e-7

static struct links pe_links(const struct machine *machine)
{
    const struct pe_array *array = (const struct pe_array *)machine;

    return (struct links){ array->link_bytes_per_s, array->link_hop_s };
}

static double pe_memory_bytes(const struct machine *machine)
{
    return ((const struct pe_array *)machine)->dram_bytes;
}

static enum status exchange_s(const struct generation_request *request,
                              const struct workload *mine, enum phase phase,
                              uint64_t batch, uint64_t tokens, double *time_s,
                              struct error *reason)
{
    const struct links links = pe_links(request->machine);
    struct graph graph;
    enum status status = graph_create(&graph, mine, phase, tokens, reason);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < graph.count; i++)
        *time_s += operation_exchange_s(&graph.operations[i], batch,
                                        request->precision_bits, &links,
                                        (double)request->deployment.gpus);
    graph_free(&graph);
    return STATUS_OK;
}

static enum status map_s(const struct generation_request *request,
                         const struct workload *mine, enum phase phase, uint64_t batch,
                         uint64_t tokens, double *time_s, struct error *reason)
{
    const struct deployment *d = &request->deployment;
    double bits = request->precision_bits;
    /* the keys of a prompt have just been computed */
    int kv_format = phase == PHASE_DECODE ? d->kv_format : FORMAT_PRECISION;
    const struct pe_machine machine = {
        .array = *(const struct pe_array *)request->machine,
        .bits = request->precision_bits,
        .weight_bits = number_format_bits(d->weight_format, bits),
        .kv_bits = number_format_bits(kv_format, bits),
    };
    struct mac_layers layers;
    struct mapping mapping;
    enum status status = mac_layers_create(&layers, mine, phase, batch, tokens, reason);

    if (status != STATUS_OK)
        return status;
    status = pe_machine_map(&machine, &layers, 0, &mapping, reason);
    mac_layers_free(&layers);
    if (status == STATUS_OK)
        *time_s = mapping.cycles / machine.array.clock_hz;
    return status;
}

static enum status pe_phase_s(const struct generation_request *request,
                              const struct workload *part, enum phase phase,
                              uint64_t batch, uint64_t tokens, double *time_s,
                              struct error *reason)
{
    const struct deployment *d = &request->deployment;
    const struct workload *mine = part;
    struct workload shared;
    struct layer *layers = NULL;
    enum status status = STATUS_OK;

    if ((d->weight_format != FORMAT_PRECISION || d->kv_format != FORMAT_PRECISION) &&
        request->machine->family != FAMILY_SYSTOLIC)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s computes with operands as they lie in memory, "
                         "weight_format and kv_format must be precision",
                         request->machine->record.name);
    if (d->gpus > 1) {
        status = workload_part(part, d->gpus, (enum expert_layout)d->expert_layout,
                               &shared, &layers, reason);
        mine = &shared;
    }
    if (status != STATUS_OK)
        goto out;
    status = map_s(request, mine, phase, batch, tokens, time_s, reason);
    if (status != STATUS_OK)
        goto out;
    status = exchange_s(request, mine, phase, batch, tokens, time_s, reason);
out:
    free(layers);
    return status;
}

static double pe_cost_s(const struct generation_request *request, enum phase phase)
{
    const struct pe_machine machine = {
        .array = *(const struct pe_array *)request->machine,
        .bits = request->precision_bits,
    };
    struct mac_layers layers;
    double sum_s;

    if (mac_layers_create(&layers, request->workload, phase, request->batch,
                          request->prompt_tokens, NULL) != STATUS_OK)
        return NONE_S;
    sum_s = NONE_S + pe_machine_map_s(&machine, &layers, 0) +
            (double)layers.count * LAYERS_S;
    mac_layers_free(&layers);
    return sum_s;
}

const struct generation_kind generation_on_pe_array = {
    .links = pe_links,
    .memory_bytes = pe_memory_bytes,
    .phase_s = pe_phase_s,
    .cost_s = pe_cost_s,
};
