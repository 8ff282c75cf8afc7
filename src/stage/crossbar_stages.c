/* The crossbar_buffers stage: the buffers of a crossbar chip.  The crossbar_subarray stage: its
 * other parts, in a technology.  The crossbar_chip stage: inference or training of a network on it
 * (machine/crossbar/crossbar.h). */
#include "stage/stages.h"

#include "columns/crossbar_subarray.h"
#include "columns/crossbar_buffers.h"
#include "columns/crossbar_chip.h"
#include "columns/machines.h"
#include "workload/layer_cache.h"
#include "machine/crossbar/crossbar.h"
#include "stage/visit.h"

static enum status request_at(const struct visit *visit,
                              struct crossbar_costs_request *request,
                              struct error *reason)
{
    const struct point *point = &visit->point;
    const struct record *sram;
    const struct node *node;
    enum status status = visit_record(visit, RECORDS_TECHNOLOGY, "sram", &sram, reason);

    if (status == STATUS_OK)
        status = visit_node(visit, &node, reason);
    if (status != STATUS_OK)
        return status;
    *request = (struct crossbar_costs_request){
        .chip = (const struct crossbar *)point->machine,
        .cell = (const struct cell *)point->technology,
        .sram = (const struct cell *)sram,
        .node = node,
        .temperature_k = point->temperature_k,
    };
    if (!request->sram)
        return error_set(reason, STATUS_INFEASIBLE,
                         "the library has no technology 'sram' for the buffers");
    return STATUS_OK;
}

static enum status buffers_visit(const struct visit *visit, const struct columns *out,
                                 uint64_t i, struct error *reason)
{
    struct crossbar_costs_request request;
    struct crossbar_buffers_row buffers;
    enum status status = request_at(visit, &request, reason);

    if (status == STATUS_OK)
        status = crossbar_buffers_make(&request, &buffers, reason);
    if (status != STATUS_OK)
        return status;
    columns_put(STAGE_CROSSBAR_BUFFERS, out, i, &buffers);
    return STATUS_OK;
}

static void crossbar_buffers_stage_evaluate(const struct study *study,
                                            struct range points,
                                            const struct columns *out, int8_t *status,
                                            struct error *reason)
{
    stage_visit(study, STAGE_CROSSBAR_BUFFERS, points, buffers_visit, NULL, out, status,
                reason);
}

const struct stage crossbar_buffers_stage = {
    .name = "crossbar_buffers",
    .summary = "buffers of a crossbar chip as SRAM arrays",
    STAGE_METRICS(crossbar_buffers),
    .kinds = 1u << MACHINE_CROSSBAR,
    .axes = AXIS_BIT(node_m) | AXIS_BIT(roadmap) | AXIS_BIT(temperature_k) |
            AXIS_BIT(machine),
    .enabled_by = AXIS_BIT(machine),
    .tables = 1u << RECORDS_TECHNOLOGY,
    .read_fields = "machine.tile_buffer_bytes machine.global_buffer_bytes "
                   "machine.bus_bits machine.clock_hz",
    .evaluate = crossbar_buffers_stage_evaluate,
    .point_s = 8e-3,
    .block_points = 1,
};

static enum status crossbar_visit(const struct visit *visit, const struct columns *out,
                                  uint64_t i, struct error *reason)
{
    struct crossbar_costs_request request;
    struct crossbar_subarray_row costs;
    enum status status = request_at(visit, &request, reason);

    if (status == STATUS_OK)
        status = crossbar_costs_make(&request, &costs, reason);
    if (status != STATUS_OK)
        return status;
    columns_put(STAGE_CROSSBAR_SUBARRAY, out, i, &costs);
    return STATUS_OK;
}

static void crossbar_stage_evaluate(const struct study *study, struct range points,
                                    const struct columns *out, int8_t *status,
                                    struct error *reason)
{
    stage_visit(study, STAGE_CROSSBAR_SUBARRAY, points, crossbar_visit, NULL, out,
                status, reason);
}

const struct stage crossbar_subarray_stage = {
    .name = "crossbar_subarray",
    .summary =
        "a crossbar that computes with its weights: one conversion, one sum, one pulse",
    STAGE_METRICS(crossbar_subarray),
    .kinds = 1u << MACHINE_CROSSBAR,
    .axes = AXIS_BIT(technology) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) |
            AXIS_BIT(temperature_k) | AXIS_BIT(machine),
    .read_fields = "machine.rows machine.columns machine.cell_bits machine.adc "
                   "machine.adc_bits machine.adc_columns machine.line_drop "
                   "machine.read_voltage_v machine.clock_hz machine.gradient_adc_bits",
    .enabled_by = AXIS_BIT(machine),
    .evaluate = crossbar_stage_evaluate,
    .point_s = 2e-6,
    .block_points = 4096,
};

static void request_make(const struct point *point,
                         const struct crossbar_subarray_row *costs,
                         const struct crossbar_buffers_row *buffers,
                         struct crossbar_request *request)
{
    const struct crossbar *chip = (const struct crossbar *)point->machine;

    *request = crossbar_request_of(chip, costs, buffers);
    request->layer = point->layer;
    request->precision_bits = point->precision_bits;
    request->batch = point->batch;
    request->trains = point->phase == PHASE_TRAINING;
    request->learning = point->learning;
    if (point->activation_density > 0)
        request->activity = point->activation_density;
}

static void training_write(const struct point *point, const struct crossbar_result *r,
                           const struct crossbar_chip_columns *out, uint64_t i)
{
    double endurance = ((const struct cell *)point->technology)->endurance_cycles;
    double batches = (double)point->epoch_samples / (double)point->batch;

    out->epoch_s[i] = batches * r->latency_s;
    out->epoch_j[i] = batches * r->energy_j;
    out->epoch_writes[i] = batches * r->cell_writes;
    out->endurance_share[i] = endurance > 0 ? batches * r->cell_writes / endurance : 0;
}

static void network_write(const struct point *point, const struct crossbar_result *r,
                          const struct crossbar_chip_columns *out, uint64_t i)
{
    double batch = (double)point->batch;

    out->latency_s[i] = r->latency_s;
    out->forward_s[i] = r->forward_s;
    out->throughput_hz[i] = batch / r->latency_s;
    out->energy_j[i] = r->energy_j;
    out->sample_j[i] = r->energy_j / batch;
    out->power_w[i] = r->energy_j / r->latency_s;
    out->edp_js[i] = r->energy_j * r->latency_s;
    out->area_m2[i] = r->area_m2;
    for (uint64_t p = 0; p < CROSSBAR_PHASE_COUNT; p++) {
        out->phase_s[i * CROSSBAR_PHASE_COUNT + p] = r->phase_s[p];
        out->phase_j[i * CROSSBAR_PHASE_COUNT + p] = r->phase_j[p];
        for (uint64_t part = 0; part < CROSSBAR_PART_COUNT; part++) {
            uint64_t at = (i * CROSSBAR_PHASE_COUNT + p) * CROSSBAR_PART_COUNT + part;

            out->phase_part_s[at] = r->phase_part_s[p][part];
            out->phase_part_j[at] = r->phase_part_j[p][part];
        }
    }
    for (uint64_t p = 0; p < CROSSBAR_PART_COUNT; p++) {
        out->part_s[i * CROSSBAR_PART_COUNT + p] = r->part_s[p];
        out->part_j[i * CROSSBAR_PART_COUNT + p] = r->part_j[p];
        out->part_m2[i * CROSSBAR_PART_COUNT + p] = r->part_m2[p];
    }
    out->layer_count[i] = r->layers;
    out->offchip_bytes[i] = r->dram_bytes;
    out->macs[i] = r->macs;
    out->weight_count[i] = r->weights;
    out->tile_count[i] = r->tiles;
    out->subarray_count[i] = r->subarrays;
    out->feedback_subarray_count[i] = r->feedback_subarrays;
    out->gradient_subarray_count[i] = r->gradient_subarrays;
    out->used_share[i] = r->used;
    out->leakage_w[i] = r->leakage_w;
    if (point->phase != PHASE_TRAINING)
        return;
    out->backward_s[i] = r->backward_s;
    training_write(point, r, out, i);
}

/* The data that the points of an evaluation share. */
struct chip_memory {
    struct layer_cache layers;
    struct crossbar_scratch room;
};

/* Training's forward pass has the layers of inference. */
static enum phase layers_phase(const struct point *point)
{
    return point->phase == PHASE_TRAINING ? PHASE_INFERENCE : (enum phase)point->phase;
}

static enum status network_visit(const struct visit *visit, const struct columns *out,
                                 uint64_t i, struct error *reason)
{
    const struct crossbar_chip_columns to = crossbar_chip_columns(out);
    struct chip_memory *shared = visit->memory;
    struct crossbar_request request;
    struct crossbar_result result;
    struct crossbar_buffers_row buffers;
    struct crossbar_subarray_row costs;
    enum status status;

    columns_get(STAGE_CROSSBAR_SUBARRAY,
                &visit->study->results[STAGE_CROSSBAR_SUBARRAY],
                visit->at[STAGE_CROSSBAR_SUBARRAY], &costs);
    columns_get(STAGE_CROSSBAR_BUFFERS, &visit->study->results[STAGE_CROSSBAR_BUFFERS],
                visit->at[STAGE_CROSSBAR_BUFFERS], &buffers);
    request_make(&visit->point, &costs, &buffers, &request);
    /* of one sample */
    status = visit_layers(visit, &shared->layers, layers_phase(&visit->point), 1,
                          &request.layers, reason);
    if (status == STATUS_OK)
        status = crossbar_chip_evaluate(&request, &shared->room, &result, reason);
    if (status == STATUS_OK)
        network_write(&visit->point, &result, &to, i);
    return status;
}

static void crossbar_chip_stage_evaluate(const struct study *study, struct range points,
                                         const struct columns *out, int8_t *status,
                                         struct error *reason)
{
    struct chip_memory shared = { .layers = { .count = 0 } };

    stage_visit(study, STAGE_CROSSBAR_CHIP, points, network_visit, &shared, out, status,
                reason);
    layer_cache_free(&shared.layers);
    crossbar_scratch_free(&shared.room);
}

static double crossbar_chip_stage_cost_s(const struct study *study,
                                         const struct point *point,
                                         struct layer_cache *layers)
{
    const double point_s = 1e-6, layer_s = 1e-6;
    const struct mac_layers *found;

    (void)study;
    if (layer_cache_find(layers, (const struct workload *)point->workload,
                         layers_phase(point), 1, point->sequence_length, &found,
                         NULL) != STATUS_OK)
        return point_s;
    return point_s + (double)found->count * layer_s;
}

static void crossbar_chip_machine_result(const struct machine_run *run,
                                         const struct machines_columns *out, uint64_t i)
{
    const struct crossbar_chip_columns from = crossbar_chip_columns(
        &run->study->results[STAGE_CROSSBAR_CHIP]);
    uint64_t row = run->at[STAGE_CROSSBAR_CHIP];

    for (uint64_t n = 0; n < run->count;
         n++, i++, row += run->step[STAGE_CROSSBAR_CHIP]) {
        const double *part = from.part_j + row * CROSSBAR_PART_COUNT;

        out->latency_s[i] = from.latency_s[row];
        out->energy_j[i] = from.energy_j[row];
        out->sample_j[i] = from.energy_j[row] / run->batch;
        out->compute_j[i] = part[CROSSBAR_ARRAY] + part[CROSSBAR_ADC] +
                            part[CROSSBAR_ACCUMULATION] + part[CROSSBAR_GRADIENT] +
                            part[CROSSBAR_FEEDBACK] + part[CROSSBAR_UPDATE];
        out->memories_j[i] = part[CROSSBAR_BUFFER];
        out->dram_j[i] = part[CROSSBAR_DRAM];
        out->transfer_j[i] = part[CROSSBAR_INTERCONNECT];
        out->static_j[i] = part[CROSSBAR_LEAKAGE];
        out->macs[i] = from.macs[row];
        out->area_m2[i] = from.area_m2[row];
        out->offchip_bytes[i] = from.offchip_bytes[row];
    }
}

const struct stage crossbar_chip_stage = {
    .name = "crossbar_chip",
    .summary =
        "a network in crossbars, evaluated or trained: time, energy, area by part",
    STAGE_METRICS(crossbar_chip),
    .kinds = 1u << MACHINE_CROSSBAR,
    .axes = AXIS_BIT(workload) | AXIS_BIT(phase) | AXIS_BIT(batch) |
            AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length) | AXIS_BIT(layer) |
            AXIS_BIT(activation_density) | AXIS_BIT(learning) | AXIS_BIT(epoch_samples),
    .enabled_by = AXIS_BIT(machine) | AXIS_BIT(workload),
    .inputs = INPUT(CROSSBAR_BUFFERS) | INPUT(CROSSBAR_SUBARRAY),
    .machine_result = crossbar_chip_machine_result,
    .evaluate = crossbar_chip_stage_evaluate,
    .cost_s = crossbar_chip_stage_cost_s,
    .block_points = 256,
};
