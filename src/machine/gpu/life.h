/* Lifetimes of data in a GPU's last-level cache, from a trace of cache lines
 * (workload/lifetime.h): the tensor class of each line, and the times at which kernels run. */
#ifndef NVSWEEP_GPU_LIFE_H
#define NVSWEEP_GPU_LIFE_H

#include "machine/gpu/memory_map.h"
#include "workload/stack_distance.h"

struct gpu_life; /* opaque */

/* Records lifetimes of one line in 2^shift along with the stack distances.  *sink, which fed the
 * stack, feeds both from now on.  The arguments stay the caller's until gpu_life_finish. */
struct gpu_life *gpu_life_create(const struct gpu *gpu, const struct graph *graph,
                                 const struct memory_map *map, unsigned shift,
                                 struct stack_distance *stack,
                                 struct access_sink *sink);

/* Fills in the table and frees life.  Call it after stack_distance_finish. */
void gpu_life_finish(struct gpu_life *life, struct lifetime_table *table);

/* Returns the class (enum tensor_class) of the traced line of each of `groups` groups of 2^shift
 * lines; freed by the caller. */
uint8_t *gpu_line_classes(const struct graph *graph, const struct memory_map *map,
                          unsigned shift, uint64_t groups);

/* Returns the first bin of stack distances that miss in a cache of the machine's llc_bytes, or one
 * past the last bin if it holds all `lines`. */
unsigned gpu_llc_bin(const struct gpu *gpu, uint64_t lines);

#endif
