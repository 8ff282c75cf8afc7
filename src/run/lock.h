/* One run at a time on a result file: output.lock says who writes it.
 *
 * The file holds host, process, Slurm job and where the process lives; rank 0 locks it
 * (flock) and touches it every LOCK_TOUCH_S (run/guard.h), the other ranks lock it too
 * (fcntl), so that none of a dead run's ranks is still writing when the next run begins.
 *
 * A lock is taken over when its owner is gone:
 *  - somebody holds its flock: not gone, whatever else is true;
 *  - nobody does, and the owner was of this machine: gone;
 *  - flock does not tell (the file system has none, or keeps it on each node): gone when
 *    the owner's process was of this machine and process-id namespace and has ended, when
 *    it was an earlier start of the same Slurm job (which was requeued), when Slurm says
 *    that its job has ended, or when the file was not touched for LOCK_STALE_S.
 *
 * That a process of the owner's number is there says nothing: numbers are used again. */
#ifndef NVSWEEP_RUN_LOCK_H
#define NVSWEEP_RUN_LOCK_H

#include "base/error.h"
#include "run/job.h"

#include <stdbool.h>
#include <sys/types.h>

#define LOCK_TOUCH_S 10.0
#define LOCK_STALE_S 120.0
#define LOCK_WAIT_S 2.0
#define LOCK_SETTLE_S 0.2 /* without flock: between making the lock and relying on it */

struct lock {
    int fd; /* -1: not held */
    char *path;
    int flock_errno; /* why the file system has no flock, or 0: it has */
    bool is_owner;   /* rank 0's */
    bool is_touched; /* by rank 0's guard */
};

/* A process, told from all others: "boot:namespace:start", "-" where Linux does not say. */
struct lock_place {
    char boot[40], space[24], start[24];
};

/* Who holds a lock, as its file says. */
struct lock_owner {
    char host[128];
    long pid;
    struct job job;
    struct lock_place place;
    double silent_s; /* since the owner last touched it */
    bool is_alive;
};

/* Rank 0.  STATUS_INPUT and the owner if another run holds it for LOCK_WAIT_S, or if
 * something else is in its place; STATUS_RESUME if a reason to stop came meanwhile;
 * STATUS_IO if it cannot be made. */
enum status lock_take(struct lock *lock, const char *output, struct error *err);

/* The other ranks, once rank 0 has it: hold it as well, as far as the file system can. */
void lock_join(struct lock *lock, const char *output);

/* Rank 0 also removes the file, if it is still its own. */
void lock_release(struct lock *lock);

/* Read whose lock it is; false if there is none, or no file. */
bool lock_read(const char *output, struct lock_owner *owner);

#endif
