#include "cmd/table.h"

#include "base/memory.h"
#include "base/units.h"
#include "space/axis.h"
#include "stage/stage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 65536 };

static enum status reader_at(const struct results *results, struct reader *reader,
                             uint64_t index, double *value, struct error *err)
{
    if (!reader->window)
        reader->window = alloc_array(WINDOW, sizeof *reader->window);
    if (index < reader->first || index - reader->first >= reader->count) {
        uint64_t left = reader->variable->count - index;
        uint64_t count = left < WINDOW ? left : WINDOW;
        enum status status;

        /* a far jump is random access, so read little */
        if (reader->count &&
            (index < reader->first || index - reader->first > 2 * reader->count))
            count = count < 64 ? count : 64;
        status = results_read_numbers(results, reader->variable, index, count,
                                      reader->window, err);
        if (status != STATUS_OK)
            return status;
        reader->first = index;
        reader->count = count;
    }
    *value = reader->window[index - reader->first];
    return STATUS_OK;
}

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

static enum status unknown(const struct results *results, const char *what,
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

static bool is_axis(const struct results *results, const struct variable *variable)
{
    for (size_t d = 0; d < results->dimension_count; d++)
        if (strcmp(results->dimensions[d].path, variable->path) == 0)
            return true;
    return axis_find(leaf_of(variable)) != AXES || variable->field[0];
}

static enum status metric_add(struct table *table, const char *name, struct error *err)
{
    const struct variable *variable = results_find(table->results, name);

    if (!variable || variable->kind == VARIABLE_TEXT ||
        is_axis(table->results, variable))
        return unknown(table->results, "metric", name, err);
    if (table->metric_count == TABLE_METRICS)
        return error_set(err, STATUS_INPUT, "at most %d metrics at a time",
                         TABLE_METRICS);
    table->metrics[table->metric_count++].variable = variable;
    return STATUS_OK;
}

/* optional: skips names that the root group does not have. */
static enum status metrics_add(struct table *table, const char *names, bool optional,
                               struct error *err)
{
    char name[128];
    enum status status = STATUS_OK;

    while (*names && status == STATUS_OK) {
        size_t length = strcspn(names, ",");

        snprintf(name, sizeof name, "%.*s", (int)(length < 127 ? length : 127), names);
        names += length + (names[length] == ',');
        if (name[0] && (!optional || results_find_path(table->results, name)))
            status = metric_add(table, name, err);
    }
    if (status == STATUS_OK && table->metric_count == 0 && !optional)
        return error_set(err, STATUS_INPUT, "-m: must name at least one metric");
    return status;
}

/* Adds all columns of the last stage that have no extra dimension. */
static enum status metrics_of_last_stage(struct table *table, struct error *err)
{
    const struct results *results = table->results;
    const struct results_stage *stage = &results->stages[results->stage_count - 1];
    size_t dimensions = results->variables[stage->status].dimension_count;
    enum status status = STATUS_OK;

    for (uint32_t c = 0; c < stage->layout.columns && status == STATUS_OK; c++) {
        const struct variable *variable = &results->variables[stage->columns[c]];

        if (variable->dimension_count == dimensions)
            status = metric_add(table, variable->name, err);
    }
    return status;
}

/* The longest dimension of that name among the metrics' dimensions. */
static size_t longest_named(const struct table *table, const char *name)
{
    const struct results *results = table->results;
    size_t longest = SIZE_MAX;

    for (size_t m = 0; m < table->metric_count; m++) {
        const struct variable *v = table->metrics[m].variable;

        for (size_t d = 0; d < v->dimension_count; d++) {
            const struct results_dimension *own =
                &results->dimensions[v->dimensions[d]];

            if (strcmp(own->name, name) == 0 &&
                (longest == SIZE_MAX ||
                 own->count > results->dimensions[longest].count))
                longest = v->dimensions[d];
        }
    }
    return longest;
}

static size_t place_named(const struct table *table, const char *name)
{
    for (size_t e = 0; e < table->dimension_count; e++)
        if (strcmp(table->results->dimensions[table->dimensions[e]].name, name) == 0)
            return e;
    return SIZE_MAX;
}

/* Maps the values of the table's dimension to indices of the shorter one. */
static void joint_add(struct table *table, size_t dimension, size_t d)
{
    const struct results *results = table->results;
    uint64_t count = results->dimensions[table->dimensions[d]].count;
    uint64_t own = results->dimensions[dimension].count;
    struct joint *joint = &table->joints[table->joint_count];
    char wanted[200], found[200];

    if (dimension == table->dimensions[d] || table->joint_count == TABLE_DIMENSIONS)
        return;
    for (size_t j = 0; j < table->joint_count; j++)
        if (table->joints[j].dimension == dimension)
            return;
    table->joint_count++;
    *joint = (struct joint){ dimension, d, alloc_array(count, sizeof *joint->index) };
    for (uint64_t i = 0; i < count; i++) {
        results_coordinate_format(results, table->dimensions[d], i, wanted,
                                  sizeof wanted);
        joint->index[i] = UINT64_MAX;
        for (uint64_t k = 0; k < own && joint->index[i] == UINT64_MAX; k++)
            if (strcmp(results_coordinate_format(results, dimension, k, found,
                                                 sizeof found),
                       wanted) == 0)
                joint->index[i] = k;
    }
}

static void dimensions_add(struct table *table, const struct variable *variable)
{
    const struct results *results = table->results;

    for (size_t d = 0; d < variable->dimension_count; d++) {
        const char *name = results->dimensions[variable->dimensions[d]].name;
        size_t place = place_named(table, name);

        if (place == SIZE_MAX && table->dimension_count < TABLE_DIMENSIONS) {
            place = table->dimension_count++;
            table->dimensions[place] = longest_named(table, name);
        }
        if (place != SIZE_MAX)
            joint_add(table, variable->dimensions[d], place);
    }
}

static bool is_spanned(const struct table *table, const struct variable *variable)
{
    for (size_t d = 0; d < variable->dimension_count; d++) {
        size_t dimension = variable->dimensions[d];
        bool is_known = false;

        for (size_t e = 0; e < table->dimension_count; e++)
            is_known |= table->dimensions[e] == dimension;
        for (size_t j = 0; j < table->joint_count; j++)
            is_known |= table->joints[j].dimension == dimension;
        if (!is_known)
            return false;
    }
    return true;
}

/* Orders the dimensions as the metric with the most dimensions has them; finds the status of
 * the stage with the most dimensions. */
static void dimensions_find(struct table *table)
{
    const struct results *results = table->results;
    size_t widest = 0, most = 0;

    for (size_t m = 1; m < table->metric_count; m++)
        if (table->metrics[m].variable->dimension_count >
            table->metrics[widest].variable->dimension_count)
            widest = m;
    for (size_t k = 0; k < table->metric_count; k++)
        dimensions_add(table,
                       table->metrics[(widest + k) % table->metric_count].variable);
    for (size_t s = 0; s < results->stage_count; s++) {
        const struct variable *status = &results->variables[results->stages[s].status];

        if (is_spanned(table, status) && status->dimension_count >= most) {
            most = status->dimension_count;
            table->status.variable = status;
        }
    }
}

/* ---- selection */

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

/* The coordinate of that name along the table's dimension: its own or a zipped one. */
static const struct variable *coordinate_named(const struct table *table, size_t d,
                                               const char *name)
{
    const struct results *results = table->results;
    size_t dimension = table->dimensions[d];

    for (size_t v = 0; v < results->variable_count; v++) {
        const struct variable *variable = &results->variables[v];

        if (variable->dimension_count == 1 && variable->dimensions[0] == dimension &&
            strcmp(leaf_of(variable), name) == 0 && is_axis(results, variable))
            return variable;
    }
    return NULL;
}

enum status table_coordinate(const struct table *table, const char *axis, size_t *d,
                             const struct variable **variable, struct error *err)
{
    enum status status = table_dimension(table, axis, d, err);

    *variable = status == STATUS_OK ? coordinate_named(table, *d, axis_name(axis))
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
            coordinate_named(table, *d, name))
            return STATUS_OK;
    for (size_t v = 0; v < results->variable_count; v++)
        if (strcmp(leaf_of(&results->variables[v]), name) == 0)
            return error_set(err, STATUS_INPUT,
                             "'%s': must be a dimension of these metrics in %s", name,
                             results->path);
    return unknown(results, "axis", axis, err);
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
    variable = coordinate_named(table, *d, axis_name(axis));
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

static enum status filter_apply(struct table *table, const char *filter,
                                struct error *err)
{
    const char *equals = strchr(filter, '=');
    char axis[128];
    uint64_t *indices, count;
    enum status status;
    size_t d;

    if (!equals || equals == filter)
        return error_set(err, STATUS_INPUT, "'%.60s': must be AXIS=VALUE", filter);
    snprintf(axis, sizeof axis, "%.*s",
             (int)(equals - filter < 127 ? equals - filter : 127), filter);
    status = table_match(table, axis, equals + 1, &d, &indices, &count, err);
    if (status != STATUS_OK)
        return status;
    free(table->selected[d]);
    table->selected[d] = indices;
    table->selected_count[d] = count;
    table->is_pinned[d] = count == 1;
    return STATUS_OK;
}

/* All values of the dimension, but for those that the sweep does not use. */
static void all_select(struct table *table, size_t d)
{
    const struct results *results = table->results;
    const char *name = results->dimensions[table->dimensions[d]].name;
    const struct variable *variable = coordinate_named(table, d, name);
    uint64_t count = results->dimensions[table->dimensions[d]].count;
    bool has_texts = variable && variable->kind == VARIABLE_TEXT;

    table->selected[d] = alloc_array(count, sizeof *table->selected[d]);
    for (uint64_t i = 0; i < count; i++)
        if (!has_texts ||
            strncmp(variable->texts[i], INNER_UNUSED, strlen(INNER_UNUSED)) != 0)
            table->selected[d][table->selected_count[d]++] = i;
    table->is_pinned[d] = table->selected_count[d] == 1;
}

enum status table_open(struct table *table, const struct results *results,
                       const char *metrics, const char *fallback, char **filters,
                       int filter_count, struct error *err)
{
    enum status status;

    *table = (struct table){ .results = results };
    if (results->stage_count == 0)
        return error_set(err, STATUS_INPUT, "%s has no stages", results->path);
    status = metrics || fallback
                 ? metrics_add(table, metrics ? metrics : fallback, !metrics, err)
                 : STATUS_OK;
    if (status == STATUS_OK && table->metric_count == 0)
        status = metrics_of_last_stage(table, err);
    if (status == STATUS_OK)
        dimensions_find(table);
    for (size_t d = 0; d < table->dimension_count; d++)
        all_select(table, d);
    for (int i = 0; i < filter_count && status == STATUS_OK; i++)
        status = filter_apply(table, filters[i], err);
    table->rows = 1;
    for (size_t d = 0; d < table->dimension_count; d++)
        table->rows *= table->selected_count[d];
    table_rewind(table);
    return status;
}

void table_close(struct table *table)
{
    for (size_t m = 0; m < table->metric_count; m++)
        free(table->metrics[m].window);
    free(table->status.window);
    for (size_t d = 0; d < table->dimension_count; d++)
        free(table->selected[d]);
    for (size_t j = 0; j < table->joint_count; j++)
        free(table->joints[j].index);
    *table = (struct table){ .results = NULL };
}

/* ---- rows */

void table_rewind(struct table *table)
{
    table->row = UINT64_MAX;
}

bool table_next(struct table *table)
{
    uint64_t rest = ++table->row;

    if (table->row >= table->rows)
        return false;
    for (size_t d = table->dimension_count; d-- > 0;) {
        table->position[d] = rest % table->selected_count[d];
        rest /= table->selected_count[d];
    }
    return true;
}

uint64_t table_index(const struct table *table, size_t d)
{
    return table->selected[d][table->position[d]];
}

/* The variable's element in the current row, or UINT64_MAX. */
static uint64_t element_of(const struct table *table, const struct variable *variable)
{
    uint64_t element = 0;

    for (size_t d = 0; d < variable->dimension_count; d++) {
        size_t dimension = variable->dimensions[d];

        element *= table->results->dimensions[dimension].count;
        for (size_t e = 0; e < table->dimension_count; e++)
            if (table->dimensions[e] == dimension)
                element += table_index(table, e);
        for (size_t j = 0; j < table->joint_count; j++)
            if (table->joints[j].dimension == dimension) {
                uint64_t i =
                    table->joints[j].index[table_index(table, table->joints[j].d)];

                if (i == UINT64_MAX)
                    return UINT64_MAX;
                element += i;
            }
    }
    return element;
}

enum status table_status(struct table *table, int *status, struct error *err)
{
    double value = POINT_DONE;
    enum status read = STATUS_OK;
    uint64_t element;

    if (table->status.variable) {
        element = element_of(table, table->status.variable);
        if (element == UINT64_MAX)
            value = POINT_EXCLUDED;
        else
            read = reader_at(table->results, &table->status, element, &value, err);
    }
    *status = (int)value;
    return read;
}

enum status table_value(struct table *table, size_t m, double *value, struct error *err)
{
    struct reader *reader = &table->metrics[m];
    enum status status;
    uint64_t element = element_of(table, reader->variable);
    int done;

    *value = NAN;
    status = table_status(table, &done, err);
    if (status != STATUS_OK || done != POINT_DONE || element == UINT64_MAX)
        return status;
    return reader_at(table->results, reader, element, value, err);
}

char *table_label(const struct table *table, size_t d, uint64_t index, char *buffer,
                  size_t size)
{
    return results_coordinate_format(table->results, table->dimensions[d], index,
                                     buffer, size);
}
