/* Runs one stage on all ranks: rank 0 hands out leases, all ranks evaluate.
 *
 * All messages are small.  A worker reports that it finished a lease and that it wants
 * another one; it asks while it still holds a lease, so that rank 0 may answer late.  Its
 * last report says that it is done.  Rank 0 sends leases, then one end.  Messages are used
 * instead of a shared counter because rank 0 must order, shrink, repeat and record leases
 * anyway; tests/bench_runner.c prints how many leases it hands out per second. */
#ifndef NVSWEEP_RUN_STAGE_RUN_H
#define NVSWEEP_RUN_STAGE_RUN_H

#include "run/evaluate.h"
#include "run/watch.h"

/* Collective.  Evaluates the blocks of the queue.  *is_stopped, on all ranks: a stop was
 * requested before the end.  `watch` is used on rank 0 only. */
enum status stage_run(struct evaluator *evaluator, struct watch *watch, MPI_Comm comm,
                      bool *is_stopped, struct error *err);

#endif
