#include "machine/layerwise/layerwise.h"

#include <math.h>

enum status operation_evaluate(const struct operation_request *request,
                               struct operation_result *answer, struct error *reason)
{
    const struct layerwise_steps *steps = machine_family(request->machine)->layerwise;
    struct operation_result result = {
        .latency_s = NAN,
        .throughput_hz = NAN,
        .energy_j = NAN,
        .power_w = NAN,
        .area_m2 = NAN,
        .bytes_per_s = NAN,
        .transpose_s = NAN,
    };
    enum status status;

    if (!steps->operate)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s computes whole networks only, no single operations",
                         request->machine->record.name);
    status = steps->operate(request, &result, reason);
    if (status == STATUS_OK)
        *answer = result;
    return status;
}

enum status operation_network_find(const struct operation_request *request,
                                   struct operation_network *network,
                                   struct error *reason)
{
    const struct layerwise_steps *steps = machine_family(request->machine)->layerwise;

    if (!steps || !steps->function)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s computes no functions by networks",
                         request->machine->record.name);
    return steps->function(request, network, reason);
}

static bool is_meant(const struct layerwise_request *request, size_t i)
{
    return !request->layer || request->layers->number[i] == request->layer;
}

/* Counts what does not depend on the machine.  The second operand of a product of two activations
 * (attention) is not counted as a weight: it is not stored in the machine before. */
static void layers_count(const struct layerwise_request *request,
                         struct layerwise_result *sum)
{
    for (size_t i = 0; i < request->layers->count; i++) {
        const struct mac_layer *layer = &request->layers->layers[i];

        if (!is_meant(request, i))
            continue;
        sum->macs += mac_layer_macs(layer);
        if (!layer->streams_weights)
            sum->weight_bytes += mac_layer_weights(layer) * request->bits / 8.0;
    }
}

static enum status layers_add(const struct layerwise_request *request,
                              struct layerwise_result *sum, struct error *reason)
{
    const struct layerwise_steps *steps = machine_family(request->machine)->layerwise;
    const struct mac_layers *layers = request->layers;
    enum status status = STATUS_OK;

    if (steps->network)
        return steps->network(request, sum, reason);
    for (size_t i = 0; i < layers->count && status == STATUS_OK; i++)
        if (is_meant(request, i))
            status = steps->layer(request, &layers->layers[i], sum, reason);
    return status;
}

enum status layerwise_network(const struct layerwise_request *request,
                              struct layerwise_result *result, struct error *reason)
{
    const struct layerwise_steps *steps = machine_family(request->machine)->layerwise;
    struct layerwise_result sum = { .area_m2 = NAN,
                                    .dram_bytes = NAN,
                                    .roofline_s = NAN };
    enum status status;

    for (int part = 0; part < LAYERWISE_PART_COUNT; part++)
        sum.part_j[part] = steps->knows_parts ? 0 : NAN;
    if (!steps->layer && !steps->network)
        return error_set(reason, STATUS_INFEASIBLE, "%s computes no networks",
                         request->machine->record.name);
    layers_count(request, &sum);
    if (sum.macs <= 0)
        return error_set(reason, STATUS_INFEASIBLE,
                         "the workload has no computing layer number %zu",
                         request->layer);
    status = layers_add(request, &sum, reason);
    if (status == STATUS_OK && steps->finish)
        status = steps->finish(request, &sum, reason);
    if (status == STATUS_OK)
        *result = sum;
    return status;
}
