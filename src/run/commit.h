/* Commits blocks from memory to the file, in the order that durability requires.
 *
 * By default a block's status is written right after its columns and its checksum, so
 * committed blocks survive the death of the processes.  With durability = "power" a status
 * is held back until its columns are on the disk: every COMMIT_SYNC_S seconds fdatasync is
 * called and the statuses that waited for it are written.
 *
 * If rank 0 alone writes the file (--io root), the workers send it their blocks and rank 0
 * keeps this order. */
#ifndef NVSWEEP_RUN_COMMIT_H
#define NVSWEEP_RUN_COMMIT_H

#include "run/remote.h"

#define COMMIT_SYNC_S 3.0

struct commit {
    struct raw raw;        /* not open if `remote` is set */
    struct remote *remote; /* sends to rank 0; NULL: this rank writes itself */
    const struct stage_layout *layout;
    bool is_power;
    double sync_s;           /* between two syncs */
    struct waiting *waiting; /* statuses that wait for a sync */
    size_t waiting_count, waiting_bytes;
    double synced_s; /* time of the last sync, by clock_s */
};

/* The caller opens the file in commit->raw.  sync_s = 0 means COMMIT_SYNC_S. */
void commit_begin(struct commit *commit, const struct stage_layout *layout,
                  bool is_power, double sync_s);

/* Records one more attempt than `attempts` before the block is evaluated. */
enum status commit_attempt(struct commit *commit, uint32_t block, uint8_t attempts,
                           struct error *err);

/* Undoes commit_attempt for a block that is given up: its count is `attempts` again. */
enum status commit_withdraw(struct commit *commit, uint32_t block, uint8_t attempts,
                            struct error *err);

enum status commit_block(struct commit *commit, uint32_t block,
                         const struct block *values, struct error *err);

/* Rank 0: commits the block in a worker's message (run/remote.h). */
enum status commit_received(struct commit *commit, const struct stage *stage,
                            char *message, size_t bytes, struct error *err);

/* Syncs and writes all statuses that wait. */
enum status commit_flush(struct commit *commit, struct error *err);

/* Drops statuses that still wait and releases memory.  The file stays open. */
void commit_end(struct commit *commit);

#endif
