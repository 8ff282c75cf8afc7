/* Reading a file where a crash harms nobody.  Private to results/. */
#ifndef NVSWEEP_RESULTS_PROBE_H
#define NVSWEEP_RESULTS_PROBE_H

#include "base/error.h"

typedef enum status probe_fn(const char *path);

/* Call `read` in a child process first: HDF5 1.10 can die, or search for ever, on a file
 * whose bytes are damaged.  STATUS_INPUT if the child was ended by a signal or used 30 s
 * of a core, STATUS_OK otherwise, whatever `read` said.  Does nothing in a rank of an MPI
 * job, whose network cards may not outlive a fork. */
enum status probe_file(const char *path, probe_fn *read, struct error *err);

#endif
