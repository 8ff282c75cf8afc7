/* detail = "layer" adds the axis `layer`, from "all" (stored as 0) to the last computing
 * layer of the sweep's largest network. */
#include "workload/layer.h"
#include "base/memory.h"
#include "config/axes.h"
#include "workload/workload.h"

enum detail { DETAIL_NETWORK, DETAIL_LAYER };
static const struct word detail_words[] = {
    { "network", DETAIL_NETWORK },
    { "layer", DETAIL_LAYER },
    { NULL, 0 },
};

/* Returns the largest number of computing layers of any workload in any phase of the sweep. */
static uint64_t layers_most(const struct axes_reading *reading)
{
    const struct values *workloads = &reading->values[AXIS_workload];
    const struct values *phases = &reading->values[AXIS_phase];
    uint64_t most = 0;

    for (uint64_t w = 0; w < workloads->count; w++)
        for (uint64_t p = 0; p < (phases->count ? phases->count : 1); p++) {
            struct error ignored = { "" };
            struct mac_layers layers;

            if (mac_layers_create(&layers,
                                  (const struct workload *)workloads->values[w].record,
                                  phases->count ? (enum phase)phases->values[p].word
                                                : PHASE_INFERENCE,
                                  1, 0, &ignored) != STATUS_OK)
                continue;
            if (layers.number[layers.count - 1] > most)
                most = layers.number[layers.count - 1];
            mac_layers_free(&layers);
        }
    return most;
}

enum status detail_read(struct axes_reading *reading, const config_setting_t *setting)
{
    struct values *values = &reading->values[AXIS_layer];
    int detail = DETAIL_NETWORK;
    enum status status = STATUS_OK;
    uint64_t most;

    if (setting)
        status = setting_word(reading->source, setting, detail_words, &detail,
                              reading->err);
    if (status != STATUS_OK || detail == DETAIL_NETWORK)
        return status;
    if (reading->settings[AXIS_layer] || !reading->settings[AXIS_workload] ||
        !reading->settings[AXIS_machine])
        return setting_fail(reading->source, setting, reading->err,
                            "is 'layer', needs axes with a machine and a workload "
                            "and without the axis layer");
    most = layers_most(reading);
    if (most == 0)
        return setting_fail(reading->source, setting, reading->err,
                            "is 'layer', but no workload has a layer that a "
                            "machine computes");
    *values = (struct values){ .values = alloc_array(most + 1, sizeof *values->values),
                               .count = most + 1,
                               .is_dimension = true };
    for (uint64_t i = 0; i <= most; i++)
        values->values[i].count = i;
    reading->settings[AXIS_layer] = setting;
    reading->order[reading->count++] = AXIS_layer;
    reading->leaders[AXIS_layer] = AXIS_layer;
    return STATUS_OK;
}
