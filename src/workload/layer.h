/* What an accelerator computes: a network's operations with multiply-accumulates, as
 * convolutions.  A matrix product is a convolution of 1 x 1 pixels, its rows the batch. */
#ifndef NVSWEEP_WORKLOAD_LAYER_H
#define NVSWEEP_WORKLOAD_LAYER_H

#include "workload/workload.h"

/* Outputs m x n, depth k: a convolution seen as a matrix product has as many rows as
 * output pixels, columns as filters and depth as weights per filter. */
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
    bool hangs_over;      /* last windows reach beyond the input, as SCALE-Sim's do */
    bool streams_weights; /* second operand is an activation, too (attention) */
    int scores;           /* enum score_side: of attention */
    double weight_density, activation_density; /* share of non-zeros */
};

struct mac_layers {
    struct mac_layer *layers;
    size_t *number; /* of the workload's computing layer, from 1, per entry */
    size_t count;
    size_t *first_alike; /* per entry: the first but for its name; NULL: not known */
};

/* The layers of a workload with multiply-accumulates; attention becomes two entries of
 * one number.  Freed with mac_layers_free.  STATUS_INFEASIBLE for training and for
 * solvers, else as graph_create. */
enum status mac_layers_create(struct mac_layers *layers,
                              const struct workload *workload, enum phase phase,
                              uint64_t batch, uint64_t sequence_length,
                              struct error *err);
void mac_layers_free(struct mac_layers *layers);

/* The entries of the first `until` computing layers (0: of all), which stay the whole's. */
struct mac_layers mac_layers_head(const struct mac_layers *layers, size_t until);

/* An m x k by a k x n matrix, `groups` times: m samples of k channels, n filters each. */
struct mac_layer mac_layer_product(uint64_t m, uint64_t n, uint64_t k, uint64_t groups);

/* Per group. */
struct gemm mac_layer_gemm(const struct mac_layer *layer);
double mac_layer_macs(const struct mac_layer *layer);
uint64_t mac_layer_stride_width(const struct mac_layer *layer);

/* Elements of the operands, all groups and samples; of the input without padding. */
double mac_layer_inputs(const struct mac_layer *layer);
double mac_layer_weights(const struct mac_layer *layer);
double mac_layer_outputs(const struct mac_layer *layer);

#endif
