/* The data exchange after an operation that several machines share. */
#ifndef NVSWEEP_MACHINE_EXCHANGE_H
#define NVSWEEP_MACHINE_EXCHANGE_H

#include "machine/collective.h"
#include "workload/workload.h"

/* Returns the time of the exchange after an operation whose inputs n machines share, for the
 * outputs of a batch: an all-reduce.  For experts that are whole on machines it is the time
 * in which tokens are sent to them and back instead (two all-to-alls; the all-reduce before
 * them becomes a reduce-scatter before and an all-gather after, which take the same time
 * together).  0 for other operations. */
double operation_exchange_s(const struct operation *operation, uint64_t batch,
                            double precision_bits, const struct links *links, double n);

#endif
