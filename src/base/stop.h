/* A request to stop that long computations look at.
 *
 * A model stays a pure function: the runner throws away whatever a function returns once
 * the request has been made.  So a loop that may run for more than a few milliseconds asks
 * stop_is_wanted() at least every 10 ms of work, and if so leaves with any values that are
 * safe to handle.  Whoever keeps results for later calls must not keep such values.
 * Reading the flag costs one load from memory.
 *
 * Only the runner makes the request, and never takes it back while models run.  Commands
 * that evaluate a few points never make it. */
#ifndef NVSWEEP_BASE_STOP_H
#define NVSWEEP_BASE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>

extern atomic_int stop_flag;

static inline bool stop_is_wanted(void)
{
    return atomic_load_explicit(&stop_flag, memory_order_relaxed) != 0;
}

/* May be called in a signal handler and from any thread. */
void stop_want(bool is_wanted);

#endif
