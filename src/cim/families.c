#include "cim/cim.h"

#include <math.h>

enum status cim_operate(const struct cim_request *request, struct cim_answer *answer,
                        struct error *reason)
{
    const struct cim_family *family = cim_families[request->cim->family];
    struct cim_answer result = {
        .latency_s = NAN,
        .throughput_hz = NAN,
        .energy_j = NAN,
        .power_w = NAN,
        .area_m2 = NAN,
        .bytes_per_s = NAN,
    };
    enum status status;

    if (!family->operate)
        return error_set(reason, STATUS_INFEASIBLE, "%s has no single operations",
                         request->cim->record.name);
    status = family->operate(request, &result, reason);
    if (status == STATUS_OK)
        *answer = result;
    return status;
}

enum status cim_network(const struct cim_network_request *request,
                        struct cim_network *result, struct error *reason)
{
    const struct cim_family *family = cim_families[request->cim->family];
    const struct accel_layers *layers = request->layers;
    struct cim_network sum = { 0 };
    enum status status = STATUS_OK;

    if (!family->layer)
        return error_set(reason, STATUS_INFEASIBLE, "%s computes no networks",
                         request->cim->record.name);
    for (size_t i = 0; i < layers->count && status == STATUS_OK; i++)
        if (!request->layer || layers->number[i] == request->layer)
            status = family->layer(request, &layers->layers[i], &sum, reason);
    if (status == STATUS_OK && sum.macs <= 0)
        status = error_set(reason, STATUS_INFEASIBLE, "the workload has no layer %zu",
                           request->layer);
    if (status == STATUS_OK)
        status = family->finish(request, &sum, reason);
    if (status == STATUS_OK)
        *result = sum;
    return status;
}
