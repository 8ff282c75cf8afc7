/* Reuse of each tensor class by itself, in the pass that counts the reuse of all: what a cache would
 * do whose lines were divided among the classes (stage/partition_stage.c). */
#ifndef NVSWEEP_GPU_CLASS_STACKS_H
#define NVSWEEP_GPU_CLASS_STACKS_H

#include "workload/access.h"
#include "workload/curve.h"
#include "workload/lifetime.h"

struct class_stacks; /* opaque */

/* For lines [0, lines) of these classes (enum tensor_class), which stay the caller's until
 * class_stacks_finish.  scale_bytes as in stack_distance_create.  *sink feeds it. */
struct class_stacks *class_stacks_create(uint64_t lines, const uint8_t *classes,
                                         uint64_t scale_bytes,
                                         struct access_sink *sink);

/* Ends the stream: accesses, misses, write-backs of each class with a cache of its own, and of all
 * in one (TENSOR_ALL), as stack_distance_finish.  Frees stacks. */
void class_stacks_finish(struct class_stacks *stacks, double weight, uint64_t ways,
                         struct reuse_curve curves[TENSOR_COUNT]);

#endif
