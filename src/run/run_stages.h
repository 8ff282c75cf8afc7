/* One stage of a run after the other: what is left of it, its work, its check, its values in
 * memory. */
#ifndef NVSWEEP_RUN_RUN_STAGES_H
#define NVSWEEP_RUN_RUN_STAGES_H

#include "run/run_state.h"

/* Collective.  Evaluates the blocks of the stage that the file lacks, reads the file again, and
 * loads the stage's values into run->study if a later stage reads them.  *is_stopped: the run was
 * asked to stop. */
enum status run_stage_finish(struct run *run, enum stage_id id, bool *is_stopped,
                             struct error *err);

#endif
