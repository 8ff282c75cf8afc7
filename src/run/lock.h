/* One run at a time on a result file: the file output.lock says which run writes it.
 *
 * The lock file holds the host, the process, the Slurm job and the process's identity.
 * Rank 0 locks it with flock and touches it every LOCK_TOUCH_S (run/guard.h).  The other
 * ranks lock it with fcntl, so that a new run cannot begin while a rank of a dead run still
 * writes.
 *
 * Another run takes the lock over when its owner is dead:
 *  - If a process holds the flock, the owner is alive, whatever else is true.
 *  - If no process holds it and the owner ran on this machine, the owner is dead.
 *  - If flock gives no answer (the file system lacks it, or keeps it per node), the owner
 *    is dead if its process ran on this machine in this process-id namespace and has ended,
 *    if it was an earlier start of the same Slurm job (which was requeued), if Slurm says
 *    that its job has ended, or if the file was not touched for LOCK_STALE_S.
 *
 * A process with the owner's number proves nothing, because numbers are used again. */
#ifndef NVSWEEP_RUN_LOCK_H
#define NVSWEEP_RUN_LOCK_H

#include "base/error.h"
#include "run/job.h"

#include <stdbool.h>
#include <sys/types.h>

#define LOCK_TOUCH_S 10.0
#define LOCK_STALE_S 120.0
#define LOCK_WAIT_S 2.0
#define LOCK_SETTLE_S 0.2 /* without flock: from making the lock until it counts */

struct lock {
    int fd; /* -1: not held */
    char *path;
    int flock_errno; /* why the file system has no flock; 0 if it has */
    bool is_owner;   /* this is rank 0's lock */
    bool is_touched; /* rank 0's guard touches it */
};

/* Tells a process from all others: "boot:namespace:start"; "-" if Linux does not say. */
struct process_identity {
    char boot[40], space[24], start[24];
};

/* The owner of a lock, as the lock file describes it. */
struct lock_owner {
    char host[128];
    long pid;
    struct job job;
    struct process_identity identity;
    double silent_s; /* since the owner last touched the file */
    bool is_alive;
};

/* Rank 0.  Returns STATUS_INPUT and names the owner if another run holds the lock for
 * LOCK_WAIT_S or if something other than a lock file is there; STATUS_RESUME if a stop was
 * requested meanwhile; STATUS_IO if the file cannot be made.  Free with lock_release. */
enum status lock_take(struct lock *lock, const char *output, struct error *err);

/* The other ranks, after rank 0 has the lock: hold it too, if the file system can. */
void lock_join(struct lock *lock, const char *output);

/* On rank 0 this also removes the lock file, if it is still this run's. */
void lock_release(struct lock *lock);

/* Reads the owner of the lock; false if no readable lock file exists. */
bool lock_read(const char *output, struct lock_owner *owner);

#endif
