#include "results/copy.h"

#include "base/memory.h"

#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>

enum { PACKED_LEAST_BYTES = 2048 }; /* a chunk of less costs more than it saves */

static bool is_of_scales(const char *name)
{
    static const char *const names[] = { "CLASS", "NAME", "DIMENSION_LIST",
                                         "REFERENCE_LIST", "DIMENSION_LABELS" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

struct attribute_copy {
    struct h5 *h5;
    hid_t to;
};

static herr_t attribute_copy(hid_t from, const char *name, const H5A_info_t *info,
                             void *copy_)
{
    struct attribute_copy *copy = copy_;
    struct h5 *h5 = copy->h5;
    hid_t source, type, space, attribute;
    hssize_t count;
    void *value;

    (void)info;
    if (is_of_scales(name))
        return 0;
    source = H5_TRY(h5, H5Aopen(from, name, H5P_DEFAULT));
    type = H5_TRY(h5, H5Aget_type(source));
    space = H5_TRY(h5, H5Aget_space(source));
    count = (hssize_t)H5_TRY(h5, H5Sget_simple_extent_npoints(space));
    attribute = H5_TRY(
        h5, H5Acreate2(copy->to, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
    if (h5->is_bad)
        return -1;
    value = alloc_array((size_t)count, H5Tget_size(type));
    if (H5_TRY(h5, H5Aread(source, type, value)) >= 0) {
        H5_TRY(h5, H5Awrite(attribute, type, value));
        if (H5Tis_variable_str(type) > 0)
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, value);
    }
    free(value);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(source);
    return h5->is_bad ? -1 : 0;
}

void copy_attributes(struct h5 *h5, hid_t from, hid_t to)
{
    struct attribute_copy copy = { .h5 = h5, .to = to };

    H5_TRY(h5,
           H5Aiterate2(from, H5_INDEX_NAME, H5_ITER_INC, NULL, attribute_copy, &copy));
}

void copy_group(struct h5 *h5, hid_t source_file, const char *path)
{
    hid_t from = H5_TRY(h5, H5Gopen2(source_file, path, H5P_DEFAULT));
    hid_t to = h5_group(h5, path);

    copy_attributes(h5, from, to);
    if (from >= 0)
        H5Gclose(from);
    if (to >= 0)
        H5Gclose(to);
}

void copy_link(struct h5 *h5, const char *first, const char *path)
{
    H5_TRY(h5,
           H5Lcreate_hard(h5->file, first, h5->file, path, H5P_DEFAULT, H5P_DEFAULT));
}

void copy_chunk(int rank, const hsize_t *sizes, hsize_t *chunk)
{
    hsize_t elements = 1;

    for (int d = 0; d < rank; d++) {
        chunk[d] = sizes[d];
        elements *= sizes[d];
    }
    while (elements > CHUNK_ELEMENTS) {
        int widest = 0;

        for (int d = 1; d < rank; d++)
            if (chunk[d] > chunk[widest])
                widest = d;
        chunk[widest] = (chunk[widest] + 1) / 2;
        elements = 1;
        for (int d = 0; d < rank; d++)
            elements *= chunk[d];
    }
}

static void packing_set(struct h5 *h5, hid_t properties, int rank, const hsize_t *sizes)
{
    hsize_t chunk[COPY_RANK];

    copy_chunk(rank, sizes, chunk);
    H5_TRY(h5, H5Pset_chunk(properties, rank, chunk));
    H5_TRY(h5, H5Pset_shuffle(properties));
    H5_TRY(h5, H5Pset_deflate(properties, 6));
    H5_TRY(h5, H5Pset_fletcher32(properties));
}

static void contiguous_set(struct h5 *h5, hid_t properties)
{
    H5_TRY(h5, H5Pset_layout(properties, H5D_CONTIGUOUS));
    H5_TRY(h5, H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY));
    H5_TRY(h5, H5Pset_fill_time(properties, H5D_FILL_TIME_ALLOC));
}

static void fill_copy(struct h5 *h5, hid_t source, hid_t type, hid_t properties)
{
    hid_t old = H5_TRY(h5, H5Dget_create_plist(source));
    H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
    char value[sizeof(double)]; /* in the stored type */

    if (!h5->is_bad && H5Pfill_value_defined(old, &defined) >= 0 &&
        defined == H5D_FILL_VALUE_USER_DEFINED && H5Tget_size(type) <= sizeof value) {
        H5_TRY(h5, H5Pget_fill_value(old, type, value));
        H5_TRY(h5, H5Pset_fill_value(properties, type, value));
    }
    if (old >= 0)
        H5Pclose(old);
}

hid_t copy_dataset(struct h5 *h5, hid_t source, const char *path, const hsize_t *sizes,
                   enum storage storage)
{
    hsize_t own[COPY_RANK], bytes;
    hid_t type = H5_TRY(h5, H5Dget_type(source));
    hid_t space = H5_TRY(h5, H5Dget_space(source));
    int rank = (int)H5_TRY(h5, H5Sget_simple_extent_dims(space, own, NULL));
    hid_t properties = H5_TRY(h5, H5Pcreate(H5P_DATASET_CREATE));
    hid_t dataset;

    if (h5->is_bad)
        return -1;
    bytes = H5Tget_size(type);
    for (int d = 0; d < rank; d++) {
        own[d] = sizes ? sizes[d] : own[d];
        bytes *= own[d];
    }
    H5_TRY(h5, H5Pset_obj_track_times(properties, false));
    if (rank && sizes)
        H5_TRY(h5, H5Sset_extent_simple(space, rank, own, NULL));
    if (storage == STORAGE_PACKED && rank && H5Tis_variable_str(type) <= 0 &&
        bytes >= PACKED_LEAST_BYTES)
        packing_set(h5, properties, rank, own);
    else
        contiguous_set(h5, properties);
    fill_copy(h5, source, type, properties);
    dataset = H5_TRY(h5, H5Dcreate2(h5->file, path, type, space, H5P_DEFAULT,
                                    properties, H5P_DEFAULT));
    if (dataset >= 0)
        copy_attributes(h5, source, dataset);
    H5Pclose(properties);
    H5Sclose(space);
    H5Tclose(type);
    return dataset;
}

/* ---- dimension scales */

struct scale_copy {
    struct h5 *h5, *source;
    hid_t to; /* dataset of the copied file */
    bool is_second;
};

static herr_t scale_attach(hid_t dataset, unsigned d, hid_t scale, void *copy_)
{
    struct scale_copy *copy = copy_;
    char name[256];
    hid_t own;

    (void)dataset;
    if (H5_TRY(copy->h5, H5Iget_name(scale, name, sizeof name)) <= 0)
        return -1;
    own = H5_TRY(copy->h5, H5Dopen2(copy->h5->file, name, H5P_DEFAULT));
    H5_TRY(copy->h5, H5DSattach_scale(copy->to, own, d));
    if (own >= 0)
        H5Dclose(own);
    return copy->h5->is_bad ? -1 : 0;
}

static void scales_of(const char *path, enum h5_kind kind, const char *first,
                      void *copy_)
{
    struct scale_copy *copy = copy_;
    struct h5 *h5 = copy->h5;
    hid_t from, space;
    bool is_scale;
    int rank;

    (void)first;
    if (kind != H5_KIND_DATASET || h5->is_bad)
        return;
    from = H5_TRY(h5, H5Dopen2(copy->source->file, path, H5P_DEFAULT));
    is_scale = from >= 0 && H5DSis_scale(from) > 0;
    copy->to = H5_TRY(h5, H5Dopen2(h5->file, path, H5P_DEFAULT));
    if (!copy->is_second && is_scale)
        H5_TRY(h5, H5DSset_scale(copy->to, h5_leaf(path)));
    if (copy->is_second && !is_scale) {
        space = H5_TRY(h5, H5Dget_space(from));
        rank = (int)H5_TRY(h5, H5Sget_simple_extent_ndims(space));
        for (int d = 0; d < rank; d++)
            H5_TRY(h5, H5DSiterate_scales(from, (unsigned)d, NULL, scale_attach, copy));
        if (space >= 0)
            H5Sclose(space);
    }
    if (copy->to >= 0)
        H5Dclose(copy->to);
    if (from >= 0)
        H5Dclose(from);
}

void copy_scales(struct h5 *h5, struct h5 *source)
{
    struct scale_copy copy = { .h5 = h5, .source = source };

    h5_walk(source, scales_of, &copy);
    copy.is_second = true;
    h5_walk(source, scales_of, &copy);
}
