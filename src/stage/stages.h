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
STAGE_FUNCTIONS(cim_operation);
STAGE_FUNCTIONS(cim_network);

/* The array model's question at a design point; the node as its sample has it (variation
 * may be NULL).  STATUS_INFEASIBLE and reason if the library has no such node. */
struct array_request;
struct variation;
enum status array_request_at(const struct study *study, const struct point *point,
                             struct variation *variation, struct array_request *request,
                             struct error *reason);

#endif
