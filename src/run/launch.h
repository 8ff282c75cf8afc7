/* Checks that the launcher and the MPI library match.  A program built for one MPI but
 * started by another's launcher runs as many processes as requested, each of which
 * believes that it is the only one. */
#ifndef NVSWEEP_RUN_LAUNCH_H
#define NVSWEEP_RUN_LAUNCH_H

#include "base/error.h"

#include <stdbool.h>

/* Returns STATUS_INPUT if MPI reports a world of `size` 1 although the environment says that
 * a launcher (mpirun of Open MPI; hydra of MPICH, Intel and others; srun; PALS; Flux) has
 * started several tasks.  *is_first: this is the launcher's first task, the only one that
 * should print the error. */
enum status launch_check(int size, bool *is_first, struct error *err);

#endif
