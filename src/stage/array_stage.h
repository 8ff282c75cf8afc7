/* The request to the array model at a design point. */
#ifndef NVSWEEP_STAGE_ARRAY_STAGE_H
#define NVSWEEP_STAGE_ARRAY_STAGE_H

#include "array/array.h"
#include "reliability/ecc.h"
#include "stage/visit.h"

/* Fills in the array request for `point`, which may differ from visit->point only in what the
 * array is.  Returns STATUS_INFEASIBLE with a reason if the library has no such node. */
enum status array_request_at(const struct visit *visit, const struct point *point,
                             struct array_request *request, struct error *reason);

/* An array as the stage evaluates it: the request, the model's result, and the coder and
 * decoder of the code, which are not part of the result's breakdowns. */
struct array_answer {
    struct array_request request;
    struct array_result result;
    struct codec codec;
};

/* Evaluates the stage's array at a point of its grid and counts the valid organizations; or,
 * if capacity_bytes is not 0, the same array with that capacity, without counting.  Status
 * and reason are those of the stage. */
enum status array_answer_at(const struct study *study, uint64_t index,
                            uint64_t capacity_bytes, struct array_answer *answer,
                            struct error *reason);

/* Returns the name of the record in builds/ that describes the memory at a point.  NULL if
 * the area is the model's own: under the published tool's rules, and at nodes that were
 * fitted as a whole. */
const char *array_build_name(const struct point *point, const struct node *node);

#endif
