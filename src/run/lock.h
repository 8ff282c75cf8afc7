/* One run at a time on a result file: output.lock says who writes it.
 *
 * The file holds host, process id and Slurm job, and is locked (flock) by its owner.  A
 * lock whose owner is gone is taken over: on the same host flock tells; of another host it
 * counts as gone when its owner was an earlier start of the same Slurm job (which was
 * requeued), when Slurm says that its job has ended, or when it has not touched the file
 * for LOCK_STALE_S. */
#ifndef NVSWEEP_RUN_LOCK_H
#define NVSWEEP_RUN_LOCK_H

#include "base/error.h"
#include "run/job.h"

#include <stdbool.h>
#include <sys/types.h>

#define LOCK_TOUCH_S 10.0
#define LOCK_STALE_S 120.0
#define LOCK_WAIT_S 2.0

struct lock {
    int fd; /* -1: not held */
    char *path;
    struct heartbeat *heartbeat; /* a thread that touches the file every LOCK_TOUCH_S */
};

/* Who holds a lock, as its file says. */
struct lock_owner {
    char host[128];
    long pid;
    struct job job;
    double silent_s; /* since the owner last touched it */
    bool is_alive;
};

/* STATUS_INPUT and the owner if another run holds it for LOCK_WAIT_S, STATUS_IO if it cannot be made. */
enum status lock_take(struct lock *lock, const char *output, struct error *err);

void lock_release(struct lock *lock);

/* Read whose lock it is; false if there is none. */
bool lock_read(const char *output, struct lock_owner *owner);

#endif
