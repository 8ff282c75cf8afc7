#include "stage/stage.h"

#include "stage/stages.h"

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
#define STAGE(name, ID) { #name, STAGE_##ID },
#include "metrics.def"
    { NULL, 0 },
};

/* One table of metrics per stage, from the same lines as the structs. */
/* clang-format off */
#define STAGE(stage, ID) static const struct metric stage##_metrics[] = {
#define METRIC(kind_, name_, units_, inner_, meaning_) \
    { .name = #name_,                                  \
      .units = (units_),                               \
      .meaning = (meaning_),                           \
      .kind = COLUMN_##kind_,                          \
      .inner = INNER_##inner_ },
#define STAGE_END };
#include "metrics.def"
/* clang-format on */

/* What is called after the stage. */
#define NAMED(stage)                                                    \
    .name = #stage, .metrics = stage##_metrics,                         \
    .metric_count = sizeof stage##_metrics / sizeof *(stage##_metrics), \
    .evaluate = stage##_stage_evaluate
#define INPUT(stage) (1u << STAGE_##stage)

#define ARRAY_AXES                                                               \
    (AXIS_BIT(technology) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) |               \
     AXIS_BIT(capacity_bytes) | AXIS_BIT(associativity) | AXIS_BIT(line_bytes) | \
     AXIS_BIT(temperature_k) | AXIS_BIT(target) | AXIS_BIT(access_mode) |        \
     AXIS_BIT(rules) | AXIS_BIT(bank_count) | AXIS_BIT(power_gating) |           \
     AXIS_BIT(wires) | AXIS_BIT(routing) | AXIS_BIT(ecc) |                       \
     AXIS_BIT(cell_roadmap) | AXIS_BIT(built_as))
#define REUSE_AXES                                                                 \
    (AXIS_BIT(platform) | AXIS_BIT(workload) | AXIS_BIT(phase) | AXIS_BIT(batch) | \
     AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length))
#define TRAFFIC_AXES (REUSE_AXES | AXIS_BIT(capacity_bytes))
#define BUFFERS_AXES                                                         \
    (AXIS_BIT(technology) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) |           \
     AXIS_BIT(temperature_k) | AXIS_BIT(target) | AXIS_BIT(rules) |          \
     AXIS_BIT(accelerator) | AXIS_BIT(placement) | AXIS_BIT(energy_source) | \
     AXIS_BIT(buffer_bytes) | AXIS_BIT(word_bits) | AXIS_BIT(cell_roadmap) | \
     AXIS_BIT(built_as))
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
     AXIS_BIT(placement) | AXIS_BIT(energy_source) | AXIS_BIT(cim) | \
     AXIS_BIT(cell_roadmap) | AXIS_BIT(built_as))
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

/* Of a platform: what no access stream depends on.  Of an accelerator: what no mapper
 * weighs. */
#define MEMORY_PARAMETERS "platform.dram_ platform.mac_j platform.idle_w"
#define POWER_PARAMETERS                                                       \
    "accelerator.mac_leakage_w accelerator.mac_area_m2 accelerator.noc_j "     \
    "accelerator.control_w accelerator.instruction_j accelerator.transform_j " \
    "accelerator.gate_breakeven_s accelerator.dram_background_w"

const struct stage stages[STAGE_COUNT] = {
    [STAGE_ARRAY] = { NAMED(array),
                      .summary = "the cache as a memory array: area, latency, energy",
                      .axes = ARRAY_AXES, .cost_s = array_stage_cost_s,
                      .block_points = 1 },
    [STAGE_REUSE] = { NAMED(reuse),
                      .summary =
                          "the workload's last-level-cache accesses and their reuse",
                      .axes = REUSE_AXES, .unread = MEMORY_PARAMETERS,
                      .cost_s = reuse_stage_cost_s, .block_points = 1 },
    [STAGE_TRAFFIC] = { NAMED(traffic),
                        .summary = "misses and DRAM traffic at a cache capacity",
                        .axes = TRAFFIC_AXES, .inputs = INPUT(REUSE),
                        .unread = MEMORY_PARAMETERS, .point_s = 3e-7,
                        .block_points = 4096 },
    [STAGE_SYSTEM] = { NAMED(system),
                       .summary = "delay, energy by component, EDP and EDAP",
                       .axes = SYSTEM_AXES,
                       .inputs = INPUT(ARRAY) | INPUT(REUSE) | INPUT(TRAFFIC),
                       .point_s = 1e-7, .block_points = 16384 },
    [STAGE_BUFFERS] = { NAMED(buffers),
                        .summary = "an accelerator's memories as memory arrays",
                        .axes = BUFFERS_AXES, .asked_by = AXIS_BIT(accelerator),
                        .cost_s = buffers_stage_cost_s, .block_points = 1 },
    [STAGE_MAPPING] = { NAMED(mapping),
                        .summary =
                            "layers on an accelerator: cycles, accesses per memory",
                        .axes = MAPPING_AXES, .unread = POWER_PARAMETERS,
                        .cost_s = mapping_stage_cost_s, .block_points = 64,
                        .block_s = 2e-3 },
    [STAGE_CHIP] = { NAMED(chip),
                     .summary = "an accelerator's latency, energy by part, power, area",
                     .axes = CHIP_AXES,
                     .asked_by = AXIS_BIT(accelerator) | AXIS_BIT(workload),
                     .inputs = INPUT(BUFFERS) | INPUT(MAPPING), .point_s = 5e-7,
                     .block_points = 4096 },
    [STAGE_FOOTPRINT] = { NAMED(footprint),
                          .summary =
                              "carbon of making a device and running it for life",
                          .axes = FOOTPRINT_AXES, .asked_by = AXIS_BIT(device),
                          .point_s = 5e-7, .block_points = 4096 },
    [STAGE_CARBON] = { NAMED(carbon),
                       .summary =
                           "carbon of one evaluation, and its products with delay "
                           "and energy",
                       .axes = SYSTEM_AXES | FOOTPRINT_AXES,
                       .asked_by = AXIS_BIT(device) | AXIS_BIT(workload),
                       .inputs = INPUT(ARRAY) | INPUT(SYSTEM) | INPUT(FOOTPRINT),
                       .point_s = 3e-7, .block_points = 16384 },
    [STAGE_CLOUD] = { NAMED(cloud),
                      .summary = "data-parallel training on rented instances: steps, "
                                 "stalls, price",
                      .axes = CLOUD_AXES, .asked_by = AXIS_BIT(instance),
                      .inputs = INPUT(REUSE), .point_s = 2e-5, .block_points = 1024 },
    [STAGE_RELIABILITY] = { NAMED(reliability),
                            .summary = "lifetime under writes, scrubbing, errors left",
                            .axes = RELIABILITY_AXES,
                            .asked_by = AXIS_BIT(workload) | AXIS_BIT(fit_target),
                            .inputs = INPUT(ARRAY) | INPUT(REUSE) | INPUT(TRAFFIC) |
                                      INPUT(SYSTEM),
                            .point_s = 1.5e-6, .block_points = 1024 },
    [STAGE_EDGE] = { NAMED(edge),
                     .summary =
                         "an accelerator at a rate: standby, crossover, battery life",
                     .axes = CHIP_AXES | AXIS_BIT(site),
                     .asked_by = AXIS_BIT(accelerator) | AXIS_BIT(site) |
                                 AXIS_BIT(inference_hz),
                     .inputs = INPUT(CHIP), .point_s = 2e-7, .block_points = 4096 },
    [STAGE_VIDEO] = { NAMED(video),
                      .summary =
                          "video analysed on the device, in the cloud, or by both",
                      .axes = CHIP_AXES | AXIS_BIT(site) | AXIS_BIT(video) |
                              AXIS_BIT(split),
                      .asked_by = AXIS_BIT(video),
                      .inputs = INPUT(MAPPING) | INPUT(CHIP), .point_s = 2e-7,
                      .block_points = 4096 },
    [STAGE_SAMPLES] = { NAMED(samples),
                        .summary =
                            "what every sample does to the technology's parameters",
                        .axes = AXIS_BIT(spread) | AXIS_BIT(sample), .point_s = 1e-6,
                        .block_points = 1024 },
    [STAGE_SENSITIVITY] = { NAMED(sensitivity),
                            .summary =
                                "quantiles over samples, and which parameter decides",
                            .axes = AXIS_BIT(spread), /* and the objective's */
                            .asked_by = AXIS_BIT(sample) | AXIS_BIT(spread) |
                                        AXIS_BIT(workload),
                            .inputs = INPUT(SAMPLES), /* and the objective's */
                            .cost_s = sensitivity_stage_cost_s, .block_points = 16 },
    [STAGE_ENGINES] = { NAMED(engines),
                        .summary = "memories of the accelerators a cim machine has",
                        .axes = ENGINES_AXES, .shelves = 1u << SHELF_ACCELERATOR,
                        .optional = AXIS_BIT(technology),
                        .cost_s = engines_stage_cost_s, .block_points = 1 },
    [STAGE_CIM_OPERATION] = { NAMED(cim_operation),
                              .summary = "one operation in or beside memory: commands, "
                                         "time, energy, area",
                              .axes = CIM_OPERATION_AXES,
                              .asked_by = AXIS_BIT(cim) | AXIS_BIT(operation),
                              .point_s = 2e-7, .block_points = 4096 },
    [STAGE_CIM_NETWORK] = { NAMED(cim_network),
                            .summary =
                                "a network in or beside memory: compute, memory, "
                                "transfers, energy",
                            .axes = CIM_NETWORK_AXES, .optional = AXIS_BIT(technology),
                            .asked_by = AXIS_BIT(cim) | AXIS_BIT(workload),
                            .inputs = INPUT(ENGINES),
                            .shelves = 1u << SHELF_ACCELERATOR,
                            .cost_s = cim_network_stage_cost_s, .block_points = 256 },
    [STAGE_INFERENCE] = { NAMED(inference),
                          .summary = "a network on any kind of machine: latency, "
                                     "energy, area, copies in an area budget",
                          .axes = (SYSTEM_AXES | CHIP_AXES | CIM_NETWORK_AXES |
                                   CROSSBAR_NETWORK_AXES | AXIS_BIT(machine) |
                                   AXIS_BIT(area_budget_m2) |
                                   AXIS_BIT(dram_budget_bytes_per_s)) &
                                  ~MACHINE_AXES,
                          .optional = AXIS_BIT(technology),
                          .asked_by = AXIS_BIT(machine) | AXIS_BIT(workload),
                          .inputs = INPUT(TRAFFIC) | INPUT(SYSTEM) | INPUT(CHIP) |
                                    INPUT(CIM_NETWORK) | INPUT(CROSSBAR_NETWORK),
                          .takes_one_input = true, .point_s = 2e-7,
                          .block_points = 1024 },
    [STAGE_CROSSBAR_BUFFERS] = { NAMED(crossbar_buffers),
                                 .summary = "buffers of a crossbar chip as SRAM arrays",
                                 .axes = CROSSBAR_BUFFERS_AXES,
                                 .shelves = 1u << SHELF_TECHNOLOGY,
                                 .asked_by = AXIS_BIT(crossbar), .point_s = 8e-3,
                                 .block_points = 1 },
    [STAGE_CROSSBAR] = { NAMED(crossbar),
                         .summary = "a crossbar that computes with its weights: one "
                                    "conversion, one sum, one pulse",
                         .axes = CROSSBAR_AXES, .asked_by = AXIS_BIT(crossbar),
                         .point_s = 2e-6, .block_points = 4096 },
    [STAGE_CROSSBAR_NETWORK] = { NAMED(crossbar_network),
                                 .summary = "a network in crossbars, evaluated or "
                                            "trained: time, energy, area by part",
                                 .axes = CROSSBAR_NETWORK_AXES,
                                 .asked_by = AXIS_BIT(crossbar) | AXIS_BIT(workload),
                                 .inputs = INPUT(CROSSBAR_BUFFERS) | INPUT(CROSSBAR),
                                 .cost_s = crossbar_network_stage_cost_s,
                                 .block_points = 256 },
    [STAGE_HDC_MEMORY] = { NAMED(hdc_memory),
                           .summary = "the memory of hypervectors: read, write, shift, "
                                      "transverse read",
                           .axes = HDC_MEMORY_AXES, .asked_by = AXIS_BIT(hdc),
                           .point_s = 1.2e-3, .block_points = 1 },
    [STAGE_HDC] = { NAMED(hdc),
                    .summary = "texts recognised by hyperdimensional computing: "
                               "operations, time, energy by step",
                    .axes = HDC_MEMORY_AXES | AXIS_BIT(queries),
                    .asked_by = AXIS_BIT(hdc) | AXIS_BIT(hdc_task),
                    .inputs = INPUT(HDC_MEMORY), .point_s = 2e-7,
                    .block_points = 4096 },
};

#define STAGE(stage, ID)                                       \
    static_assert(sizeof(struct stage##_columns) <=            \
                      sizeof(((union columns *)NULL)->column), \
                  "COLUMNS_MAX holds every stage's columns");
#include "metrics.def"

static_assert(STAGE_SENSITIVITY == STAGE_COUNT - 1,
              "the last stage may look at any other's results");
static_assert(STAGE_COUNT <= 32, "sets of stages are bits of a uint32_t");
