#include "carbon/carbon.h"

#include <string.h>

const struct word part_kinds[] = {
    { "logic", PART_LOGIC }, { "memory", PART_MEMORY },     { "storage", PART_STORAGE },
    { "whole", PART_WHOLE }, { "assembly", PART_ASSEMBLY }, { NULL, 0 },
};

/* clang-format off */
static const struct field grid_hour_fields[] = {
    FIELD_NUMBER(struct grid_hour, kg_per_j, "kg/J", REQUIRED, 0, 1e-6, "carbon intensity in this hour"),
};
static const struct schema grid_hour_schema = {
    .kind = "hour", .size = sizeof(struct grid_hour),
    .fields = grid_hour_fields, .field_count = FIELD_COUNT_OF(grid_hour_fields),
};

static const struct field grid_region_fields[] = {
    FIELD_TEXT(struct grid_region, summary, "", "where and when"),
    FIELD_NUMBER(struct grid_region, kg_per_j, "kg/J", 0, 0, 1e-6, "carbon intensity of its electricity (0: the mean of its hours)"),
    FIELD_LIST(struct grid_region, hours, &grid_hour_schema, "the 24 hours of a day from midnight on, or none"),
};

static const struct field fab_node_fields[] = {
    FIELD_NUMBER(struct fab_node, node_m, "m", REQUIRED, 1e-9, 1e-6, "process node"),
    FIELD_NUMBER(struct fab_node, energy_j_per_m2, "J/m2", 0, 0, 1e12, "energy of the fab per wafer area"),
    FIELD_NUMBER(struct fab_node, gas_95_kg_per_m2, "kg/m2", 0, 0, 1e6, "emission of process gases at 95 % abatement"),
    FIELD_NUMBER(struct fab_node, gas_99_kg_per_m2, "kg/m2", 0, 0, 1e6, "emission of process gases at 99 % abatement"),
    FIELD_NUMBER(struct fab_node, carbon_kg_per_m2, "kg/m2", 0, 0, 1e6, "all of it at the fab's own electricity, instead of the parts (0: the parts)"),
};
static const struct schema fab_node_schema = {
    .kind = "fab node", .size = sizeof(struct fab_node),
    .fields = fab_node_fields, .field_count = FIELD_COUNT_OF(fab_node_fields),
};

static const struct field fab_medium_fields[] = {
    FIELD_TEXT(struct fab_medium, name, NULL, "name by which parts refer to it"),
    FIELD_NUMBER(struct fab_medium, kg_per_byte, "kg/byte", REQUIRED, 0, 1, "carbon per capacity, before yield"),
};
static const struct schema fab_medium_schema = {
    .kind = "medium", .size = sizeof(struct fab_medium),
    .fields = fab_medium_fields, .field_count = FIELD_COUNT_OF(fab_medium_fields),
};

static const struct field fab_fields[] = {
    FIELD_TEXT(struct fab, summary, "", "summary in one line"),
    FIELD_NUMBER(struct fab, materials_kg_per_m2, "kg/m2", 0, 0, 1e6, "carbon of raw materials per wafer area"),
    FIELD_NUMBER(struct fab, package_kg, "kg", 0, 0, 1e3, "carbon of packaging one chip"),
    FIELD_LIST(struct fab, nodes, &fab_node_schema, "process nodes"),
    FIELD_LIST(struct fab, media, &fab_medium_schema, "memory and storage"),
};

static const struct field device_part_fields[] = {
    FIELD_TEXT(struct device_part, name, "", "name of the part"),
    FIELD_WORD(struct device_part, kind, part_kinds, REQUIRED, "how its carbon is computed"),
    FIELD_NUMBER(struct device_part, area_m2, "m2", 0, 0, 1, "die area (logic)"),
    FIELD_NUMBER(struct device_part, node_m, "m", 0, 0, 1e-6, "process node (logic; 0: the node axis)"),
    FIELD_TEXT(struct device_part, medium, "", "the fab's medium (memory, storage)"),
    FIELD_NUMBER(struct device_part, capacity_bytes, "byte", 0, 0, 1e18, "capacity (memory, storage)"),
    FIELD_NUMBER(struct device_part, carbon_kg, "kg", 0, 0, 1e9, "carbon as stated (whole)"),
    FIELD_NAME(struct device_part, of, "device", "", "name of the device that is the part (assembly)"),
    FIELD_NUMBER(struct device_part, count, "1", 1, 0, 1e9, "how many"),
    FIELD_NUMBER(struct device_part, packages, "1", 0, 0, 1e9, "packaged chips in one"),
};
static const struct schema device_part_schema = {
    .kind = "part", .size = sizeof(struct device_part),
    .fields = device_part_fields, .field_count = FIELD_COUNT_OF(device_part_fields),
};

static const struct field device_step_fields[] = {
    FIELD_TEXT(struct device_step, name, NULL, "what the step improves"),
    FIELD_NUMBER(struct device_step, factor, "1", REQUIRED, 1e-6, 1e9, "factor by which it reduces the energy of the same work"),
};
static const struct schema device_step_schema = {
    .kind = "step", .size = sizeof(struct device_step),
    .fields = device_step_fields, .field_count = FIELD_COUNT_OF(device_step_fields),
};

static const struct field device_fields[] = {
    FIELD_TEXT(struct device, summary, "", "summary in one line"),
    FIELD_NUMBER(struct device, power_w, "W", 0, 0, 1e9, "power while it works"),
    FIELD_NUMBER(struct device, idle_w, "W", 0, 0, 1e9, "power while it idles"),
    FIELD_COUNT(struct device, machines, 0, 0, 1e6, "machines of the sweep that it holds (0: none; their silicon comes on top)"),
    FIELD_NUMBER(struct device, host_w, "W", 0, 0, 1e9, "power of the rest of the device while these machines work"),
    FIELD_LIST(struct device, parts, &device_part_schema, "its parts"),
    FIELD_LIST(struct device, steps, &device_step_schema, "steps that reduce the energy of its work"),
};
/* clang-format on */

static enum status fab_finish(void *record, struct error *err)
{
    const struct fab *fab = record;

    for (size_t i = 0; i < fab->nodes_count; i++) {
        const struct fab_node *node = &fab->nodes[i];

        if ((node->carbon_kg_per_m2 > 0) == (node->energy_j_per_m2 > 0))
            return error_set(err, STATUS_INPUT,
                             "the %g nm node must give carbon_kg_per_m2 or "
                             "energy_j_per_m2, and not both",
                             node->node_m * 1e9);
    }
    return STATUS_OK;
}

static enum status grid_region_finish(void *record, struct error *err)
{
    struct grid_region *grid = record;
    double sum = 0;

    if (grid->hours_count != 0 && grid->hours_count != GRID_HOURS)
        return error_set(err, STATUS_INPUT, "gives %zu hours, must give 24 or none",
                         grid->hours_count);
    /* kg_per_j already holds the mean if this is a copy of a checked record */
    if (grid->hours_count != 0 && grid->kg_per_j > 0 &&
        grid->kg_per_j != grid->hours_kg_per_j)
        return error_set(err, STATUS_INPUT,
                         "gives kg_per_j and hours, must give one: the day's mean "
                         "follows from its hours");
    for (size_t i = 0; i < grid->hours_count; i++)
        sum += grid->hours[i].kg_per_j;
    if (grid->hours_count != 0)
        grid->kg_per_j = grid->hours_kg_per_j = sum / GRID_HOURS;
    return STATUS_OK;
}

static enum status part_check(const struct device_part *part, struct error *err)
{
    bool is_medium = part->kind == PART_MEMORY || part->kind == PART_STORAGE;

    if (part->kind == PART_LOGIC && part->area_m2 <= 0)
        return error_set(err, STATUS_INPUT, "part '%s' is logic and must give area_m2",
                         part->name);
    if (is_medium && (!part->medium[0] || part->capacity_bytes <= 0))
        return error_set(err, STATUS_INPUT,
                         "part '%s' must give its medium and capacity_bytes",
                         part->name);
    if (part->kind == PART_ASSEMBLY && !part->of[0])
        return error_set(err, STATUS_INPUT,
                         "part '%s' is an assembly and must say `of` which device",
                         part->name);
    return STATUS_OK;
}

static enum status device_finish(void *record, struct error *err)
{
    const struct device *device = record;
    enum status status = STATUS_OK;

    for (size_t i = 0; i < device->parts_count && status == STATUS_OK; i++)
        status = part_check(&device->parts[i], err);
    return status;
}

const struct schema grid_region_schema = {
    .kind = "grid",
    .folder = "grids",
    .size = sizeof(struct grid_region),
    .fields = grid_region_fields,
    .field_count = FIELD_COUNT_OF(grid_region_fields),
    .finish = grid_region_finish,
};

const struct schema fab_schema = {
    .kind = "fab",
    .folder = "fabs",
    .size = sizeof(struct fab),
    .fields = fab_fields,
    .field_count = FIELD_COUNT_OF(fab_fields),
    .finish = fab_finish,
};

const struct schema device_schema = {
    .kind = "device",
    .folder = "devices",
    .size = sizeof(struct device),
    .fields = device_fields,
    .field_count = FIELD_COUNT_OF(device_fields),
    .finish = device_finish,
};
