/* Where tensors lie.  Every tensor has lines of its own, as Caffe's blobs do: weights
 * and outputs, and for training a gradient of each, the momentum of weights and what
 * layers keep for the way back.  Pointwise layers work in place where nobody else needs
 * their input. */
#ifndef NVSWEEP_GPU_MEMORY_MAP_H
#define NVSWEEP_GPU_MEMORY_MAP_H

#include "machine/gpu/gpu.h"
#include "workload/lifetime.h"
#include "workload/workload.h"

struct map_extent {
    uint64_t first_line, lines;
};

/* Of one operation; extents without lines are not there. */
struct operation_memory {
    struct map_extent out, out_gradient;
    struct map_extent weights, weight_gradient, momentum;
    struct map_extent scratch,
        scratch_gradient;           /* attention: scores; gemm: second operand;
                                              * sparse matrix: column numbers */
    struct map_extent keys, values; /* decode: caches */
    bool is_alias;                  /* out is the first input's */
    bool needs_gradient;            /* something before or in it is trained */
};

struct memory_map {
    struct operation_memory *operations;
    struct map_extent
        workspace; /* of unrolled convolutions, one for all as in Darknet */
    uint64_t lines;
};

/* weight_bits: of the weights of products; kv_bits: of kept keys and values. */
void memory_map_create(struct memory_map *map, const struct graph *graph,
                       const struct gpu *gpu, enum phase phase, uint64_t batch,
                       unsigned precision_bits, double weight_bits, double kv_bits);
/* Which class of tensor lies where, for lifetimes.  Attention's scores and unrolled windows
 * are workspace. */
struct map_tensor {
    struct map_extent extent;
    enum tensor_class tensor;
};

/* The map's tensors by their first lines, their number in *count; freed by the caller. */
struct map_tensor *memory_map_tensors(const struct memory_map *map,
                                      const struct graph *graph, size_t *count);

/* The class of a line; TENSOR_WORKSPACE if it is in none of them. */
enum tensor_class map_tensor_class(const struct map_tensor *tensors, size_t count,
                                   uint64_t line);

void memory_map_free(struct memory_map *map);

#endif
