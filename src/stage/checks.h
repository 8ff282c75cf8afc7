/* What can be said of a sweep before anything runs. */
#ifndef NVSWEEP_STAGE_CHECKS_H
#define NVSWEEP_STAGE_CHECKS_H

#include "stage/stage.h"

/* STATUS_INPUT, with the place in the sweep file: an axis that the file gives and no stage of
 * the sweep reads; a process node that the library has for none of the roadmaps it stands
 * with, a roadmap likewise; a phase that none of its workloads has, a workload likewise.
 * (Where some combinations are possible, the others are infeasible points.) */
enum status study_check(const struct study *study, struct error *err);

/* The stages that read an axis, " "-separated, if others of the sweep that end in results of
 * their own do not: freed by the caller.  NULL if all do, or none. */
char *axis_read_by(const struct study *study, enum axis_id axis);

#endif
