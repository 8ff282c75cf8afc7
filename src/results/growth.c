#include "results/growth.h"

#include "base/crc32c.h"
#include "base/memory.h"
#include "results/growth_match.h"
#include "results/merge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the sweep's text */

/* The text of the comment lines from *at on, without one level of marks; used for the sweep
 * text of merged files.  *at moves to the next line without a mark. */
static char *uncommented(const char **at)
{
    static const char mark[] = "#   ";
    char *text = alloc_array(strlen(*at) + 1, 1), *to = text;

    while (strncmp(*at, mark, sizeof mark - 1) == 0) {
        size_t length = strcspn(*at, "\n");

        length += (*at)[length] == '\n';
        memcpy(to, *at + sizeof mark - 1, length - (sizeof mark - 1));
        to += length - (sizeof mark - 1);
        *at += length;
    }
    *to = '\0';
    return text;
}

/* Compares settings with the file's sweep; a merged file has two, which may be merged too. */
static enum status settings_check(const char *was, const char *is, settings_fn *same,
                                  struct error *err)
{
    static const char *const titles[] = { "# " MERGED_FIRST "\n",
                                          "# " MERGED_SECOND "\n" };
    enum status status = STATUS_OK;

    if (strncmp(was, titles[0], strlen(titles[0])) != 0)
        return same(was, is, err);
    for (int i = 0; i < 2 && status == STATUS_OK; i++) {
        char *text;

        if (strncmp(was, titles[i], strlen(titles[i])) != 0)
            return error_set(err, STATUS_INPUT,
                             "the sweep text in the file is damaged");
        was += strlen(titles[i]);
        text = uncommented(&was);
        status = settings_check(text, is, same, err);
        free(text);
    }
    return status;
}

/* ---- the file */

static enum status file_map(struct growth *growth, struct error *err)
{
    struct stat about;
    void *bytes;

    if (fstat(growth->results->raw.fd, &about))
        return error_set(err, STATUS_IO, "%s: %s", growth->results->path,
                         strerror(errno));
    growth->size = (size_t)about.st_size;
    bytes = mmap(NULL, growth->size, PROT_READ, MAP_SHARED, growth->results->raw.fd, 0);
    if (bytes == MAP_FAILED)
        return error_set(err, STATUS_IO, "%s: cannot map the file into memory: %s",
                         growth->results->path, strerror(errno));
    growth->bytes = bytes;
    return STATUS_OK;
}

enum status growth_open(const char *path, const struct study *study,
                        const struct stage *const *table, const struct program *program,
                        bool accept_version, settings_fn *same_settings,
                        struct growth **growth, struct error *err)
{
    struct growth *new = alloc_array(1, sizeof *new);
    struct error why;
    enum status status = results_open_intact(path, &new->results, err);

    new->study = study;
    new->table = table;
    if (status != STATUS_OK)
        goto out;
    status = results_check_plain(new->results, err);
    if (status != STATUS_OK)
        goto out;
    status = results_check_program(new->results, program, accept_version, err);
    if (status != STATUS_OK)
        goto out;
    status = results_check_records(new->results, study, err);
    if (status != STATUS_OK)
        goto out;
    if (same_settings) {
        status = settings_check(new->results->sweep_text,
                                study->sweep->text ? study->sweep->text : "",
                                same_settings, &why);
        if (status != STATUS_OK)
            error_set(err, status,
                      "%s: result of another sweep: %s; name another file with -o, or "
                      "move this one away",
                      path, why.text);
    }
    if (status != STATUS_OK)
        goto out;
    status = growth_match(new, err);
    if (status != STATUS_OK)
        goto out;
    status = file_map(new, err);
out:
    if (status != STATUS_OK) {
        growth_close(new);
        new = NULL;
    }
    *growth = new;
    return status;
}

void growth_close(struct growth *growth)
{
    if (!growth)
        return;
    if (growth->bytes)
        munmap((void *)growth->bytes, growth->size);
    for (int id = 0; id < STAGE_COUNT; id++) {
        free(growth->stages[id].blocks);
        for (size_t d = 0; d < AXES; d++)
            free(growth->stages[id].places[d]);
    }
    results_close(growth->results);
    free(growth);
}

char *growth_format(const struct growth *growth, char *buffer, size_t size)
{
    snprintf(buffer, size, "keeps %" PRIu64 " of %" PRIu64 " points%s%s", growth->kept,
             growth->total, growth->added[0] ? "; new: " : "", growth->added);
    return buffer;
}

/* ---- points */

/* Is the old block's checksum right?  Computed once. */
static bool is_good(struct growth *growth, struct kept_stage *kept, uint64_t block)
{
    const struct stage_layout *layout = &kept->old->layout;
    struct range points = layout_block(layout, block);
    uint32_t crc = 0, stored;

    if (kept->blocks[block] != BLOCK_UNKNOWN)
        return kept->blocks[block] == BLOCK_GOOD;
    for (uint32_t c = 0; c < layout->columns; c++)
        crc = crc32c(crc,
                     growth->bytes + layout->column_offsets[c] +
                         points.first * layout->column_bytes[c],
                     points.count * layout->column_bytes[c]);
    crc = crc32c(crc, growth->bytes + layout->status_offset + points.first,
                 points.count);
    memcpy(&stored, growth->bytes + layout->checksum_offset + 4 * block, 4);
    kept->blocks[block] = crc == stored ? BLOCK_GOOD : BLOCK_BAD;
    return crc == stored;
}

/* The old point whose result the new point keeps, or NOT_THERE. */
static uint64_t old_point(struct growth *growth, enum stage_id id, uint64_t index)
{
    struct kept_stage *kept = &growth->stages[id];
    const struct grid *grid = &growth->study->grids[id];
    uint64_t old = kept->fixed;
    int8_t status;

    for (size_t d = 0; d < grid->dimension_count; d++) {
        uint64_t place = kept->places[d][index / grid->strides[d] % grid->sizes[d]];

        if (place == NOT_THERE)
            return NOT_THERE;
        old += place;
    }
    status = (int8_t)growth->bytes[kept->old->layout.status_offset + old];
    if ((status != POINT_DONE && status != POINT_INFEASIBLE) ||
        !is_good(growth, kept, old / kept->old->layout.block_points))
        return NOT_THERE;
    return old;
}

void growth_mark(struct growth *growth, enum stage_id id, struct range points,
                 int8_t *status)
{
    if (!growth || !growth->stages[id].old)
        return;
    for (uint64_t i = 0; i < points.count; i++) {
        uint64_t old = status[i] == POINT_PENDING
                           ? old_point(growth, id, points.first + i)
                           : NOT_THERE;

        if (old != NOT_THERE)
            status[i] = (int8_t)growth
                            ->bytes[growth->stages[id].old->layout.status_offset + old];
    }
}

void growth_copy(struct growth *growth, enum stage_id id, struct range points,
                 const struct block *values)
{
    const struct stage_layout *layout;

    if (!growth || !growth->stages[id].old)
        return;
    layout = &growth->stages[id].old->layout;
    for (uint64_t i = 0; i < points.count; i++) {
        uint64_t old = values->status[i] == POINT_DONE ||
                               values->status[i] == POINT_INFEASIBLE
                           ? old_point(growth, id, points.first + i)
                           : NOT_THERE;

        if (old == NOT_THERE)
            continue;
        for (uint32_t c = 0; c < layout->columns; c++) {
            size_t bytes = layout->column_bytes[c];

            memcpy((char *)values->columns.column[c] + i * bytes,
                   growth->bytes + layout->column_offsets[c] + old * bytes, bytes);
        }
    }
}

/* ---- names */

char *growth_before(const char *path)
{
    return alloc_printf("%s.before", path);
}

bool growth_in_progress(const char *path)
{
    char *before = growth_before(path);
    struct stat old, now;
    bool is_there = stat(before, &old) == 0;

    if (is_there && stat(path, &now) == 0 && old.st_ino == now.st_ino &&
        old.st_dev == now.st_dev) {
        unlink(before);
        is_there = false;
    }
    free(before);
    return is_there;
}

enum status growth_replace(const char *path, const char *fresh, struct error *err)
{
    char *before = growth_before(path);
    enum status status = STATUS_OK;

    unlink(before);
    if (link(path, before))
        status = error_set(err, STATUS_IO, "%s: cannot keep it as %s: %s", path, before,
                           strerror(errno));
    else if (rename(fresh, path))
        status = error_set(err, STATUS_IO, "%s: cannot rename it to %s: %s", fresh,
                           path, strerror(errno));
    if (status == STATUS_OK)
        raw_sync_folder_of(path);
    else
        unlink(fresh);
    free(before);
    return status;
}
