/* The shapes of operations that move a window over an image. */
#ifndef NVSWEEP_WORKLOAD_WINDOW_SHAPES_H
#define NVSWEEP_WORKLOAD_WINDOW_SHAPES_H

#include "workload/workload.h"

/* A shape as text for messages: "64x56x56" or "197 tokens of 768 channels". */
struct shape_text {
    char text[96];
};
struct shape_text shape_text(const struct tensor_shape *shape);

/* Returns STATUS_INPUT if a member of the layer is 0. */
enum status layer_needs(const struct layer *layer, const char *member, uint64_t value,
                        struct error *err);

/* Fill in out, and for convolutions weights and macs, from `in`.  Return STATUS_INPUT with the
 * reason in err if the shapes do not fit. */
enum status window_shape(struct operation *op, struct error *err);
enum status convolution_shape(struct operation *op, struct error *err);
enum status transposed_shape(struct operation *op, struct error *err);

#endif
