#include "cmd/figure_reads.h"

#include "base/memory.h"
#include "cmd/figure_points.h"
#include "stage/array_stage.h"
#include "stage/record_tables.h"
#include "tech/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct figure_reading {
    const struct library *library;
    struct figure_reads *reads;
};

static void record_add(const struct figure_reading *reading, enum record_table_id table,
                       const struct record *record);

static enum status named_add(void *context, const char *kind, const char *name)
{
    const struct figure_reading *reading = context;
    enum record_table_id table = record_table_of_kind(kind);

    record_add(reading, table, library_find(reading->library, table, name));
    return STATUS_OK;
}

/* Adds a record and the records it names. */
static void record_add(const struct figure_reading *reading, enum record_table_id table,
                       const struct record *record)
{
    struct figure_reads *reads = reading->reads;

    for (size_t i = 0; i < reads->record_count; i++)
        if (reads->records[i] == record)
            return;
    if (!record)
        return;
    reads->records = realloc_array(reads->records, reads->record_count + 1,
                                   sizeof(const struct record *));
    reads->records[reads->record_count++] = record;
    schema_names_visit(record_table_schemas[table], record, named_add,
                       (void *)(uintptr_t)reading);
}

static void node_records_add(const struct figure_reading *reading, axis_mask axes,
                             const struct point *point)
{
    const struct node *node = library_node(reading->library, point->node_m,
                                           point->roadmap);
    const char *build = NULL;

    record_add(reading, RECORDS_NODE, (const struct record *)node);
    if (node && axes & AXIS_BIT(built_as))
        build = array_build_name(point, node);
    if (build)
        record_add(reading, RECORDS_BUILD,
                   library_find(reading->library, RECORDS_BUILD, build));
}

static void point_records_add(struct figure_reads *reads, const struct study *study,
                              axis_mask axes, const struct point *point)
{
    const struct figure_reading reading = { .library = study->library, .reads = reads };

    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (axes >> axis & 1 && axis_specs[axis].kind == AXIS_RECORD)
            record_add(&reading, axis_specs[axis].table, point_get(point, axis).record);
    if (axes & AXIS_BIT(node_m))
        node_records_add(&reading, axes, point);
    record_add(&reading, RECORDS_TECHNOLOGY, study->sweep->space.iso_area.baseline);
}

/* FNV-1a, 64 bits. */
static uint64_t text_hash(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

/* A number for what a metric at a point depends on.  Two sweeps that ask for the same value of
 * the same model in different ways get the same number. */
static uint64_t term_of(const struct study *study, const struct question *question,
                        const struct point *point)
{
    const struct grid *grid = &study->grids[question->stage];
    const struct metric *metric = &stages[question->stage]->metrics[question->metric];
    uint64_t hash = text_hash(UINT64_C(0xcbf29ce484222325), metric->name);
    char text[160];

    for (size_t i = 0; i < question->at_count; i++) {
        snprintf(text, sizeof text, "%ju", (uintmax_t)question->at[i]);
        hash = text_hash(hash, text);
    }
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (grid->axes >> axis & 1)
            hash = text_hash(
                hash, axis_value_format(space_axis(&study->sweep->space, axis),
                                        point_get(point, axis), text, sizeof text));
    return hash;
}

static void term_add(struct figure_reads *reads, uint64_t term)
{
    reads->terms = realloc_array(reads->terms, reads->term_count + 1,
                                 sizeof *reads->terms);
    reads->terms[reads->term_count++] = term;
}

static void reads_add(const struct evaluated *one, const struct question *question,
                      uint64_t index, uint64_t base, void *context)
{
    const struct grid *grid = &one->study.grids[question->stage];
    uint64_t places[] = { index, base };

    for (size_t i = 0; i < (base == index ? 1 : 2); i++) {
        struct point point;

        grid_point(grid, &one->sweep.space, places[i], &point);
        point_records_add(context, &one->study, grid->axes, &point);
        term_add(context, term_of(&one->study, question, &point));
    }
}

static enum status reads_collect(struct figures *figures,
                                 const struct published_figure *figure,
                                 struct figure_reads *reads, struct error *err)
{
    struct question question;
    struct evaluated *one;
    enum status status;

    if (figure->parts_count)
        return STATUS_OK;
    if (figure_is_ratio(figure)) {
        struct figure_ratio ratio = figure_ratio(figure);

        status = reads_collect(figures, &ratio.over, reads, err);
        if (status == STATUS_OK)
            status = reads_collect(figures, &ratio.under, reads, err);
        free(ratio.settings);
        return status;
    }
    status = figures_plan(figures, figure, &one, err);
    if (status == STATUS_OK)
        status = question_make(figures, &one->study, figure, &question, err);
    if (status == STATUS_OK)
        status = question_walk(one, figure, &question, reads_add, reads, err);
    return status;
}

enum status figures_reads(struct figures *figures,
                          const struct published_figure *figure,
                          struct figure_reads *reads, struct error *err)
{
    *reads = (struct figure_reads){ .records = NULL };
    return reads_collect(figures, figure, reads, err);
}

void figure_reads_free(struct figure_reads *reads)
{
    free(reads->records);
    free(reads->terms);
    *reads = (struct figure_reads){ .records = NULL };
}
