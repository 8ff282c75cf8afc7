/* Compressed copies of finished result files, for archives and notebooks. */
#ifndef NVSWEEP_RESULTS_PACK_H
#define NVSWEEP_RESULTS_PACK_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct pack_report {
    uint64_t bytes_before, bytes_after;
    uint64_t datasets, elements; /* compared with the source's, one by one */
};

/* Writes `to` as a compressed copy of `from`: datasets in chunks that suit slices along any
 * axis, shuffled and deflated, each chunk with a checksum.  All commands read such a copy.
 * With `undo` it writes contiguous datasets again, which a run can continue.  Every dataset
 * and attribute of the copy is read back from the disk and compared before the copy gets
 * its name.  Returns STATUS_INPUT if `from` is not an HDF5 file or lacks a result file's
 * attributes, STATUS_IO if a system call or the comparison fails.  `to` does not exist
 * then. */
enum status results_pack(const char *from, const char *to, bool undo,
                         struct pack_report *report, struct error *err);

#endif
