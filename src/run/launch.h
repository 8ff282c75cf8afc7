/* Did the launcher and the MPI library find each other?  A program of one MPI under the launcher
 * of another starts as many processes as asked for, and each takes itself for the only one. */
#ifndef NVSWEEP_RUN_LAUNCH_H
#define NVSWEEP_RUN_LAUNCH_H

#include "base/error.h"

#include <stdbool.h>

/* STATUS_INPUT if MPI has given this process a world of `size` 1, though the environment says
 * that a launcher (mpirun of Open MPI; hydra of MPICH, Intel and others; srun; PALS; Flux)
 * started several tasks.  *is_first: whether this is the launcher's first task, which alone
 * should speak. */
enum status launch_check(int size, bool *is_first, struct error *err);

#endif
