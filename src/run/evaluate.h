/* Evaluates blocks of one stage on one rank. */
#ifndef NVSWEEP_RUN_EVALUATE_H
#define NVSWEEP_RUN_EVALUATE_H

#include "run/commit.h"
#include "run/guard.h"
#include "run/isolate.h"
#include "results/growth.h"
#include "run/queue.h"

/* The stage, the file and the memory of one block.  A block is evaluated in slices of about
 * SLICE_S seconds or SLICE_BYTES, which fit a processor's own cache (one point at least).
 * `poll` is called between slices; if it returns false, or the flag of base/stop.h is
 * raised, the current block is given up. */
#define SLICE_S 0.004
#define SLICE_BYTES 262144
struct evaluator {
    const struct study *study;
    const struct stage *stage;
    enum stage_id id;
    const struct queue *queue;
    struct commit commit;
    struct block values;
    struct growth *growth; /* finished points of the smaller sweep, or NULL */
    double point_limit_s;
    uint32_t lease_blocks; /* from run_options */
    struct guard *guard;
    poll_fn *poll;
    void *context;
    bool is_dropped; /* another rank finishes the current or the next block */
    bool is_stopped; /* the current block was given up because of a stop */

    double point_s;  /* recent seconds per point */
    uint64_t points; /* evaluated here and committed */
    uint64_t failed; /* those of `points` that failed or are quarantined */
    double busy_s;   /* time spent evaluating and committing */
};

/* Evaluates and commits the block at this position of the queue. */
enum status evaluate_position(struct evaluator *evaluator, uint32_t position,
                              struct error *err);

#endif
