/* When to stop dealing: a signal came, or time is running out. */
#ifndef NVSWEEP_RUN_STOP_H
#define NVSWEEP_RUN_STOP_H

#include <stdbool.h>
#include <stddef.h>

/* Catch SIGUSR1, SIGTERM and SIGINT, ignore SIGXFSZ (a write over the limit then fails
 * with EFBIG), and note the deadline: after budget_s seconds (0: none), and STOP_MARGIN_S
 * (or a quarter of what is left, if that is less) before the end that Slurm sets in
 * SLURM_JOB_END_TIME. */
#define STOP_MARGIN_S 60.0
void stop_watch(double budget_s);

/* The name of the signal that came, "the time budget", "the job's time limit", or NULL:
 * go on. */
const char *stop_reason(void);

/* Seconds of a clock that only goes forward. */
double clock_s(void);

/* Sleep a moment that grows with `idle`, the count of times nothing was to do: a rank
 * that waits leaves its core to those that compute. */
void idle_wait(unsigned idle);

#endif
