#include "cmd/cmd.h"

#include "cmd/table.h"

#include <math.h>
#include <string.h>

/* RFC 4180: quoted when it holds a comma, a quote or a line break.  A text that a spreadsheet
 * would take for a formula begins with an apostrophe, which it shows as text. */
static void csv_text(const char *text)
{
    if (*text && strchr("=+-@\t\r", *text)) {
        fputs("\"'", stdout);
    } else if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, stdout);
        return;
    } else {
        putchar('"');
    }
    for (; *text; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

/* Coordinates in SI numbers or as texts, so that a spreadsheet can compute with them. */
static enum status coordinate_print(const struct table *table, size_t d,
                                    struct error *err)
{
    const struct results *results = table->results;
    const struct results_dimension *dimension =
        &results->dimensions[table->dimensions[d]];
    const struct variable *variable;
    enum status status;
    double value;

    if (dimension->coordinate == SIZE_MAX) {
        printf("%llu", (unsigned long long)table_index(table, d));
        return STATUS_OK;
    }
    variable = &results->variables[dimension->coordinate];
    if (variable->kind == VARIABLE_TEXT) {
        csv_text(variable->texts[table_index(table, d)]);
        return STATUS_OK;
    }
    status = results_read_numbers(results, variable, table_index(table, d), 1, &value,
                                  err);
    printf("%.17g", value);
    return status;
}

static void header_print(const struct table *table)
{
    char text[200];
    size_t columns = 0;

    for (size_t d = 0; d < table->dimension_count; d++) {
        printf("%s", columns++ ? "," : "");
        csv_text(table->results->dimensions[table->dimensions[d]].name);
    }
    for (size_t m = 0; m < table->metric_count; m++) {
        const struct variable *variable = table->metrics[m].variable;

        printf("%s", columns++ ? "," : "");
        snprintf(text, sizeof text, "%s [%s]", variable->name,
                 variable->units[0] ? variable->units : "1");
        csv_text(text);
    }
    printf("%sstatus\r\n", columns ? "," : "");
}

static enum status rows_print(struct table *table, struct error *err)
{
    enum status status = STATUS_OK;

    while (status == STATUS_OK && table_next(table)) {
        int done = POINT_PENDING;

        for (size_t d = 0; d < table->dimension_count && status == STATUS_OK; d++) {
            status = coordinate_print(table, d, err);
            putchar(',');
        }
        for (size_t m = 0; m < table->metric_count && status == STATUS_OK; m++) {
            double value;

            status = table_value(table, m, &value, err);
            if (status == STATUS_OK && isfinite(value))
                printf("%.17g", value);
            putchar(',');
        }
        if (status == STATUS_OK)
            status = table_status(table, &done, err);
        printf("%s\r\n", word_name(point_status_words, done));
    }
    return status;
}

enum status cmd_export(int argc, char **argv, struct error *err)
{
    const char *metrics = NULL;
    const struct option_spec options[] = { { "m", &metrics, NULL } };
    struct results *results = NULL;
    struct table table;
    enum status status = options_read(&argc, argv, options, 1, err);

    if (status != STATUS_OK)
        return status;
    if (argc < 1)
        return error_set(err, STATUS_INPUT,
                         "export needs a result file: nvsweep export FILE");
    status = results_open_intact(argv[0], &results, err);
    if (status != STATUS_OK)
        return status;
    status = table_open(&table, results, metrics, NULL, argv + 1, argc - 1, err);
    if (status == STATUS_OK) {
        header_print(&table);
        status = rows_print(&table, err);
    }
    table_close(&table);
    results_close(results);
    return status;
}
