/* The cim_operation stage: one operation of a machine that computes in or beside memory
 * (cim/cim.h). */
#include "stage/stages.h"

#include "cim/cim.h"

static void answer_write(const struct cim_answer *answer,
                         const struct cim_operation_columns *out, uint64_t i)
{
    out->operation_aaps[i] = answer->aaps;
    out->operation_aps[i] = answer->aps;
    out->operation_subarrays[i] = answer->subarrays;
    out->operation_lanes[i] = answer->lanes;
    out->operation_s[i] = answer->latency_s;
    out->operation_hz[i] = answer->throughput_hz;
    out->operation_j[i] = answer->energy_j;
    out->operation_w[i] = answer->power_w;
    out->operation_m2[i] = answer->area_m2;
    out->operation_table_bytes[i] = answer->table_bytes;
}

void cim_operation_stage_evaluate(const struct study *study, struct range points,
                                  const union columns *out, int8_t *status,
                                  struct error *reason)
{
    for (uint64_t i = 0; i < points.count; i++) {
        struct point point;
        struct cim_answer answer;

        grid_point(&study->grids[STAGE_CIM_OPERATION], &study->sweep->space,
                   points.first + i, &point);
        const struct cim_request request = {
            .cim = (const struct cim *)point.cim,
            .operation = point.operation,
            .bits = (unsigned)point.precision_bits,
            .elements = point.elements,
            .units = point.units,
        };
        status[i] = POINT_INFEASIBLE;
        if (cim_operate(&request, &answer, reason) != STATUS_OK)
            continue;
        answer_write(&answer, &out->cim_operation, i);
        status[i] = POINT_DONE;
    }
}

double cim_operation_stage_cost_s(const struct study *study, const struct point *point)
{
    (void)study;
    (void)point;
    return 2e-7;
}
