/* Merges two result files that have the same metrics over different values of their axes. */
#ifndef NVSWEEP_RESULTS_MERGE_H
#define NVSWEEP_RESULTS_MERGE_H

#include "results/results.h"

struct merge_report {
    uint64_t points, from_a, from_b, both, neither; /* summed over all stages */
};

/* The sweep text of a merged file: both sweeps as comments, each below one of these lines. */
#define MERGED_FIRST "merged; the first file's sweep:"
#define MERGED_SECOND "the second file's sweep:"

/* Writes `to`: the grid of all values that either file has along each dimension (numbers
 * ascending if both files have them ascending, otherwise a's values and then b's new ones).
 * A point that both files have must have the same values in both; a point that neither has
 * is pending.  Both files must come from the same program and have the same stages, metrics
 * and dimensions.  Returns STATUS_INPUT, naming what differs, if they do not or if a point's
 * values differ; STATUS_IO if a system call fails.  `to` does not exist then. */
enum status results_merge(const struct results *a, const struct results *b,
                          const char *to, struct merge_report *report,
                          struct error *err);

#endif
