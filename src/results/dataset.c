#include "results/dataset.h"

#include "base/memory.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void dataset_read(struct opening *opening, const char *path)
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
