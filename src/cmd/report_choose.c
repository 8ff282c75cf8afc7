#include "cmd/report_data.h"

#include "base/memory.h"
#include "cmd/table.h"

#include <stdlib.h>
#include <string.h>

/* Shows the columns of all stages; other variables describe them. */
static void metrics_all(struct report_data *data)
{
    for (size_t s = 0; s < data->results->stage_count; s++) {
        const struct results_stage *stage = &data->results->stages[s];

        for (uint32_t c = 0; c < stage->layout.columns; c++)
            data->is_shown[stage->columns[c]] = true;
    }
}

static bool is_numeric(const struct report_data *data, size_t dimension)
{
    size_t v = data->results->dimensions[dimension].coordinate;

    return v == SIZE_MAX || data->results->variables[v].kind != VARIABLE_TEXT;
}

static uint64_t bytes_of(const struct report_data *data)
{
    uint64_t bytes = 0;

    for (size_t v = 0; v < data->results->variable_count; v++) {
        const struct variable *variable = &data->results->variables[v];
        uint64_t count = sizeof(double);

        for (size_t d = 0; d < variable->dimension_count; d++)
            count *= data->kept_counts[variable->dimensions[d]];
        bytes += data->is_shown[v] ? count : 0;
    }
    return bytes;
}

/* Keeps every second value, with the first and the last one. */
static void dimension_thin(struct report_data *data, size_t dimension)
{
    uint64_t *kept = data->kept[dimension], count = data->kept_counts[dimension], n = 0;
    uint64_t last = kept[count - 1];

    for (uint64_t i = 0; i < count; i += 2)
        kept[n++] = kept[i];
    if (kept[n - 1] != last)
        kept[n - 1] = last;
    data->kept_counts[dimension] = n;
}

/* The dimension to thin next: the longest numeric one with more than `least` values, else the
 * longest of all. */
static size_t dimension_longest(const struct report_data *data, uint64_t least)
{
    size_t longest = SIZE_MAX;

    for (int pass = 0; pass < 2 && longest == SIZE_MAX; pass++)
        for (size_t d = 0; d < data->results->dimension_count; d++) {
            bool is_wanted = pass ||
                             (is_numeric(data, d) && data->kept_counts[d] > least);

            if (is_wanted && data->kept_counts[d] > 2 &&
                report_dimension_is_used(data, d) &&
                (longest == SIZE_MAX ||
                 data->kept_counts[d] > data->kept_counts[longest]))
                longest = d;
        }
    return longest;
}

/* A shorter dimension of the same name keeps the values that the table keeps. */
static void joint_keep(struct report_data *data, const struct table *table,
                       const struct joint *joint)
{
    uint64_t kept = 0, before = data->kept_counts[joint->dimension];

    for (uint64_t i = 0; i < before; i++)
        for (uint64_t k = 0; k < table->selected_count[joint->d]; k++)
            if (joint->index[table->selected[joint->d][k]] ==
                data->kept[joint->dimension][i]) {
                data->kept[joint->dimension][kept++] = data->kept[joint->dimension][i];
                break;
            }
    data->kept_counts[joint->dimension] = kept;
    data->is_chosen[joint->dimension] = kept != before;
}

static enum status filters_apply(struct report_data *data, char **filters,
                                 int filter_count, struct error *err)
{
    char *names = alloc_text("");
    struct table table;
    enum status status;

    for (size_t v = 0; v < data->results->variable_count; v++)
        if (data->is_shown[v])
            names = alloc_append(names, "%s%s", *names ? "," : "",
                                 data->results->variables[v].name);
    status = table_open(&table, data->results, names, NULL, filters, filter_count, err);
    for (size_t t = 0; status == STATUS_OK && t < table.dimension_count; t++) {
        size_t d = table.dimensions[t];

        data->is_chosen[d] = table.selected_count[t] != data->kept_counts[d];
        memcpy(data->kept[d], table.selected[t],
               table.selected_count[t] * sizeof *data->kept[d]);
        data->kept_counts[d] = table.selected_count[t];
    }
    for (size_t j = 0; status == STATUS_OK && j < table.joint_count; j++)
        joint_keep(data, &table, &table.joints[j]);
    table_close(&table);
    free(names);
    return status;
}

static enum status metrics_choose(struct report_data *data, const char *metrics,
                                  struct error *err)
{
    struct table table;
    enum status status;

    if (!metrics) {
        metrics_all(data);
        return STATUS_OK;
    }
    status = table_open(&table, data->results, metrics, NULL, NULL, 0, err);
    for (size_t m = 0; status == STATUS_OK && m < table.metric_count; m++)
        data->is_shown[table.metrics[m].variable - data->results->variables] = true;
    table_close(&table);
    return status;
}

enum status report_data_choose(struct report_data *data, const struct results *results,
                               const char *metrics, char **filters, int filter_count,
                               uint64_t most_bytes, struct error *err)
{
    enum status status;

    *data = (struct report_data){ .results = results };
    data->kept = alloc_array(results->dimension_count, sizeof *data->kept);
    data->kept_counts = alloc_array(results->dimension_count,
                                    sizeof *data->kept_counts);
    data->is_chosen = alloc_array(results->dimension_count, sizeof *data->is_chosen);
    data->is_shown = alloc_array(results->variable_count, sizeof *data->is_shown);
    for (size_t d = 0; d < results->dimension_count; d++) {
        data->kept_counts[d] = results->dimensions[d].count;
        data->kept[d] = alloc_array(data->kept_counts[d], sizeof *data->kept[d]);
        for (uint64_t i = 0; i < data->kept_counts[d]; i++)
            data->kept[d][i] = i;
    }
    status = metrics_choose(data, metrics, err);
    if (status == STATUS_OK)
        status = filters_apply(data, filters, filter_count, err);
    while (status == STATUS_OK && bytes_of(data) > most_bytes) {
        size_t longest = dimension_longest(data, 8);

        if (longest == SIZE_MAX)
            return error_set(err, STATUS_INPUT,
                             "%s: too large for a report; select metrics with -m",
                             results->path);
        dimension_thin(data, longest);
    }
    return status;
}

void report_data_free(struct report_data *data)
{
    for (size_t d = 0; data->kept && d < data->results->dimension_count; d++)
        free(data->kept[d]);
    free(data->kept);
    free(data->kept_counts);
    free(data->is_chosen);
    free(data->is_shown);
    *data = (struct report_data){ .results = NULL };
}
