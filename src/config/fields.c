#include "config/fields.h"

#include "base/memory.h"
#include "base/path.h"
#include "stage/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the place that a label names */

/* Parses "kind[record].path" into a place, whose texts are in *copy, freed by the caller. */
static enum status label_read(const struct library *library, const char *label,
                              struct place *place, char **copy, struct error *err)
{
    size_t kind = strcspn(label, ".["), length = kind;
    char *record, *path;
    const struct record *found;
    struct error why;

    *copy = alloc_text(label);
    record = *copy + kind;
    if (label[kind] == '[') {
        size_t closing = strcspn(label + kind, "]");

        if (!label[kind + closing])
            return error_set(err, STATUS_INPUT, "'%.80s' lacks its ']'", label);
        (*copy)[kind + closing] = '\0';
        record++;
        length += closing + 1;
    }
    if (label[length] != '.' || !label[length + 1])
        return error_set(
            err, STATUS_INPUT,
            "'%.80s' must be the kind of a record, a dot and a field, such "
            "as \"technology.set_pulse_s\"",
            label);
    path = *copy + length + 1;
    (*copy)[length] = (*copy)[kind] = '\0';
    *place = (struct place){
        .of = record_table_of_kind(*copy),
        .record = record,
        .path = path,
    };
    if (place->of == RECORDS_COUNT)
        return error_set(err, STATUS_INPUT,
                         "'%.80s': there is no kind of record '%.40s'; `nvsweep list` "
                         "shows what there is",
                         label, *copy);
    if (*record &&
        library_lookup(library, place->of, record, &found, &why) != STATUS_OK)
        return error_set(err, STATUS_INPUT, "'%.80s': there is %s", label, why.text);
    return STATUS_OK;
}

/* ---- the field */

static enum axis_kind kind_of(const struct field *field)
{
    return field->kind == KIND_NUMBER  ? AXIS_NUMBER
           : field->kind == KIND_COUNT ? AXIS_COUNT
                                       : AXIS_WORD;
}

/* Adds a record that has the field: the axis's range includes the field's range there. */
static enum status spec_join(struct axis_spec *spec, const struct field *field,
                             const char *label, struct error *err)
{
    const struct word *words = field->kind == KIND_FLAG ? flag_words : field->words;
    const char *units = field->unit ? field->unit : "1";

    if (!spec->meaning)
        *spec = (struct axis_spec){
            .kind = kind_of(field),
            .units = units,
            .min = field->min,
            .max = field->max,
            .words = words,
            .zero = field->zero,
            .is_field = true,
            .meaning = field->meaning,
        };
    if (spec->kind != kind_of(field) || spec->words != words ||
        strcmp(spec->units, units) != 0 || !spec->zero != !field->zero)
        return error_set(err, STATUS_INPUT,
                         "'%.80s' has different kinds of values in the records of this "
                         "sweep; write a sweep for each",
                         label);
    if (field->min < spec->min)
        spec->min = field->min;
    if (field->max > spec->max)
        spec->max = field->max;
    return STATUS_OK;
}

static const char *family_name(const struct schema *schema, const struct record *record)
{
    int family;

    memcpy(&family, (const char *)record + schema->family->offset, sizeof family);
    return word_name(schema->family->words, family);
}

/* Returns the names of the families that have the field as "a, b"; freed by the caller. */
static char *families_with(const struct schema *schema, const char *path)
{
    char *names = alloc_text("");
    const struct field *field;

    for (size_t f = 0; f < schema->family_count; f++)
        if (path_find(schema->families[f], path, &field, NULL) == STATUS_OK)
            names = alloc_append(names, "%s%s", *names ? ", " : "",
                                 word_name(schema->family->words, (int)f));
    return names;
}

/* Returns the axis of this kind of record; AXES if there is none. */
static enum axis_id axis_of(enum record_table_id table)
{
    enum axis_id axis = 0;

    while (axis < AXES_NAMED &&
           (axis_specs[axis].kind != AXIS_RECORD || axis_specs[axis].table != table))
        axis++;
    return axis < AXES_NAMED ? axis : AXES;
}

/* Reports that no record of the sweep has the field, for a kind whose families have fields of
 * their own. */
static enum status nobody_has(const struct space *space, const struct place *place,
                              struct error *err)
{
    enum axis_id axis = axis_of(place->of);
    const struct axis *values = &space->axes[axis];
    const struct schema *schema = record_table_schemas[place->of];
    const struct field *field;
    char *names = families_with(schema, place->path);
    enum status status;

    if (!values->is_given || !values->values[0].record)
        status = error_set(err, STATUS_INPUT,
                           "'%.80s' is a field of %ss, but axes has no %s", place->path,
                           schema->kind, axis_specs[axis].key);
    else if (*names)
        status = error_set(err, STATUS_INPUT,
                           "'%.80s' is a field of no %s of this sweep: %.60s (%s) does "
                           "not have it; %s %ss have it",
                           place->path, schema->kind, values->values[0].record->name,
                           family_name(schema, values->values[0].record), names,
                           schema->kind);
    else
        status = path_find(schema_of(schema, values->values[0].record), place->path,
                           &field, err);
    free(names);
    return status == STATUS_OK
               ? error_set(err, STATUS_INPUT, "'%.80s': no %s of the sweep has this",
                           place->path, schema->kind)
               : status;
}

/* Makes the spec of the axis from all records of the sweep that have the field. */
static enum status spec_find(const struct space *space, const struct library *library,
                             const struct place *place, const char *label,
                             struct axis_spec *spec, struct error *err)
{
    const struct schema *schema = record_table_schemas[place->of];
    const struct axis *values;
    const struct field *field;
    enum status status = STATUS_OK;

    *spec = (struct axis_spec){ .meaning = NULL };
    if (*place->record) {
        const struct record *record = library_find(library, place->of, place->record);

        schema = schema_of(schema, record);
        status = path_find(schema, place->path, &field, err);
        if (status == STATUS_OK && !path_count(schema, record, place->path))
            status = error_set(err, STATUS_INPUT, "'%.80s': %s has no such element",
                               label, record->name);
        return status == STATUS_OK ? spec_join(spec, field, label, err) : status;
    }
    if (!schema->families) {
        status = path_find(schema, place->path, &field, err);
        return status == STATUS_OK ? spec_join(spec, field, label, err) : status;
    }
    if (axis_of(place->of) == AXES)
        return error_set(err, STATUS_INPUT,
                         "'%.80s' must name its record: \"%s[NAME].%.60s\"", label,
                         schema->kind, place->path);
    values = &space->axes[axis_of(place->of)];
    for (uint64_t i = 0; i < values->count && status == STATUS_OK; i++) {
        const struct record *record = values->values[i].record;

        if (!record || !place_touches(place, place->of, record, true))
            continue;
        status = path_find(schema_of(schema, record), place->path, &field, err);
        if (status == STATUS_OK)
            status = spec_join(spec, field, label, err);
    }
    if (status == STATUS_OK && !spec->meaning)
        status = nobody_has(space, place, err);
    return status;
}

/* Checks the name: the coordinate is stored in result files next to those of axes and
 * metrics. */
static enum status key_check(const struct space *space, const char *key,
                             struct error *err)
{
    bool is_taken = space_axis_find(space, key) != AXES || metric_exists(key) ||
                    word_find(stage_words, key) || strcmp(key, "status") == 0 ||
                    strcmp(key, "point") == 0;

    for (int inner = 0; inner < INNER_COUNT; inner++)
        is_taken |= inners[inner].name && strcmp(inners[inner].name, key) == 0;
    if (is_taken)
        return error_set(err, STATUS_INPUT,
                         "'%.60s' is a name in result files already, must be another, "
                         "such as my_%.50s = { field = \"...\"; values = ...; }",
                         key, key);
    return STATUS_OK;
}

enum status field_axis_add(struct space *space, const struct library *library,
                           const char *key, const char *label, enum axis_id *axis,
                           struct error *err)
{
    struct axis_spec spec;
    struct place place;
    char *copy;
    enum status status = label_read(library, label, &place, &copy, err);

    if (status != STATUS_OK)
        goto out;
    status = spec_find(space, library, &place, label, &spec, err);
    if (status != STATUS_OK)
        goto out;
    status = key_check(space, key, err);
    if (status != STATUS_OK)
        goto out;
    place.is_selected = axis_of(place.of) != AXES;
    spec.key = key;
    *axis = space_field_add(space, &spec, &place);
    if (*axis == AXES)
        status = error_set(err, STATUS_INPUT,
                           "'%.60s': a sweep can vary at most %d fields", key,
                           FIELD_AXES_MAX);
out:
    free(copy);
    return status;
}

/* ---- keys */

static enum status key_unknown(const char *key, struct error *err)
{
    const struct schema *schema = record_table_schemas[RECORDS_MACHINE];
    size_t count = 0, most = 2 * AXES_NAMED;
    const char **keys, *nearest;

    for (size_t f = 0; f < schema->family_count; f++)
        most += schema->families[f]->field_count;
    keys = alloc_array(most, sizeof *keys);
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++) {
        keys[count++] = axis_specs[axis].key;
        keys[count++] = axis_specs[axis].name;
    }
    for (size_t f = 0; f < schema->family_count; f++)
        for (size_t i = 0; i < schema->families[f]->field_count; i++)
            keys[count++] = schema->families[f]->fields[i].name;
    nearest = text_nearest(key, keys, count);
    free(keys);
    if (nearest)
        return error_set(err, STATUS_INPUT, "no axis named '%.60s'; did you mean '%s'?",
                         key, nearest);
    return error_set(err, STATUS_INPUT,
                     "no axis named '%.60s', must be one of `nvsweep list axes` or a "
                     "field of the machine",
                     key);
}

/* Does any family have a field of that name, of whatever kind? */
static bool is_of_families(const struct schema *schema, const char *name)
{
    for (size_t f = 0; f < schema->family_count; f++)
        for (size_t i = 0; i < schema->families[f]->field_count; i++)
            if (strcmp(schema->families[f]->fields[i].name, name) == 0)
                return true;
    return false;
}

enum status axis_or_field_find(struct space *space, const struct library *library,
                               const char *key, enum axis_id *axis, struct error *err)
{
    const struct schema *schema = record_table_schemas[RECORDS_MACHINE];
    size_t kind = strcspn(key, ".[");
    char first[40], *label;
    enum status status;

    *axis = space_axis_find(space, key);
    if (*axis != AXES)
        return STATUS_OK;
    if (axis_renamed(key))
        return axis_unknown(key, err);
    snprintf(first, sizeof first, "%.*s", (int)(kind < 39 ? kind : 39), key);
    if (key[kind] && record_table_of_kind(first) != RECORDS_COUNT)
        return field_axis_add(space, library, key, key, axis, err);
    if (!is_of_families(schema, first))
        return key_unknown(key, err);
    label = alloc_printf("%s.%s", schema->kind, key);
    status = field_axis_add(space, library, key, label, axis, err);
    free(label);
    return status;
}
