/* Answers questions about an open result file from its raw bytes. */
#include "results/results.h"

#include "results/h5.h"
#include "results/packed.h"

#include "base/crc32c.h"
#include "base/memory.h"
#include "base/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_POINTS = 1 << 20 };

enum status results_read_raw(const struct results *results,
                             const struct variable *variable, uint64_t first,
                             uint64_t count, void *bytes, struct error *err)
{
    if (variable->is_packed)
        return packed_read(results->packed, variable->path, first, count, bytes, err);
    return raw_read(&results->raw, bytes, count * variable->item_bytes,
                    variable->offset + first * variable->item_bytes, err);
}

static double item_number(const struct variable *variable, const unsigned char *item)
{
    uint64_t word = 0;
    double number;

    memcpy(&word, item, variable->item_bytes);
    if (variable->kind == VARIABLE_NUMBER) {
        memcpy(&number, &word, sizeof number);
        return number;
    }
    if (!variable->is_unsigned && variable->item_bytes == 1)
        return (int8_t)word;
    if (variable->kind == VARIABLE_COUNT && word == COUNT_NONE)
        return (double)NAN;
    return (double)word;
}

enum status results_read_numbers(const struct results *results,
                                 const struct variable *variable, uint64_t first,
                                 uint64_t count, double *numbers, struct error *err)
{
    unsigned char *bytes = alloc_array(count, variable->item_bytes);
    enum status status = results_read_raw(results, variable, first, count, bytes, err);

    for (uint64_t i = 0; status == STATUS_OK && i < count; i++)
        numbers[i] = item_number(variable, bytes + i * variable->item_bytes);
    free(bytes);
    return status;
}

char *variable_value_format(const struct variable *variable, double number,
                            char *buffer, size_t size)
{
    bool is_record = variable->field[0] &&
                     (isnan(number) || number >= (double)COUNT_NONE);

    if (is_record)
        snprintf(buffer, size, "record");
    else if (variable->zero[0] && number == 0)
        snprintf(buffer, size, "%s", variable->zero);
    else
        quantity_format(number, variable->units[0] ? variable->units : "1", buffer,
                        size);
    return buffer;
}

char *results_coordinate_format(const struct results *results, size_t dimension,
                                uint64_t i, char *buffer, size_t size)
{
    size_t v = results->dimensions[dimension].coordinate;
    const struct variable *variable = v == SIZE_MAX ? NULL : &results->variables[v];
    double number;
    struct error ignored;

    if (variable && variable->kind == VARIABLE_TEXT)
        snprintf(buffer, size, "%s", variable->texts[i]);
    else if (variable && results_read_numbers(results, variable, i, 1, &number,
                                              &ignored) == STATUS_OK)
        variable_value_format(variable, number, buffer, size);
    else
        snprintf(buffer, size, "%" PRIu64, i);
    return buffer;
}

char *results_point_format(const struct results *results, size_t stage, uint64_t point,
                           char *buffer, size_t size)
{
    const struct variable *status = &results->variables[results->stages[stage].status];
    uint64_t stride = status->count;
    size_t used = 0;
    char text[128];

    *buffer = '\0';
    for (size_t d = 0; d < status->dimension_count && used < size; d++) {
        size_t dimension = status->dimensions[d];

        stride /= results->dimensions[dimension].count;
        if (results->dimensions[dimension].count == 1)
            continue;
        results_coordinate_format(results, dimension,
                                  point / stride % results->dimensions[dimension].count,
                                  text, sizeof text);
        used += (size_t)snprintf(buffer + used, size - used, "%s%s=%s", used ? " " : "",
                                 results->dimensions[dimension].name, text);
    }
    return buffer;
}

/* One pass per status: compilers vectorise this loop, which is faster than one pass that
 * increments a counter per point. */
static uint64_t status_count(const int8_t *statuses, uint64_t count, int8_t wanted)
{
    uint64_t found = 0;

    for (uint64_t i = 0; i < count; i++)
        found += statuses[i] == wanted;
    return found;
}

enum status results_summarize(const struct results *results,
                              struct results_summary *summary, struct error *err)
{
    int8_t *chunk = alloc_array(CHUNK_POINTS, sizeof *chunk);
    enum status status = STATUS_OK;

    *summary = (struct results_summary){ 0 };
    for (size_t s = 0; s < results->stage_count && status == STATUS_OK; s++) {
        const struct stage_layout *layout = &results->stages[s].layout;

        for (uint64_t i = 0; i < layout->points && status == STATUS_OK;
             i += CHUNK_POINTS) {
            uint64_t left = layout->points - i;
            uint64_t count = left < CHUNK_POINTS ? left : CHUNK_POINTS;

            status = results_read_raw(results,
                                      &results->variables[results->stages[s].status], i,
                                      count, chunk, err);
            for (int8_t p = 0; p < POINT_STATUSES && status == STATUS_OK; p++)
                summary->points[s][p] += status_count(chunk, count, p);
        }
        summary->total += layout->points;
        summary->pending += summary->points[s][POINT_PENDING];
        summary->failed += summary->points[s][POINT_FAILED] +
                           summary->points[s][POINT_QUARANTINED];
    }
    free(chunk);
    return status;
}

enum status results_points_with(const struct results *results, size_t stage,
                                enum point_status wanted, uint64_t from,
                                uint64_t *points, size_t most, size_t *count,
                                struct error *err)
{
    const struct stage_layout *layout = &results->stages[stage].layout;
    int8_t *chunk = alloc_array(CHUNK_POINTS, sizeof *chunk);
    enum status status = STATUS_OK;

    *count = 0;
    for (uint64_t i = from; i < layout->points && *count < most && status == STATUS_OK;
         i += CHUNK_POINTS) {
        uint64_t left = layout->points - i;
        uint64_t size = left < CHUNK_POINTS ? left : CHUNK_POINTS;

        status = results_read_raw(results,
                                  &results->variables[results->stages[stage].status], i,
                                  size, chunk, err);
        for (uint64_t k = 0; k < size && *count < most && status == STATUS_OK; k++)
            if (chunk[k] == (int8_t)wanted)
                points[(*count)++] = i + k;
    }
    free(chunk);
    return status;
}

/* The longest column of a block, or its statuses. */
static size_t block_most_bytes(const struct stage_layout *layout, struct range points)
{
    size_t most = points.count;

    for (uint32_t c = 0; c < layout->columns; c++)
        if (layout->column_bytes[c] * points.count > most)
            most = layout->column_bytes[c] * points.count;
    return most;
}

/* The checksum of the block's columns; bytes is memory for one of them. */
static enum status columns_checksum(const struct results *results,
                                    const struct results_stage *in, struct range points,
                                    unsigned char *bytes, uint32_t *crc,
                                    struct error *err)
{
    enum status status = STATUS_OK;

    *crc = 0;
    for (uint32_t c = 0; c < in->layout.columns && status == STATUS_OK; c++) {
        size_t size = in->layout.column_bytes[c];
        const struct variable *column = &results->variables[in->columns[c]];
        uint64_t items = size / column->item_bytes;

        status = results_read_raw(results, column, points.first * items,
                                  points.count * items, bytes, err);
        *crc = crc32c(*crc, bytes, points.count * size);
    }
    return status;
}

/* Checks a block of any stage of the file, also one that this program does not have. */
static enum status block_verify(const struct results *results, size_t stage,
                                uint64_t index, bool *is_committed, bool *is_good,
                                struct error *err)
{
    const struct results_stage *in = &results->stages[stage];
    const struct variable *statuses = &results->variables[in->status];
    struct range points = layout_block(&in->layout, index);
    unsigned char *bytes = alloc_array(block_most_bytes(&in->layout, points), 1);
    uint32_t checksum = 0, crc = 0;
    enum status status;

    *is_committed = *is_good = false;
    status = results_read_raw(results, statuses, points.first, points.count, bytes,
                              err);
    if (status != STATUS_OK || memchr(bytes, POINT_PENDING, points.count))
        goto out;
    *is_committed = true;
    status = columns_checksum(results, in, points, bytes, &crc, err);
    if (status != STATUS_OK)
        goto out;
    /* read again, as the columns took its place; the checksum is of the columns, then this */
    status = results_read_raw(results, statuses, points.first, points.count, bytes,
                              err);
    if (status != STATUS_OK)
        goto out;
    status = results_read_raw(results, &results->variables[in->checksums], index, 1,
                              &checksum, err);
    if (status != STATUS_OK)
        goto out;
    *is_good = checksum == crc32c(crc, bytes, points.count);
out:
    free(bytes);
    return status;
}

enum status results_verify(const struct results *results, struct results_blocks *blocks,
                           struct error *err)
{
    enum status status = STATUS_OK;

    *blocks = (struct results_blocks){ 0 };
    for (size_t s = 0; s < results->stage_count && status == STATUS_OK; s++) {
        const struct stage_layout *layout = &results->stages[s].layout;

        for (uint64_t b = 0; b < layout->blocks && status == STATUS_OK; b++) {
            bool is_committed, is_good;
            char where[512];

            status = block_verify(results, s, b, &is_committed, &is_good, err);
            if (status != STATUS_OK)
                break;
            blocks->pending += !is_committed;
            blocks->checked += is_committed;
            if (is_committed && !is_good && blocks->damaged++ == 0)
                error_set(err, STATUS_OK, "%s block %" PRIu64 ", from %s",
                          results->stages[s].name, b,
                          results_point_format(results, s,
                                               layout_block(layout, b).first, where,
                                               sizeof where));
        }
    }
    return status;
}

enum status results_check_blocks(const struct results *results, struct error *err)
{
    struct results_blocks blocks;
    struct error where = { "" };
    enum status status = results_verify(results, &blocks, &where);

    if (status != STATUS_OK)
        return error_set(err, status, "%s", where.text);
    if (!blocks.damaged)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT,
                     "%s: %" PRIu64 " of %" PRIu64
                     " committed blocks are damaged (%s); "
                     "`nvsweep run` with its sweep computes them again",
                     results->path, blocks.damaged, blocks.checked, where.text);
}

enum status results_layout(const struct results *results, const struct study *study,
                           const struct stage *const *table, struct layout *layout,
                           struct error *err)
{
    *layout = (struct layout){ 0 };
    for (int id = 0; id < STAGE_COUNT; id++) {
        struct stage_layout wanted;
        const struct results_stage *found = NULL;

        if (!(study->stages >> id & 1))
            continue;
        layout_stage_init(&wanted, table[id], study->grids[id].points,
                          stage_block_points(study, table[id], (enum stage_id)id));
        for (size_t s = 0; s < results->stage_count; s++)
            if (strcmp(results->stages[s].name, table[id]->name) == 0)
                found = &results->stages[s];
        if (!found || found->layout.points != wanted.points ||
            found->layout.block_points != wanted.block_points ||
            found->layout.columns != wanted.columns)
            return error_set(err, STATUS_INPUT,
                             "%s: its %s stage is not this sweep's: another version of "
                             "nvsweep made it; name another file with -o",
                             results->path, table[id]->name);
        for (uint32_t c = 0; c < wanted.columns; c++)
            if (strcmp(h5_leaf(results->variables[found->columns[c]].path),
                       table[id]->metrics[c].name) != 0 ||
                found->layout.column_bytes[c] != wanted.column_bytes[c])
                return error_set(
                    err, STATUS_INPUT,
                    "%s: has no column %s of the %s stage: another version "
                    "of nvsweep made it; name another file with -o",
                    results->path, table[id]->metrics[c].name, table[id]->name);
        layout->stages[id] = found->layout;
    }
    return STATUS_OK;
}
