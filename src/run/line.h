/* The line of a stage's pending blocks, the same on every rank. */
#ifndef NVSWEEP_RUN_LINE_H
#define NVSWEEP_RUN_LINE_H

#include "run/run.h"

struct line {
    uint32_t *blocks;  /* by position */
    uint8_t *attempts; /* begun and not committed, before this run */
    double *costs_s;   /* model seconds; on rank 0 only, else NULL */
    uint32_t count;
    uint32_t damaged;   /* blocks whose checksum failed: pending again */
    uint64_t committed; /* points that need no work any more */
};

/* Collective.  All ranks check a share of the stage's blocks, or rank 0 all of them where it
 * alone has the file: committed ones stay, half
 * committed and damaged ones become pending; then rank 0 puts the pending ones in order
 * and tells all.  STATUS_RESUME if a reason to stop came meanwhile. */
enum status line_make(struct line *line, const struct study *study,
                      const struct stage *stage, enum stage_id id,
                      const struct raw *raw, const struct stage_layout *layout,
                      bool is_root_only, MPI_Comm comm, struct error *err);
/* Read a share of a stage that should be committed, one of `shares`: how many blocks are
 * pending (whole or in part), and of how many the checksum disagrees. */
enum status line_check(const struct stage *stage, const struct raw *raw,
                       const struct stage_layout *layout, int shares, int share,
                       uint64_t *pending, uint64_t *damaged, struct error *err);
void line_free(struct line *line);

#endif
