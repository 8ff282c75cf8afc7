/* One rank's evaluation of blocks of one stage. */
#ifndef NVSWEEP_RUN_EVALUATE_H
#define NVSWEEP_RUN_EVALUATE_H

#include "run/commit.h"
#include "run/guard.h"
#include "run/isolate.h"
#include "results/growth.h"
#include "run/line.h"

/* Stage, file, and the memory of one block.  Between slices of about SLICE_S, or of
 * SLICE_BYTES that a processor's own cache holds (but at least one point), poll is called;
 * when it says false, or the flag of base/stop.h is raised, the block in hand is left. */
#define SLICE_S 0.004
#define SLICE_BYTES 262144
struct evaluator {
    const struct study *study;
    const struct stage *stage;
    enum stage_id id;
    const struct line *line;
    struct commit commit;
    struct block values;
    struct growth *growth; /* finished points of a sweep that was grown, or NULL */
    double point_limit_s;
    uint32_t lease_blocks; /* of run_options */
    struct guard *guard;
    poll_fn *poll;
    void *context;
    bool is_dropped; /* the block in hand, or the next, is done elsewhere */
    bool is_stopped; /* the block in hand was left and given back */

    double point_s;  /* seconds per point, as measured of late */
    uint64_t points; /* evaluated here and committed */
    uint64_t failed; /* of them failed or quarantined */
    double busy_s;   /* spent evaluating and committing */
};

/* Evaluate and commit the block at a position of the line. */
enum status evaluate_position(struct evaluator *evaluator, uint32_t position,
                              struct error *err);

#endif
