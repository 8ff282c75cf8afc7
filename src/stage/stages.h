/* The evaluate and cost functions of the stages, one file each; stage.c lists them. */
#ifndef NVSWEEP_STAGE_STAGES_H
#define NVSWEEP_STAGE_STAGES_H

#include "stage/stage.h"

#define STAGE_FUNCTIONS(name)                                                  \
    void name##_stage_evaluate(const struct study *study, struct range points, \
                               const union columns *out, int8_t *status,       \
                               struct error *reason);                          \
    double name##_stage_cost_s(const struct study *study, const struct point *point)

STAGE_FUNCTIONS(array);
STAGE_FUNCTIONS(reuse);
STAGE_FUNCTIONS(traffic);
STAGE_FUNCTIONS(system);
STAGE_FUNCTIONS(buffers);
STAGE_FUNCTIONS(mapping);
STAGE_FUNCTIONS(chip);
STAGE_FUNCTIONS(footprint);
STAGE_FUNCTIONS(carbon);
STAGE_FUNCTIONS(cloud);
STAGE_FUNCTIONS(reliability);
STAGE_FUNCTIONS(edge);
STAGE_FUNCTIONS(video);
STAGE_FUNCTIONS(samples);
STAGE_FUNCTIONS(sensitivity);
STAGE_FUNCTIONS(engines);
STAGE_FUNCTIONS(cim_operation);
STAGE_FUNCTIONS(cim_network);
STAGE_FUNCTIONS(inference);

/* The memories of the point's accelerator, a point that is the visit's but for what its
 * machine is, into row `row` of the columns.  STATUS_INFEASIBLE and reason if one cannot be
 * built. */
struct visit;
enum status buffers_at(const struct visit *visit, const struct point *point,
                       const struct buffers_columns *out, uint64_t row,
                       struct error *reason);
STAGE_FUNCTIONS(crossbar_buffers);
STAGE_FUNCTIONS(crossbar);
STAGE_FUNCTIONS(crossbar_network);
STAGE_FUNCTIONS(hdc_memory);
STAGE_FUNCTIONS(hdc);

/* The array model's question at a design point, which is the visit's but for what the
 * array is.  STATUS_INFEASIBLE and reason if the library has no such node. */
struct array_request;
enum status array_request_at(const struct visit *visit, const struct point *point,
                             struct array_request *request, struct error *reason);

#endif
