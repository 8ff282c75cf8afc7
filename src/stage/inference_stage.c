/* The inference stage: one network on a machine of any kind, in the same terms.  What a
 * platform, an accelerator or a machine that computes in memory takes for a batch is its
 * own stage's matter; here are its latency, its energy and its area, and what as many of
 * them as fit an area do side by side, each with batches of its own. */
#include "stage/stages.h"

#include "machine/layerwise/layerwise.h"
#include "stage/visit.h"

#include <math.h>

/* What one machine takes for a batch. */
struct taken {
    double latency_s, batch_j, area_m2;
    double offchip_bytes; /* DRAM of its own package apart */
};

/* Only the stage of the point's kind of machine has a result; false if it has none.  A
 * platform's own silicon is not modelled: its record in the shelf of machines has it. */
static bool taken_at(const struct visit *visit, struct taken *taken)
{
    const union columns *results = visit->study->results;
    double batch = (double)visit->point.batch;
    uint64_t row;

    *taken = (struct taken){ .area_m2 = NAN, .offchip_bytes = NAN };
    if (visit->done >> STAGE_GPU & 1) {
        const struct gpu_columns *g = &results[STAGE_GPU].gpu;

        row = visit->at[STAGE_GPU];
        taken->latency_s = g->latency_s[row];
        taken->batch_j = g->energy_j[row];
        taken->offchip_bytes = g->dram_read_bytes[row] + g->dram_write_bytes[row];
    } else if (visit->done >> STAGE_CHIP & 1) {
        const struct chip_columns *c = &results[STAGE_CHIP].chip;

        row = visit->at[STAGE_CHIP];
        taken->latency_s = c->latency_s[row];
        taken->batch_j = c->inference_j[row] * batch;
        taken->area_m2 = c->chip_area_m2[row];
        taken->offchip_bytes = c->offchip_bytes[row] * batch;
    } else if (visit->done >> STAGE_CROSSBAR_NETWORK & 1) {
        const struct crossbar_network_columns *n =
            &results[STAGE_CROSSBAR_NETWORK].crossbar_network;

        row = visit->at[STAGE_CROSSBAR_NETWORK];
        taken->latency_s = n->crossbar_s[row];
        taken->batch_j = n->crossbar_j[row];
        taken->area_m2 = n->crossbar_area_m2[row];
        taken->offchip_bytes = n->crossbar_dram_bytes[row];
    } else if (visit->done >> STAGE_CIM_NETWORK & 1) {
        const struct cim_network_columns *n = &results[STAGE_CIM_NETWORK].cim_network;

        row = visit->at[STAGE_CIM_NETWORK];
        taken->latency_s = n->network_s[row];
        taken->batch_j = n->network_j[row];
        taken->area_m2 = n->network_m2[row];
        taken->offchip_bytes = n->network_offchip_bytes[row];
    } else {
        return false;
    }
    return true;
}

/* Axes that ask something of a machine which its kind may not answer: a result would be
 * that of another question. */
static const axis_mask questions = AXIS_BIT(layer) | AXIS_BIT(inference_hz) |
                                   AXIS_BIT(learning) | AXIS_BIT(weight_density) |
                                   AXIS_BIT(activation_density);

/* The axes that the stages of a machine's kind read; `learning` is its family's. */
static axis_mask axes_read(const struct visit *visit, const struct machine *machine)
{
    const struct machine_family *family = machine_family(machine);
    axis_mask read = 0;

    for (int input = 0; input < STAGE_COUNT; input++)
        if (visit->done >> input & 1)
            read |= stage_declared_axes((enum stage_id)input);
    if (family->layerwise && !family->layerwise->trains)
        read &= ~AXIS_BIT(learning);
    return read;
}

/* STATUS_INFEASIBLE if the point asks a question, off its default, that the machine does
 * not answer. */
static enum status questions_check(const struct visit *visit, struct error *reason)
{
    const struct space *space = &visit->study->sweep->space;
    const struct machine *machine = (const struct machine *)visit->point.machine;

    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (questions >> axis & 1 && space->axes[axis].is_given &&
            !axis_values_equal(axis, point_get(&visit->point, axis),
                               axis_default(axis)) &&
            !(axes_read(visit, machine) >> axis & 1))
            return error_set(reason, STATUS_INFEASIBLE, "%s (%s) does not answer %s",
                             machine->record.name, machine_family(machine)->name,
                             axis_specs[axis].key);
    return STATUS_OK;
}

static enum status inference_visit(const struct visit *visit,
                                   const union columns *columns, uint64_t i,
                                   struct error *reason)
{
    const struct inference_columns *out = &columns->inference;
    const struct point *point = &visit->point;
    const struct machine *machine = (const struct machine *)point->machine;
    double batch = (double)point->batch, copies = 1, rate_hz;
    struct taken taken;

    if (!taken_at(visit, &taken))
        return STATUS_INFEASIBLE; /* the machine's stage said why */
    if (questions_check(visit, reason) != STATUS_OK)
        return STATUS_INFEASIBLE;
    if (machine->die_m2 > 0)
        taken.area_m2 = machine->die_m2;
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

static void inference_stage_evaluate(const struct study *study, struct range points,
                                     const union columns *out, int8_t *status,
                                     struct error *reason)
{
    stage_visit(study, STAGE_INFERENCE, points, inference_visit, NULL, out, status,
                reason);
}

const struct stage inference_stage = {
    .name = "inference",
    .summary = "a network on any kind of machine: latency, energy, area, copies in an "
               "area budget",
    STAGE_METRICS(inference),
    .kinds = (1u << MACHINE_KINDS) - 1,
    .axes = AXIS_BIT(machine) | AXIS_BIT(area_budget_m2) |
            AXIS_BIT(dram_budget_bytes_per_s),
    .optional = AXIS_BIT(technology),
    .asked_by = AXIS_BIT(machine) | AXIS_BIT(workload),
    .inputs = INPUT(GPU) | INPUT(CHIP) | INPUT(CIM_NETWORK) | INPUT(CROSSBAR_NETWORK),
    .takes_one_input = true,
    .evaluate = inference_stage_evaluate,
    .point_s = 2e-7,
    .block_points = 1024,
};
