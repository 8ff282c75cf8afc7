/* All bytes of a result file except the stages' raw data depend only on the sweep, the
 * records and the program.  They can therefore be made again, which tells a file with
 * damaged metadata from a file of another sweep, and repairs it. */
#include "results/skeleton.h"

#include "base/crc32c.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_BYTES = 1 << 16 };

/* The extents of a file's bytes that are not raw data. */
struct metadata {
    struct results_extent *extents;
    size_t count;
    uint64_t checksum_offset, file_bytes;
};

static int by_offset(const void *a, const void *b)
{
    uint64_t left = ((const struct results_extent *)a)->offset;
    uint64_t right = ((const struct results_extent *)b)->offset;

    return left < right ? -1 : left > right;
}

static size_t raw_extents(const struct results *results, struct results_extent *extents)
{
    size_t count = 0;

    for (size_t s = 0; s < results->stage_count; s++) {
        const struct stage_layout *l = &results->stages[s].layout;

        extents[count++] = (struct results_extent){ l->status_offset, l->points };
        extents[count++] = (struct results_extent){ l->checksum_offset, 4 * l->blocks };
        extents[count++] = (struct results_extent){ l->attempts_offset, l->blocks };
        for (uint32_t c = 0; c < l->columns; c++)
            extents[count++] = (struct results_extent){
                l->column_offsets[c], l->points * l->column_bytes[c]
            };
    }
    return count;
}

/* Finds the gaps between the raw extents.  In a packed copy these lie between its chunks,
 * which have their own checksums. */
static enum status metadata_of(const struct results *results, struct metadata *metadata,
                               struct error *err)
{
    const struct variable *checksum = results_find_path(results,
                                                        RESULTS_METADATA_CHECKSUM);
    size_t count = results->packed ? results->chunk_count
                                   : STAGE_COUNT * (COLUMNS_MAX + 3);
    struct results_extent *raw;
    uint64_t at = 0;
    struct stat file;

    *metadata = (struct metadata){ 0 };
    if (!checksum || checksum->item_bytes != 4 || checksum->is_packed ||
        fstat(results->raw.fd, &file))
        return error_set(err, STATUS_INPUT, "%s: has no checksum of its metadata",
                         results->path);
    raw = alloc_array(count + 1, sizeof *raw);
    if (results->packed)
        memcpy(raw, results->chunks, count * sizeof *raw);
    else
        count = raw_extents(results, raw);
    qsort(raw, count, sizeof *raw, by_offset);
    metadata->checksum_offset = checksum->offset;
    metadata->file_bytes = (uint64_t)file.st_size;
    metadata->extents = alloc_array(count + 1, sizeof *metadata->extents);
    for (size_t i = 0; i <= count; i++) {
        uint64_t end = i < count ? raw[i].offset : metadata->file_bytes;

        if (end > at)
            metadata->extents[metadata->count++] = (struct results_extent){ at,
                                                                            end - at };
        if (i < count && raw[i].offset + raw[i].bytes > at)
            at = raw[i].offset + raw[i].bytes;
    }
    free(raw);
    return STATUS_OK;
}

typedef void chunk_fn(unsigned char *bytes, uint64_t offset, size_t size,
                      void *context);

/* Calls a function for all metadata, chunk by chunk; the checksum's bytes read as 0. */
static enum status metadata_walk(const struct raw *raw, const struct metadata *metadata,
                                 chunk_fn *chunk, void *context, struct error *err)
{
    unsigned char *bytes = alloc_array(CHUNK_BYTES, 1);
    enum status status = STATUS_OK;

    for (size_t i = 0; i < metadata->count && status == STATUS_OK; i++) {
        struct results_extent left = metadata->extents[i];

        while (left.bytes && status == STATUS_OK) {
            size_t size = left.bytes < CHUNK_BYTES ? left.bytes : CHUNK_BYTES;

            status = raw_read(raw, bytes, size, left.offset, err);
            for (uint64_t c = metadata->checksum_offset;
                 c < metadata->checksum_offset + 4; c++)
                if (c >= left.offset && c < left.offset + size)
                    bytes[c - left.offset] = 0;
            if (status == STATUS_OK)
                chunk(bytes, left.offset, size, context);
            left.offset += size;
            left.bytes -= size;
        }
    }
    free(bytes);
    return status;
}

static void crc_chunk(unsigned char *bytes, uint64_t offset, size_t size, void *crc)
{
    (void)offset;
    *(uint32_t *)crc = crc32c(*(uint32_t *)crc, bytes, size);
}

static enum status metadata_crc(const struct raw *raw, const struct metadata *metadata,
                                uint32_t *crc, struct error *err)
{
    *crc = 0;
    return metadata_walk(raw, metadata, crc_chunk, crc, err);
}

enum status results_seal(const char *path, struct error *err)
{
    struct results *results;
    struct metadata metadata = { 0 };
    struct raw raw = { .fd = -1 };
    uint32_t crc;
    enum status status = results_open(path, &results, err);

    if (status != STATUS_OK)
        return STATUS_IO; /* this program just made the file, so the system failed */
    status = metadata_of(results, &metadata, err);
    if (status != STATUS_OK)
        goto out;
    status = raw_open(&raw, path, true, err);
    if (status != STATUS_OK)
        goto out;
    status = metadata_crc(&raw, &metadata, &crc, err);
    if (status != STATUS_OK)
        goto out;
    status = raw_write(&raw, &crc, sizeof crc, metadata.checksum_offset, err);
out:
    raw_close(&raw);
    free(metadata.extents);
    results_close(results);
    return status;
}

enum status results_check_seal(const struct results *results, bool *is_intact,
                               struct error *err)
{
    struct metadata metadata = { 0 };
    uint32_t crc = 0, stored = 0;
    enum status status = metadata_of(results, &metadata, err);

    if (status == STATUS_OK)
        status = metadata_crc(&results->raw, &metadata, &crc, err);
    if (status == STATUS_OK)
        status = raw_read(&results->raw, &stored, sizeof stored,
                          metadata.checksum_offset, err);
    *is_intact = status == STATUS_OK && crc == stored;
    free(metadata.extents);
    return status;
}

/* The file under test, and a freshly made file with the expected metadata. */
struct comparison {
    struct raw raw, fresh;
    uint64_t differing;
    bool is_bad;
};

static void compare_chunk(unsigned char *bytes, uint64_t offset, size_t size,
                          void *comparison_)
{
    struct comparison *comparison = comparison_;
    unsigned char *found = alloc_array(size, 1);

    /* The fresh file's checksum reads as 0 here; it is compared separately. */
    if (raw_read(&comparison->raw, found, size, offset, NULL) != STATUS_OK)
        comparison->is_bad = true;
    for (size_t i = 0; i < size; i++)
        comparison->differing += found[i] != bytes[i];
    free(found);
}

static enum status extents_copy(const struct comparison *comparison,
                                const struct metadata *metadata, struct error *err)
{
    unsigned char *bytes = alloc_array(CHUNK_BYTES, 1);
    enum status status = STATUS_OK;

    for (size_t i = 0; i < metadata->count; i++) {
        struct results_extent left = metadata->extents[i];

        while (left.bytes && status == STATUS_OK) {
            size_t size = left.bytes < CHUNK_BYTES ? left.bytes : CHUNK_BYTES;

            status = raw_read(&comparison->fresh, bytes, size, left.offset, err);
            if (status == STATUS_OK)
                status = raw_write(&comparison->raw, bytes, size, left.offset, err);
            left.offset += size;
            left.bytes -= size;
        }
    }
    if (status != STATUS_OK)
        goto out;
    status = raw_sync(&comparison->raw, err);
out:
    free(bytes);
    return status;
}

/* The file has the size of the fresh one: is it the same, damaged, or another sweep's? */
static enum status judge(struct comparison *comparison, const struct metadata *metadata,
                         enum metadata_state *state, uint64_t *differing,
                         struct error *err)
{
    uint32_t crc, stored, wanted;
    enum status status;

    status = raw_read(&comparison->raw, &stored, 4, metadata->checksum_offset, err);
    if (status != STATUS_OK)
        return status;
    status = raw_read(&comparison->fresh, &wanted, 4, metadata->checksum_offset, err);
    if (status != STATUS_OK)
        return status;
    status = metadata_crc(&comparison->raw, metadata, &crc, err);
    if (status != STATUS_OK)
        return status;
    status = metadata_walk(&comparison->fresh, metadata, compare_chunk, comparison,
                           err);
    if (status != STATUS_OK)
        return status;
    /* The walk counted the stored checksum against 0; it is compared with `wanted` instead. */
    for (int i = 0; i < 4; i++)
        comparison->differing -= (stored >> 8 * i & 255) != 0;
    *differing = comparison->differing + (stored != wanted);
    if (!*differing)
        *state = METADATA_SAME;
    else if (crc == stored)
        *state = METADATA_OTHER;
    else if (stored == wanted || crc == wanted)
        *state = METADATA_DAMAGED;
    else
        *state = METADATA_UNKNOWN;
    if (*state != METADATA_DAMAGED)
        return STATUS_OK;
    return extents_copy(comparison, metadata, err);
}

enum status results_check_metadata(const char *path, const struct study *study,
                                   const struct stage *const *table,
                                   const struct program *program,
                                   enum metadata_state *state, uint64_t *differing,
                                   struct error *err)
{
    char *check = alloc_printf("%s.check", path);
    struct comparison comparison = { .raw = { .fd = -1 }, .fresh = { .fd = -1 } };
    struct metadata metadata = { 0 };
    struct results *fresh = NULL;
    struct stat file;
    enum status status;

    *state = METADATA_UNKNOWN;
    *differing = 0;
    unlink(check);
    if (skeleton_write(check, study, table, program, NULL) == STATUS_OK &&
        results_open(check, &fresh, NULL) == STATUS_OK &&
        metadata_of(fresh, &metadata, NULL) == STATUS_OK) {
        comparison.fresh = fresh->raw;
        status = raw_open(&comparison.raw, path, true, err);
        if (status == STATUS_OK && fstat(comparison.raw.fd, &file) == 0) {
            if ((uint64_t)file.st_size == metadata.file_bytes)
                status = judge(&comparison, &metadata, state, differing, err);
            else
                *state = METADATA_OTHER;
        }
        raw_close(&comparison.raw);
    } else {
        status = STATUS_OK; /* no disk space for the comparison: HDF5 checks the file */
        *state = METADATA_OTHER;
    }
    results_close(fresh);
    free(metadata.extents);
    unlink(check);
    free(check);
    return status;
}
