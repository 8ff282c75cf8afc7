/* The edge stage: an accelerator that makes inferences at a given rate and is idle in between.  The
 * video_analysis stage: the analysis of frames on it, in the cloud, or on both (edge/pipeline.h). */
#include "stage/stages.h"

#include "columns/chip.h"
#include "columns/edge.h"
#include "columns/mapping.h"
#include "columns/video_analysis.h"
#include "edge/pipeline.h"
#include "stage/visit.h"
#include "workload/layer_cache.h"

#include <math.h>

/* Returns the accelerator's power as a linear function of the rate, from the chip stage's point c. */
static struct power_line line_at(const struct study *study, uint64_t c)
{
    const struct chip_columns chip = chip_columns(&study->results[STAGE_CHIP]);
    struct point point;
    double batch, active_j = 0;

    grid_point(&study->grids[STAGE_CHIP], &study->sweep->space, c, &point);
    batch = (double)point.batch;
    for (uint64_t part = 0; part < PART_COUNT;
         part++) /* the idle part may exceed the sum of the others */
        if (part != PART_IDLE && part != PART_WAKE)
            active_j += batch * chip.part_j[c * PART_COUNT + part];
    return power_line_make(chip.idle_w[c], batch, active_j, chip.wake_j[c],
                           chip.latency_s[c]);
}

/* Returns the same chip in the sweep's first technology, or UINT64_MAX. */
static uint64_t baseline_of(const struct study *study, uint64_t c)
{
    const struct space *space = &study->sweep->space;

    return grid_moved(&study->grids[STAGE_CHIP], space, c, AXIS_technology,
                      space->axes[AXIS_technology].values[0]);
}

static enum status edge_visit(const struct visit *visit, const struct columns *columns,
                              uint64_t i, struct error *reason)
{
    const struct study *study = visit->study;
    const struct edge_columns out = edge_columns(columns);
    const struct site *site = (const struct site *)visit->point.site;
    double rate_hz = visit->point.inference_hz;
    uint64_t c = visit->at[STAGE_CHIP], base = baseline_of(study, c);
    struct power_line line = line_at(study, c);
    double power_w = power_line_w(&line, rate_hz);

    if (rate_hz <= 0)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "ips is back_to_back, must be the rate at which the edge device infers");
    out.standby_w[i] = line.idle_w;
    out.marginal_j[i] = line.inference_j;
    out.average_power_w[i] = power_w;
    out.average_inference_j[i] = power_w / rate_hz;
    out.battery_life_s[i] = site->battery_j / (power_w + site->base_w);
    if (base != UINT64_MAX && base != c &&
        study->statuses[STAGE_CHIP][base] == POINT_DONE) {
        struct power_line other = line_at(study, base);

        out.crossover_hz[i] = crossover_hz(&line, &other);
        out.saving[i] = 1 - power_w / power_line_w(&other, rate_hz);
    }
    return STATUS_OK;
}

static void edge_stage_evaluate(const struct study *study, struct range points,
                                const struct columns *out, int8_t *status,
                                struct error *reason)
{
    stage_visit(study, STAGE_EDGE, points, edge_visit, NULL, out, status, reason);
}

const struct stage edge_stage = {
    .name = "edge",
    .summary = "an accelerator at a rate: standby, crossover, battery life",
    STAGE_METRICS(edge),
    .axes = AXIS_BIT(site),
    .enabled_by = AXIS_BIT(machine) | AXIS_BIT(site) | AXIS_BIT(inference_hz),
    .inputs = INPUT(CHIP),
    .evaluate = edge_stage_evaluate,
    .point_s = 2e-7,
    .block_points = 4096,
};

/* ---- video */

/* Finds the chip at the point and the layers after the cut, which run in the cloud. */
static enum status detector_at(const struct visit *visit, struct detector *detector,
                               struct error *reason)
{
    const struct study *study = visit->study;
    const struct point *point = &visit->point;
    uint64_t c = visit->at[STAGE_CHIP];
    const struct mac_layers *layers;
    struct mac_layers head;
    enum status status = visit_layers(visit, visit->memory, (enum phase)point->phase, 1,
                                      &layers, reason);

    if (status != STATUS_OK)
        return status;
    *detector = (struct detector){
        .line = line_at(study, c),
        .latency_s = chip_columns(&study->results[STAGE_CHIP]).latency_s[c],
        .macs = mapping_columns(&study->results[STAGE_MAPPING])
                    .layer_macs[visit->at[STAGE_MAPPING]],
        .cut = point->cut_layer,
    };
    head = mac_layers_head(layers, point->cut_layer);
    for (size_t i = head.count; i < layers->count; i++)
        detector->rest_macs += mac_layer_macs(&layers->layers[i]);
    if (head.count < layers->count)
        detector->feature_bytes = mac_layer_inputs(&layers->layers[head.count]) *
                                  (double)point->precision_bits / 8;
    return STATUS_OK;
}

static void analysis_write(const struct analysis *a, const struct site *site,
                           const struct video_analysis_columns *out, uint64_t i)
{
    out->chip_w[i] = a->chip_w;
    out->radio_w[i] = a->radio_w;
    out->device_w[i] = a->device_w;
    out->cloud_w[i] = a->cloud_w;
    out->total_w[i] = a->device_w + a->cloud_w;
    out->frame_j[i] = a->frame_j;
    out->sent_bytes_per_s[i] = a->uplink_bytes_per_s;
    out->uplink_share[i] = a->uplink_share;
    out->busy_share[i] = a->busy_share;
    out->result_s[i] = a->result_s;
    out->battery_life_s[i] = site->battery_j / a->device_w;
    out->price_usd_per_s[i] = a->usd_per_s;
    for (uint64_t s = 0; s < VIDEO_STEPS; s++) {
        out->result_step_s[i * VIDEO_STEPS + s] = a->step_s[s];
        out->device_step_w[i * VIDEO_STEPS + s] = a->step_w[s];
    }
}

static enum status video_visit(const struct visit *visit, const struct columns *columns,
                               uint64_t i, struct error *reason)
{
    const struct point *point = &visit->point;
    const struct video_analysis_columns out = video_analysis_columns(columns);
    const struct site *site = (const struct site *)point->site;
    struct detector detector;
    struct analysis a;
    enum status status;

    if (point->batch != 1 || point->layer != 0)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "frames are analysed one at a time, so batch must be 1 and layer \"all\"");
    status = detector_at(visit, &detector, reason);
    if (status == STATUS_OK)
        status = video_analyse((const struct video *)point->video, site,
                               (const struct pipeline *)point->video_pipeline,
                               &detector, &a, reason);
    if (status == STATUS_OK)
        analysis_write(&a, site, &out, i);
    return status;
}

static void video_analysis_stage_evaluate(const struct study *study,
                                          struct range points,
                                          const struct columns *out, int8_t *status,
                                          struct error *reason)
{
    struct layer_cache layers = { .count = 0 };

    stage_visit(study, STAGE_VIDEO_ANALYSIS, points, video_visit, &layers, out, status,
                reason);
    layer_cache_free(&layers);
}

const struct stage video_analysis_stage = {
    .name = "video_analysis",
    .summary = "video analysed on the device, in the cloud, or by both",
    STAGE_METRICS(video_analysis),
    .axes = AXIS_BIT(site) | AXIS_BIT(video) | AXIS_BIT(video_pipeline),
    .enabled_by = AXIS_BIT(video),
    .inputs = INPUT(MAPPING) | INPUT(CHIP),
    .evaluate = video_analysis_stage_evaluate,
    .point_s = 2e-7,
    .block_points = 4096,
};
