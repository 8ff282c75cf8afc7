#include "stage/stage.h"

#include "base/memory.h"
#include "stage/stages.h"

#include <math.h>
#include <stdlib.h>

const struct word point_status_words[] = {
    { "pending", POINT_PENDING },
    { "done", POINT_DONE },
    { "infeasible", POINT_INFEASIBLE },
    { "failed", POINT_FAILED },
    { "quarantined", POINT_QUARANTINED },
    { "excluded", POINT_EXCLUDED },
    { NULL, 0 },
};

const struct word stage_words[] = {
    { "array", STAGE_ARRAY },
    { "reuse", STAGE_REUSE },
    { "traffic", STAGE_TRAFFIC },
    { "system", STAGE_SYSTEM },
    { "buffers", STAGE_BUFFERS },
    { "mapping", STAGE_MAPPING },
    { "chip", STAGE_CHIP },
    { "footprint", STAGE_FOOTPRINT },
    { "carbon", STAGE_CARBON },
    { "cloud", STAGE_CLOUD },
    { "engines", STAGE_ENGINES },
    { "cim_operation", STAGE_CIM_OPERATION },
    { "cim_network", STAGE_CIM_NETWORK },
    { "inference", STAGE_INFERENCE },
    { "crossbar_buffers", STAGE_CROSSBAR_BUFFERS },
    { "crossbar", STAGE_CROSSBAR },
    { "crossbar_network", STAGE_CROSSBAR_NETWORK },
    { "hdc_memory", STAGE_HDC_MEMORY },
    { "hdc", STAGE_HDC },
    { "reliability", STAGE_RELIABILITY },
    { "edge", STAGE_EDGE },
    { "video", STAGE_VIDEO },
    { "samples", STAGE_SAMPLES },
    { "sensitivity", STAGE_SENSITIVITY },
    { NULL, 0 },
};

/* One table of metrics per stage, from the same lines as the structs. */
#define METRIC_LINE(kind_, name_, units_, inner_, meaning_) \
    { .name = #name_,                                       \
      .units = (units_),                                    \
      .meaning = (meaning_),                                \
      .kind = COLUMN_##kind_,                               \
      .inner = INNER_##inner_ },

static const struct metric array_metrics[] = {
#define ARRAY(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric reuse_metrics[] = {
#define REUSE(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric traffic_metrics[] = {
#define TRAFFIC(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric system_metrics[] = {
#define SYSTEM(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric buffers_metrics[] = {
#define BUFFERS(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric mapping_metrics[] = {
#define MAPPING(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric chip_metrics[] = {
#define CHIP(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};

static const struct metric footprint_metrics[] = {
#define FOOTPRINT(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric carbon_metrics[] = {
#define CARBON(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric cloud_metrics[] = {
#define CLOUD(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric reliability_metrics[] = {
#define RELIABILITY(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric edge_metrics[] = {
#define EDGE(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric video_metrics[] = {
#define VIDEO(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric samples_metrics[] = {
#define SAMPLES(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric sensitivity_metrics[] = {
#define SENSITIVITY(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric cim_operation_metrics[] = {
#define CIM_OPERATION(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric cim_network_metrics[] = {
#define CIM_NETWORK(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};

static const struct metric engines_metrics[] = {
#define ENGINES(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric inference_metrics[] = {
#define INFERENCE(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric crossbar_buffers_metrics[] = {
#define CROSSBAR_BUFFERS(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric crossbar_metrics[] = {
#define CROSSBAR(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric crossbar_network_metrics[] = {
#define CROSSBAR_NETWORK(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric hdc_memory_metrics[] = {
#define HDC_MEMORY(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};
static const struct metric hdc_metrics[] = {
#define HDC(...) METRIC_LINE(__VA_ARGS__)
#include "metrics.def"
};

#define METRICS(table) \
    .metrics = (table), .metric_count = sizeof(table) / sizeof *(table)
#define INPUT(stage) (1u << STAGE_##stage)

#define ARRAY_AXES                                                               \
    (AXIS_BIT(technology) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) |               \
     AXIS_BIT(capacity_bytes) | AXIS_BIT(associativity) | AXIS_BIT(line_bytes) | \
     AXIS_BIT(temperature_k) | AXIS_BIT(target) | AXIS_BIT(access_mode) |        \
     AXIS_BIT(rules) | AXIS_BIT(bank_count) | AXIS_BIT(power_gating) |           \
     AXIS_BIT(wires) | AXIS_BIT(routing) | AXIS_BIT(ecc) | AXIS_BIT(spread) |    \
     AXIS_BIT(sample))
#define REUSE_AXES                                                                 \
    (AXIS_BIT(platform) | AXIS_BIT(workload) | AXIS_BIT(phase) | AXIS_BIT(batch) | \
     AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length))
#define TRAFFIC_AXES (REUSE_AXES | AXIS_BIT(capacity_bytes))
#define BUFFERS_AXES                                                         \
    (AXIS_BIT(technology) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) |           \
     AXIS_BIT(temperature_k) | AXIS_BIT(target) | AXIS_BIT(rules) |          \
     AXIS_BIT(accelerator) | AXIS_BIT(placement) | AXIS_BIT(energy_source) | \
     AXIS_BIT(buffer_bytes) | AXIS_BIT(word_bits))
#define MAPPING_AXES                                                                   \
    (AXIS_BIT(accelerator) | AXIS_BIT(workload) | AXIS_BIT(phase) | AXIS_BIT(batch) |  \
     AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length) | AXIS_BIT(layer) |          \
     AXIS_BIT(pe_rows) | AXIS_BIT(pe_columns) | AXIS_BIT(dataflow) |                   \
     AXIS_BIT(buffer_bytes) | AXIS_BIT(word_bits) | AXIS_BIT(dram_bytes_per_s) |       \
     AXIS_BIT(queue_depth) | AXIS_BIT(weight_density) | AXIS_BIT(activation_density) | \
     AXIS_BIT(tile))
#define SYSTEM_AXES                                                                   \
    (ARRAY_AXES | TRAFFIC_AXES | AXIS_BIT(dram_j_per_bit) | AXIS_BIT(dram_access_s) | \
     AXIS_BIT(leakage_time))
#define FOOTPRINT_AXES                                                                 \
    (AXIS_BIT(device) | AXIS_BIT(fab) | AXIS_BIT(fab_grid) | AXIS_BIT(fab_abatement) | \
     AXIS_BIT(fab_yield) | AXIS_BIT(grid_region) | AXIS_BIT(pue) |                     \
     AXIS_BIT(lifetime_s) | AXIS_BIT(utilisation) | AXIS_BIT(optimisations) |          \
     AXIS_BIT(node_m))
#define CLOUD_AXES                                                               \
    (REUSE_AXES | AXIS_BIT(instance) | AXIS_BIT(instances) | AXIS_BIT(dataset) | \
     AXIS_BIT(allreduce) | AXIS_BIT(bucket_bytes) | AXIS_BIT(overlap))
#define RELIABILITY_AXES                                                        \
    (SYSTEM_AXES | AXIS_BIT(levelling) | AXIS_BIT(write_skew) |                 \
     AXIS_BIT(write_error_rate) | AXIS_BIT(fit_target) | AXIS_BIT(lifetime_s) | \
     AXIS_BIT(utilisation))
#define CHIP_AXES                                                                      \
    (BUFFERS_AXES | MAPPING_AXES | AXIS_BIT(dram_j_per_bit) | AXIS_BIT(inference_hz) | \
     AXIS_BIT(idle))
#define CIM_OPERATION_AXES                                            \
    (AXIS_BIT(cim) | AXIS_BIT(operation) | AXIS_BIT(precision_bits) | \
     AXIS_BIT(elements) | AXIS_BIT(units) | AXIS_BIT(subarrays) | AXIS_BIT(tasklets))
#define ENGINES_AXES                                                \
    (AXIS_BIT(technology) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) |  \
     AXIS_BIT(temperature_k) | AXIS_BIT(target) | AXIS_BIT(rules) | \
     AXIS_BIT(placement) | AXIS_BIT(energy_source) | AXIS_BIT(cim))
#define CIM_NETWORK_AXES                                                               \
    (ENGINES_AXES | AXIS_BIT(schedule) | AXIS_BIT(cim) | AXIS_BIT(workload) |          \
     AXIS_BIT(phase) | AXIS_BIT(batch) | AXIS_BIT(precision_bits) |                    \
     AXIS_BIT(sequence_length) | AXIS_BIT(layer) | AXIS_BIT(units) |                   \
     AXIS_BIT(subarrays) | AXIS_BIT(oversubscribed_bytes_per_s) | AXIS_BIT(tasklets) | \
     AXIS_BIT(learning))
#define CROSSBAR_BUFFERS_AXES                                    \
    (AXIS_BIT(crossbar) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) | \
     AXIS_BIT(temperature_k))
#define CROSSBAR_AXES                                                         \
    (CROSSBAR_BUFFERS_AXES | AXIS_BIT(technology) | AXIS_BIT(crossbar_rows) | \
     AXIS_BIT(cell_bits) | AXIS_BIT(adc_bits) | AXIS_BIT(adc_columns))
#define CROSSBAR_NETWORK_AXES                                                 \
    (CROSSBAR_AXES | AXIS_BIT(workload) | AXIS_BIT(phase) | AXIS_BIT(batch) | \
     AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length) | AXIS_BIT(layer) | \
     AXIS_BIT(activation_density) | AXIS_BIT(dram_bytes_per_s) |              \
     AXIS_BIT(dram_j_per_bit) | AXIS_BIT(learning) | AXIS_BIT(tiles) |        \
     AXIS_BIT(pipeline) | AXIS_BIT(update_share) | AXIS_BIT(update_pulses) |  \
     AXIS_BIT(epoch_samples))
#define HDC_MEMORY_AXES                                                             \
    (AXIS_BIT(hdc) | AXIS_BIT(hdc_task) | AXIS_BIT(technology) | AXIS_BIT(node_m) | \
     AXIS_BIT(roadmap) | AXIS_BIT(temperature_k) | AXIS_BIT(dimension) |            \
     AXIS_BIT(ngram) | AXIS_BIT(classes) | AXIS_BIT(domains) | AXIS_BIT(span))

const struct stage stages[STAGE_COUNT] = {
    [STAGE_ARRAY] = { .name = "array",
                      .summary = "the cache as a memory array: area, latency, energy",
                      .axes = ARRAY_AXES,
                      METRICS(array_metrics),
                      .evaluate = array_stage_evaluate,
                      .cost_s = array_stage_cost_s,
                      .block_points = 1 },
    [STAGE_REUSE] = { .name = "reuse",
                      .summary =
                          "the workload's last-level-cache accesses and their reuse",
                      .axes = REUSE_AXES,
                      METRICS(reuse_metrics),
                      .evaluate = reuse_stage_evaluate,
                      .cost_s = reuse_stage_cost_s,
                      .block_points = 1 },
    [STAGE_TRAFFIC] = { .name = "traffic",
                        .summary = "misses and DRAM traffic at a cache capacity",
                        .axes = TRAFFIC_AXES,
                        .inputs = INPUT(REUSE),
                        METRICS(traffic_metrics),
                        .evaluate = traffic_stage_evaluate,
                        .cost_s = traffic_stage_cost_s,
                        .block_points = 4096 },
    [STAGE_SYSTEM] = { .name = "system",
                       .summary = "delay, energy by component, EDP and EDAP",
                       .axes = SYSTEM_AXES,
                       .inputs = INPUT(ARRAY) | INPUT(REUSE) | INPUT(TRAFFIC),
                       METRICS(system_metrics),
                       .evaluate = system_stage_evaluate,
                       .cost_s = system_stage_cost_s,
                       .block_points = 16384 },
    [STAGE_BUFFERS] = { .name = "buffers",
                        .summary = "an accelerator's memories as memory arrays",
                        .axes = BUFFERS_AXES,
                        .asked_by = AXIS_BIT(accelerator),
                        METRICS(buffers_metrics),
                        .evaluate = buffers_stage_evaluate,
                        .cost_s = buffers_stage_cost_s,
                        .block_points = 1 },
    [STAGE_MAPPING] = { .name = "mapping",
                        .summary =
                            "layers on an accelerator: cycles, accesses per memory",
                        .axes = MAPPING_AXES,
                        METRICS(mapping_metrics),
                        .evaluate = mapping_stage_evaluate,
                        .cost_s = mapping_stage_cost_s,
                        .block_points = 64 },
    [STAGE_CHIP] = { .name = "chip",
                     .summary = "an accelerator's latency, energy by part, power, area",
                     .axes = CHIP_AXES,
                     .asked_by = AXIS_BIT(accelerator) | AXIS_BIT(workload),
                     .inputs = INPUT(BUFFERS) | INPUT(MAPPING),
                     METRICS(chip_metrics),
                     .evaluate = chip_stage_evaluate,
                     .cost_s = chip_stage_cost_s,
                     .block_points = 4096 },
    [STAGE_FOOTPRINT] = { .name = "footprint",
                          .summary =
                              "carbon of making a device and running it for life",
                          .axes = FOOTPRINT_AXES,
                          .asked_by = AXIS_BIT(device),
                          METRICS(footprint_metrics),
                          .evaluate = footprint_stage_evaluate,
                          .cost_s = footprint_stage_cost_s,
                          .block_points = 4096 },
    [STAGE_CARBON] = { .name = "carbon",
                       .summary =
                           "carbon of one evaluation, and its products with delay "
                           "and energy",
                       .axes = SYSTEM_AXES | FOOTPRINT_AXES,
                       .asked_by = AXIS_BIT(device) | AXIS_BIT(workload),
                       .inputs = INPUT(ARRAY) | INPUT(SYSTEM) | INPUT(FOOTPRINT),
                       METRICS(carbon_metrics),
                       .evaluate = carbon_stage_evaluate,
                       .cost_s = carbon_stage_cost_s,
                       .block_points = 16384 },
    [STAGE_CLOUD] = { .name = "cloud",
                      .summary = "data-parallel training on rented instances: steps, "
                                 "stalls, price",
                      .axes = CLOUD_AXES,
                      .asked_by = AXIS_BIT(instance),
                      .inputs = INPUT(REUSE),
                      METRICS(cloud_metrics),
                      .evaluate = cloud_stage_evaluate,
                      .cost_s = cloud_stage_cost_s,
                      .block_points = 1024 },
    [STAGE_RELIABILITY] = { .name = "reliability",
                            .summary = "lifetime under writes, scrubbing, errors left",
                            .axes = RELIABILITY_AXES,
                            .asked_by = AXIS_BIT(workload) | AXIS_BIT(fit_target),
                            .inputs = INPUT(ARRAY) | INPUT(REUSE) | INPUT(TRAFFIC) |
                                      INPUT(SYSTEM),
                            METRICS(reliability_metrics),
                            .evaluate = reliability_stage_evaluate,
                            .cost_s = reliability_stage_cost_s,
                            .block_points = 1024 },
    [STAGE_EDGE] = { .name = "edge",
                     .summary =
                         "an accelerator at a rate: standby, crossover, battery life",
                     .axes = CHIP_AXES | AXIS_BIT(site),
                     .asked_by = AXIS_BIT(accelerator) | AXIS_BIT(site) |
                                 AXIS_BIT(inference_hz),
                     .inputs = INPUT(CHIP),
                     METRICS(edge_metrics),
                     .evaluate = edge_stage_evaluate,
                     .cost_s = edge_stage_cost_s,
                     .block_points = 4096 },
    [STAGE_VIDEO] = { .name = "video",
                      .summary =
                          "video analysed on the device, in the cloud, or by both",
                      .axes = CHIP_AXES | AXIS_BIT(site) | AXIS_BIT(video) |
                              AXIS_BIT(split),
                      .asked_by = AXIS_BIT(video),
                      .inputs = INPUT(MAPPING) | INPUT(CHIP),
                      METRICS(video_metrics),
                      .evaluate = video_stage_evaluate,
                      .cost_s = video_stage_cost_s,
                      .block_points = 4096 },
    [STAGE_SAMPLES] = { .name = "samples",
                        .summary =
                            "what every sample does to the technology's parameters",
                        .axes = AXIS_BIT(spread) | AXIS_BIT(sample),
                        METRICS(samples_metrics),
                        .evaluate = samples_stage_evaluate,
                        .cost_s = samples_stage_cost_s,
                        .block_points = 1024 },
    [STAGE_SENSITIVITY] = { .name = "sensitivity",
                            .summary =
                                "quantiles over samples, and which parameter decides",
                            .axes = SYSTEM_AXES & ~AXIS_BIT(sample),
                            .asked_by = AXIS_BIT(sample) | AXIS_BIT(spread) |
                                        AXIS_BIT(workload),
                            .inputs = INPUT(SYSTEM) | INPUT(SAMPLES),
                            METRICS(sensitivity_metrics),
                            .evaluate = sensitivity_stage_evaluate,
                            .cost_s = sensitivity_stage_cost_s,
                            .block_points = 16 },
    [STAGE_ENGINES] = { .name = "engines",
                        .summary = "memories of the accelerators a cim machine has",
                        .axes = ENGINES_AXES,
                        .optional = AXIS_BIT(technology),
                        METRICS(engines_metrics),
                        .evaluate = engines_stage_evaluate,
                        .cost_s = engines_stage_cost_s,
                        .block_points = 1 },
    [STAGE_CIM_OPERATION] = { .name = "cim_operation",
                              .summary = "one operation in or beside memory: commands, "
                                         "time, energy, area",
                              .axes = CIM_OPERATION_AXES,
                              .asked_by = AXIS_BIT(cim) | AXIS_BIT(operation),
                              METRICS(cim_operation_metrics),
                              .evaluate = cim_operation_stage_evaluate,
                              .cost_s = cim_operation_stage_cost_s,
                              .block_points = 4096 },
    [STAGE_CIM_NETWORK] = { .name = "cim_network",
                            .summary =
                                "a network in or beside memory: compute, memory, "
                                "transfers, energy",
                            .axes = CIM_NETWORK_AXES,
                            .optional = AXIS_BIT(technology),
                            .asked_by = AXIS_BIT(cim) | AXIS_BIT(workload),
                            .inputs = INPUT(ENGINES),
                            METRICS(cim_network_metrics),
                            .evaluate = cim_network_stage_evaluate,
                            .cost_s = cim_network_stage_cost_s,
                            .block_points = 256 },
    [STAGE_INFERENCE] = { .name = "inference",
                          .summary = "a network on any kind of machine: latency, "
                                     "energy, area, copies in an area budget",
                          .axes = (SYSTEM_AXES | CHIP_AXES | CIM_NETWORK_AXES |
                                   CROSSBAR_NETWORK_AXES | AXIS_BIT(machine) |
                                   AXIS_BIT(area_budget_m2)) &
                                  ~MACHINE_AXES,
                          .optional = AXIS_BIT(technology),
                          .asked_by = AXIS_BIT(machine) | AXIS_BIT(workload),
                          .inputs = INPUT(TRAFFIC) | INPUT(SYSTEM) | INPUT(CHIP) |
                                    INPUT(CIM_NETWORK) | INPUT(CROSSBAR_NETWORK),
                          METRICS(inference_metrics),
                          .evaluate = inference_stage_evaluate,
                          .cost_s = inference_stage_cost_s,
                          .block_points = 1024 },
    [STAGE_CROSSBAR_BUFFERS] = { .name = "crossbar_buffers",
                                 .summary = "buffers of a crossbar chip as SRAM arrays",
                                 .axes = CROSSBAR_BUFFERS_AXES,
                                 .asked_by = AXIS_BIT(crossbar),
                                 METRICS(crossbar_buffers_metrics),
                                 .evaluate = crossbar_buffers_stage_evaluate,
                                 .cost_s = crossbar_buffers_stage_cost_s,
                                 .block_points = 1 },
    [STAGE_CROSSBAR] = { .name = "crossbar",
                         .summary = "a crossbar that computes with its weights: one "
                                    "conversion, one sum, one pulse",
                         .axes = CROSSBAR_AXES,
                         .asked_by = AXIS_BIT(crossbar),
                         METRICS(crossbar_metrics),
                         .evaluate = crossbar_stage_evaluate,
                         .cost_s = crossbar_stage_cost_s,
                         .block_points = 4096 },
    [STAGE_CROSSBAR_NETWORK] = { .name = "crossbar_network",
                                 .summary = "a network in crossbars, evaluated or "
                                            "trained: time, energy, area by part",
                                 .axes = CROSSBAR_NETWORK_AXES,
                                 .asked_by = AXIS_BIT(crossbar) | AXIS_BIT(workload),
                                 .inputs = INPUT(CROSSBAR_BUFFERS) | INPUT(CROSSBAR),
                                 METRICS(crossbar_network_metrics),
                                 .evaluate = crossbar_network_stage_evaluate,
                                 .cost_s = crossbar_network_stage_cost_s,
                                 .block_points = 256 },
    [STAGE_HDC_MEMORY] = { .name = "hdc_memory",
                           .summary = "the memory of hypervectors: read, write, shift, "
                                      "transverse read",
                           .axes = HDC_MEMORY_AXES,
                           .asked_by = AXIS_BIT(hdc),
                           METRICS(hdc_memory_metrics),
                           .evaluate = hdc_memory_stage_evaluate,
                           .cost_s = hdc_memory_stage_cost_s,
                           .block_points = 1 },
    [STAGE_HDC] = { .name = "hdc",
                    .summary = "texts recognised by hyperdimensional computing: "
                               "operations, time, energy by step",
                    .axes = HDC_MEMORY_AXES | AXIS_BIT(queries),
                    .asked_by = AXIS_BIT(hdc) | AXIS_BIT(hdc_task),
                    .inputs = INPUT(HDC_MEMORY),
                    METRICS(hdc_metrics),
                    .evaluate = hdc_stage_evaluate,
                    .cost_s = hdc_stage_cost_s,
                    .block_points = 4096 },
};

static_assert(sizeof(struct array_columns) ==
                  sizeof array_metrics / sizeof *array_metrics * sizeof(void *),
              "a column pointer per metric");
static_assert(sizeof(struct system_columns) <= COLUMNS_MAX * sizeof(void *),
              "COLUMNS_MAX holds every stage's columns");

double stage_cost_s(const struct study *study, enum stage_id id,
                    const struct point *point)
{
    const struct space *space = &study->sweep->space;

    if (space_excludes(space) && grid_is_excluded(&study->grids[id], space, point))
        return 0;
    return stages[id].cost_s(study, point);
}

size_t metric_point_bytes(const struct metric *metric)
{
    return sizeof(double) * inners[metric->inner].count;
}

static bool is_given(const struct space *space, axis_mask axes)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (axes >> axis & 1 && !space->axes[axis].is_given)
            return false;
    return true;
}

uint32_t stages_wanted(const struct sweep *sweep)
{
    uint32_t wanted = sweep->stages;

    for (int id = 0; id < STAGE_COUNT && !sweep->stages; id++)
        if (stages[id].asked_by && is_given(&sweep->space, stages[id].asked_by))
            wanted |= 1u << id;
    if (!wanted)
        wanted = sweep->space.axes[AXIS_workload].is_given ? 1u << STAGE_SYSTEM
                                                           : 1u << STAGE_ARRAY;
    for (int id = STAGE_COUNT - 1; id >= 0; id--) {
        if (!(wanted >> id & 1))
            continue;
        wanted |= stages[id].inputs;
        if (sweep->space.iso_area.baseline &&
            stages[id].axes & AXIS_BIT(capacity_bytes))
            wanted |= 1u << STAGE_ARRAY;
    }
    return wanted;
}

enum status stage_grid(const struct sweep *sweep, enum stage_id id, struct grid *grid,
                       struct error *err)
{
    axis_mask axes = stages[id].axes;

    if (sweep->space.iso_area.baseline && axes & AXIS_BIT(capacity_bytes))
        axes |= stages[STAGE_ARRAY].axes;
    return grid_init(grid, &sweep->space, axes, err);
}

/* A record axis has no default: whoever asks for the stage must name one. */
static enum status records_check(const struct sweep *sweep, enum stage_id id,
                                 struct error *err)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (stages[id].axes >> axis & 1 && axis_specs[axis].kind == AXIS_RECORD &&
            axis_specs[axis].fallback != AXIS_OPTIONAL &&
            !(stages[id].optional >> axis & 1) &&
            !(MACHINE_AXES >> axis & 1 && sweep->space.axes[AXIS_machine].is_given) &&
            !sweep->space.axes[axis].values[0].record)
            return error_set(err, STATUS_INPUT,
                             "%s: axes has no %s, which the %s stage needs; name one "
                             "(`nvsweep list %s` shows what there is)",
                             sweep->file, axis_specs[axis].key, stages[id].name,
                             shelf_schemas[axis_specs[axis].shelf]->kind);
    return STATUS_OK;
}

enum status study_init(struct study *study, const struct sweep *sweep,
                       const struct library *library, struct error *err)
{
    enum status status = STATUS_OK;

    *study = (struct study){
        .sweep = sweep,
        .library = library,
        .stages = stages_wanted(sweep),
    };
    for (enum stage_id id = 0; id < STAGE_COUNT && status == STATUS_OK; id++) {
        struct error why;

        if (!(study->stages >> id & 1))
            continue;
        status = records_check(sweep, id, err);
        if (status == STATUS_OK) {
            status = stage_grid(sweep, id, &study->grids[id], &why);
            if (status != STATUS_OK)
                error_set(err, status, "%s: %s", sweep->file, why.text);
        }
    }
    return status;
}

void columns_fill(enum stage_id id, uint64_t count, const union columns *columns)
{
    for (size_t m = 0; m < stages[id].metric_count; m++) {
        const struct metric *metric = &stages[id].metrics[m];
        uint64_t elements = count * inners[metric->inner].count;

        for (uint64_t i = 0; i < elements; i++) {
            if (metric->kind == COLUMN_NUMBER)
                ((double *)columns->column[m])[i] = NAN;
            else
                ((uint64_t *)columns->column[m])[i] = 0;
        }
    }
}

void columns_alloc(enum stage_id id, uint64_t count, union columns *columns)
{
    *columns = (union columns){ .column = { NULL } };
    for (size_t m = 0; m < stages[id].metric_count; m++)
        columns->column[m] = alloc_array(count,
                                         metric_point_bytes(&stages[id].metrics[m]));
    columns_fill(id, count, columns);
}

void columns_free(enum stage_id id, union columns *columns)
{
    for (size_t m = 0; m < stages[id].metric_count; m++)
        free(columns->column[m]);
    *columns = (union columns){ .column = { NULL } };
}

union columns columns_at(enum stage_id id, const union columns *columns,
                         uint64_t points)
{
    union columns moved = *columns;

    for (size_t m = 0; m < stages[id].metric_count; m++)
        moved.column[m] = (char *)moved.column[m] +
                          points * metric_point_bytes(&stages[id].metrics[m]);
    return moved;
}

/* All points of a stage that are not left out, in runs. */
static void points_evaluate(const struct study *study, enum stage_id id, int8_t *status,
                            struct error *reason)
{
    const struct grid *grid = &study->grids[id];
    const struct space *space = &study->sweep->space;
    struct point point;

    for (uint64_t i = 0, n; i < grid->points; i += n) {
        union columns columns = columns_at(id, &study->results[id], i);

        for (n = 0; i + n < grid->points; n++) {
            if (!space_excludes(space))
                continue;
            grid_point(grid, space, i + n, &point);
            if (grid_is_excluded(grid, space, &point))
                break;
        }
        if (n)
            stages[id].evaluate(study, (struct range){ i, n }, &columns, status + i,
                                reason);
        if (i + n < grid->points)
            status[i + n++] = POINT_EXCLUDED;
    }
}

void study_evaluate(struct study *study, struct error *reason)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        uint64_t points = study->grids[id].points;
        int8_t *status;

        if (!(study->stages >> id & 1))
            continue;
        columns_alloc(id, points, &study->results[id]);
        status = alloc_array(points, 1);
        points_evaluate(study, id, status, reason);
        study->statuses[id] = status;
    }
}

void study_free(struct study *study)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        columns_free(id, &study->results[id]);
        free((void *)(uintptr_t)study->statuses[id]);
    }
    *study = (struct study){ 0 };
}
