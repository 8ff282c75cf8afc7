/* Exact LRU stack distances of a stream of line accesses, and from them the misses and
 * write-backs of fully associative caches of all capacities in one pass.
 *
 * The stack distance of an access is the number of other lines touched since the last
 * access to its line; a cache of C lines hits if and only if it is below C (Mattson et
 * al., IBM Systems Journal 9(2), 1970).  Times of last accesses are bits of a bit map
 * with counts per block above it (an order-statistics structure, after Bennett and
 * Kruskal, IBM J. Res. Dev. 19(4), 1975); when the map is full the bits in use move
 * together, so memory is proportional to the number of lines.
 *
 * A write-back happens in a cache of C lines when a written line is evicted before it
 * is written again: once per write if the largest distance up to the next write reaches
 * C.
 *
 * The stream is taken to repeat for ever: the first access to a line finds what the run
 * before left behind, so there are no cold misses, only those that would recur. */
#ifndef NVSWEEP_WORKLOAD_STACK_DISTANCE_H
#define NVSWEEP_WORKLOAD_STACK_DISTANCE_H

#include "workload/access.h"
#include "workload/curve.h"
#include "workload/kernel_clock.h"
#include "workload/lifetime.h"

struct stack_distance; /* opaque */

/* For accesses to lines [0, line_count).  A distance of one stands for scale_bytes: the
 * line, or what a sampled line stands for.  Freed with stack_distance_free. */
struct stack_distance *stack_distance_create(uint64_t line_count, uint64_t scale_bytes);
void stack_distance_free(struct stack_distance *stack);

/* Beside the distances, note lifetimes by the clock, which its owner moves from kernel to
 * kernel between calls of stack_distance_access.  Distances are the same.  Call it before the
 * first access. */
void stack_distance_time(struct stack_distance *stack, struct lifetimes *lifetimes,
                         struct kernel_clock *clock);

void stack_distance_access(struct stack_distance *stack, const uint32_t *accesses,
                           size_t count);

/* The same as an access_sink's function. */
void stack_distance_sink(void *stack, const uint32_t *accesses, size_t count);

/* The distance of the next access to line, or UINT64_MAX if it was not accessed yet. */
uint64_t stack_distance_of(const struct stack_distance *stack, uint32_t line);

/* End the stream, close it to a ring, and multiply all counts by weight.  ways: 0 for
 * fully associative caches, else what set-associative ones of so many ways would miss
 * if lines fell into sets at random (curve_set_associative).  Fills in reads, writes,
 * footprint in lines, misses, write-backs and error; leaves the curve's other members.
 * Call it once. */
struct stack_distance_totals {
    double accesses, lines;
    double read_sectors, write_sectors;
};
struct stack_distance_totals stack_distance_finish(struct stack_distance *stack,
                                                   double weight, uint64_t ways,
                                                   struct reuse_curve *curve);

#endif
