#include "config/values.h"

#include "base/memory.h"
#include "base/units.h"
#include "config/range.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one value */

enum status value_read(const struct source *source, const config_setting_t *setting,
                       const struct library *library, const struct axis_spec *spec,
                       union axis_value *value, struct error *err)
{
    const char *text = config_setting_get_string(setting);
    enum status status;
    struct error why;
    char is[80];

    if (text) {
        if (axis_value_parse(library, spec, text, value, &why) == STATUS_OK)
            return STATUS_OK;
        if (spec->kind ==
            AXIS_RECORD) /* "no technology named ..." is a complete sentence */
            return source_fail(source, setting->line, err, "%s", why.text);
        return setting_fail(source, setting, err, "%s", why.text);
    }
    if (spec->words == flag_words && setting->type == CONFIG_TYPE_BOOL) {
        value->word = config_setting_get_bool(setting) != 0;
        return STATUS_OK;
    }
    if (spec->kind == AXIS_RECORD || spec->kind == AXIS_WORD)
        return setting_fail(source, setting, err, "is %s, must be a name in quotes",
                            setting_describe(setting, is, sizeof is));
    if (spec->kind == AXIS_COUNT)
        status = setting_count(source, setting, spec->units, &value->count, err);
    else
        status = setting_number(source, setting, spec->units, &value->number, err);
    if (status == STATUS_OK && axis_value_check(spec, *value, &why) != STATUS_OK)
        status = setting_fail(source, setting, err, "%s", why.text);
    return status;
}

/* ---- order */

static int record_compare(const void *a, const void *b)
{
    const union axis_value *x = a, *y = b;

    return strcmp(x->record->name, y->record->name);
}

static int word_compare(const void *a, const void *b)
{
    const union axis_value *x = a, *y = b;

    return (x->word > y->word) - (x->word < y->word);
}

static int count_compare(const void *a, const void *b)
{
    const union axis_value *x = a, *y = b;

    return (x->count > y->count) - (x->count < y->count);
}

/* NAN, the record's own value, is sorted last. */
static int number_compare(const void *a, const void *b)
{
    const union axis_value *x = a, *y = b;

    if (isnan(x->number) || isnan(y->number))
        return isnan(x->number) - isnan(y->number);
    return (x->number > y->number) - (x->number < y->number);
}

static int (*const comparisons[])(const void *, const void *) = {
    [AXIS_RECORD] = record_compare,
    [AXIS_WORD] = word_compare,
    [AXIS_COUNT] = count_compare,
    [AXIS_NUMBER] = number_compare,
};

/* Ranges are sorted already, and may have millions of values. */
static bool are_in_order(const struct values *values,
                         int (*compare)(const void *, const void *))
{
    for (uint64_t i = 1; i < values->count; i++)
        if (compare(&values->values[i - 1], &values->values[i]) > 0)
            return false;
    return true;
}

union axis_value *values_sorted(const struct axis_spec *spec,
                                const struct values *values)
{
    int (*compare)(const void *, const void *) = comparisons[spec->kind];
    union axis_value *sorted = alloc_array(values->count, sizeof *sorted);

    memcpy(sorted, values->values, values->count * sizeof *sorted);
    if (!are_in_order(values, compare))
        qsort(sorted, values->count, sizeof *sorted, compare);
    return sorted;
}

bool values_contain(const struct axis_spec *spec, const union axis_value *sorted,
                    uint64_t count, union axis_value value)
{
    int (*compare)(const void *, const void *) = comparisons[spec->kind];
    uint64_t first = 0, end = count;

    while (first < end) { /* the first value that is not less */
        uint64_t middle = first + (end - first) / 2;

        if (compare(&sorted[middle], &value) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    /* numbers are equal within a tolerance: look on both sides */
    return (first < count && axis_values_equal(spec, sorted[first], value)) ||
           (first > 0 && axis_values_equal(spec, sorted[first - 1], value));
}

uint64_t values_duplicate(const struct axis_spec *spec, const struct values *values)
{
    union axis_value *sorted = values_sorted(spec, values);
    uint64_t twice = 1, found = values->count;
    bool is_second = false;

    while (twice < values->count &&
           !axis_values_equal(spec, sorted[twice - 1], sorted[twice]))
        twice++;
    for (uint64_t i = 0; twice < values->count && i < values->count; i++) {
        if (!axis_values_equal(spec, values->values[i], sorted[twice]))
            continue;
        if (is_second) {
            found = i;
            break;
        }
        is_second = true;
    }
    free(sorted);
    return found;
}

/* ---- all of them */

enum status values_all(const struct library *library, const struct axis_spec *spec,
                       struct values *values, struct error *err)
{
    const struct record_table *table;

    if (spec->kind != AXIS_RECORD)
        return error_set(
            err, STATUS_INPUT,
            "is 'all', must be a value; \"all\" stands for library records");
    table = &library->tables[spec->table];
    if (table->count == 0)
        return error_set(err, STATUS_INPUT, "is 'all', but the library has no %s",
                         spec->key);
    *values = (struct values){
        .values = alloc_array(table->count, sizeof *values->values),
        .count = table->count,
        .is_dimension = true,
    };
    for (size_t i = 0; i < table->count; i++)
        values->values[i].record = table->records[i];
    return STATUS_OK;
}

static enum status list_read(const struct source *source,
                             const config_setting_t *setting,
                             const struct library *library,
                             const struct axis_spec *spec, struct values *values,
                             struct error *err)
{
    size_t count = setting_length(setting);
    enum status status = STATUS_OK;

    if (count == 0)
        return setting_fail(source, setting, err, "is empty, must have a value");
    if (count > VALUES_MAX)
        return setting_fail(source, setting, err, "has %zu values, must be at most %d",
                            count, VALUES_MAX);
    *values = (struct values){
        .values = alloc_array(count, sizeof *values->values),
        .count = count,
        .is_dimension = true,
    };
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = value_read(source, setting_element(setting, i), library, spec,
                            &values->values[i], err);
    return status;
}

/* Is this text a value of the axis itself, such as "all" of the axes layer and refresh? */
static bool has_word(const struct axis_spec *spec, const char *text)
{
    return (spec->zero && strcmp(spec->zero, text) == 0) ||
           (spec->words && word_find(spec->words, text));
}

enum status values_read(const struct source *source, const config_setting_t *setting,
                        const struct library *library, const struct axis_spec *spec,
                        struct values *values, struct error *err)
{
    const char *text = config_setting_get_string(setting);
    struct error why;

    *values = (struct values){ 0 };
    if (setting_is_list(setting))
        return list_read(source, setting, library, spec, values, err);
    if (setting->type == CONFIG_TYPE_GROUP)
        return range_read(source, setting, library, spec, values, err);
    if (text && strcmp(text, "all") == 0 && !has_word(spec, "all")) {
        if (values_all(library, spec, values, &why) != STATUS_OK)
            return setting_fail(source, setting, err, "%s", why.text);
        return STATUS_OK;
    }
    values->values = alloc_array(1, sizeof *values->values);
    values->count = 1;
    return value_read(source, setting, library, spec, values->values, err);
}
