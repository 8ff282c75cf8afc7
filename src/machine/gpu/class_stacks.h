/* Stack distances of each tensor class alone, from the same pass over the accesses as those of
 * all classes together, for caches that are partitioned by class (stage/partition_stage.c). */
#ifndef NVSWEEP_GPU_CLASS_STACKS_H
#define NVSWEEP_GPU_CLASS_STACKS_H

#include "workload/access.h"
#include "workload/curve.h"
#include "workload/lifetime.h"

struct class_stacks; /* opaque */

/* Returns stacks for lines [0, lines), of which line i has classes[i] (enum tensor_class), and
 * sets *sink to one that feeds them.  classes stay the caller's and must remain valid until
 * class_stacks_finish.  scale_bytes as in stack_distance_create. */
struct class_stacks *class_stacks_create(uint64_t lines, const uint8_t *classes,
                                         uint64_t scale_bytes,
                                         struct access_sink *sink);

/* Fills in the accesses, misses and write-backs of each class with a cache of its own, and of
 * all classes in one cache (TENSOR_ALL), with weight and ways as in stack_distance_finish.  Frees
 * stacks. */
void class_stacks_finish(struct class_stacks *stacks, double weight, uint64_t ways,
                         struct reuse_curve curves[TENSOR_COUNT]);

#endif
