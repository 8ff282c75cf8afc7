/* Computes exact LRU stack distances of a stream of line accesses, and from them the misses and
 * write-backs of fully associative caches of all capacities, in one pass.
 *
 * The stack distance of an access is the number of other lines touched since the last
 * access to its line; a cache of C lines hits if and only if it is below C (Mattson et
 * al., IBM Systems Journal 9(2), 1970).  The time of each line's last access is a bit in a
 * bit map, with counts per block of bits (an order-statistics structure, after Bennett and
 * Kruskal, IBM J. Res. Dev. 19(4), 1975).  When the map is full, the bits in use are moved
 * together, so that memory is proportional to the number of lines.
 *
 * A cache of C lines writes a line back if the line is evicted between a write and the next
 * write to it: that is, if the largest distance up to the next write is at least C.
 *
 * The stream is assumed to repeat for ever.  So the first access to a line finds what the
 * previous run left, and there are no cold misses, only misses that recur in every run. */
#ifndef NVSWEEP_WORKLOAD_STACK_DISTANCE_H
#define NVSWEEP_WORKLOAD_STACK_DISTANCE_H

#include "workload/access.h"
#include "workload/curve.h"
#include "workload/kernel_clock.h"
#include "workload/lifetime.h"

struct stack_distance; /* opaque */

/* Begins a stream of accesses to lines [0, line_count).  A distance of 1 means scale_bytes: the
 * size of a line, times the sampling rate if lines are sampled.  Freed with
 * stack_distance_free. */
struct stack_distance *stack_distance_create(uint64_t line_count, uint64_t scale_bytes);
void stack_distance_free(struct stack_distance *stack);

/* Beside the distances, note lifetimes by the clock, which its owner moves from kernel to
 * kernel between calls of stack_distance_access.  Distances are the same.  Call it before the
 * first access. */
void stack_distance_time(struct stack_distance *stack, struct lifetimes *lifetimes,
                         struct kernel_clock *clock);

void stack_distance_access(struct stack_distance *stack, const uint32_t *accesses,
                           size_t count);

/* Does the same, with the signature of an access_sink's function. */
void stack_distance_sink(void *stack, const uint32_t *accesses, size_t count);

/* Returns the distance that an access to the line would have now, or UINT64_MAX if the line was
 * not accessed yet. */
uint64_t stack_distance_of(const struct stack_distance *stack, uint32_t line);

/* Ends the stream, adds the reuses from one repetition to the next, and multiplies all counts by
 * `weight`.  ways = 0 counts the misses of fully associative caches; else those of caches with
 * that many ways if lines map to sets at random (curve_survival).  Fills in reads, writes,
 * footprint in lines, misses, write-backs and error of the curve, and no other members.  May be
 * called once only. */
struct stack_distance_totals {
    double accesses, lines;
    double read_sectors, write_sectors;
};
struct stack_distance_totals stack_distance_finish(struct stack_distance *stack,
                                                   double weight, uint64_t ways,
                                                   struct reuse_curve *curve);

#endif
