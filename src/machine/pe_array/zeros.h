/* What zeros among weights and activations save on a machine that computes a layer as if
 * there were none: arithmetic gated (energy) or skipped (time as well), and run-length
 * coded elements off the chip.  Families that are built for zeros (eie) count themselves. */
#ifndef NVSWEEP_PE_ARRAY_ZEROS_H
#define NVSWEEP_PE_ARRAY_ZEROS_H

#include "machine/pe_array/mapping.h"

/* What a zero operand does to its multiply-accumulate. */
enum zeros {
    ZEROS_COMPUTED,
    ZEROS_GATED, /* zero activations: no product, no weight read, no sum updated */
    ZEROS_GATED_BOTH,
    ZEROS_SKIPPED, /* nor time, if the work stays balanced: a bound */
    ZEROS_SKIPPED_BOTH,
};

/* Bits of elements coded as runs of zeros before a value over bits of the elements, or 1
 * if that is less: a run longer than 2^run_bits - 1 takes further entries.  Zeros are
 * taken as independent. */
double zeros_coded_share(double density, unsigned bits, uint64_t run_bits);

/* Adjusts what the family counted for the layer's densities. */
void zeros_apply(const struct pe_machine *machine, const struct mac_layer *layer,
                 struct mapping *mapping);

#endif
