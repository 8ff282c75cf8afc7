/* Tensor parallelism: the part of a workload that one of several GPUs computes. */
#include "workload/workload.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>

static enum status divide(uint64_t *size, uint64_t parts, const char *layer,
                          const char *what, struct error *err)
{
    if (*size % parts != 0)
        return error_set(err, STATUS_INFEASIBLE,
                         "layer '%s' has %" PRIu64
                         " %s, must be a multiple of the %" PRIu64 " GPUs",
                         layer, *size, what, parts);
    *size /= parts;
    return STATUS_OK;
}

/* Divides the heads of keys and values.  If there are fewer of them than GPUs, several GPUs
 * compute the same head. */
static enum status kv_divide(struct layer *layer, uint64_t parts, struct error *err)
{
    uint64_t width = layer->outputs / layer->kv_heads;
    uint64_t shared = parts < layer->kv_heads ? parts : layer->kv_heads;
    enum status status = divide(&layer->kv_heads, shared, layer->name,
                                "heads of keys and values", err);

    layer->outputs = width * layer->kv_heads;
    return status;
}

const struct word expert_layout_words[] = {
    { "split", EXPERTS_SPLIT },
    { "spread", EXPERTS_SPREAD },
    { NULL, 0 },
};

bool workload_has_experts(const struct workload *workload)
{
    for (size_t i = 0; i < workload->layers_count; i++)
        if (workload->layers[i].experts > 0)
            return true;
    return false;
}

/* Whole experts for each GPU. */
static enum status experts_spread(struct layer *layer, uint64_t parts,
                                  struct error *err)
{
    if (layer->experts % parts != 0 ||
        (!layer->combines && layer->outputs * layer->experts_used % parts != 0))
        return error_set(err, STATUS_INFEASIBLE,
                         "layer '%s' has %" PRIu64 " experts of %" PRIu64
                         " outputs, must divide among %" PRIu64 " GPUs",
                         layer->name, layer->experts, layer->outputs, parts);
    layer->expert_parts = parts;
    return STATUS_OK;
}

static enum status layer_divide(struct layer *layer, uint64_t parts, struct error *err)
{
    enum status status = STATUS_OK;

    if (layer->kind == LAYER_ATTENTION) {
        uint64_t kv_heads = layer->kv_heads ? layer->kv_heads : layer->heads;
        uint64_t shared = parts < kv_heads ? parts : kv_heads;

        status = divide(&layer->heads, parts, layer->name, "heads", err);
        if (status == STATUS_OK)
            status = divide(&kv_heads, shared, layer->name, "heads of keys and values",
                            err);
        layer->kv_heads = kv_heads;
        return status;
    }
    if (layer->kind == LAYER_FULLY_CONNECTED && layer->kv_heads > 0)
        return kv_divide(layer, parts, err);
    status = divide(&layer->outputs, parts, layer->name, "outputs", err);
    if (status == STATUS_OK && layer->groups > 1)
        status = divide(&layer->groups, parts, layer->name, "groups", err);
    return status;
}

enum status workload_part(const struct workload *workload, uint64_t parts,
                          enum expert_layout experts, struct workload *part,
                          struct layer **layers, struct error *err)
{
    bool is_divided = false;
    enum status status = STATUS_OK;

    *part = *workload;
    *layers = alloc_array(workload->layers_count, sizeof **layers);
    for (size_t i = 0; i < workload->layers_count && status == STATUS_OK; i++) {
        (*layers)[i] = workload->layers[i];
        is_divided |= workload->layers[i].parallel != PARALLEL_WHOLE;
        if (experts == EXPERTS_SPREAD && workload->layers[i].experts > 0)
            status = experts_spread(&(*layers)[i], parts, err);
        else if (workload->layers[i].parallel == PARALLEL_COLUMNS)
            status = layer_divide(&(*layers)[i], parts, err);
    }
    part->layers = *layers;
    if (status == STATUS_OK && !is_divided)
        status = error_set(err, STATUS_INFEASIBLE,
                           "no layer of %s says how %" PRIu64
                           " GPUs share it (`parallel`), gpus must be 1",
                           workload->record.name, parts);
    return status;
}
