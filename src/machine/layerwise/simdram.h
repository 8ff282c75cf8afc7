/* Command sequences of machines whose DRAM rows compute (simdram.c). */
#ifndef NVSWEEP_LAYERWISE_SIMDRAM_H
#define NVSWEEP_LAYERWISE_SIMDRAM_H

#include "machine/layerwise/layerwise.h"

/* Of one operation in one subarray. */
struct simdram_commands {
    double aaps, aps;
};

/* Pure.  STATUS_INFEASIBLE with a reason if the operation has no sequence of that width. */
enum status simdram_sequence(const struct machine *machine, int operation,
                             unsigned bits, struct simdram_commands *result,
                             struct error *reason);

/* Values of a lane that pass the transposition unit: operands in, result out. */
double simdram_operands(int operation);

#endif
