/* The empty file of a merge: the first file's objects, with the merged sizes.  Private to results/. */
#ifndef NVSWEEP_RESULTS_MERGE_FILE_H
#define NVSWEEP_RESULTS_MERGE_FILE_H

#include "results/merge_plan.h"

/* Creates `to` with every dataset at its merged size.  Returns STATUS_IO if a call fails. */
enum status merge_file_make(const struct merge_plan *plan, const char *to,
                            struct error *err);

#endif
