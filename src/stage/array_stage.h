/* What the array model is asked at a design point. */
#ifndef NVSWEEP_STAGE_ARRAY_STAGE_H
#define NVSWEEP_STAGE_ARRAY_STAGE_H

#include "array/array.h"
#include "stage/visit.h"

/* Fills in the array request for `point`, which may differ from visit->point only in what
 * the array is.  STATUS_INFEASIBLE and reason if the library has no such node. */
enum status array_request_at(const struct visit *visit, const struct point *point,
                             struct array_request *request, struct error *reason);

/* What the memory at a point is built as: the name of a record of builds/.  NULL where area
 * is the model's own: the published tool's rules, and nodes that were fitted as a whole. */
const char *array_build_name(const struct point *point, const struct node *node);

#endif
