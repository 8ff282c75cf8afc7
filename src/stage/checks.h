/* Checks of a sweep before it runs. */
#ifndef NVSWEEP_STAGE_CHECKS_H
#define NVSWEEP_STAGE_CHECKS_H

#include "stage/stage.h"

/* Returns STATUS_INPUT, with the place in the sweep file, for
 *   - an axis that the file gives and no stage of the sweep reads;
 *   - a rule of exclude that leaves out no point, or rules that leave out all points of a last stage;
 *   - a process node that the library does not have for any of the sweep's roadmaps, or a roadmap
 *     that it does not have at any of the sweep's nodes;
 *   - a phase that none of the sweep's workloads has, or a workload that has none of its phases.
 * If only some combinations are impossible, these are infeasible points. */
enum status study_check(const struct study *study, struct error *err);

/* Returns the names of the stages that read an axis, separated by spaces, if other last
 * stages of the sweep do not read it; freed by the caller.  NULL if all of them read it, or
 * none. */
char *axis_read_by(const struct study *study, enum axis_id axis);

#endif
