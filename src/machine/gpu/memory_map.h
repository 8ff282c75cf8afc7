/* The addresses of tensors, in cache lines.  Every tensor has an extent of its own, like Caffe's
 * blobs: weights and outputs, and for training their gradients, the momentum of the weights and
 * the data that layers save for the backward pass.  A pointwise layer works in place unless
 * another layer needs its input. */
#ifndef NVSWEEP_GPU_MEMORY_MAP_H
#define NVSWEEP_GPU_MEMORY_MAP_H

#include "machine/gpu/gpu.h"
#include "workload/lifetime.h"
#include "workload/workload.h"

struct map_extent {
    uint64_t first_line, lines;
};

/* The tensors of one operation.  An extent of 0 lines means that there is no such tensor. */
struct operation_memory {
    struct map_extent out, out_gradient;
    struct map_extent weights, weight_gradient, momentum;
    /* The scores of attention, the second operand of a gemm, or the column numbers of a sparse
     * matrix. */
    struct map_extent scratch, scratch_gradient;
    struct map_extent keys, values; /* the KV cache of a decode step */
    bool is_alias;                  /* `out` is the first input's (in place) */
    bool needs_gradient; /* it, or an operation before it, has weights to train */
};

struct memory_map {
    struct operation_memory *operations;
    /* im2col's, shared by all convolutions as in Darknet */
    struct map_extent workspace;
    uint64_t lines; /* of all tensors */
};

/* Assigns lines to all tensors of the graph.  An element has precision_bits, except weight_bits
 * in the weights of products and kv_bits in the KV cache.  Freed with memory_map_free. */
void memory_map_create(struct memory_map *map, const struct graph *graph,
                       const struct gpu *gpu, enum phase phase, uint64_t batch,
                       unsigned precision_bits, double weight_bits, double kv_bits);

/* An extent and its tensor class, for lifetimes.  The scores of attention and im2col's matrix are
 * TENSOR_WORKSPACE. */
struct map_tensor {
    struct map_extent extent;
    enum tensor_class tensor;
};

/* Returns the map's tensors sorted by their first lines, their number in *count; freed by the
 * caller. */
struct map_tensor *memory_map_tensors(const struct memory_map *map,
                                      const struct graph *graph, size_t *count);

/* Returns the class of a line, or TENSOR_WORKSPACE if it is in no tensor. */
enum tensor_class map_tensor_class(const struct map_tensor *tensors, size_t count,
                                   uint64_t line);

void memory_map_free(struct memory_map *map);

#endif
