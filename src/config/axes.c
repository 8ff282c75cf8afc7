#include "config/axes.h"

#include "base/memory.h"
#include "config/fields.h"

#include <stdlib.h>
#include <string.h>

void axes_default(struct space *space)
{
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++) {
        union axis_value *value = alloc_array(1, sizeof *value);

        *value = axis_default(axis);
        space->axes[axis] = (struct axis){ .values = value, .count = 1 };
    }
}

void axis_give(struct space *space, enum axis_id axis, struct values *values)
{
    free(space->axes[axis].values);
    space->axes[axis] = (struct axis){
        .values = values->values,
        .count = values->count,
        .is_dimension = values->is_dimension,
        .is_given = true,
    };
    *values = (struct values){ 0 };
}

void axes_reading_free(struct axes_reading *reading)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        free(reading->values[axis].values);
}

/* Finds the axis that a setting's name or text means, which may be a field of the machine. */
static enum status axis_named(const struct axes_reading *reading,
                              const config_setting_t *setting, const char *key,
                              enum axis_id *axis)
{
    struct error why;

    if (axis_or_field_find(&reading->sweep->space, reading->library, key, axis, &why) ==
        STATUS_OK)
        return STATUS_OK;
    return source_fail(reading->source, setting->line, reading->err, "%s", why.text);
}

static const struct axis_spec *spec_of(const struct axes_reading *reading,
                                       enum axis_id axis)
{
    return space_axis(&reading->sweep->space, axis);
}

/* ---- axes */

/* { iso_area_of = "sram"; baseline = "3 MiB"; step = "1 MiB"; } */
static enum status iso_area_read(struct axes_reading *reading,
                                 const config_setting_t *group)
{
    static const char *const keys[] = { "iso_area_of", "baseline", "step" };
    struct iso_area *iso_area = &reading->sweep->space.iso_area;
    const config_setting_t *baseline = setting_member(group, "baseline");
    const config_setting_t *step = setting_member(group, "step");
    union axis_value value = { .count = 1 << 20 };
    enum status status = setting_keys_check(reading->source, group,
                                            "an iso_area_of range", keys,
                                            FIELD_COUNT_OF(keys), reading->err);

    if (status != STATUS_OK)
        return status;
    if (step)
        status = value_read(reading->source, step, reading->library,
                            &axis_specs[AXIS_capacity_bytes], &value, reading->err);
    if (status != STATUS_OK)
        return status;
    if (value.count == 0)
        return setting_fail(reading->source, step, reading->err,
                            "is a word, must be a number of bytes");
    iso_area->step_bytes = value.count;
    status = value_read(reading->source, setting_member(group, "iso_area_of"),
                        reading->library, &axis_specs[AXIS_technology], &value,
                        reading->err);
    if (status != STATUS_OK)
        return status;
    iso_area->baseline = value.record;
    if (!baseline)
        return setting_fail(reading->source, group, reading->err,
                            "lacks 'baseline', must name the capacities whose area is "
                            "to be met");
    return values_read(reading->source, baseline, reading->library,
                       &axis_specs[AXIS_capacity_bytes],
                       &reading->values[AXIS_capacity_bytes], reading->err);
}

/* Of two axes of one field the later would win everywhere. */
static enum status field_once_check(const struct space *space, enum axis_id axis,
                                    struct error *err)
{
    const struct place *own = &space->fields[axis - AXES_NAMED].place;

    for (size_t f = 0; f < space->field_count; f++) {
        const struct place *other = &space->fields[f].place;

        if (other != own && other->of == own->of &&
            strcmp(other->record, own->record) == 0 &&
            strcmp(other->path, own->path) == 0)
            return error_set(
                err, STATUS_INPUT,
                "'%.60s' is varied by the axis '%s' already, must be varied "
                "by one",
                own->path, space_axis(space, AXES_NAMED + f)->key);
    }
    return STATUS_OK;
}

/* { field = "technology.set_pulse_s"; values = ...; }: the axis, and the setting of its
 * values. */
static enum status field_read(struct axes_reading *reading,
                              const config_setting_t *group, enum axis_id *axis,
                              const config_setting_t **values)
{
    static const char *const keys[] = { "field", "values" };
    const config_setting_t *field = setting_member(group, "field");
    const char *label;
    enum status status = setting_keys_check(reading->source, group, "a field's axis",
                                            keys, FIELD_COUNT_OF(keys), reading->err);
    struct error why;

    *values = setting_member(group, "values");
    if (status != STATUS_OK)
        return status;
    if (!*values)
        return setting_fail(reading->source, group, reading->err,
                            "lacks 'values', must be { field = \"...\"; values = "
                            "...; }");
    status = setting_text(reading->source, field, &label, reading->err);
    if (status != STATUS_OK)
        return status;
    if (field_axis_add(&reading->sweep->space, reading->library, group->name, label,
                       axis, &why))
        return setting_fail(reading->source, field, reading->err, "%s", why.text);
    if (field_once_check(&reading->sweep->space, *axis, &why) != STATUS_OK)
        return setting_fail(reading->source, field, reading->err, "%s", why.text);
    return STATUS_OK;
}

static bool is_field(const config_setting_t *setting)
{
    return setting->type == CONFIG_TYPE_GROUP && setting_member(setting, "field") &&
           axis_find(setting->name) == AXES;
}

static enum status axis_read(struct axes_reading *reading,
                             const config_setting_t *setting, size_t place)
{
    const config_setting_t *given = setting;
    enum axis_id axis;
    enum status status = is_field(setting)
                             ? field_read(reading, setting, &axis, &given)
                             : axis_named(reading, setting, setting->name, &axis);

    if (status != STATUS_OK)
        return status;
    if (reading->settings[axis]) /* it is given both under its key and under its name */
        return setting_fail(reading->source, setting, reading->err,
                            "names the axis that line %u already gives",
                            reading->settings[axis]->line);
    reading->settings[axis] = given;
    reading->order[place] = axis;
    reading->leaders[axis] = axis;
    if (axis == AXIS_capacity_bytes && setting->type == CONFIG_TYPE_GROUP &&
        setting_member(setting, "iso_area_of"))
        return iso_area_read(reading, setting);
    return values_read(reading->source, given, reading->library, spec_of(reading, axis),
                       &reading->values[axis], reading->err);
}

/* Adds the records that the sweep has on an axis, so that fields which only some of them have
 * are found. */
static void records_lend(struct axes_reading *reading, enum axis_id id, bool is_lent)
{
    struct axis *axis = &reading->sweep->space.axes[id];
    const struct values *values = &reading->values[id];

    if (is_lent && values->values) {
        free(axis->values);
        *axis = (struct axis){ .values = values->values,
                               .count = values->count,
                               .is_given = true };
    } else if (!is_lent && values->values) {
        *axis = (struct axis){ .values = alloc_array(1, sizeof *axis->values),
                               .count = 1 };
    }
}

/* Does the same for all axes whose kind of record has families. */
static void families_lend(struct axes_reading *reading, bool is_lent)
{
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (axis_specs[axis].kind == AXIS_RECORD &&
            record_table_schemas[axis_specs[axis].table]->families)
            records_lend(reading, axis, is_lent);
}

enum status axes_read(struct axes_reading *reading, const config_setting_t *group)
{
    enum status status = STATUS_OK;
    char is[80];

    if (group->type != CONFIG_TYPE_GROUP)
        return setting_fail(reading->source, group, reading->err,
                            "is %s, must be a group { axis = values; ... }",
                            setting_describe(group, is, sizeof is));
    if (setting_length(group) == 0)
        return setting_fail(
            reading->source, group, reading->err,
            "is empty, must name an axis, such as technology = \"sram\"");
    reading->count = setting_length(group);
    if (reading->count > AXES)
        return setting_fail(reading->source, group, reading->err,
                            "has %zu keys, must have at most %d", reading->count, AXES);
    for (size_t i = 0; status == STATUS_OK && i < reading->count; i++)
        if (axis_find(setting_element(group, i)->name) != AXES)
            status = axis_read(reading, setting_element(group, i), i);
    families_lend(reading, true);
    for (size_t i = 0; status == STATUS_OK && i < reading->count; i++)
        if (axis_find(setting_element(group, i)->name) == AXES)
            status = axis_read(reading, setting_element(group, i), i);
    families_lend(reading, false);
    return status;
}

/* ---- zip */

static enum status zipped_axis_read(struct axes_reading *reading,
                                    const config_setting_t *element,
                                    enum axis_id *leader)
{
    const char *key;
    enum axis_id axis;
    enum status status = setting_text(reading->source, element, &key, reading->err);

    if (status == STATUS_OK)
        status = axis_named(reading, element, key, &axis);
    if (status != STATUS_OK)
        return status;
    if (!reading->settings[axis] || !reading->values[axis].is_dimension)
        return setting_fail(
            reading->source, element, reading->err,
            "names '%s', which must be given in axes as a list or range", key);
    if (reading->is_zipped[axis])
        return setting_fail(reading->source, element, reading->err,
                            "names '%s' twice, an axis can be zipped once", key);
    if (*leader == AXES)
        *leader = axis;
    if (reading->values[axis].count != reading->values[*leader].count ||
        reading->values[axis].is_interval)
        return setting_fail(
            reading->source, element, reading->err,
            "needs as many values of '%s' as of '%s', not %llu and %llu",
            spec_of(reading, *leader)->key, key,
            (unsigned long long)reading->values[*leader].count,
            (unsigned long long)reading->values[axis].count);
    reading->leaders[axis] = *leader;
    reading->is_zipped[axis] = true;
    return STATUS_OK;
}

enum status zip_read(struct axes_reading *reading, const config_setting_t *list)
{
    char is[80];

    if (!list)
        return STATUS_OK;
    if (list->type != CONFIG_TYPE_LIST)
        return setting_fail(reading->source, list, reading->err,
                            "is %s, must be ( [ \"axis\", \"axis\" ], ... )",
                            list->type == CONFIG_TYPE_ARRAY
                                ? "one array"
                                : setting_describe(list, is, sizeof is));
    for (size_t z = 0; z < setting_length(list); z++) {
        const config_setting_t *zip = setting_element(list, z);
        enum axis_id leader = AXES;
        enum status status = STATUS_OK;

        if (!setting_is_list(zip) || setting_length(zip) < 2)
            return setting_fail(
                reading->source, zip, reading->err,
                "must list two or more axes: ( [ \"axis\", \"axis\" ] )");
        for (size_t i = 0; status == STATUS_OK && i < setting_length(zip); i++)
            status = zipped_axis_read(reading, setting_element(zip, i), &leader);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* ---- values given twice */

enum status duplicates_check(const struct axes_reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        enum axis_id axis = reading->order[i];
        const struct values *values = &reading->values[axis];
        const config_setting_t *setting = reading->settings[axis];
        uint64_t twice;
        char text[80];

        if (reading->is_zipped[axis] || values->is_interval)
            continue; /* zipped values may repeat: phases with several batches */
        twice = values_duplicate(spec_of(reading, axis), values);
        if (twice == values->count)
            continue;
        axis_value_format(spec_of(reading, axis), values->values[twice], text,
                          sizeof text);
        if (setting_is_list(setting))
            setting = setting_element(setting, twice);
        return setting_fail(reading->source, setting, reading->err,
                            "has %s twice, the values of an axis must differ", text);
    }
    return STATUS_OK;
}

/* ---- exclude */

static enum status excluded_axis_read(struct axes_reading *reading,
                                      const config_setting_t *setting,
                                      struct exclusion *exclusion)
{
    struct values values = { 0 };
    union axis_value *sorted;
    enum axis_id axis;
    enum status status = axis_named(reading, setting, setting->name, &axis);

    if (status != STATUS_OK)
        return status;
    if (!reading->settings[axis] || reading->values[axis].is_interval)
        return setting_fail(
            reading->source, setting, reading->err,
            "cannot be excluded by value, must be given in axes as values");
    if (exclusion->axes >> axis & 1)
        return setting_fail(reading->source, setting, reading->err,
                            "is the same axis as one before it in this rule");
    status = values_read(reading->source, setting, reading->library,
                         spec_of(reading, axis), &values, reading->err);
    if (status == STATUS_OK && values.is_interval)
        status = setting_fail(reading->source, setting, reading->err,
                              "is a range without steps, must be values of the axis");
    exclusion->axes |= (axis_mask)1 << axis;
    exclusion->values[axis] = values.values;
    exclusion->counts[axis] = values.count;
    if (status != STATUS_OK)
        return status;
    sorted = values_sorted(spec_of(reading, axis), &reading->values[axis]);
    for (uint64_t i = 0; status == STATUS_OK && i < values.count; i++) {
        char text[80];

        if (!values_contain(spec_of(reading, axis), sorted, reading->values[axis].count,
                            values.values[i]))
            status = setting_fail(reading->source, setting, reading->err,
                                  "excludes %s, must be one of the values the axis has",
                                  axis_value_format(spec_of(reading, axis),
                                                    values.values[i], text,
                                                    sizeof text));
    }
    free(sorted);
    return status;
}

enum status exclusions_read(struct axes_reading *reading, const config_setting_t *list)
{
    struct space *space = &reading->sweep->space;
    enum status status = STATUS_OK;

    if (!list)
        return STATUS_OK;
    if (list->type != CONFIG_TYPE_LIST)
        return setting_fail(reading->source, list, reading->err,
                            "must be a list ( { axis = values; ... }, ... )");
    space->exclusions = alloc_array(setting_length(list), sizeof *space->exclusions);
    for (size_t i = 0; status == STATUS_OK && i < setting_length(list); i++) {
        const config_setting_t *rule = setting_element(list, i);
        struct exclusion *exclusion = &space->exclusions[space->exclusion_count++];

        if (rule->type != CONFIG_TYPE_GROUP || setting_length(rule) == 0)
            return setting_fail(reading->source, rule, reading->err,
                                "must be rules { axis = values; ... }, a point is left "
                                "out if it meets all of one");
        exclusion->line = rule->line;
        for (size_t m = 0; status == STATUS_OK && m < setting_length(rule); m++)
            status = excluded_axis_read(reading, setting_element(rule, m), exclusion);
    }
    return status;
}
