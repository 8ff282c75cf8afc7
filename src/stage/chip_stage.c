/* The chip stage: the time and energy of an accelerator, from its memories and the mapping
 * (machine/pe_array/chip.h).  At a given rate of inferences the chip is idle between two of them.
 * The sweep's idle policy determines its power:
 *
 *   P = rate (E_dynamic + E_wake) + sum over levels of P_leak (1 if kept on, else duty)
 */
#include "stage/stages.h"

#include "columns/buffers.h"
#include "columns/chip.h"
#include "columns/machines.h"
#include "columns/mapping.h"
#include "machine/pe_array/chip.h"
#include "stage/visit.h"

/* A point: the chip and the results of its idle policy. */
struct idle_chip {
    struct chip chip;
    const struct pe_array *array;
    double batch;
    double kept_w;   /* leakage that remains between inferences */
    double gated_w;  /* switched off between inferences */
    double reload_j; /* of volatile weights, from DRAM into the chip's memories */
    double reload_dram_j;
};

static void level_costs(const struct buffers_columns *b, uint64_t row,
                        struct level_cost *levels)
{
    for (uint64_t l = 0; l < LEVEL_COUNT; l++) {
        uint64_t at = row * LEVEL_COUNT + l;

        levels[l] = (struct level_cost){
            .read_j = b->level_read_j[at],
            .write_j = b->level_write_j[at],
            .read_s = b->level_read_s[at],
            .write_s = b->level_write_s[at],
            .leakage_w = b->level_leakage_w[at],
            .area_m2 = b->level_area_m2[at],
            .banks = (double)b->level_banks[at],
        };
    }
}

static void mapping_at(const struct mapping_columns *m, uint64_t row,
                       struct mapping *mapping)
{
    *mapping = (struct mapping){
        .cycles = m->cycles[row],
        .computed_macs = m->computed_macs[row],
        .noc_elements = m->noc_elements[row],
        .dram_reads = m->offchip_reads[row],
        .dram_writes = m->offchip_writes[row],
        .instructions = m->instructions[row],
        .transform_ops = m->transform_ops[row],
    };
    for (uint64_t l = 0; l < LEVEL_COUNT; l++)
        mapping->levels[l] = (struct level_use){
            .reads = m->level_reads[row * LEVEL_COUNT + l],
            .writes = m->level_writes[row * LEVEL_COUNT + l],
        };
}

/* Finds the leakage that remains between inferences, the leakage that is switched off, and the
 * energy of loading lost weights again. */
static void policy_apply(const struct point *point, const struct buffers_columns *b,
                         uint64_t row, struct idle_chip *c)
{
    for (size_t l = 0; l < c->array->levels_count; l++) {
        const struct level *level = &c->array->levels[l];
        uint64_t id = (uint64_t)level->level, at = row * LEVEL_COUNT + id;
        bool is_nonvolatile = b->level_is_nonvolatile[at];

        if (point->idle == IDLE_ON || (point->idle == IDLE_GATE && !is_nonvolatile))
            c->kept_w += c->chip.leakage_w[id];
        else
            c->gated_w += c->chip.leakage_w[id];
        if (point->idle == IDLE_RELOAD && !is_nonvolatile && level->holds_weights) {
            double bits = 8 * b->level_bytes[at] * c->chip.instances[id];

            c->reload_dram_j += bits * c->chip.dram_j_per_bit;
            c->reload_j += bits * c->chip.dram_j_per_bit +
                           bits / (double)level->word_bits * b->level_write_j[at];
        }
    }
    if (point->idle == IDLE_ON)
        c->kept_w += c->chip.logic_leakage_w;
    else
        c->gated_w += c->chip.logic_leakage_w;
}

static void chip_at(const struct point *point, const struct buffers_columns *b,
                    uint64_t buffers_row, const struct mapping_columns *m,
                    uint64_t mapping_row, struct idle_chip *c)
{
    struct level_cost levels[LEVEL_COUNT];
    struct mapping mapping;
    const struct chip_request request = {
        .array = (const struct pe_array *)point->machine,
        .levels = levels,
        .mapping = &mapping,
        .bits = (unsigned)point->precision_bits,
        .node_m = point->node_m,
        .is_timed = point->energy_source == ENERGY_ARRAY,
    };

    level_costs(b, buffers_row, levels);
    mapping_at(m, mapping_row, &mapping);
    *c = (struct idle_chip){ .array = request.array, .batch = (double)point->batch };
    chip_evaluate(&request, &c->chip);
    policy_apply(point, b, buffers_row, c);
}

/* The energy of switching on again, which equals the leakage saved in the break-even time. */
static double wake_j(const struct idle_chip *chip)
{
    return chip->gated_w * chip->array->gate_breakeven_s + chip->reload_j;
}

/* Adds the idle time of one batch at the given rate.  Returns STATUS_INFEASIBLE if the chip is
 * too slow for it. */
static enum status idle_add(struct idle_chip *c, const struct point *point,
                            struct error *reason)
{
    double period_s = c->batch / point->inference_hz;
    struct chip *chip = &c->chip;

    if (point->inference_hz <= 0)
        return STATUS_OK;
    if (chip->latency_s > period_s)
        return error_set(reason, STATUS_INFEASIBLE,
                         "a batch takes %.3g s, more than the %.3g s between batches",
                         chip->latency_s, period_s);
    chip->part_j[PART_IDLE] = c->kept_w * (period_s - chip->latency_s);
    chip->part_j[PART_WAKE] = wake_j(c);
    return STATUS_OK;
}

static void row_write(const struct idle_chip *c, const struct point *point,
                      const struct mapping_columns *m, uint64_t mapping_row,
                      const struct chip_columns *out, uint64_t i)
{
    const struct chip *chip = &c->chip;
    double dram_j = chip->part_j[PART_DRAM] + chip->part_j[PART_DRAM_BACKGROUND] +
                    (chip->part_j[PART_WAKE] > 0 ? c->reload_dram_j : 0);
    double total_j = 0, level_j = 0, idle_j, throughput_hz, rate_hz;
    double leakage_w = chip->levels_leakage_w + chip->logic_leakage_w;
    double share = leakage_w > 0 ? chip->levels_leakage_w / leakage_w : 0;

    for (int p = 0; p < PART_COUNT; p++) {
        double one_j = chip->part_j[p] / c->batch;

        out->part_j[i * PART_COUNT + (uint64_t)p] = one_j;
        total_j += one_j;
        level_j += p < LEVEL_COUNT ? one_j : 0;
    }
    idle_j = (chip->part_j[PART_LEAKAGE] + chip->part_j[PART_IDLE] +
              chip->part_j[PART_WAKE]) /
             c->batch;
    throughput_hz = c->batch / chip->latency_s;
    rate_hz = point->inference_hz > 0 ? point->inference_hz : throughput_hz;
    out->latency_s[i] = chip->latency_s;
    out->throughput_hz[i] = throughput_hz;
    out->peak_macs_hz[i] = chip->peak_macs_hz;
    out->sample_j[i] = total_j;
    out->dynamic_j[i] = total_j - idle_j;
    out->memory_j[i] = level_j + share * idle_j;
    out->mean_power_w[i] = total_j * rate_hz;
    out->onchip_power_w[i] = (total_j - dram_j / c->batch) * rate_hz;
    out->sample_edp_js[i] = total_j * chip->latency_s;
    out->area_m2[i] = chip->area_m2;
    out->sample_edap_jsm2[i] = total_j * chip->latency_s * chip->area_m2;
    out->idle_w[i] = c->kept_w;
    out->wake_j[i] = wake_j(c);
    out->duty[i] = rate_hz / throughput_hz;
    out->sample_offchip_bytes[i] = m->offchip_accesses[mapping_row] *
                                   (double)point->precision_bits / 8 / c->batch;
}

static enum status chip_visit(const struct visit *visit, const struct columns *out,
                              uint64_t i, struct error *reason)
{
    const struct chip_columns to = chip_columns(out);
    const struct study *study = visit->study;
    const struct buffers_columns buffers = buffers_columns(
        &study->results[STAGE_BUFFERS]);
    const struct mapping_columns m = mapping_columns(&study->results[STAGE_MAPPING]);
    uint64_t u = visit->at[STAGE_MAPPING];
    struct idle_chip chip;
    enum status status;

    chip_at(&visit->point, &buffers, visit->at[STAGE_BUFFERS], &m, u, &chip);
    status = idle_add(&chip, &visit->point, reason);
    if (status == STATUS_OK)
        row_write(&chip, &visit->point, &m, u, &to, i);
    return status;
}

static void chip_stage_evaluate(const struct study *study, struct range points,
                                const struct columns *out, int8_t *status,
                                struct error *reason)
{
    stage_visit(study, STAGE_CHIP, points, chip_visit, NULL, out, status, reason);
}

static void chip_machine_result(const struct machine_run *run,
                                const struct machines_columns *out, uint64_t i)
{
    const struct chip_columns c = chip_columns(&run->study->results[STAGE_CHIP]);
    const double *macs =
        mapping_columns(&run->study->results[STAGE_MAPPING]).layer_macs;
    uint64_t row = run->at[STAGE_CHIP], u = run->at[STAGE_MAPPING];

    for (uint64_t n = 0; n < run->count;
         n++, i++, row += run->step[STAGE_CHIP], u += run->step[STAGE_MAPPING]) {
        const double *part = c.part_j + row * PART_COUNT;
        double memories_j = 0;

        for (int level = 0; level < LEVEL_COUNT; level++)
            memories_j += part[level];
        out->latency_s[i] = c.latency_s[row];
        out->energy_j[i] = c.sample_j[row] * run->batch;
        out->sample_j[i] = c.sample_j[row];
        out->compute_j[i] = run->batch * (part[PART_MAC] + part[PART_TRANSFORM] +
                                          part[PART_CONTROL]);
        out->memories_j[i] = run->batch * memories_j;
        out->dram_j[i] = run->batch * part[PART_DRAM];
        out->transfer_j[i] = run->batch * part[PART_NOC];
        out->static_j[i] = run->batch *
                           (part[PART_LEAKAGE] + part[PART_DRAM_BACKGROUND] +
                            part[PART_IDLE] + part[PART_WAKE]);
        out->macs[i] = macs[u];
        out->area_m2[i] = c.area_m2[row];
        out->offchip_bytes[i] = c.sample_offchip_bytes[row] * run->batch;
    }
}

const struct stage chip_stage = {
    .name = "chip",
    .summary = "an accelerator's latency, energy by part, power, area",
    STAGE_METRICS(chip),
    .axes = AXIS_BIT(inference_hz) | AXIS_BIT(idle),
    .enabled_by = AXIS_BIT(machine) | AXIS_BIT(workload),
    .inputs = INPUT(BUFFERS) | INPUT(MAPPING),
    .machine_result = chip_machine_result,
    .machine_result_input = INPUT(MAPPING),
    .evaluate = chip_stage_evaluate,
    .point_s = 5e-7,
    .block_points = 4096,
};
