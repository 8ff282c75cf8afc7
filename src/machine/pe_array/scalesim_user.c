/* SCALE-Sim with given bandwidth, cycle by cycle.  The operands of a read buffer have one fixed
 * order, which is cut into sets of a hundredth of the buffer.  The buffer holds sets for half
 * its capacity. If a requested word is not among them, the next half is fetched, again and
 * again, until it is.  A fetch takes as many cycles as it has lines of the DRAM's words per
 * cycle. */
#include "machine/pe_array/scalesim_parts.h"

#include "base/divide.h"
#include "base/stop.h"
#include "base/memory.h"

#include <stdlib.h>

enum { SETS = 100, HIT = 1, LATENCY = 1 };
#define WORDS_MAX ((uint64_t)1 << 31)
#define NO_WORD UINT32_MAX

struct stream {
    uint32_t *words; /* in the order in which they are fetched, without gaps */
    uint64_t count, lines;
    uint64_t *sets; /* the beginning of each set, and the end of the last */
    uint64_t set_count;

    uint64_t present,
        moved;      /* number of sets in the buffer, and of those moved per fetch */
    uint64_t first; /* first set in the buffer */
    uint32_t *stamps, stamp;  /* a word is in the buffer if it has this stamp */
    uint64_t bandwidth, half; /* words */
    int64_t fetched;          /* cycle in which the last fetch was complete */
    struct scalesim_traffic dram;
};

/* The operands of one kind as a table of `height` x `width` words, row by row.  NO_WORD marks
 * places without a word. */
struct report_table {
    uint64_t height, width;
    uint32_t *words;
};

/* Computes the order of a table's words: along diagonals from the lower left, or by rows.
 * Places without a word count in lines, but not in sets. */
static void stream_order(struct stream *stream, const struct report_table *table,
                         bool is_diagonal)
{
    uint64_t height = table->height, width = table->width, n = 0;

    stream->words = alloc_array(height * width, sizeof *stream->words);
    if (!is_diagonal)
        for (uint64_t i = 0; i < height * width; i++) {
            if (table->words[i] != NO_WORD)
                stream->words[n++] = table->words[i];
        }
    else
        for (uint64_t d = 0; d < height + width - 1; d++) {
            uint64_t top = d < height ? d : height - 1;
            uint64_t end = d >= width ? d - width + 1 : 0;

            for (uint64_t row = top + 1; row > end; row--) {
                uint32_t word = table->words[(row - 1) * width + d - (row - 1)];

                if (word != NO_WORD)
                    stream->words[n++] = word;
            }
        }
    stream->count = n;
    stream->lines = div_up(height * width, stream->bandwidth);
}

static void stream_create(struct stream *stream, const struct report_table *table,
                          bool is_diagonal, uint64_t kib, uint64_t bandwidth,
                          uint64_t addresses)
{
    uint64_t capacity = kib * 1024, set = div_up(capacity, SETS), half = capacity / 2;
    uint64_t active_lines = div_up(half, bandwidth);

    *stream = (struct stream){ .bandwidth = bandwidth, .half = half };
    stream_order(stream, table, is_diagonal);
    stream->set_count = stream->count / set + 1; /* the last set may be empty */
    stream->sets = alloc_array(stream->set_count + 1, sizeof *stream->sets);
    for (uint64_t i = 0; i < stream->set_count; i++)
        stream->sets[i] = i * set;
    stream->sets[stream->set_count] = stream->count;
    stream->present = div_up(half, set);
    if (stream->present > stream->set_count)
        stream->present = stream->set_count;
    stream->moved = div_up(half, set);
    if (stream->moved > stream->set_count - stream->present)
        stream->moved = stream->set_count - stream->present;
    stream->stamps = alloc_array(addresses, sizeof *stream->stamps);
    /* the first half is prefetched before cycle 0 */
    if (active_lines > stream->lines)
        active_lines = stream->lines;
    stream->dram.words = active_lines * bandwidth;
    stream->dram.start = -(int64_t)active_lines;
    stream->fetched = stream->dram.stop = -LATENCY;
}

static void stream_free(struct stream *stream)
{
    free(stream->words);
    free(stream->sets);
    free(stream->stamps);
}

static void window_stamp(struct stream *stream)
{
    uint64_t end = stream->first + stream->present, over = 0;

    stream->stamp++;
    if (end > stream->set_count) {
        over = end - stream->set_count;
        end = stream->set_count;
    }
    for (uint64_t i = stream->sets[stream->first]; i < stream->sets[end]; i++)
        stream->stamps[stream->words[i]] = stream->stamp;
    for (uint64_t i = 0; i < stream->sets[over]; i++)
        stream->stamps[stream->words[i]] = stream->stamp;
}

/* Requests a word in `cycle`.  Adds to *wait the cycles that SCALE-Sim counts as waiting. */
static inline void stream_read(struct stream *stream, uint64_t word, int64_t cycle,
                               int64_t *wait)
{
    while (stream->stamps[word] != stream->stamp) {
        uint64_t lines = div_up(stream->half, stream->bandwidth);
        int64_t ahead;

        stream->first = (stream->first + stream->moved) % stream->set_count;
        window_stamp(stream);
        stream->dram.words += lines * stream->bandwidth;
        stream->fetched += (int64_t)lines + LATENCY;
        stream->dram.stop = stream->fetched;
        ahead = stream->fetched - (cycle + *wait);
        *wait += ahead > 0 ? 2 * ahead : ahead;
    }
}

static struct report_table table_create(uint64_t height, uint64_t width)
{
    struct report_table table = { height, width, NULL };

    table.words = alloc_array(height * width, sizeof *table.words);
    for (uint64_t i = 0; i < height * width; i++)
        table.words[i] = NO_WORD;
    return table;
}

/* Returns the address of window element k at pixel m, or NO_WORD if it is beyond the edge. */
static uint32_t ifmap_word(const struct ifmap *ifmap, uint64_t m, uint64_t k)
{
    return ifmap_has(ifmap, m, k) ? (uint32_t)(ifmap->pixels[m] + ifmap->elements[k])
                                  : NO_WORD;
}

/* Makes the table of inputs.  It is as wide as the array has rows (columns, if inputs are
 * stationary): a pixel per column and a window element per row; if weights are stationary, the
 * other way round. */
static struct report_table ifmap_table(const struct scalesim_run *run)
{
    enum dataflow dataflow = run->array->dataflow;
    uint64_t width = dataflow == DATAFLOW_IS ? run->array->columns : run->array->rows;
    bool elements_across = dataflow == DATAFLOW_WS;
    uint64_t across = elements_across ? run->gemm.k : run->gemm.m;
    uint64_t down = elements_across ? run->gemm.m : run->gemm.k;
    struct report_table table = table_create(div_up(across, width) * down, width);

    for (uint64_t a = 0; a < across; a++)
        for (uint64_t d = 0; d < down; d++)
            table.words[(a / width * down + d) * width + a % width] =
                elements_across ? ifmap_word(&run->ifmap, d, a)
                                : ifmap_word(&run->ifmap, a, d);
    return table;
}

/* Makes the table of filters.  It is as wide as the array has columns: a filter per column and
 * a weight per row; if inputs are stationary, the other way round. */
static struct report_table filter_table(const struct scalesim_run *run)
{
    bool weights_across = run->array->dataflow == DATAFLOW_IS;
    uint64_t width = weights_across ? run->array->rows : run->array->columns;
    uint64_t across = weights_across ? run->gemm.k : run->gemm.n;
    uint64_t down = weights_across ? run->gemm.n : run->gemm.k;
    struct report_table table = table_create(div_up(across, width) * down, width);

    for (uint64_t a = 0; a < across; a++)
        for (uint64_t d = 0; d < down; d++)
            table.words[(a / width * down + d) * width + a % width] =
                (uint32_t)(weights_across ? d * run->gemm.k + a : a * run->gemm.k + d);
    return table;
}

/* The request of the array in a cycle of a fold.  It is for the positions from begin to end
 * along a side; position p needs element `at` - p of its stream.  With `is_load` it is for all
 * positions of one row of a tile. */
struct request {
    uint64_t begin, end, at, row;
    bool is_load;
};

/* The tile of the stationary operand is loaded first, from its last row to the first. */
static bool load_request(const struct scalesim_run *run,
                         const struct scalesim_fold *fold, uint64_t cycle,
                         struct request *request)
{
    uint64_t rows = run->array->rows;

    if (cycle >= rows || cycle < rows - fold->rows)
        return false;
    *request = (struct request){ .end = fold->columns,
                                 .row = fold->first_row + rows - 1 - cycle,
                                 .is_load = true };
    return true;
}

/* The `places` positions along a side get streamed operands, each one cycle after the one
 * before. */
static bool stream_request(const struct scalesim_run *run, uint64_t places,
                           uint64_t cycle, struct request *request)
{
    uint64_t time = run->folds.time, at;

    if (cycle < run->folds.load)
        return false;
    at = cycle - run->folds.load;
    *request = (struct request){ .begin = at >= time ? at - time + 1 : 0,
                                 .end = at < places ? at + 1 : places,
                                 .at = at };
    return request->begin < request->end;
}

/* Returns whether there was a request.  *served is the cycle in which its last word is there. */
static bool ifmap_serve(const struct scalesim_run *run,
                        const struct scalesim_fold *fold, uint64_t cycle, int64_t now,
                        struct stream *stream, int64_t *served)
{
    enum dataflow dataflow = run->array->dataflow;
    struct request request = { 0 };
    int64_t wait = HIT;
    bool is_asked = false;

    *served = now + HIT;
    if (!(dataflow == DATAFLOW_IS ? load_request(run, fold, cycle, &request)
                                  : stream_request(run, fold->rows, cycle, &request)))
        return false;
    for (uint64_t p = request.begin; p < request.end; p++) {
        uint32_t word;

        if (request.is_load)
            word = ifmap_word(&run->ifmap, fold->first_column + p, request.row);
        else if (dataflow == DATAFLOW_OS)
            word = ifmap_word(&run->ifmap, fold->first_row + p, request.at - p);
        else
            word = ifmap_word(&run->ifmap, request.at - p, fold->first_row + p);
        if (word == NO_WORD)
            continue;
        stream_read(stream, word, now, &wait);
        is_asked = true;
    }
    *served = now + wait;
    return is_asked;
}

static bool filter_serve(const struct scalesim_run *run,
                         const struct scalesim_fold *fold, uint64_t cycle, int64_t now,
                         struct stream *stream, int64_t *served)
{
    enum dataflow dataflow = run->array->dataflow;
    uint64_t places = dataflow == DATAFLOW_OS ? fold->columns : fold->rows;
    struct request request = { 0 };
    int64_t wait = HIT;

    *served = now + HIT;
    if (!(dataflow == DATAFLOW_WS ? load_request(run, fold, cycle, &request)
                                  : stream_request(run, places, cycle, &request)))
        return false;
    for (uint64_t p = request.begin; p < request.end; p++) {
        uint64_t filter = fold->first_column + p, weight = request.at - p;

        if (request.is_load)
            weight = request.row;
        else if (dataflow == DATAFLOW_IS) {
            filter = request.at - p;
            weight = fold->first_row + p;
        }
        stream_read(stream, filter * run->gemm.k + weight, now, &wait);
    }
    *served = now + wait;
    return true;
}

static void span(struct scalesim_traffic *traffic, bool *is_begun, int64_t cycle)
{
    if (!*is_begun)
        traffic->start = cycle;
    *is_begun = true;
    traffic->stop = cycle;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void cycles_run(const struct scalesim_run *run, struct stream *ifmap,
                       struct stream *filter, struct scalesim_counts *counts)
{
    bool ifmap_begun = false, filter_begun = false, ofmap_begun = false;
    int64_t stalls = 0, last = 0, latest = 0;
    struct write_buffer writes;

    write_buffer_create(&writes, run->array->ofmap_kib, run->array->ofmap_bandwidth);
    for (uint64_t i = 0; i < run->fold_count; i++) {
        struct scalesim_fold fold = scalesim_fold_at(run, i);

        for (uint64_t t = 0; t < run->fold_cycles && !stop_is_wanted(); t++) {
            int64_t now = (int64_t)(i * run->fold_cycles + t) + stalls, at, stall;
            uint64_t words = scalesim_fold_writes(run, &fold, t);

            if (ifmap_serve(run, &fold, t, now, ifmap, &at))
                span(&counts->sram_ifmap, &ifmap_begun, at);
            stall = at - now - HIT;
            if (filter_serve(run, &fold, t, now, filter, &at))
                span(&counts->sram_filter, &filter_begun, at);
            stall = most(stall, at - now - HIT);
            last = write_buffer_take(&writes, words, now);
            if (words > 0)
                span(&counts->sram_ofmap, &ofmap_begun, last);
            latest = most(latest, last);
            stalls += most(stall, last - now);
        }
    }
    write_buffer_finish(&writes, last);
    counts->dram_ofmap = writes.dram;
    counts->stall_cycles = (uint64_t)stalls;
    counts->total_cycles = (uint64_t)latest;
}

enum status scalesim_user(const struct scalesim_run *run,
                          struct scalesim_counts *counts, struct error *err)
{
    const struct scalesim_array *a = run->array;
    uint64_t inputs = (run->gemm.m + a->columns + a->rows) * (run->gemm.k + a->rows);
    uint64_t weights = (run->gemm.n + a->columns) * (run->gemm.k + a->rows);
    struct stream ifmap, filter;
    struct report_table table;

    if (inputs > WORDS_MAX || weights > WORDS_MAX || run->ifmap.words > WORDS_MAX)
        return error_set(
            err, STATUS_INFEASIBLE,
            "is too large for a given bandwidth: its windows must have at most "
            "%llu elements",
            (unsigned long long)WORDS_MAX);
    table = ifmap_table(run);
    stream_create(&ifmap, &table, a->dataflow != DATAFLOW_IS, a->ifmap_kib,
                  a->ifmap_bandwidth, run->ifmap.words);
    free(table.words);
    table = filter_table(run);
    stream_create(&filter, &table, a->dataflow != DATAFLOW_WS, a->filter_kib,
                  a->filter_bandwidth, run->gemm.k * run->gemm.n);
    free(table.words);
    window_stamp(&ifmap);
    window_stamp(&filter);
    cycles_run(run, &ifmap, &filter, counts);
    counts->dram_ifmap = ifmap.dram;
    counts->dram_filter = filter.dram;
    stream_free(&ifmap);
    stream_free(&filter);
    return STATUS_OK;
}
