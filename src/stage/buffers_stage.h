/* The memories of an accelerator, for every stage that has some. */
#ifndef NVSWEEP_STAGE_BUFFERS_STAGE_H
#define NVSWEEP_STAGE_BUFFERS_STAGE_H

#include "columns/buffers.h"
#include "stage/visit.h"

/* The memories of the point's accelerator into row `row` of the columns; `point` may differ
 * from visit->point only in its machine.  STATUS_INFEASIBLE and reason if one cannot be
 * built. */
enum status buffers_at(const struct visit *visit, const struct point *point,
                       const struct buffers_columns *out, uint64_t row,
                       struct error *reason);
double buffers_at_s(const struct point *point, const struct pe_array *array);

#endif
