#include "results/pack.h"

#include "base/memory.h"
#include "results/copy.h"
#include "results/raw.h"
#include "results/results.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two files: `to` is written from `from`, or compared with it. */
struct pair {
    struct h5 from, to;
    bool is_comparison, undo;
    char differs[128]; /* name of the first dataset that differs */
    struct pack_report *report;
};

/* One dataset of both files, handled piece by piece. */
struct piece {
    hid_t from, to, type, space, memory;
    hsize_t first[COPY_RANK], count[COPY_RANK];
    void *mine, *theirs;
};

static bool is_bad(const struct pair *pair)
{
    return pair->from.is_bad || pair->to.is_bad || pair->differs[0];
}

static void texts_compare(struct pair *pair, const char *name, char **mine,
                          char **theirs, hsize_t count)
{
    for (hsize_t i = 0; i < count; i++)
        if (!mine[i] || !theirs[i] || strcmp(mine[i], theirs[i]) != 0)
            snprintf(pair->differs, sizeof pair->differs, "%s", name);
}

static void piece_copy(struct pair *pair, struct piece *piece, const char *name,
                       bool is_text)
{
    hsize_t elements = (hsize_t)H5Sget_simple_extent_npoints(piece->memory);

    H5_TRY(&pair->from, H5Dread(piece->from, piece->type, piece->memory, piece->space,
                                H5P_DEFAULT, piece->mine));
    if (is_bad(pair))
        return;
    if (!pair->is_comparison) {
        H5_TRY(&pair->to, H5Dwrite(piece->to, piece->type, piece->memory, piece->space,
                                   H5P_DEFAULT, piece->mine));
    } else if (H5_TRY(&pair->to, H5Dread(piece->to, piece->type, piece->memory,
                                         piece->space, H5P_DEFAULT, piece->theirs)) >=
               0) {
        pair->report->elements += elements;
        if (is_text)
            texts_compare(pair, name, piece->mine, piece->theirs, elements);
        else if (memcmp(piece->mine, piece->theirs,
                        elements * H5Tget_size(piece->type)) != 0)
            snprintf(pair->differs, sizeof pair->differs, "%s", name);
        if (is_text)
            H5Dvlen_reclaim(piece->type, piece->memory, H5P_DEFAULT, piece->theirs);
    }
    if (is_text)
        H5Dvlen_reclaim(piece->type, piece->memory, H5P_DEFAULT, piece->mine);
}

/* Moves to the next piece in row-major order; false after the last one. */
static bool piece_next(struct piece *piece, int rank, const hsize_t *sizes,
                       const hsize_t *chunk)
{
    for (int d = rank; d-- > 0;) {
        piece->first[d] += chunk[d];
        if (piece->first[d] < sizes[d])
            return true;
        piece->first[d] = 0;
    }
    return false;
}

static void data_copy(struct pair *pair, struct piece *piece, const char *name)
{
    hsize_t sizes[COPY_RANK], chunk[COPY_RANK], elements = 1;
    int rank = H5Sget_simple_extent_dims(piece->space, sizes, NULL);
    bool is_text = H5Tis_variable_str(piece->type) > 0;

    copy_chunk(rank, sizes, chunk);
    for (int d = 0; d < rank; d++)
        elements *= chunk[d];
    piece->mine = alloc_array(elements, H5Tget_size(piece->type));
    piece->theirs = alloc_array(elements, H5Tget_size(piece->type));
    do {
        for (int d = 0; d < rank; d++) {
            hsize_t left = sizes[d] - piece->first[d];

            piece->count[d] = left < chunk[d] ? left : chunk[d];
        }
        piece->memory = H5_TRY(&pair->to,
                               rank ? H5Screate_simple(rank, piece->count, NULL)
                                    : H5Screate(H5S_SCALAR));
        if (rank)
            H5_TRY(&pair->to,
                   H5Sselect_hyperslab(piece->space, H5S_SELECT_SET, piece->first, NULL,
                                       piece->count, NULL));
        piece_copy(pair, piece, name, is_text);
        if (piece->memory >= 0)
            H5Sclose(piece->memory);
    } while (!is_bad(pair) && piece_next(piece, rank, sizes, chunk));
    free(piece->mine);
    free(piece->theirs);
}

static void dataset_handle(struct pair *pair, const char *path)
{
    struct piece piece = { .from = H5_TRY(&pair->from, H5Dopen2(pair->from.file, path,
                                                                H5P_DEFAULT)) };

    if (is_bad(pair))
        return;
    piece.to = pair->is_comparison
                   ? H5_TRY(&pair->to, H5Dopen2(pair->to.file, path, H5P_DEFAULT))
                   : copy_dataset(&pair->to, piece.from, path, NULL,
                                  pair->undo ? STORAGE_CONTIGUOUS : STORAGE_PACKED);
    piece.type = H5_TRY(&pair->from, H5Dget_type(piece.from));
    piece.space = H5_TRY(&pair->from, H5Dget_space(piece.from));
    /* The checksum covers this file's own metadata, so it is computed again. */
    if (!is_bad(pair) &&
        !(pair->is_comparison && strcmp(path, RESULTS_METADATA_CHECKSUM) == 0))
        data_copy(pair, &piece, path);
    if (pair->is_comparison && !is_bad(pair)) {
        pair->report->datasets++;
        if (H5Aget_num_attrs(piece.from) != H5Aget_num_attrs(piece.to))
            snprintf(pair->differs, sizeof pair->differs, "%s", path);
    }
    H5Sclose(piece.space);
    H5Tclose(piece.type);
    if (piece.to >= 0)
        H5Dclose(piece.to);
    H5Dclose(piece.from);
}

static void object_handle(const char *path, enum h5_kind kind, const char *first,
                          void *pair_)
{
    struct pair *pair = pair_;

    if (is_bad(pair))
        return;
    if (kind == H5_KIND_DATASET)
        dataset_handle(pair, path);
    else if (kind == H5_KIND_GROUP && !pair->is_comparison)
        copy_group(&pair->to, pair->from.file, path);
    else if (kind == H5_KIND_LINK && !pair->is_comparison)
        copy_link(&pair->to, first, path);
}

static enum status pair_close(struct pair *pair, const char *from, const char *to,
                              enum status status, struct error *err)
{
    enum status closed = h5_close(&pair->from, from, "cannot be read", err);

    if (status == STATUS_OK)
        status = closed;
    closed = h5_close(&pair->to, to, "cannot be written",
                      status == STATUS_OK ? err : NULL);
    return status == STATUS_OK ? closed : status;
}

/* No damage is copied: a copy gets new checksums. */
static enum status source_check(const char *from, struct error *err)
{
    struct results *results;
    enum status status = results_open_intact(from, &results, err);

    if (status == STATUS_OK)
        status = results_check_blocks(results, err);
    results_close(results);
    return status;
}

static enum status copy_write(const char *from, const char *to, bool undo,
                              struct error *err)
{
    struct pair pair = { .undo = undo };
    enum status status = source_check(from, err);

    if (status != STATUS_OK)
        return status;
    status = h5_open(&pair.from, from, err);
    if (status != STATUS_OK)
        return status;
    status = h5_create(&pair.to, to, err);
    if (status != STATUS_OK)
        goto out;
    copy_attributes(&pair.to, pair.from.file, pair.to.file);
    h5_walk(&pair.from, object_handle, &pair);
    if (!is_bad(&pair))
        copy_scales(&pair.to, &pair.from);
    if (pair.to.is_bad) /* the cause lies in the copy, not in the source */
        pair.from.is_bad = false;
out:
    return pair_close(&pair, from, to, status, err);
}

static enum status copy_compare(const char *from, const char *to,
                                struct pack_report *report, struct error *err)
{
    struct pair pair = { .is_comparison = true, .report = report };
    enum status status = h5_open(&pair.from, from, err);

    if (status != STATUS_OK)
        return status;
    status = h5_open(&pair.to, to, err);
    if (status == STATUS_OK) {
        h5_walk(&pair.from, object_handle, &pair);
        if (pair.differs[0])
            pair.from.is_bad = false;
    }
    status = pair_close(&pair, from, to, status, err);
    if (pair.differs[0])
        return error_set(err, STATUS_IO, "%s: %s differs from the source; not kept", to,
                         pair.differs);
    return status;
}

static uint64_t file_bytes(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 ? (uint64_t)file.st_size : 0;
}

/* Syncs the copy, so that the comparison reads what the disk holds. */
static enum status reach_disk(const char *path, struct error *err)
{
    struct raw raw;
    enum status status = raw_open(&raw, path, true, err);

    if (status == STATUS_OK)
        status = raw_sync(&raw, err);
    raw_close(&raw);
    return status;
}

enum status results_pack(const char *from, const char *to, bool undo,
                         struct pack_report *report, struct error *err)
{
    char *partial = alloc_printf("%s.partial", to);
    enum status status;

    *report = (struct pack_report){ .bytes_before = file_bytes(from) };
    unlink(partial);
    status = copy_write(from, partial, undo, err);
    if (status != STATUS_OK)
        goto out;
    status = results_seal(partial, err);
    if (status != STATUS_OK)
        goto out;
    status = reach_disk(partial, err);
    if (status != STATUS_OK)
        goto out;
    status = copy_compare(from, partial, report, err);
    if (status != STATUS_OK)
        goto out;
    report->bytes_after = file_bytes(partial);
    if (rename(partial, to))
        status = error_set(err, STATUS_IO, "%s: cannot rename it to %s: %s", partial,
                           to, strerror(errno));
    else
        raw_sync_folder_of(to);
out:
    if (status != STATUS_OK)
        unlink(partial);
    free(partial);
    return status;
}
