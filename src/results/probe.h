/* Reads a file in a child process, where a crash does no harm.  Private to results/. */
#ifndef NVSWEEP_RESULTS_PROBE_H
#define NVSWEEP_RESULTS_PROBE_H

#include "base/error.h"

#include <stdint.h>
#include <sys/resource.h>

typedef enum status probe_fn(const char *path);

/* Limits this process, until memory_restore, to 512 MiB plus 16 times the file's size more
 * than it uses now, because lengths in damaged files may ask for gigabytes.  Returns the
 * earlier limits.  Not for ranks of an MPI job, whose library allocates too. */
struct rlimit memory_limit(uint64_t file_bytes);
void memory_restore(const struct rlimit *before);

/* Calls `read` in a child process first, because HDF5 1.10 can crash or loop forever on a
 * damaged file.  Returns STATUS_INPUT if a signal ended the child, it used 30 s of
 * processor time or it ran out of memory; otherwise STATUS_OK, whatever `read` returned.
 * Does nothing in a rank of an MPI job, whose network cards may not survive a fork. */
enum status probe_file(const char *path, probe_fn *read, struct error *err);

#endif
