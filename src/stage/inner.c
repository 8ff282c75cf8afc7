/* The extra dimensions of datasets beside their stage's axes. */
#include "stage/stage.h"

#include "workload/curve.h"

static const char *const component_labels[COMPONENT_COUNT] = {
    [COMPONENT_LLC_READ] = "llc_read",
    [COMPONENT_LLC_WRITE] = "llc_write",
    [COMPONENT_LLC_TAG] = "llc_tag",
    [COMPONENT_LLC_LEAKAGE] = "llc_leakage",
    [COMPONENT_DRAM_DYNAMIC] = "dram_dynamic",
    [COMPONENT_DRAM_BACKGROUND] = "dram_background",
    [COMPONENT_COMPUTE] = "compute",
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
};
