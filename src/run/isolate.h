/* Evaluates suspect points in a child process, where a crash does no harm. */
#ifndef NVSWEEP_RUN_ISOLATE_H
#define NVSWEEP_RUN_ISOLATE_H

#include "results/block.h"

/* Called while waiting, so that messages are answered.  Returns false if the current block
 * is not needed any more. */
typedef bool poll_fn(void *context);

struct isolation {
    double limit_s; /* longest time for one point */
    poll_fn *poll;  /* or NULL */
    void *context;
};

/* A child killed from outside (by a person, or by the kernel when memory is short) says
 * nothing about its point, unless that happens this many times in a row. */
enum { ISOLATE_KILLS = 3 };

/* Evaluates the points [first, first + count) of a stage one by one in a child process.
 * A point that crashes the child or takes longer than the limit becomes
 * POINT_QUARANTINED in block->status; points that have a status already are skipped.
 * *is_given_up: a stop was requested or poll returned false; the block's contents are then
 * undefined.  Returns STATUS_IO if no process can be started. */
enum status isolate_evaluate(const struct isolation *isolation,
                             const struct study *study, uint64_t first, uint64_t count,
                             struct block *block, bool *is_given_up, struct error *err);

#endif
