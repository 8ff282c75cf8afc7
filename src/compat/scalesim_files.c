/* Reads the file formats of SCALE-Sim. */
#include "compat/scalesim_files.h"

#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES_MAX = 4096, LAYERS_MAX = 1000000, EXTENT_MAX = 1 << 24 };

struct topology_reading {
    const char *file;
    FILE *stream;
    unsigned line, filled_lines;
    bool first_line_is_empty;
    char text[LINE_BYTES_MAX];
    struct error *err;
};

static enum status reading_open(struct topology_reading *reading, const char *file,
                                struct error *err)
{
    *reading = (struct topology_reading){ .file = file,
                                          .stream = fopen(file, "r"),
                                          .err = err };
    if (!reading->stream)
        return error_set(err, STATUS_INPUT, "cannot read %.200s: %s", file,
                         strerror(errno));
    return STATUS_OK;
}

/* Returns the next line that is not empty, trimmed.  NULL at the end of the file, and, with an
 * error in *status, if a line is too long. */
static char *line_next(struct topology_reading *reading, enum status *status)
{
    *status = STATUS_OK;
    while (fgets(reading->text, sizeof reading->text, reading->stream)) {
        char *text;

        reading->line++;
        if (strlen(reading->text) == sizeof reading->text - 1) {
            *status = error_set(reading->err, STATUS_INPUT,
                                "%s:%u: line is too long, must be below %d bytes",
                                reading->file, reading->line, LINE_BYTES_MAX - 1);
            return NULL;
        }
        text = text_trim(reading->text);
        if (*text) {
            reading->filled_lines++;
            return text;
        }
        reading->first_line_is_empty |= reading->line == 1;
    }
    return NULL;
}

static enum status count_read(const struct topology_reading *reading, const char *what,
                              const char *text, uint64_t max, uint64_t *value)
{
    char *end;
    const char *digits = text + (*text == '+');
    unsigned long long number = strtoull(digits, &end, 10);

    if (!isdigit((unsigned char)*digits) || *end || number < 1 || number > max)
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: %s is '%.40s', must be a whole number in 1..%llu",
                         reading->file, reading->line, what, text,
                         (unsigned long long)max);
    *value = number;
    return STATUS_OK;
}

/* The settings that change counts.  Others (offsets, layouts that are not custom) have no effect
 * and are skipped.  Keys are accepted in any section. */
struct settings {
    struct scalesim_array *array;
    unsigned seen; /* bit per entry of `counts_of` */
    bool has_dataflow;
};

static const struct {
    const char *key; /* lower case */
    size_t offset;
    uint64_t max;
    bool is_needed;
} counts_of[] = {
    { "arrayheight", offsetof(struct scalesim_array, rows), 65536, true },
    { "arraywidth", offsetof(struct scalesim_array, columns), 65536, true },
    { "ifmapsramszkb", offsetof(struct scalesim_array, ifmap_kib), 1 << 20, true },
    { "filtersramszkb", offsetof(struct scalesim_array, filter_kib), 1 << 20, true },
    { "ofmapsramszkb", offsetof(struct scalesim_array, ofmap_kib), 1 << 20, true },
    { "ifmapsrambankbandwidth", offsetof(struct scalesim_array, ifmap_bandwidth),
      1 << 20, false },
    { "filtersrambankbandwidth", offsetof(struct scalesim_array, filter_bandwidth),
      1 << 20, false },
};
enum { COUNTS = sizeof counts_of / sizeof *counts_of };

/* Features of SCALE-Sim that are not modelled: a file that sets one to true is refused. */
static const char *const refused[] = {
    "sparsitysupport",
    "ifmapcustomlayout",
    "filtercustomlayout",
    "useramulatortrace",
};

/* Reads a bandwidth: one number, or one per memory bank, of which the first is used. */
static enum status bandwidth_read(const struct topology_reading *reading, char *value,
                                  struct scalesim_array *array)
{
    char *comma = strchr(value, ',');

    if (comma)
        *comma = '\0';
    return count_read(reading, "Bandwidth", text_trim(value), 1 << 20,
                      &array->ofmap_bandwidth);
}

static enum status mode_take(const struct topology_reading *reading,
                             struct scalesim_array *array, const char *value)
{
    array->is_bandwidth_given = strcmp(value, "USER") == 0;
    if (!array->is_bandwidth_given && strcmp(value, "CALC") != 0)
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: InterfaceBandwidth is '%.40s', must be CALC or USER",
                         reading->file, reading->line, value);
    return STATUS_OK;
}

static enum status dataflow_take(const struct topology_reading *reading,
                                 struct settings *settings, const char *value)
{
    const struct word *word = word_find(dataflow_words, value);

    if (!word)
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: Dataflow is '%.40s', must be os, ws or is",
                         reading->file, reading->line, value);
    settings->array->dataflow = (enum dataflow)word->value;
    settings->has_dataflow = true;
    return STATUS_OK;
}

static enum status setting_take(const struct topology_reading *reading,
                                struct settings *settings, const char *key, char *value)
{
    for (unsigned i = 0; i < COUNTS; i++)
        if (strcasecmp(key, counts_of[i].key) == 0) {
            settings->seen |= 1u << i;
            return count_read(
                reading, key, value, counts_of[i].max,
                (uint64_t *)((char *)settings->array + counts_of[i].offset));
        }
    for (unsigned i = 0; i < sizeof refused / sizeof *refused; i++)
        if (strcasecmp(key, refused[i]) == 0 && strcasecmp(value, "true") == 0)
            return error_set(reading->err, STATUS_INPUT,
                             "%s:%u: %s is true, must be false (not modelled)",
                             reading->file, reading->line, key);
    if (strcasecmp(key, "dataflow") == 0)
        return dataflow_take(reading, settings, value);
    if (strcasecmp(key, "bandwidth") == 0)
        return bandwidth_read(reading, value, settings->array);
    if (strcasecmp(key, "interfacebandwidth") == 0)
        return mode_take(reading, settings->array, value);
    if (strcasecmp(key, "run_name") == 0)
        snprintf(settings->array->run_name, sizeof settings->array->run_name, "%.100s",
                 value);
    return STATUS_OK;
}

/* Checks that the file gave all settings that are required. */
static enum status settings_check(const struct topology_reading *reading,
                                  const struct settings *settings)
{
    const char *lacking = settings->has_dataflow ? NULL : "dataflow";

    for (unsigned i = 0; i < COUNTS; i++)
        if (counts_of[i].is_needed && !(settings->seen >> i & 1))
            lacking = counts_of[i].key;
    if (settings->array->is_bandwidth_given && settings->array->ofmap_bandwidth == 0)
        lacking = "bandwidth";
    if (lacking)
        return error_set(reading->err, STATUS_INPUT, "%s:%u: has no '%s', must have it",
                         reading->file, reading->line, lacking);
    return STATUS_OK;
}

enum status scalesim_array_read(const char *file, struct scalesim_array *array,
                                struct error *err)
{
    struct settings settings = { .array = array };
    struct topology_reading reading;
    enum status status = reading_open(&reading, file, err);
    char *text;

    /* SCALE-Sim's defaults */
    *array = (struct scalesim_array){ .ifmap_bandwidth = 10,
                                      .filter_bandwidth = 10,
                                      .run_name = "scale_run" };
    if (status != STATUS_OK)
        return status;
    while (status == STATUS_OK && (text = line_next(&reading, &status))) {
        char *separator = strpbrk(text, ":=");

        if (*text == '[' || *text == '#' || *text == ';')
            continue;
        if (!separator) {
            status = error_set(
                err, STATUS_INPUT,
                "%s:%u: '%.60s' is not a setting, must be [section] or key : "
                "value",
                file, reading.line, text);
            break;
        }
        *separator = '\0';
        status = setting_take(&reading, &settings, text_trim(text),
                              text_trim(separator + 1));
    }
    fclose(reading.stream);
    if (status == STATUS_OK)
        status = settings_check(&reading, &settings);
    return status;
}

enum { FIELDS_MAX = 16 };

/* Splits a line at its commas.  An empty text after the last comma does not count as a field. */
static size_t fields_split(char *text, char **fields)
{
    size_t count = 0;

    while (text && count < FIELDS_MAX) {
        char *comma = strchr(text, ',');

        if (comma)
            *comma = '\0';
        text = text_trim(text);
        if (*text || comma)
            fields[count++] = text;
        text = comma ? comma + 1 : NULL;
    }
    return count;
}

/* Reads the fields of a line after its numbers: a ratio of sparsity ("2:4"), which has an effect
 * only with SparsitySupport, or, in topologies of SCALE-Sim's second version, the stride along
 * the other side. */
static enum status rest_read(const struct topology_reading *reading,
                             char *const *fields, size_t count, bool is_gemm,
                             struct scalesim_layer *layer)
{
    for (size_t i = 0; i < count; i++) {
        if (!fields[i][0] || strchr(fields[i], ':'))
            continue;
        if (is_gemm || i > 0)
            return error_set(reading->err, STATUS_INPUT,
                             "%s:%u: '%.40s' is one field too many, must be a ratio "
                             "such as 2:4 or absent",
                             reading->file, reading->line, fields[i]);
        if (count_read(reading, "Stride Width", fields[i], EXTENT_MAX,
                       &layer->stride_width) != STATUS_OK)
            return STATUS_INPUT;
    }
    return STATUS_OK;
}

/* Refuses layers that would take hours to simulate or more memory than a machine has. */
static enum status size_check(const struct topology_reading *reading,
                              const struct scalesim_layer *l)
{
    double inputs = (double)l->ifmap_height * (double)l->ifmap_width *
                    (double)l->channels;
    double depth = (double)l->filter_height * (double)l->filter_width *
                   (double)l->channels;
    uint64_t across = l->stride_width ? l->stride_width : l->stride;
    double pixels = (double)((l->ifmap_height - l->filter_height) / l->stride + 2) *
                    (double)((l->ifmap_width - l->filter_width) / across + 2);

    if (l->filter_height > l->ifmap_height || l->filter_width > l->ifmap_width)
        return error_set(
            reading->err, STATUS_INPUT,
            "%s:%u: the filter is larger than the input, must be at most as large",
            reading->file, reading->line);
    if (inputs > 0x1p32 || depth * (double)l->filters > 0x1p40 ||
        depth * pixels > 0x1p36 || depth * pixels * (double)l->filters > 0x1p56)
        return error_set(
            reading->err, STATUS_INPUT,
            "%s:%u: the layer is too large, must have less than 2^32 inputs, "
            "2^40 weights and 2^36 elements of windows",
            reading->file, reading->line);
    return STATUS_OK;
}

static enum status layer_read(const struct topology_reading *reading, char **fields,
                              size_t count, bool is_gemm, struct scalesim_layer *layer)
{
    static const char *const names[] = { "IFMAP Height", "IFMAP Width", "Filter Height",
                                         "Filter Width", "Channels",    "Num Filter",
                                         "Strides" };
    static const char *const gemm_names[] = { "M", "N", "K" };
    size_t needed = is_gemm ? 3 : 7;
    uint64_t v[7];
    enum status status = STATUS_OK;

    if (count < needed + 1)
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: has %zu fields, must have a name and %zu numbers%s",
                         reading->file, reading->line, count, needed,
                         is_gemm ? "" : " (M, N, K: give -i gemm)");
    for (size_t i = 0; i < needed && status == STATUS_OK; i++)
        status = count_read(reading, is_gemm ? gemm_names[i] : names[i], fields[i + 1],
                            EXTENT_MAX, &v[i]);
    if (status != STATUS_OK)
        return status;
    *layer = is_gemm ? (struct scalesim_layer){ "", v[0], v[2], 1, v[2], 1, v[1], 1, 0 }
                     : (struct scalesim_layer){ "",   v[0], v[1], v[2], v[3],
                                                v[4], v[5], v[6], 0 };
    status = rest_read(reading, fields + needed + 1, count - needed - 1, is_gemm,
                       layer);
    if (status == STATUS_OK)
        status = size_check(reading, layer);
    snprintf(layer->name, sizeof layer->name, "%.80s", fields[0]);
    return status;
}

/* A layer named "...DP..." is depthwise: SCALE-Sim runs one layer per channel. */
static enum status layers_append(const struct topology_reading *reading,
                                 const struct scalesim_layer *layer, bool is_gemm,
                                 struct scalesim_layer **layers, size_t *count)
{
    bool is_depthwise = !is_gemm && strstr(layer->name, "DP");
    uint64_t copies = is_depthwise ? layer->channels : 1;

    if (*count + copies > LAYERS_MAX)
        return error_set(
            reading->err, STATUS_INPUT,
            "%s:%u: there are too many layers, must be at most %d (each channel of a "
            "depthwise layer counts as one)",
            reading->file, reading->line, LAYERS_MAX);
    *layers = realloc_array(*layers, *count + copies, sizeof **layers);
    for (uint64_t c = 0; c < copies; c++) {
        struct scalesim_layer *one = &(*layers)[(*count)++];

        *one = *layer;
        if (is_depthwise) {
            one->channels = 1;
            snprintf(one->name, sizeof one->name, "%.60sChannel_%llu", layer->name,
                     (unsigned long long)c);
        }
    }
    return STATUS_OK;
}

/* Is it the header line?  In SCALE-Sim the first line is the header, even if it is empty; it would
 * then read a header in the second line as a layer and stop. */
static bool is_header(const struct topology_reading *reading, char *const *fields,
                      size_t count)
{
    return reading->line == 1 ||
           (reading->first_line_is_empty && reading->filled_lines == 1 &&
            (count < 2 || !isdigit((unsigned char)fields[1][0])));
}

enum status scalesim_topology_read(const char *file, bool is_gemm,
                                   struct scalesim_layer **layers, size_t *count,
                                   struct error *err)
{
    struct topology_reading reading;
    enum status status = reading_open(&reading, file, err);
    char *text;

    *layers = NULL;
    *count = 0;
    if (status != STATUS_OK)
        return status;
    while (status == STATUS_OK && (text = line_next(&reading, &status))) {
        char *fields[FIELDS_MAX];
        size_t field_count = fields_split(text, fields);
        struct scalesim_layer layer;

        if (is_header(&reading, fields, field_count))
            continue;
        status = layer_read(&reading, fields, field_count, is_gemm, &layer);
        if (status == STATUS_OK)
            status = layers_append(&reading, &layer, is_gemm, layers, count);
    }
    fclose(reading.stream);
    if (status == STATUS_OK && *count == 0)
        status = error_set(
            err, STATUS_INPUT,
            "%s:%u: has no layers, must have a header line and a line per "
            "layer",
            file, reading.line);
    return status;
}
