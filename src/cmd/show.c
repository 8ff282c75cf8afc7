#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/units.h"
#include "base/json.h"
#include "cmd/sheet.h"
#include "cmd/table_axes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 128, BAR = 20, GROUPS = 8, ORDERED_MOST = 1000000 };

struct view {
    struct table table;
    uint64_t limit;
    bool is_json, has_bars;
    const char *sort;
    size_t sort_m;
    size_t groups[GROUPS]; /* --by: dimensions whose values are headings */
    size_t group_count;
    /* --over: index of the baseline along dimension over_d */
    bool is_ratio;
    size_t over_d;
    uint64_t over_index;
    /* --columns: the dimension whose values are columns */
    bool is_wide;
    size_t wide_d;
};

/* The metric in the current row, or the baseline's value divided by it. */
static enum status value_at(struct view *view, size_t m, double *value,
                            struct error *err)
{
    struct table *table = &view->table;
    enum status status = table_value(table, m, value, err);

    if (status == STATUS_OK && view->is_ratio) {
        uint64_t *cell = &table->selected[view->over_d][table->position[view->over_d]];
        uint64_t kept = *cell;
        double baseline;

        *cell = view->over_index;
        status = table_value(table, m, &baseline, err);
        *cell = kept;
        *value = baseline / *value;
    }
    return status;
}

static void value_format(const struct view *view, size_t m, double value, char *buffer,
                         size_t size)
{
    const struct variable *variable = view->table.metrics[m].variable;

    if (isnan(value))
        snprintf(buffer, size, "-");
    else if (view->is_ratio)
        snprintf(buffer, size, "%.3gx", value);
    else
        quantity_format(value, variable->units[0] ? variable->units : "1", buffer,
                        size);
}

/* Labels that rows need: not implied by another, of dimensions not fixed to one value, not spread over columns, not in the
 * headings. */
static bool is_row_label(const struct view *view, const struct label *label)
{
    size_t d = label->d;

    for (size_t g = 0; g < view->group_count; g++)
        if (view->groups[g] == d)
            return false;
    return !view->table.is_pinned[d] && !label->is_implied &&
           !(view->is_wide && d == view->wide_d);
}

/* Number of values spread over columns, without the baseline, whose column would be all 1. */
static uint64_t wide_count(const struct view *view)
{
    return view->is_wide ? view->table.selected_count[view->wide_d] : 1;
}

static bool is_baseline_column(const struct view *view, uint64_t w)
{
    return view->is_wide && view->is_ratio && view->over_d == view->wide_d &&
           wide_count(view) > 1 &&
           view->table.selected[view->wide_d][w] == view->over_index;
}

/* Columns of a metric: one, or one per value of the spread axis without the baseline, and its
 * bar. */
static size_t metric_columns(const struct view *view)
{
    size_t columns = view->has_bars;

    for (uint64_t w = 0; w < wide_count(view); w++)
        columns += !is_baseline_column(view, w);
    return columns;
}

static void header_fill(const struct view *view, struct sheet *sheet)
{
    const struct table *table = &view->table;
    char text[2 * CELL], label[CELL];
    size_t column = 0;

    sheet_add_row(sheet);
    for (size_t l = 0; l < table->label_count; l++)
        if (is_row_label(view, &table->labels[l]))
            sheet_set(sheet, column++, table->labels[l].name);
    for (size_t m = 0; m < table->metric_count; m++) {
        const char *name = table->metrics[m].variable->name;

        for (uint64_t w = 0; w < wide_count(view); w++) {
            if (is_baseline_column(view, w))
                continue;
            if (view->is_wide)
                snprintf(text, sizeof text, "%s %s", name,
                         table_label(table, view->wide_d,
                                     table->selected[view->wide_d][w], label,
                                     sizeof label));
            else
                snprintf(text, sizeof text, "%s", name);
            sheet_set(sheet, column++, text);
        }
        if (view->has_bars)
            sheet_set(sheet, column++, "");
    }
}

/* The heading of the current row: "workload = alexnet, phase = inference". */
static void group_fill(const struct view *view, struct sheet *sheet)
{
    const struct table *table = &view->table;
    char heading[4 * CELL] = "", text[CELL];

    for (size_t g = 0; g < view->group_count; g++)
        for (size_t l = 0; l < table->label_count; l++) {
            const struct label *label = &table->labels[l];
            size_t length = strlen(heading);

            if (label->d == view->groups[g] && !label->is_implied)
                snprintf(heading + length, sizeof heading - length, "%s%s = %s",
                         length ? ", " : "", label->name,
                         table_label_text(table, label, text, sizeof text));
        }
    if (view->group_count)
        sheet_set_group(sheet, heading);
}

/* Adds one row; its values, metric by metric, go to `values`. */
static enum status row_fill(struct view *view, struct sheet *sheet, double *values,
                            struct error *err)
{
    struct table *table = &view->table;
    uint64_t wide = wide_count(view);
    char text[CELL];
    size_t column = 0;

    sheet_add_row(sheet);
    group_fill(view, sheet);
    for (size_t l = 0; l < table->label_count; l++)
        if (is_row_label(view, &table->labels[l]))
            sheet_set(sheet, column++,
                      table_label_text(table, &table->labels[l], text, sizeof text));
    for (size_t m = 0; m < table->metric_count; m++) {
        for (uint64_t w = 0; w < wide; w++) {
            double *value = &values[m * wide + w];
            enum status status;

            if (view->is_wide)
                table->position[view->wide_d] = w;
            status = value_at(view, m, value, err);
            if (status != STATUS_OK)
                return status;
            if (is_baseline_column(view, w))
                continue;
            if (m == view->sort_m && isnan(sheet->keys[sheet->rows - 1]))
                sheet->keys[sheet->rows - 1] = *value;
            value_format(view, m, *value, text, sizeof text);
            sheet_set(sheet, column++, text);
        }
        column += view->has_bars;
    }
    return STATUS_OK;
}

/* Adds bars in proportion to the largest value under the same heading (rows are sorted); with
 * a spread axis, one sparkline per row. */
static void bars_fill(const struct view *view, struct sheet *sheet,
                      const double *values)
{
    size_t metrics = view->table.metric_count, wide = (size_t)wide_count(view);
    char *text = alloc_array(3 * (wide + BAR) + 4, 1);

    for (size_t m = 0; m < metrics; m++) {
        size_t column = sheet->columns - (metrics - 1 - m) * metric_columns(view) - 1;
        double most = 0;

        for (size_t i = 1, end = 1; i < sheet->rows; i++) {
            size_t row = sheet->order[i];
            const double *own = &values[((row - 1) * metrics + m) * wide];
            char **cell = &sheet->cells[row * sheet->columns + column];

            if (i == end)
                for (most = 0; end < sheet->rows && sheet_is_same_group(sheet, i, end);
                     end++)
                    most = fmax(most,
                                values[((sheet->order[end] - 1) * metrics + m) * wide]);
            free(*cell);
            *cell = alloc_text(wide > 1 ? sheet_sparkline(own, wide, text)
                                        : sheet_bar(*own, most, BAR, text));
        }
    }
    free(text);
}

/* Prints one object per line: labels, then numbers in SI units (null for points that are not
 * done). */
static enum status json_print(struct view *view, struct error *err)
{
    struct table *table = &view->table;
    enum status status = STATUS_OK;
    char text[CELL];
    uint64_t rows = 0;

    printf("[");
    while (status == STATUS_OK && rows < view->limit && table_next(table)) {
        unsigned members = 0;

        printf("%s\n{", rows++ ? "," : "");
        for (size_t l = 0; l < table->label_count; l++) {
            json_name(stdout, &members, table->labels[l].name);
            json_text(stdout,
                      table_label_text(table, &table->labels[l], text, sizeof text));
        }
        for (size_t m = 0; m < table->metric_count && status == STATUS_OK; m++) {
            double value = NAN;

            status = value_at(view, m, &value, err);
            json_name(stdout, &members, table->metrics[m].variable->name);
            json_number(stdout, value);
        }
        printf("}");
    }
    printf("\n]\n");
    return status;
}

/* Reads all rows if they are sorted or grouped, otherwise up to the limit. */
static enum status rows_fill(struct view *view, struct sheet *sheet, double **values,
                             struct error *err)
{
    struct table *table = &view->table;
    size_t per_row = table->metric_count * (size_t)wide_count(view);
    bool is_ordered = view->sort || view->group_count;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && table_next(table)) {
        if (view->is_wide && table->position[view->wide_d] != 0)
            continue;
        if (sheet->rows - 1 >= (is_ordered ? ORDERED_MOST : view->limit))
            break;
        *values = realloc_array(*values, sheet->rows * per_row, sizeof **values);
        status = row_fill(view, sheet, *values + (sheet->rows - 1) * per_row, err);
    }
    return status;
}

static enum status sheet_show(struct view *view, struct error *err)
{
    struct table *table = &view->table;
    struct sheet sheet = { .columns = 0 };
    uint64_t rows = table->rows / (wide_count(view) ? wide_count(view) : 1);
    double *values = NULL;
    enum status status;

    view->sort_m = SIZE_MAX;
    for (size_t m = 0; view->sort && m < table->metric_count; m++)
        if (strcmp(table->metrics[m].variable->name, view->sort) == 0)
            view->sort_m = m;
    if (view->sort && view->sort_m == SIZE_MAX)
        return error_set(err, STATUS_INPUT,
                         "--sort %s: must be one of the metrics shown", view->sort);
    if ((view->sort || view->group_count) && rows > ORDERED_MOST)
        return error_set(
            err, STATUS_INPUT,
            "%llu rows are too many to sort or group (at most %d); select fewer",
            (unsigned long long)rows, ORDERED_MOST);
    for (size_t l = 0; l < table->label_count; l++)
        sheet.columns += is_row_label(view, &table->labels[l]);
    sheet.columns += table->metric_count * metric_columns(view);
    header_fill(view, &sheet);
    status = rows_fill(view, &sheet, &values, err);
    if (status == STATUS_OK) {
        sheet_sort(&sheet, view->sort != NULL);
        if (view->has_bars)
            bars_fill(view, &sheet, values);
        sheet_print(&sheet, view->limit);
        if (rows > view->limit)
            printf("... %llu more rows; --limit N shows more\n",
                   (unsigned long long)(rows - view->limit));
    }
    sheet_free(&sheet);
    free(values);
    return status;
}

static enum status over_apply(struct view *view, const char *over, struct error *err)
{
    const char *equals = strchr(over, '=');
    uint64_t *indices = NULL, count;
    char axis[CELL];
    enum status status;

    if (!equals)
        return error_set(err, STATUS_INPUT, "--over %s: must be AXIS=VALUE", over);
    snprintf(axis, sizeof axis, "%.*s",
             (int)(equals - over < 127 ? equals - over : 127), over);
    status = table_match(&view->table, axis, equals + 1, &view->over_d, &indices,
                         &count, err);
    if (status == STATUS_OK) {
        view->over_index = indices[0];
        view->is_ratio = true;
    }
    free(indices);
    return status;
}

static enum status groups_read(struct view *view, const char *by, struct error *err)
{
    enum status status = STATUS_OK;

    while (by && *by && status == STATUS_OK) {
        size_t length = strcspn(by, ",");
        char axis[CELL];

        if (view->group_count == GROUPS)
            return error_set(err, STATUS_INPUT, "--by: at most %d axes", GROUPS);
        snprintf(axis, sizeof axis, "%.*s", (int)(length < CELL ? length : CELL - 1),
                 by);
        by += length + (by[length] == ',');
        status = table_dimension(&view->table, axis, &view->groups[view->group_count],
                                 err);
        view->group_count += status == STATUS_OK;
    }
    return status;
}

/* JSON has one object per row, in file order, so options that arrange tables are refused. */
static enum status json_check(const struct view *view, const char *columns,
                              const char *by, struct error *err)
{
    const char *option = columns          ? "--columns"
                         : by             ? "--by"
                         : view->sort     ? "--sort"
                         : view->has_bars ? "--bars"
                                          : NULL;

    if (!view->is_json || !option)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT,
                     "%s is for tables, and --json prints one object per point: leave "
                     "out one of them",
                     option);
}

enum status cmd_show(int argc, char **argv, struct error *err)
{
    const char *metrics = NULL, *over = NULL, *columns = NULL, *limit = NULL;
    const char *by = NULL;
    struct view view = { .limit = 200 };
    struct results *results = NULL;
    double number = 200;
    enum status status = options_read("show", &argc, argv, err);

    option_get("m", &metrics);
    option_get("over", &over);
    option_get("columns", &columns);
    option_get("sort", &view.sort);
    option_get("limit", &limit);
    option_get_flag("json", &view.is_json);
    option_get("by", &by);
    option_get_flag("bars", &view.has_bars);

    if (status != STATUS_OK)
        return status;
    if (argc < 1)
        return error_set(err, STATUS_INPUT,
                         "show needs a result file: nvsweep show FILE");
    if (limit && (quantity_parse(limit, "1", &number, NULL) != STATUS_OK || number < 1))
        return error_set(err, STATUS_INPUT, "--limit %s: must be a whole number from 1",
                         limit);
    view.limit = view.is_json && !limit ? UINT64_MAX : (uint64_t)number;
    status = json_check(&view, columns, by, err);
    if (status != STATUS_OK)
        return status;
    status = results_open_intact(argv[0], &results, err);
    if (status != STATUS_OK)
        return status;
    status = table_open(&view.table, results, metrics, "latency_s,energy_j,edp_js",
                        argv + 1, argc - 1, err);
    if (status != STATUS_OK)
        goto out;
    if (over)
        status = over_apply(&view, over, err);
    if (status != STATUS_OK)
        goto out;
    if (columns) {
        status = table_dimension(&view.table, columns, &view.wide_d, err);
        view.is_wide = status == STATUS_OK;
    }
    if (status != STATUS_OK)
        goto out;
    status = groups_read(&view, by, err);
    if (status != STATUS_OK)
        goto out;
    status = view.is_json ? json_print(&view, err) : sheet_show(&view, err);
out:
    table_close(&view.table);
    results_close(results);
    return status;
}
