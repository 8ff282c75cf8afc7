/* The extra dimensions of datasets beside their stage's axes. */
#include "stage/stage.h"

#include "accel/accelerator.h"
#include "stage/parameters.h"
#include "uncertainty/spread.h"
#include "workload/curve.h"

#include <stdio.h>

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

static_assert((int)LEVEL_COUNT == (int)PART_MAC, "parts begin with the levels");
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
    [INNER_PART] = { .name = "part",
                     .count = PART_COUNT,
                     .units = "1",
                     .meaning = "where an accelerator's energy goes",
                     .labels = part_labels },
};

const char *inner_label(const struct sweep *sweep, enum inner_id id, uint64_t i,
                        char *buffer, size_t size)
{
    struct parameters parameters;

    if (inners[id].labels)
        return inners[id].labels[i];
    if (id != INNER_PARAMETER)
        return NULL;
    parameters_of(&sweep->space, &parameters);
    if (i < parameters.count)
        return spread_parameter_label(parameters.parameters[i], buffer, size);
    snprintf(buffer, size, "unused.%llu", (unsigned long long)i);
    return buffer;
}
