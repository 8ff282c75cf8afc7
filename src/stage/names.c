/* Metrics by name, and what earlier versions called metrics and stages. */
#include "stage/stage.h"

#include "base/memory.h"
#include "machine/machine.h"

#include <stdlib.h>
#include <string.h>

/* Does the stage evaluate all machines of the sweep? */
static bool has_all_machines(const struct sweep *sweep, enum stage_id id)
{
    const struct axis *machines = &sweep->space.axes[AXIS_machine];
    uint32_t kinds = stage_kinds(id);

    for (uint64_t i = 0; kinds && i < machines->count; i++) {
        const struct record *record = machines->values[i].record;

        if (record &&
            !(kinds >> machine_family((const struct machine *)record)->kind & 1))
            return false;
    }
    return true;
}

uint64_t stages_nearest(uint64_t having, uint64_t present, const uint64_t inputs[])
{
    while (present) {
        uint64_t front = UINT64_C(1) << (63 - __builtin_clzll(present));

        while (front) {
            uint64_t found = front & having, next = 0;

            if (found)
                return found;
            present &= ~front;
            for (; front; front &= front - 1)
                next |= inputs[__builtin_ctzll(front)];
            front = next & present;
        }
    }
    return 0;
}

/* Returns the index of the stage's metric of that name, or metric_count if it has none. */
static size_t metric_index(enum stage_id id, const char *name)
{
    size_t m = 0;

    while (m < stages[id]->metric_count &&
           strcmp(stages[id]->metrics[m].name, name) != 0)
        m++;
    return m;
}

/* Returns the stages that have a metric of that name, which may have a stage's name as prefix. */
static stage_mask stages_having(const char *name)
{
    const char *slash = strchr(name, '/');
    size_t length = slash ? (size_t)(slash - name) : 0;
    stage_mask having = 0;

    for (int id = 0; id < STAGE_COUNT; id++) {
        if (slash && (strlen(stages[id]->name) != length ||
                      strncmp(name, stages[id]->name, length) != 0))
            continue;
        if (metric_index((enum stage_id)id, slash ? slash + 1 : name) <
            stages[id]->metric_count)
            having |= STAGE_BIT(id);
    }
    return having;
}

bool metric_exists(const char *name)
{
    return stages_having(name) != 0;
}

/* The stages of the sweep that evaluate machines and memories, which `sensitivity` and `need`
 * ask about; those that it would have by its axes if it names no others. */
static stage_mask stages_asked(const struct sweep *sweep)
{
    const stage_mask questions = STAGE_BIT(STAGE_SENSITIVITY) | STAGE_BIT(STAGE_NEED);
    struct sweep asked = *sweep;

    asked.stages &= ~questions;
    asked.need.field_count = 0;
    return stages_wanted(&asked) & ~questions;
}

/* Returns the nearest of those that the sweep evaluates; if it evaluates none of them, the first
 * that has all its machines.  Without a sweep, the nearest to the last of them. */
static stage_mask nearest_in(const struct sweep *sweep, stage_mask having)
{
    stage_mask inputs[STAGE_COUNT], near;

    for (int id = 0; id < STAGE_COUNT; id++)
        inputs[id] = sweep ? stage_inputs(sweep, (enum stage_id)id)
                           : stages[id]->inputs;
    near = stages_nearest(having, sweep ? stages_asked(sweep) : having, inputs);
    for (int id = 0; id < STAGE_COUNT && !near; id++)
        if (having >> id & 1 && has_all_machines(sweep, (enum stage_id)id))
            near = STAGE_BIT(id);
    return near ? near : having;
}

static enum status several(const char *name, stage_mask found, struct error *why)
{
    char *names = alloc_text("");
    enum status status;

    for (; found; found &= found - 1)
        names = alloc_append(names, "%s%s/%s", *names ? ", " : "",
                             stages[__builtin_ctzll(found)]->name, name);
    status = error_set(why, STATUS_INPUT, "is of several stages, must be one of: %s",
                       names);
    free(names);
    return status;
}

enum status metric_find(const char *name, const struct sweep *sweep, stage_mask among,
                        enum stage_id *stage, size_t *metric, struct error *why)
{
    const char *slash = strchr(name, '/');
    stage_mask found = stages_having(name) & among;

    if (!slash && found & (found - 1))
        found = nearest_in(sweep, found);
    if (!found)
        return error_set(why, STATUS_INPUT, "is of no stage here");
    if (found & (found - 1))
        return several(name, found, why);
    *stage = (enum stage_id)__builtin_ctzll(found);
    *metric = metric_index(*stage, slash ? slash + 1 : name);
    return STATUS_OK;
}

enum status objective_find(const char *name, const struct sweep *sweep,
                           stage_mask among, struct objective *objective,
                           struct error *err)
{
    const char *renamed = metric_renamed(name);
    enum stage_id stage;
    size_t metric;
    struct error why;

    if (renamed)
        return error_set(err, STATUS_INPUT, "is '%.60s', which is %s since 0.4", name,
                         renamed);
    if (metric_find(name, sweep, among, &stage, &metric, &why) != STATUS_OK &&
        stages_having(name) & among)
        return error_set(err, STATUS_INPUT, "is '%.60s', which %s", name, why.text);
    if (!(stages_having(name) & among) ||
        stages[stage]->metrics[metric].inner != INNER_SCALAR ||
        stages[stage]->metrics[metric].kind != COLUMN_NUMBER)
        return error_set(err, STATUS_INPUT,
                         "is '%.60s', must name a quantity of one number per point "
                         "(`nvsweep list metrics` shows all), such as edp_js",
                         name);
    *objective = (struct objective){ .stage = (int)stage, .metric = metric };
    return STATUS_OK;
}

/* Stages of earlier versions, with the message about a metric that is named after one. */
static const struct {
    const char *name, *is, *metric_is;
} old_stages[] = {
    { "inference", "machines", "of the stage 'machines'" },
    { "traffic", "gpu", "of the stage 'gpu'" },
    { "system", "gpu", "of the stage 'gpu'" },
    { "cim_network", "layerwise", "of the stage 'layerwise'" },
    { "cim_operation", "operations", "of the stage 'operations'" },
    { "crossbar", "crossbar_subarray", "of the stage 'crossbar_subarray'" },
    { "crossbar_network", "crossbar_chip", "of the stage 'crossbar_chip'" },
};
enum { OLD_STAGES = sizeof old_stages / sizeof *old_stages };

/* Prefixes that metrics' names had in earlier versions: the names of their stages. */
static const struct {
    const char *prefix;
    enum stage_id stage;
} old_prefixes[] = {
    { "network_", STAGE_LAYERWISE },
    { "operation_", STAGE_OPERATIONS },
    { "chip_", STAGE_CHIP },
    { "crossbar_", STAGE_CROSSBAR_CHIP },
    { "crossbar_", STAGE_CROSSBAR_SUBARRAY },
    { "video_", STAGE_VIDEO_ANALYSIS },
    { "hdc_", STAGE_HDC_MEMORY },
    { "hdc_", STAGE_HDC_TEXTS },
};

/* Returns today's name of a metric without its old prefix, or NULL. */
static const char *without_prefix(const char *name)
{
    for (size_t i = 0; i < sizeof old_prefixes / sizeof *old_prefixes; i++) {
        const struct stage *stage = stages[old_prefixes[i].stage];
        size_t length = strlen(old_prefixes[i].prefix);

        if (strncmp(name, old_prefixes[i].prefix, length) != 0)
            continue;
        for (size_t m = 0; m < stage->metric_count; m++)
            if (strcmp(stage->metrics[m].name, name + length) == 0)
                return stage->metrics[m].name;
    }
    return NULL;
}

/* Metrics that were renamed in addition to losing the prefix. */
static const char *const old_metrics[][2] = {
    { "inference_latency_s", "latency_s" },
    { "inference_energy_j", "sample_j" },
    { "inference_j", "sample_j" },
    { "inference_edp_js", "edp_js, of a batch," },
    { "inference_offchip_bytes", "offchip_bytes, of a batch," },
    { "inference_rate_hz", "rate_hz" },
    { "inference_period_s", "period_s" },
    { "inference_power_w", "power_w" },
    { "inference_area_m2", "total_area_m2" },
    { "machine_area_m2", "area_m2" },
    { "machine_copies", "copies" },
    { "delay_s", "latency_s with time_base = \"serial\"" },
    { "roofline_s", "latency_s with time_base = \"roofline\", the default" },
    { "roofline_energy_j", "energy_j with time_base = \"roofline\", the default" },
    { "roofline_edp_js", "edp_js with time_base = \"roofline\", the default" },
    { "chip_power_w", "mean_power_w" },
    { "chip_edp_js", "sample_edp_js" },
    { "chip_edap_jsm2", "sample_edap_jsm2" },
    { "operation_subarrays", "crossbars" },
    { "operation_lanes", "active_lanes" },
    { "operation_s", "lanes_s" },
    { "operation_hz", "lanes_hz" },
    { "operation_j", "lane_j" },
    { "operation_w", "lanes_w" },
    { "operation_m2", "units_m2" },
    { "operation_bytes_per_s", "core_bytes_per_s" },
    { "network_s", "latency_s" },
    { "network_j", "energy_j" },
    { "network_buffers_j", "memories_j" },
    { "network_memory_j", "dram_j" },
    { "network_m2", "area_m2" },
    { "network_engine", "last_engine" },
    { "network_macs_hz", "achieved_hz" },
    { "crossbar_cell_bits", "bits_per_cell" },
    { "crossbar_rows_driven", "driven_rows" },
    { "crossbar_line_drop", "bitline_drop" },
    { "crossbar_write_row_s", "row_write_s" },
    { "crossbar_write_cell_j", "cell_write_j" },
    { "crossbar_s", "latency_s" },
    { "crossbar_hz", "throughput_hz" },
    { "crossbar_j", "energy_j" },
    { "crossbar_w", "power_w" },
    { "crossbar_dram_bytes", "offchip_bytes" },
    { "crossbar_weights", "weight_count" },
    { "crossbar_layers", "layer_count" },
    { "crossbar_tiles", "tile_count" },
    { "crossbar_subarrays", "subarray_count" },
    { "crossbar_feedback_subarrays", "feedback_subarray_count" },
    { "crossbar_gradient_subarrays", "gradient_subarray_count" },
    { "crossbar_used", "used_share" },
    { "crossbar_chip_leakage_w", "crossbar_chip/leakage_w" },
    { "gradient_rows_driven", "gradient_driven_rows" },
    { "engine_read_j", "engines/level_read_j" },
    { "engine_write_j", "engines/level_write_j" },
    { "engine_read_s", "engines/level_read_s" },
    { "engine_write_s", "engines/level_write_s" },
    { "engine_leakage_w", "engines/level_leakage_w" },
    { "engine_level_m2", "engines/level_area_m2" },
    { "engine_bytes", "engines/level_bytes" },
    { "engine_banks", "engines/level_banks" },
    { "engine_is_nonvolatile", "engines/level_is_nonvolatile" },
    { "engine_memories_m2", "engines/memories_area_m2" },
    { "engine_memories_leakage_w", "engines/memories_leakage_w" },
    { "buffers_area_m2", "buffers/memories_area_m2" },
    { "buffers_leakage_w", "buffers/memories_leakage_w" },
    { "edge_power_w", "average_power_w" },
    { "edge_inference_j", "average_inference_j" },
    { "video_uplink_bytes_per_s", "sent_bytes_per_s" },
    { "video_battery_life_s", "video_analysis/battery_life_s" },
    { "video_step_s", "result_step_s" },
    { "video_step_w", "device_step_w" },
    { "video_usd_per_s", "price_usd_per_s" },
    { "hdc_domains", "track_domains" },
    { "hdc_stretch", "port_domains" },
    { "hdc_span", "counted_domains" },
    { "hdc_read_s", "row_read_s" },
    { "hdc_write_s", "hdc_memory/row_write_s" },
    { "hdc_transverse_s", "transverse_read_s" },
    { "hdc_transverse_j", "transverse_read_j" },
    { "hdc_instruction_j", "core_instruction_j" },
    { "hdc_banks", "parallel_banks" },
    { "hdc_memory_bytes", "hdc_memory/memory_bytes" },
    { "hdc_leakage_w", "hdc_memory/leakage_w" },
    { "hdc_reads", "read_bits" },
    { "hdc_writes", "written_bits" },
    { "hdc_instructions", "hdc_texts/instructions" },
    { "hdc_step_s", "texts_step_s" },
    { "hdc_step_j", "texts_step_j" },
    { "hdc_s", "hdc_texts/latency_s" },
    { "hdc_j", "hdc_texts/energy_j" },
    { "hdc_w", "hdc_texts/power_w" },
    { "hdc_edp_js", "hdc_texts/edp_js" },
    { "hdc_area_m2", "hdc_texts/area_m2" },
    { "gradient_write_row_s", "gradient_row_write_s" },
    { "gradient_write_cell_j", "gradient_cell_write_j" },
};

const char *metric_renamed(const char *name)
{
    const char *slash = strchr(name, '/');
    size_t length = slash ? (size_t)(slash - name) : 0;

    for (size_t i = 0; i < sizeof old_metrics / sizeof *old_metrics; i++)
        if (strcmp(slash ? slash + 1 : name, old_metrics[i][0]) == 0)
            return old_metrics[i][1];
    if (without_prefix(slash ? slash + 1 : name))
        return without_prefix(slash ? slash + 1 : name);
    for (size_t i = 0; slash && i < OLD_STAGES; i++)
        if (strlen(old_stages[i].name) == length &&
            strncmp(name, old_stages[i].name, length) == 0)
            return old_stages[i].metric_is;
    return NULL;
}

const char *stage_renamed(const char *name)
{
    for (size_t i = 0; i < OLD_STAGES; i++)
        if (strcmp(name, old_stages[i].name) == 0)
            return old_stages[i].is;
    return NULL;
}
