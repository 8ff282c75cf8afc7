/* When to stop: a signal came, time is running out, or the run itself found a reason.
 *
 * From the first reason on nothing more is dealt.  The block in hand may finish within
 * stop_grace_s; then the flag of base/stop.h is raised, models leave the point they are in,
 * and its block is given back.  run/guard.h has the thread that sees to it. */
#ifndef NVSWEEP_RUN_STOP_H
#define NVSWEEP_RUN_STOP_H

#include <stdbool.h>
#include <stddef.h>

/* Catch SIGUSR1, SIGTERM and SIGINT, ignore SIGXFSZ (a write over the limit then fails
 * with EFBIG), and note the deadline: STOP_BUDGET_SHARE of budget_s (0: none) before its
 * end, STOP_GRACE_S at most, and STOP_MARGIN_S (or a quarter of what is left, if that is
 * less) before the end that Slurm sets in SLURM_JOB_END_TIME. */
#define STOP_MARGIN_S 60.0
#define STOP_BUDGET_SHARE 0.1
void stop_watch(double budget_s);

/* The name of the signal that came, "the time budget", "the job's time limit", what
 * stop_for said, or NULL: go on. */
const char *stop_reason(void);

/* Stop at once, for a reason that this process found; the first reason counts.  `words` is
 * a constant. */
void stop_for(const char *words);

/* Seconds that the block in hand may still take, from the reason on: a moment after
 * SIGTERM and SIGINT (mpirun sends SIGKILL one second later), STOP_GRACE_S where there is
 * time. */
#define STOP_GRACE_S 5.0
#define STOP_GRACE_TERM_S 0.25
double stop_grace_s(void);

/* Seconds until the nearest deadline, 1e9 if there is none. */
double stop_left_s(void);

/* Sleep for so long, or until a signal comes or stop_wake is called. */
void stop_sleep(double wait_s);
void stop_wake(void);

/* Somebody sleeps in stop_sleep and will raise the flag after the grace; else a signal
 * raises it at once. */
void stop_guarded(bool is_guarded);

/* Seconds of a clock that only goes forward. */
double clock_s(void);

/* Seconds since the epoch, as the system's clock says. */
double epoch_s(void);

/* Sleep a moment that grows with `idle`, the count of times nothing was to do: a rank
 * that waits leaves its core to those that compute. */
void idle_wait(unsigned idle);

#endif
