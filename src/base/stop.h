/* A request to stop, which long computations check.
 *
 * Once the request is made, the runner discards whatever a model returns, so that a model
 * remains a pure function.  A loop that may run for more than a few milliseconds calls
 * stop_is_wanted() at least every 10 ms; if it returns true, the loop ends and may return any
 * values that are safe to handle.  A cache of results must not keep such values.  A check
 * costs one load from memory.
 *
 * Only the runner makes the request, and it does not withdraw it while models run.  Commands
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

/* Makes or withdraws the request.  May be called in a signal handler and from any thread. */
void stop_want(bool is_wanted);

#endif
