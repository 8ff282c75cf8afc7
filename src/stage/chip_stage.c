/* The chip stage: what an accelerator's memories and the mapping together cost.
 *
 * A memory that takes longer than the PEs stretches the batch: its accesses over the
 * banks that work side by side.  Energy is accesses times energies, multiply-accumulates
 * scaled to node and precision, leakage over the time, DRAM.  At an asked rate the time
 * between two inferences is idle, by the sweep's policy:
 *
 *   P = rate (E_dynamic + E_wake) + sum over levels of P_leak (1 if kept on, else duty)
 */
#include "stage/stages.h"

#include "accel/family.h"
#include "accel/scaling.h"
#include "stage/visit.h"

/* What a point's energies are made of, before they become columns. */
struct chip {
    const struct accelerator *accelerator;
    double pes, record_pes;
    double batch, bits;
    double energy_scale, power_scale, area_scale; /* record's node to the point's */
    double latency_s;
    double dram_j_per_bit;
    double part_j[PART_COUNT]; /* of a batch */
    double level_leakage_w, logic_leakage_w;
    double kept_w;   /* leaks between inferences */
    double gated_w;  /* switched off between inferences */
    double reload_j; /* volatile weights from DRAM */
    double level_area_m2;
};

/* Energy of a multiply-accumulate by bits: fits of QKeras (C. Coelho et al., Nature
 * Machine Intelligence 3, 2021; 45 nm integers, pJ). */
static double mac_ratio(double bits, double record_bits)
{
    double energy = 0.002994791667 * bits * bits + 0.001041666667 * bits +
                    0.003125 * bits;
    double record = 0.002994791667 * record_bits * record_bits +
                    0.001041666667 * record_bits + 0.003125 * record_bits;

    return energy / record;
}

static void chip_init(const struct point *point, struct chip *chip)
{
    const struct accelerator *a = (const struct accelerator *)point->accelerator;
    struct scaling there, here;

    scaling_at(a->node_m, a->low_power, &there);
    scaling_at(point->node_m, a->low_power, &here);
    *chip = (struct chip){
        .accelerator = a,
        .record_pes = (double)(a->pe_rows * a->pe_columns),
        .pes = (double)((point->pe_rows ? point->pe_rows : a->pe_rows) *
                        (point->pe_columns ? point->pe_columns : a->pe_columns)),
        .batch = (double)point->batch,
        .bits = (double)point->precision_bits,
        .energy_scale = here.energy / there.energy,
        .power_scale = here.power / there.power,
        .area_scale = here.area / there.area,
        .dram_j_per_bit = point->dram_j_per_bit > 0 ? point->dram_j_per_bit
                                                    : a->dram_j_per_bit,
    };
}

/* Memories inside the PEs grow in number with the array. */
static double instances(const struct chip *chip, const struct level *level)
{
    double count = (double)level->instances;

    return level->level >= LEVEL_PE_INPUT ? count * chip->pes / chip->record_pes
                                          : count;
}

static void levels_add(struct chip *chip, const struct point *point,
                       const struct buffers_columns *b, uint64_t buffers_row,
                       const struct mapping_columns *m, uint64_t mapping_row)
{
    const struct machine machine = { .word_bits = point->word_bits };

    for (size_t l = 0; l < chip->accelerator->levels_count; l++) {
        const struct level *level = &chip->accelerator->levels[l];
        uint64_t id = (uint64_t)level->level, at = buffers_row * LEVEL_COUNT + id;
        uint64_t used = mapping_row * LEVEL_COUNT + id;
        uint64_t word_bits = machine_word_bits(&machine, level);
        double count = instances(chip, level),
               leakage_w = b->level_leakage_w[at] * count;
        double reads = level_accesses(m->level_reads[used], (unsigned)chip->bits,
                                      word_bits);
        double writes = level_accesses(m->level_writes[used], (unsigned)chip->bits,
                                       word_bits);
        double busy_s = (reads * b->level_read_s[at] + writes * b->level_write_s[at]) /
                        (count * (double)b->level_banks[at]);
        bool is_nonvolatile = b->level_is_nonvolatile[at];

        if (!level->is_registers && point->energy_source == ENERGY_ARRAY &&
            busy_s > chip->latency_s)
            chip->latency_s = busy_s;
        chip->part_j[id] = reads * b->level_read_j[at] + writes * b->level_write_j[at];
        chip->level_leakage_w += leakage_w;
        chip->level_area_m2 += b->level_area_m2[at] * count;
        if (point->idle == IDLE_ON || (point->idle == IDLE_GATE && !is_nonvolatile))
            chip->kept_w += leakage_w;
        else
            chip->gated_w += leakage_w;
        if (point->idle == IDLE_RELOAD && !is_nonvolatile && level->holds_weights) {
            double bits = 8 * b->level_bytes[at] * count;

            chip->reload_j += bits * chip->dram_j_per_bit +
                              bits / (double)word_bits * b->level_write_j[at];
        }
    }
}

/* Everything but memories, a batch; latency is known by now. */
static void rest_add(struct chip *chip, const struct point *point,
                     const struct mapping_columns *m, uint64_t i)
{
    const struct accelerator *a = chip->accelerator;
    double *part_j = chip->part_j, offchip_bits = m->offchip_accesses[i] * chip->bits;

    chip->logic_leakage_w = a->mac_leakage_w * chip->pes * chip->power_scale;
    if (point->idle == IDLE_ON)
        chip->kept_w += chip->logic_leakage_w;
    else
        chip->gated_w += chip->logic_leakage_w;
    part_j[PART_MAC] = m->computed_macs[i] * a->mac_j * chip->energy_scale *
                       mac_ratio(chip->bits, (double)a->mac_bits);
    part_j[PART_NOC] = m->noc_elements[i] * a->noc_j * chip->energy_scale;
    part_j[PART_TRANSFORM] = m->transform_ops[i] * a->transform_j * chip->energy_scale;
    part_j[PART_CONTROL] = a->control_w * chip->energy_scale * chip->latency_s *
                               chip->pes / chip->record_pes +
                           m->instructions[i] * a->instruction_j * chip->energy_scale;
    part_j[PART_LEAKAGE] = (chip->level_leakage_w + chip->logic_leakage_w) *
                           chip->latency_s;
    part_j[PART_DRAM] = offchip_bits * chip->dram_j_per_bit;
    part_j[PART_DRAM_BACKGROUND] = a->dram_background_w * chip->latency_s;
}

/* What was switched off comes back for the energy it saves in its break-even time. */
static double wake_j(const struct chip *chip)
{
    return chip->gated_w * chip->accelerator->gate_breakeven_s + chip->reload_j;
}

/* Idle time of one batch at the asked rate.  STATUS_INFEASIBLE if it cannot be met. */
static enum status idle_add(struct chip *chip, const struct point *point,
                            struct error *reason)
{
    double period_s = chip->batch / point->inference_hz;

    if (point->inference_hz <= 0)
        return STATUS_OK;
    if (chip->latency_s > period_s)
        return error_set(reason, STATUS_INFEASIBLE,
                         "a batch takes %.3g s, more than the %.3g s between batches",
                         chip->latency_s, period_s);
    chip->part_j[PART_IDLE] = chip->kept_w * (period_s - chip->latency_s);
    chip->part_j[PART_WAKE] = wake_j(chip);
    return STATUS_OK;
}

static void row_write(const struct chip *chip, const struct point *point,
                      const struct mapping_columns *m, uint64_t mapping_row,
                      const struct chip_columns *out, uint64_t i)
{
    double total_j = 0, level_j = 0, idle_j, throughput_hz, rate_hz, area_m2;
    double leakage_w = chip->level_leakage_w + chip->logic_leakage_w;
    double share = leakage_w > 0 ? chip->level_leakage_w / leakage_w : 0;

    for (int p = 0; p < PART_COUNT; p++) {
        double one_j = chip->part_j[p] / chip->batch;

        out->part_j[i * PART_COUNT + (uint64_t)p] = one_j;
        total_j += one_j;
        level_j += p < LEVEL_COUNT ? one_j : 0;
    }
    idle_j = (chip->part_j[PART_LEAKAGE] + chip->part_j[PART_IDLE] +
              chip->part_j[PART_WAKE]) /
             chip->batch;
    throughput_hz = chip->batch / chip->latency_s;
    rate_hz = point->inference_hz > 0 ? point->inference_hz : throughput_hz;
    area_m2 = chip->level_area_m2 +
              chip->accelerator->mac_area_m2 * chip->pes * chip->area_scale;
    out->latency_s[i] = chip->latency_s;
    out->throughput_hz[i] = throughput_hz;
    out->peak_macs_hz[i] = chip->pes * (double)chip->accelerator->pe_depth *
                           chip->accelerator->clock_hz;
    out->inference_j[i] = total_j;
    out->dynamic_j[i] = total_j - idle_j;
    out->memory_j[i] = level_j + share * idle_j;
    out->chip_power_w[i] = total_j * rate_hz;
    out->chip_edp_js[i] = total_j * chip->latency_s;
    out->chip_area_m2[i] = area_m2;
    out->chip_edap_jsm2[i] = total_j * chip->latency_s * area_m2;
    out->idle_w[i] = chip->kept_w;
    out->wake_j[i] = wake_j(chip);
    out->duty[i] = rate_hz / throughput_hz;
    out->offchip_bytes[i] = m->offchip_accesses[mapping_row] * chip->bits / 8 /
                            chip->batch;
}

static enum status chip_visit(const struct visit *visit, const union columns *out,
                              uint64_t i, struct error *reason)
{
    const struct study *study = visit->study;
    const struct mapping_columns *m = &study->results[STAGE_MAPPING].mapping;
    uint64_t b = visit->at[STAGE_BUFFERS], u = visit->at[STAGE_MAPPING];
    struct chip chip;
    enum status status;

    chip_init(&visit->point, &chip);
    chip.latency_s = m->cycles[u] / chip.accelerator->clock_hz;
    levels_add(&chip, &visit->point, &study->results[STAGE_BUFFERS].buffers, b, m, u);
    rest_add(&chip, &visit->point, m, u);
    status = idle_add(&chip, &visit->point, reason);
    if (status == STATUS_OK)
        row_write(&chip, &visit->point, m, u, &out->chip, i);
    return status;
}

void chip_stage_evaluate(const struct study *study, struct range points,
                         const union columns *out, int8_t *status, struct error *reason)
{
    stage_visit(study, STAGE_CHIP, points, chip_visit, NULL, out, status, reason);
}

double chip_stage_cost_s(const struct study *study, const struct point *point)
{
    (void)study;
    (void)point;
    return 1e-6;
}
