#include "array/array_rows.h"

#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Words of comparison files beside our own. */
static const struct word target_words[] = {
    { "ReadLatency", TARGET_READ_LATENCY },
    { "WriteLatency", TARGET_WRITE_LATENCY },
    { "ReadDynamicEnergy", TARGET_READ_ENERGY },
    { "ReadEnergy", TARGET_READ_ENERGY },
    { "WriteDynamicEnergy", TARGET_WRITE_ENERGY },
    { "WriteEnergy", TARGET_WRITE_ENERGY },
    { "ReadEDP", TARGET_READ_EDP },
    { "WriteEDP", TARGET_WRITE_EDP },
    { "LeakagePower", TARGET_LEAKAGE },
    { "Leakage", TARGET_LEAKAGE },
    { "Area", TARGET_AREA },
    { "EDAP", TARGET_EDAP },
    { "read_latency", TARGET_READ_LATENCY },
    { "write_latency", TARGET_WRITE_LATENCY },
    { "read_energy", TARGET_READ_ENERGY },
    { "write_energy", TARGET_WRITE_ENERGY },
    { "read_edp", TARGET_READ_EDP },
    { "write_edp", TARGET_WRITE_EDP },
    { NULL, 0 },
};

static const struct word access_words[] = {
    { "Normal", ACCESS_NORMAL },
    { "Sequential", ACCESS_SEQUENTIAL },
    { "Fast", ACCESS_FAST },
    { "-", ACCESS_NORMAL },
    { NULL, 0 },
};

static const struct word roadmap_words[] = {
    { "HP", ROADMAP_HP },
    { "LSTP", ROADMAP_LSTP },
    { "LOP", ROADMAP_LOP },
    { "itrs-hp", ROADMAP_HP },
    { "itrs-lstp", ROADMAP_LSTP },
    { "itrs-lop", ROADMAP_LOP },
    { NULL, 0 },
};

/* What a column of the output holds: a number of the result, in the column's unit. */
enum column_of { OF_KEY, OF_RESULT, OF_DATA, OF_TAG, OF_DATA_COUNT, OF_TAG_COUNT };

struct column {
    const char *name;
    enum column_of of;
    size_t offset;
    double scale;
};

#define KEY(name_)          \
    {                       \
        name_, OF_KEY, 0, 0 \
    }
#define RESULT(name_, member, scale_)                                   \
    {                                                                   \
        name_, OF_RESULT, offsetof(struct array_result, member), scale_ \
    }
#define DATA(name_, member, scale_)                                      \
    {                                                                    \
        name_, OF_DATA, offsetof(struct array_breakdown, member), scale_ \
    }
#define TAG(name_, member, scale_)                                      \
    {                                                                   \
        name_, OF_TAG, offsetof(struct array_breakdown, member), scale_ \
    }
#define COUNT(name_, member)                                                 \
    {                                                                        \
        name_, OF_DATA_COUNT, offsetof(struct array_organization, member), 1 \
    }
#define TAG_COUNT(name_, member)                                            \
    {                                                                       \
        name_, OF_TAG_COUNT, offsetof(struct array_organization, member), 1 \
    }

static const struct column columns[] = {
    KEY("peer"),
    KEY("mode"),
    KEY("tech"),
    KEY("node_nm"),
    KEY("capacity_bytes"),
    KEY("assoc"),
    KEY("line_bits"),
    KEY("temp_K"),
    KEY("roadmap"),
    KEY("access_mode"),
    KEY("opt_target"),
    RESULT("area_mm2", area_m2, 1e6),
    RESULT("read_latency_ns", read_latency_s, 1e9),
    RESULT("write_latency_ns", write_latency_s, 1e9),
    RESULT("miss_latency_ns", miss_latency_s, 1e9),
    RESULT("read_energy_nJ", read_energy_j, 1e9),
    RESULT("write_energy_nJ", write_energy_j, 1e9),
    RESULT("leakage_mW", leakage_w, 1e3),
    COUNT("bank_rows", bank_rows),
    COUNT("bank_cols", bank_cols),
    COUNT("act_mats_col", active_rows),
    COUNT("act_mats_row", active_cols),
    COUNT("act_sub_col", active_sub_rows),
    COUNT("act_sub_row", active_sub_cols),
    COUNT("mat_rows", mat_rows),
    COUNT("mat_cols", mat_cols),
    COUNT("sub_rows", sub_rows),
    COUNT("sub_cols", sub_cols),
    COUNT("mux_sa", mux_sense),
    COUNT("mux_l1", mux_out1),
    COUNT("mux_l2", mux_out2),
    DATA("arr_area_mm2", area_m2, 1e6),
    DATA("area_eff_pct", efficiency, 100),
    DATA("rd_lat_ns", read_latency_s, 1e9),
    DATA("rd_htree_ns", htree_s, 1e9),
    DATA("rd_mat_ns", read_mat_s, 1e9),
    DATA("predec_ns", predecoder_s, 1e9),
    DATA("rd_sub_ns", read_subarray_s, 1e9),
    DATA("rowdec_ns", row_decoder_s, 1e9),
    DATA("bitline_ns", bitline_s, 1e9),
    DATA("sa_ns", sense_s, 1e9),
    DATA("mux_ns", mux_s, 1e9),
    DATA("precharge_ns", precharge_s, 1e9),
    TAG("comp_ns", comparator_s, 1e9),
    DATA("wr_lat_ns", write_latency_s, 1e9),
    DATA("rd_e_nJ", read_energy_j, 1e9),
    DATA("rd_htree_e_nJ", htree_j, 1e9),
    DATA("rd_mat_e_nJ", read_mat_j, 1e9),
    DATA("rd_sub_e_nJ", read_subarray_j, 1e9),
    DATA("sa_e_nJ", sense_j, 1e9),
    DATA("precharge_e_nJ", precharge_j, 1e9),
    DATA("rowdec_e_nJ", row_decoder_j, 1e9),
    DATA("wr_e_nJ", write_energy_j, 1e9),
    DATA("leak_mW", leakage_w, 1e3),
    TAG_COUNT("tag_bank_rows", bank_rows),
    TAG_COUNT("tag_bank_cols", bank_cols),
    TAG_COUNT("tag_mat_rows", mat_rows),
    TAG_COUNT("tag_mat_cols", mat_cols),
    TAG_COUNT("tag_sub_rows", sub_rows),
    TAG_COUNT("tag_sub_cols", sub_cols),
    TAG_COUNT("tag_mux_sa", mux_sense),
    TAG("tag_arr_area_mm2", area_m2, 1e6),
    TAG("tag_rd_lat_ns", read_latency_s, 1e9),
    TAG("tag_rd_e_nJ", read_energy_j, 1e9),
    TAG("tag_leak_mW", leakage_w, 1e3),
};

enum { COLUMNS = sizeof columns / sizeof columns[0], FIELDS = 256 };

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
        status = word(rows, "roadmap", roadmap_words, ROADMAP_HP, &roadmap);
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
        (status = word(rows, "access_mode", access_words, 0, &access)) != STATUS_OK ||
        (status = word(rows, "opt_target", target_words, TARGET_READ_EDP, &target)) !=
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
    for (size_t i = 0; i < COLUMNS; i++) {
        if (columns[i].of != of)
            continue;

        enum status status = whole(rows, columns[i].name, 0, 1e9,
                                   (uint64_t *)(void *)((char *)o + columns[i].offset));

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
    for (size_t i = 0; i < COLUMNS; i++)
        if (strcasecmp(columns[i].name, title) == 0)
            return true;
    return strcasecmp(title, "note") == 0;
}

/* Our columns, then the input's others as they came, then the note. */
static void write_row(const struct rows *rows, const struct array_result *r,
                      const char *note)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        if (i > 0)
            fputc(',', rows->out);
        write_cell(rows, &columns[i], r);
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
    for (size_t i = 0; i < COLUMNS; i++)
        fprintf(rows->out, "%s%s", i > 0 ? "," : "", columns[i].name);
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
