#include "results/packed.h"

#include "base/memory.h"
#include "results/h5.h"

#include <stdlib.h>
#include <string.h>

enum { CACHE_BYTES_MAX = 256 << 20, CACHE_SLOTS = 12421 }; /* slots: a prime */

struct opened {
    char *name;
    hid_t dataset, type;
    hsize_t sizes[H5S_MAX_RANK];
    int rank;
    size_t item_bytes;
};

struct packed {
    char *path;
    struct h5 h5;
    struct opened
        *opened; /* datasets that were read stay open, with their chunk caches */
    size_t count;
};

enum status packed_open(const char *path, struct packed **packed, struct error *err)
{
    struct packed *p = alloc_array(1, sizeof *p);
    enum status status = h5_open(&p->h5, path, err);

    *packed = p;
    p->path = alloc_text(path);
    if (status != STATUS_OK) {
        *packed = NULL;
        free(p->path);
        free(p);
    }
    return status;
}

void packed_close(struct packed *packed)
{
    if (!packed)
        return;
    for (size_t i = 0; i < packed->count; i++) {
        H5Tclose(packed->opened[i].type);
        H5Dclose(packed->opened[i].dataset);
        free(packed->opened[i].name);
    }
    h5_close(&packed->h5, packed->path, "", NULL);
    free(packed->opened);
    free(packed->path);
    free(packed);
}

/* Sets a chunk cache large enough for all elements at one index of the slowest dimension, so
 * that reading in order decompresses no chunk twice. */
static void cache_size(struct h5 *h5, hid_t dataset, hid_t access)
{
    hid_t made = H5_TRY(h5, H5Dget_create_plist(dataset));
    hid_t space = H5_TRY(h5, H5Dget_space(dataset));
    hid_t type = H5_TRY(h5, H5Dget_type(dataset));
    hsize_t chunk[H5S_MAX_RANK], sizes[H5S_MAX_RANK];
    double bytes = 1;

    if (!h5->is_bad && H5Pget_layout(made) == H5D_CHUNKED) {
        int rank = H5Pget_chunk(made, H5S_MAX_RANK, chunk);

        H5Sget_simple_extent_dims(space, sizes, NULL);
        bytes = (double)H5Tget_size(type) * (double)chunk[0];
        for (int d = 1; d < rank; d++)
            bytes *= (double)((sizes[d] + chunk[d] - 1) / chunk[d] * chunk[d]);
    }
    if (!h5->is_bad)
        H5_TRY(h5, H5Pset_chunk_cache(access, CACHE_SLOTS,
                                      bytes < CACHE_BYTES_MAX ? (size_t)bytes + 1
                                                              : CACHE_BYTES_MAX,
                                      1.0));
    if (made >= 0)
        H5Pclose(made);
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
}

static struct opened *dataset_find(struct packed *packed, const char *name)
{
    struct h5 *h5 = &packed->h5;
    struct opened opened = { .dataset = -1 };
    hid_t access, first, space;

    for (size_t i = 0; i < packed->count; i++)
        if (strcmp(packed->opened[i].name, name) == 0)
            return &packed->opened[i];
    access = H5_TRY(h5, H5Pcreate(H5P_DATASET_ACCESS));
    first = H5_TRY(h5, H5Dopen2(h5->file, name, H5P_DEFAULT));
    if (first >= 0) {
        cache_size(h5, first, access);
        H5Dclose(first); /* a dataset's cache size is set when it is opened */
    }
    opened.dataset = H5_TRY(h5, H5Dopen2(h5->file, name, access));
    opened.type = H5_TRY(h5, H5Dget_type(opened.dataset));
    space = H5_TRY(h5, H5Dget_space(opened.dataset));
    opened.rank = (int)H5_TRY(h5, H5Sget_simple_extent_dims(space, opened.sizes, NULL));
    if (access >= 0)
        H5Pclose(access);
    if (space >= 0)
        H5Sclose(space);
    if (h5->is_bad)
        return NULL;
    opened.item_bytes = H5Tget_size(opened.type);
    opened.name = alloc_text(name);
    packed->opened = realloc_array(packed->opened, packed->count + 1, sizeof opened);
    packed->opened[packed->count] = opened;
    return &packed->opened[packed->count++];
}

/* The largest box of the dataset that begins at element `first`, has at most `most`
 * elements and is contiguous in row-major order; returns its number of elements. */
static hsize_t box_at(const struct opened *o, uint64_t first, uint64_t most,
                      hsize_t *start, hsize_t *count)
{
    hsize_t below = 1; /* elements at one index of dimension d */
    int d = o->rank;

    for (int k = o->rank; k-- > 0;) {
        start[k] = first % o->sizes[k];
        count[k] = 1;
        first /= o->sizes[k];
    }
    /* all of the fastest dimensions, then part of the next one */
    while (d > 1 && start[d - 1] == 0 && most >= below * o->sizes[d - 1]) {
        d--;
        count[d] = o->sizes[d];
        below *= o->sizes[d];
    }
    if (d > 0) {
        hsize_t left = o->sizes[d - 1] - start[d - 1], wanted = most / below;

        count[d - 1] = wanted < left ? wanted : left;
        below *= count[d - 1];
    }
    return below;
}

static void box_read(struct h5 *h5, const struct opened *o, const hsize_t *start,
                     const hsize_t *count, hsize_t elements, void *bytes)
{
    hid_t memory = H5_TRY(h5, H5Screate_simple(1, &elements, NULL));
    hid_t space = H5_TRY(h5, H5Dget_space(o->dataset));

    if (o->rank)
        H5_TRY(h5,
               H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL));
    H5_TRY(h5, H5Dread(o->dataset, o->type, memory, space, H5P_DEFAULT, bytes));
    if (memory >= 0)
        H5Sclose(memory);
    if (space >= 0)
        H5Sclose(space);
}

enum status packed_read(struct packed *packed, const char *dataset, uint64_t first,
                        uint64_t count, void *bytes, struct error *err)
{
    struct h5 *h5 = &packed->h5;
    const struct opened *o = dataset_find(packed, dataset);
    char *to = bytes;

    while (o && count && !h5->is_bad) {
        hsize_t start[H5S_MAX_RANK], sides[H5S_MAX_RANK];
        hsize_t elements = box_at(o, first, count, start, sides);

        box_read(h5, o, start, sides, elements, to);
        to += elements * o->item_bytes;
        first += elements;
        count -= elements;
    }
    if (h5->is_bad)
        return error_set(err, STATUS_IO, "%s: cannot decompress %s (%s)", packed->path,
                         dataset, h5->why);
    return STATUS_OK;
}
