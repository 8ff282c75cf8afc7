/* The queue of a stage's pending blocks, the same on every rank. */
#ifndef NVSWEEP_RUN_QUEUE_H
#define NVSWEEP_RUN_QUEUE_H

#include "run/run.h"

struct queue {
    uint32_t *blocks;  /* by position */
    uint8_t *attempts; /* earlier attempts that did not commit, by position */
    double *costs_s;   /* model seconds, by position; NULL except on rank 0 */
    uint32_t count;
    uint32_t damaged;   /* blocks whose checksum failed; they are pending again */
    uint64_t committed; /* points that need no more work */
};

/* Collective.  Each rank checks a share of the stage's blocks; if is_root_only, rank 0
 * checks all.  Committed blocks stay, partly committed and damaged ones become pending.
 * Rank 0 then sorts the pending blocks and broadcasts the queue.  Returns STATUS_RESUME if a
 * stop was requested meanwhile.  Free with queue_free. */
enum status queue_build(struct queue *queue, const struct study *study,
                        const struct stage *stage, enum stage_id id,
                        const struct raw *raw, const struct stage_layout *layout,
                        bool is_root_only, MPI_Comm comm, struct error *err);
/* Reads one of `shares` shares of a stage that should be committed.  *pending: blocks that
 * are not fully committed; *damaged: those of them whose checksum fails. */
enum status queue_check(const struct stage *stage, const struct raw *raw,
                        const struct stage_layout *layout, int shares, int share,
                        uint64_t *pending, uint64_t *damaged, struct error *err);
void queue_free(struct queue *queue);

#endif
