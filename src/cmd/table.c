#include "cmd/table.h"

#include "base/memory.h"
#include "cmd/table_axes.h"
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

/* The stage whose column the variable is. */
static size_t stage_with(const struct results *results, const struct variable *variable)
{
    for (size_t s = 0; s < results->stage_count; s++)
        for (uint32_t c = 0; c < results->stages[s].layout.columns; c++)
            if (&results->variables[results->stages[s].columns[c]] == variable)
                return s;
    return results->stage_count;
}

static enum status metric_add(struct table *table, const char *name, struct error *err)
{
    const struct variable *variable = results_find(table->results, name);

    if (!variable || variable->kind == VARIABLE_TEXT ||
        table_is_axis(table->results, variable))
        return table_name_unknown(table->results, "metric", name, err);
    if (table->metric_count == TABLE_METRICS)
        return error_set(err, STATUS_INPUT, "at most %d metrics at a time",
                         TABLE_METRICS);
    table->stages[table->metric_count] = stage_with(table->results, variable);
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

/* Keeps those of the indices that are selected along a dimension already, in their order: another
 * setting may select along it, of the same axis or of one that is zipped with it. */
static uint64_t selected_keep(const struct table *table, size_t d, uint64_t *indices,
                              uint64_t count)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < count; i++)
        for (uint64_t s = 0; s < table->selected_count[d]; s++)
            if (table->selected[d][s] == indices[i]) {
                indices[kept++] = indices[i];
                break;
            }
    return kept;
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
    count = selected_keep(table, d, indices, count);
    if (count == 0)
        status = error_set(err, STATUS_INPUT,
                           "'%.60s': no row meets this and the settings before it",
                           filter);
    free(table->selected[d]);
    table->selected[d] = indices;
    table->selected_count[d] = count;
    table->is_pinned[d] = count == 1;
    return status;
}

/* All values of the dimension, but for those that the sweep does not use. */
static void all_select(struct table *table, size_t d)
{
    const struct results *results = table->results;
    const char *name = results->dimensions[table->dimensions[d]].name;
    const struct variable *variable = table_coordinate_named(table, d, name);
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
    table->stage_status = alloc_array(results->stage_count,
                                      sizeof *table->stage_status);
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
    if (status == STATUS_OK)
        table_labels_find(table);
    return status;
}

void table_close(struct table *table)
{
    for (size_t m = 0; m < table->metric_count; m++)
        free(table->metrics[m].window);
    free(table->status.window);
    for (size_t stage = 0; table->stage_status && stage < table->results->stage_count;
         stage++)
        free(table->stage_status[stage].window);
    free(table->stage_status);
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

static enum status status_read(struct table *table, struct reader *reader, int *status,
                               struct error *err)
{
    double value = POINT_DONE;
    enum status read = STATUS_OK;
    uint64_t element;

    if (reader->variable) {
        element = element_of(table, reader->variable);
        if (element == UINT64_MAX)
            value = POINT_EXCLUDED;
        else
            read = reader_at(table->results, reader, element, &value, err);
    }
    *status = (int)value;
    return read;
}

enum status table_status(struct table *table, int *status, struct error *err)
{
    return status_read(table, &table->status, status, err);
}

static struct reader *status_of_metric(struct table *table, size_t m)
{
    const struct results *results = table->results;
    size_t stage = table->stages[m];

    if (stage == results->stage_count)
        return &table->status;
    table->stage_status[stage].variable =
        &results->variables[results->stages[stage].status];
    return &table->stage_status[stage];
}

enum status table_value(struct table *table, size_t m, double *value, struct error *err)
{
    struct reader *reader = &table->metrics[m];
    enum status status;
    uint64_t element = element_of(table, reader->variable);
    int done;

    *value = NAN;
    status = status_read(table, status_of_metric(table, m), &done, err);
    if (status != STATUS_OK || done != POINT_DONE || element == UINT64_MAX)
        return status;
    return reader_at(table->results, reader, element, value, err);
}
