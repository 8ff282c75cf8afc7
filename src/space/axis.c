#include "space/axis.h"

#include "accel/systolic.h"
#include "array/array.h"
#include "base/units.h"
#include "cim/cim.h"
#include "cim/crossbar.h"
#include "cloud/training.h"
#include "edge/edge.h"
#include "reliability/wear.h"
#include "tech/node.h"
#include "workload/workload.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct word rules_words[] = {
    { "physical", RULES_PHYSICAL },
    { "nvsim", RULES_NVSIM },
    { "physical_nvsim_writes", RULES_PHYSICAL_NVSIM_WRITES },
    { "nvsim_any", RULES_NVSIM_ANY },
    { NULL, 0 },
};

const struct word cell_roadmap_words[] = {
    { "auto", CELLS_AUTO }, { "same", CELLS_SAME }, { "hp", CELLS_HP },
    { "lstp", CELLS_LSTP }, { "lop", CELLS_LOP },   { NULL, 0 },
};

const struct word built_as_words[] = {
    { "auto", BUILT_AUTO },
    { "macro", BUILT_MACRO },
    { "asic", BUILT_ASIC },
    { "cache", BUILT_CACHE },
    { NULL, 0 },
};

const struct word power_gating_words[] = {
    { "off", 0 },
    { "on", 1 },
    { NULL, 0 },
};

const struct word wires_words[] = {
    { "rules", WIRES_RULES },
    { "unrepeated", WIRES_UNREPEATED },
    { "repeated", WIRES_REPEATED },
    { "low_swing", WIRES_LOW_SWING },
    { NULL, 0 },
};

const struct word leakage_time_words[] = {
    { "llc", LEAKAGE_LLC },
    { "memory", LEAKAGE_MEMORY },
    { NULL, 0 },
};

const struct word placement_words[] = {
    { "all", PLACEMENT_ALL },
    { "weights", PLACEMENT_WEIGHTS },
    { NULL, 0 },
};

const struct word energy_source_words[] = {
    { "array", ENERGY_ARRAY },
    { "record", ENERGY_RECORD },
    { NULL, 0 },
};

const struct word idle_words[] = {
    { "on", IDLE_ON },
    { "gate", IDLE_GATE },
    { "reload", IDLE_RELOAD },
    { NULL, 0 },
};

const struct word overlap_words[] = {
    { "no", 0 },
    { "yes", 1 },
    { NULL, 0 },
};

#define LIST_RECORD(shelf_) .shelf = (shelf_)
#define LIST_WORD(words_) .words = (words_)
#define LIST_COUNT(none) .words = (none)
#define LIST_NUMBER(none) .words = (none)

const struct axis_spec axis_specs[AXES] = {
#define AXIS(kind_, name_, key_, units_, fallback_, min_, max_, list_, meaning_) \
    [AXIS_##name_] = { .kind = AXIS_##kind_,                                     \
                       .name = #name_,                                           \
                       .key = #key_,                                             \
                       .units = (units_),                                        \
                       .fallback = (fallback_),                                  \
                       .min = (min_),                                            \
                       .max = (max_),                                            \
                       LIST_##kind_(list_),                                      \
                       .meaning = (meaning_) },
#include "axes.def"
#undef AXIS
};

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

enum axis_id axis_find(const char *key)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (strcmp(axis_specs[axis].key, key) == 0 ||
            strcmp(axis_specs[axis].name, key) == 0)
            return axis;
    return AXES;
}

enum status axis_unknown(const char *key, struct error *err)
{
    const char *keys[AXES];
    const char *nearest;

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

static enum status record_parse(const struct library *library, enum shelf_id id,
                                const char *text, union axis_value *value,
                                struct error *err)
{
    const struct shelf *shelf = &library->shelves[id];
    const char *nearest;
    const char *names[1024];
    size_t count = 0;

    value->record = library_find(library, id, text);
    if (value->record)
        return STATUS_OK;
    for (size_t i = 0; i < shelf->count && count < 1024; i++)
        names[count++] = ((const struct record *)shelf->records[i])->name;
    nearest = text_nearest(text, names, count);
    return error_set(err, STATUS_INPUT,
                     "no %s named '%.60s'%s%s%s; `nvsweep list` shows all",
                     shelf_schemas[id]->kind, text, nearest ? "; did you mean '" : "",
                     nearest ? nearest : "", nearest ? "'?" : "");
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
        return record_parse(library, spec->shelf, text, value, err);
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
