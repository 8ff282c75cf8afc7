/* What machines that share a network exchange after its operations. */
#ifndef NVSWEEP_MACHINE_EXCHANGE_H
#define NVSWEEP_MACHINE_EXCHANGE_H

#include "machine/collective.h"
#include "workload/workload.h"

/* After an operation whose inputs n machines share, each with its part of a batch's outputs: an
 * all-reduce; of experts that each holds some of, the tokens' way there and back instead (two
 * all-to-alls; the all-reduce before them becomes a reduce-scatter before and an all-gather after,
 * which take as long together).  0 for other operations. */
double operation_exchange_s(const struct operation *operation, uint64_t batch,
                            double precision_bits, const struct links *links, double n);

#endif
