/* A thread on every rank that acts while the rank computes.
 *
 *  - On rank 0 it touches the lock file, so that others see that the run is alive.
 *  - On rank 0 it checks that the result file and the lock file are still the ones that
 *    the run opened; if one was replaced, moved or deleted, it stops the run.
 *  - On the other ranks it checks that rank 0 is alive, because a launcher may leave them
 *    running when rank 0 dies.
 *  - After a reason to stop it waits until the block's grace time is over, then raises the
 *    flag of base/stop.h.  If the model does not check the flag, the guard gives the block
 *    back and, on rank 0, ends the process.  Committed blocks are kept, so the run can be
 *    resumed. */
#ifndef NVSWEEP_RUN_GUARD_H
#define NVSWEEP_RUN_GUARD_H

#include "results/raw.h"
#include "run/lock.h"

#define GUARD_CHECK_S 1.0 /* between two checks of the files */
#define GUARD_DEAF_S \
    0.4 /* from the flag until a model that ignores it loses its block */
#define GUARD_SILENT_S 180.0 /* without a heartbeat, until rank 0 counts as dead */

struct guard; /* opaque; every function accepts NULL and does nothing */

/* State of the run's files. */
enum guard_finding { FILES_FINE, FILE_GONE, LOCK_GONE };

/* `output` is kept, not copied.  Returns NULL if the system has no thread left: the run then
 * continues, other hosts cannot see that it is alive, and it stops between points only. */
struct guard *guard_begin(const char *output, int rank);
void guard_end(struct guard *guard);

/* Starts touching and checking the lock (rank 0), or checking rank 0's heartbeat. */
void guard_lock(struct guard *guard, const struct lock *lock);

/* Starts checking the file; blocks are given back in it. */
void guard_file(struct guard *guard, const struct raw *raw);

/* The rank begins to evaluate a block.  The block's count of attempts lies at `offset` of
 * the file and was `attempts` before.  Valid until guard_leave. */
void guard_enter(struct guard *guard, uint64_t offset, uint8_t attempts);
void guard_leave(struct guard *guard);

/* Checks the files now; rank 0 only.  Needs no thread. */
enum guard_finding guard_check(const struct raw *raw, const struct lock *lock);

#endif
