/* The shape, multiply-accumulates and weights of one operation. */
#ifndef NVSWEEP_WORKLOAD_SHAPES_H
#define NVSWEEP_WORKLOAD_SHAPES_H

#include "workload/workload.h"

struct sequence {
    uint64_t tokens;  /* that pass through the network */
    uint64_t context; /* that attention looks at */
};

/* Fill in in, out, macs and weights of operation i from its inputs, which come earlier.
 * STATUS_INPUT with words if they do not fit together. */
enum status operation_shape(struct operation *operations, size_t i,
                            struct sequence sequence, struct error *err);

#endif
