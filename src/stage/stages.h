/* The evaluate and cost functions of the stages, one file each; stage.c lists them. */
#ifndef NVSWEEP_STAGE_STAGES_H
#define NVSWEEP_STAGE_STAGES_H

#include "stage/stage.h"

#define STAGE(name, ID)                                                        \
    void name##_stage_evaluate(const struct study *study, struct range points, \
                               const union columns *out, int8_t *status,       \
                               struct error *reason);
#include "metrics.def"

#define STAGE_COST(name)                                                             \
    double name##_stage_cost_s(const struct study *study, const struct point *point, \
                               struct layer_cache *layers)
STAGE_COST(array);
STAGE_COST(reuse);
STAGE_COST(buffers);
STAGE_COST(mapping);
STAGE_COST(sensitivity);
STAGE_COST(engines);
STAGE_COST(cim_network);
STAGE_COST(crossbar_network);
#undef STAGE_COST

/* The memories of the point's accelerator, a point that is the visit's but for what its
 * machine is, into row `row` of the columns.  STATUS_INFEASIBLE and reason if one cannot be
 * built. */
struct visit;
enum status buffers_at(const struct visit *visit, const struct point *point,
                       const struct buffers_columns *out, uint64_t row,
                       struct error *reason);
double buffers_at_s(const struct point *point, const struct accelerator *accelerator);

/* The array model's question at a design point, which is the visit's but for what the
 * array is.  STATUS_INFEASIBLE and reason if the library has no such node. */
struct array_request;
enum status array_request_at(const struct visit *visit, const struct point *point,
                             struct array_request *request, struct error *reason);

#endif
