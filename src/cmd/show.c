#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/units.h"
#include "cmd/json.h"
#include "cmd/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 128 };

struct view {
    struct table table;
    uint64_t limit;
    bool is_json;
    const char *sort;
    /* --over: the baseline's index along dimension over_d */
    bool is_ratio;
    size_t over_d;
    uint64_t over_index;
    /* --columns: dimension spread over columns */
    bool is_wide;
    size_t wide_d;
};

/* The metric in the current row, or the baseline's value over it. */
static enum status value_at(struct view *view, size_t m, double *value, struct error *err)
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
        quantity_format(value, variable->units[0] ? variable->units : "1", buffer, size);
}

/* Dimensions that make row labels: not pinned to one value, not spread over columns. */
static bool is_row_label(const struct view *view, size_t d)
{
    return !view->table.is_pinned[d] && !(view->is_wide && d == view->wide_d);
}

/* Values spread over columns; the baseline's own column would be all ones. */
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

/* A table of text cells: header and rows, as wide as its widest cell. */
struct sheet {
    char **cells;
    size_t columns, rows;
    double *keys; /* per row, for sorting */
    size_t *order;
};

static void sheet_add_row(struct sheet *sheet)
{
    sheet->rows++;
    sheet->cells = realloc_array(sheet->cells, sheet->rows * sheet->columns,
                                 sizeof *sheet->cells);
    memset(sheet->cells + (sheet->rows - 1) * sheet->columns, 0,
           sheet->columns * sizeof *sheet->cells);
    sheet->keys = realloc_array(sheet->keys, sheet->rows, sizeof *sheet->keys);
    sheet->keys[sheet->rows - 1] = NAN;
}

static void sheet_set(struct sheet *sheet, size_t column, const char *text)
{
    char **cell = &sheet->cells[(sheet->rows - 1) * sheet->columns + column];

    free(*cell);
    *cell = alloc_text(text);
}

static void sheet_free(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->rows * sheet->columns; i++)
        free(sheet->cells[i]);
    free(sheet->cells);
    free(sheet->keys);
    free(sheet->order);
}

static void sheet_header(const struct view *view, struct sheet *sheet)
{
    const struct table *table = &view->table;
    char text[2 * CELL], label[CELL];
    size_t column = 0;

    sheet_add_row(sheet);
    for (size_t d = 0; d < table->dimension_count; d++)
        if (is_row_label(view, d))
            sheet_set(sheet, column++,
                      table->results->dimensions[table->dimensions[d]].name);
    for (size_t m = 0; m < table->metric_count; m++)
        for (uint64_t w = 0; w < wide_count(view); w++) {
            const char *name = table->metrics[m].variable->name;

            if (is_baseline_column(view, w))
                continue;
            if (view->is_wide)
                snprintf(text, sizeof text, "%s %s", name,
                         table_label(table, view->wide_d, table->selected[view->wide_d][w],
                                     label, sizeof label));
            else
                snprintf(text, sizeof text, "%s", name);
            sheet_set(sheet, column++, text);
        }
}

static enum status sheet_fill_row(struct view *view, struct sheet *sheet, size_t sort_m,
                                  struct error *err)
{
    struct table *table = &view->table;
    char text[CELL];
    size_t column = 0;

    sheet_add_row(sheet);
    for (size_t d = 0; d < table->dimension_count; d++)
        if (is_row_label(view, d))
            sheet_set(sheet, column++,
                      table_label(table, d, table_index(table, d), text, sizeof text));
    for (size_t m = 0; m < table->metric_count; m++)
        for (uint64_t w = 0; w < wide_count(view); w++) {
            enum status status;
            double value;

            if (is_baseline_column(view, w))
                continue;
            if (view->is_wide)
                table->position[view->wide_d] = w;
            status = value_at(view, m, &value, err);
            if (status != STATUS_OK)
                return status;
            if (m == sort_m && isnan(sheet->keys[sheet->rows - 1]))
                sheet->keys[sheet->rows - 1] = value;
            value_format(view, m, value, text, sizeof text);
            sheet_set(sheet, column++, text);
        }
    return STATUS_OK;
}

static const double *sort_keys;

static int key_compare(const void *a, const void *b)
{
    double x = sort_keys[*(const size_t *)a], y = sort_keys[*(const size_t *)b];

    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

static void sheet_order(struct sheet *sheet, bool is_sorted)
{
    sheet->order = alloc_array(sheet->rows, sizeof *sheet->order);
    for (size_t r = 0; r < sheet->rows; r++)
        sheet->order[r] = r;
    sort_keys = sheet->keys;
    if (is_sorted && sheet->rows > 2)
        qsort(sheet->order + 1, sheet->rows - 1, sizeof *sheet->order, key_compare);
}

static void sheet_print(const struct sheet *sheet)
{
    for (size_t r = 0; r < sheet->rows; r++) {
        for (size_t c = 0; c < sheet->columns; c++) {
            size_t width = 0;

            for (size_t i = 0; i < sheet->rows; i++) {
                size_t length = strlen(sheet->cells[i * sheet->columns + c]);

                width = length > width ? length : width;
            }
            printf("%s%-*s", c ? "  " : "", c + 1 < sheet->columns ? (int)width : 0,
                   sheet->cells[sheet->order[r] * sheet->columns + c]);
        }
        printf("\n");
    }
}

/* One object per line: labels, then numbers in SI units (null where a point is not
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
        for (size_t d = 0; d < table->dimension_count; d++) {
            json_name(&members, table->results->dimensions[table->dimensions[d]].name);
            json_text(table_label(table, d, table_index(table, d), text, sizeof text));
        }
        for (size_t m = 0; m < table->metric_count && status == STATUS_OK; m++) {
            double value = NAN;

            status = value_at(view, m, &value, err);
            json_name(&members, table->metrics[m].variable->name);
            json_number(value);
        }
        printf("}");
    }
    printf("\n]\n");
    return status;
}

static enum status sheet_show(struct view *view, struct error *err)
{
    struct table *table = &view->table;
    struct sheet sheet = { .columns = 0 };
    size_t sort_m = SIZE_MAX;
    enum status status = STATUS_OK;
    uint64_t shown = 0, left_out = 0;

    for (size_t m = 0; view->sort && m < table->metric_count; m++)
        if (strcmp(table->metrics[m].variable->name, view->sort) == 0)
            sort_m = m;
    if (view->sort && sort_m == SIZE_MAX)
        return error_set(err, STATUS_INPUT, "--sort %s: not among the metrics shown",
                         view->sort);
    for (size_t d = 0; d < table->dimension_count; d++)
        sheet.columns += is_row_label(view, d);
    for (uint64_t w = 0; w < wide_count(view); w++)
        sheet.columns += is_baseline_column(view, w) ? 0 : table->metric_count;
    sheet_header(view, &sheet);
    while (status == STATUS_OK && table_next(table)) {
        if (view->is_wide && table->position[view->wide_d] != 0)
            continue;
        if (shown == view->limit) {
            left_out = (table->rows - table->row) / wide_count(view);
            break;
        }
        shown++;
        status = sheet_fill_row(view, &sheet, sort_m, err);
    }
    if (status == STATUS_OK) {
        sheet_order(&sheet, view->sort != NULL);
        sheet_print(&sheet);
        if (left_out)
            printf("... %llu more rows; --limit N shows more\n",
                   (unsigned long long)left_out);
    }
    sheet_free(&sheet);
    return status;
}

static enum status over_apply(struct view *view, const char *over, struct error *err)
{
    const char *equals = strchr(over, '=');
    uint64_t *indices = NULL, count;
    char axis[CELL];
    enum status status;

    if (!equals)
        return error_set(err, STATUS_INPUT, "--over %s: is no AXIS=VALUE", over);
    snprintf(axis, sizeof axis, "%.*s", (int)(equals - over < 127 ? equals - over : 127),
             over);
    status = table_match(&view->table, axis, equals + 1, &view->over_d, &indices, &count,
                         err);
    if (status == STATUS_OK) {
        view->over_index = indices[0];
        view->is_ratio = true;
    }
    free(indices);
    return status;
}

enum status cmd_show(int argc, char **argv, struct error *err)
{
    const char *metrics = NULL, *over = NULL, *columns = NULL, *limit = NULL;
    struct view view = { .limit = 200 };
    const struct option_spec options[] = {
        { "m", &metrics, NULL },       { "over", &over, NULL },
        { "columns", &columns, NULL }, { "sort", &view.sort, NULL },
        { "limit", &limit, NULL },     { "json", NULL, &view.is_json },
    };
    struct results *results = NULL;
    double number = 200;
    enum status status = options_read(&argc, argv, options, 6, err);

    if (status != STATUS_OK)
        return status;
    if (argc < 1)
        return error_set(err, STATUS_INPUT, "show needs a result file: nvsweep show FILE");
    if (limit && (quantity_parse(limit, "1", &number, NULL) != STATUS_OK || number < 1))
        return error_set(err, STATUS_INPUT, "--limit %s: must be a whole number from 1",
                         limit);
    view.limit = (uint64_t)number;
    status = results_open(argv[0], &results, err);
    if (status != STATUS_OK)
        return status;
    status = table_open(&view.table, results, metrics, "energy_j,delay_s,edp_js", argv + 1,
                        argc - 1, err);
    if (status == STATUS_OK && over)
        status = over_apply(&view, over, err);
    if (status == STATUS_OK && columns) {
        status = table_dimension(&view.table, columns, &view.wide_d, err);
        view.is_wide = status == STATUS_OK;
    }
    if (status == STATUS_OK)
        status = view.is_json ? json_print(&view, err) : sheet_show(&view, err);
    table_close(&view.table);
    results_close(results);
    return status;
}
