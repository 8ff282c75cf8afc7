/* Decides when to stop: after a signal, when time runs out, or for a reason that the run
 * found itself.
 *
 * After the first reason no more leases are handed out.  The current block may take
 * stop_grace_s seconds to finish; then the flag of base/stop.h is raised, the models leave
 * the current point, and its block is given back.  The thread of run/guard.h does this. */
#ifndef NVSWEEP_RUN_STOP_H
#define NVSWEEP_RUN_STOP_H

#include <stdbool.h>
#include <stddef.h>

/* Catches SIGUSR1, SIGTERM and SIGINT, ignores SIGXFSZ (a write over the limit then fails
 * with EFBIG), and sets the deadlines.  The deadline of budget_s (0: none) lies
 * STOP_BUDGET_SHARE of it before its end, but at most STOP_GRACE_S.  That of the Slurm job
 * lies STOP_MARGIN_S before SLURM_JOB_END_TIME, or a quarter of the time left if that is
 * less. */
#define STOP_MARGIN_S 60.0
#define STOP_BUDGET_SHARE 0.1
void stop_watch(double budget_s);

/* The reason to stop: the name of a signal, "the time budget", "the job's time limit" or
 * the text given to stop_for; NULL if there is none. */
const char *stop_reason(void);

/* Requests a stop at once, for a reason that this process found.  The first reason counts.
 * `words` is a string constant. */
void stop_for(const char *words);

/* Seconds that the current block may still take after the reason: very few after SIGTERM
 * and SIGINT, because mpirun sends SIGKILL one second later; otherwise STOP_GRACE_S. */
#define STOP_GRACE_S 5.0
#define STOP_GRACE_TERM_S 0.25
double stop_grace_s(void);

/* Seconds until the nearest deadline; 1e9 if there is none. */
double stop_left_s(void);

/* Sleeps for wait_s seconds, or until a signal arrives or stop_wake is called. */
void stop_sleep(double wait_s);
void stop_wake(void);

/* is_guarded: a thread sleeps in stop_sleep and raises the flag after the grace time.
 * Otherwise a signal raises the flag at once. */
void stop_guarded(bool is_guarded);

/* Seconds of a monotonic clock. */
double clock_s(void);

/* Seconds since the epoch, by the system's clock. */
double epoch_s(void);

/* Sleeps for a moment that grows with `idle`, the number of times in a row without work, so
 * that a waiting rank leaves its core to ranks that compute. */
void idle_wait(unsigned idle);

#endif
