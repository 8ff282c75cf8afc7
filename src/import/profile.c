/* Reads a profile of NVIDIA Nsight Compute as a workload of measured traffic: the output of `ncu
 * --csv`, either its raw page (one column per metric, units in the second row) or its details (one
 * row per metric and kernel). */
#include "base/memory.h"
#include "base/units.h"
#include "import/import.h"
#include "import/write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_MAX = 512 };

/* The quantities that are added up over the kernels. */
enum counter { READS, WRITES, TIME, COUNTERS };

static const char *const counter_names[COUNTERS] = {
    [READS] = "lts__t_sectors_op_read.sum",
    [WRITES] = "lts__t_sectors_op_write.sum",
    [TIME] = "gpu__time_duration.sum",
};

struct profile_reading {
    const struct import_job *job;
    unsigned line;
    struct error *err;
    double sums[COUNTERS];
    size_t found[COUNTERS]; /* number of values added */
};

/* Splits a line such as "a","1,234",b in place into at most CELLS_MAX cells. */
static size_t cells_split(char *line, char *cells[CELLS_MAX])
{
    size_t count = 0;
    char *at = line;

    line[strcspn(line, "\r\n")] = '\0';
    while (at && count < CELLS_MAX) {
        char *end;

        if (*at == '"') {
            end = strchr(++at, '"');
            if (!end)
                return 0;
            *end++ = '\0';
        } else
            end = at + strcspn(at, ",");
        cells[count++] = at;
        at = *end == ',' ? end + 1 : NULL;
        *end = '\0';
    }
    return count;
}

static int counter_find(const char *name)
{
    for (int i = 0; i < COUNTERS; i++)
        if (strcmp(counter_names[i], name) == 0)
            return i;
    return COUNTERS;
}

/* Returns the factor of a unit such as "nsecond", "usecond" or "ns"; sectors have no unit. */
static double unit_scale(const char *unit)
{
    static const struct {
        const char *name;
        double scale;
    } scales[] = { { "nsecond", NANO }, { "ns", NANO },       { "usecond", MICRO },
                   { "us", MICRO },     { "msecond", MILLI }, { "ms", MILLI },
                   { "Ksector", KILO }, { "Msector", MEGA } };

    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++)
        if (strcmp(scales[i].name, unit) == 0)
            return scales[i].scale;
    return 1;
}

/* Adds a value, in which commas may separate thousands. */
static enum status value_add(struct profile_reading *reading, int counter,
                             const char *unit, char *text)
{
    char *to = text, *end;
    double value;

    for (const char *from = text; *from; from++)
        if (*from != ',')
            *to++ = *from;
    *to = '\0';
    value = strtod(text, &end);
    if (end == text || *end || !(value >= 0))
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: %s is '%.40s', must be a number", reading->job->file,
                         reading->line, counter_names[counter], text);
    reading->sums[counter] += value * unit_scale(unit);
    reading->found[counter]++;
    return STATUS_OK;
}

/* The positions of the columns in the header. */
struct profile_header {
    size_t cells, name, unit, value; /* details; name == cells: it is the raw page */
    size_t column[COUNTERS];         /* raw page; == cells: the column is missing */
    char units[COUNTERS][16];
};

static bool header_read(struct profile_header *header, char **cells, size_t count)
{
    bool has_kernel = false;

    *header = (struct profile_header){
        .cells = count, .name = count, .unit = count, .value = count
    };
    for (int c = 0; c < COUNTERS; c++)
        header->column[c] = count;
    for (size_t i = 0; i < count; i++) {
        int counter = counter_find(cells[i]);

        has_kernel |= strcmp(cells[i], "Kernel Name") == 0;
        if (counter < COUNTERS)
            header->column[counter] = i;
        if (strcmp(cells[i], "Metric Name") == 0)
            header->name = i;
        if (strcmp(cells[i], "Metric Unit") == 0)
            header->unit = i;
        if (strcmp(cells[i], "Metric Value") == 0)
            header->value = i;
    }
    return has_kernel;
}

static enum status row_read(struct profile_reading *reading,
                            struct profile_header *header, char **cells,
                            bool *has_units)
{
    enum status status = STATUS_OK;

    if (header->name < header->cells && header->value < header->cells) {
        int counter = counter_find(cells[header->name]);

        return counter == COUNTERS
                   ? STATUS_OK
                   : value_add(reading, counter,
                               header->unit < header->cells ? cells[header->unit] : "",
                               cells[header->value]);
    }
    for (int c = 0; c < COUNTERS && status == STATUS_OK; c++) {
        if (header->column[c] == header->cells)
            continue;
        if (!*has_units)
            snprintf(header->units[c], sizeof header->units[c], "%s",
                     cells[header->column[c]]);
        else
            status = value_add(reading, c, header->units[c], cells[header->column[c]]);
    }
    *has_units = true;
    return status;
}

static enum status lines_read(struct profile_reading *reading)
{
    FILE *in = fopen(reading->job->file, "r");
    char *line = NULL, *cells[CELLS_MAX];
    size_t capacity = 0;
    struct profile_header header = { .cells = 0 };
    bool has_units = false;
    enum status status = STATUS_OK;

    if (!in)
        return error_set(reading->err, STATUS_IO, "%s: %s", reading->job->file,
                         strerror(errno));
    while (status == STATUS_OK && getline(&line, &capacity, in) >= 0) {
        size_t count;

        reading->line++;
        if (strncmp(line, "==", 2) == 0 || !line[strspn(line, " \r\n")])
            continue; /* messages of the profiler */
        count = cells_split(line, cells);
        if (!header.cells) {
            if (!header_read(&header, cells, count))
                status = error_set(reading->err, STATUS_INPUT,
                                   "%s:%u: has no column 'Kernel Name', must be the "
                                   "output of `ncu --csv`",
                                   reading->job->file, reading->line);
        } else if (count != header.cells)
            status = error_set(reading->err, STATUS_INPUT,
                               "%s:%u: %zu cells, must be %zu as the header has",
                               reading->job->file, reading->line, count, header.cells);
        else
            status = row_read(reading, &header, cells, &has_units);
    }
    free(line);
    fclose(in);
    return status;
}

enum status import_profile(const struct import_job *job, struct error *err)
{
    struct profile_reading reading = { .job = job, .err = err };
    char *source = alloc_printf("counted by Nsight Compute: %s", job->file);
    struct workload workload = { .summary = "" };
    enum status status = lines_read(&reading);
    struct error why;

    for (int c = 0; c < COUNTERS && status == STATUS_OK; c++)
        if (!reading.found[c])
            status = error_set(
                err, STATUS_INPUT,
                "%s:%u: has no metric %s; must be profiled with --metrics %s,%s,%s",
                job->file, reading.line, counter_names[c], counter_names[READS],
                counter_names[WRITES], counter_names[TIME]);
    record_default(&workload_schema, &workload);
    workload.record.name = job->name;
    workload.record.source = source;
    workload.given_reads = reading.sums[READS];
    workload.given_writes = reading.sums[WRITES];
    workload.given_access_bytes = 32; /* one sector */
    workload.given_run_s = reading.sums[TIME];
    if (status == STATUS_OK &&
        record_check(&workload_schema, &workload, &why) != STATUS_OK)
        status = error_set(err, STATUS_INPUT, "%s:%u: %s", job->file, reading.line,
                           why.text);
    if (status == STATUS_OK) {
        record_write(job->out, &workload_schema, &workload);
        fprintf(job->notes,
                "%s: %zu kernels; no miss ratio curve, so nothing misses until "
                "given_misses "
                "has one\n",
                job->name, reading.found[READS]);
    }
    free(source);
    return status;
}
