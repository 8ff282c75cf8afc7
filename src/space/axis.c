#include "space/axis.h"

#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MEMBER_RECORD record
#define MEMBER_WORD word
#define MEMBER_COUNT count
#define MEMBER_NUMBER number

void point_set(struct point *point, enum axis_id axis, union axis_value value)
{
    switch (axis) {
#define AXIS(kind, name, ...)              \
    case AXIS_##name:                      \
        point->name = value.MEMBER_##kind; \
        break;
#include "axes.def"
#undef AXIS
    case AXES: break;
    }
}

union axis_value point_get(const struct point *point, enum axis_id axis)
{
    union axis_value value = { .record = NULL };

    switch (axis) {
#define AXIS(kind, name, ...)              \
    case AXIS_##name:                      \
        value.MEMBER_##kind = point->name; \
        break;
#include "axes.def"
#undef AXIS
    case AXES: break;
    }
    return value;
}

union axis_value axis_default(enum axis_id axis)
{
    const struct axis_spec *spec = &axis_specs[axis];
    union axis_value value = { .record = NULL };

    switch (spec->kind) {
    case AXIS_RECORD: break;
    case AXIS_WORD:
        value.word = word_find(spec->words, spec->fallback_word)->value;
        break;
    case AXIS_COUNT: value.count = (uint64_t)spec->fallback; break;
    case AXIS_NUMBER: value.number = spec->fallback; break;
    }
    return value;
}

enum axis_id axis_find(const char *key)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (strcmp(axis_specs[axis].key, key) == 0 ||
            strcmp(axis_specs[axis].name, key) == 0)
            return axis;
    return AXES;
}

const char *axis_renamed(const char *key)
{
    static const char *const old[][2] = {
        { "platform", "machine" },
        { "accelerator", "machine" },
        { "cim", "machine" },
        { "crossbar", "machine" },
        { "leakage_time", "time_base" },
    };

    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        if (strcmp(key, old[i][0]) == 0)
            return old[i][1];
    return NULL;
}

enum status axis_unknown(const char *key, struct error *err)
{
    const char *keys[AXES];
    const char *nearest;

    if (axis_renamed(key))
        return error_set(err, STATUS_INPUT, "the axis '%s' is '%s' since 0.4", key,
                         axis_renamed(key));
    for (enum axis_id axis = 0; axis < AXES; axis++)
        keys[axis] = axis_specs[axis].key;
    nearest = text_nearest(key, keys, AXES);
    return error_set(
        err, STATUS_INPUT, "no axis '%.60s'%s%s%s; `nvsweep list axes` lists them", key,
        nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

bool axis_values_equal(enum axis_id axis, union axis_value a, union axis_value b)
{
    switch (axis_specs[axis].kind) {
    case AXIS_RECORD: return a.record == b.record;
    case AXIS_WORD: return a.word == b.word;
    case AXIS_COUNT: return a.count == b.count;
    case AXIS_NUMBER: return fabs(a.number - b.number) <= 1e-9 * fabs(a.number);
    }
    return false;
}

char *axis_value_format(enum axis_id axis, union axis_value value, char *buffer,
                        size_t size)
{
    const struct axis_spec *spec = &axis_specs[axis];

    switch (spec->kind) {
    case AXIS_RECORD:
        snprintf(buffer, size, "%s", value.record ? value.record->name : "none");
        break;
    case AXIS_WORD:
        snprintf(buffer, size, "%s", word_name(spec->words, value.word));
        break;
    case AXIS_COUNT:
        quantity_format((double)value.count, spec->units, buffer, size);
        break;
    case AXIS_NUMBER: quantity_format(value.number, spec->units, buffer, size); break;
    }
    return buffer;
}

static enum status word_parse(const struct axis_spec *spec, const char *text,
                              union axis_value *value, struct error *err)
{
    const struct word *word = word_find(spec->words, text);
    char choices[200];

    if (!word)
        return error_set(err, STATUS_INPUT, "is '%.60s', must be %s", text,
                         word_list(spec->words, choices, sizeof choices));
    value->word = word->value;
    return STATUS_OK;
}

enum status axis_value_parse(const struct library *library, enum axis_id axis,
                             const char *text, union axis_value *value,
                             struct error *err)
{
    const struct axis_spec *spec = &axis_specs[axis];
    enum status status;
    double number;

    if (spec->kind == AXIS_RECORD)
        return library_lookup(library, spec->shelf, text, &value->record, err);
    if (spec->kind == AXIS_WORD)
        return word_parse(spec, text, value, err);
    status = quantity_parse(text, spec->units, &number, err);
    if (status != STATUS_OK)
        return status;
    if (spec->kind == AXIS_NUMBER) {
        value->number = number;
    } else {
        if (!(number >= 0 && number < 9e15) || number != floor(number))
            return error_set(err, STATUS_INPUT,
                             "is '%.60s', must be a whole number%s%s", text,
                             strcmp(spec->units, "1") == 0 ? "" : " of ",
                             strcmp(spec->units, "1") == 0 ? "" : spec->units);
        value->count = (uint64_t)number;
    }
    return axis_value_check(axis, *value, err);
}

enum status axis_value_check(enum axis_id axis, union axis_value value,
                             struct error *err)
{
    const struct axis_spec *spec = &axis_specs[axis];
    double number = spec->kind == AXIS_COUNT ? (double)value.count : value.number;
    char is[40], low[40], high[40];

    if (spec->kind == AXIS_RECORD || spec->kind == AXIS_WORD)
        return STATUS_OK;
    if (number >= spec->min * (1 - 1e-12) && number <= spec->max * (1 + 1e-12))
        return STATUS_OK;
    return error_set(err, STATUS_INPUT, "is %s, must be in %s..%s",
                     quantity_format(number, spec->units, is, sizeof is),
                     quantity_format(spec->min, spec->units, low, sizeof low),
                     quantity_format(spec->max, spec->units, high, sizeof high));
}
