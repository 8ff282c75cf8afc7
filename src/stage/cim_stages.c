/* The cim_operation stage: one operation of a machine that computes in or beside memory
 * (cim/cim.h).  The cim_network stage: a network on it. */
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
    out->operation_bytes_per_s[i] = answer->bytes_per_s;
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
            .tasklets = point.tasklets,
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

static void network_write(const struct cim_network *n,
                          const struct cim_network_columns *out, uint64_t i)
{
    out->network_macs[i] = n->macs;
    out->network_weight_bytes[i] = n->weight_bytes;
    out->network_compute_s[i] = n->compute_s;
    out->network_memory_s[i] = n->memory_s;
    out->network_balance[i] = n->compute_s / n->memory_s;
    out->network_input_s[i] = n->input_s;
    out->network_output_s[i] = n->output_s;
    out->network_s[i] = n->latency_s;
    out->network_j[i] = n->energy_j;
    out->network_edp_js[i] = n->energy_j * n->latency_s;
}

static enum status network_at(const struct point *point,
                              const struct cim_network_columns *out, uint64_t i,
                              struct error *reason)
{
    struct accel_layers layers = { 0 };
    struct cim_network_request request = {
        .cim = (const struct cim *)point->cim,
        .layers = &layers,
        .layer = point->layer,
        .bits = (unsigned)point->precision_bits,
        .units = point->units,
        .tasklets = point->tasklets,
    };
    struct cim_network network;
    enum status status = accel_layers_create(
        &layers, (const struct workload *)point->workload, (enum phase)point->phase,
        point->batch, point->sequence_length, reason);

    if (status == STATUS_OK)
        status = cim_network(&request, &network, reason);
    if (status == STATUS_OK)
        network_write(&network, out, i);
    accel_layers_free(&layers);
    return status;
}

void cim_network_stage_evaluate(const struct study *study, struct range points,
                                const union columns *out, int8_t *status,
                                struct error *reason)
{
    for (uint64_t i = 0; i < points.count; i++) {
        struct point point;

        grid_point(&study->grids[STAGE_CIM_NETWORK], &study->sweep->space,
                   points.first + i, &point);
        status[i] = network_at(&point, &out->cim_network, i, reason) == STATUS_OK
                        ? POINT_DONE
                        : POINT_INFEASIBLE;
    }
}

double cim_network_stage_cost_s(const struct study *study, const struct point *point)
{
    (void)study;
    (void)point;
    return 2e-5;
}
