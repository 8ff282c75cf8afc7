/* Command sequences of machines that compute in DRAM rows (simdram.c). */
#ifndef NVSWEEP_LAYERWISE_SIMDRAM_H
#define NVSWEEP_LAYERWISE_SIMDRAM_H

#include "machine/layerwise/layerwise.h"

/* The number of commands of one operation in one subarray. */
struct simdram_commands {
    double aaps, aps;
};

/* Computes the commands of an operation.  Returns STATUS_INFEASIBLE with a reason if it has no
 * sequence for this width. */
enum status simdram_sequence(const struct machine *machine, int operation,
                             unsigned bits, struct simdram_commands *result,
                             struct error *reason);

/* Returns the number of operands and results per lane that pass through the transposition unit. */
double simdram_operands(int operation);

#endif
