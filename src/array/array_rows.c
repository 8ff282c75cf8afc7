#include "array/array_rows.h"

#include "array/row_columns.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIELDS = 256 };

/* One file being read. */
struct rows {
    FILE *in, *out;
    const char *name;
    unsigned line;
    const struct array_library *library;
    const struct array_rules *rules;
    struct error *err;

    char *header, *text;
    char *titles[FIELDS], *fields[FIELDS];
    size_t title_count, field_count;
};

static enum status bad(const struct rows *rows, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum status bad(const struct rows *rows, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(rows->err, STATUS_INPUT, "%s:%u: %s", rows->name, rows->line,
                     text);
}

/* Cut a line at its commas, in place; blanks around fields go. */
static size_t cut(char *line, char **fields)
{
    size_t count = 0;
    char *at = line;

    while (count < FIELDS) {
        char *comma = strchr(at, ',');
        char *end = comma != NULL ? comma : at + strlen(at);

        while (isspace((unsigned char)*at) && at < end)
            at++;
        while (end > at && isspace((unsigned char)end[-1]))
            end--;
        fields[count++] = at;
        *end = '\0';
        if (comma == NULL)
            break;
        at = comma + 1;
    }
    return count;
}

static const char *field(const struct rows *rows, const char *title)
{
    for (size_t i = 0; i < rows->title_count && i < rows->field_count; i++)
        if (strcasecmp(rows->titles[i], title) == 0)
            return rows->fields[i];
    return "";
}

static enum status number(const struct rows *rows, const char *title, double fallback,
                          double least, double most, double *value)
{
    const char *text = field(rows, title);
    char *end;

    *value = fallback;
    if (*text == '\0' || strcmp(text, "-") == 0) {
        if (fallback >= 0)
            return STATUS_OK;
        return bad(rows, "column %s is empty, must be a number", title);
    }
    *value = strtod(text, &end);
    if (*end != '\0' || !(*value >= least && *value <= most))
        return bad(rows, "column %s is '%.60s', must be a number in %g..%g", title,
                   text, least, most);
    return STATUS_OK;
}

static enum status whole(const struct rows *rows, const char *title, double fallback,
                         double most, uint64_t *value)
{
    double read;
    enum status status = number(rows, title, fallback, 0, most, &read);

    if (status != STATUS_OK)
        return status;
    if (read != floor(read))
        return bad(rows, "column %s is '%.60s', must be a whole number", title,
                   field(rows, title));
    *value = (uint64_t)read;
    return STATUS_OK;
}

static enum status word(const struct rows *rows, const char *title,
                        const struct word *words, int fallback, int *value)
{
    const char *text = field(rows, title);

    *value = fallback;
    if (*text == '\0')
        return STATUS_OK;
    for (; words->name != NULL; words++)
        if (strcasecmp(words->name, text) == 0) {
            *value = words->value;
            return STATUS_OK;
        }
    return bad(rows, "column %s: '%.60s' is none of its words", title, text);
}

/* The i-th cell a published name may mean: itself, then its aggressive variant. */
static const struct cell *candidate(const struct rows *rows, const char *name, size_t i)
{
    const struct array_library *library = rows->library;
    char variant[128];

    if (i == 0)
        return library->cell(library->context, name, 0);
    snprintf(variant, sizeof variant, "%.100s_aggressive", name);
    return library->cell(library->context, variant, i - 1);
}

/* The technology's cell; of several that share the name the one whose area is nearest
 * to that of the row's own figures, if it has them. */
static enum status find_cell(const struct rows *rows, const struct array_request *r,
                             const struct cell **cell)
{
    const struct array_library *library = rows->library;
    const char *name = field(rows, "tech");
    double area_mm2, percent, nearest = HUGE_VAL;
    const struct cell *tried;

    *cell = library->cell(library->context, name, 0);
    if (*cell == NULL)
        return bad(rows, "column %s: the library has no technology named '%.60s'",
                   "tech", name);
    if (number(rows, "arr_area_mm2", 0, 0, 1e9, &area_mm2) != STATUS_OK ||
        number(rows, "area_eff_pct", 0, 0, 1e9, &percent) != STATUS_OK)
        return STATUS_INPUT;
    if (!(area_mm2 * percent > 0))
        return STATUS_OK;

    double cell_m2 = area_mm2 * 1e-6 * percent / 100 / ((double)r->capacity_bytes * 8);

    for (size_t i = 0; (tried = candidate(rows, name, i)) != NULL; i++) {
        double off = fabs(log(cell_area_m2(tried, r->node) / cell_m2));

        if (off < nearest) {
            nearest = off;
            *cell = tried;
        }
    }
    return STATUS_OK;
}

static enum status find_node(const struct rows *rows, struct array_request *r)
{
    double node_nm;
    int roadmap;
    enum status status = number(rows, "node_nm", -1, 1, 1000, &node_nm);

    if (status == STATUS_OK)
        status = word(rows, "roadmap", row_roadmaps, ROADMAP_HP, &roadmap);
    if (status != STATUS_OK)
        return status;
    r->node = rows->library->node(rows->library->context, node_nm * 1e-9,
                                  (enum node_roadmap)roadmap);
    if (r->node == NULL)
        return bad(rows, "the library has no %s nm node of roadmap '%.60s'",
                   field(rows, "node_nm"), field(rows, "roadmap"));
    return STATUS_OK;
}

static enum status read_request(const struct rows *rows, struct array_request *r)
{
    static const struct word modes[] = { { "RAM", 0 }, { "cache", 1 }, { NULL, 0 } };
    int target = 0, access = 0, is_cache = 0;
    enum status status;

    *r = (struct array_request){ .rules = rows->rules };
    if ((status = word(rows, "mode", modes, 0, &is_cache)) != STATUS_OK ||
        (status = whole(rows, "capacity_bytes", -1, 1e13, &r->capacity_bytes)) !=
            STATUS_OK ||
        (status = whole(rows, "line_bits", 512, 1e6, &r->word_bits)) != STATUS_OK ||
        (status = whole(rows, "assoc", 1, 1e9, &r->associativity)) != STATUS_OK ||
        (status = number(rows, "temp_K", 350, 1, 1000, &r->temperature_k)) !=
            STATUS_OK ||
        (status = word(rows, "access_mode", row_accesses, 0, &access)) != STATUS_OK ||
        (status = word(rows, "opt_target", row_targets, TARGET_READ_EDP, &target)) !=
            STATUS_OK ||
        (status = find_node(rows, r)) != STATUS_OK)
        return status;
    if (!is_cache)
        r->associativity = 0;
    r->access = (enum array_access)access;
    r->target = (enum array_target)target;
    return find_cell(rows, r, &r->cell);
}

static enum status read_organization(const struct rows *rows, enum column_of of,
                                     struct array_organization *o)
{
    *o = (struct array_organization){ 0 };
    for (size_t i = 0; i < row_column_count; i++) {
        if (row_columns[i].of != of)
            continue;

        enum status status = whole(
            rows, row_columns[i].name, 0, 1e9,
            (uint64_t *)(void *)((char *)o + row_columns[i].offset));

        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static void write_number(FILE *out, const void *base, const struct column *column)
{
    double value;

    memcpy(&value, (const char *)base + column->offset, sizeof value);
    fprintf(out, "%.10g", value * column->scale);
}

static void write_count(FILE *out, const struct array_organization *o,
                        const struct column *column)
{
    uint64_t value;

    memcpy(&value, (const char *)o + column->offset, sizeof value);
    fprintf(out, "%llu", (unsigned long long)value);
}

static void write_cell(const struct rows *rows, const struct column *column,
                       const struct array_result *r)
{
    if (column->of == OF_KEY) {
        fputs(strcmp(column->name, "peer") == 0 ? "nvsweep" : field(rows, column->name),
              rows->out);
        return;
    }
    if (r == NULL)
        return;
    switch (column->of) {
    case OF_RESULT:
        if (r->has_tag || strcmp(column->name, "miss_latency_ns") != 0)
            write_number(rows->out, r, column);
        break;
    case OF_DATA: write_number(rows->out, &r->data, column); break;
    case OF_DATA_COUNT: write_count(rows->out, &r->data.organization, column); break;
    case OF_TAG:
        if (r->has_tag)
            write_number(rows->out, &r->tag, column);
        break;
    case OF_TAG_COUNT:
        if (r->has_tag)
            write_count(rows->out, &r->tag.organization, column);
        break;
    default: break;
    }
}

static bool is_ours(const char *title)
{
    for (size_t i = 0; i < row_column_count; i++)
        if (strcasecmp(row_columns[i].name, title) == 0)
            return true;
    return strcasecmp(title, "note") == 0;
}

/* Our columns, then the input's others as they came, then the note. */
static void write_row(const struct rows *rows, const struct array_result *r,
                      const char *note)
{
    for (size_t i = 0; i < row_column_count; i++) {
        if (i > 0)
            fputc(',', rows->out);
        write_cell(rows, &row_columns[i], r);
    }
    for (size_t i = 0; i < rows->title_count; i++)
        if (!is_ours(rows->titles[i]))
            fprintf(rows->out, ",%s", i < rows->field_count ? rows->fields[i] : "");
    fputc(',', rows->out);
    for (; *note != '\0'; note++)
        fputc(*note == ',' || *note == '\n' ? ';' : *note, rows->out);
    fputc('\n', rows->out);
}

static void write_header(const struct rows *rows)
{
    for (size_t i = 0; i < row_column_count; i++)
        fprintf(rows->out, "%s%s", i > 0 ? "," : "", row_columns[i].name);
    for (size_t i = 0; i < rows->title_count; i++)
        if (!is_ours(rows->titles[i]))
            fprintf(rows->out, ",%s", rows->titles[i]);
    fputs(",note\n", rows->out);
}

static enum status do_row(struct rows *rows)
{
    struct array_request request;
    struct array_organization data, tag;
    struct array_result result;
    struct error why;
    enum status status = read_request(rows, &request);

    if (status == STATUS_OK)
        status = read_organization(rows, OF_DATA_COUNT, &data);
    if (status == STATUS_OK)
        status = read_organization(rows, OF_TAG_COUNT, &tag);
    if (status != STATUS_OK)
        return status;
    status = array_evaluate(&request, &data, &tag, &result, &why);
    if (status == STATUS_INPUT)
        return error_set(rows->err, STATUS_INPUT, "%s:%u: %.900s", rows->name,
                         rows->line, why.text);
    write_row(rows, status == STATUS_OK ? &result : NULL,
              status == STATUS_OK ? "" : why.text);
    return STATUS_OK;
}

static enum status read_header(struct rows *rows, char **line, size_t *size)
{
    static const char *const needed[] = { "tech", "node_nm", "capacity_bytes" };

    if (getline(line, size, rows->in) < 0)
        return error_set(rows->err, STATUS_INPUT,
                         "%s: is empty, must begin with a header of column names",
                         rows->name);
    rows->line = 1;
    rows->header = alloc_text(*line);
    rows->title_count = cut(rows->header, rows->titles);
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        bool found = false;

        for (size_t j = 0; j < rows->title_count; j++)
            found = found || strcasecmp(rows->titles[j], needed[i]) == 0;
        if (!found)
            return bad(rows, "the header lacks column '%s'", needed[i]);
    }
    write_header(rows);
    return STATUS_OK;
}

enum status array_rows(FILE *in, const char *name, FILE *out,
                       const struct array_rules *rules,
                       const struct array_library *library, struct error *err)
{
    struct rows rows = { .in = in,
                         .out = out,
                         .name = name,
                         .library = library,
                         .rules = rules,
                         .err = err };
    char *line = NULL;
    size_t size = 0;
    enum status status = read_header(&rows, &line, &size);

    while (status == STATUS_OK && getline(&line, &size, in) >= 0) {
        rows.line++;
        if (line[strspn(line, " \t\r\n")] == '\0')
            continue;
        rows.field_count = cut(line, rows.fields);
        if (rows.field_count > rows.title_count) {
            status = bad(&rows, "the row has %zu fields, the header %zu",
                         rows.field_count, rows.title_count);
            break;
        }
        status = do_row(&rows);
    }
    if (status == STATUS_OK && ferror(in))
        status = error_set(err, STATUS_IO, "%s: %s", name, strerror(errno));
    free(line);
    free(rows.header);
    return status;
}
