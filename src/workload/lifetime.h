/* How long data live in LRU caches of all capacities, in the one pass that makes the miss
 * curve (stack_distance.h, machine/gpu/block_stream.h).
 *
 * A residency begins when a line is filled or written and ends at its last use before it is
 * evicted or written again; its lifetime is the time between the two.  Beside a line's stack
 * distance stands a staircase: the residency that a capacity holds now began at the step that
 * covers it.  An access at distance bin d evicted the line from all capacities below d: it closes
 * the steps there and puts one in their place.  A write closes all.  Every access adds at most
 * one step and every step is closed once, so the time is amortised constant.
 *
 * The stream is taken to repeat for ever, as in stack_distance.h: a residency may go on over its
 * end, and one that nothing ends in a whole run never ends.
 *
 * A written line that is evicted must keep its data until then, which is some time between
 * its last use and the next access: both ends are given. */
#ifndef NVSWEEP_WORKLOAD_LIFETIME_H
#define NVSWEEP_WORKLOAD_LIFETIME_H

#include "workload/curve.h"

#include <stdbool.h>

/* Time is counted in ticks of 2^-36 s, about 15 ps. */
#define LIFETIME_TICKS_PER_S 68719476736.0

enum tensor_class {
    TENSOR_ALL,
    TENSOR_WEIGHTS,
    TENSOR_GRADIENTS,   /* of weights and of activations */
    TENSOR_MOMENTUM,    /* state of the optimiser */
    TENSOR_ACTIVATIONS, /* outputs of operations */
    TENSOR_KV_CACHE,    /* keys and values kept from token to token */
    TENSOR_WORKSPACE,   /* scores of attention, unrolled windows */
    TENSOR_COUNT
};

struct lifetimes; /* opaque */

/* For lines [0, lines) of these classes (enum tensor_class, one a line; the caller keeps them
 * until lifetimes_free, which frees the rest). */
struct lifetimes *lifetimes_create(uint64_t lines, const uint8_t *classes);
void lifetimes_free(struct lifetimes *lifetimes);

/* The line is about to be accessed. */
void lifetimes_prefetch(const struct lifetimes *lifetimes, uint32_t line);

/* The first access to a line, at a time above 0; every later one, `bin` (curve_bin) of its
 * distance; and after the stream, which took `period` ticks, once more for every line in the
 * order of first accesses: the one that would follow. */
void lifetimes_first(struct lifetimes *lifetimes, uint32_t line, bool writes,
                     uint64_t time);
void lifetimes_again(struct lifetimes *lifetimes, uint32_t line, unsigned bin,
                     bool writes, uint64_t time);
void lifetimes_close(struct lifetimes *lifetimes, uint32_t line, unsigned bin,
                     bool writes, uint64_t period);

/* Of runs of lines in place of lines (kernels counted by blocks), where the stream is made
 * twice and its second time counted: a run of `weight`, or one as another is; the runs'
 * accesses, over the time from `first` to `last`; the second time begins; it has ended. */
uint32_t lifetimes_add(struct lifetimes *lifetimes, enum tensor_class tensor,
                       uint64_t weight);
uint32_t lifetimes_copy(struct lifetimes *lifetimes, uint32_t run);
enum tensor_class lifetimes_run(const struct lifetimes *lifetimes, uint32_t run,
                                uint64_t *weight);
void lifetimes_weigh(struct lifetimes *lifetimes, uint32_t run, uint64_t weight);
void lifetimes_walk(struct lifetimes *lifetimes, uint32_t run, unsigned bin,
                    bool writes, uint64_t first, uint64_t last);
void lifetimes_begin(struct lifetimes *lifetimes, uint64_t time);
void lifetimes_end(struct lifetimes *lifetimes, uint64_t time);

/* Residencies that begin and end within a kernel, which follows no line: so many at the
 * capacities of an array, each of at most `ticks`. */
void lifetimes_within(struct lifetimes *lifetimes, enum tensor_class tensor,
                      const double counts[CURVE_POINTS], uint64_t ticks);

/* Lifetimes are sorted into eight bins an octave; bin `i` holds those above
 * lifetime_bin_ticks(i - 1) up to and with lifetime_bin_ticks(i). */
enum { LIFETIME_BINS = 440 };
unsigned lifetime_bin(uint64_t ticks);
uint64_t lifetime_bin_ticks(unsigned bin);

/* Residencies of a class at the i-th capacity in a bin, those that never end left out (for
 * tests; after the last call of the above). */
double lifetimes_count(const struct lifetimes *lifetimes, enum tensor_class tensor,
                       unsigned bin, unsigned i);

/* How many residencies live longer than a bound is kept of every fourth of the curve's
 * capacities and every fourth bin's upper end, from 1 ns to 32 s, two an octave. */
enum {
    LIFETIME_CAPACITY_STEP = 4,
    LIFETIME_CAPACITIES = (CURVE_POINTS - 1) / LIFETIME_CAPACITY_STEP + 1,
    LIFETIME_BOUND_STEP = 4,
    LIFETIME_BOUND_FIRST = 31, /* bin */
    LIFETIME_BOUNDS = 71,
};
double lifetime_capacity_bytes(uint64_t i);
double lifetime_bound_s(uint64_t i);

/* By class and the curve's capacities, of one run.  A lifetime that a share of residencies does
 * not exceed is the upper end of its bin, at most an eighth too long, and exact where it is the
 * longest; INFINITY: such data never die as the run repeats; NAN: there are no residencies. */
struct lifetime_table {
    double residencies[TENSOR_COUNT][CURVE_POINTS];
    double lifetime_50_s[TENSOR_COUNT][CURVE_POINTS];
    double lifetime_90_s[TENSOR_COUNT][CURVE_POINTS];
    double lifetime_99_s[TENSOR_COUNT][CURVE_POINTS];
    double lifetime_100_s[TENSOR_COUNT][CURVE_POINTS];
    /* The same, residencies weighted by their lifetimes. */
    double line_seconds_50_s[TENSOR_COUNT][CURVE_POINTS];
    double line_seconds_90_s[TENSOR_COUNT][CURVE_POINTS];
    double line_seconds_99_s[TENSOR_COUNT][CURVE_POINTS];
    double short_share[TENSOR_COUNT][CURVE_POINTS]; /* of residencies, at most 1 us */
    double live_line_s[TENSOR_COUNT][CURVE_POINTS]; /* lines times time */
    /* Of residencies: never end as the run repeats; live longer than a bound, these included;
     * and lines times time of these. */
    double endless_share[TENSOR_COUNT][CURVE_POINTS];
    double longer_share[TENSOR_COUNT][LIFETIME_CAPACITIES][LIFETIME_BOUNDS];
    double longer_line_s[LIFETIME_CAPACITIES][LIFETIME_BOUNDS];
    /* The same of lines that are used no more but were written and not yet written back, at
     * most (0 at least), and how long such a line keeps its data, at most. */
    double unsaved_line_s[TENSOR_COUNT][CURVE_POINTS];
    double unsaved_100_s[TENSOR_COUNT][CURVE_POINTS];
    /* Between two writes of a line, whatever the cache. */
    double rewrite_50_s[TENSOR_COUNT], rewrite_90_s[TENSOR_COUNT],
        rewrite_100_s[TENSOR_COUNT];
    double run_s;
    double line_bytes;
    double error_s; /* lifetimes are off by at most that (0: followed line by line) */
};

/* weight: what a line or a unit of weight stands for, in lines. */
void lifetimes_finish(const struct lifetimes *lifetimes, uint64_t period, double weight,
                      struct lifetime_table *table);

#endif
