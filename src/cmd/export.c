#include "cmd/cmd.h"

#include "cmd/output.h"
#include "cmd/table.h"
#include "results/references.h"

#include <math.h>
#include <string.h>

/* RFC 4180: quoted if it holds a comma, a quote or a line break.  A text that a spreadsheet
 * would read as a formula gets an apostrophe in front, which makes it a text there. */
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

/* Coordinates are SI numbers or texts, so that a spreadsheet can compute with them. */
static enum status coordinate_print(const struct table *table,
                                    const struct label *label, struct error *err)
{
    const struct results *results = table->results;
    const struct results_dimension *dimension =
        &results->dimensions[table->dimensions[label->d]];
    const struct variable *variable = label->variable;
    uint64_t index = table_index(table, label->d);
    enum status status;
    double value;

    if (!variable && dimension->coordinate == SIZE_MAX) {
        printf("%llu", (unsigned long long)index);
        return STATUS_OK;
    }
    if (!variable)
        variable = &results->variables[dimension->coordinate];
    if (variable->kind == VARIABLE_TEXT) {
        csv_text(variable->texts[index]);
        return STATUS_OK;
    }
    status = results_read_numbers(results, variable, index, 1, &value, err);
    printf("%.17g", value);
    return status;
}

static void header_print(const struct table *table)
{
    char text[200];
    size_t columns = 0;

    for (size_t l = 0; l < table->label_count; l++) {
        printf("%s", columns++ ? "," : "");
        csv_text(table->labels[l].name);
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

        for (size_t l = 0; l < table->label_count && status == STATUS_OK; l++) {
            status = coordinate_print(table, &table->labels[l], err);
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

static enum status references_save(const struct results *results, const char *path,
                                   struct error *err)
{
    struct output output;
    enum status status = output_open(&output, path, results->path, err);

    if (status == STATUS_OK)
        status = results_references(results, output.stream, err);
    return output_close(&output, status, err);
}

static enum status rows_export(const struct results *results, const char *metrics,
                               char **filters, int filter_count, struct error *err)
{
    struct table table;
    enum status status = table_open(&table, results, metrics, NULL, filters,
                                    filter_count, err);

    if (status == STATUS_OK) {
        header_print(&table);
        status = rows_print(&table, err);
    }
    table_close(&table);
    return status;
}

enum status cmd_export(int argc, char **argv, struct error *err)
{
    const char *metrics = NULL, *output = NULL;
    struct results *results = NULL;
    bool is_zarr = false;
    enum status status = options_read("export", &argc, argv, err);

    option_get("m", &metrics);
    option_get("o", &output);
    option_get_flag("zarr", &is_zarr);
    if (status != STATUS_OK)
        return status;
    if (argc < 1)
        return error_set(err, STATUS_INPUT,
                         "export needs a result file: nvsweep export FILE");
    if (is_zarr && (metrics || argc > 1))
        return error_set(err, STATUS_INPUT,
                         "--zarr describes the whole file, must be without -m and "
                         "AXIS=VALUE");
    if (output && !is_zarr)
        return error_set(
            err, STATUS_INPUT,
            "-o is for --zarr only; CSV goes to standard output: nvsweep export FILE > "
            "FILE.csv");
    status = results_open_intact(argv[0], &results, err);
    if (status != STATUS_OK)
        goto out;
    if (is_zarr)
        status = references_save(results, output, err);
    else
        status = rows_export(results, metrics, argv + 1, argc - 1, err);
out:
    results_close(results);
    return status;
}
