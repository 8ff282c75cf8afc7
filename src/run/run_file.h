/* The result file of a run: made or checked by rank 0, opened by all, extended if the sweep has
 * grown. */
#ifndef NVSWEEP_RUN_RUN_FILE_H
#define NVSWEEP_RUN_RUN_FILE_H

#include "run/run_state.h"

/* Collective.  Rank 0 takes the lock and makes the file, or checks that the existing one belongs to
 * this sweep; then all ranks that write it open it.  Sets run->layout, run->file_system, run->io,
 * run->raw and run->growth. */
enum status run_file_open(struct run *run, struct error *err);

/* Closes the old file of a sweep that has grown, and removes it if all its points are in the new
 * one. */
void run_growth_end(struct run *run, bool is_stopped, enum status status);

#endif
