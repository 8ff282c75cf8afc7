/* A thread on every rank that acts while the rank computes.
 *
 *  - It touches the lock file (rank 0), so that others see that the run is alive.
 *  - It sees whether the result file and the lock file are still the ones that the run
 *    opened (rank 0): if they were replaced, moved or deleted it stops the run.
 *  - It sees whether rank 0 is still alive (the other ranks): a launcher need not end them.
 *  - From a reason to stop on it gives the block in hand its grace, then raises the flag of
 *    base/stop.h; and where the model does not look at it, gives the block back and, on
 *    rank 0, ends the process.  What is committed is safe, and resuming is free. */
#ifndef NVSWEEP_RUN_GUARD_H
#define NVSWEEP_RUN_GUARD_H

#include "results/raw.h"
#include "run/lock.h"

#define GUARD_LOOK_S 1.0 /* between two looks at the files */
#define GUARD_DEAF_S 0.4 /* a model has to leave its point, before its block is taken */
#define GUARD_SILENT_S 180.0 /* of its heartbeat, before rank 0 counts as dead */

struct guard; /* opaque; NULL does nothing, anywhere */

/* What the guard found of the run's files. */
enum guard_finding { FILES_FINE, FILE_GONE, LOCK_GONE };

/* `output` is kept, not copied.  NULL if no thread can be had: the run then goes on, is not
 * seen alive by other hosts, and stops between two points only. */
struct guard *guard_begin(const char *output, int rank);
void guard_end(struct guard *guard);

/* From now on touch and watch the lock (rank 0), or watch rank 0's (the others). */
void guard_lock(struct guard *guard, const struct lock *lock);

/* From now on watch the file, and give blocks back in it. */
void guard_file(struct guard *guard, const struct raw *raw);

/* The rank evaluates a block whose count of attempts is at that offset of the file and was
 * so many before; until guard_leave. */
void guard_enter(struct guard *guard, uint64_t offset, uint8_t attempts);
void guard_leave(struct guard *guard);

/* Look at the files now; rank 0 only.  Works without a thread, too. */
enum guard_finding guard_look(const struct raw *raw, const struct lock *lock);

#endif
