#include "cmd/table_axes.h"

#include "base/memory.h"
#include "base/units.h"
#include "space/axis.h"
#include "stage/stage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names */

static const char *leaf_of(const struct variable *variable)
{
    const char *slash = strrchr(variable->path, '/');

    return slash ? slash + 1 : variable->path;
}

/* Reports a name that several stages have. */
static enum status ambiguous(const struct results *results, const char *name,
                             struct error *err)
{
    char *names = alloc_text("");
    enum status status;

    for (size_t v = 0; v < results->variable_count; v++) {
        const struct variable *variable = &results->variables[v];

        if (variable->is_repeated || strcmp(leaf_of(variable), name) != 0)
            continue;
        names = alloc_append(names, "%s%s", *names ? ", " : "", variable->path);
    }
    status = error_set(err, STATUS_INPUT,
                       "%s has several '%.60s', must be one of: %.200s", results->path,
                       name, names);
    free(names);
    return status;
}

enum status table_name_unknown(const struct results *results, const char *what,
                               const char *name, struct error *err)
{
    const char *names[512];
    const char *nearest;
    size_t count = 0;

    for (size_t i = 0; i < results->variable_count && count < 512; i++) {
        const struct variable *variable = &results->variables[i];

        if (strcmp(what, "metric") == 0 && axis_find(name) != AXES)
            return error_set(err, STATUS_INPUT,
                             "%s: '%.60s' is an axis, must be a metric here",
                             results->path, name);
        if (strcmp(leaf_of(variable), name) == 0 && !variable->is_repeated &&
            variable->name == variable->path)
            return ambiguous(results, name, err);
        names[count++] = variable->name;
    }
    if (metric_renamed(name))
        return error_set(err, STATUS_INPUT, "%s: the %s '%.60s' is called %s since 0.4",
                         results->path, what, name, metric_renamed(name));
    nearest = text_nearest(name, names, count);
    return error_set(err, STATUS_INPUT, "%s has no %s '%.60s'%s%s%s", results->path,
                     what, name, nearest ? "; did you mean '" : "",
                     nearest ? nearest : "", nearest ? "'?" : "");
}

bool table_is_axis(const struct results *results, const struct variable *variable)
{
    for (size_t d = 0; d < results->dimension_count; d++)
        if (strcmp(results->dimensions[d].path, variable->path) == 0)
            return true;
    return axis_find(leaf_of(variable)) != AXES || variable->field[0];
}

/* ---- coordinates */

static const char *axis_name(const char *key)
{
    enum axis_id axis = axis_find(key);

    return axis == AXES ? key : axis_specs[axis].name;
}

/* Does coordinate i of the variable equal `text`? */
static enum status coordinate_is(const struct results *results,
                                 const struct variable *variable, uint64_t i,
                                 const char *text, bool *is_same, struct error *err)
{
    double wanted, value;
    enum status status;
    struct error why;

    if (variable->kind == VARIABLE_TEXT) {
        *is_same = strcmp(variable->texts[i], text) == 0;
        return STATUS_OK;
    }
    if (variable->field[0] && strcmp(text, "record") == 0)
        wanted = NAN;
    else if (variable->zero[0] && strcmp(text, variable->zero) == 0)
        wanted = 0;
    else if (quantity_parse(text, variable->units[0] ? variable->units : "1", &wanted,
                            &why) != STATUS_OK)
        return error_set(err, STATUS_INPUT, "%s: %s", variable->name, why.text);
    else if (variable->zero[0] && wanted == 0)
        return error_set(err, STATUS_INPUT,
                         "%s is '%s', must be above 0, or the word %s", variable->name,
                         text, variable->zero);
    status = results_read_numbers(results, variable, i, 1, &value, err);
    *is_same = fabs(value - wanted) <= 1e-9 * fabs(wanted) ||
               (isnan(wanted) && (isnan(value) || value >= (double)COUNT_NONE));
    return status;
}

const struct variable *table_coordinate_named(const struct table *table, size_t d,
                                              const char *name)
{
    const struct results *results = table->results;
    size_t dimension = table->dimensions[d];

    for (size_t v = 0; v < results->variable_count; v++) {
        const struct variable *variable = &results->variables[v];

        if (variable->dimension_count == 1 && variable->dimensions[0] == dimension &&
            strcmp(leaf_of(variable), name) == 0 && table_is_axis(results, variable))
            return variable;
    }
    return NULL;
}

enum status table_coordinate(const struct table *table, const char *axis, size_t *d,
                             const struct variable **variable, struct error *err)
{
    enum status status = table_dimension(table, axis, d, err);

    *variable = status == STATUS_OK ? table_coordinate_named(table, *d, axis_name(axis))
                                    : NULL;
    return status;
}

bool table_has_axis(const struct results *results, const char *name)
{
    for (size_t d = 0; d < results->dimension_count; d++)
        if (strcmp(results->dimensions[d].name, axis_name(name)) == 0)
            return true;
    return results_find(results, name) == NULL && axis_find(name) != AXES;
}

enum status table_dimension(const struct table *table, const char *axis, size_t *d,
                            struct error *err)
{
    const struct results *results = table->results;
    const char *name = axis_name(axis);

    for (*d = 0; *d < table->dimension_count; ++*d)
        if (strcmp(results->dimensions[table->dimensions[*d]].name, name) == 0 ||
            table_coordinate_named(table, *d, name))
            return STATUS_OK;
    for (size_t v = 0; v < results->variable_count; v++)
        if (strcmp(leaf_of(&results->variables[v]), name) == 0)
            return error_set(err, STATUS_INPUT,
                             "'%s': must be a dimension of these metrics in %s", name,
                             results->path);
    return table_name_unknown(results, "axis", axis, err);
}

static void coordinate_text(const struct results *results,
                            const struct variable *variable, uint64_t i, char *text,
                            size_t size)
{
    double value = NAN;
    struct error ignored;

    if (variable->kind == VARIABLE_TEXT) {
        snprintf(text, size, "%s", variable->texts[i]);
        return;
    }
    if (results_read_numbers(results, variable, i, 1, &value, &ignored) != STATUS_OK)
        value = NAN;
    if (variable->zero[0] && value == 0)
        snprintf(text, size, "%s", variable->zero);
    else if (variable->field[0] && (isnan(value) || value >= (double)COUNT_NONE))
        snprintf(text, size, "record");
    else
        quantity_format(value, variable->units[0] ? variable->units : "1", text, size);
}

/* Reports a value that the axis does not have, and lists its values. */
static enum status value_missing(const struct table *table, size_t d,
                                 const struct variable *variable, const char *axis,
                                 const char *value, struct error *err)
{
    const struct results *results = table->results;
    uint64_t count = results->dimensions[table->dimensions[d]].count;
    char list[300] = "", text[128];
    size_t used = 0;

    for (uint64_t i = 0; variable && i < count; i++) {
        int length;

        coordinate_text(results, variable, i, text, sizeof text);
        length = snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", text);
        if (length < 0 || (size_t)length >= sizeof list - used) {
            snprintf(list + used, sizeof list - used, "%s",
                     used + 6 < sizeof list ? ", ..." : "");
            break;
        }
        used += (size_t)length;
    }
    return error_set(err, STATUS_INPUT, "%s has no %s '%s', must be one of: %s",
                     results->path, axis, value, list);
}

enum status table_match(const struct table *table, const char *axis, const char *values,
                        size_t *d, uint64_t **indices, uint64_t *count,
                        struct error *err)
{
    const struct results *results = table->results;
    const struct variable *variable;
    enum status status = table_dimension(table, axis, d, err);
    uint64_t extent;

    *indices = NULL;
    *count = 0;
    if (status != STATUS_OK)
        return status;
    variable = table_coordinate_named(table, *d, axis_name(axis));
    extent = results->dimensions[table->dimensions[*d]].count;
    *indices = alloc_array(extent, sizeof **indices);
    while (*values && status == STATUS_OK) {
        size_t length = strcspn(values, ",");
        char value[128];
        uint64_t before = *count;

        snprintf(value, sizeof value, "%.*s", (int)(length < 127 ? length : 127),
                 values);
        values += length + (values[length] == ',');
        for (uint64_t i = 0; variable && i < extent && status == STATUS_OK; i++) {
            bool is_same = false;

            status = coordinate_is(results, variable, i, value, &is_same, err);
            if (is_same && *count < extent)
                (*indices)[(*count)++] = i;
        }
        if (status == STATUS_OK && *count == before)
            status = value_missing(table, *d, variable, axis_name(axis), value, err);
    }
    if (status != STATUS_OK) {
        free(*indices);
        *indices = NULL;
    }
    return status;
}

/* ---- labels of rows */

/* A value of two coordinates along a dimension, as text. */
struct label_pair {
    char *first, *second;
};

static int pair_compare(const void *a, const void *b)
{
    return strcmp(((const struct label_pair *)a)->first,
                  ((const struct label_pair *)b)->first);
}

static char *label_text(const struct table *table, const struct label *label,
                        uint64_t index, char *buffer, size_t size)
{
    if (label->variable)
        coordinate_text(table->results, label->variable, index, buffer, size);
    else
        results_coordinate_format(table->results, table->dimensions[label->d], index,
                                  buffer, size);
    return buffer;
}

/* Does each value of `first` go with only one value of `second`, among those selected? */
static bool is_determined(const struct table *table, const struct label *first,
                          const struct label *second)
{
    uint64_t count = table->selected_count[first->d];
    struct label_pair *pairs = alloc_array(count, sizeof *pairs);
    bool is_determined = true;
    char text[200];

    for (uint64_t i = 0; i < count; i++) {
        uint64_t index = table->selected[first->d][i];

        pairs[i].first = alloc_text(label_text(table, first, index, text, sizeof text));
        pairs[i].second = alloc_text(
            label_text(table, second, index, text, sizeof text));
    }
    qsort(pairs, count, sizeof *pairs, pair_compare);
    for (uint64_t i = 1; i < count; i++)
        if (strcmp(pairs[i - 1].first, pairs[i].first) == 0 &&
            strcmp(pairs[i - 1].second, pairs[i].second) != 0)
            is_determined = false;
    for (uint64_t i = 0; i < count; i++) {
        free(pairs[i].first);
        free(pairs[i].second);
    }
    free(pairs);
    return is_determined;
}

static void label_add(struct table *table, struct label label)
{
    for (size_t l = 0; l < table->label_count; l++)
        if (table->labels[l].d == label.d &&
            strcmp(table->labels[l].name, label.name) == 0)
            return;
    if (table->label_count == TABLE_LABELS)
        return;
    for (size_t l = 0; l < table->label_count && !label.is_implied; l++)
        label.is_implied = table->labels[l].d == label.d &&
                           !table->labels[l].is_implied &&
                           is_determined(table, &table->labels[l], &label);
    table->labels[table->label_count++] = label;
}

void table_labels_find(struct table *table)
{
    const struct results *results = table->results;

    table->label_count = 0;
    for (size_t d = 0; d < table->dimension_count; d++) {
        size_t dimension = table->dimensions[d];

        label_add(table, (struct label){ .d = d,
                                         .name = results->dimensions[dimension].name });
        for (size_t v = 0; v < results->variable_count; v++) {
            const struct variable *variable = &results->variables[v];

            if (variable->dimension_count == 1 &&
                variable->dimensions[0] == dimension &&
                table_is_axis(results, variable))
                label_add(table, (struct label){ .d = d,
                                                 .name = leaf_of(variable),
                                                 .variable = variable });
        }
    }
}

char *table_label_text(const struct table *table, const struct label *label,
                       char *buffer, size_t size)
{
    return label_text(table, label, table_index(table, label->d), buffer, size);
}

char *table_label(const struct table *table, size_t d, uint64_t index, char *buffer,
                  size_t size)
{
    size_t used = 0;

    buffer[0] = '\0';
    for (size_t l = 0; l < table->label_count; l++) {
        const struct label *label = &table->labels[l];

        if (label->d != d || label->is_implied || used + 1 >= size)
            continue;
        if (used)
            buffer[used++] = '/';
        label_text(table, label, index, buffer + used, size - used);
        used += strlen(buffer + used);
    }
    return buffer;
}
