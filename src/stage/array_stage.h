/* What the array model is asked at a design point. */
#ifndef NVSWEEP_STAGE_ARRAY_STAGE_H
#define NVSWEEP_STAGE_ARRAY_STAGE_H

#include "array/array.h"
#include "reliability/ecc.h"
#include "stage/visit.h"

/* Fills in the array request for `point`, which may differ from visit->point only in what
 * the array is.  STATUS_INFEASIBLE and reason if the library has no such node. */
enum status array_request_at(const struct visit *visit, const struct point *point,
                             struct array_request *request, struct error *reason);

/* An array as the stage makes it: what the model was asked, and its answer with the code's
 * coder and decoder, which are not in its breakdowns. */
struct array_answer {
    struct array_request request;
    struct array_result result;
    struct codec codec;
};

/* The stage's array at a point of its grid, valid organizations counted; or, if capacity_bytes
 * is not 0, what it would be with that capacity, without their count.  STATUS_INFEASIBLE and reason as in the stage. */
enum status array_answer_at(const struct study *study, uint64_t index,
                            uint64_t capacity_bytes, struct array_answer *answer,
                            struct error *reason);

/* What the memory at a point is built as: the name of a record of builds/.  NULL where area
 * is the model's own: the published tool's rules, and nodes that were fitted as a whole. */
const char *array_build_name(const struct point *point, const struct node *node);

#endif
