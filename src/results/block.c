#include "results/block.h"

#include "base/crc32c.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void block_alloc(struct block *block, const struct stage *stage, uint64_t points)
{
    *block = (struct block){ .stage = stage, .points = points };
    for (size_t m = 0; m < stage->metric_count; m++)
        block->columns.column[m] = alloc_array(points,
                                               metric_point_bytes(&stage->metrics[m]));
    block->status = alloc_array(points, sizeof *block->status);
    block_empty(block, 0, points); /* new memory is 0, so all points are pending */
}

void block_free(struct block *block)
{
    if (!block->stage)
        return;
    for (size_t m = 0; m < block->stage->metric_count; m++)
        free(block->columns.column[m]);
    free(block->status);
    *block = (struct block){ 0 };
}

static void column_empty(const struct metric *metric, void *column, uint64_t points)
{
    size_t elements = points * metric_point_bytes(metric) / sizeof(double);

    if (metric->kind == COLUMN_NUMBER)
        for (size_t i = 0; i < elements; i++)
            ((double *)column)[i] = NAN;
    else
        for (size_t i = 0; i < elements; i++)
            ((uint64_t *)column)[i] = COUNT_NONE;
}

void block_empty(const struct block *block, uint64_t first, uint64_t count)
{
    struct columns columns = block_columns_at(block, first);

    for (size_t m = 0; m < block->stage->metric_count; m++)
        column_empty(&block->stage->metrics[m], columns.column[m], count);
}

struct columns block_columns_at(const struct block *block, uint64_t i)
{
    struct columns moved = block->columns;

    for (size_t m = 0; m < block->stage->metric_count; m++)
        moved.column[m] = (char *)moved.column[m] +
                          i * metric_point_bytes(&block->stage->metrics[m]);
    return moved;
}

uint32_t block_checksum(const struct block *block, uint64_t points)
{
    uint32_t crc = 0;

    for (size_t m = 0; m < block->stage->metric_count; m++)
        crc = crc32c(crc, block->columns.column[m],
                     points * metric_point_bytes(&block->stage->metrics[m]));
    return crc32c(crc, block->status, points);
}

enum status block_write_values(const struct raw *raw, const struct stage_layout *layout,
                               uint64_t index, const struct block *block,
                               const uint32_t *known, struct error *err)
{
    struct range points = layout_block(layout, index);
    enum status status = STATUS_OK;
    uint32_t checksum = 0;

    for (uint32_t c = 0; c < layout->columns && status == STATUS_OK; c++) {
        size_t bytes = layout->column_bytes[c];

        /* like block_checksum, while the column is in the processor's cache */
        if (!known)
            checksum = crc32c(checksum, block->columns.column[c], points.count * bytes);
        status = raw_write(raw, block->columns.column[c], points.count * bytes,
                           layout->column_offsets[c] + points.first * bytes, err);
    }
    checksum = known ? *known : crc32c(checksum, block->status, points.count);
    if (status == STATUS_OK)
        status = raw_write(raw, &checksum, sizeof checksum,
                           layout->checksum_offset + index * sizeof checksum, err);
    return status;
}

enum status block_write_status(const struct raw *raw, const struct stage_layout *layout,
                               uint64_t index, const int8_t *status, struct error *err)
{
    struct range points = layout_block(layout, index);

    return raw_write(raw, status, points.count, layout->status_offset + points.first,
                     err);
}

static enum block_state status_judge(const int8_t *status, uint64_t points)
{
    uint64_t pending = 0;

    for (uint64_t i = 0; i < points; i++)
        pending += status[i] == POINT_PENDING;
    return !pending            ? BLOCK_COMMITTED
           : pending == points ? BLOCK_PENDING
                               : BLOCK_PARTIAL;
}

enum status block_read(const struct raw *raw, const struct stage_layout *layout,
                       uint64_t index, struct block *block, enum block_state *state,
                       struct error *err)
{
    struct range points = layout_block(layout, index);
    uint32_t checksum;
    enum status status;

    status = raw_read(raw, block->status, points.count,
                      layout->status_offset + points.first, err);
    if (status != STATUS_OK)
        return status;
    *state = status_judge(block->status, points.count);
    if (*state != BLOCK_COMMITTED)
        return STATUS_OK;
    for (uint32_t c = 0; c < layout->columns && status == STATUS_OK; c++) {
        size_t bytes = layout->column_bytes[c];

        status = raw_read(raw, block->columns.column[c], points.count * bytes,
                          layout->column_offsets[c] + points.first * bytes, err);
    }
    if (status == STATUS_OK)
        status = raw_read(raw, &checksum, sizeof checksum,
                          layout->checksum_offset + index * sizeof checksum, err);
    if (status == STATUS_OK && checksum != block_checksum(block, points.count))
        *state = BLOCK_DAMAGED;
    return status;
}

enum status block_clear(const struct raw *raw, const struct stage_layout *layout,
                        uint64_t index, struct error *err)
{
    struct range points = layout_block(layout, index);
    int8_t *pending = alloc_array(points.count, sizeof *pending);
    enum status status = block_write_status(raw, layout, index, pending, err);

    free(pending);
    return status;
}

enum status block_attempts_read(const struct raw *raw,
                                const struct stage_layout *layout, uint64_t index,
                                uint8_t *attempts, struct error *err)
{
    return raw_read(raw, attempts, 1, layout->attempts_offset + index, err);
}

enum status block_attempts_write(const struct raw *raw,
                                 const struct stage_layout *layout, uint64_t index,
                                 uint8_t attempts, struct error *err)
{
    return raw_write(raw, &attempts, 1, layout->attempts_offset + index, err);
}
