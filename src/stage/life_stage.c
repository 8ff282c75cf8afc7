/* The life stage: a model's carbon over the phases of its life (carbon/life.h), on the
 * machine, network and memory technology of the point. */
#include "stage/stages.h"

#include "carbon/life.h"
#include "columns/footprint.h"
#include "columns/life.h"
#include "columns/machines.h"
#include "stage/visit.h"

#include <math.h>

static const struct grid_region *grid_named(const void *context, const char *name)
{
    const struct record *grid;

    if (visit_record(context, RECORDS_GRID, name, &grid, NULL) != STATUS_OK)
        return NULL;
    return (const struct grid_region *)grid;
}

/* Finds the embodied carbon and the power of the device, per machine. */
static enum status device_at(const struct visit *visit, struct life_device *around,
                             struct error *reason)
{
    const struct study *study = visit->study;
    const struct footprint_columns f = footprint_columns(
        &study->results[STAGE_FOOTPRINT]);
    const struct machines_columns m = machines_columns(&study->results[STAGE_MACHINES]);
    const struct device *device = (const struct device *)visit->point.device;
    uint64_t at_f = visit->at[STAGE_FOOTPRINT], at_m = visit->at[STAGE_MACHINES];
    double share = device->machines ? 1 / (double)device->machines : 1;

    *around = (struct life_device){
        .embodied_kg = f.device_embodied_kg[at_f] * share,
        .host_w = device->host_w * share,
        .idle_w = device->idle_w * share,
    };
    if (device->machines)
        return STATUS_OK;
    if (isnan(m.area_m2[at_m]))
        return error_set(reason, STATUS_INFEASIBLE,
                         "the area of %s is not known; name a device that contains it",
                         visit->point.machine->name);
    around->embodied_kg += m.area_m2[at_m] * f.cpa_kg_per_m2[at_f];
    return STATUS_OK;
}

static void phases_write(const struct phase_carbon phases[LIFE_PHASES],
                         const struct life_columns *out, uint64_t i)
{
    double energy_j = 0, operational = 0, embodied = 0;

    for (uint64_t p = 0; p < LIFE_PHASES; p++) {
        uint64_t at = i * LIFE_PHASES + p;

        out->phase_energy_j[at] = phases[p].energy_j;
        out->phase_machine_s[at] = phases[p].machine_s;
        out->phase_operational_kg[at] = phases[p].operational_kg;
        out->phase_embodied_kg[at] = phases[p].embodied_kg;
        energy_j += phases[p].energy_j;
        operational += phases[p].operational_kg;
        embodied += phases[p].embodied_kg;
    }
    for (uint64_t p = 0; p < LIFE_PHASES && energy_j > 0; p++)
        out->phase_energy_share[i * LIFE_PHASES + p] = phases[p].energy_j / energy_j;
    out->life_energy_j[i] = energy_j;
    out->life_operational_kg[i] = operational;
    out->life_embodied_kg[i] = embodied;
    out->life_carbon_kg[i] = operational + embodied;
    if (operational + embodied > 0)
        out->life_embodied_share[i] = embodied / (operational + embodied);
}

static enum status life_visit(const struct visit *visit, const struct columns *out,
                              uint64_t i, struct error *reason)
{
    const struct point *point = &visit->point;
    const struct machines_columns m = machines_columns(
        &visit->study->results[STAGE_MACHINES]);
    const struct life_columns to = life_columns(out);
    uint64_t at_m = visit->at[STAGE_MACHINES];
    const struct grid_region *grid = (const struct grid_region *)point->grid_region;
    const struct life_work work = { .sample_j = m.sample_j[at_m],
                                    .sample_s = m.latency_s[at_m] /
                                                (double)point->batch };
    const struct life_use use = { .usage = { .grid_kg_per_j = grid->kg_per_j,
                                             .pue = point->pue,
                                             .lifetime_s = point->lifetime_s,
                                             .utilisation = point->utilisation },
                                  .grid = grid,
                                  .work_start = point->work_start,
                                  .work_hours = point->work_hours };
    struct phase_carbon phases[LIFE_PHASES];
    struct life_device device;
    enum status status = device_at(visit, &device, reason);

    if (status == STATUS_OK)
        status = life_evaluate((const struct life *)point->life, &work, &device, &use,
                               grid_named, visit, phases, reason);
    if (status != STATUS_OK)
        return status;
    phases_write(phases, &to, i);
    to.life_intensity_kg_per_j[i] = grid_intensity(grid, point->work_start,
                                                   point->work_hours);
    return STATUS_OK;
}

static void life_stage_evaluate(const struct study *study, struct range points,
                                const struct columns *out, int8_t *status,
                                struct error *reason)
{
    stage_visit(study, STAGE_LIFE, points, life_visit, NULL, out, status, reason);
}

const struct stage life_stage = {
    .name = "life",
    .summary = "a model's life: energy and carbon of data, experiments, training, use",
    STAGE_METRICS(life),
    .axes = AXIS_BIT(life) | AXIS_BIT(grid_region) | AXIS_BIT(pue) |
            AXIS_BIT(lifetime_s) | AXIS_BIT(utilisation) | AXIS_BIT(work_start) |
            AXIS_BIT(work_hours),
    .enabled_by = AXIS_BIT(life),
    .inputs = INPUT(MACHINES) | INPUT(FOOTPRINT),
    .tables = 1u << RECORDS_GRID,
    .evaluate = life_stage_evaluate,
    .point_s = 5e-7,
    .block_points = 4096,
};
