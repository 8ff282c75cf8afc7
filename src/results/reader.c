#include "results/dataset.h"
#include "results/names.h"
#include "results/packed.h"
#include "results/probe.h"
#include "results/results.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Collects datasets and the groups below RESULTS_RUN; stage groups follow from datasets. */
static void object_read(const char *path, enum h5_kind kind, const char *first,
                        void *opening_)
{
    struct opening *opening = opening_;

    (void)first;
    if (opening->h5.is_bad || opening->is_foreign)
        return;
    if (kind == H5_KIND_DATASET) {
        dataset_read(opening, path);
    } else if (kind == H5_KIND_GROUP &&
               strncmp(path, RESULTS_RUN "/", strlen(RESULTS_RUN "/")) == 0) {
        opening->runs = realloc_array(opening->runs, opening->run_count + 1,
                                      sizeof *opening->runs);
        opening->runs[opening->run_count++] = alloc_text(path);
    } else if (kind == H5_KIND_OTHER) {
        opening->is_foreign = true;
    }
}

static uint64_t block_points_read(struct opening *opening, const char *dataset)
{
    struct h5 *h5 = &opening->h5;
    hid_t attribute = H5_TRY(h5, H5Aopen_by_name(h5->file, dataset, "block_points",
                                                 H5P_DEFAULT, H5P_DEFAULT));
    uint64_t points = 0;

    if (attribute < 0)
        return 0;
    if (h5_is_single(h5, attribute))
        H5_TRY(h5, H5Aread(attribute, H5T_NATIVE_UINT64, &points));
    H5Aclose(attribute);
    return points;
}

static const struct variable *find_in(const struct results *results, const char *group,
                                      const char *name)
{
    char *path = alloc_printf("%s/%s", group, name);
    const struct variable *variable = results_find_path(results, path);

    free(path);
    return variable;
}

static void columns_find(struct opening *opening, struct results_stage *stage,
                         char *columns)
{
    struct results *results = opening->results;
    struct stage_layout *layout = &stage->layout;

    for (char *word = strtok(columns, " "); word; word = strtok(NULL, " ")) {
        const struct variable *column = results_find_path(results, word);

        if (!column || layout->columns == COLUMNS_MAX || column->item_bytes != 8 ||
            column->kind == VARIABLE_TEXT || !layout->points ||
            column->count % layout->points) {
            opening->is_foreign = true;
            return;
        }
        stage->columns[layout->columns] = (size_t)(column - results->variables);
        layout->column_offsets[layout->columns] = column->offset;
        layout->column_bytes[layout->columns++] =
            (uint32_t)(column->count / layout->points * column->item_bytes);
    }
}

/* Reads a stage: a group below RESULTS_RUN that names a status and columns. */
static void stage_read(struct opening *opening, const char *path)
{
    struct results *results = opening->results;
    struct h5 *h5 = &opening->h5;
    hid_t group = H5_TRY(h5, H5Gopen2(h5->file, path, H5P_DEFAULT));
    char *columns = h5_get_text(h5, group, "columns");
    char *status_path = h5_get_text(h5, group, "status");
    char *block = alloc_printf("%s/block", path);
    const struct variable *status = status_path
                                        ? results_find_path(results, status_path)
                                        : NULL;
    const struct variable *blocks = find_in(results, path, "block");
    const struct variable *checksums = find_in(results, path, "checksum");
    const struct variable *attempts = find_in(results, path, "attempts");
    uint64_t block_points = blocks ? block_points_read(opening, block) : 0;

    if (status && columns && blocks && checksums && attempts && block_points &&
        status->count && status->item_bytes == 1 && checksums->item_bytes == 4 &&
        attempts->item_bytes == 1 &&
        checksums->count == layout_blocks(status->count, block_points) &&
        attempts->count == checksums->count) {
        struct results_stage stage = {
            .name = alloc_text(h5_leaf(path)),
            .reads = h5_get_text(h5, group, "inputs"),
            .status = (size_t)(status - results->variables),
            .blocks = (size_t)(blocks - results->variables),
            .checksums = (size_t)(checksums - results->variables),
            .layout = { .points = status->count,
                        .block_points = block_points,
                        .blocks = checksums->count,
                        .status_offset = status->offset,
                        .checksum_offset = checksums->offset,
                        .attempts_offset = attempts->offset },
        };

        columns_find(opening, &stage, columns);
        results->stages = realloc_array(results->stages, results->stage_count + 1,
                                        sizeof *results->stages);
        results->stages[results->stage_count++] = stage;
    } else {
        opening->is_foreign |= blocks || columns || status_path;
    }
    if (group >= 0)
        H5Gclose(group);
    free(columns);
    free(status_path);
    free(block);
}

/* Sorts stages in the order of computation: the program's stages by name, others (some tests
 * make them) by the order of their datasets in the file. */
static int by_turn(const void *a, const void *b)
{
    const struct results_stage *x = a, *y = b;
    const struct word *one = word_find(stage_words, x->name),
                      *other = word_find(stage_words, y->name);
    uint64_t left = ((const struct results_stage *)a)->layout.status_offset;
    uint64_t right = ((const struct results_stage *)b)->layout.status_offset;

    if (one && other)
        return (one->value > other->value) - (one->value < other->value);
    return left < right ? -1 : left > right;
}

/* Does the file have another layout?  Then opening->other is the version that made it. */
static bool is_other_layout(struct opening *opening)
{
    struct h5 *h5 = &opening->h5;
    uint64_t layout = 0;

    if (H5_TRY(h5, H5Aexists(h5->file, RESULTS_LAYOUT)) > 0) {
        hid_t attribute = H5_TRY(h5, H5Aopen(h5->file, RESULTS_LAYOUT, H5P_DEFAULT));

        if (attribute >= 0 && h5_is_single(h5, attribute))
            H5_TRY(h5, H5Aread(attribute, H5T_NATIVE_UINT64, &layout));
        if (attribute >= 0)
            H5Aclose(attribute);
    }
    if (h5->is_bad || layout == RESULTS_LAYOUT_NOW)
        return false;
    opening->other = h5_get_text(h5, h5->file, "nvsweep_version");
    if (layout && !opening->other &&
        H5_TRY(h5, H5Lexists(h5->file, RESULTS_RUN, H5P_DEFAULT)) > 0) {
        hid_t run = H5_TRY(h5, H5Gopen2(h5->file, RESULTS_RUN, H5P_DEFAULT));

        opening->other = h5_get_text(h5, run, "nvsweep_version");
        if (run >= 0)
            H5Gclose(run);
    }
    opening->is_foreign = true;
    return true;
}

static void provenance_read(struct opening *opening)
{
    struct results *results = opening->results;
    struct h5 *h5 = &opening->h5;
    hid_t run;

    if (H5_TRY(h5, H5Lexists(h5->file, RESULTS_RUN, H5P_DEFAULT)) <= 0) {
        opening->is_foreign = true;
        return;
    }
    run = H5_TRY(h5, H5Gopen2(h5->file, RESULTS_RUN, H5P_DEFAULT));
    results->title = h5_get_text(h5, run, "title");
    results->sweep_text = h5_get_text(h5, run, "sweep");
    results->records_text = h5_get_text(h5, run, "library_records");
    results->version = h5_get_text(h5, run, "nvsweep_version");
    results->commit = h5_get_text(h5, run, "nvsweep_commit");
    opening->is_foreign |= !results->title || !results->sweep_text ||
                           !results->records_text || !results->version ||
                           !results->commit;
    if (run >= 0)
        H5Gclose(run);
}

static void content_read(struct opening *opening)
{
    struct results *results = opening->results;
    struct h5 *h5 = &opening->h5;

    if (is_other_layout(opening))
        return;
    provenance_read(opening);
    if (h5->is_bad || opening->is_foreign)
        return;
    h5_walk(h5, object_read, opening);
    for (size_t v = 0; v < results->variable_count; v++) {
        const struct variable *variable = &results->variables[v];

        if (h5->is_bad || opening->is_foreign)
            return;
        for (size_t d = 0; d < results->dimension_count; d++)
            if (strcmp(results->dimensions[d].path, variable->path) == 0) {
                results->dimensions[d].coordinate = v;
                opening->is_foreign |= variable->count != results->dimensions[d].count;
            }
    }
    for (size_t r = 0; r < opening->run_count && !h5->is_bad; r++)
        stage_read(opening, opening->runs[r]);
    if (results->stage_count > STAGE_COUNT || !results->stage_count)
        opening->is_foreign = true;
    else
        qsort(results->stages, results->stage_count, sizeof *results->stages, by_turn);
}

/* Removes control characters from texts, so that a crafted file cannot control the
 * terminal. */
static void texts_clean(struct results *results)
{
    text_clean(results->title);
    text_clean(results->version);
    text_clean(results->commit);
    for (size_t v = 0; v < results->variable_count; v++) {
        struct variable *variable = &results->variables[v];

        text_clean(variable->path);
        text_clean(variable->units);
        text_clean(variable->meaning);
        for (uint64_t i = 0; variable->texts && i < variable->count; i++)
            text_clean(variable->texts[i]);
    }
    for (size_t d = 0; d < results->dimension_count; d++)
        text_clean(results->dimensions[d].path);
    for (size_t s = 0; s < results->stage_count; s++)
        text_clean(results->stages[s].name);
}

/* Reads the file with HDF5, within a limit of memory.  *has_failed: a call of HDF5's failed without
 * a word from the system. */
static enum status content_open(struct opening *opening, bool *has_failed,
                                struct error *err)
{
    const char *path = opening->results->path;
    struct rlimit before = memory_limit(opening->file_bytes);
    struct error why;
    enum status status = h5_open(&opening->h5, path, &why);

    if (status == STATUS_OK) {
        content_read(opening);
        *has_failed = opening->h5.is_bad && !opening->h5.is_system;
        status = h5_close(&opening->h5, path, "cannot be read", &why);
    }
    memory_restore(&before);
    if (opening->other)
        return error_set(err, STATUS_INPUT,
                         "%s: written by nvsweep %.40s, whose files this version "
                         "cannot read; run "
                         "its sweep again, or read it with that version",
                         path, opening->other);
    if (opening->is_foreign && !opening->h5.is_system)
        return error_set(err, STATUS_INPUT,
                         "%s: not a result file of nvsweep, or damaged", path);
    if (status != STATUS_OK)
        status = error_set(err, opening->h5.is_system ? STATUS_IO : STATUS_INPUT, "%s",
                           why.text);
    return status;
}

/* *has_failed as content_open. */
static enum status file_open_once(const char *path, struct results **results,
                                  bool *has_failed, struct error *err)
{
    struct opening opening = { .results = alloc_array(1, sizeof *opening.results) };
    enum status status;
    struct stat file;

    *results = NULL;
    opening.results->path = alloc_text(path);
    status = raw_open(&opening.results->raw, opening.results->path, false, err);
    if (status != STATUS_OK)
        goto out;
    if (fstat(opening.results->raw.fd, &file) == 0)
        opening.file_bytes = (uint64_t)file.st_size;
    status = content_open(&opening, has_failed, err);
    if (status != STATUS_OK)
        goto out;
    if (opening.is_packed)
        status = packed_open(path, &opening.results->packed, err);
    if (status != STATUS_OK)
        goto out;
    texts_clean(opening.results);
    names_make(opening.results);
    *results = opening.results;
out:
    if (status != STATUS_OK)
        results_close(opening.results);
    free(opening.other);
    for (size_t r = 0; r < opening.run_count; r++)
        free(opening.runs[r]);
    free(opening.runs);
    return status;
}

/* HDF5's high-level calls lose what the system said of a read that failed, so such a file
 * may look damaged.  It is opened twice: what is damaged stays so. */
static enum status file_open(const char *path, struct results **results,
                             struct error *err)
{
    bool has_failed = false;
    enum status status = file_open_once(path, results, &has_failed, err);

    if (status == STATUS_INPUT && has_failed)
        status = file_open_once(path, results, &has_failed, err);
    return status;
}

static enum status file_try(const char *path)
{
    struct results *results;
    struct error ignored;
    enum status status = file_open(path, &results, &ignored);

    results_close(results);
    return status;
}

enum status results_open(const char *path, struct results **results, struct error *err)
{
    enum status status = probe_file(path, file_try, err);

    *results = NULL;
    return status == STATUS_OK ? file_open(path, results, err) : status;
}

enum status results_open_intact(const char *path, struct results **results,
                                struct error *err)
{
    bool is_intact = false;
    enum status status = results_open(path, results, err);

    if (status == STATUS_OK)
        status = results_check_seal(*results, &is_intact, err);
    if (status == STATUS_OK && !is_intact)
        status = error_set(
            err, STATUS_INPUT,
            "%s: its coordinates, units or labels have changed since it was written "
            "(checksum of its metadata); `nvsweep run` with its sweep repairs them",
            path);
    if (status != STATUS_OK) {
        results_close(*results);
        *results = NULL;
    }
    return status;
}

enum status results_check_plain(const struct results *results, struct error *err)
{
    if (!results->packed)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT,
                     "%s: a packed copy, which a run cannot continue; `nvsweep pack "
                     "--undo` makes a plain file of it",
                     results->path);
}

void results_close(struct results *results)
{
    if (!results)
        return;
    raw_close(&results->raw);
    packed_close(results->packed);
    for (size_t v = 0; v < results->variable_count; v++) {
        struct variable *variable = &results->variables[v];

        for (uint64_t i = 0; variable->texts && i < variable->count; i++)
            free(variable->texts[i]);
        free(variable->texts);
        free(variable->path);
        free(variable->units);
        free(variable->field);
        free(variable->zero);
        free(variable->meaning);
    }
    for (size_t d = 0; d < results->dimension_count; d++)
        free(results->dimensions[d].path);
    for (size_t s = 0; s < results->stage_count; s++) {
        free(results->stages[s].name);
        free(results->stages[s].reads);
    }
    free(results->variables);
    free(results->dimensions);
    free(results->stages);
    free(results->chunks);
    free(results->path);
    free(results->title);
    free(results->sweep_text);
    free(results->records_text);
    free(results->version);
    free(results->commit);
    free(results);
}
