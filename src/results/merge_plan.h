/* Maps the elements of a merged grid to those of its two files.  Private to results/. */
#ifndef NVSWEEP_RESULTS_MERGE_PLAN_H
#define NVSWEEP_RESULTS_MERGE_PLAN_H

#include "results/results.h"

/* A dimension of the merged grid.  in[f][i]: index in file f of the merged index i, or
 * UINT64_MAX. */
struct merged_dimension {
    uint64_t count;
    uint64_t *in[2];
    bool is_grown; /* longer than in the first file */
};

struct merge_plan {
    const struct results *files[2];
    struct merged_dimension *dimensions; /* in the first file's order */
};

/* Returns STATUS_INPUT, with what differs, if the files cannot be merged. */
enum status merge_plan_make(struct merge_plan *plan, const struct results *a,
                            const struct results *b, struct error *err);
void merge_plan_free(struct merge_plan *plan);

/* The stage whose blocks lie along the dimension, which a merge creates anew; or NULL. */
const struct results_stage *merge_block_stage(const struct results *results,
                                              size_t dimension);

/* The element of file 0 or 1 that becomes element `merged` of a variable (of the first
 * file), or UINT64_MAX. */
uint64_t merge_element(const struct merge_plan *plan, const struct variable *variable,
                       uint64_t merged, int file);

/* Number of the variable's elements in the merged grid. */
uint64_t merge_count(const struct merge_plan *plan, const struct variable *variable);

#endif
