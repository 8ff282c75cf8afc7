#include "workload/lifetime_sums.h"

#include "base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NEAR = 4,      /* number of steps stored with the line; further ones are in the
                    * pool */
    HIGH_BITS = 9, /* bits of a step: the first capacity above it; the bits above are
                    * its time */
    HIGH_MASK = (1 << HIGH_BITS) - 1,
    FINE_SHIFT = 3, /* bins of an octave, as a shift */
};
static_assert((int)END <= (int)HIGH_MASK, "a step holds the number of a capacity");

/* The steps, from the smallest capacities upwards; the last of `near` is the lowest. */
struct lifetime_line {
    uint64_t last;    /* use */
    uint64_t written; /* last; 0: not yet */
    uint64_t near[NEAR];
    uint32_t far;    /* further steps, in the pool */
    uint32_t ends;   /* open residencies, in the pool; highest capacities first */
    uint8_t count;   /* of near */
    uint8_t tensor;  /* enum tensor_class */
    uint32_t weight; /* of runs */
};

/* State of the first run that the next run needs. */
struct line_first {
    uint64_t used, written; /* first time */
};

struct lifetime_node {
    uint64_t step;
    uint64_t
        time; /* time of the access that found the open residency evicted; 0: none did */
    uint32_t next;
};

struct lifetimes {
    const uint8_t *classes;
    struct lifetime_line *lines;
    struct line_first *firsts;
    uint64_t line_count, line_room;
    struct lifetime_node *nodes; /* the first is none */
    uint32_t node_count, node_room, node_free;
    struct class_sums *sums[TENSOR_COUNT];
    uint64_t begin; /* runs: of the second time */
    bool counts;
};

/* Marks a residency that began before the stream; its beginning is known when it ends. */
#define OPEN 0

static struct class_sums *sums_of(struct lifetimes *lifetimes, unsigned tensor)
{
    if (!lifetimes->sums[tensor])
        lifetimes->sums[tensor] = alloc_array(1, sizeof(struct class_sums));
    return lifetimes->sums[tensor];
}

struct lifetimes *lifetimes_create(uint64_t lines, const uint8_t *classes)
{
    struct lifetimes *lifetimes = alloc_array(1, sizeof *lifetimes);

    lifetimes->classes = classes;
    lifetimes->line_count = lifetimes->line_room = lines;
    lifetimes->lines = alloc_large(lines, sizeof *lifetimes->lines);
    lifetimes->firsts = alloc_large(lines, sizeof *lifetimes->firsts);
    lifetimes->node_count = lifetimes->node_room = 1;
    lifetimes->nodes = alloc_array(1, sizeof *lifetimes->nodes);
    lifetimes->counts = lines > 0; /* runs: from lifetimes_begin on */
    return lifetimes;
}

void lifetimes_free(struct lifetimes *lifetimes)
{
    if (!lifetimes)
        return;
    for (unsigned tensor = 0; tensor < TENSOR_COUNT; tensor++) {
        if (lifetimes->sums[tensor])
            free(lifetimes->sums[tensor]->within);
        free(lifetimes->sums[tensor]);
    }
    free(lifetimes->lines);
    free(lifetimes->firsts);
    free(lifetimes->nodes);
    free(lifetimes);
}

/* ---- the pool */

static uint32_t node_push(struct lifetimes *lifetimes, uint64_t step, uint64_t time,
                          uint32_t next)
{
    uint32_t node = lifetimes->node_free;

    if (node) {
        lifetimes->node_free = lifetimes->nodes[node].next;
    } else {
        if (lifetimes->node_count == lifetimes->node_room) {
            lifetimes->node_room = 2 * lifetimes->node_room + 1024;
            lifetimes->nodes = realloc_array(lifetimes->nodes, lifetimes->node_room,
                                             sizeof *lifetimes->nodes);
        }
        node = lifetimes->node_count++;
    }
    lifetimes->nodes[node] = (struct lifetime_node){ step, time, next };
    return node;
}

static struct lifetime_node node_pop(struct lifetimes *lifetimes, uint32_t *first)
{
    uint32_t node = *first;
    struct lifetime_node popped = lifetimes->nodes[node];

    *first = lifetimes->nodes[node].next;
    lifetimes->nodes[node].next = lifetimes->node_free;
    lifetimes->node_free = node;
    return popped;
}

static uint32_t nodes_copy(struct lifetimes *lifetimes, uint32_t node)
{
    struct lifetime_node copied = lifetimes->nodes[node];

    if (!node)
        return 0;
    copied.next = nodes_copy(lifetimes, copied.next);
    return node_push(lifetimes, copied.step, copied.time, copied.next);
}

/* ---- steps */

static inline unsigned step_high(uint64_t step)
{
    return (unsigned)(step & HIGH_MASK);
}

static inline uint64_t step_time(uint64_t step)
{
    return step >> HIGH_BITS;
}

static inline void step_push(struct lifetimes *lifetimes, struct lifetime_line *line,
                             unsigned high, uint64_t time)
{
    if (line->count == NEAR) {
        line->far = node_push(lifetimes, line->near[0], 0, line->far);
        memmove(line->near, line->near + 1, (NEAR - 1) * sizeof *line->near);
        line->count--;
    }
    line->near[line->count++] = time << HIGH_BITS | high;
}

static inline void step_pop(struct lifetimes *lifetimes, struct lifetime_line *line)
{
    line->count--;
    if (line->count == 0 && line->far)
        line->near[line->count++] = node_pop(lifetimes, &line->far).step;
}

/* ---- what is counted */

unsigned lifetime_bin(uint64_t ticks)
{
    unsigned octave;

    if (ticks < 1 << FINE_SHIFT)
        return (unsigned)ticks;
    octave = 63u - (unsigned)__builtin_clzll(ticks);
    return ((octave - FINE_SHIFT) << FINE_SHIFT) +
           (unsigned)(ticks >> (octave - FINE_SHIFT));
}

uint64_t lifetime_bin_ticks(unsigned bin)
{
    unsigned octave = bin >> FINE_SHIFT, step = bin & ((1u << FINE_SHIFT) - 1);

    if (octave == 0)
        return bin;
    return (((UINT64_C(1) << FINE_SHIFT) + step + 1) << (octave - 1)) - 1;
}

/* Counts a residency for each capacity in [low, high).  Larger caches hold it at least as
 * long, so that the longest lifetime is stored for the smallest capacity only. */
static inline void count_residency(struct class_sums *sums, unsigned low, unsigned high,
                                   uint64_t ticks, int64_t weight)
{
    int64_t *counts = sums->counts[lifetime_bin(ticks)];
    wide live = (wide)ticks * weight;

    counts[low] += weight;
    counts[high] -= weight;
    sums->live[low] += live;
    sums->live[high] -= live;
    if (ticks > sums->longest[low])
        sums->longest[low] = ticks;
}

static void count_endless(struct class_sums *sums, unsigned low, unsigned high,
                          uint64_t period, int64_t weight)
{
    wide live = (wide)period * weight;

    sums->endless[low] += weight;
    sums->endless[high] -= weight;
    sums->live[low] += live;
    sums->live[high] -= live;
}

/* Counts written data that capacities in [low, high) evict between their last use and an
 * access. */
static inline void count_unsaved(struct class_sums *sums, unsigned low, unsigned high,
                                 uint64_t written, uint64_t last, uint64_t time,
                                 int64_t weight)
{
    wide idle = (wide)(time - last) * weight;
    uint64_t kept = time - written, *longest;
    unsigned level = 31u - (unsigned)__builtin_clz(high - low);

    sums->unsaved[low] += idle;
    sums->unsaved[high] -= idle;
    longest = sums->unsaved_longest[level]; /* two halves that may overlap */
    if (kept > longest[low])
        longest[low] = kept;
    if (kept > longest[high - (1u << level)])
        longest[high - (1u << level)] = kept;
}

static inline void count_rewrite(struct class_sums *sums, uint64_t ticks,
                                 int64_t weight)
{
    sums->rewrites[lifetime_bin(ticks)] += weight;
    if (ticks > sums->rewrite_longest)
        sums->rewrite_longest = ticks;
}

/* ---- accesses */

/* Ends the residencies of capacities in [low, bin), whose last use was that of the line.
 * evicted: the time of the access that finds them evicted; 0: they are overwritten in place. */
static inline void steps_close(struct lifetimes *lifetimes, struct class_sums *sums,
                               struct lifetime_line *line, unsigned low, unsigned bin,
                               uint64_t evicted, int64_t weight)
{
    while (low < bin && line->count > 0) {
        uint64_t step = line->near[line->count - 1], begin = step_time(step);
        unsigned high = step_high(step), end = high < bin ? high : bin;

        if (begin == OPEN) {
            line->ends = node_push(lifetimes, line->last << HIGH_BITS | end, evicted,
                                   line->ends);
        } else if (sums) {
            count_residency(sums, low, end, line->last - begin, weight);
            if (evicted && begin == line->written)
                count_unsaved(sums, low, end, begin, line->last, evicted, weight);
        }
        low = end;
        if (high <= bin)
            step_pop(lifetimes, line);
    }
}

/* A write at a distance in `bin`: capacities below it have evicted the line, and the others
 * overwrite it. */
static inline void write_close(struct lifetimes *lifetimes, struct class_sums *sums,
                               struct lifetime_line *line, unsigned bin, uint64_t time,
                               int64_t weight)
{
    steps_close(lifetimes, sums, line, 0, bin, time, weight);
    steps_close(lifetimes, sums, line, bin, END, 0, weight);
}

void lifetimes_prefetch(const struct lifetimes *lifetimes, uint32_t line)
{
    __builtin_prefetch(&lifetimes->lines[line]);
    __builtin_prefetch(&lifetimes->firsts[line]);
}

void lifetimes_first(struct lifetimes *lifetimes, uint32_t number, bool writes,
                     uint64_t time)
{
    struct lifetime_line *line = &lifetimes->lines[number];

    line->tensor = lifetimes->classes[number];
    line->last = time;
    lifetimes->firsts[number].used = time;
    step_push(lifetimes, line, END, writes ? time : OPEN);
    if (writes)
        line->written = lifetimes->firsts[number].written = time;
}

void lifetimes_again(struct lifetimes *lifetimes, uint32_t number, unsigned bin,
                     bool writes, uint64_t time)
{
    struct lifetime_line *line = &lifetimes->lines[number];
    struct class_sums *sums = sums_of(lifetimes, line->tensor);

    if (writes) {
        write_close(lifetimes, sums, line, bin, time, 1);
        step_push(lifetimes, line, END, time);
        if (line->written)
            count_rewrite(sums, time - line->written, 1);
        else
            lifetimes->firsts[number].written = time;
        line->written = time;
    } else if (bin > 0) {
        steps_close(lifetimes, sums, line, 0, bin, time, 1);
        step_push(lifetimes, line, bin, time);
    }
    line->last = time;
}

/* An open residency of capacities [low, high) that began at the step, one run before. */
static void open_close(struct class_sums *sums, const struct lifetime_line *line,
                       unsigned low, unsigned high, uint64_t begin,
                       const struct lifetime_node *end, uint64_t period)
{
    uint64_t last = step_time(end->step) + period;

    count_residency(sums, low, high, last - begin, 1);
    if (end->time && begin == line->written)
        count_unsaved(sums, low, high, begin, last, end->time + period, 1);
}

/* Opens the residencies of a line that the run begins by reading, at a distance in `bin`: in
 * capacities below it they began there, and in others at the step that the end of the run
 * left. */
static void ends_close(struct lifetimes *lifetimes, struct class_sums *sums,
                       struct lifetime_line *line, unsigned bin, uint64_t first,
                       uint64_t period)
{
    struct lifetime_node ends[END + 1];
    unsigned count = 0, low = 0, e;

    while (line->ends)
        ends[count++] = node_pop(lifetimes, &line->ends);
    e = count; /* lowest capacities are last */
    while (e > 0 && low < bin) {
        unsigned high = step_high(ends[e - 1].step), to = high < bin ? high : bin;

        count_residency(sums, low, to, step_time(ends[e - 1].step) - first, 1);
        low = to;
        e -= to == high;
    }
    for (low = bin; line->count > 0; step_pop(lifetimes, line)) {
        uint64_t step = line->near[line->count - 1];
        unsigned high = step_high(step);

        while (low < high && e > 0) {
            unsigned end = step_high(ends[e - 1].step), to = end < high ? end : high;

            open_close(sums, line, low, to, step_time(step), &ends[e - 1], period);
            low = to;
            e -= to == end;
        }
        if (low < high)
            count_endless(sums, low, high, period, 1);
        low = high;
    }
}

void lifetimes_close(struct lifetimes *lifetimes, uint32_t number, unsigned bin,
                     bool writes, uint64_t period)
{
    struct lifetime_line *line = &lifetimes->lines[number];
    struct class_sums *sums = sums_of(lifetimes, line->tensor);
    uint64_t first = lifetimes->firsts[number].used, time = first + period;

    if (line->written)
        count_rewrite(sums, lifetimes->firsts[number].written + period - line->written,
                      1);
    if (writes) {
        write_close(lifetimes, sums, line, bin, time, 1);
        return;
    }
    /* a residency that is open to the end, and that this access finds evicted, began at the
     * first access */
    steps_close(lifetimes, sums, line, 0, bin, time, 1);
    ends_close(lifetimes, sums, line, bin, first, period);
}

/* ---- runs of lines */

uint32_t lifetimes_add(struct lifetimes *lifetimes, enum tensor_class tensor,
                       uint64_t weight)
{
    struct lifetime_line *line;

    if (lifetimes->line_count == lifetimes->line_room) {
        lifetimes->line_room = 2 * lifetimes->line_room + 1024;
        lifetimes->lines = realloc_array(lifetimes->lines, lifetimes->line_room,
                                         sizeof *lifetimes->lines);
    }
    line = &lifetimes->lines[lifetimes->line_count];
    *line = (struct lifetime_line){ .tensor = (uint8_t)tensor,
                                    .weight = (uint32_t)weight };
    return (uint32_t)lifetimes->line_count++;
}

uint32_t lifetimes_copy(struct lifetimes *lifetimes, uint32_t run)
{
    const struct lifetime_line old = lifetimes->lines[run];
    uint32_t copy = lifetimes_add(lifetimes, (enum tensor_class)old.tensor, old.weight);
    uint32_t far = nodes_copy(lifetimes, old.far);

    lifetimes->lines[copy] = old;
    lifetimes->lines[copy].far = far;
    return copy;
}

enum tensor_class lifetimes_run(const struct lifetimes *lifetimes, uint32_t run,
                                uint64_t *weight)
{
    *weight = lifetimes->lines[run].weight;
    return (enum tensor_class)lifetimes->lines[run].tensor;
}

void lifetimes_weigh(struct lifetimes *lifetimes, uint32_t run, uint64_t weight)
{
    lifetimes->lines[run].weight = (uint32_t)weight;
}

void lifetimes_walk(struct lifetimes *lifetimes, uint32_t run, unsigned bin,
                    bool writes, uint64_t first, uint64_t last)
{
    struct lifetime_line *line = &lifetimes->lines[run];
    int64_t weight = line->weight;
    struct class_sums *sums = lifetimes->counts ? sums_of(lifetimes, line->tensor)
                                                : NULL;

    if (line->count == 0) { /* never touched */
        step_push(lifetimes, line, END, first);
    } else if (writes) {
        write_close(lifetimes, sums, line, bin, first, weight);
        step_push(lifetimes, line, END, first);
    } else if (bin > 0) {
        steps_close(lifetimes, sums, line, 0, bin, first, weight);
        step_push(lifetimes, line, bin, first);
    }
    if (writes && line->written && sums)
        count_rewrite(sums, first - line->written, weight);
    if (writes)
        line->written = first;
    if (last > line->last)
        line->last = last;
}

void lifetimes_begin(struct lifetimes *lifetimes, uint64_t time)
{
    lifetimes->begin = time;
    lifetimes->counts = true;
}

void lifetimes_end(struct lifetimes *lifetimes, uint64_t time)
{
    for (uint64_t i = 0; i < lifetimes->line_count; i++) {
        struct lifetime_line *line = &lifetimes->lines[i];
        unsigned low = 0, high;

        for (; line->count > 0; step_pop(lifetimes, line), low = high) {
            uint64_t step = line->near[line->count - 1];

            high = step_high(step);
            if (step_time(step) < lifetimes->begin)
                count_endless(sums_of(lifetimes, line->tensor), low, high,
                              time - lifetimes->begin, line->weight);
        }
    }
}

void lifetimes_within(struct lifetimes *lifetimes, enum tensor_class tensor,
                      const double counts[CURVE_POINTS], uint64_t ticks)
{
    struct class_sums *sums = sums_of(lifetimes, tensor);
    unsigned bin = lifetime_bin(ticks);

    if (!sums->within)
        sums->within = alloc_array(LIFETIME_BINS, sizeof *sums->within);
    for (unsigned i = 0; i < CURVE_POINTS; i++)
        sums->within[bin][i] += counts[i];
}

double lifetimes_count(const struct lifetimes *lifetimes, enum tensor_class tensor,
                       unsigned bin, unsigned i)
{
    const struct class_sums *sums = lifetimes->sums[tensor];
    int64_t count = 0;

    for (unsigned c = 0; sums && c <= i; c++)
        count += sums->counts[bin][c];
    return (double)count;
}

struct class_sums *const *lifetimes_sums(const struct lifetimes *lifetimes)
{
    return lifetimes->sums;
}
