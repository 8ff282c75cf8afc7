/* Savings from zero weights and activations, on machines whose mapping assumes dense layers.
 * Arithmetic with zeros is gated, which saves energy, or skipped, which also saves time;
 * elements in DRAM may be run-length coded.  Families that are designed for sparse layers (eie)
 * count zeros themselves. */
#ifndef NVSWEEP_PE_ARRAY_ZEROS_H
#define NVSWEEP_PE_ARRAY_ZEROS_H

#include "machine/pe_array/mapping.h"

/* The effect of a zero operand on its multiply-accumulate. */
enum zeros {
    ZEROS_COMPUTED,
    ZEROS_GATED, /* zero activations: no product, no read of a weight, no update of a sum */
    ZEROS_GATED_BOTH,
    ZEROS_SKIPPED, /* takes no time either; a bound, because PEs are assumed to be balanced */
    ZEROS_SKIPPED_BOTH,
};

/* Returns the size of run-length coded elements over that of plain ones, or 1 if coding does
 * not make them smaller.  An entry is a value and the number of zeros before it; a run longer
 * than 2^run_bits - 1 takes further entries.  Zeros are assumed to be independent. */
double zeros_coded_share(double density, unsigned bits, uint64_t run_bits);

/* Adjusts the counts of a dense layer to the layer's densities. */
void zeros_apply(const struct pe_machine *machine, const struct mac_layer *layer,
                 struct mapping *mapping);

#endif
