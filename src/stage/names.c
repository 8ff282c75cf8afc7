/* Metrics by name, and what earlier versions called metrics and stages. */
#include "stage/stage.h"

#include "machine/machine.h"

#include <string.h>

/* Has the stage, as far as machines go, all points of the sweep? */
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

bool metric_find(const char *name, const struct sweep *sweep, uint32_t among,
                 enum stage_id *stage, size_t *metric)
{
    const char *slash = strchr(name, '/');
    const char *leaf = slash ? slash + 1 : name;
    bool is_found = false, is_whole = false;

    for (int id = 0; id < STAGE_COUNT && !is_whole; id++) {
        size_t length = strlen(stages[id]->name);

        if (!(among >> id & 1) ||
            (slash &&
             (strncmp(name, stages[id]->name, length) != 0 || name[length] != '/')))
            continue;
        for (size_t m = 0; m < stages[id]->metric_count; m++) {
            if (strcmp(stages[id]->metrics[m].name, leaf) != 0)
                continue;
            is_found = true;
            is_whole = !sweep || has_all_machines(sweep, (enum stage_id)id);
            *stage = (enum stage_id)id;
            *metric = m;
        }
    }
    return is_found;
}

/* Stages of earlier versions; what is said of a metric that is named after one. */
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

const char *metric_renamed(const char *name)
{
    static const char *const old[][2] = {
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
    };
    const char *slash = strchr(name, '/');
    size_t length = slash ? (size_t)(slash - name) : 0;

    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        if (strcmp(slash ? slash + 1 : name, old[i][0]) == 0)
            return old[i][1];
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
