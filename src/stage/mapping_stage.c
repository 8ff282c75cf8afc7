/* The mapping stage: a network's layers on an accelerator (machine/pe_array/mapping.h). */
#include "stage/stages.h"

#include "columns/mapping.h"
#include "machine/pe_array/mapping.h"
#include "workload/layer_cache.h"
#include "stage/visit.h"

static void machine_at(const struct point *point, struct pe_machine *machine)
{
    *machine = (struct pe_machine){
        .array = *(const struct pe_array *)point->machine,
        .bits = (unsigned)point->precision_bits,
        .weight_density = point->weight_density,
        .activation_density = point->activation_density,
    };
}

/* The multiply-accumulates of whole Winograd tiles divided by those of a direct 3 x 3
 * convolution. */
static double transform_share(uint64_t tile)
{
    double side = (double)(tile + 2);

    return tile ? side * side / (9.0 * (double)(tile * tile)) : 1;
}

static void row_write(const struct mapping *mapping, uint64_t tile,
                      const struct mapping_columns *out, uint64_t i)
{
    out->cycles[i] = mapping->cycles;
    out->stall_cycles[i] = mapping->stall_cycles;
    out->ideal_cycles[i] = mapping->ideal_cycles;
    out->layer_macs[i] = mapping->macs;
    out->computed_macs[i] = mapping->computed_macs;
    out->active_pes[i] = mapping->active_pes;
    out->utilization[i] = mapping->computed_macs / mapping->pe_cycles;
    out->register_accesses[i] = out->buffer_accesses[i] = 0;
    for (uint64_t l = 0; l < LEVEL_COUNT; l++) {
        const struct level_use *use = &mapping->levels[l];
        double *sum = l < LEVEL_PE_INPUT ? &out->buffer_accesses[i]
                                         : &out->register_accesses[i];

        out->level_reads[i * LEVEL_COUNT + l] = use->reads;
        out->level_writes[i * LEVEL_COUNT + l] = use->writes;
        *sum += use->reads + use->writes;
    }
    out->pe_use_accesses[i] = mapping->pe_uses;
    out->noc_elements[i] = mapping->noc_elements;
    out->offchip_reads[i] = mapping->dram_reads;
    out->offchip_writes[i] = mapping->dram_writes;
    out->offchip_accesses[i] = mapping->dram_reads + mapping->dram_writes;
    out->instructions[i] = mapping->instructions;
    out->transform_ops[i] = mapping->transform_ops;
    out->transform_reduction[i] = mapping->direct_macs > 0
                                      ? mapping->direct_macs / mapping->transformed_macs
                                      : 1;
    out->transform_bound[i] = mapping->macs /
                              (mapping->macs -
                               mapping->direct_macs * (1 - transform_share(tile)));
}

/* Finds the layers before the point's cut, or all if it has none; `layers` still owns them. */
static enum status head_of(const struct mac_layers *layers, const struct point *point,
                           struct mac_layers *head, struct error *reason)
{
    *head = mac_layers_head(layers, point->cut_layer);
    if (head->count == layers->count && point->cut_layer)
        return error_set(reason, STATUS_INFEASIBLE,
                         "the network has %zu computing layers, cut must be less",
                         layers->number[layers->count - 1]);
    return STATUS_OK;
}

static enum status mapping_visit(const struct visit *visit, const struct columns *out,
                                 uint64_t i, struct error *reason)
{
    const struct mapping_columns to = mapping_columns(out);
    const struct point *point = &visit->point;
    const struct mac_layers *layers;
    struct mac_layers head;
    struct pe_machine machine;
    struct mapping mapping;
    enum status status = visit_layers(visit, visit->memory, (enum phase)point->phase,
                                      point->batch, &layers, reason);

    machine_at(point, &machine);
    if (status == STATUS_OK)
        status = head_of(layers, point, &head, reason);
    if (status == STATUS_OK)
        status = pe_machine_map(&machine, &head, point->layer, &mapping, reason);
    if (status == STATUS_OK)
        row_write(&mapping, (uint64_t)machine.array.tile, &to, i);
    return status;
}

static void mapping_stage_evaluate(const struct study *study, struct range points,
                                   const struct columns *out, int8_t *status,
                                   struct error *reason)
{
    struct layer_cache cache = { .count = 0 };

    stage_visit(study, STAGE_MAPPING, points, mapping_visit, &cache, out, status,
                reason);
    layer_cache_free(&cache);
}

static double mapping_stage_cost_s(const struct study *study, const struct point *point,
                                   struct layer_cache *layers)
{
    const double none_s = 1e-6; /* an infeasible mapping */
    const struct mac_layers *found;
    struct pe_machine machine;

    (void)study;
    if (layer_cache_find(layers, (const struct workload *)point->workload,
                         (enum phase)point->phase, point->batch, point->sequence_length,
                         &found, NULL) != STATUS_OK)
        return none_s;
    machine_at(point, &machine);
    return pe_machine_map_s(&machine, found, point->layer);
}

const struct stage mapping_stage = {
    .name = "mapping",
    .summary = "layers on an accelerator: cycles, accesses per memory",
    STAGE_METRICS(mapping),
    .kinds = 1u << MACHINE_PE_ARRAY,
    .axes = AXIS_BIT(workload) | AXIS_BIT(phase) | AXIS_BIT(batch) |
            AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length) | AXIS_BIT(machine) |
            AXIS_BIT(layer) | AXIS_BIT(cut_layer) | AXIS_BIT(weight_density) |
            AXIS_BIT(activation_density),
    /* no mapper compares these */
    .ignored_fields = "machine.mac_leakage_w machine.mac_area_m2 machine.noc_j "
                      "machine.control_w machine.instruction_j machine.transform_j "
                      "machine.gate_breakeven_s machine.dram_background_w",
    .evaluate = mapping_stage_evaluate,
    .cost_s = mapping_stage_cost_s,
    .block_points = 64,
    .block_s = 2e-3,
};
