/* Reading compressed copies (results/pack.h) through HDF5, a run of elements at a time, as
 * raw.h reads plain files.  Private to results/. */
#ifndef NVSWEEP_RESULTS_PACKED_H
#define NVSWEEP_RESULTS_PACKED_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct packed; /* opaque */

/* The file of that path, which stays open; NULL and STATUS_IO if HDF5 refuses. */
enum status packed_open(const char *path, struct packed **packed, struct error *err);
void packed_close(struct packed *packed); /* NULL is nothing */

/* Elements [first, + count) of the dataset, row-major, as they are stored.  STATUS_IO if a
 * chunk's checksum fails or the system refuses. */
enum status packed_read(struct packed *packed, const char *dataset, uint64_t first,
                        uint64_t count, void *bytes, struct error *err);

#endif
