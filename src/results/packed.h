/* Reads compressed copies (results/pack.h) through HDF5, a range of elements at a time, as
 * raw.h reads plain files.  Private to results/. */
#ifndef NVSWEEP_RESULTS_PACKED_H
#define NVSWEEP_RESULTS_PACKED_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct packed; /* opaque */

/* Opens the file at `path`; NULL and STATUS_IO if HDF5 fails. */
enum status packed_open(const char *path, struct packed **packed, struct error *err);
void packed_close(struct packed *packed); /* accepts NULL */

/* Reads elements [first, first + count) of the dataset, row-major, in their stored type.
 * Returns STATUS_IO if a chunk's checksum or a system call fails. */
enum status packed_read(struct packed *packed, const char *dataset, uint64_t first,
                        uint64_t count, void *bytes, struct error *err);

#endif
