#include "results/h5.h"
#include "results/packed.h"
#include "results/probe.h"
#include "results/results.h"

#include "base/memory.h"
#include "base/text.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* State while a file is opened. */
struct opening {
    struct results *results;
    struct h5 h5;
    uint64_t file_bytes;
    bool is_foreign; /* it has an object that result files do not have */
    bool is_packed;  /* a compressed copy (results/pack.h) */
    char *other;     /* program version that made a file with another layout, or NULL */
    char **runs;     /* groups below RESULTS_RUN */
    size_t run_count;
};

static size_t dimension_at(struct results *results, const char *path, uint64_t count)
{
    struct results_dimension *dimension;

    for (size_t d = 0; d < results->dimension_count; d++)
        if (strcmp(results->dimensions[d].path, path) == 0)
            return d;
    results->dimensions = realloc_array(
        results->dimensions, results->dimension_count + 1, sizeof *results->dimensions);
    dimension = &results->dimensions[results->dimension_count];
    *dimension = (struct results_dimension){
        .path = alloc_text(path),
        .count = count,
        .coordinate = SIZE_MAX,
        .same = results->dimension_count,
    };
    dimension->name = h5_leaf(dimension->path);
    return results->dimension_count++;
}

/* Does the file hold `count` items of this size from offset on? */
static bool is_inside(const struct opening *opening, uint64_t offset, uint64_t count,
                      uint64_t item_bytes)
{
    return offset <= opening->file_bytes && item_bytes &&
           count <= (opening->file_bytes - offset) / item_bytes;
}

static herr_t scale_name(hid_t dataset, unsigned d, hid_t scale, void *name)
{
    (void)dataset;
    (void)d;
    return H5Iget_name(scale, name, 256) > 0 ? 1 : -1;
}

/* Does the dataset have a valid list of scales, one per dimension?  H5DSiterate_scales crashes
 * if an attribute of that name holds anything else. */
static bool lists_scales(struct h5 *h5, hid_t dataset, int rank)
{
    hid_t list = H5_TRY(h5, H5Aopen(dataset, "DIMENSION_LIST", H5P_DEFAULT));
    hid_t type = H5_TRY(h5, H5Aget_type(list)), space, of;
    bool is_list;

    if (h5->is_bad)
        return false;
    space = H5_TRY(h5, H5Aget_space(list));
    of = H5Tget_class(type) == H5T_VLEN ? H5_TRY(h5, H5Tget_super(type)) : -1;
    is_list = of >= 0 && H5Tequal(of, H5T_STD_REF_OBJ) > 0 &&
              H5_TRY(h5, H5Sget_simple_extent_npoints(space)) == rank;
    if (of >= 0)
        H5Tclose(of);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(list);
    return is_list && !h5->is_bad;
}

static void dimensions_read(struct opening *opening, hid_t dataset,
                            struct variable *variable)
{
    hsize_t sizes[H5S_MAX_RANK];
    hid_t space = H5_TRY(&opening->h5, H5Dget_space(dataset));
    int rank = (int)H5_TRY(&opening->h5, H5Sget_simple_extent_dims(space, sizes, NULL));
    bool is_scale;

    if (space >= 0)
        H5Sclose(space);
    if (rank < 0 || rank > VARIABLE_DIMENSIONS) {
        opening->is_foreign = true;
        return;
    }
    variable->count = 1;
    is_scale = rank > 0 && H5_TRY(&opening->h5, H5DSis_scale(dataset)) > 0;
    if (rank > 0 && !is_scale && !lists_scales(&opening->h5, dataset, rank)) {
        opening->is_foreign = true;
        return;
    }
    for (int d = 0; d < rank; d++) {
        char name[256] = "";
        size_t dimension;

        if (is_scale)
            snprintf(name, sizeof name, "/%.250s", variable->path);
        else if (H5_TRY(&opening->h5, H5DSiterate_scales(dataset, (unsigned)d, NULL,
                                                         scale_name, name)) <= 0)
            opening->is_foreign = true;
        dimension = dimension_at(opening->results, name + (*name == '/'), sizes[d]);
        variable->own_dimensions[d] = variable->dimensions[d] = dimension;
        opening->is_foreign |=
            opening->results->dimensions[dimension].count != sizes[d] ||
            __builtin_mul_overflow(variable->count, sizes[d], &variable->count);
    }
    variable->dimension_count = (size_t)rank;
}

static void texts_read(struct opening *opening, hid_t dataset,
                       struct variable *variable)
{
    char **texts;

    /* An element in the file is a length, an address and an index: 16 bytes. */
    if (!is_inside(opening, 0, variable->count, 16)) {
        opening->is_foreign = true;
        return;
    }
    texts = alloc_array(variable->count, sizeof *texts);
    variable->texts = alloc_array(variable->count, sizeof *texts);
    H5_TRY(&opening->h5, H5Dread(dataset, opening->h5.text_type, H5S_ALL, H5S_ALL,
                                 H5P_DEFAULT, texts));
    for (uint64_t i = 0; i < variable->count; i++) {
        variable->texts[i] = alloc_text(texts[i] ? texts[i] : "");
        if (texts[i])
            H5free_memory(texts[i]);
    }
    free(texts);
}

static void kind_read(struct opening *opening, hid_t dataset, struct variable *variable)
{
    hid_t type = H5_TRY(&opening->h5, H5Dget_type(dataset));

    if (opening->h5.is_bad)
        return;
    variable->item_bytes = (uint32_t)H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_FLOAT:
        variable->kind = VARIABLE_NUMBER;
        opening->is_foreign |= variable->item_bytes != sizeof(double);
        break;
    case H5T_INTEGER:
        variable->is_unsigned = H5Tget_sign(type) == H5T_SGN_NONE;
        variable->kind = variable->item_bytes == 8 ? VARIABLE_COUNT : VARIABLE_CODE;
        opening->is_foreign |= variable->item_bytes > 8;
        break;
    case H5T_STRING:
        variable->kind = VARIABLE_TEXT;
        opening->is_foreign |= H5Tis_variable_str(type) <= 0;
        break;
    default: opening->is_foreign = true;
    }
    H5Tclose(type);
}

static char *text_or_empty(struct opening *opening, hid_t object, const char *name)
{
    char *text = h5_get_text(&opening->h5, object, name);

    return text ? text : alloc_text("");
}

/* Finds where a dataset's chunks lie.  This reads their whole index, in a child process
 * first (results/probe.h), because it may be damaged. */
static void chunks_read(struct opening *opening, hid_t dataset)
{
    struct results *results = opening->results;
    struct h5 *h5 = &opening->h5;
    hid_t space = H5_TRY(h5, H5Dget_space(dataset));
    hsize_t count = 0;

    H5_TRY(h5, H5Dget_num_chunks(dataset, space, &count));
    if (!h5->is_bad && is_inside(opening, 0, count, 1))
        results->chunks = realloc_array(results->chunks, results->chunk_count + count,
                                        sizeof *results->chunks);
    else
        opening->is_foreign = true;
    for (hsize_t c = 0; c < count && !h5->is_bad && !opening->is_foreign; c++) {
        haddr_t offset = 0;
        hsize_t bytes = 0;

        H5_TRY(h5, H5Dget_chunk_info(dataset, space, c, NULL, NULL, &offset, &bytes));
        if (is_inside(opening, offset, bytes, 1))
            results->chunks[results->chunk_count++] = (struct results_extent){ offset,
                                                                               bytes };
        else
            opening->is_foreign = true;
    }
    if (space >= 0)
        H5Sclose(space);
}

static void dataset_read(struct opening *opening, const char *path)
{
    struct results *results = opening->results;
    hid_t dataset = H5_TRY(&opening->h5, H5Dopen2(opening->h5.file, path, H5P_DEFAULT));
    struct variable variable = { .path = alloc_text(path) };

    if (dataset >= 0) {
        kind_read(opening, dataset, &variable);
        dimensions_read(opening, dataset, &variable);
        variable.units = text_or_empty(opening, dataset, "units");
        variable.meaning = text_or_empty(opening, dataset, "long_name");
        variable.field = text_or_empty(opening, dataset, "field");
        variable.zero = text_or_empty(opening, dataset, "zero_means");
    }
    if (!opening->h5.is_bad && !opening->is_foreign) {
        if (variable.kind == VARIABLE_TEXT)
            texts_read(opening, dataset, &variable);
        else
            variable.offset = H5Dget_offset(dataset);
        variable.is_packed = variable.kind != VARIABLE_TEXT &&
                             variable.offset == HADDR_UNDEF;
        if (variable.is_packed)
            chunks_read(opening, dataset);
        opening->is_packed |= variable.is_packed;
        opening->is_foreign |= variable.kind != VARIABLE_TEXT && !variable.is_packed &&
                               !is_inside(opening, variable.offset, variable.count,
                                          variable.item_bytes);
    }
    if (dataset >= 0)
        H5Dclose(dataset);
    variable.name = h5_leaf(variable.path);
    results->variables = realloc_array(results->variables, results->variable_count + 1,
                                       sizeof *results->variables);
    results->variables[results->variable_count++] = variable;
}

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

/* ---- dimensions that several groups share, and short names */

static bool is_of_run(const char *path)
{
    return strncmp(path, RESULTS_RUN "/", strlen(RESULTS_RUN "/")) == 0;
}

static bool texts_are_equal(const struct variable *a, const struct variable *b)
{
    for (uint64_t i = 0; i < a->count; i++)
        if (strcmp(a->texts[i], b->texts[i]) != 0)
            return false;
    return true;
}

static bool are_equal(const struct results *results, const struct variable *a,
                      const struct variable *b)
{
    size_t bytes = a->count * a->item_bytes;
    char *mine, *theirs;
    struct error ignored;
    bool is_equal;

    if (a->kind != b->kind || a->count != b->count || a->item_bytes != b->item_bytes)
        return false;
    if (a->kind == VARIABLE_TEXT)
        return texts_are_equal(a, b);
    mine = alloc_array(bytes, 1);
    theirs = alloc_array(bytes, 1);
    is_equal = results_read_raw(results, a, 0, a->count, mine, &ignored) == STATUS_OK &&
               results_read_raw(results, b, 0, b->count, theirs, &ignored) ==
                   STATUS_OK &&
               memcmp(mine, theirs, bytes) == 0;
    free(mine);
    free(theirs);
    return is_equal;
}

static void dimensions_unite(struct results *results)
{
    for (size_t d = 0; d < results->dimension_count; d++) {
        struct results_dimension *own = &results->dimensions[d];

        for (size_t e = 0; e < d && own->same == d && !is_of_run(own->path); e++) {
            const struct results_dimension *other = &results->dimensions[e];

            if (other->same == e && !is_of_run(other->path) &&
                strcmp(own->name, other->name) == 0 && own->coordinate != SIZE_MAX &&
                other->coordinate != SIZE_MAX &&
                are_equal(results, &results->variables[own->coordinate],
                          &results->variables[other->coordinate]))
                own->same = e;
        }
    }
    for (size_t v = 0; v < results->variable_count; v++)
        for (size_t d = 0; d < results->variables[v].dimension_count; d++) {
            size_t own = results->variables[v].own_dimensions[d];

            results->variables[v].dimensions[d] = results->dimensions[own].same;
        }
}

static bool is_metric(const struct results *results, size_t v)
{
    for (size_t s = 0; s < results->stage_count; s++) {
        if (results->stages[s].status == v)
            return true;
        for (uint32_t c = 0; c < results->stages[s].layout.columns; c++)
            if (results->stages[s].columns[c] == v)
                return true;
    }
    return false;
}

/* Marks coordinates that repeat those of the same dimension in another group. */
static void repetitions_find(struct results *results)
{
    for (size_t v = 0; v < results->variable_count; v++) {
        struct variable *own = &results->variables[v];

        if (own->dimension_count != 1 || is_of_run(own->path) || is_metric(results, v))
            continue;
        for (size_t w = 0; w < v && !own->is_repeated; w++) {
            const struct variable *other = &results->variables[w];

            own->is_repeated = !other->is_repeated && other->dimension_count == 1 &&
                               other->dimensions[0] == own->dimensions[0] &&
                               strcmp(h5_leaf(other->path), h5_leaf(own->path)) == 0 &&
                               !is_metric(results, w) && are_equal(results, own, other);
        }
    }
}

static void names_shorten(struct results *results)
{
    for (size_t v = 0; v < results->variable_count; v++) {
        struct variable *variable = &results->variables[v];

        if (results_find(results, h5_leaf(variable->path)) != variable)
            variable->name = variable->path;
    }
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

/* *has_failed: a call of HDF5's failed without a word from the system. */
static enum status file_open_once(const char *path, struct results **results,
                                  bool *has_failed, struct error *err)
{
    struct opening opening = { .results = alloc_array(1, sizeof *opening.results) };
    enum status status;
    struct error why;
    struct stat file;

    *results = NULL;
    opening.results->path = alloc_text(path);
    status = raw_open(&opening.results->raw, opening.results->path, false, err);
    if (status == STATUS_OK && fstat(opening.results->raw.fd, &file) == 0)
        opening.file_bytes = (uint64_t)file.st_size;
    if (status == STATUS_OK) {
        struct rlimit before = memory_limit(opening.file_bytes);

        status = h5_open(&opening.h5, path, &why);
        if (status == STATUS_OK) {
            content_read(&opening);
            *has_failed = opening.h5.is_bad && !opening.h5.is_system;
            status = h5_close(&opening.h5, path, "cannot be read", &why);
        }
        memory_restore(&before);
        if (status != STATUS_OK)
            status = error_set(err, opening.h5.is_system ? STATUS_IO : STATUS_INPUT,
                               "%s", why.text);
        if (opening.is_foreign && !opening.h5.is_system)
            status = error_set(err, STATUS_INPUT,
                               "%s: not a result file of nvsweep, or damaged", path);
        if (opening.other)
            status = error_set(err, STATUS_INPUT,
                               "%s: written by nvsweep %.40s, whose files this version "
                               "cannot read; run "
                               "its sweep again, or read it with that version",
                               path, opening.other);
    }
    free(opening.other);
    for (size_t r = 0; r < opening.run_count; r++)
        free(opening.runs[r]);
    free(opening.runs);
    if (status == STATUS_OK && opening.is_packed)
        status = packed_open(path, &opening.results->packed, err);
    if (status == STATUS_OK) {
        texts_clean(opening.results);
        dimensions_unite(opening.results);
        repetitions_find(opening.results);
        names_shorten(opening.results);
        *results = opening.results;
    } else {
        results_close(opening.results);
    }
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
    for (size_t s = 0; s < results->stage_count; s++)
        free(results->stages[s].name);
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

const struct variable *results_find_path(const struct results *results,
                                         const char *path)
{
    for (size_t v = 0; v < results->variable_count; v++)
        if (strcmp(results->variables[v].path, path) == 0)
            return &results->variables[v];
    return NULL;
}

/* Finds "gpu/edp_js", whichever group holds the stage's columns. */
static const struct variable *find_of_stage(const struct results *results,
                                            const struct results_stage *stage,
                                            const char *name)
{
    size_t length = strlen(stage->name);

    if (strncmp(name, stage->name, length) != 0 || name[length] != '/')
        return NULL;
    for (uint32_t c = 0; c < stage->layout.columns; c++) {
        const struct variable *variable = &results->variables[stage->columns[c]];

        if (strcmp(h5_leaf(variable->path), name + length + 1) == 0)
            return variable;
    }
    return NULL;
}

const struct variable *results_find(const struct results *results, const char *name)
{
    const struct variable *found = results_find_path(results, name);
    size_t count = 0;

    for (size_t s = 0; s < results->stage_count && !found && strchr(name, '/'); s++)
        found = find_of_stage(results, &results->stages[s], name);
    for (size_t v = 0; v < results->variable_count && !strchr(name, '/'); v++) {
        const struct variable *variable = &results->variables[v];

        if (found && !count)
            break;
        if (!variable->is_repeated && !is_of_run(variable->path) &&
            strcmp(h5_leaf(variable->path), name) == 0) {
            found = variable;
            count++;
        }
    }
    return count > 1 ? NULL : found;
}
