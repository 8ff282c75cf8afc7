#include "compat/array_rows.h"

#include "compat/row_columns.h"
#include "compat/row_fields.h"
#include "base/maths.h"
#include "base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The state while a file is read. */
struct rows {
    struct row_fields fields;
    FILE *out;
    const struct array_library *library;
    const struct array_rules *rules;
    size_t refused; /* malformed rows so far */
    struct error first;

    struct node
        mixed; /* the row's node if it is interpolated between two of the library */
    struct node_point mixed_point;
};

/* Returns the i-th cell that a published name may mean: the cell of that name, then its
 * aggressive variant. */
static const struct cell *candidate(const struct rows *rows, const char *name, size_t i)
{
    const struct array_library *library = rows->library;
    char variant[128];

    if (i == 0)
        return library->cell(library->context, name, 0);
    snprintf(variant, sizeof variant, "%.100s_aggressive", name);
    return library->cell(library->context, variant, i - 1);
}

/* Computes the cell area per bit from the row's own figures; 0 if it has none. */
static enum status stated_cell_m2(const struct rows *rows,
                                  const struct array_request *r, double *cell_m2)
{
    const struct row_fields *fields = &rows->fields;
    double area_mm2, percent, f2, f_m = r->node->node_m;
    enum status status = row_number(fields, "arr_area_mm2", 0, 0, 1e9, &area_mm2);

    if (status == STATUS_OK)
        status = row_number(fields, "area_eff_pct", 0, 0, 1e9, &percent);
    if (status == STATUS_OK)
        status = row_number(fields, "cell_F2", 0, 0, 1e9, &f2);
    *cell_m2 = 0;
    if (status == STATUS_OK && f2 > 0)
        *cell_m2 = f2 * f_m * f_m;
    else if (status == STATUS_OK)
        *cell_m2 = area_mm2 * 1e-6 * percent / 100 / ((double)r->capacity_bytes * 8);
    return status;
}

/* Finds the cell of the row's technology.  If several cells have the name and the row gives a
 * cell area, it takes the one with the nearest area. */
static enum status find_cell(const struct rows *rows, const struct array_request *r,
                             const struct cell **cell)
{
    const struct array_library *library = rows->library;
    const char *name = row_text(&rows->fields, "tech");
    double cell_m2, nearest = HUGE_VAL;
    const struct cell *tried;

    *cell = library->cell(library->context, name, 0);
    if (*cell == NULL)
        return row_bad(&rows->fields,
                       "column %s is '%.60s', must be a technology of the library",
                       "tech", name);
    if (stated_cell_m2(rows, r, &cell_m2) != STATUS_OK)
        return STATUS_INPUT;
    if (!(cell_m2 > 0))
        return STATUS_OK;
    for (size_t i = 0; (tried = candidate(rows, name, i)) != NULL; i++) {
        double off = fabs(maths_log(cell_area_m2(tried, r->node) / cell_m2));

        if (off < nearest) {
            nearest = off;
            *cell = tried;
        }
    }
    return STATUS_OK;
}

/* Finds the node of NVSim's tables, or interpolates between two of them as NVSim does.  Between
 * 120 and 200 nm NVSim divides by 60 nm instead of 80 nm, so that it extrapolates beyond 200 nm's
 * figures from 180 nm on. */
static enum status find_tool_node(struct rows *rows, struct array_request *r,
                                  double node_nm, enum node_roadmap roadmap,
                                  struct error *why)
{
    static const double tables_nm[] = { 22, 32, 45, 65, 90, 120, 200 };
    static const double spans_nm[] = { 10, 13, 20, 25, 30, 60 };
    const struct array_library *library = rows->library;
    const struct node *low, *high;
    size_t i = 0;

    if (node_nm < tables_nm[0] || node_nm > tables_nm[6])
        return error_set(why, STATUS_INFEASIBLE,
                         "the node is %g nm, must be in 22..200 nm under NVSim's rules",
                         node_nm);
    while (i < 6 && node_nm >= tables_nm[i + 1])
        i++;
    low = library->node(library->context, tables_nm[i] * 1e-9, roadmap, true);
    if (node_nm == tables_nm[i] || low == NULL) {
        r->node = low;
        return STATUS_OK;
    }
    high = library->node(library->context, tables_nm[i + 1] * 1e-9, roadmap, true);
    if (high == NULL)
        return STATUS_OK;
    rows->mixed = node_between(low, high, node_nm * 1e-9,
                               (node_nm - tables_nm[i]) / spans_nm[i],
                               floor(r->temperature_k), &rows->mixed_point);
    r->node = &rows->mixed;
    return STATUS_OK;
}

static enum status find_node(struct rows *rows, struct array_request *r,
                             struct error *why)
{
    const struct row_fields *fields = &rows->fields;
    double node_nm;
    int roadmap;
    enum status status = row_number(fields, "node_nm", 22, 1, 1000, &node_nm);

    if (status == STATUS_OK)
        status = row_word(fields, "roadmap", row_roadmaps, ROADMAP_HP, &roadmap);
    if (status != STATUS_OK)
        return status;
    r->node = NULL;
    if (rows->rules->powers_of_two) {
        status = find_tool_node(rows, r, node_nm, (enum node_roadmap)roadmap, why);
        if (status != STATUS_OK)
            return status;
    } else {
        r->node = rows->library->node(rows->library->context, node_nm * 1e-9,
                                      (enum node_roadmap)roadmap,
                                      rows->rules->search_all);
    }
    if (r->node == NULL)
        return row_bad(fields, "the library has no %g nm node of roadmap '%.60s'",
                       node_nm, word_name(node_roadmaps, roadmap));
    return STATUS_OK;
}

static enum status find_target(const struct rows *rows, struct array_request *r,
                               struct error *why)
{
    int target;
    enum status status = row_word(&rows->fields, "opt_target", row_targets,
                                  TARGET_READ_EDP, &target);

    if (status != STATUS_OK)
        return status;
    if (target == ROW_TARGET_ELSEWHERE)
        return error_set(why, STATUS_INFEASIBLE,
                         "opt_target is %.40s, which nvsweep does not have",
                         row_text(&rows->fields, "opt_target"));
    r->target = (enum array_target)target;
    if (target == ROW_TARGET_READ_ED2) {
        r->target = TARGET_WEIGHTED;
        r->weights = (struct array_weights){ .read_latency = 2, .read_energy = 1 };
    }
    return STATUS_OK;
}

/* Infers from the number of candidates in the row which space NVSim searched: that of its "CACTI
 * assumption", all active counts (20 million candidates), or these with all three buffer styles
 * (60 million). */
static enum status read_effort(const struct rows *rows, struct array_request *r)
{
    static const double ALL_COUNTS = 1.9e7, ALL_STYLES = 5.9e7;
    double candidates;
    enum status status = row_number(&rows->fields, "data_iter", 0, 0, 1e18,
                                    &candidates);

    r->unrestricted = candidates > ALL_COUNTS;
    r->buffers_free = candidates > ALL_STYLES;
    return status;
}

/* Reads a row's request.  Returns STATUS_INFEASIBLE with the reason in why if it asks for
 * something that does not exist here. */
static enum status read_request(struct rows *rows, struct array_request *r,
                                struct error *why)
{
    static const struct word modes[] = {
        { "RAM", 0 }, { "RAM_chip", 0 }, { "cache", 1 }, { NULL, 0 }
    };
    const struct row_fields *fields = &rows->fields;
    bool has_access = *row_text(fields, "access_mode") != '\0';
    int access = 0, is_cache = 0;
    enum status status;

    *r = (struct array_request){ .rules = rows->rules };
    if ((status = row_word(fields, "mode", modes, has_access, &is_cache)) !=
            STATUS_OK ||
        (status = row_whole(fields, "capacity_bytes", -1, 1e13, &r->capacity_bytes)) !=
            STATUS_OK ||
        (status = row_whole(fields, "line_bits", 512, 1e6, &r->word_bits)) !=
            STATUS_OK ||
        (status = row_whole(fields, "assoc", is_cache ? 16 : 1, 1e9,
                            &r->associativity)) != STATUS_OK ||
        (status = row_number(fields, "temp_K", 350, 1, 1000, &r->temperature_k)) !=
            STATUS_OK ||
        (status = row_word(fields, "access_mode", row_accesses, 0, &access)) !=
            STATUS_OK ||
        (status = read_effort(rows, r)) != STATUS_OK ||
        (status = find_node(rows, r, why)) != STATUS_OK ||
        (status = find_target(rows, r, why)) != STATUS_OK)
        return status;
    if (!is_cache)
        r->associativity = 0;
    r->access = (enum array_access)access;
    return find_cell(rows, r, &r->cell);
}

static enum status read_organization(const struct rows *rows, enum column_of of,
                                     struct array_organization *o)
{
    *o = (struct array_organization){ 0 };
    for (size_t i = 0; i < row_column_count; i++) {
        if (row_columns[i].of != of)
            continue;

        enum status status = row_whole(
            &rows->fields, row_columns[i].name, 0, 1e9,
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
        if (strcmp(column->name, "peer") == 0)
            fputs("nvsweep", rows->out);
        else
            row_key_write(&rows->fields, column->name, rows->out);
        return;
    }
    if (r == NULL)
        return;
    switch (column->of) {
    case OF_RESULT: write_number(rows->out, r, column); break;
    case OF_CACHE:
        if (r->has_tag)
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

static const struct column *column_named(const char *name)
{
    for (size_t i = 0; i < row_column_count; i++)
        if (strcasecmp(row_columns[i].name, name) == 0)
            return &row_columns[i];
    return NULL;
}

/* Is it an input column with a name that the output does not have?  Such columns are appended. */
static bool is_extra(const struct row_title *title)
{
    return column_named(title->given) == NULL && strcasecmp(title->given, "note") != 0;
}

/* Writes an appended column: the model's value if the column means one of the output's, else
 * the input's text.  In files with only one leakage column it means that of the whole memory. */
static void write_extra(const struct rows *rows, size_t at,
                        const struct array_result *r)
{
    const struct row_title *title = &rows->fields.titles[at];
    const struct column *column = column_named(title->name);

    if (column != NULL && column->of != OF_KEY)
        write_cell(rows, column, r);
    else if (at < rows->fields.field_count)
        row_text_write(rows->fields.fields[at], rows->out);
}

/* Writes the output's columns, then the input's other columns, then the note. */
static void write_row(const struct rows *rows, const struct array_result *r,
                      const char *note)
{
    const struct row_fields *fields = &rows->fields;
    bool is_total = row_has(fields, "leak_mW") && !row_has(fields, "leakage_mW");

    for (size_t i = 0; i < row_column_count; i++) {
        const struct column *column = &row_columns[i];

        if (i > 0)
            fputc(',', rows->out);
        if (is_total && strcmp(column->name, "leak_mW") == 0)
            column = column_named("leakage_mW");
        write_cell(rows, column, r);
    }
    for (size_t i = 0; i < fields->title_count; i++)
        if (is_extra(&fields->titles[i])) {
            fputc(',', rows->out);
            write_extra(rows, i, r);
        }
    fputc(',', rows->out);
    row_text_write(note, rows->out);
    fputc('\n', rows->out);
}

static void write_header(const struct rows *rows)
{
    for (size_t i = 0; i < row_column_count; i++)
        fprintf(rows->out, "%s%s", i > 0 ? "," : "", row_columns[i].name);
    for (size_t i = 0; i < rows->fields.title_count; i++)
        if (is_extra(&rows->fields.titles[i]))
            fprintf(rows->out, ",%s", rows->fields.titles[i].given);
    fputs(",note\n", rows->out);
}

/* Adds a note if the row's own figures are another tool's, because its columns have NVSim's
 * names. */
static void note_other_tool(const struct rows *rows, struct error *note)
{
    const char *peer = row_text(&rows->fields, "peer");

    if (*peer != '\0' && strcasecmp(peer, "NVSim") != 0 &&
        strcasecmp(peer, "nvsweep") != 0)
        error_set(note, STATUS_OK, "the row's own figures are %.40s's; another model's",
                  peer);
}

static enum status evaluate(struct rows *rows, struct array_result *result,
                            struct error *why)
{
    struct array_request request;
    struct array_organization data, tag;
    enum status status = read_request(rows, &request, why);

    if (status == STATUS_OK)
        status = read_organization(rows, OF_DATA_COUNT, &data);
    if (status == STATUS_OK)
        status = read_organization(rows, OF_TAG_COUNT, &tag);
    if (status != STATUS_OK)
        return status;
    status = array_evaluate(&request, &data, &tag, result, why);
    /* NVSim prints the reset of a phase-change memory as its write */
    if (status == STATUS_OK && rows->rules->reset_adds_set && !result->has_tag &&
        request.cell->kind == CELL_PCM) {
        result->write_energy_j = result->data.reset_energy_j;
        result->data.write_energy_j = result->data.reset_energy_j;
    }
    if (status == STATUS_INPUT)
        row_bad(&rows->fields, "%.400s", why->text);
    return status;
}

/* Handles one row.  A malformed row is written without figures and reported at the end. */
static void do_row(struct rows *rows, char *line)
{
    struct array_result result;
    struct error note = { "" };
    enum status status = row_cut(&rows->fields, line);

    if (status == STATUS_OK)
        status = evaluate(rows, &result, &note);
    if (status == STATUS_INPUT) {
        note = *rows->fields.err;
        if (rows->refused++ == 0)
            rows->first = note;
    }
    if (status == STATUS_OK)
        note_other_tool(rows, &note);
    write_row(rows, status == STATUS_OK ? &result : NULL, note.text);
}

static enum status read_header(struct rows *rows, FILE *in, char **line, size_t *size)
{
    static const char *const needed[] = { "tech", "capacity_bytes" };
    struct row_fields *fields = &rows->fields;
    enum status status;

    if (getline(line, size, in) < 0)
        return error_set(fields->err, STATUS_INPUT,
                         "%s: is empty, must begin with a header of column names",
                         fields->file);
    fields->line = 1;
    status = row_header(fields, *line);
    for (size_t i = 0; i < 2 && status == STATUS_OK; i++)
        if (!row_has(fields, needed[i]))
            status = row_bad(fields, "the header has no column '%s', must have it",
                             needed[i]);
    if (status == STATUS_OK)
        write_header(rows);
    return status;
}

enum status array_rows(FILE *in, const char *name, FILE *out,
                       const struct array_rules *rules,
                       const struct array_library *library, struct error *err)
{
    struct rows rows = {
        .fields = { .file = name, .err = err },
        .out = out,
        .library = library,
        .rules = rules,
    };
    char *line = NULL;
    size_t size = 0;
    enum status status = read_header(&rows, in, &line, &size);

    if (status != STATUS_OK)
        goto out;
    while (status == STATUS_OK && getline(&line, &size, in) >= 0) {
        rows.fields.line++;
        if (line[strspn(line, " \t\r\n")] != '\0')
            do_row(&rows, line);
    }
    if (status != STATUS_OK)
        goto out;
    if (ferror(in))
        status = error_set(err, STATUS_IO, "%s: %s", name, strerror(errno));
    if (status != STATUS_OK)
        goto out;
    if (rows.refused > 1)
        status = error_set(err, STATUS_INPUT, "%.400s (and %zu more rows, see note)",
                           rows.first.text, rows.refused - 1);
    else if (rows.refused == 1)
        status = error_set(err, STATUS_INPUT, "%.500s", rows.first.text);
out:
    row_fields_free(&rows.fields);
    free(line);
    return status;
}
