/* The memories of an accelerator, for all stages that need them. */
#ifndef NVSWEEP_STAGE_BUFFERS_STAGE_H
#define NVSWEEP_STAGE_BUFFERS_STAGE_H

#include "columns/buffers.h"
#include "stage/visit.h"

/* Writes the memories of the point's accelerator to row `row` of the columns.  `point` may
 * differ from visit->point only in its machine.  Returns STATUS_INFEASIBLE with a reason if a
 * memory cannot be built. */
enum status buffers_at(const struct visit *visit, const struct point *point,
                       const struct buffers_columns *out, uint64_t row,
                       struct error *reason);
double buffers_at_s(const struct point *point, const struct pe_array *array);

#endif
