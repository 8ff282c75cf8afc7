/* The operations stage: one operation of a machine that computes in or near memory
 * (machine/layerwise/layerwise.h).  The layerwise stage: a network on that machine. */
#include "stage/stages.h"

#include "columns/layerwise.h"
#include "columns/operations.h"
#include "columns/engines.h"
#include "columns/machines.h"
#include "workload/layer_cache.h"
#include "machine/layerwise/layerwise.h"
#include "stage/visit.h"

#include <math.h>

static void answer_write(const struct operation_result *answer,
                         const struct operations_columns *out, uint64_t i)
{
    out->aaps[i] = answer->aaps;
    out->aps[i] = answer->aps;
    out->crossbars[i] = answer->subarrays;
    out->active_lanes[i] = answer->lanes;
    out->lanes_s[i] = answer->latency_s;
    out->lanes_hz[i] = answer->throughput_hz;
    out->lane_j[i] = answer->energy_j;
    out->lanes_w[i] = answer->power_w;
    out->units_m2[i] = answer->area_m2;
    out->table_bytes[i] = answer->table_bytes;
    out->core_bytes_per_s[i] = answer->bytes_per_s;
    out->transpose_s[i] = answer->transpose_s;
    out->transpose_share[i] = answer->transpose_s /
                              (answer->transpose_s + answer->latency_s);
}

static enum status operation_visit(const struct visit *visit, const struct columns *out,
                                   uint64_t i, struct error *reason)
{
    const struct operations_columns to = operations_columns(out);
    const struct point *point = &visit->point;
    const struct operation_request request = {
        .machine = (const struct machine *)point->machine,
        .operation = point->operation,
        .bits = (unsigned)point->precision_bits,
        .elements = point->elements,
    };
    struct operation_result answer;
    enum status status = operation_evaluate(&request, &answer, reason);

    if (status == STATUS_OK)
        answer_write(&answer, &to, i);
    return status;
}

static void operations_stage_evaluate(const struct study *study, struct range points,
                                      const struct columns *out, int8_t *status,
                                      struct error *reason)
{
    stage_visit(study, STAGE_OPERATIONS, points, operation_visit, NULL, out, status,
                reason);
}

const struct stage operations_stage = {
    .name = "operations",
    .summary = "one operation in or beside memory: commands, time, energy, area",
    STAGE_METRICS(operations),
    .kinds = 1u << MACHINE_LAYERWISE,
    .axes = AXIS_BIT(precision_bits) | AXIS_BIT(machine) | AXIS_BIT(operation) |
            AXIS_BIT(elements),
    .enabled_by = AXIS_BIT(machine) | AXIS_BIT(operation),
    .evaluate = operations_stage_evaluate,
    .point_s = 2e-7,
    .block_points = 4096,
};

static void network_write(const struct layerwise_result *n,
                          const struct layerwise_columns *out, uint64_t i)
{
    double *const parts[LAYERWISE_PART_COUNT] = {
        [LAYERWISE_PART_COMPUTE] = out->compute_j,
        [LAYERWISE_PART_BUFFERS] = out->memories_j,
        [LAYERWISE_PART_MEMORY] = out->dram_j,
        [LAYERWISE_PART_TRANSFER] = out->transfer_j,
        [LAYERWISE_PART_STATIC] = out->static_j,
    };

    out->macs[i] = n->macs;
    out->weight_bytes[i] = n->weight_bytes;
    out->compute_s[i] = n->compute_s;
    out->memory_s[i] = n->memory_s;
    if (n->memory_s > 0)
        out->balance[i] = n->compute_s / n->memory_s;
    out->input_s[i] = n->input_s;
    out->output_s[i] = n->output_s;
    if (n->backward_s > 0) {
        out->forward_s[i] = n->forward_s;
        out->backward_s[i] = n->backward_s;
    }
    out->latency_s[i] = n->latency_s;
    out->energy_j[i] = n->energy_j;
    out->edp_js[i] = n->energy_j * n->latency_s;
    for (int part = 0; part < LAYERWISE_PART_COUNT; part++)
        parts[part][i] = n->part_j[part];
    out->area_m2[i] = n->area_m2;
    out->last_engine[i] = n->engine;
    out->intensity[i] = n->dram_bytes > 0 ? n->macs / n->dram_bytes : NAN;
    out->attainable_hz[i] = n->macs / n->roofline_s;
    out->offchip_bytes[i] = n->offchip_bytes;
    out->achieved_hz[i] = n->macs / n->latency_s;
}

/* Reads the machine's engines from the results of the engines stage. */
static enum status engines_read(const struct visit *visit,
                                struct engine_costs engines[ENGINES_MAX],
                                struct error *reason)
{
    const struct machine *machine = (const struct machine *)visit->point.machine;
    const struct engines_columns e = engines_columns(
        &visit->study->results[STAGE_ENGINES]);
    uint64_t row = visit->at[STAGE_ENGINES];
    enum status status = STATUS_OK;
    size_t count = machine_engine_count(machine);

    for (size_t n = 0; n < count && status == STATUS_OK; n++) {
        const struct record *array;

        status = visit_record(visit, RECORDS_MACHINE,
                              machine_family(machine)->engine(machine, n), &array,
                              reason);
        engines[n].array = (const struct pe_array *)array;
        engines[n].is_timed = visit->point.energy_source == ENERGY_ARRAY;
        for (uint64_t l = 0; l < LEVEL_COUNT; l++) {
            uint64_t at = (row * ENGINES_MAX + n) * LEVEL_COUNT + l;

            engines[n].levels[l] = (struct level_cost){
                .read_j = e.level_read_j[at],
                .write_j = e.level_write_j[at],
                .read_s = e.level_read_s[at],
                .write_s = e.level_write_s[at],
                .leakage_w = e.level_leakage_w[at],
                .area_m2 = e.level_area_m2[at],
                .banks = (double)e.level_banks[at],
            };
        }
    }
    return status;
}

static enum status network_visit(const struct visit *visit, const struct columns *out,
                                 uint64_t i, struct error *reason)
{
    const struct layerwise_columns to = layerwise_columns(out);
    const struct point *point = &visit->point;
    struct engine_costs engines[ENGINES_MAX];
    struct layerwise_request request = {
        .machine = (const struct machine *)point->machine,
        .engines = engines,
        .node_m = point->node_m,
        .layer = point->layer,
        .bits = (unsigned)point->precision_bits,
        .workload = point->workload->name,
        .learning = point->learning,
    };
    bool trains = machine_family(request.machine)->layerwise->trains;
    struct layerwise_result network;
    enum status status;

    if (trains != (point->phase == PHASE_TRAINING))
        return error_set(reason, STATUS_INFEASIBLE, "%s is for the %s phase",
                         request.machine->record.name,
                         trains ? "training" : "inference");
    status = engines_read(visit, engines, reason);
    if (status == STATUS_OK)
        status = visit_layers(visit, visit->memory,
                              trains ? PHASE_INFERENCE : (enum phase)point->phase,
                              point->batch, &request.layers, reason);
    if (status == STATUS_OK)
        status = layerwise_network(&request, &network, reason);
    if (status == STATUS_OK)
        network_write(&network, &to, i);
    return status;
}

static void layerwise_stage_evaluate(const struct study *study, struct range points,
                                     const struct columns *out, int8_t *status,
                                     struct error *reason)
{
    struct layer_cache layers = { .count = 0 };

    stage_visit(study, STAGE_LAYERWISE, points, network_visit, &layers, out, status,
                reason);
    layer_cache_free(&layers);
}

/* Every layer is mapped to each engine, and the mappings are compared. */
static double layerwise_stage_cost_s(const struct study *study,
                                     const struct point *point,
                                     struct layer_cache *layers)
{
    const double point_s = 5e-7, layer_s = 6e-8, engine_s = 5e-7;
    const struct machine *machine = (const struct machine *)point->machine;
    const struct mac_layers *found;

    (void)study;
    if (layer_cache_find(
            layers, (const struct workload *)point->workload,
            point->phase == PHASE_TRAINING ? PHASE_INFERENCE : (enum phase)point->phase,
            point->batch, point->sequence_length, &found, NULL) != STATUS_OK)
        return point_s;
    return point_s + (double)found->count *
                         (layer_s + engine_s * (double)machine_engine_count(machine));
}

static void layerwise_machine_result(const struct machine_run *run,
                                     const struct machines_columns *out, uint64_t i)
{
    const struct layerwise_columns from = layerwise_columns(
        &run->study->results[STAGE_LAYERWISE]);
    uint64_t row = run->at[STAGE_LAYERWISE];

    for (uint64_t n = 0; n < run->count; n++, i++, row += run->step[STAGE_LAYERWISE]) {
        out->latency_s[i] = from.latency_s[row];
        out->energy_j[i] = from.energy_j[row];
        out->sample_j[i] = from.energy_j[row] / run->batch;
        out->compute_j[i] = from.compute_j[row];
        out->memories_j[i] = from.memories_j[row];
        out->dram_j[i] = from.dram_j[row];
        out->transfer_j[i] = from.transfer_j[row];
        out->static_j[i] = from.static_j[row];
        out->macs[i] = from.macs[row];
        out->area_m2[i] = from.area_m2[row];
        out->offchip_bytes[i] = from.offchip_bytes[row];
    }
}

const struct stage layerwise_stage = {
    .name = "layerwise",
    .summary = "a network in or beside memory: compute, memory, transfers, energy",
    STAGE_METRICS(layerwise),
    .kinds = 1u << MACHINE_LAYERWISE,
    .axes = AXIS_BIT(machine) | AXIS_BIT(workload) | AXIS_BIT(phase) | AXIS_BIT(batch) |
            AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length) | AXIS_BIT(layer) |
            AXIS_BIT(learning),
    .optional = AXIS_BIT(technology),
    .enabled_by = AXIS_BIT(machine) | AXIS_BIT(workload),
    .inputs = INPUT(ENGINES),
    .machine_result = layerwise_machine_result,
    .evaluate = layerwise_stage_evaluate,
    .cost_s = layerwise_stage_cost_s,
    .block_points = 256,
};
