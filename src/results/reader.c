#include "results/h5.h"
#include "results/packed.h"
#include "results/probe.h"
#include "results/results.h"

#include "base/memory.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What is known of a file while it is being opened. */
struct opening {
    struct results *results;
    struct h5 h5;
    uint64_t file_bytes;
    bool is_foreign; /* something a result file does not have */
    bool is_packed;  /* a compressed copy (results/pack.h) */
};

static size_t dimension_named(struct results *results, const char *name, uint64_t count)
{
    for (size_t d = 0; d < results->dimension_count; d++)
        if (strcmp(results->dimensions[d].name, name) == 0)
            return d;
    results->dimensions = realloc_array(
        results->dimensions, results->dimension_count + 1, sizeof *results->dimensions);
    results->dimensions[results->dimension_count] = (struct results_dimension){
        .name = alloc_text(name),
        .count = count,
        .coordinate = SIZE_MAX,
    };
    return results->dimension_count++;
}

/* Are there `count` items of so many bytes from offset on in the file? */
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

/* Does the dataset list references to a scale for each of its dimensions?  H5DSiterate_scales
 * takes an attribute of that name for such a list, whatever it is, and dies of others. */
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
            snprintf(name, sizeof name, "/%s", variable->name);
        else if (H5_TRY(&opening->h5, H5DSiterate_scales(dataset, (unsigned)d, NULL,
                                                         scale_name, name)) <= 0)
            opening->is_foreign = true;
        dimension = dimension_named(opening->results, name + (*name == '/'), sizes[d]);
        variable->dimensions[d] = dimension;
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

    /* An element is a length, an address and an index: 16 bytes. */
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

/* Look at the index of a dataset's chunks as a whole, where a damaged one harms nobody
 * (results/probe.h). */
static void chunks_walk(struct opening *opening, hid_t dataset)
{
    hid_t space = H5_TRY(&opening->h5, H5Dget_space(dataset));
    hsize_t count;

    H5_TRY(&opening->h5, H5Dget_num_chunks(dataset, space, &count));
    if (space >= 0)
        H5Sclose(space);
}

static herr_t variable_read(hid_t group, const char *name, const H5L_info_t *info,
                            void *opening_)
{
    struct opening *opening = opening_;
    struct results *results = opening->results;
    hid_t dataset = H5_TRY(&opening->h5, H5Dopen2(group, name, H5P_DEFAULT));
    struct variable variable = { .name = alloc_text(name) };

    (void)info;
    if (dataset >= 0) {
        kind_read(opening, dataset, &variable);
        dimensions_read(opening, dataset, &variable);
        variable.units = text_or_empty(opening, dataset, "units");
        variable.meaning = text_or_empty(opening, dataset, "long_name");
    }
    if (!opening->h5.is_bad && !opening->is_foreign) {
        if (variable.kind == VARIABLE_TEXT)
            texts_read(opening, dataset, &variable);
        else
            variable.offset = H5Dget_offset(dataset);
        variable.is_packed = variable.kind != VARIABLE_TEXT &&
                             variable.offset == HADDR_UNDEF;
        if (variable.is_packed)
            chunks_walk(opening, dataset);
        opening->is_packed |= variable.is_packed;
        opening->is_foreign |= variable.kind != VARIABLE_TEXT && !variable.is_packed &&
                               !is_inside(opening, variable.offset, variable.count,
                                          variable.item_bytes);
    }
    if (dataset >= 0)
        H5Dclose(dataset);
    results->variables = realloc_array(results->variables, results->variable_count + 1,
                                       sizeof *results->variables);
    results->variables[results->variable_count++] = variable;
    return opening->h5.is_bad || opening->is_foreign ? -1 : 0;
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

/* A stage is recognised by its status; its other datasets go by its name. */
static void stage_read(struct opening *opening, size_t status)
{
    struct results *results = opening->results;
    const struct variable *variable = &results->variables[status];
    hid_t dataset = H5_TRY(&opening->h5,
                           H5Dopen2(opening->h5.file, variable->name, H5P_DEFAULT));
    char *name = h5_get_text(&opening->h5, dataset, "stage");
    char *columns = h5_get_text(&opening->h5, dataset, "columns");
    char *block = alloc_printf("%s_block", name ? name : "");
    char *checksum = alloc_printf("%s_checksum", block);
    char *attempts = alloc_printf("%s_attempts", block);
    const struct variable *checksums = results_find(results, checksum);
    const struct variable *tries = results_find(results, attempts);
    struct results_stage stage = { .name = name, .status = status };
    struct stage_layout *layout = &stage.layout;
    uint64_t block_points = block_points_read(opening, block);

    *layout = (struct stage_layout){ .points = variable->count,
                                     .block_points = block_points,
                                     .status_offset = variable->offset };
    if (name && columns && checksums && tries && block_points && variable->count) {
        layout->blocks = layout_blocks(layout->points, block_points);
        layout->checksum_offset = checksums->offset;
        stage.checksums = (size_t)(checksums - results->variables);
        layout->attempts_offset = tries->offset;
        opening->is_foreign |= checksums->count != layout->blocks ||
                               tries->count != layout->blocks ||
                               variable->item_bytes != 1 ||
                               checksums->item_bytes != 4 || tries->item_bytes != 1;
    } else {
        opening->is_foreign = true;
    }
    for (char *word = columns ? strtok(columns, " ") : NULL; word;
         word = strtok(NULL, " ")) {
        const struct variable *column = results_find(results, word);

        if (!column || layout->columns == COLUMNS_MAX || column->item_bytes != 8 ||
            !layout->points || column->count % layout->points) {
            opening->is_foreign = true;
            break;
        }
        stage.columns[layout->columns] = (size_t)(column - results->variables);
        layout->column_offsets[layout->columns] = column->offset;
        layout->column_bytes[layout->columns++] =
            (uint32_t)(column->count / layout->points * column->item_bytes);
    }
    results->stages = realloc_array(results->stages, results->stage_count + 1,
                                    sizeof *results->stages);
    results->stages[results->stage_count++] = stage;
    if (dataset >= 0)
        H5Dclose(dataset);
    free(columns);
    free(block);
    free(checksum);
    free(attempts);
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length > tail && strcmp(text + length - tail, end) == 0;
}

/* In the order they are computed in: the program's stages by their names, others (tests
 * make some) by their datasets in the file. */
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

static void content_read(struct opening *opening)
{
    struct results *results = opening->results;
    struct h5 *h5 = &opening->h5;

    results->title = h5_get_text(h5, h5->file, "title");
    results->sweep_text = h5_get_text(h5, h5->file, "sweep");
    results->records_text = h5_get_text(h5, h5->file, "library_records");
    results->version = h5_get_text(h5, h5->file, "nvsweep_version");
    results->commit = h5_get_text(h5, h5->file, "nvsweep_commit");
    if (!results->title || !results->sweep_text || !results->records_text ||
        !results->version || !results->commit) {
        opening->is_foreign = true;
        return;
    }
    H5_TRY(h5, H5Literate(h5->file, H5_INDEX_NAME, H5_ITER_INC, NULL, variable_read,
                          opening));
    for (size_t v = 0; v < results->variable_count; v++) {
        const struct variable *variable = &results->variables[v];

        if (h5->is_bad || opening->is_foreign)
            return;
        for (size_t d = 0; d < results->dimension_count; d++)
            if (strcmp(results->dimensions[d].name, variable->name) == 0) {
                results->dimensions[d].coordinate = v;
                opening->is_foreign |= variable->count != results->dimensions[d].count;
            }
        if (variable->kind == VARIABLE_CODE && ends_in(variable->name, "_status"))
            stage_read(opening, v);
    }
    if (results->stage_count > STAGE_COUNT || !results->stage_count)
        opening->is_foreign = true;
    else
        qsort(results->stages, results->stage_count, sizeof *results->stages, by_turn);
}

static enum status file_open(const char *path, struct results **results,
                             struct error *err)
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
        struct rlimit before = memory_bound(opening.file_bytes);

        status = h5_open(&opening.h5, path, &why);
        if (status == STATUS_OK) {
            content_read(&opening);
            status = h5_close(&opening.h5, path, "cannot be read", &why);
        }
        memory_unbound(&before);
        if (status != STATUS_OK)
            status = error_set(err, opening.h5.is_system ? STATUS_IO : STATUS_INPUT,
                               "%s", why.text);
        if (opening.is_foreign && !opening.h5.is_system)
            status = error_set(err, STATUS_INPUT,
                               "%s: is no result file of nvsweep, or a damaged one",
                               path);
    }
    if (status == STATUS_OK && opening.is_packed)
        status = packed_open(path, &opening.results->packed, err);
    if (status == STATUS_OK)
        *results = opening.results;
    else
        results_close(opening.results);
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
        free(variable->name);
        free(variable->units);
        free(variable->meaning);
    }
    for (size_t d = 0; d < results->dimension_count; d++)
        free(results->dimensions[d].name);
    for (size_t s = 0; s < results->stage_count; s++)
        free(results->stages[s].name);
    free(results->variables);
    free(results->dimensions);
    free(results->stages);
    free(results->path);
    free(results->title);
    free(results->sweep_text);
    free(results->records_text);
    free(results->version);
    free(results->commit);
    free(results);
}

const struct variable *results_find(const struct results *results, const char *name)
{
    for (size_t v = 0; v < results->variable_count; v++)
        if (strcmp(results->variables[v].name, name) == 0)
            return &results->variables[v];
    return NULL;
}
