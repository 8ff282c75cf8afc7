/* The shape, multiply-accumulates and weights of one operation. */
#ifndef NVSWEEP_WORKLOAD_SHAPES_H
#define NVSWEEP_WORKLOAD_SHAPES_H

#include "workload/workload.h"

struct sequence {
    uint64_t tokens;  /* that pass through the network */
    uint64_t context; /* tokens to which attention attends */
    bool is_training;
};

/* Fills in the members in, out, macs and weights of operation i from its inputs, which must be
 * earlier operations.  Returns STATUS_INPUT with the reason in err if the shapes do not fit. */
enum status operation_shape(struct operation *operations, size_t i,
                            struct sequence sequence, struct error *err);

/* Returns how many different experts a number of tokens use if each chooses at random: the
 * expected number, rounded, and at least that of one token.  Where several GPUs hold whole experts
 * it is that of the GPU with most of them (workload/expert_load.h), for which the others wait. */
uint64_t experts_touched(const struct layer *layer, uint64_t tokens);

/* Returns the tokens on the busiest GPU over their mean (1: no experts, or a part of each on
 * every GPU). */
double expert_imbalance(const struct layer *layer, uint64_t tokens);

/* Return the tokens of each expert in use on that GPU, and the channels of a product's input
 * that an expert takes. */
uint64_t expert_rows(const struct layer *layer, uint64_t tokens);
uint64_t expert_features(const struct layer *layer, uint64_t features);

/* Returns the pairs of token and key that one head of an attention computes, for one sample. */
uint64_t attention_pairs(const struct operation *attention);

#endif
