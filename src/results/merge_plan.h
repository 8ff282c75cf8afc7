/* Which value of a merged grid comes from where.  Private to results/. */
#ifndef NVSWEEP_RESULTS_MERGE_PLAN_H
#define NVSWEEP_RESULTS_MERGE_PLAN_H

#include "results/results.h"

/* A dimension of the merged grid: for every index, that of either file or UINT64_MAX. */
struct merged_dimension {
    uint64_t count;
    uint64_t *in[2];
    bool is_grown; /* longer than the first file's */
};

struct merge_plan {
    const struct results *files[2];
    struct merged_dimension *dimensions; /* in the first file's order */
};

/* STATUS_INPUT, with what differs, if the files do not fit together. */
enum status merge_plan_make(struct merge_plan *plan, const struct results *a,
                            const struct results *b, struct error *err);
void merge_plan_free(struct merge_plan *plan);

/* The stage whose blocks lie along the dimension, which merging makes anew; or NULL. */
const struct results_stage *merge_block_stage(const struct results *results,
                                              size_t dimension);

/* Element of file 0 or 1 that holds element `merged` of a variable (of the first file),
 * or UINT64_MAX. */
uint64_t merge_element(const struct merge_plan *plan, const struct variable *variable,
                       uint64_t merged, int file);

/* Elements of the variable in the merged grid. */
uint64_t merge_count(const struct merge_plan *plan, const struct variable *variable);

#endif
