/* The buffers stage: each memory level of an accelerator, modelled as a RAM without tags
 * (array/array.h) or with the record's figures, scaled to the node (machine/pe_array/scaling.h). */
#include "stage/buffers_stage.h"

#include "columns/buffers.h"
#include "machine/pe_array/mapping.h"
#include "machine/pe_array/scaling.h"
#include "reliability/ecc.h"
#include "stage/array_stage.h"
#include "stage/stages.h"

/* Finds the technology of a level: the point's, or SRAM if the placement excludes the level. */
static enum status level_cell(const struct visit *visit, const struct point *point,
                              const struct level *level, const struct cell **cell,
                              struct error *reason)
{
    const struct record *sram;
    enum status status;

    *cell = (const struct cell *)point->technology;
    if (point->placement == PLACEMENT_ALL || level->holds_weights)
        return STATUS_OK;
    status = visit_record(visit, RECORDS_TECHNOLOGY, "sram", &sram, reason);
    *cell = (const struct cell *)sram;
    if (!sram)
        return error_set(reason, STATUS_INFEASIBLE,
                         "the library has no technology 'sram' for the other memories");
    return status;
}

static enum status from_record(const struct point *point, const struct level *level,
                               const struct buffers_columns *out, uint64_t i,
                               struct error *reason)
{
    const struct pe_array *a = (const struct pe_array *)point->machine;
    struct scaling there, here;

    if (level->read_j <= 0 && level->write_j <= 0)
        return error_set(reason, STATUS_INFEASIBLE,
                         "the record has no energies of its level %s",
                         word_name(level_words, level->level));
    scaling_at(a->node_m, a->low_power, &there);
    scaling_at(point->node_m, a->low_power, &here);
    out->level_read_j[i] = level->read_j * here.energy / there.energy;
    out->level_write_j[i] = level->write_j * here.energy / there.energy;
    out->level_read_s[i] = out->level_write_s[i] = 1 / a->clock_hz;
    out->level_leakage_w[i] = level->leakage_w * here.power / there.power;
    out->level_area_m2[i] = level->area_m2 * here.area / there.area;
    out->level_banks[i] = 1;
    out->level_is_nonvolatile[i] = 0;
    return STATUS_OK;
}

static enum status from_array(const struct visit *visit, const struct point *point,
                              const struct level *level,
                              const struct buffers_columns *out, uint64_t i,
                              struct error *reason)
{
    struct point at = *point;
    struct array_request request;
    struct array_result result;
    enum status status;

    at.capacity_bytes = level->bytes;
    at.line_bytes = 1;
    at.associativity = 0;
    at.access_mode = ACCESS_NORMAL;
    at.bank_count = 1; /* this and the next settings apply to caches, not to buffers */
    at.routing = ROUTING_HTREE;
    at.power_gating = false;
    at.wires = WIRES_RULES;
    at.wire_slack = ARRAY_WIRE_SLACK;
    at.reads_per_write = ARRAY_READS_PER_WRITE;
    at.delay_bound = axis_specs[AXIS_delay_bound].fallback;
    at.tiers = 1;
    at.bond = BOND_HYBRID;
    at.ecc = ECC_NONE;
    status = array_request_at(visit, &at, &request, reason);
    if (status == STATUS_OK)
        status = level_cell(visit, point, level, &request.cell, reason);
    request.word_bits = level->word_bits;
    if (status == STATUS_OK)
        status = array_search(&request, &result, reason);
    if (status != STATUS_OK)
        return status;
    out->level_read_j[i] = result.read_energy_j;
    out->level_write_j[i] = result.write_energy_j;
    out->level_read_s[i] = result.cycle_s;
    out->level_write_s[i] = result.write_latency_s;
    out->level_leakage_w[i] = result.leakage_w;
    out->level_area_m2[i] = result.area_m2;
    out->level_banks[i] = result.data.organization.banks;
    out->level_is_nonvolatile[i] = !cell_is_volatile(request.cell);
    return STATUS_OK;
}

enum status buffers_at(const struct visit *visit, const struct point *point,
                       const struct buffers_columns *out, uint64_t row,
                       struct error *reason)
{
    const struct pe_array *a = (const struct pe_array *)point->machine;
    enum status status = STATUS_OK;
    double area_m2 = 0, leakage_w = 0;

    for (size_t l = 0; l < a->levels_count && status == STATUS_OK; l++) {
        const struct level *level = &a->levels[l];
        uint64_t i = row * LEVEL_COUNT + (uint64_t)level->level;

        if (point->energy_source == ENERGY_RECORD || level->is_registers)
            status = from_record(point, level, out, i, reason);
        else
            status = from_array(visit, point, level, out, i, reason);
        if (status != STATUS_OK)
            break;
        out->level_bytes[i] = (double)level->bytes;
        area_m2 += out->level_area_m2[i] * (double)level->instances;
        leakage_w += out->level_leakage_w[i] * (double)level->instances;
    }
    out->memories_area_m2[row] = area_m2;
    out->memories_leakage_w[row] = leakage_w;
    return status;
}

static enum status buffers_visit(const struct visit *visit, const struct columns *out,
                                 uint64_t i, struct error *reason)
{
    const struct buffers_columns to = buffers_columns(out);
    return buffers_at(visit, &visit->point, &to, i, reason);
}

static void buffers_stage_evaluate(const struct study *study, struct range points,
                                   const struct columns *out, int8_t *status,
                                   struct error *reason)
{
    stage_visit(study, STAGE_BUFFERS, points, buffers_visit, NULL, out, status, reason);
}

double buffers_at_s(const struct point *point, const struct pe_array *array)
{
    const double search_s = 3.5e-3;
    double sum_s = 1e-6;

    for (size_t l = 0; l < array->levels_count; l++)
        if (point->energy_source != ENERGY_RECORD && !array->levels[l].is_registers)
            sum_s += search_s;
    return sum_s;
}

static double buffers_stage_cost_s(const struct study *study, const struct point *point,
                                   struct layer_cache *layers)
{
    (void)study;
    (void)layers;
    return buffers_at_s(point, (const struct pe_array *)point->machine);
}

const struct stage buffers_stage = {
    .name = "buffers",
    .summary = "an accelerator's memories as memory arrays",
    STAGE_METRICS(buffers),
    .kinds = 1u << MACHINE_PE_ARRAY,
    .axes = AXIS_BIT(technology) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) |
            AXIS_BIT(temperature_k) | AXIS_BIT(target) | AXIS_BIT(rules) |
            AXIS_BIT(machine) | AXIS_BIT(placement) | AXIS_BIT(energy_source) |
            AXIS_BIT(cell_roadmap) | AXIS_BIT(built_as),
    .tables = 1u << RECORDS_BUILD,
    .read_fields = "machine.levels machine.node_m machine.low_power machine.clock_hz",
    .enabled_by = AXIS_BIT(machine),
    .evaluate = buffers_stage_evaluate,
    .cost_s = buffers_stage_cost_s,
    .block_points = 1,
};
