/* SCALE-Sim's own file formats. */
#include "accel/scalesim.h"

#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES_MAX = 4096, LAYERS_MAX = 1000000, EXTENT_MAX = 1 << 24 };

struct reading {
    const char *file;
    FILE *stream;
    unsigned line;
    char text[LINE_BYTES_MAX];
    struct error *err;
};

static enum status reading_open(struct reading *reading, const char *file,
                                struct error *err)
{
    *reading = (struct reading){ .file = file, .stream = fopen(file, "r"), .err = err };
    if (!reading->stream)
        return error_set(err, STATUS_INPUT, "cannot read %.200s: %s", file,
                         strerror(errno));
    return STATUS_OK;
}

/* text without the blanks around it; cuts it in place. */
static char *trimmed(char *text)
{
    char *end = text + strlen(text);

    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

/* The next line that is not empty, trimmed, or NULL at the end (or, with status set,
 * when a line is too long). */
static char *line_next(struct reading *reading, enum status *status)
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
        text = trimmed(reading->text);
        if (*text)
            return text;
    }
    return NULL;
}

static enum status count_read(const struct reading *reading, const char *what,
                              const char *text, uint64_t max, uint64_t *value)
{
    char *end;
    unsigned long long number = strtoull(text, &end, 10);

    if (!isdigit((unsigned char)*text) || *end || number < 1 || number > max)
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: %s is '%.40s', must be a whole number in 1..%llu",
                         reading->file, reading->line, what, text,
                         (unsigned long long)max);
    *value = number;
    return STATUS_OK;
}

/* The settings that change counts; others (names, offsets, bandwidths of the mode that
 * is not modelled, layouts) are read over. */
struct settings {
    struct scalesim_array *array;
    unsigned seen; /* bit per entry of `counts`, then the data flow */
};

static const struct {
    const char *key; /* lower case */
    size_t offset;
    uint64_t max;
} counts_of[] = {
    { "arrayheight", offsetof(struct scalesim_array, rows), 65536 },
    { "arraywidth", offsetof(struct scalesim_array, columns), 65536 },
    { "ifmapsramszkb", offsetof(struct scalesim_array, ifmap_kib), 1 << 30 },
    { "filtersramszkb", offsetof(struct scalesim_array, filter_kib), 1 << 30 },
    { "ofmapsramszkb", offsetof(struct scalesim_array, ofmap_kib), 1 << 30 },
};
enum { COUNTS = sizeof counts_of / sizeof *counts_of };

static enum status setting_take(const struct reading *reading,
                                struct settings *settings, const char *key,
                                const char *value)
{
    const struct word *word;

    for (unsigned i = 0; i < COUNTS; i++)
        if (strcasecmp(key, counts_of[i].key) == 0) {
            settings->seen |= 1u << i;
            return count_read(
                reading, key, value, counts_of[i].max,
                (uint64_t *)((char *)settings->array + counts_of[i].offset));
        }
    if (strcasecmp(key, "dataflow") == 0) {
        word = word_find(dataflow_words, value);
        if (!word || word->value == DATAFLOW_RECORD)
            return error_set(reading->err, STATUS_INPUT,
                             "%s:%u: Dataflow is '%.40s', must be os, ws or is",
                             reading->file, reading->line, value);
        settings->array->dataflow = (enum dataflow)word->value;
        settings->seen |= 1u << COUNTS;
    }
    if (strcasecmp(key, "interfacebandwidth") == 0 && strcmp(value, "CALC") != 0)
        return error_set(
            reading->err, STATUS_INPUT,
            "%s:%u: InterfaceBandwidth is '%.40s', must be CALC (the stalls "
            "of the other mode are not modelled)",
            reading->file, reading->line, value);
    if (strcasecmp(key, "sparsitysupport") == 0 && strcasecmp(value, "true") == 0)
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: SparsitySupport is true, must be false", reading->file,
                         reading->line);
    return STATUS_OK;
}

enum status scalesim_array_read(const char *file, struct scalesim_array *array,
                                struct error *err)
{
    struct settings settings = { .array = array };
    struct reading reading;
    enum status status = reading_open(&reading, file, err);
    char *text;

    *array = (struct scalesim_array){ 0 };
    if (status != STATUS_OK)
        return status;
    while (status == STATUS_OK && (text = line_next(&reading, &status))) {
        char *separator = strpbrk(text, ":=");

        if (*text == '[' || *text == '#' || *text == ';')
            continue;
        if (!separator) {
            status = error_set(
                err, STATUS_INPUT,
                "%s:%u: '%.60s' is no setting, must be [section] or key : "
                "value",
                file, reading.line, text);
            break;
        }
        *separator = '\0';
        status = setting_take(&reading, &settings, trimmed(text),
                              trimmed(separator + 1));
    }
    fclose(reading.stream);
    if (status == STATUS_OK && settings.seen != (1u << (COUNTS + 1)) - 1)
        status = error_set(err, STATUS_INPUT,
                           "%s:%u: lacks ArrayHeight, ArrayWidth, IfmapSramSzkB, "
                           "FilterSramSzkB, OfmapSramSzkB or Dataflow",
                           file, reading.line);
    return status;
}

enum { FIELDS_MAX = 16 };

/* Fields between commas; an empty one behind the last comma is none. */
static size_t fields_split(char *text, char **fields)
{
    size_t count = 0;

    while (text && count < FIELDS_MAX) {
        char *comma = strchr(text, ',');

        if (comma)
            *comma = '\0';
        text = trimmed(text);
        if (*text || comma)
            fields[count++] = text;
        text = comma ? comma + 1 : NULL;
    }
    return count;
}

static enum status layer_read(const struct reading *reading, char **fields,
                              size_t count, bool is_gemm, struct scalesim_layer *layer)
{
    static const char *const names[] = { "IFMAP Height", "IFMAP Width", "Filter Height",
                                         "Filter Width", "Channels",    "Num Filter",
                                         "Strides" };
    static const char *const gemm_names[] = { "M", "N", "K" };
    size_t needed = is_gemm ? 3 : 7;
    uint64_t values[7];
    enum status status = STATUS_OK;

    if (count < needed + 1)
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: has %zu fields, must have a name and %zu numbers%s",
                         reading->file, reading->line, count, needed,
                         is_gemm ? "" : " (M, N, K: give -i gemm)");
    for (size_t i = 0; i < needed && status == STATUS_OK; i++)
        status = count_read(reading, is_gemm ? gemm_names[i] : names[i], fields[i + 1],
                            EXTENT_MAX, &values[i]);
    if (status != STATUS_OK)
        return status;
    if (count > needed + 1 && strcmp(fields[needed + 1], "1:1") != 0)
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: sparsity is '%.40s', must be 1:1 or absent",
                         reading->file, reading->line, fields[needed + 1]);
    if (is_gemm)
        *layer = (struct scalesim_layer){
            .ifmap_height = values[0],
            .ifmap_width = values[2],
            .filter_height = 1,
            .filter_width = values[2],
            .channels = 1,
            .filters = values[1],
            .stride = 1,
        };
    else
        *layer = (struct scalesim_layer){
            .ifmap_height = values[0],
            .ifmap_width = values[1],
            .filter_height = values[2],
            .filter_width = values[3],
            .channels = values[4],
            .filters = values[5],
            .stride = values[6],
        };
    if (layer->filter_height > layer->ifmap_height ||
        layer->filter_width > layer->ifmap_width)
        return error_set(
            reading->err, STATUS_INPUT,
            "%s:%u: filter is larger than the input, must be at most as large",
            reading->file, reading->line);
    snprintf(layer->name, sizeof layer->name, "%.80s", fields[0]);
    return STATUS_OK;
}

/* A layer named "...DP..." is depthwise: the tool runs one layer per channel. */
static enum status layers_append(const struct reading *reading,
                                 const struct scalesim_layer *layer, bool is_gemm,
                                 struct scalesim_layer **layers, size_t *count)
{
    bool is_depthwise = !is_gemm && strstr(layer->name, "DP");
    uint64_t copies = is_depthwise ? layer->channels : 1;

    if (*count + copies > LAYERS_MAX)
        return error_set(
            reading->err, STATUS_INPUT,
            "%s:%u: more than %d layers, channels of depthwise layers counted",
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

enum status scalesim_topology_read(const char *file, bool is_gemm,
                                   struct scalesim_layer **layers, size_t *count,
                                   struct error *err)
{
    struct reading reading;
    enum status status = reading_open(&reading, file, err);
    char *text;

    *layers = NULL;
    *count = 0;
    if (status != STATUS_OK)
        return status;
    if (line_next(&reading, &status)) /* the header */
        while (status == STATUS_OK && (text = line_next(&reading, &status))) {
            char *fields[FIELDS_MAX];
            size_t field_count = fields_split(text, fields);
            struct scalesim_layer layer;

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
