/* Winograd's minimal filtering for 3 x 3 kernels, F(m x m, 3 x 3) with tiles of
 * t = m + 2 (A. Lavin and S. Gray, CVPR 2016). */
#ifndef NVSWEEP_PE_ARRAY_WINOGRAD_H
#define NVSWEEP_PE_ARRAY_WINOGRAD_H

#include "workload/layer.h"

struct winograd_counts {
    double macs;                              /* in the transformed domain */
    double tiles;                             /* all samples */
    double data_ops, filter_ops, inverse_ops; /* additions and scalings */
    double input_elements, weight_elements;   /* once transformed */
};

/* Can the layer be computed so?  3 x 3, stride 1, dense, not a product of activations. */
bool winograd_applies(const struct mac_layer *layer);

/* tile: 2 or 4 outputs per side. */
void winograd_count(const struct mac_layer *layer, uint64_t tile,
                    struct winograd_counts *counts);

#endif
