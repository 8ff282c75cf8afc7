/* SCALE-Sim's read buffers with estimated bandwidth.  A word that is not in the buffer is read
 * from DRAM and stored there; the word that fills the buffer empties it.  The words of the
 * first filling are prefetched, ten per cycle, so that they are there before the first request.
 * The words after the last emptying count as fetched by the cycle of that emptying. */
#include "machine/pe_array/scalesim_parts.h"

#include "base/divide.h"
#include "base/stop.h"
#include "base/memory.h"

#include <stdlib.h>

enum { SETS = 100, SETS_USED = 50, WORDS_A_CYCLE = 10, LATENCY = 1 };

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t set_words(uint64_t kib)
{
    return kib * 1024 / SETS;
}

/* Fills in the traffic.  `last_emptied` is the cycle of the last emptying, or -1; `first` is
 * the cycle of the first request. */
static void traffic_fill(struct scalesim_traffic *traffic, uint64_t kib, uint64_t words,
                         int64_t first, int64_t last_emptied)
{
    uint64_t set = set_words(kib), fetched = SETS_USED * set;
    int64_t ready = first - 1; /* cycle in which the last word has arrived */

    traffic->words = words;
    traffic->stop = last_emptied + LATENCY;
    if (last_emptied < 0) {
        fetched = div_up(words, set) * set;
        ready = -1;
        traffic->stop = ready;
    }
    traffic->start = ready - (int64_t)div_up(fetched, WORDS_A_CYCLE) + 1;
}

/* The buffer.  An address is in it if its stamp is that of the time since the last emptying. */
struct read_buffer {
    uint32_t *stamps; /* per address */
    uint32_t stamp;   /* of the addresses that are in the buffer now */
    uint64_t capacity, held, reads;
    uint64_t accesses, emptied_at; /* position in the pass of the last emptying */
    int64_t emptied_cycle;         /* cycle of the pass; -1: not emptied in this pass */
};

static inline void buffer_access(struct read_buffer *buffer, uint64_t address,
                                 uint64_t cycle)
{
    if (buffer->stamps[address] != buffer->stamp) {
        buffer->stamps[address] = buffer->stamp;
        buffer->reads++;
        if (++buffer->held == buffer->capacity) {
            buffer->held = 0;
            buffer->stamp++;
            buffer->emptied_at = buffer->accesses;
            buffer->emptied_cycle = (int64_t)cycle;
        }
    }
    buffer->accesses++;
}

static inline void ifmap_access(const struct ifmap *ifmap, struct read_buffer *buffer,
                                uint64_t m, uint64_t k, uint64_t cycle)
{
    if (ifmap_has(ifmap, m, k))
        buffer_access(buffer, ifmap->pixels[m] + ifmap->elements[k], cycle);
}

/* One pass over the row folds.  Row r of the array gets its operands r cycles later than row 0,
 * so that the addresses of a cycle are on a diagonal.  Output stationary: each row has a pixel,
 * and window elements stream.  Weight stationary: each row has an element, and pixels stream. */
static void pass_skewed(const struct scalesim_run *run, struct read_buffer *buffer)
{
    bool pixel_per_row = run->array->dataflow == DATAFLOW_OS;
    uint64_t time = run->folds.time, rows = run->array->rows;
    uint64_t cycle = run->folds.load;

    for (uint64_t first = 0; first < run->folds.spatial_rows; first += rows) {
        uint64_t used = least(rows, run->folds.spatial_rows - first);

        for (uint64_t t = 0; t < time + used - 1 && !stop_is_wanted(); t++) {
            uint64_t begin = t >= time ? t - time + 1 : 0;
            uint64_t end = t < used ? t + 1 : used;

            for (uint64_t r = begin; r < end; r++) {
                if (pixel_per_row)
                    ifmap_access(&run->ifmap, buffer, first + r, t - r, cycle + t);
                else
                    ifmap_access(&run->ifmap, buffer, t - r, first + r, cycle + t);
            }
        }
        cycle += run->fold_cycles;
    }
}

/* Input stationary: each fold loads a tile line by line.  A line is one window element, from
 * the last to the first; a column is one pixel. */
static void pass_tiles(const struct scalesim_run *run, struct read_buffer *buffer)
{
    for (uint64_t i = 0; i < run->fold_count && !stop_is_wanted(); i++) {
        struct scalesim_fold fold = scalesim_fold_at(run, i);
        uint64_t cycle = i * run->fold_cycles + run->array->rows - fold.rows;

        for (uint64_t r = fold.rows; r > 0; r--, cycle++)
            for (uint64_t c = 0; c < fold.columns; c++)
                ifmap_access(&run->ifmap, buffer, fold.first_column + c,
                             fold.first_row + r - 1, cycle);
    }
}

/* The state at the end of a pass: the reads so far, and where and when the buffer was last
 * emptied. */
struct pass_mark {
    uint64_t reads, emptied_at;
    int64_t emptied_cycle;
};

/* Returns the reads of all passes, and *last_emptied as in traffic_fill.  Every pass makes the
 * same accesses, so that its reads depend only on the position in the previous pass at which
 * the buffer was last emptied.  If a pass does not empty the buffer, all of the input is in it.
 * If a position occurs a second time, the passes between repeat. */
static uint64_t passes_repeat(const struct scalesim_run *run,
                              struct read_buffer *buffer, int64_t *last_emptied)
{
    uint64_t passes = run->folds.column_folds, reads = 0;
    int64_t pass_cycles = (int64_t)(run->folds.row_folds * run->fold_cycles);
    struct pass_mark *marks = alloc_array(passes, sizeof *marks);

    for (uint64_t pass = 0; pass < passes; pass++) {
        uint64_t same = 0;

        buffer->accesses = 0;
        buffer->emptied_cycle = -1;
        pass_skewed(run, buffer);
        reads = buffer->reads;
        if (buffer->emptied_cycle < 0)
            break;
        marks[pass] = (struct pass_mark){ reads, buffer->emptied_at,
                                          buffer->emptied_cycle };
        *last_emptied = (int64_t)pass * pass_cycles + buffer->emptied_cycle;
        while (same < pass && marks[same].emptied_at != buffer->emptied_at)
            same++;
        if (same <
            pass) { /* pass `same` ended in the same state: a period begins after it */
            uint64_t period = pass - same, left = passes - pass - 1;
            uint64_t rest = same + left % period;

            reads += left / period * (reads - marks[same].reads) + marks[rest].reads -
                     marks[same].reads;
            *last_emptied = (int64_t)(passes - 1) * pass_cycles +
                            marks[left % period ? rest : pass].emptied_cycle;
            break;
        }
    }
    free(marks);
    return reads;
}

void scalesim_ifmap_dram(const struct scalesim_run *run,
                         struct scalesim_traffic *traffic)
{
    struct read_buffer buffer = {
        .stamps = alloc_array(run->ifmap.words, sizeof(uint32_t)),
        .stamp = 1,
        .capacity = SETS_USED * set_words(run->array->ifmap_kib),
        .emptied_cycle = -1,
    };
    struct scalesim_fold fold = scalesim_fold_at(run, 0);
    int64_t first = (int64_t)run->folds.load, last_emptied = -1;
    uint64_t reads;

    if (run->array->dataflow == DATAFLOW_IS) {
        first = (int64_t)(run->array->rows - fold.rows);
        pass_tiles(run, &buffer);
        reads = buffer.reads;
        last_emptied = buffer.emptied_cycle;
    } else {
        reads = passes_repeat(run, &buffer, &last_emptied);
    }
    free(buffer.stamps);
    traffic_fill(traffic, run->array->ifmap_kib, reads, first, last_emptied);
}

/* Returns how many words are read from DRAM if `count` different words are requested `passes`
 * times in the same order and the buffer holds *held other words at the beginning. */
static uint64_t distinct_reads(uint64_t count, uint64_t passes, uint64_t capacity,
                               uint64_t *held)
{
    uint64_t accesses = count * passes, reads, before_emptying = capacity - *held;

    if (count >= capacity ||
        passes == 1) { /* no word is still there when it is needed again */
        *held = (*held + accesses) % capacity;
        return accesses;
    }
    if (*held + count < capacity) {
        *held += count;
        return count;
    }
    reads = accesses - before_emptying < count ? accesses - before_emptying : count;
    *held = reads;
    return before_emptying + reads;
}

/* Returns the cycle of a fold in which its filter word `index` is requested.  Weight-stationary
 * folds load from their last row to the first.  In the others the words are on diagonals of
 * `width` columns (output stationary) or rows. */
static uint64_t filter_cycle(const struct scalesim_run *run,
                             const struct scalesim_fold *fold, uint64_t index)
{
    bool is_os = run->array->dataflow == DATAFLOW_OS;
    uint64_t width = is_os ? fold->columns : fold->rows, time = run->folds.time;

    if (run->array->dataflow == DATAFLOW_WS)
        return run->array->rows - fold->rows + index / fold->columns;
    for (uint64_t t = 0;; t++) {
        uint64_t begin = t >= time ? t - time + 1 : 0;
        uint64_t words = (t < width ? t + 1 : width) - begin;

        if (index < words)
            return run->folds.load + t;
        index -= words;
    }
}

/* Returns the cycle of filter access `index`, counted from fold `fold` on. */
static int64_t filter_access_cycle(const struct scalesim_run *run, uint64_t fold,
                                   uint64_t index)
{
    for (; !stop_is_wanted(); fold++) {
        struct scalesim_fold at = scalesim_fold_at(run, fold);
        uint64_t words = at.rows * at.columns;

        if (run->array->dataflow == DATAFLOW_OS)
            words = run->folds.time * at.columns;
        else if (run->array->dataflow == DATAFLOW_IS)
            words = run->folds.time * at.rows;
        if (index < words)
            return (int64_t)(fold * run->fold_cycles + filter_cycle(run, &at, index));
        index -= words;
    }
    return 0;
}

/* Returns the reads of a block of folds that request the same `count` words `passes` times; see
 * traffic_fill. */
static uint64_t block_reads(const struct scalesim_run *run, uint64_t first_fold,
                            uint64_t count, uint64_t passes, uint64_t *held,
                            int64_t *last_emptied)
{
    uint64_t capacity = SETS_USED * set_words(run->array->filter_kib), before = *held;
    uint64_t reads = distinct_reads(count, passes, capacity, held);
    uint64_t emptied = (before + reads) / capacity;

    if (emptied > 0)
        *last_emptied = filter_access_cycle(run, first_fold,
                                            emptied * capacity - before - 1);
    return reads;
}

void scalesim_filter_dram(const struct scalesim_run *run,
                          struct scalesim_traffic *traffic)
{
    const struct scalesim_array *a = run->array;
    struct scalesim_fold fold = scalesim_fold_at(run, 0);
    struct gemm gemm = run->gemm;
    uint64_t held = 0, reads = 0;
    int64_t last_emptied = -1, first = (int64_t)run->folds.load;

    switch (a->dataflow) {
    case DATAFLOW_OS: /* the filters of a column fold are requested once per row fold */
        for (uint64_t c = 0; c < run->folds.column_folds; c++) {
            uint64_t used = least(a->columns, gemm.n - c * a->columns);

            reads += block_reads(run, c * run->folds.row_folds, gemm.k * used,
                                 run->folds.row_folds, &held, &last_emptied);
        }
        break;
    case DATAFLOW_IS:
        reads = block_reads(run, 0, gemm.k * gemm.n, run->folds.column_folds, &held,
                            &last_emptied);
        break;
    default:
        first = (int64_t)(a->rows - fold.rows);
        reads = block_reads(run, 0, gemm.k * gemm.n, 1, &held, &last_emptied);
        break;
    }
    traffic_fill(traffic, a->filter_kib, reads, first, last_emptied);
}
