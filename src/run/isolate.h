/* Evaluating suspect points where a crash harms nobody. */
#ifndef NVSWEEP_RUN_ISOLATE_H
#define NVSWEEP_RUN_ISOLATE_H

#include "results/block.h"

/* Called while waiting; keeps messages flowing. */
typedef void poll_fn(void *context);

/* Evaluate the points [first, + block->points) of a stage one by one in a child process.
 * A point on which the child dies, or that takes longer than limit_s, becomes
 * POINT_QUARANTINED in block->status; points that have a status already are passed over.
 * STATUS_IO if no process can be made. */
enum status isolate_evaluate(const struct study *study, uint64_t first, uint64_t count,
                             struct block *block, double limit_s, poll_fn *poll,
                             void *context, struct error *err);

#endif
