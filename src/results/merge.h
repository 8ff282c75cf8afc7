/* Two result files of the same metrics, over different values of their axes, as one. */
#ifndef NVSWEEP_RESULTS_MERGE_H
#define NVSWEEP_RESULTS_MERGE_H

#include "results/results.h"

struct merge_report {
    uint64_t points, from_a, from_b, both, neither; /* over all stages */
};

/* The sweep of a merged file is those of both, as comments under these lines. */
#define MERGED_FIRST "merged; the first file's sweep:"
#define MERGED_SECOND "the second file's sweep:"

/* Write `to`: the grid spanned by the values of both files along every dimension, ordered
 * (numbers ascending where both files have them so, else a's values and then b's new
 * ones).  A point that both have done must have the same values in both; a point that
 * neither has is pending.  Both must be of the same program, with the same stages, metrics
 * and dimensions.  STATUS_INPUT, naming what differs, if they are not or if a point's
 * values conflict; STATUS_IO if the system refuses.  No file is left behind then. */
enum status results_merge(const struct results *a, const struct results *b,
                          const char *to, struct merge_report *report,
                          struct error *err);

#endif
