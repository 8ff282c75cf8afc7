/* The inference stage: one network on a machine of any kind, in the same terms.  What a
 * platform, an accelerator or a machine that computes in memory takes for a batch is its
 * own stage's matter; here are its latency, its energy and its area, and what as many of
 * them as fit an area do side by side, each with batches of its own. */
#include "stage/stages.h"

#include "space/machine.h"
#include "stage/visit.h"

#include <math.h>

/* What one machine takes for a batch. */
struct taken {
    double latency_s, batch_j, area_m2;
    double offchip_bytes; /* DRAM of its own package apart */
};

static bool is_done(const struct study *study, const struct grid *from, uint64_t index,
                    enum stage_id id, uint64_t *row)
{
    *row = grid_project(from, index, &study->grids[id]);
    return study->statuses[id][*row] == POINT_DONE;
}

/* A platform's own silicon is not modelled: its record in the shelf of machines has it. */
static bool taken_at(const struct study *study, uint64_t index,
                     const struct point *point, struct taken *taken)
{
    const struct grid *grid = &study->grids[STAGE_INFERENCE];
    uint64_t row;

    *taken = (struct taken){ .area_m2 = NAN, .offchip_bytes = NAN };
    if (point->platform) {
        const struct system_columns *s = &study->results[STAGE_SYSTEM].system;
        const struct traffic_columns *t = &study->results[STAGE_TRAFFIC].traffic;
        uint64_t u = grid_project(grid, index, &study->grids[STAGE_TRAFFIC]);

        if (!is_done(study, grid, index, STAGE_SYSTEM, &row))
            return false;
        taken->latency_s = s->roofline_s[row];
        taken->batch_j = s->roofline_energy_j[row];
        taken->offchip_bytes = t->dram_read_bytes[u] + t->dram_write_bytes[u];
    } else if (point->accelerator) {
        const struct chip_columns *c = &study->results[STAGE_CHIP].chip;

        if (!is_done(study, grid, index, STAGE_CHIP, &row))
            return false;
        taken->latency_s = c->latency_s[row];
        taken->batch_j = c->inference_j[row] * (double)point->batch;
        taken->area_m2 = c->chip_area_m2[row];
        taken->offchip_bytes = c->offchip_bytes[row] * (double)point->batch;
    } else if (point->crossbar) {
        const struct crossbar_network_columns *n =
            &study->results[STAGE_CROSSBAR_NETWORK].crossbar_network;

        if (!is_done(study, grid, index, STAGE_CROSSBAR_NETWORK, &row))
            return false;
        taken->latency_s = n->crossbar_s[row];
        taken->batch_j = n->crossbar_j[row];
        taken->area_m2 = n->crossbar_area_m2[row];
        taken->offchip_bytes = n->crossbar_dram_bytes[row];
    } else {
        const struct cim_network_columns *n =
            &study->results[STAGE_CIM_NETWORK].cim_network;

        if (!is_done(study, grid, index, STAGE_CIM_NETWORK, &row))
            return false;
        taken->latency_s = n->network_s[row];
        taken->batch_j = n->network_j[row];
        taken->area_m2 = n->network_m2[row];
        taken->offchip_bytes = n->network_offchip_bytes[row];
    }
    return true;
}

static enum status inference_at(const struct study *study, uint64_t index,
                                const struct point *point,
                                const struct inference_columns *out, uint64_t i,
                                struct error *reason)
{
    const struct machine_record *machine =
        (const struct machine_record *)point->machine;
    double batch = (double)point->batch, copies = 1, rate_hz;
    struct taken taken;

    if (!taken_at(study, index, point, &taken))
        return STATUS_INFEASIBLE; /* the machine's stage said why */
    if (machine->area_m2 > 0)
        taken.area_m2 = machine->area_m2;
    if (!(taken.area_m2 > 0)) /* records' own energies come without areas */
        taken.area_m2 = NAN;
    if (point->area_budget_m2 > 0)
        copies = floor(point->area_budget_m2 / taken.area_m2 * (1 + 1e-12));
    if (!(copies >= 1))
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s takes %.4g mm2 (NaN: not known), the budget is %.4g mm2",
                         machine->record.name, taken.area_m2 * 1e6,
                         point->area_budget_m2 * 1e6);
    rate_hz = copies * batch / taken.latency_s;
    if (point->dram_budget_bytes_per_s > 0 && taken.offchip_bytes > 0)
        rate_hz = fmin(rate_hz,
                       point->dram_budget_bytes_per_s * batch / taken.offchip_bytes);
    out->inference_latency_s[i] = taken.latency_s;
    out->inference_energy_j[i] = taken.batch_j / batch;
    out->machine_area_m2[i] = taken.area_m2;
    out->machine_copies[i] = (uint64_t)copies;
    out->inference_area_m2[i] = copies * taken.area_m2;
    out->inference_offchip_bytes[i] = taken.offchip_bytes / batch;
    out->inference_rate_hz[i] = rate_hz;
    out->inference_period_s[i] = 1 / rate_hz;
    out->inference_power_w[i] = taken.batch_j / batch * rate_hz;
    out->inference_edp_js[i] = taken.batch_j / batch * taken.latency_s;
    return STATUS_OK;
}

/* Only one of its inputs has the point, those of other kinds of machine leave it out: so
 * it asks for its inputs itself. */
void inference_stage_evaluate(const struct study *study, struct range points,
                              const union columns *out, int8_t *status,
                              struct error *reason)
{
    struct variation variation = { 0 };

    for (uint64_t i = 0; i < points.count; i++) {
        uint64_t index = points.first + i;
        struct point point;

        status[i] = POINT_INFEASIBLE;
        if (study_point(study, STAGE_INFERENCE, index, &variation, &point, reason) ==
                STATUS_OK &&
            inference_at(study, index, &point, &out->inference, i, reason) == STATUS_OK)
            status[i] = POINT_DONE;
    }
    variation_free(&variation);
}

double inference_stage_cost_s(const struct study *study, const struct point *point)
{
    (void)study;
    (void)point;
    return 2e-7;
}
