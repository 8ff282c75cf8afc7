/* A core with vector lanes (one lane: scalar), a first cache (pe-input) and perhaps a second
 * one (global-buffer).  One vector multiply-accumulate issues per cycle.  It needs two loads,
 * of which register blocking saves half.  At each cache products are blocked so that three
 * square tiles fit; then 2 mnk / tile elements move (J. Hong and H. Kung, STOC 1981), and each
 * operand at least once. */
#include "machine/pe_array/mapping.h"

#include <math.h>

static enum status cpu_check(const struct machine *machine, struct error *err)
{
    const struct pe_array *array = (const struct pe_array *)machine;
    if (!pe_array_level(array, LEVEL_PE_INPUT))
        return error_set(err, STATUS_INPUT,
                         "is a cpu, must have a level pe-input (its first cache)");
    return STATUS_OK;
}

static double blocked(const struct gemm *gemm, double once, double capacity)
{
    double products = (double)gemm->m * (double)gemm->n * (double)gemm->k;
    double moved = 2 * products / sqrt(capacity / 3);

    return moved > once ? moved : once;
}

static enum status cpu_map(const struct pe_machine *machine,
                           const struct mac_layer *layer, struct mapping *mapping,
                           struct error *err)
{
    const struct pe_array *a = &machine->array;
    struct gemm gemm = mac_layer_gemm(layer);
    double lanes = (double)(a->pe_columns * a->pe_rows), groups = (double)layer->groups;
    double first = pe_machine_capacity(machine, LEVEL_PE_INPUT);
    double second = pe_machine_capacity(machine, LEVEL_GLOBAL_BUFFER);
    double inputs = mac_layer_inputs(layer), weights = mac_layer_weights(layer);
    double outputs = mac_layer_outputs(layer), reads = inputs + weights;
    double vectors = groups * (double)gemm.m * (double)gemm.k *
                     ceil((double)gemm.n / lanes);

    (void)err;
    mapping->macs = mapping->computed_macs = mac_layer_macs(layer);
    mapping->cycles = vectors;
    mapping->instructions = 2 *
                            vectors; /* the multiply-accumulate and half of two loads */
    mapping->pe_cycles = vectors * lanes;
    mapping->active_pes = mapping->macs / vectors;
    mapping->levels[LEVEL_PE_INPUT].reads = mapping->macs;
    mapping->levels[LEVEL_PE_INPUT].writes = groups *
                                             blocked(&gemm, reads / groups, first);
    mapping->levels[LEVEL_PE_INPUT].writes += outputs;
    mapping->dram_reads = groups * blocked(&gemm, reads / groups, first);
    mapping->dram_writes = outputs;
    if (second > 0) {
        mapping->levels[LEVEL_GLOBAL_BUFFER].reads = mapping->dram_reads;
        mapping->dram_reads = groups * blocked(&gemm, reads / groups, second);
        mapping->levels[LEVEL_GLOBAL_BUFFER].writes = mapping->dram_reads + outputs;
        mapping->levels[LEVEL_GLOBAL_BUFFER].reads += outputs;
    }
    mapping->dram_weight_reads = mapping->dram_reads * weights / reads;
    return STATUS_OK;
}

/* clang-format off */
static const struct field cpu_fields[] = {
    PE_ARRAY_FIELDS,
    FIELD_NUMBER(struct pe_array, instruction_j, "J", 0, 0, 1e-6, "energy of one instruction without its arithmetic"),
};
/* clang-format on */

const struct schema cpu_schema = PE_ARRAY_SCHEMA(cpu_fields);

static const struct pe_steps cpu_steps = {
    .map = cpu_map,
};

const struct machine_family cpu_family = {
    .name = "cpu",
    .summary = "a core with vector lanes and caches",
    .kind = MACHINE_PE_ARRAY,
    .schema = &cpu_schema,
    .check = cpu_check,
    .pe = &cpu_steps,
};
