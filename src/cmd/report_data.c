#include "cmd/report_data.h"

#include "base/memory.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the kept part of a variable */

struct gather {
    const struct report_data *data;
    const struct variable *variable;
    double *window, *to; /* window: buffer for the largest contiguous read */
};

static uint64_t extent(const struct gather *gather, size_t d)
{
    return gather->data->results->dimensions[gather->variable->dimensions[d]].count;
}

static bool is_whole(const struct gather *gather, size_t d)
{
    return gather->data->kept_counts[gather->variable->dimensions[d]] ==
           extent(gather, d);
}

/* Elements per index of dimension d - 1. */
static uint64_t stride(const struct gather *gather, size_t d)
{
    uint64_t elements = 1;

    for (; d < gather->variable->dimension_count; d++)
        elements *= extent(gather, d);
    return elements;
}

/* Appends the kept elements below the prefix that begins at `first`.  Contiguous elements are
 * read in one piece; a row of the last dimension is read whole, then reduced. */
static enum status gather_from(struct gather *gather, size_t d, uint64_t first,
                               struct error *err)
{
    const struct variable *variable = gather->variable;
    size_t whole = variable->dimension_count;
    uint64_t inner = stride(gather, d + 1);
    enum status status = STATUS_OK;

    while (whole > d && is_whole(gather, whole - 1))
        whole--;
    if (whole == d) {
        status = results_read_numbers(gather->data->results, variable, first,
                                      stride(gather, d), gather->to, err);
        gather->to += stride(gather, d);
        return status;
    }
    if (d + 1 == variable->dimension_count)
        status = results_read_numbers(gather->data->results, variable, first,
                                      extent(gather, d), gather->window, err);
    for (uint64_t k = 0;
         status == STATUS_OK && k < gather->data->kept_counts[variable->dimensions[d]];
         k++) {
        uint64_t i = gather->data->kept[variable->dimensions[d]][k];

        if (d + 1 == variable->dimension_count)
            *gather->to++ = gather->window[i];
        else
            status = gather_from(gather, d + 1, first + i * inner, err);
    }
    return status;
}

static uint64_t kept_elements(const struct report_data *data,
                              const struct variable *variable)
{
    uint64_t count = 1;

    for (size_t d = 0; d < variable->dimension_count; d++)
        count *= data->kept_counts[variable->dimensions[d]];
    return count;
}

/* The kept elements, in a new array. */
static enum status variable_gather(const struct report_data *data,
                                   const struct variable *variable, double **values,
                                   struct error *err)
{
    struct gather gather = { .data = data, .variable = variable };
    size_t last = variable->dimension_count;
    enum status status;

    *values = alloc_array(kept_elements(data, variable), sizeof **values);
    gather.to = *values;
    gather.window = alloc_array(last ? extent(&gather, last - 1) : 1, sizeof(double));
    status = gather_from(&gather, 0, 0, err);
    free(gather.window);
    return status;
}

/* ---- writing */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Writes little-endian doubles as base64 (RFC 4648), in quotes. */
static void base64_write(FILE *out, const double *values, uint64_t count)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *bytes = (const unsigned char *)values;
    uint64_t size = count * sizeof *values;

    putc('"', out);
    for (uint64_t i = 0; i < size; i += 3) {
        uint32_t word = (uint32_t)bytes[i] << 16;

        word |= i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0;
        word |= i + 2 < size ? bytes[i + 2] : 0;
        putc(digits[word >> 18 & 63], out);
        putc(digits[word >> 12 & 63], out);
        putc(i + 1 < size ? digits[word >> 6 & 63] : '=', out);
        putc(i + 2 < size ? digits[word & 63] : '=', out);
    }
    putc('"', out);
}

static void text_member(FILE *out, unsigned *members, const char *name,
                        const char *text)
{
    json_name(out, members, name);
    json_text(out, text ? text : "");
}

/* Writes a coordinate: its labels at the kept indices and, for numbers, its values. */
static enum status coordinate_write(const struct report_data *data, size_t dimension,
                                    const struct variable *variable, FILE *out,
                                    struct error *err)
{
    enum status status = STATUS_OK;
    unsigned members = 0;

    fprintf(out, "{");
    text_member(out, &members, "name",
                variable ? last_part(variable->path)
                         : data->results->dimensions[dimension].name);
    text_member(out, &members, "units", variable ? variable->units : "");
    text_member(out, &members, "meaning", variable ? variable->meaning : "");
    json_name(out, &members,
              variable && variable->kind == VARIABLE_TEXT ? "labels" : "numbers");
    fprintf(out, "[");
    for (uint64_t k = 0; k < data->kept_counts[dimension] && status == STATUS_OK; k++) {
        uint64_t i = data->kept[dimension][k];
        double number = (double)i;

        fprintf(out, "%s", k ? "," : "");
        if (variable && variable->kind == VARIABLE_TEXT) {
            json_text(out, variable->texts[i]);
            continue;
        }
        if (variable)
            status = results_read_numbers(data->results, variable, i, 1, &number, err);
        json_number(out, number);
    }
    fprintf(out, "]}");
    return status;
}

bool report_dimension_is_used(const struct report_data *data, size_t dimension)
{
    for (size_t v = 0; v < data->results->variable_count; v++)
        for (size_t d = 0;
             data->is_shown[v] && d < data->results->variables[v].dimension_count; d++)
            if (data->results->variables[v].dimensions[d] == dimension)
                return true;
    return false;
}

/* A coordinate of a zipped axis: one-dimensional along the dimension, and neither its own
 * coordinate nor a metric nor a checksum. */
static bool is_companion(const struct results *results, const struct variable *variable,
                         size_t dimension)
{
    const struct results_dimension *own = &results->dimensions[dimension];

    if (variable->dimension_count != 1 || variable->dimensions[0] != dimension ||
        variable->is_repeated || strcmp(last_part(variable->path), own->name) == 0)
        return false;
    for (size_t s = 0; s < results->stage_count; s++) {
        const struct results_stage *stage = &results->stages[s];

        if (&results->variables[stage->status] == variable)
            return false;
        for (uint32_t c = 0; c < stage->layout.columns; c++)
            if (&results->variables[stage->columns[c]] == variable)
                return false;
    }
    return true;
}

static enum status dimension_write(const struct report_data *data, size_t d, FILE *out,
                                   struct error *err)
{
    const struct results *results = data->results;
    size_t own = results->dimensions[d].coordinate;
    unsigned members = 0, companions = 0;
    enum status status;

    fprintf(out, "{");
    json_name(out, &members, "of");
    fprintf(out, "%llu", (unsigned long long)results->dimensions[d].count);
    json_name(out, &members, "chosen");
    fprintf(out, "%s", data->is_chosen[d] ? "true" : "false");
    json_name(out, &members, "coordinate");
    status = coordinate_write(
        data, d, own == SIZE_MAX ? NULL : &results->variables[own], out, err);
    json_name(out, &members, "companions");
    fprintf(out, "[");
    for (size_t v = 0; v < results->variable_count && status == STATUS_OK; v++)
        if (is_companion(results, &results->variables[v], d)) {
            fprintf(out, "%s", companions++ ? "," : "");
            status = coordinate_write(data, d, &results->variables[v], out, err);
        }
    fprintf(out, "]}");
    return status;
}

static enum status metric_write(const struct report_data *data,
                                const struct results_stage *stage,
                                const size_t *numbers, const struct variable *variable,
                                FILE *out, struct error *err)
{
    const struct variable *status_variable = &data->results->variables[stage->status];
    double *values = NULL, *statuses = NULL;
    uint64_t count = kept_elements(data, variable), inner;
    unsigned members = 0;
    enum status status = variable_gather(data, variable, &values, err);

    if (status == STATUS_OK)
        status = variable_gather(data, status_variable, &statuses, err);
    inner = count / kept_elements(data, status_variable);
    for (uint64_t i = 0; i < count && status == STATUS_OK; i++)
        if (!(fabs(statuses[i / inner] - POINT_DONE) < 0.5))
            values[i] = NAN;
    fprintf(out, "{");
    text_member(out, &members, "name", variable->name);
    text_member(out, &members, "units", variable->units);
    text_member(out, &members, "meaning", variable->meaning);
    text_member(out, &members, "stage", stage->name);
    json_name(out, &members, "dimensions");
    fprintf(out, "[");
    for (size_t d = 0; d < variable->dimension_count; d++)
        fprintf(out, "%s%zu", d ? "," : "", numbers[variable->dimensions[d]]);
    fprintf(out, "]");
    json_name(out, &members, "values");
    if (status == STATUS_OK)
        base64_write(out, values, count);
    fprintf(out, "}");
    free(values);
    free(statuses);
    return status;
}

/* Writes the scalar coordinates, which are the same for all points. */
static enum status constants_write(const struct report_data *data, FILE *out,
                                   struct error *err)
{
    const struct results *results = data->results;
    enum status status = STATUS_OK;
    unsigned members = 0;

    fprintf(out, "{");
    for (size_t v = 0; v < results->variable_count && status == STATUS_OK; v++) {
        const struct variable *variable = &results->variables[v];
        bool is_metric = strcmp(variable->path, RESULTS_METADATA_CHECKSUM) == 0;
        double number;

        for (size_t s = 0; s < results->stage_count; s++)
            for (uint32_t c = 0; c < results->stages[s].layout.columns; c++)
                is_metric |= results->stages[s].columns[c] == v ||
                             results->stages[s].status == v;
        if (variable->dimension_count || is_metric)
            continue;
        json_name(out, &members, last_part(variable->path));
        if (variable->kind == VARIABLE_TEXT) {
            json_text(out, variable->texts[0]);
            continue;
        }
        status = results_read_numbers(results, variable, 0, 1, &number, err);
        fprintf(out, "[");
        json_number(out, number);
        fprintf(out, ",");
        json_text(out, variable->units);
        fprintf(out, "]");
    }
    fprintf(out, "}");
    return status;
}

static void stages_write(const struct results *results,
                         const struct results_summary *summary, FILE *out)
{
    fprintf(out, "[");
    for (size_t s = 0; s < results->stage_count; s++) {
        unsigned members = 0;

        fprintf(out, "%s{", s ? "," : "");
        text_member(out, &members, "name", results->stages[s].name);
        for (int i = 0; i < POINT_STATUSES; i++)
            if (summary->points[s][i]) {
                json_name(out, &members, word_name(point_status_words, i));
                fprintf(out, "%llu", (unsigned long long)summary->points[s][i]);
            }
        fprintf(out, "}");
    }
    fprintf(out, "]");
}

static enum status arrays_write(const struct report_data *data, FILE *out,
                                unsigned *members, struct error *err)
{
    const struct results *results = data->results;
    size_t *numbers = alloc_array(results->dimension_count, sizeof *numbers), used = 0;
    enum status status = STATUS_OK;
    unsigned metrics = 0;

    json_name(out, members, "dimensions");
    fprintf(out, "[");
    for (size_t d = 0; d < results->dimension_count && status == STATUS_OK; d++)
        if (report_dimension_is_used(data, d)) {
            fprintf(out, "%s\n", used ? "," : "");
            numbers[d] = used++;
            status = dimension_write(data, d, out, err);
        }
    fprintf(out, "]");
    json_name(out, members, "metrics");
    fprintf(out, "[");
    for (size_t s = 0; s < results->stage_count; s++)
        for (uint32_t c = 0; c < results->stages[s].layout.columns; c++) {
            size_t v = results->stages[s].columns[c];

            if (status != STATUS_OK || !data->is_shown[v] ||
                !kept_elements(data, &results->variables[v]))
                continue;
            fprintf(out, "%s\n", metrics++ ? "," : "");
            status = metric_write(data, &results->stages[s], numbers,
                                  &results->variables[v], out, err);
        }
    fprintf(out, "]");
    free(numbers);
    return status;
}

enum status report_data_write(const struct report_data *data, FILE *out,
                              struct error *err)
{
    const struct results *results = data->results;
    struct results_summary summary;
    unsigned members = 0;
    enum status status = results_summarize(results, &summary, err);

    if (status != STATUS_OK)
        return status;
    fprintf(out, "{");
    text_member(out, &members, "file", results->path);
    text_member(out, &members, "title", results->title);
    text_member(out, &members, "version", results->version);
    text_member(out, &members, "commit", results->commit);
    text_member(out, &members, "sweep", results->sweep_text);
    json_name(out, &members, "stages");
    stages_write(results, &summary, out);
    json_name(out, &members, "constants");
    status = constants_write(data, out, err);
    if (status == STATUS_OK)
        status = arrays_write(data, out, &members, err);
    fprintf(out, "}\n");
    return status;
}
