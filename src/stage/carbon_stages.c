/* The footprint stage: the carbon footprint of a device over its life.  The carbon stage: that of
 * one evaluation of a GPU, with the cache as an additional die. */
#include "stage/stages.h"

#include "carbon/carbon.h"
#include "columns/array.h"
#include "columns/carbon.h"
#include "columns/footprint.h"
#include "columns/machines.h"
#include "stage/visit.h"

#include <math.h>

/* Returns an assembly with the sample's changes, or NULL if they are impossible. */
static const struct device *device_named(const void *context, const char *name)
{
    const struct record *device;

    if (visit_record(context, RECORDS_DEVICE, name, &device, NULL) != STATUS_OK)
        return NULL;
    return (const struct device *)device;
}

static struct manufacture making_at(const struct point *point)
{
    return (struct manufacture){
        .fab = (const struct fab *)point->fab,
        .node_m = point->node_m,
        .grid_kg_per_j = ((const struct grid_region *)point->fab_grid)->kg_per_j,
        .abatement = point->fab_abatement,
        .yield = point->fab_yield,
    };
}

static struct usage usage_at(const struct point *point)
{
    return (struct usage){
        .grid_kg_per_j = ((const struct grid_region *)point->grid_region)->kg_per_j,
        .pue = point->pue,
        .lifetime_s = point->lifetime_s,
        .utilisation = point->utilisation,
    };
}

static enum status footprint_visit(const struct visit *visit,
                                   const struct columns *columns, uint64_t i,
                                   struct error *reason)
{
    const struct point *point = &visit->point;
    const struct footprint_columns out = footprint_columns(columns);
    const struct device *device = (const struct device *)point->device;
    struct manufacture making = making_at(point);
    struct usage usage = usage_at(point);
    struct carbon_per_area cpa;
    struct embodied parts = { 0 };
    enum status status = carbon_per_area(&making, point->node_m, &cpa, reason);

    if (status == STATUS_OK)
        status = device_embodied(device, &making, device_named, visit, &parts, reason);
    if (status != STATUS_OK)
        return status;
    out.cpa_kg_per_m2[i] = cpa.kg_per_m2;
    out.cpa_energy_kg_per_m2[i] = cpa.energy_kg_per_m2;
    out.cpa_gas_kg_per_m2[i] = cpa.gas_kg_per_m2;
    out.cpa_materials_kg_per_m2[i] = cpa.materials_kg_per_m2;
    out.cpa_node_m[i] = cpa.node_m;
    out.device_logic_kg[i] = parts.logic_kg;
    out.device_memory_kg[i] = parts.memory_kg;
    out.device_storage_kg[i] = parts.storage_kg;
    out.device_whole_kg[i] = parts.whole_kg;
    out.device_packaging_kg[i] = parts.packaging_kg;
    out.device_embodied_kg[i] = embodied_total_kg(&parts);
    out.device_gain[i] = device_gain(device, point->optimisations);
    out.device_operational_kg[i] = lifetime_operational_kg(&usage, device,
                                                           out.device_gain[i]);
    out.device_carbon_kg[i] = out.device_embodied_kg[i] + out.device_operational_kg[i];
    out.device_work_kg_per_s[i] = work_kg_per_s(&usage, out.device_carbon_kg[i]);
    if (out.device_carbon_kg[i] > 0)
        out.device_embodied_share[i] = out.device_embodied_kg[i] /
                                       out.device_carbon_kg[i];
    return STATUS_OK;
}

static void footprint_stage_evaluate(const struct study *study, struct range points,
                                     const struct columns *out, int8_t *status,
                                     struct error *reason)
{
    stage_visit(study, STAGE_FOOTPRINT, points, footprint_visit, NULL, out, status,
                reason);
}

const struct stage footprint_stage = {
    .name = "footprint",
    .summary = "carbon of making a device and running it for life",
    STAGE_METRICS(footprint),
    .axes = AXIS_BIT(node_m) | AXIS_BIT(device) | AXIS_BIT(fab) | AXIS_BIT(fab_grid) |
            AXIS_BIT(fab_abatement) | AXIS_BIT(fab_yield) | AXIS_BIT(grid_region) |
            AXIS_BIT(pue) | AXIS_BIT(lifetime_s) | AXIS_BIT(utilisation) |
            AXIS_BIT(optimisations),
    .enabled_by = AXIS_BIT(device),
    .evaluate = footprint_stage_evaluate,
    .point_s = 5e-7,
    .block_points = 4096,
};

/* ACT's metrics (Gupta et al., ISCA 2022): C is the embodied carbon, E the energy and D
 * the delay of the work. */
static void carbon_at(const struct usage *usage, double cache_kg, double device_kg,
                      double energy_j, double delay_s, const struct carbon_columns *out,
                      uint64_t i)
{
    double embodied_kg = cache_kg + device_kg;
    double share_kg = amortised_kg(usage, embodied_kg, delay_s);
    double used_kg = operational_kg(usage, energy_j);

    out->cache_embodied_kg[i] = cache_kg;
    out->embodied_kg[i] = embodied_kg;
    out->amortised_kg[i] = share_kg;
    out->operational_kg[i] = used_kg;
    out->carbon_kg[i] = share_kg + used_kg;
    out->cdp_kgs[i] = embodied_kg * delay_s;
    out->cep_kgj[i] = embodied_kg * energy_j;
    out->c2ep_kg2j[i] = embodied_kg * embodied_kg * energy_j;
    out->ce2p_kgj2[i] = embodied_kg * energy_j * energy_j;
    if (share_kg + used_kg > 0)
        out->embodied_share[i] = share_kg / (share_kg + used_kg);
}

static enum status carbon_visit(const struct visit *visit, const struct columns *out,
                                uint64_t i, struct error *reason)
{
    const struct carbon_columns to = carbon_columns(out);
    const struct study *study = visit->study;
    const struct footprint_columns f = footprint_columns(
        &study->results[STAGE_FOOTPRINT]);
    const struct machines_columns m = machines_columns(&study->results[STAGE_MACHINES]);
    const struct array_columns a = array_columns(&study->results[STAGE_ARRAY]);
    uint64_t at_f = visit->at[STAGE_FOOTPRINT], at_m = visit->at[STAGE_MACHINES];
    struct usage usage = usage_at(&visit->point);

    (void)reason;
    carbon_at(&usage, a.area_m2[visit->at[STAGE_ARRAY]] * f.cpa_kg_per_m2[at_f],
              f.device_embodied_kg[at_f], m.energy_j[at_m], m.latency_s[at_m], &to, i);
    return STATUS_OK;
}

static void carbon_stage_evaluate(const struct study *study, struct range points,
                                  const struct columns *out, int8_t *status,
                                  struct error *reason)
{
    stage_visit(study, STAGE_CARBON, points, carbon_visit, NULL, out, status, reason);
}

const struct stage carbon_stage = {
    .name = "carbon",
    .summary = "carbon of one evaluation, and its products with delay and energy",
    STAGE_METRICS(carbon),
    .kinds = 1u << MACHINE_GPU, /* the cache is the additional die */
    .enabled_by = AXIS_BIT(device) | AXIS_BIT(workload),
    .inputs = INPUT(ARRAY) | INPUT(MACHINES) | INPUT(FOOTPRINT),
    .evaluate = carbon_stage_evaluate,
    .point_s = 3e-7,
    .block_points = 16384,
};
