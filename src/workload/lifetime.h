/* How long data live in LRU caches of all capacities, computed in the same pass as the miss
 * curve (stack_distance.h, machine/gpu/block_stream.h).
 *
 * A residency begins when a line is filled or written, and ends at the last use before the
 * line is evicted or written again; its lifetime is the time between the two.  For each line
 * there is a staircase of steps over the capacities: the residency in a cache of some
 * capacity began at the time of the step that covers this capacity.  An access at distance
 * bin d finds the line evicted from all capacities below d: it closes the steps there and
 * replaces them by one.  A write closes all steps.  Every access adds at most one step and
 * every step is closed once, so that the time per access is constant on average.
 *
 * The stream is assumed to repeat for ever, as in stack_distance.h: a residency may continue
 * over the end of the stream, and one that nothing ends in a whole run never ends.
 *
 * A written line that is evicted must keep its data until then, which is a time between its
 * last use and the next access to it: both ends are computed. */
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
    TENSOR_KV_CACHE,    /* keys and values stored from token to token */
    TENSOR_WORKSPACE,   /* scores of attention, unrolled windows */
    TENSOR_COUNT
};

struct lifetimes; /* opaque */

/* Begins for lines [0, lines).  `classes` has the enum tensor_class of each line; the caller
 * keeps it until lifetimes_free. */
struct lifetimes *lifetimes_create(uint64_t lines, const uint8_t *classes);
void lifetimes_free(struct lifetimes *lifetimes);

/* Loads the state of a line that is about to be accessed. */
void lifetimes_prefetch(const struct lifetimes *lifetimes, uint32_t line);

/* lifetimes_first is called for the first access to a line, at a time above 0;
 * lifetimes_again for every later access, with the bin (curve_bin) of its distance.  After
 * the stream, which took `period` ticks, lifetimes_close is called once for every line, in
 * the order of first accesses, with the access that would follow. */
void lifetimes_first(struct lifetimes *lifetimes, uint32_t line, bool writes,
                     uint64_t time);
void lifetimes_again(struct lifetimes *lifetimes, uint32_t line, unsigned bin,
                     bool writes, uint64_t time);
void lifetimes_close(struct lifetimes *lifetimes, uint32_t line, unsigned bin,
                     bool writes, uint64_t period);

/* Functions for runs of lines instead of lines (kernels counted by blocks).  The stream is
 * made twice and counted the second time.  lifetimes_add adds a run of this weight,
 * lifetimes_copy one with the history of another.  lifetimes_walk notes accesses to a run
 * from `first` to `last`.  lifetimes_begin and lifetimes_end mark the second time. */
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

/* Adds residencies that begin and end within a kernel in which no line is followed: their
 * number at each capacity, each with a lifetime of at most `ticks`. */
void lifetimes_within(struct lifetimes *lifetimes, enum tensor_class tensor,
                      const double counts[CURVE_POINTS], uint64_t ticks);

/* Lifetimes are sorted into eight bins per octave; bin `i` holds those above
 * lifetime_bin_ticks(i - 1) up to lifetime_bin_ticks(i), inclusive. */
enum { LIFETIME_BINS = 440 };
unsigned lifetime_bin(uint64_t ticks);
uint64_t lifetime_bin_ticks(unsigned bin);

/* Returns the residencies of a class in a bin at the i-th capacity, without those that never
 * end (for tests; after the last call of the functions above). */
double lifetimes_count(const struct lifetimes *lifetimes, enum tensor_class tensor,
                       unsigned bin, unsigned i);

/* The number of residencies that live longer than a bound is stored for every fourth capacity
 * of the curve and for the upper end of every fourth bin: two bounds per octave from 1 ns to
 * 32 s. */
enum {
    LIFETIME_CAPACITY_STEP = 4,
    LIFETIME_CAPACITIES = (CURVE_POINTS - 1) / LIFETIME_CAPACITY_STEP + 1,
    LIFETIME_BOUND_STEP = 4,
    LIFETIME_BOUND_FIRST = 31, /* bin */
    LIFETIME_BOUNDS = 71,
};
double lifetime_capacity_bytes(uint64_t i);
double lifetime_bound_s(uint64_t i);

/* The results of one run, by class and capacity of the curve.  A lifetime that a share of the
 * residencies does not exceed is the upper end of its bin, at most an eighth too long; the
 * longest is exact.  INFINITY: such data never die because the run repeats.  NAN: there are
 * no residencies. */
struct lifetime_table {
    double residencies[TENSOR_COUNT][CURVE_POINTS];
    double lifetime_50_s[TENSOR_COUNT][CURVE_POINTS];
    double lifetime_90_s[TENSOR_COUNT][CURVE_POINTS];
    double lifetime_99_s[TENSOR_COUNT][CURVE_POINTS];
    double lifetime_100_s[TENSOR_COUNT][CURVE_POINTS];
    /* The same with residencies weighted by their lifetimes. */
    double line_seconds_50_s[TENSOR_COUNT][CURVE_POINTS];
    double line_seconds_90_s[TENSOR_COUNT][CURVE_POINTS];
    double line_seconds_99_s[TENSOR_COUNT][CURVE_POINTS];
    /* share of the residencies that live at most 1 us */
    double short_share[TENSOR_COUNT][CURVE_POINTS];
    double live_line_s[TENSOR_COUNT][CURVE_POINTS]; /* number of lines times time */
    /* Shares of the residencies that never end because the run repeats, and that live longer
     * than a bound (including those); and the lines times time of the latter. */
    double endless_share[TENSOR_COUNT][CURVE_POINTS];
    double longer_share[TENSOR_COUNT][LIFETIME_CAPACITIES][LIFETIME_BOUNDS];
    double longer_line_s[LIFETIME_CAPACITIES][LIFETIME_BOUNDS];
    /* Upper bounds (at least 0) for lines that are not used again but were written and not
     * yet written back: their lines times time, and how long such a line keeps its data. */
    double unsaved_line_s[TENSOR_COUNT][CURVE_POINTS];
    double unsaved_100_s[TENSOR_COUNT][CURVE_POINTS];
    /* Time between two writes of a line, in any cache. */
    double rewrite_50_s[TENSOR_COUNT], rewrite_90_s[TENSOR_COUNT],
        rewrite_100_s[TENSOR_COUNT];
    double run_s;
    double line_bytes;
    double error_s; /* largest error of the lifetimes (0: every line was followed) */
};

/* Computes the table.  weight: the number of lines that a line, or a unit of a run's weight,
 * stands for. */
void lifetimes_finish(const struct lifetimes *lifetimes, uint64_t period, double weight,
                      struct lifetime_table *table);

#endif
