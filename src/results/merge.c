#include "results/merge.h"

#include "base/crc32c.h"
#include "base/memory.h"
#include "results/merge_file.h"
#include "results/merge_plan.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_POINTS = 65536 };

/* ---- values */

/* Reads items of a variable, mostly in ascending order, a chunk at a time. */
struct window {
    const struct results *results;
    const struct variable *variable;
    uint32_t item; /* bytes per item */
    unsigned char *bytes;
    uint64_t first, count;
};

static enum status window_at(struct window *window, uint64_t index,
                             const unsigned char **item, struct error *err)
{
    uint64_t items = window->variable->count * window->variable->item_bytes /
                     window->item;

    if (!window->bytes)
        window->bytes = alloc_array(CHUNK_POINTS, window->item);
    if (index < window->first || index - window->first >= window->count) {
        uint64_t left = items - index,
                 each = window->item / window->variable->item_bytes;
        enum status status;

        window->first = index;
        window->count = left < CHUNK_POINTS ? left : CHUNK_POINTS;
        status = results_read_raw(window->results, window->variable, index * each,
                                  window->count * each, window->bytes, err);
        if (status != STATUS_OK)
            return status;
    }
    *item = window->bytes + (index - window->first) * window->item;
    return STATUS_OK;
}

/* Fills one variable of the merged file, point by point. */
struct filling {
    const struct merge_plan *plan;
    const struct variable
        *points;               /* its elements are the points: status, or coordinate */
    struct window windows[2];  /* the variable in each file */
    struct window statuses[2]; /* the stage's status; no variable: all points count */
    struct merge_report *report; /* NULL: not counted */
};

static void filling_begin(struct filling *filling, const struct variable *variable,
                          uint32_t item)
{
    for (int file = 0; file < 2; file++) {
        const struct results *results = filling->plan->files[file];

        filling->windows[file] = (struct window){ .results = results,
                                                  .variable = results_find_path(
                                                      results, variable->path),
                                                  .item = item };
    }
}

static void filling_end(struct filling *filling)
{
    for (int file = 0; file < 2; file++) {
        free(filling->windows[file].bytes);
        free(filling->statuses[file].bytes);
        filling->windows[file].bytes = filling->statuses[file].bytes = NULL;
    }
}

/* A point's item in each file; NULL if the file does not have the point. */
static enum status items_at(struct filling *filling, uint64_t point,
                            const unsigned char *items[2], bool is_done[2],
                            struct error *err)
{
    enum status status = STATUS_OK;

    for (int file = 0; file < 2 && status == STATUS_OK; file++) {
        uint64_t at = merge_element(filling->plan, filling->points, point, file);
        const unsigned char *code = NULL;

        items[file] = NULL;
        is_done[file] = false;
        if (at == UINT64_MAX)
            continue;
        status = window_at(&filling->windows[file], at, &items[file], err);
        if (status == STATUS_OK && filling->statuses[file].variable)
            status = window_at(&filling->statuses[file], at, &code, err);
        is_done[file] = status == STATUS_OK && (!code || *code != POINT_PENDING);
    }
    return status;
}

static enum status conflict(const struct filling *filling, uint64_t point,
                            struct error *err)
{
    const struct results *a = filling->plan->files[0];
    uint64_t rest = merge_element(filling->plan, filling->points, point, 0);
    char where[400] = "", text[100];
    uint64_t index[VARIABLE_DIMENSIONS];

    for (size_t d = filling->points->dimension_count; d-- > 0;) {
        uint64_t count = a->dimensions[filling->points->own_dimensions[d]].count;

        index[d] = rest % count;
        rest /= count;
    }
    for (size_t d = 0; d < filling->points->dimension_count; d++) {
        size_t dimension = filling->points->own_dimensions[d], length = strlen(where);

        snprintf(where + length, sizeof where - length, " %s=%s",
                 a->dimensions[dimension].name,
                 results_coordinate_format(a, dimension, index[d], text, sizeof text));
    }
    return error_set(err, STATUS_INPUT, "%s and %s have different values of %s at%s",
                     a->path, filling->plan->files[1]->path,
                     filling->windows[0].variable->name,
                     *where ? where : " their only point");
}

static void report_count(struct merge_report *report, const bool is_done[2])
{
    report->points++;
    report->both += is_done[0] && is_done[1];
    report->from_a += is_done[0] && !is_done[1];
    report->from_b += is_done[1] && !is_done[0];
    report->neither += !is_done[0] && !is_done[1];
}

/* Writes the merged variable at `offset` of the file, item by item; `none` (item bytes) is
 * written for points that neither file has. */
static enum status variable_fill(struct filling *filling, const struct raw *raw,
                                 uint64_t offset, const unsigned char *none,
                                 struct error *err)
{
    uint64_t points = merge_count(filling->plan, filling->points);
    uint32_t item = filling->windows[0].item;
    unsigned char *out = alloc_array(CHUNK_POINTS, item);
    enum status status = STATUS_OK;

    for (uint64_t first = 0; first < points && status == STATUS_OK;
         first += CHUNK_POINTS) {
        uint64_t count = points - first < CHUNK_POINTS ? points - first : CHUNK_POINTS;

        for (uint64_t i = 0; i < count && status == STATUS_OK; i++) {
            const unsigned char *items[2], *taken;
            bool is_done[2];

            status = items_at(filling, first + i, items, is_done, err);
            if (status != STATUS_OK)
                break;
            taken = is_done[0] ? items[0] : is_done[1] ? items[1] : none;
            if (is_done[0] && is_done[1] && memcmp(items[0], items[1], item) != 0)
                status = conflict(filling, first + i, err);
            memcpy(out + i * item, taken, item);
            if (filling->report)
                report_count(filling->report, is_done);
        }
        if (status == STATUS_OK)
            status = raw_write(raw, out, count * item, offset + first * item, err);
    }
    free(out);
    return status;
}

static void statuses_begin(struct filling *filling, const struct results_stage *stage)
{
    const char *path = filling->plan->files[0]->variables[stage->status].path;

    for (int file = 0; file < 2; file++)
        filling->statuses[file] = (struct window){
            .results = filling->plan->files[file],
            .variable = results_find_path(filling->plan->files[file], path),
            .item = 1
        };
}

/* Writes the columns, then the status, of a stage. */
static enum status stage_fill(const struct merge_plan *plan,
                              const struct results *merged, const struct raw *raw,
                              size_t s, struct merge_report *report, struct error *err)
{
    const struct results *a = plan->files[0];
    const struct results_stage *stage = &a->stages[s];
    const struct variable *points = &a->variables[stage->status];
    enum status status = STATUS_OK;

    for (uint32_t c = 0; c <= stage->layout.columns && status == STATUS_OK; c++) {
        bool is_status = c == stage->layout.columns;
        const struct variable *variable = is_status ? points
                                                    : &a->variables[stage->columns[c]];
        uint32_t item = is_status ? 1 : stage->layout.column_bytes[c];
        unsigned char *none = alloc_array(item, 1);
        struct filling filling = { .plan = plan,
                                   .points = points,
                                   .report = is_status ? report : NULL };

        if (variable->kind == VARIABLE_NUMBER)
            for (uint32_t i = 0; i + sizeof(double) <= item; i += sizeof(double))
                memcpy(none + i, &(double){ (double)NAN }, sizeof(double));
        filling_begin(&filling, variable, item);
        statuses_begin(&filling, stage);
        status = variable_fill(&filling, raw,
                               results_find_path(merged, variable->path)->offset, none,
                               err);
        filling_end(&filling);
        free(none);
    }
    return status;
}

/* Writes numeric coordinates; every merged value is in one of the files. */
static enum status coordinates_fill(const struct merge_plan *plan,
                                    const struct results *merged, const struct raw *raw,
                                    struct error *err)
{
    const struct results *a = plan->files[0];
    enum status status = STATUS_OK;

    for (size_t v = 0; v < a->variable_count && status == STATUS_OK; v++) {
        const struct variable *variable = &a->variables[v];
        struct filling filling = { .plan = plan, .points = variable };
        bool is_other = variable->kind == VARIABLE_TEXT;

        for (size_t s = 0; s < a->stage_count; s++) {
            is_other |= a->stages[s].status == v;
            for (uint32_t c = 0; c < a->stages[s].layout.columns; c++)
                is_other |= a->stages[s].columns[c] == v;
        }
        for (size_t d = 0; d < variable->dimension_count; d++)
            is_other |= merge_block_stage(a, variable->own_dimensions[d]) != NULL;
        if (is_other || strcmp(variable->path, RESULTS_METADATA_CHECKSUM) == 0)
            continue;
        filling_begin(&filling, variable, variable->item_bytes);
        status = variable_fill(&filling, raw,
                               results_find_path(merged, variable->path)->offset,
                               (const unsigned char[8]){ 0 }, err);
        filling_end(&filling);
    }
    return status;
}

/* ---- checksums */

static enum status block_seal(const struct results *merged, const struct raw *raw,
                              const struct stage_layout *layout, uint64_t block,
                              struct error *err)
{
    struct range points = layout_block(layout, block);
    uint32_t crc = 0;
    enum status status = STATUS_OK;

    for (uint32_t c = 0; c <= layout->columns && status == STATUS_OK; c++) {
        bool is_status = c == layout->columns;
        size_t size = is_status ? 1 : layout->column_bytes[c];
        uint64_t offset = is_status ? layout->status_offset : layout->column_offsets[c];
        unsigned char *bytes = alloc_array(points.count, size);

        status = raw_read(&merged->raw, bytes, points.count * size,
                          offset + points.first * size, err);
        crc = crc32c(crc, bytes, points.count * size);
        free(bytes);
    }
    if (status != STATUS_OK)
        return status;
    return raw_write(raw, &crc, sizeof crc,
                     layout->checksum_offset + block * sizeof crc, err);
}

static enum status values_fill(const struct merge_plan *plan, const char *to,
                               struct merge_report *report, struct error *err)
{
    struct results *merged = NULL;
    struct raw raw = { .fd = -1 };
    enum status status = results_open(to, &merged, err);

    if (status != STATUS_OK)
        goto out;
    status = raw_open(&raw, to, true, err);
    if (status != STATUS_OK)
        goto out;
    status = coordinates_fill(plan, merged, &raw, err);
    if (status != STATUS_OK)
        goto out;
    for (size_t s = 0; status == STATUS_OK && s < plan->files[0]->stage_count; s++)
        status = stage_fill(plan, merged, &raw, s, report, err);
    if (status != STATUS_OK)
        goto out;
    for (size_t s = 0; status == STATUS_OK && s < merged->stage_count; s++)
        for (uint64_t b = 0; b < merged->stages[s].layout.blocks && status == STATUS_OK;
             b++)
            status = block_seal(merged, &raw, &merged->stages[s].layout, b, err);
    if (status != STATUS_OK)
        goto out;
    status = raw_sync(&raw, err);
out:
    raw_close(&raw);
    results_close(merged);
    return status;
}

enum status results_merge(const struct results *a, const struct results *b,
                          const char *to, struct merge_report *report,
                          struct error *err)
{
    char *partial = alloc_printf("%s.partial", to);
    struct merge_plan plan;
    enum status status = merge_plan_make(&plan, a, b, err);

    *report = (struct merge_report){ .points = 0 };
    unlink(partial);
    if (status != STATUS_OK)
        goto out;
    status = results_check_blocks(a, err);
    if (status != STATUS_OK)
        goto out;
    status = results_check_blocks(b, err);
    if (status != STATUS_OK)
        goto out;
    status = merge_file_make(&plan, partial, err);
    if (status != STATUS_OK)
        goto out;
    status = values_fill(&plan, partial, report, err);
    if (status != STATUS_OK)
        goto out;
    status = results_seal(partial, err);
    if (status != STATUS_OK)
        goto out;
    if (rename(partial, to))
        status = error_set(err, STATUS_IO, "%s: cannot rename it to %s: %s", partial,
                           to, strerror(errno));
out:
    if (status != STATUS_OK)
        unlink(partial);
    merge_plan_free(&plan);
    free(partial);
    return status;
}
