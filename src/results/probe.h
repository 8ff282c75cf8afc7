/* Reading a file where a crash harms nobody.  Private to results/. */
#ifndef NVSWEEP_RESULTS_PROBE_H
#define NVSWEEP_RESULTS_PROBE_H

#include "base/error.h"

#include <stdint.h>
#include <sys/resource.h>

typedef enum status probe_fn(const char *path);

/* Until memory_unbound, allow this process 512 MiB and 16 times the file's size beside what
 * it holds: lengths in damaged files say gigabytes.  Returns the limits before.  Not in
 * a rank of an MPI job, whose library allocates, too. */
struct rlimit memory_bound(uint64_t file_bytes);
void memory_unbound(const struct rlimit *before);

/* Call `read` in a child process first: HDF5 1.10 can die, or search for ever, on a file
 * whose bytes are damaged.  STATUS_INPUT if the child was ended by a signal, used 30 s of
 * a core or ran out of memory, STATUS_OK otherwise, whatever `read` said.  Does nothing in a rank of an MPI
 * job, whose network cards may not outlive a fork. */
enum status probe_file(const char *path, probe_fn *read, struct error *err);

#endif
