/* The work of an accelerator: a network's operations with multiply-accumulates, all written as
 * convolutions.  A matrix product is a convolution of 1 x 1 images, with its rows as the
 * batch. */
#ifndef NVSWEEP_WORKLOAD_LAYER_H
#define NVSWEEP_WORKLOAD_LAYER_H

#include "workload/workload.h"

/* A matrix product with m x n outputs and depth k.  Of a convolution m is the number of output
 * pixels, n the number of filters and k the number of weights per filter. */
struct gemm {
    uint64_t m, n, k;
};

/* Which side of an entry are the scores of attention? */
enum score_side { SCORES_NONE, SCORES_OUT, SCORES_IN };

struct mac_layer {
    const char *name; /* the workload's */
    uint64_t batch, groups;
    uint64_t channels, filters; /* per group */
    uint64_t in_height, in_width, kernel_height, kernel_width, stride;
    uint64_t stride_width; /* 0: as stride */
    uint64_t out_height, out_width;
    bool hangs_over; /* the last windows extend beyond the input, as in SCALE-Sim */
    bool streams_weights; /* the second operand is also an activation (attention) */
    int scores;           /* enum score_side: of attention */
    double weight_density, activation_density; /* share of non-zeros */
};

struct mac_layers {
    struct mac_layer *layers;
    size_t *number; /* per entry: the layer's number among those that compute, from 1 */
    size_t count;
    size_t *first_alike; /* per entry: the first entry that differs at most by its name;
                            NULL: not known */
};

/* Lists the layers of a workload that have multiply-accumulates.  Attention becomes two entries
 * with the same number.  The list is freed with mac_layers_free.  Returns STATUS_INFEASIBLE for
 * training and for solvers, else the status of graph_create. */
enum status mac_layers_create(struct mac_layers *layers,
                              const struct workload *workload, enum phase phase,
                              uint64_t batch, uint64_t sequence_length,
                              struct error *err);
void mac_layers_free(struct mac_layers *layers);

/* Returns the entries of the first `until` computing layers (0: of all).  They still belong to
 * `layers`. */
struct mac_layers mac_layers_head(const struct mac_layers *layers, size_t until);

/* Returns `groups` products of an m x k and a k x n matrix: m samples of k channels and n
 * filters per group. */
struct mac_layer mac_layer_product(uint64_t m, uint64_t n, uint64_t k, uint64_t groups);

/* Returns the matrix product of one group. */
struct gemm mac_layer_gemm(const struct mac_layer *layer);
double mac_layer_macs(const struct mac_layer *layer);
uint64_t mac_layer_stride_width(const struct mac_layer *layer);

/* Return the number of elements of each operand over all groups and samples.  Padding of the
 * input does not count. */
double mac_layer_inputs(const struct mac_layer *layer);
double mac_layer_weights(const struct mac_layer *layer);
double mac_layer_outputs(const struct mac_layer *layer);

#endif
