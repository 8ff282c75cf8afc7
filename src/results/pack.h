/* Compressed copies of finished result files, for archives and notebooks. */
#ifndef NVSWEEP_RESULTS_PACK_H
#define NVSWEEP_RESULTS_PACK_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct pack_report {
    uint64_t bytes_before, bytes_after;
    uint64_t datasets, elements; /* compared one by one with the source's */
};

/* Write `to` as a copy of `from`: datasets in chunks that suit slices along any axis,
 * shuffled, deflated, each chunk with a checksum, which all commands read; with `undo` the
 * other way round, contiguous again, as a run can go on with it.  Every dataset and attribute of the
 * copy is read back from the disk and compared before the copy gets its name.  STATUS_INPUT
 * if `from` is no HDF5 file or lacks a result file's attributes, STATUS_IO if the system
 * refuses or the comparison fails; no file is left behind then. */
enum status results_pack(const char *from, const char *to, bool undo,
                         struct pack_report *report, struct error *err);

#endif
