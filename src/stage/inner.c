/* The dimensions that datasets have in addition to the axes of their stage. */
#include "stage/stage.h"

#include "base/units.h"
#include "machine/layerwise/layerwise.h"
#include "machine/crossbar/crossbar.h"
#include "carbon/life.h"
#include "cloud/training.h"
#include "edge/pipeline.h"
#include "hdc/hdc.h"
#include "stage/parameters.h"
#include "uncertainty/spread.h"
#include "workload/curve.h"
#include "workload/lifetime.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const component_labels[COMPONENT_COUNT] = {
    [COMPONENT_LLC_READ] = "llc_read",
    [COMPONENT_LLC_WRITE] = "llc_write",
    [COMPONENT_LLC_TAG] = "llc_tag",
    [COMPONENT_LLC_LEAKAGE] = "llc_leakage",
    [COMPONENT_DRAM_DYNAMIC] = "dram_dynamic",
    [COMPONENT_DRAM_BACKGROUND] = "dram_background",
    [COMPONENT_COMPUTE] = "compute",
};

static const char *const level_labels[LEVEL_COUNT] = {
    [LEVEL_INPUT_BUFFER] = "input_buffer",   [LEVEL_WEIGHT_BUFFER] = "weight_buffer",
    [LEVEL_OUTPUT_BUFFER] = "output_buffer", [LEVEL_GLOBAL_BUFFER] = "global_buffer",
    [LEVEL_PE_INPUT] = "pe_input",           [LEVEL_PE_WEIGHT] = "pe_weight",
    [LEVEL_PE_OUTPUT] = "pe_output",         [LEVEL_PE_INDEX] = "pe_index",
};

static const char *const part_labels[PART_COUNT] = {
    [LEVEL_INPUT_BUFFER] = "input_buffer",
    [LEVEL_WEIGHT_BUFFER] = "weight_buffer",
    [LEVEL_OUTPUT_BUFFER] = "output_buffer",
    [LEVEL_GLOBAL_BUFFER] = "global_buffer",
    [LEVEL_PE_INPUT] = "pe_input",
    [LEVEL_PE_WEIGHT] = "pe_weight",
    [LEVEL_PE_OUTPUT] = "pe_output",
    [LEVEL_PE_INDEX] = "pe_index",
    [PART_MAC] = "mac",
    [PART_NOC] = "noc",
    [PART_TRANSFORM] = "transform",
    [PART_CONTROL] = "control",
    [PART_LEAKAGE] = "leakage",
    [PART_DRAM] = "dram",
    [PART_DRAM_BACKGROUND] = "dram_background",
    [PART_IDLE] = "idle",
    [PART_WAKE] = "wake",
};

static const char *const phase_labels[CROSSBAR_PHASE_COUNT] = {
    [CROSSBAR_FORWARD] = "forward",
    [CROSSBAR_ACTIVATION_GRADIENT] = "activation_gradient",
    [CROSSBAR_WEIGHT_GRADIENT] = "weight_gradient",
    [CROSSBAR_WEIGHT_UPDATE] = "weight_update",
};

static const char *const crossbar_part_labels[CROSSBAR_PART_COUNT] = {
    [CROSSBAR_ARRAY] = "array",
    [CROSSBAR_ADC] = "adc",
    [CROSSBAR_ACCUMULATION] = "accumulation",
    [CROSSBAR_BUFFER] = "buffer",
    [CROSSBAR_INTERCONNECT] = "interconnect",
    [CROSSBAR_GRADIENT] = "gradient",
    [CROSSBAR_FEEDBACK] = "feedback",
    [CROSSBAR_UPDATE] = "update",
    [CROSSBAR_DRAM] = "dram",
    [CROSSBAR_LEAKAGE] = "leakage",
};

static const char *const hdc_step_labels[HDC_STEP_COUNT] = {
    [HDC_FETCH] = "fetch",         [HDC_BIND] = "bind",       [HDC_COUNT] = "count",
    [HDC_THRESHOLD] = "threshold", [HDC_COMPARE] = "compare", [HDC_LEAKAGE] = "leakage",
};

static const char *const tensor_labels[TENSOR_COUNT] = {
    [TENSOR_ALL] = "all",
    [TENSOR_WEIGHTS] = "weights",
    [TENSOR_GRADIENTS] = "gradients",
    [TENSOR_MOMENTUM] = "momentum",
    [TENSOR_ACTIVATIONS] = "activations",
    [TENSOR_KV_CACHE] = "kv_cache",
    [TENSOR_WORKSPACE] = "workspace",
};

static const char *const life_phase_labels[LIFE_PHASES] = {
    [LIFE_DATA] = "data",
    [LIFE_EXPERIMENTATION] = "experimentation",
    [LIFE_TRAINING] = "training",
    [LIFE_INFERENCE] = "inference",
};

static const char *const video_step_labels[VIDEO_STEPS] = {
    [VIDEO_DECODE] = "decode",     [VIDEO_FILTER] = "filter", [VIDEO_DETECT] = "detect",
    [VIDEO_CLASSIFY] = "classify", [VIDEO_TRACK] = "track",   [VIDEO_UPLINK] = "uplink",
};

static const char *const step_part_labels[STEP_PARTS] = {
    [STEP_COMPUTE] = "compute", [STEP_INTERCONNECT] = "interconnect",
    [STEP_NETWORK] = "network", [STEP_PREPARE] = "prepare",
    [STEP_FETCH] = "fetch",
};

static double position(uint64_t i)
{
    return (double)i;
}

const struct inner inners[INNER_COUNT] = {
    [INNER_SCALAR] = { .count = 1 },
    [INNER_COMPONENT] = { .name = "component",
                          .count = COMPONENT_COUNT,
                          .units = "1",
                          .meaning = "where energy goes",
                          .labels = component_labels },
    [INNER_CURVE] = { .name = "curve_capacity_bytes",
                      .count = CURVE_POINTS,
                      .units = "byte",
                      .meaning = "cache capacity of a miss ratio curve's points",
                      .coordinate = curve_capacity_bytes },
    [INNER_LEVEL] = { .name = "level",
                      .count = LEVEL_COUNT,
                      .units = "1",
                      .meaning = "memory on an accelerator's chip",
                      .labels = level_labels },
    [INNER_PARAMETER] = { .name = "parameter",
                          .count = SPREAD_PARAMETERS_MAX,
                          .units = "1",
                          .meaning = "parameter that a spread of the sweep varies" },
    [INNER_ENGINE] = { .name = "engine",
                       .count = ENGINES_MAX,
                       .units = "1",
                       .meaning = "engine of a machine, from 0",
                       .coordinate = position },
    [INNER_ENGINE_LEVEL] = { .count = ENGINES_MAX * LEVEL_COUNT,
                             .parts = { INNER_ENGINE, INNER_LEVEL } },
    [INNER_PHASE] = { .name = "training_phase",
                      .count = CROSSBAR_PHASE_COUNT,
                      .units = "1",
                      .meaning = "phase of a training step",
                      .labels = phase_labels },
    [INNER_CROSSBAR_PART] = { .name = "crossbar_part",
                              .count = CROSSBAR_PART_COUNT,
                              .units = "1",
                              .meaning = "where a crossbar chip's time, energy and "
                                         "area go",
                              .labels = crossbar_part_labels },
    [INNER_PHASE_PART] = { .count = CROSSBAR_PHASE_COUNT * CROSSBAR_PART_COUNT,
                           .parts = { INNER_PHASE, INNER_CROSSBAR_PART } },
    [INNER_HDC_STEP] = { .name = "hdc_step",
                         .count = HDC_STEP_COUNT,
                         .units = "1",
                         .meaning = "step of hyperdimensional computing",
                         .labels = hdc_step_labels },
    [INNER_TENSOR] = { .name = "tensor",
                       .count = TENSOR_COUNT,
                       .units = "1",
                       .meaning = "whose data a line holds",
                       .labels = tensor_labels },
    [INNER_TENSOR_CURVE] = { .count = TENSOR_COUNT * CURVE_POINTS,
                             .parts = { INNER_TENSOR, INNER_CURVE } },
    [INNER_LIFETIME_CAPACITY] = { .name = "lifetime_capacity_bytes",
                                  .count = LIFETIME_CAPACITIES,
                                  .units = "byte",
                                  .meaning = "cache capacity, every fourth of "
                                             "curve_capacity_bytes",
                                  .coordinate = lifetime_capacity_bytes },
    [INNER_LIFETIME_BOUND] = { .name = "lifetime_bound_s",
                               .count = LIFETIME_BOUNDS,
                               .units = "s",
                               .meaning = "lifetime that data are compared with",
                               .coordinate = lifetime_bound_s },
    [INNER_TENSOR_LONGER] = { .count = (uint64_t)TENSOR_COUNT * LIFETIME_CAPACITIES *
                                       LIFETIME_BOUNDS,
                              .parts = { INNER_TENSOR, INNER_LIFETIME_CAPACITY,
                                         INNER_LIFETIME_BOUND } },
    [INNER_LONGER] = { .count = (uint64_t)LIFETIME_CAPACITIES * LIFETIME_BOUNDS,
                       .parts = { INNER_LIFETIME_CAPACITY, INNER_LIFETIME_BOUND } },
    [INNER_LIFE_PHASE] = { .name = "life_phase",
                           .count = LIFE_PHASES,
                           .units = "1",
                           .meaning = "phase of a model's life",
                           .labels = life_phase_labels },
    [INNER_VIDEO_STEP] = { .name = "video_step",
                           .count = VIDEO_STEPS,
                           .units = "1",
                           .meaning = "step of analysing video",
                           .labels = video_step_labels },
    [INNER_STEP_PART] = { .name = "step_part",
                          .count = STEP_PARTS,
                          .units = "1",
                          .meaning = "what a training step's time is spent on",
                          .labels = step_part_labels },
    [INNER_NEED_FIELD] = { .name = "need_field",
                           .count = NEED_FIELDS_MAX,
                           .units = "1",
                           .meaning = "field that the need stage changes" },
    [INNER_PART] = { .name = "part",
                     .count = PART_COUNT,
                     .units = "1",
                     .meaning = "where an accelerator's energy goes",
                     .labels = part_labels },
};

size_t inner_parts(enum inner_id id, enum inner_id parts[INNER_PARTS_MAX])
{
    size_t count = 0;

    if (id == INNER_SCALAR)
        return 0;
    if (inners[id].name) {
        parts[0] = id;
        return 1;
    }
    while (count < INNER_PARTS_MAX && inners[id].parts[count] != INNER_SCALAR) {
        parts[count] = inners[id].parts[count];
        count++;
    }
    return count;
}

/* Largest relative distance at which a number means a coordinate. */
static const double NEAR_ENOUGH = 0.02;

/* Returns the index of the coordinate nearest to what the text says, the count if none is near. */
static uint64_t coordinate_index(const struct inner *inner, const char *text)
{
    double asked, nearest = INFINITY;
    struct error ignored;
    uint64_t place = inner->count;

    if (!inner->coordinate ||
        quantity_parse(text, inner->units, &asked, &ignored) != STATUS_OK)
        return inner->count;
    for (uint64_t i = 0; i < inner->count; i++) {
        double distance = fabs(inner->coordinate(i) - asked);

        if (distance < nearest) {
            nearest = distance;
            place = i;
        }
    }
    return nearest <= NEAR_ENOUGH * fabs(asked) ? place : inner->count;
}

/* Returns the index of a label, or a number, in a dimension of its own, its count if there is
 * none. */
static uint64_t label_index(enum inner_id id, const char *label, size_t length)
{
    const struct inner *inner = &inners[id];
    char text[80];
    uint64_t i = 0;

    snprintf(text, sizeof text, "%.*s", (int)length, label);
    if (!inner->labels)
        return coordinate_index(inner, text);
    while (i < inner->count &&
           !(inner->labels[i] && strcmp(inner->labels[i], text) == 0))
        i++;
    return i;
}

bool inner_find(enum inner_id id, const char *label, size_t length, uint64_t *place)
{
    enum inner_id parts[INNER_PARTS_MAX];
    size_t count = inner_parts(id, parts), part = 0;

    *place = 0;
    if (count == 0)
        return length == 0;
    for (bool is_more = true; is_more; part++) {
        const char *slash = memchr(label, '/', length);
        size_t own = slash ? (size_t)(slash - label) : length;
        uint64_t index;

        if (part == count)
            return false;
        index = label_index(parts[part], label, own);
        if (index >= inners[parts[part]].count)
            return false;
        *place = *place * inners[parts[part]].count + index;
        is_more = slash != NULL;
        label += own + is_more;
        length -= own + is_more;
    }
    return part == count;
}

static const char *unused_label(uint64_t i, char *buffer, size_t size)
{
    snprintf(buffer, size, INNER_UNUSED "%llu", (unsigned long long)i);
    return buffer;
}

const char *inner_label(const struct sweep *sweep, enum inner_id id, uint64_t i,
                        char *buffer, size_t size)
{
    struct parameters parameters;

    if (inners[id].labels)
        return inners[id].labels[i];
    if (id == INNER_NEED_FIELD && i < sweep->need.field_count)
        return sweep->need.fields[i].label;
    if (id == INNER_NEED_FIELD)
        return unused_label(i, buffer, size);
    if (id != INNER_PARAMETER)
        return NULL;
    parameters_of(&sweep->space, &parameters);
    if (i < parameters.count) {
        const struct place place = spread_parameter_place(parameters.parameters[i]);

        return place_format(&place, buffer, size);
    }
    return unused_label(i, buffer, size);
}
