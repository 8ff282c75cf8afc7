/* Winograd's minimal filtering for 3 x 3 kernels: F(m x m, 3 x 3) with tiles of side m + 2 (A.
 * Lavin and S. Gray, CVPR 2016). */
#ifndef NVSWEEP_PE_ARRAY_WINOGRAD_H
#define NVSWEEP_PE_ARRAY_WINOGRAD_H

#include "workload/layer.h"

struct winograd_counts {
    double macs;                              /* in the transformed domain */
    double tiles;                             /* of all samples */
    double data_ops, filter_ops, inverse_ops; /* additions and scalings */
    double input_elements, weight_elements;   /* after transformation */
};

/* Can the layer be computed in this way?  It must be dense, 3 x 3, of stride 1, and have
 * weights. */
bool winograd_applies(const struct mac_layer *layer);

/* Counts the operations of a layer.  `tile` is the number of outputs per side: 2 or 4. */
void winograd_count(const struct mac_layer *layer, uint64_t tile,
                    struct winograd_counts *counts);

#endif
