/* The buffer_lifetime stage: how long [s] the memories of a PE array hold elements, resolved to folds
 * (systolic) or passes (row-stationary) of a layer.  Every layer reads its inputs from DRAM and
 * writes its outputs there, so that only stationary weights are held from layer to layer. */
#include "stage/stages.h"

#include "columns/buffer_lifetime.h"
#include "machine/pe_array/mapping.h"
#include "stage/visit.h"
#include "workload/layer_cache.h"

static bool is_of_folds(const struct pe_array *array)
{
    return array->machine.family == FAMILY_SYSTOLIC ||
           array->machine.family == FAMILY_ROW_STATIONARY;
}

static void row_write(const struct mapping *mapping, double clock_hz,
                      const struct buffer_lifetime_columns *out, uint64_t i)
{
    for (uint64_t l = 0; l < LEVEL_COUNT; l++) {
        const struct level_lifetime *life = &mapping->lifetimes[l];
        uint64_t to = i * LEVEL_COUNT + l;

        if (!(life->elements > 0))
            continue;
        out->hold_mean_s[to] = life->sum / life->elements / clock_hz;
        out->hold_longest_s[to] = life->longest / clock_hz;
        out->hold_fills[to] = life->elements;
    }
    out->longest_fold_s[i] = mapping->longest_fold / clock_hz;
    out->layers_s[i] = mapping->cycles / clock_hz;
}

static enum status lifetime_visit(const struct visit *visit, const struct columns *out,
                                  uint64_t i, struct error *reason)
{
    const struct buffer_lifetime_columns to = buffer_lifetime_columns(out);
    const struct point *point = &visit->point;
    const struct pe_machine machine = {
        .array = *(const struct pe_array *)point->machine,
        .bits = (unsigned)point->precision_bits,
        .weight_density = point->weight_density,
        .activation_density = point->activation_density,
    };
    const struct mac_layers *layers;
    struct mapping mapping;
    enum status status = visit_layers(visit, visit->memory, (enum phase)point->phase,
                                      point->batch, &layers, reason);

    if (status == STATUS_OK && !is_of_folds(&machine.array))
        return error_set(reason, STATUS_INFEASIBLE,
                         "buffer_lifetime models systolic and row-stationary machines "
                         "only, and %s is neither",
                         point->machine->name);
    if (status == STATUS_OK)
        status = pe_machine_map(&machine, layers, point->layer, &mapping, reason);
    if (status == STATUS_OK)
        row_write(&mapping, machine.array.clock_hz, &to, i);
    return status;
}

static void buffer_lifetime_stage_evaluate(const struct study *study,
                                           struct range points,
                                           const struct columns *out, int8_t *status,
                                           struct error *reason)
{
    struct layer_cache cache = { .count = 0 };

    stage_visit(study, STAGE_BUFFER_LIFETIME, points, lifetime_visit, &cache, out,
                status, reason);
    layer_cache_free(&cache);
}

static double buffer_lifetime_stage_cost_s(const struct study *study,
                                           const struct point *point,
                                           struct layer_cache *layers)
{
    return mapping_stage.cost_s(study, point, layers);
}

const struct stage buffer_lifetime_stage = {
    .name = "buffer_lifetime",
    .summary = "how long the memories of a PE array hold elements, by fold or pass",
    STAGE_METRICS(buffer_lifetime),
    .kinds = 1u << MACHINE_PE_ARRAY,
    .axes = AXIS_BIT(workload) | AXIS_BIT(phase) | AXIS_BIT(batch) |
            AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length) | AXIS_BIT(machine) |
            AXIS_BIT(layer) | AXIS_BIT(weight_density) | AXIS_BIT(activation_density),
    .ignored_fields = "machine.mac_leakage_w machine.mac_area_m2 machine.noc_j "
                      "machine.control_w machine.instruction_j machine.transform_j "
                      "machine.gate_breakeven_s machine.dram_background_w",
    .evaluate = buffer_lifetime_stage_evaluate,
    .cost_s = buffer_lifetime_stage_cost_s,
    .block_points = 64,
    .block_s = 2e-3,
};
