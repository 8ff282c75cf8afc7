/* One stage on all ranks: rank 0 deals, all evaluate.
 *
 * Messages, all small: a worker tells rank 0 that it finished a lease and that it wants
 * another (it asks while it still has one, so that rank 0 may be busy for a while), and
 * at last that it is done; rank 0 sends leases, and one end.  Messages were chosen over
 * a shared counter because rank 0 must order, shrink, repeat and record leases anyway;
 * tests/bench_runner.c prints how many it deals per second. */
#ifndef NVSWEEP_RUN_STAGE_RUN_H
#define NVSWEEP_RUN_STAGE_RUN_H

#include "run/evaluate.h"
#include "run/watch.h"

/* Collective.  Evaluate the line's blocks.  *is_stopped on all ranks: dealing stopped
 * before the end.  watch is used on rank 0 only. */
enum status stage_run(struct evaluator *evaluator, struct watch *watch, MPI_Comm comm,
                      bool *is_stopped, struct error *err);

#endif
