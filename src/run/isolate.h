/* Evaluating suspect points where a crash harms nobody. */
#ifndef NVSWEEP_RUN_ISOLATE_H
#define NVSWEEP_RUN_ISOLATE_H

#include "results/block.h"

/* Called while waiting; keeps messages flowing.  False: the block in hand is not wanted
 * any more. */
typedef bool poll_fn(void *context);

struct isolation {
    double limit_s; /* longest that a point may take */
    poll_fn *poll;  /* or NULL */
    void *context;
};

/* A child that is killed from outside (by a person, or where memory is short) says nothing
 * about its point, unless it happens so often in a row. */
enum { ISOLATE_KILLS = 3 };

/* Evaluate the points [first, + count) of a stage one by one in a child process.
 * A point on which the child crashes, or that takes longer than the limit, becomes
 * POINT_QUARANTINED in block->status; points that have a status already are passed over.
 * *is_given_up: a reason to stop came, or poll said so; the block then holds nothing.
 * STATUS_IO if no process can be made. */
enum status isolate_evaluate(const struct isolation *isolation,
                             const struct study *study, uint64_t first, uint64_t count,
                             struct block *block, bool *is_given_up, struct error *err);

#endif
