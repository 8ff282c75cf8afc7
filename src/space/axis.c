#include "space/axis.h"

#include "base/units.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const struct word flag_words[] = {
    { "false", 0 },
    { "true", 1 },
    { NULL, 0 },
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
    default: point->fields[axis - AXES_NAMED] = value; break;
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
    default: value = point->fields[axis - AXES_NAMED]; break;
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
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (strcmp(axis_specs[axis].key, key) == 0 ||
            strcmp(axis_specs[axis].name, key) == 0)
            return axis;
    return AXES;
}

/* Axes of earlier versions that another axis or a field replaces.  Axes that kept their names
 * are not listed. */
const char *axis_renamed(const char *key)
{
    static const char *const old[][2] = {
        { "platform", "'machine'" },
        { "accelerator", "'machine'" },
        { "cim", "'machine'" },
        { "crossbar", "'machine'" },
        { "leakage_time", "'time_base'" },
        { "split", "'video_pipeline', a record of which steps run where" },
        { "dram_energy", "fields of the machine, 'dram_read_j_per_bit' and "
                         "'dram_write_j_per_bit' or 'dram_j_per_bit'" },
        { "dram_time", "the field 'dram_latency_s' of the machine, over its "
                       "'dram_parallelism'" },
        { "dram_access_s", "the field 'dram_latency_s' of the machine, over its "
                           "'dram_parallelism'" },
        { "dram_bandwidth", "the field 'dram_bytes_per_s' of the machine" },
        { "buffer",
          "{ field = \"machine.levels[input-buffer|weight-buffer|output-buffer|"
          "global-buffer].bytes\"; values = ...; }" },
        { "buffer_bytes", "{ field = \"machine.levels[input-buffer|weight-buffer|"
                          "output-buffer|global-buffer].bytes\"; values = ...; }" },
        { "word",
          "{ field = \"machine.levels[pe-weight].word_bits\"; values = ...; }" },
        { "word_bits",
          "{ field = \"machine.levels[pe-weight].word_bits\"; values = ...; }" },
        { "units",
          "the field 'active_dpus' of upmem machines, 'active_banks' of simdram "
          "machines" },
        { "subarrays", "the field 'active_subarrays' of simdram machines" },
        { "oversubscribed", "the field 'oversubscribed_bytes_per_s' of the machine" },
        { "crossbar_rows",
          "the fields 'rows' and 'columns' of the machine (zip the two)" },
        { "dimension", "{ field = \"hdc_task.dimension\"; values = ...; }" },
        { "ngram", "{ field = \"hdc_task.ngram\"; values = ...; }" },
        { "classes", "{ field = \"hdc_task.classes\"; values = ...; }" },
        { "queries", "{ field = \"hdc_task.queries\"; values = ...; }" },
        { "domains", "{ field = \"hdc.domains\"; values = ...; }" },
        { "span", "{ field = \"hdc.span\"; values = ...; }" },
    };

    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        if (strcmp(key, old[i][0]) == 0)
            return old[i][1];
    return NULL;
}

enum status axis_unknown(const char *key, struct error *err)
{
    const char *keys[AXES_NAMED];
    const char *nearest;

    if (axis_renamed(key))
        return error_set(err, STATUS_INPUT, "the axis '%s' is %s since 0.4", key,
                         axis_renamed(key));
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        keys[axis] = axis_specs[axis].key;
    nearest = text_nearest(key, keys, AXES_NAMED);
    return error_set(
        err, STATUS_INPUT, "no axis '%.60s'%s%s%s; `nvsweep list axes` lists them", key,
        nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

bool axis_values_equal(const struct axis_spec *spec, union axis_value a,
                       union axis_value b)
{
    switch (spec->kind) {
    case AXIS_RECORD: return a.record == b.record;
    case AXIS_WORD: return a.word == b.word;
    case AXIS_COUNT: return a.count == b.count;
    case AXIS_NUMBER:
        return fabs(a.number - b.number) <= 1e-9 * fabs(a.number) ||
               (isnan(a.number) && isnan(b.number));
    }
    return false;
}

union axis_value axis_value_record(const struct axis_spec *spec)
{
    union axis_value value = { .record = NULL };

    if (spec->kind == AXIS_WORD)
        value.word = INT_MIN;
    else if (spec->kind == AXIS_COUNT)
        value.count = UINT64_MAX;
    else
        value.number = NAN;
    return value;
}

bool axis_value_is_record(const struct axis_spec *spec, union axis_value value)
{
    return spec->is_field && axis_values_equal(spec, value, axis_value_record(spec));
}

bool axis_value_is_word(const struct axis_spec *spec, union axis_value value)
{
    return axis_value_is_record(spec, value) ||
           (spec->zero && axis_value_number(spec, value) == 0);
}

double axis_value_number(const struct axis_spec *spec, union axis_value value)
{
    switch (spec->kind) {
    case AXIS_RECORD: break;
    case AXIS_WORD: return value.word;
    case AXIS_COUNT: return (double)value.count;
    case AXIS_NUMBER: return value.number;
    }
    return NAN;
}

char *axis_value_format(const struct axis_spec *spec, union axis_value value,
                        char *buffer, size_t size)
{
    if (axis_value_is_record(spec, value)) {
        snprintf(buffer, size, "record");
        return buffer;
    }
    switch (spec->kind) {
    case AXIS_RECORD:
        snprintf(buffer, size, "%s", value.record ? value.record->name : "none");
        break;
    case AXIS_WORD:
        snprintf(buffer, size, "%s", word_name(spec->words, value.word));
        break;
    default:
        if (axis_value_is_word(spec, value))
            snprintf(buffer, size, "%s", spec->zero);
        else
            quantity_format(axis_value_number(spec, value), spec->units, buffer, size);
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

enum status axis_value_parse(const struct library *library,
                             const struct axis_spec *spec, const char *text,
                             union axis_value *value, struct error *err)
{
    enum status status;
    double number;

    if (spec->is_field && strcmp(text, "record") == 0) {
        *value = axis_value_record(spec);
        return STATUS_OK;
    }
    if (spec->kind == AXIS_RECORD)
        return library_lookup(library, spec->table, text, &value->record, err);
    if (spec->kind == AXIS_WORD)
        return word_parse(spec, text, value, err);
    if (spec->zero && strcmp(text, spec->zero) == 0) {
        value->count = 0;
        if (spec->kind == AXIS_NUMBER)
            value->number = 0;
        return STATUS_OK;
    }
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
    return axis_value_check(spec, *value, err);
}

enum status axis_value_check(const struct axis_spec *spec, union axis_value value,
                             struct error *err)
{
    double number = axis_value_number(spec, value);
    char is[40], low[40], high[40];

    if (spec->kind == AXIS_RECORD || spec->kind == AXIS_WORD)
        return STATUS_OK;
    if (number >= spec->min * (1 - 1e-12) && number <= spec->max * (1 + 1e-12))
        return STATUS_OK;
    return error_set(err, STATUS_INPUT, "is %s, must be %s%s%sin %s..%s",
                     quantity_format(number, spec->units, is, sizeof is),
                     spec->zero ? "\"" : "", spec->zero ? spec->zero : "",
                     spec->zero ? "\" or " : "",
                     quantity_format(spec->min, spec->units, low, sizeof low),
                     quantity_format(spec->max, spec->units, high, sizeof high));
}
