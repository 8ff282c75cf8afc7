/* The output buffer of SCALE-Sim. */
#include "machine/pe_array/scalesim_parts.h"

#include "base/memory.h"

#include <stdlib.h>

/* Each column has its results one cycle after the column before, so that the results of a cycle
 * are on a diagonal.  Output stationary: rows leave the array from the last to the first when
 * all sums are complete. */
uint64_t scalesim_fold_writes(const struct scalesim_run *run,
                              const struct scalesim_fold *fold, uint64_t cycle)
{
    uint64_t rows = run->array->rows, time = run->folds.time, first, end, begin, at;

    if (run->array->dataflow == DATAFLOW_OS) {
        first = time - 1 + rows - fold->rows;
        end = fold->rows; /* results per column */
    } else {
        first = 2 * rows - 1;
        end = time;
    }
    if (cycle < first)
        return 0;
    at = cycle - first; /* column c has its result number at - c */
    begin = at >= end ? at - end + 1 : 0;
    if (begin >= fold->columns)
        return 0;
    return (at < fold->columns ? at + 1 : fold->columns) - begin;
}

void write_buffer_create(struct write_buffer *buffer, uint64_t kib, uint64_t bandwidth)
{
    uint64_t capacity = kib * 1024;

    *buffer = (struct write_buffer){
        .capacity = capacity,
        .half = capacity - (capacity + 1) / 2,
        .bandwidth = bandwidth,
        .space = (int64_t)capacity,
        .slots = 64,
    };
    buffer->lines = alloc_array(buffer->slots, sizeof *buffer->lines);
}

static void line_close(struct write_buffer *buffer, uint64_t words)
{
    if (buffer->count == buffer->slots) {
        uint64_t slots = 2 * buffer->slots;
        uint32_t *lines = alloc_array(slots, sizeof *lines);

        for (uint64_t i = 0; i < buffer->count; i++)
            lines[i] = buffer->lines[(buffer->head + i) % buffer->slots];
        free(buffer->lines);
        buffer->lines = lines;
        buffer->slots = slots;
        buffer->head = 0;
    }
    buffer->lines[(buffer->head + buffer->count++) % buffer->slots] = (uint32_t)words;
}

static void open_line_close(struct write_buffer *buffer)
{
    if (buffer->open_words > 0)
        line_close(buffer, buffer->open_words);
    buffer->open_words = 0;
}

static void words_store(struct write_buffer *buffer, uint64_t words)
{
    buffer->space -= (int64_t)words;
    buffer->open_words += words;
    while (buffer->open_words >= buffer->bandwidth) {
        line_close(buffer, buffer->bandwidth);
        buffer->open_words -= buffer->bandwidth;
    }
}

/* Writes half a buffer of lines to DRAM, one per cycle, and returns the cycle of the last.
 * SCALE-Sim counts lines as full; only the words missing in the last one are deducted. */
static int64_t lines_leave(struct write_buffer *buffer, int64_t cycle)
{
    uint64_t lines = (buffer->half + buffer->bandwidth - 1) / buffer->bandwidth, last;
    uint64_t words;

    lines = lines < buffer->count ? lines : buffer->count;
    last = buffer->lines[(buffer->head + lines - 1) % buffer->slots];
    words = (lines - 1) * buffer->bandwidth + last;
    buffer->head = (buffer->head + lines) % buffer->slots;
    buffer->count -= lines;
    buffer->space += (int64_t)words;
    buffer->dram.words += words;
    if (!buffer->is_used)
        buffer->dram.start = cycle;
    buffer->is_used = true;
    cycle += (int64_t)lines - 1;
    buffer->dram.stop = cycle > buffer->dram.stop ? cycle : buffer->dram.stop;
    return cycle;
}

int64_t write_buffer_take(struct write_buffer *buffer, uint64_t words, int64_t cycle)
{
    int64_t kept = (int64_t)(buffer->capacity - buffer->half);

    while (words > 0) {
        /* as many as fit until the state of the buffer changes */
        int64_t most = cycle < buffer->busy_until ? buffer->space
                                                  : buffer->space - kept + 1;
        uint64_t some = most < 1 ? 1 : (uint64_t)most;

        some = some < words ? some : words;
        words_store(buffer, some);
        words -= some;
        if (cycle < buffer->busy_until) {
            if (buffer->space <= 0)
                cycle = buffer->busy_until;
        } else if (buffer->space < kept) {
            open_line_close(buffer);
            buffer->busy_until = lines_leave(buffer, cycle);
        }
    }
    return cycle;
}

void write_buffer_finish(struct write_buffer *buffer, int64_t cycle)
{
    open_line_close(buffer);
    while (buffer->count > 0)
        cycle = lines_leave(buffer, cycle) + 1;
    free(buffer->lines);
    buffer->lines = NULL;
}
