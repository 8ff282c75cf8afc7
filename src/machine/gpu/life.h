/* Lifetimes of data in a GPU's last-level cache, from a stream that is followed line by line
 * (workload/lifetime.h): whose data lie in a line, and when a kernel runs. */
#ifndef NVSWEEP_GPU_LIFE_H
#define NVSWEEP_GPU_LIFE_H

#include "machine/gpu/memory_map.h"
#include "workload/stack_distance.h"

struct gpu_life; /* opaque */

/* Beside the distances in stack, of one line in 2^shift.  *sink, which fed the stack, feeds both
 * from now on. */
struct gpu_life *gpu_life_create(const struct gpu *gpu, const struct graph *graph,
                                 const struct memory_map *map, unsigned shift,
                                 struct stack_distance *stack,
                                 struct access_sink *sink);

/* After stack_distance_finish; frees life. */
void gpu_life_finish(struct gpu_life *life, struct lifetime_table *table);

/* The class (enum tensor_class) of each line that is followed, one in 2^shift; freed by the
 * caller. */
uint8_t *gpu_line_classes(const struct graph *graph, const struct memory_map *map,
                          unsigned shift, uint64_t groups);

/* The first bin of distances that miss the machine's own cache; one beyond all bins if that
 * holds `lines`. */
unsigned gpu_own_bin(const struct gpu *gpu, uint64_t lines);

#endif
