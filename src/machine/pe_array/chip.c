#include "machine/pe_array/chip.h"

#include "machine/arithmetic.h"
#include "machine/pe_array/scaling.h"

static double pes_of(const struct pe_array *a)
{
    return pe_array_pes(a);
}

/* Returns the number of PEs that the record states, before an axis changed it.  A record that
 * was not read from a file has no such number; then it is the present one. */
static double own_pes(const struct pe_array *a)
{
    return a->own_pes > 0 ? a->own_pes : pes_of(a);
}

/* The number of memories inside PEs is proportional to the number of PEs. */
static double instances_of(const struct chip_request *r, const struct level *level)
{
    double count = (double)level->instances;

    return level->level >= LEVEL_PE_INPUT ? count * pes_of(r->array) / own_pes(r->array)
                                          : count;
}

static void levels_add(const struct chip_request *r, struct chip *chip)
{
    const struct pe_array *a = r->array;

    for (size_t l = 0; l < a->levels_count; l++) {
        const struct level *level = &a->levels[l];
        int id = level->level;
        const struct level_cost *cost = &r->levels[id];
        const struct level_use *use = &r->mapping->levels[id];
        uint64_t word_bits = level->word_bits;
        double count = instances_of(r, level);
        double reads = level_accesses(use->reads, r->bits, word_bits);
        double writes = level_accesses(use->writes, r->bits, word_bits);
        double busy_s = (reads * cost->read_s + writes * cost->write_s) /
                        (count * cost->banks);

        if (!level->is_registers && r->is_timed && busy_s > chip->latency_s)
            chip->latency_s = busy_s;
        chip->part_j[id] = reads * cost->read_j + writes * cost->write_j;
        chip->instances[id] = count;
        chip->leakage_w[id] = cost->leakage_w * count;
        chip->levels_leakage_w += chip->leakage_w[id];
        chip->area_m2 += cost->area_m2 * count;
    }
}

void chip_evaluate(const struct chip_request *r, struct chip *chip)
{
    const struct pe_array *a = r->array;
    const struct mapping *m = r->mapping;
    double pes = pes_of(a), energy, power, area;
    double *part_j = chip->part_j;
    struct scaling there, here;

    scaling_at(a->node_m, a->low_power, &there);
    scaling_at(r->node_m, a->low_power, &here);
    energy = here.energy / there.energy;
    power = here.power / there.power;
    area = here.area / there.area;
    *chip = (struct chip){
        .latency_s = m->cycles / a->clock_hz,
        .dram_j_per_bit = a->dram_j_per_bit,
        .peak_macs_hz = pes * (double)(a->pe_depth * pe_array_macs(a, r->bits)) *
                        a->clock_hz,
    };
    levels_add(r, chip);
    chip->area_m2 += a->mac_area_m2 * pes * (double)a->pe_depth * area;
    chip->area_m2 += a->tile ? a->transform_m2 * area : 0;
    chip->logic_leakage_w = a->mac_leakage_w * pes * power;
    part_j[PART_MAC] = m->computed_macs * a->mac_j * energy *
                       mac_energy_ratio((enum arithmetic)a->arithmetic, (double)r->bits,
                                        (double)a->mac_bits);
    part_j[PART_NOC] = m->noc_elements * a->noc_j * energy;
    part_j[PART_TRANSFORM] = m->transform_ops * a->transform_j * energy;
    part_j[PART_CONTROL] = a->control_w * energy * chip->latency_s * pes / own_pes(a) +
                           m->instructions * a->instruction_j * energy;
    part_j[PART_LEAKAGE] = (chip->levels_leakage_w + chip->logic_leakage_w) *
                           chip->latency_s;
    part_j[PART_DRAM] = (m->dram_reads + m->dram_writes) * r->bits *
                        chip->dram_j_per_bit;
    part_j[PART_DRAM_BACKGROUND] = a->dram_background_w * chip->latency_s;
}
