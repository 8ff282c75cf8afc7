#include "machine/pe_array/zeros.h"

#include "base/maths.h"

#include <math.h>

const struct word zeros_words[] = {
    { "computed", ZEROS_COMPUTED },         { "gated", ZEROS_GATED },
    { "gated-both", ZEROS_GATED_BOTH },     { "skipped", ZEROS_SKIPPED },
    { "skipped-both", ZEROS_SKIPPED_BOTH }, { NULL, 0 },
};

double zeros_coded_share(double density, unsigned bits, uint64_t run_bits)
{
    double all_zero = maths_pow(1 - density, (double)((uint64_t)1 << run_bits));
    /* gaps are geometric; a gap of g zeros takes g / 2^run_bits further entries */
    double entries = density * (1 + all_zero / (1 - all_zero));
    double share = entries * (double)(bits + run_bits) / (double)bits;

    return share < 1 ? share : 1;
}

static void dram_code(const struct pe_machine *machine, const struct mac_layer *layer,
                      struct mapping *mapping)
{
    uint64_t run_bits = machine->array.dram_run_bits;
    double weights = zeros_coded_share(layer->weight_density, machine->bits, run_bits);
    double activations = zeros_coded_share(layer->activation_density, machine->bits,
                                           run_bits);
    double others = mapping->dram_reads - mapping->dram_weight_reads;

    if (layer->streams_weights)
        weights = activations;
    mapping->dram_weight_reads *= weights;
    mapping->dram_reads = others * activations + mapping->dram_weight_reads;
    mapping->dram_writes *= activations;
}

/* Gates the arithmetic.  Inputs are still read, because only then is it known that they are
 * zero. */
static void arithmetic_gate(struct mapping *mapping, double share)
{
    struct level_use *weights = &mapping->levels[LEVEL_PE_WEIGHT];
    struct level_use *sums = &mapping->levels[LEVEL_PE_OUTPUT];
    double before = weights->reads + sums->reads + sums->writes;

    mapping->computed_macs *= share;
    weights->reads *= share;
    sums->reads *= share;
    sums->writes *= share;
    if (mapping->pe_uses > 0)
        mapping->pe_uses += weights->reads + sums->reads + sums->writes - before;
}

void zeros_apply(const struct pe_machine *machine, const struct mac_layer *layer,
                 struct mapping *mapping)
{
    enum zeros zeros = (enum zeros)machine->array.zeros;
    bool is_both = zeros == ZEROS_GATED_BOTH || zeros == ZEROS_SKIPPED_BOTH;
    double share = layer->activation_density * (is_both ? layer->weight_density : 1);

    mapping->cycles -= mapping->stall_cycles; /* stalls are computed again afterwards */
    mapping->stall_cycles = 0;
    if (machine->array.dram_run_bits > 0)
        dram_code(machine, layer, mapping);
    if (zeros == ZEROS_COMPUTED)
        return;
    arithmetic_gate(mapping, share);
    if (zeros == ZEROS_SKIPPED || zeros == ZEROS_SKIPPED_BOTH) {
        mapping->cycles *= share;
        mapping->ideal_cycles *= share;
        mapping->pe_cycles *= share;
    }
}
