/* From values in memory to committed blocks, in the order that durability asks for.
 *
 * By default a block's status follows its columns and checksum at once: what is written
 * survives the death of processes.  With durability = "power" the status waits until the
 * columns are on the disk: statuses are collected, and every COMMIT_SYNC_S seconds one
 * fdatasync lets them go.
 *
 * Where rank 0 alone writes the file (--io root), a worker's blocks go to it, and it is
 * rank 0 that keeps this order. */
#ifndef NVSWEEP_RUN_COMMIT_H
#define NVSWEEP_RUN_COMMIT_H

#include "run/remote.h"

#define COMMIT_SYNC_S 3.0

struct commit {
    struct raw raw;        /* not open where remote is there */
    struct remote *remote; /* who writes for this rank; NULL: itself */
    const struct stage_layout *layout;
    bool is_power;
    double sync_s;           /* between syncs */
    struct waiting *waiting; /* statuses that wait for a sync */
    size_t waiting_count, waiting_bytes;
    double synced_s; /* clock of the last sync */
};

/* The file is opened by the caller in commit->raw.  sync_s: 0 for COMMIT_SYNC_S. */
void commit_begin(struct commit *commit, const struct stage_layout *layout,
                  bool is_power, double sync_s);

/* Mark the block as attempted once more than `attempts` before it is evaluated. */
enum status commit_attempt(struct commit *commit, uint32_t block, uint8_t attempts,
                           struct error *err);

/* Nobody evaluates the block here any more: it was attempted so often without this time. */
enum status commit_withdraw(struct commit *commit, uint32_t block, uint8_t attempts,
                            struct error *err);

enum status commit_block(struct commit *commit, uint32_t block,
                         const struct block *values, struct error *err);

/* Rank 0: what a worker sent (run/remote.h), as if it had been found here. */
enum status commit_received(struct commit *commit, const struct stage *stage,
                            char *message, size_t bytes, struct error *err);

/* Let all waiting statuses go. */
enum status commit_flush(struct commit *commit, struct error *err);

/* Forget waiting statuses, if any, and release memory; the file stays open. */
void commit_end(struct commit *commit);

#endif
