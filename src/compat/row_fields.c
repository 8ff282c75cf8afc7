#include "compat/row_fields.h"

#include "base/memory.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const double KI = 1024, MI = 1024 * 1024, GI = 1024.0 * 1024 * 1024;

/* Other names of the columns.  KB, MB and GB of capacities are powers of 1024. */
static const struct row_title other_names[] = {
    { "technology", "tech", 1 },
    { "cell", "tech", 1 },
    { "memory", "tech", 1 },
    { "node", "node_nm", 1 },
    { "process_node", "node_nm", 1 },
    { "capacity", "capacity_bytes", 1 },
    { "capacity_b", "capacity_bytes", 1 },
    { "capacity_kb", "capacity_bytes", KI },
    { "capacity_kib", "capacity_bytes", KI },
    { "capacity_mb", "capacity_bytes", MI },
    { "capacity_mib", "capacity_bytes", MI },
    { "capacity_gb", "capacity_bytes", GI },
    { "capacity_gib", "capacity_bytes", GI },
    { "associativity", "assoc", 1 },
    { "ways", "assoc", 1 },
    { "line_bytes", "line_bits", 8 },
    { "word_bits", "line_bits", 1 },
    { "word_width", "line_bits", 1 },
    { "word_bytes", "line_bits", 8 },
    { "temperature_k", "temp_K", 1 },
    { "temperature", "temp_K", 1 },
    { "temp", "temp_K", 1 },
    { "device_roadmap", "roadmap", 1 },
    { "device", "roadmap", 1 },
    { "design_target", "mode", 1 },
    { "cache_access_mode", "access_mode", 1 },
    { "access", "access_mode", 1 },
    { "optimization_target", "opt_target", 1 },
    { "target", "opt_target", 1 },
    { "hit_latency_ns", "read_latency_ns", 1 },
    { "hit_ns", "read_latency_ns", 1 },
    { "read_ns", "read_latency_ns", 1 },
    { "access_ns", "read_latency_ns", 1 },
    { "write_ns", "write_latency_ns", 1 },
    { "miss_ns", "miss_latency_ns", 1 },
    { "hit_energy_nj", "read_energy_nJ", 1 },
    { "hit_nj", "read_energy_nJ", 1 },
    { "read_nj", "read_energy_nJ", 1 },
    { "write_nj", "write_energy_nJ", 1 },
    { "miss_nj", "miss_energy_nJ", 1 },
};

enum { OTHER_NAMES = sizeof other_names / sizeof other_names[0] };

/* The prefixes and units that may follow a number.  B, b, bit and nm do not change it. */
static const struct {
    const char *suffix;
    double scale;
} suffixes[] = {
    { "", 1 },     { "b", 1 },   { "bit", 1 },  { "bits", 1 }, { "nm", 1 },
    { "k", KI },   { "kb", KI }, { "kib", KI }, { "m", MI },   { "mb", MI },
    { "mib", MI }, { "g", GI },  { "gb", GI },  { "gib", GI },
};

enum status row_bad(const struct row_fields *fields, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(fields->err, STATUS_INPUT, "%s:%u: %s", fields->file, fields->line,
                     text);
}

/* Takes the next field without the blanks and quotes around it.  Returns the text after it. */
static char *take(char *at, char **field)
{
    char *end, *next;

    while (isspace((unsigned char)*at))
        at++;
    if (*at == '"') {
        end = ++at;
        while (*end != '\0' && *end != '"')
            end++;
        next = end + strcspn(end, ",");
    } else {
        next = end = at + strcspn(at, ",");
    }
    while (end > at && isspace((unsigned char)end[-1]))
        end--;
    next = *next == ',' ? next + 1 : NULL;
    *end = '\0';
    *field = at;
    return next;
}

/* Cuts a line into fields.  Returns their number, or ROW_FIELDS + 1 if there are more. */
static size_t cut(char *line, char **fields)
{
    size_t count = 0;

    for (char *at = line; at != NULL;) {
        if (count == ROW_FIELDS)
            return ROW_FIELDS + 1;
        at = take(at, &fields[count++]);
    }
    return count;
}

static struct row_title own_title(const char *given)
{
    return (struct row_title){ given, given, 1 };
}

static struct row_title title_of(const char *given)
{
    for (size_t i = 0; i < OTHER_NAMES; i++)
        if (strcasecmp(other_names[i].given, given) == 0)
            return (struct row_title){ given, other_names[i].name,
                                       other_names[i].scale };
    return own_title(given);
}

static const struct row_title *title_find(const struct row_fields *fields,
                                          const char *name, size_t *at)
{
    for (size_t i = 0; i < fields->title_count; i++)
        if (strcasecmp(fields->titles[i].name, name) == 0) {
            *at = i;
            return &fields->titles[i];
        }
    return NULL;
}

enum status row_header(struct row_fields *fields, const char *line)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* the byte order mark of UTF-8 */
    char *texts[ROW_FIELDS];
    size_t count, at;

    if (strncmp(line, mark, sizeof mark - 1) == 0)
        line += sizeof mark - 1;
    fields->header = alloc_text(line);
    fields->title_count = 0;
    count = cut(fields->header, texts);
    if (count > ROW_FIELDS)
        return row_bad(fields, "the header has more than %d columns", ROW_FIELDS);
    for (size_t i = 0; i < count; i++) {
        struct row_title title = title_of(texts[i]);
        bool is_own = strcasecmp(title.given, title.name) == 0;

        if (*title.name != '\0' && title_find(fields, title.name, &at) != NULL) {
            if (strcasecmp(fields->titles[at].given, title.given) == 0)
                return row_bad(fields, "there are two columns '%.60s', must be one",
                               title.given);
            /* of several names for a column its own name is used, else the first */
            if (is_own)
                fields->titles[at] = own_title(fields->titles[at].given);
            else
                title = own_title(title.given);
        }
        fields->titles[i] = title;
        fields->title_count = i + 1;
    }
    return STATUS_OK;
}

void row_fields_free(struct row_fields *fields)
{
    free(fields->header);
    fields->header = NULL;
}

enum status row_cut(struct row_fields *fields, char *line)
{
    fields->field_count = cut(line, fields->fields);
    if (fields->field_count > fields->title_count) {
        size_t count = fields->field_count;

        fields->field_count = fields->title_count;
        return row_bad(fields,
                       "the row has %zu fields, must have at most the header's %zu",
                       count, fields->title_count);
    }
    return STATUS_OK;
}

bool row_has(const struct row_fields *fields, const char *name)
{
    size_t at;

    return title_find(fields, name, &at) != NULL;
}

const char *row_text(const struct row_fields *fields, const char *name)
{
    size_t at;
    const char *text = "";

    if (title_find(fields, name, &at) != NULL && at < fields->field_count)
        text = fields->fields[at];
    return strcmp(text, "-") == 0 ? "" : text;
}

/* Returns the factor of the text after a number; 0 if it is not a unit.  K after a temperature is
 * kelvin, not a prefix. */
static double suffix_scale(const char *text, const char *name)
{
    while (isspace((unsigned char)*text))
        text++;
    if (strcmp(name, "temp_K") == 0)
        return *text == '\0' || strcasecmp(text, "k") == 0;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (strcasecmp(suffixes[i].suffix, text) == 0)
            return suffixes[i].scale;
    return 0;
}

enum status row_number(const struct row_fields *fields, const char *name,
                       double fallback, double least, double most, double *value)
{
    const char *text = row_text(fields, name);
    size_t at = 0;
    const struct row_title *title = title_find(fields, name, &at);
    char *end;

    *value = fallback;
    if (*text == '\0') {
        if (fallback >= 0)
            return STATUS_OK;
        return row_bad(fields, "column %s is %s, must be a number",
                       title != NULL ? title->given : name,
                       title != NULL ? "empty" : "missing");
    }
    *value = strtod(text, &end);
    *value *= suffix_scale(end, name) * title->scale;
    if (end == text || suffix_scale(end, name) == 0 ||
        !(*value >= least && *value <= most))
        return row_bad(fields, "column %s is '%.60s', must be a number in %g..%g",
                       title->given, text, least / title->scale, most / title->scale);
    return STATUS_OK;
}

/* A text may contain commas because it was quoted in the input; they become semicolons. */
void row_text_write(const char *text, FILE *out)
{
    for (; *text != '\0'; text++)
        fputc(*text == ',' || *text == '\n' ? ';' : *text, out);
}

void row_key_write(const struct row_fields *fields, const char *name, FILE *out)
{
    const char *text = row_text(fields, name);
    size_t at = 0;
    const struct row_title *title = title_find(fields, name, &at);
    char *end;
    double value = strtod(text, &end),
           scale = title != NULL ? suffix_scale(end, name) * title->scale : 0;

    if (end == text || scale == 0 || (scale == 1 && *end == '\0'))
        row_text_write(text, out);
    else
        fprintf(out, "%.10g", value * scale);
}

enum status row_whole(const struct row_fields *fields, const char *name,
                      double fallback, double most, uint64_t *value)
{
    double read;
    enum status status = row_number(fields, name, fallback, 0, most, &read);

    if (status != STATUS_OK)
        return status;
    if (read != floor(read))
        return row_bad(fields, "column %s is '%.60s', must be a whole number", name,
                       row_text(fields, name));
    *value = (uint64_t)read;
    return STATUS_OK;
}

enum status row_word(const struct row_fields *fields, const char *name,
                     const struct word *words, int fallback, int *value)
{
    const char *text = row_text(fields, name);
    const struct word *first = words;
    char list[200] = "";

    *value = fallback;
    if (*text == '\0')
        return STATUS_OK;
    for (; words->name != NULL; words++)
        if (strcasecmp(words->name, text) == 0) {
            *value = words->value;
            return STATUS_OK;
        }
    for (words = first; words->name != NULL; words++)
        if (strlen(list) + strlen(words->name) + 3 < sizeof list)
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s",
                     words == first ? "" : ", ", words->name);
    return row_bad(fields, "column %s is '%.60s', must be one of %s", name, text, list);
}
