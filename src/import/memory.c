/* Reads memories of other tools as given memories (tech/given.h): from a CSV table of
 * capacities, or from the output of NVSim and CACTI. */
#include "base/memory.h"
#include "base/units.h"
#include "import/import.h"
#include "import/write.h"
#include "tech/cell.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES_MAX = 4096, COLUMNS_MAX = 32 };

struct memory_reading {
    const struct import_job *job;
    unsigned line;
    struct error *err;
    struct given *rows;
    unsigned *lines; /* of each row */
    size_t count;
};

/* The columns and the members of struct given to which they belong. */
struct memory_column {
    const char *name, *unit;
    size_t offset;
};

#define COLUMN(name, unit, member)                 \
    {                                              \
        name, unit, offsetof(struct given, member) \
    }
static const struct memory_column columns[] = {
    COLUMN("capacity", "byte", capacity_bytes),
    COLUMN("area", "m2", area_m2),
    COLUMN("read_latency", "s", read_latency_s),
    COLUMN("write_latency", "s", write_latency_s),
    COLUMN("read_energy", "J", read_energy_j),
    COLUMN("write_energy", "J", write_energy_j),
    COLUMN("leakage", "W", leakage_w),
    COLUMN("cycle", "s", cycle_s),
    COLUMN("banks", "1", banks),
    COLUMN("miss_latency", "s", miss_latency_s),
    COLUMN("miss_energy", "J", miss_energy_j),
    COLUMN("tag_energy", "J", tag_energy_j),
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static enum status fail(const struct memory_reading *reading, const char *words)
{
    return error_set(reading->err, STATUS_INPUT, "%s:%u: %s", reading->job->file,
                     reading->line, words);
}

static char *trimmed(char *text)
{
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return text;
}

static double *member(struct given *given, const struct memory_column *column)
{
    return (double *)(void *)((char *)given + column->offset);
}

static struct given *row_add(struct memory_reading *reading)
{
    reading->rows = realloc_array(reading->rows, reading->count + 1,
                                  sizeof *reading->rows);
    reading->lines = realloc_array(reading->lines, reading->count + 1,
                                   sizeof *reading->lines);
    reading->rows[reading->count] = (struct given){ .capacity_bytes = 0 };
    reading->lines[reading->count] = reading->line;
    return &reading->rows[reading->count++];
}

/* ---- CSV: a header with the names of the columns, perhaps with units ("area [mm2]"), then one
 * row per capacity, whose cells may have their own units. */

struct memory_header {
    const struct memory_column *column[COLUMNS_MAX];
    char unit[COLUMNS_MAX][16]; /* of numbers without a unit */
    size_t count;
};

/* Reads the name of a column: "area [mm2]" or "area". */
static enum status name_read(struct memory_reading *reading, char *text,
                             struct memory_header *header)
{
    char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL, *name;
    const struct memory_column *column = NULL;
    const char *names[COLUMNS], *near, *base;
    char words[300];

    if (open && !close)
        return fail(reading, "a unit must end with ']', as in area [mm2]");
    if (open)
        *open = *close = '\0';
    name = trimmed(text);
    for (size_t i = 0; i < COLUMNS; i++) {
        names[i] = columns[i].name;
        if (strcmp(columns[i].name, name) == 0)
            column = &columns[i];
    }
    near = text_nearest(name, names, COLUMNS);
    if (!column) {
        snprintf(words, sizeof words,
                 "'%.40s' is not a column, must be capacity, area, read_latency, "
                 "write_latency, read_energy, write_energy, leakage, cycle, banks, "
                 "miss_latency, miss_energy or tag_energy%s%s%s",
                 name, near ? "; did you mean '" : "", near ? near : "",
                 near ? "'?" : "");
        return fail(reading, words);
    }
    for (size_t i = 0; i < header->count; i++)
        if (header->column[i] == column) {
            snprintf(words, sizeof words, "there are two columns '%s', must be one",
                     name);
            return fail(reading, words);
        }
    base = open ? unit_base(trimmed(open + 1)) : column->unit;
    if (!base || strcmp(base, column->unit) != 0) {
        snprintf(words, sizeof words, "%s is in '%.20s', must be in a unit of %s", name,
                 trimmed(open + 1), column->unit);
        return fail(reading, words);
    }
    header->column[header->count] = column;
    snprintf(header->unit[header->count++], sizeof *header->unit, "%s",
             open ? trimmed(open + 1) : column->unit);
    return STATUS_OK;
}

/* Splits the line at its commas. */
static size_t cells_split(char *line, char *cells[COLUMNS_MAX])
{
    size_t count = 0;
    char *at = line;

    while (at && count < COLUMNS_MAX) {
        char *comma = strchr(at, ',');

        if (comma)
            *comma = '\0';
        cells[count++] = trimmed(at);
        at = comma ? comma + 1 : NULL;
    }
    return at ? COLUMNS_MAX + 1 : count;
}

static enum status header_read(struct memory_reading *reading, char *line,
                               struct memory_header *header)
{
    char *cells[COLUMNS_MAX];
    size_t count = cells_split(line, cells);
    enum status status = STATUS_OK;
    bool has_capacity = false;

    if (count > COLUMNS)
        return fail(reading,
                    "there are too many columns, must be some of capacity, area, "
                    "read_latency, write_latency, read_energy, write_energy "
                    "and leakage");
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = name_read(reading, cells[i], header);
    for (size_t i = 0; i < header->count; i++)
        has_capacity |= header->column[i] == &columns[0];
    if (status == STATUS_OK && !has_capacity)
        status = fail(reading, "there is no column 'capacity', must be one");
    return status;
}

static enum status cell_read(struct memory_reading *reading,
                             const struct memory_header *header, size_t i,
                             const char *text, struct given *row)
{
    const struct memory_column *column = header->column[i];
    double value;
    struct error why;
    char words[200], in_unit[120];
    char *end;

    if (!*text && column != &columns[0])
        return STATUS_OK; /* not given */
    if (!*text)
        return fail(reading, "capacity is empty, must be a size such as 3 MiB");
    strtod(text, &end);
    snprintf(in_unit, sizeof in_unit, "%.80s%s%s", text, *end ? "" : " ",
             *end ? "" : header->unit[i]);
    if (quantity_parse(in_unit, column->unit, &value, &why) != STATUS_OK) {
        snprintf(words, sizeof words, "%s %.150s", column->name, why.text);
        return fail(reading, words);
    }
    if (!(value > 0)) {
        snprintf(words, sizeof words,
                 "%s is '%.40s', must be above 0 (empty: not given)", column->name,
                 text);
        return fail(reading, words);
    }
    *member(row, column) = value;
    return STATUS_OK;
}

static enum status row_read(struct memory_reading *reading,
                            const struct memory_header *header, char *line)
{
    char *cells[COLUMNS_MAX], words[120];
    size_t count = cells_split(line, cells);
    struct given row = { .capacity_bytes = 0 };
    enum status status = STATUS_OK;

    if (count != header->count) {
        snprintf(words, sizeof words, "%zu cells, must be %zu as the header has", count,
                 header->count);
        return fail(reading, words);
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = cell_read(reading, header, i, cells[i], &row);
    for (size_t i = 0; i < reading->count && status == STATUS_OK; i++)
        if (reading->rows[i].capacity_bytes == row.capacity_bytes) {
            snprintf(words, sizeof words, "line %u has the same capacity, must differ",
                     reading->lines[i]);
            status = fail(reading, words);
        }
    if (status == STATUS_OK)
        *row_add(reading) = row;
    return status;
}

/* ---- the output of NVSim and CACTI, for one or more capacities */

/* The beginning of a line and the figure that follows it.  CACTI writes the unit before the
 * colon. */
struct memory_label {
    const char *text;
    size_t column;    /* in columns */
    const char *unit; /* of a number without a unit; NULL: it must have one */
};

static const struct memory_label labels[] = {
    /* NVSim, cache and RAM */
    { "Capacity :", 0, NULL },
    { "- Total Area =", 1, NULL },
    { "- Cache Hit Latency =", 2, NULL },
    { "- Read Latency =", 2, NULL },
    { "- Cache Write Latency =", 3, NULL },
    { "- Write Latency =", 3, NULL },
    { "- Cache Hit Dynamic Energy =", 4, NULL },
    { "- Read Dynamic Energy =", 4, NULL },
    { "- Cache Write Dynamic Energy =", 5, NULL },
    { "- Write Dynamic Energy =", 5, NULL },
    { "- Cache Total Leakage Power =", 6, NULL },
    { "- Leakage Power =", 6, NULL },
    { "- Cache Miss Latency =", 9, NULL },
    { "- Cache Miss Dynamic Energy =", 10, NULL },
    /* CACTI 6 and 7 */
    { "Total cache size (bytes):", 0, "byte" },
    { "Access time (ns):", 2, "ns" },
    { "Cycle time (ns):", 7, "ns" },
    { "Total dynamic read energy per access (nJ):", 4, "nJ" },
    { "Total dynamic write energy per access (nJ):", 5, "nJ" },
    { "Total leakage power of a bank (mW):", 6, "mW" },
    { "Cache height x width (mm):", 1, "mm2" },
};

/* Reads a figure such as "2.34mm^2", "0.81nJ", "3MB" (the tools mean 3 MiB) or "1.2 x 1.3". */
static enum status figure_read(struct memory_reading *reading,
                               const struct memory_label *label, char *text,
                               struct given *row)
{
    const struct memory_column *column = &columns[label->column];
    char spelled[80], words[160];
    double value, other;
    struct error why;
    char *end;

    if (strrchr(text, '=')) /* "1.2mm x 0.9mm = 1.08mm^2" */
        text = strrchr(text, '=') + 1;
    text = trimmed(text);
    value = strtod(text, &end);
    if (label->unit && sscanf(text, "%lf x %lf", &value, &other) == 2)
        value *= other;
    end = trimmed(end);
    end[strcspn(end, " \t(=")] = '\0';
    snprintf(spelled, sizeof spelled, "%.17g %s", value,
             label->unit                ? label->unit
             : strcmp(end, "KB") == 0   ? "KiB"
             : strcmp(end, "MB") == 0   ? "MiB"
             : strcmp(end, "GB") == 0   ? "GiB"
             : strcmp(end, "um^2") == 0 ? "um2"
             : strcmp(end, "mm^2") == 0 ? "mm2"
                                        : end);
    if (quantity_parse(spelled, column->unit, &value, &why) != STATUS_OK) {
        snprintf(words, sizeof words, "%s %.120s", column->name, why.text);
        return fail(reading, words);
    }
    if (!(*member(row, column) > 0)) /* the first figure is that of the whole memory */
        *member(row, column) = value;
    return STATUS_OK;
}

/* Replaces runs of blanks by single blanks. */
static void blanks_join(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++)
        if (!isspace((unsigned char)*from) || (to > text && to[-1] != ' '))
            *to++ = isspace((unsigned char)*from) ? ' ' : *from;
    *to = '\0';
}

static enum status report_line_read(struct memory_reading *reading, char *text)
{
    blanks_join(text);
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        size_t length = strlen(labels[i].text);

        if (strncmp(text, labels[i].text, length) != 0)
            continue;
        if (labels[i].column == 0)
            row_add(reading);
        if (reading->count == 0)
            return fail(reading,
                        "a figure comes before the first capacity, must follow one");
        return figure_read(reading, &labels[i], text + length,
                           &reading->rows[reading->count - 1]);
    }
    return STATUS_OK;
}

/* CACTI prints one access time, which is used for writes as well. */
static void writes_fill(struct memory_reading *reading)
{
    for (size_t i = 0; i < reading->count; i++)
        if (!(reading->rows[i].write_latency_s > 0) &&
            reading->rows[i].read_latency_s > 0) {
            reading->rows[i].write_latency_s = reading->rows[i].read_latency_s;
            import_note_line(reading->job, reading->lines[i],
                             "the file has no write latency, the access time is used");
        }
}

/* ---- */

static enum status lines_read(struct memory_reading *reading)
{
    FILE *in = fopen(reading->job->file, "r");
    struct memory_header header = { .count = 0 };
    enum status status = STATUS_OK;
    char line[LINE_BYTES_MAX];
    bool is_report = false;

    if (!in)
        return error_set(reading->err, STATUS_IO, "%s: %s", reading->job->file,
                         strerror(errno));
    while (status == STATUS_OK && fgets(line, sizeof line, in)) {
        char *text = trimmed(line);

        reading->line++;
        if (!*text || *text == '#')
            continue;
        if (header.count == 0 && !is_report)
            is_report = !strchr(text, ',') || strchr(text, ':') || strchr(text, '=');
        if (is_report)
            status = report_line_read(reading, text);
        else if (header.count == 0)
            status = header_read(reading, text, &header);
        else
            status = row_read(reading, &header, text);
    }
    fclose(in);
    if (is_report)
        writes_fill(reading);
    if (status == STATUS_OK && reading->count == 0)
        status = error_set(reading->err, STATUS_INPUT,
                           "%s:%u: has no capacity, must have a row for at least one",
                           reading->job->file, reading->line);
    return status;
}

enum status import_memory(const struct import_job *job, struct error *err)
{
    struct memory_reading reading = { .job = job, .err = err };
    char *source = alloc_printf("imported from %s", job->file);
    struct cell cell = { .kind = CELL_SRAM };
    struct error why;
    enum status status = lines_read(&reading);

    record_default(&cell_schema, &cell);
    cell.record.name = job->name;
    cell.record.source = source;
    cell.kind = CELL_GIVEN;
    cell.given = reading.rows;
    cell.given_count = reading.count;
    if (status != STATUS_OK)
        goto out;
    if (record_check(&cell_schema, &cell, &why) != STATUS_OK)
        status = error_set(err, STATUS_INPUT, "%s:%u: %s", job->file, reading.line,
                           why.text);
    if (status != STATUS_OK)
        goto out;
    record_write(job->out, &cell_schema, &cell);
out:
    free(source);
    free(reading.rows);
    free(reading.lines);
    return status;
}
