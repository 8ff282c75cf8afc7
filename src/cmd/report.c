#include "cmd/cmd.h"
#include "cmd/output.h"

#include "base/memory.h"
#include "base/units.h"
#include "cmd/report_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Files of src/report/ and the charting library, which the Makefile links in. */
#define ASSET(name) extern const char _binary_##name##_start[], _binary_##name##_end[]
ASSET(page_html);
ASSET(page_css);
ASSET(page_js);
ASSET(chart_js);

#ifdef NVSWEEP_CHART
static const bool has_chart = true;
#else
static const bool has_chart = false; /* chart_js is empty */
#endif

enum { VALUE_BYTES_DEFAULT = 3000000 };

static void asset_write(FILE *out, const char *from, const char *to)
{
    fwrite(from, 1, (size_t)(to - from), out);
}

/* Writes what "<!--insert NAME-->" in the page stands for. */
static enum status insert(const struct report_data *data, const char *name,
                          size_t length, FILE *out, struct error *err)
{
    if (strncmp(name, "style", length) == 0)
        asset_write(out, _binary_page_css_start, _binary_page_css_end);
    else if (strncmp(name, "chart", length) == 0)
        asset_write(out, _binary_chart_js_start, _binary_chart_js_end);
    else if (strncmp(name, "script", length) == 0)
        asset_write(out, _binary_page_js_start, _binary_page_js_end);
    else
        return report_data_write(data, out, err);
    return STATUS_OK;
}

static enum status page_write(const struct report_data *data, FILE *out,
                              struct error *err)
{
    static const char open[] = "<!--insert ", close[] = "-->";
    const char *at = _binary_page_html_start, *end = _binary_page_html_end;
    enum status status = STATUS_OK;

    while (status == STATUS_OK) {
        const char *mark = memmem(at, (size_t)(end - at), open, sizeof open - 1);
        const char *name, *stop;

        if (!mark)
            break;
        asset_write(out, at, mark);
        name = mark + sizeof open - 1;
        stop = memmem(name, (size_t)(end - name), close, sizeof close - 1);
        if (!stop)
            break;
        status = insert(data, name, (size_t)(stop - name), out, err);
        at = stop + sizeof close - 1;
    }
    asset_write(out, at, end);
    return status;
}

static enum status file_write(const struct report_data *data, const char *path,
                              const char *input, struct error *err)
{
    struct output output;
    enum status status = output_open(&output, path, input, err);

    if (status == STATUS_OK)
        status = page_write(data, output.stream, err);
    return output_close(&output, status, err);
}

/* "results/x.h5" -> "results/x.html" */
static char *page_name(const char *file)
{
    size_t length = strlen(file);

    if (length > 3 && strcmp(file + length - 3, ".h5") == 0)
        length -= 3;
    return alloc_printf("%.*s.html", (int)length, file);
}

static void kept_print(const struct report_data *data)
{
    const struct results *results = data->results;

    for (size_t d = 0; d < results->dimension_count; d++)
        if (!data->is_chosen[d] && data->kept_counts[d] < results->dimensions[d].count)
            printf("thinned: %llu of %llu values of %s\n",
                   (unsigned long long)data->kept_counts[d],
                   (unsigned long long)results->dimensions[d].count,
                   results->dimensions[d].name);
}

enum status cmd_report(int argc, char **argv, struct error *err)
{
    const char *output = NULL, *metrics = NULL, *size = NULL;
    double bytes = VALUE_BYTES_DEFAULT;
    struct results *results = NULL;
    struct report_data data = { .results = NULL };
    enum status status = options_read("report", &argc, argv, err);
    char *path;

    option_get("o", &output);
    option_get("m", &metrics);
    option_get("size", &size);

    if (status != STATUS_OK)
        return status;
    if (!has_chart)
        return error_set(
            err, STATUS_INPUT,
            "this nvsweep was built without the charting library: build it "
            "again where chart.min.js is (package libjs-chart.js, or make "
            "CHART_JS=FILE)");
    if (argc < 1)
        return error_set(
            err, STATUS_INPUT,
            "report needs a result file: nvsweep report FILE -o report.html");
    if (size &&
        (quantity_parse(size, "byte", &bytes, NULL) != STATUS_OK || bytes < 1000))
        return error_set(err, STATUS_INPUT,
                         "--size %s: must be a size such as \"3 MiB\"", size);
    path = output ? alloc_text(output) : page_name(argv[0]);
    status = output_check(path, argv[0], err);
    if (status != STATUS_OK)
        goto out;
    status = results_open_intact(argv[0], &results, err);
    if (status != STATUS_OK)
        goto out;
    status = report_data_choose(&data, results, metrics, argv + 1, argc - 1,
                                (uint64_t)bytes, err);
    if (status != STATUS_OK)
        goto out;
    status = file_write(&data, path, argv[0], err);
    if (status != STATUS_OK)
        goto out;
    kept_print(&data);
    printf("report: %s\n", path);
out:
    report_data_free(&data);
    results_close(results);
    free(path);
    return status;
}
