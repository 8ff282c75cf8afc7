/* The shape, multiply-accumulates and weights of one operation. */
#ifndef NVSWEEP_WORKLOAD_SHAPES_H
#define NVSWEEP_WORKLOAD_SHAPES_H

#include "workload/workload.h"

struct sequence {
    uint64_t tokens;  /* that pass through the network */
    uint64_t context; /* that attention looks at */
    bool is_training;
};

/* Fill in in, out, macs and weights of operation i from its inputs, which come earlier.
 * STATUS_INPUT with words if they do not fit together. */
enum status operation_shape(struct operation *operations, size_t i,
                            struct sequence sequence, struct error *err);

/* Experts that so many tokens use between them, where each picks its own at random: the
 * expected number, rounded, at least those of one token.  Of a GPU that holds a part of them:
 * its share, rounded up. */
uint64_t experts_touched(const struct layer *layer, uint64_t tokens);

/* Tokens of each of these, and channels of a product's input that one takes. */
uint64_t expert_rows(const struct layer *layer, uint64_t tokens);
uint64_t expert_features(const struct layer *layer, uint64_t features);

/* Token-to-key pairs that a head of an attention computes, for one sample. */
uint64_t attention_pairs(const struct operation *attention);

#endif
