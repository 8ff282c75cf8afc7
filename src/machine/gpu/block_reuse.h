/* How often thread blocks fetch shared data again, for every capacity at once and without
 * following a line.
 *
 * The blocks of a kernel use strips of data (a row of tiles, the keys of a head).  Each use
 * has a time and a gap: the time since the strip was used before, infinite at its first use.
 * A cache holds a strip over a gap of x if what the kernel touches within x fits, which is
 * Denning's working set (CACM 11(5), 1968; Denning and Schwartz, CACM 15(3), 1972): if M(x)
 * bytes per unit of time have a gap above x, then F(x), the integral of M from 0 to x, is the
 * mean number of distinct bytes in a window of x.  So a cache of C bytes misses the bytes
 * whose gap is above the x with F(x) = C.  The kernel's span is cut into epochs, each with
 * an M of its own.
 *
 * Times are in durations of a block.  Gaps are sorted into bins of 1/128 octave. */
#ifndef NVSWEEP_GPU_BLOCK_REUSE_H
#define NVSWEEP_GPU_BLOCK_REUSE_H

#include <stdint.h>

struct block_reuse; /* opaque */

/* For uses at times begin..end.  ways: a set of a hashed cache of so many ways overflows at
 * a load that varies as a Gamma variable of that shape and mean 1; 0 for a fully associative
 * one.  Freed with block_reuse_free. */
struct block_reuse *block_reuse_create(double begin, double end, uint64_t ways);
void block_reuse_free(struct block_reuse *reuse);

/* bytes are read evenly from `time` on for `duration`, each `gap` after it was read before
 * (INFINITY: never). */
void block_reuse_read(struct block_reuse *reuse, double time, double duration,
                      double gap, double bytes);

/* bytes are written once, evenly over the span. */
void block_reuse_write(struct block_reuse *reuse, double bytes);

/* What a cache of a capacity fetches that it held before, and how many of the bytes written
 * it still holds at the end.  first_bytes are those of first uses, which no capacity spares
 * within the kernel. */
struct block_misses {
    double first_bytes, again_bytes, dirty_bytes;
};

/* misses[i] of capacities[i], which rise, for i < count. */
void block_reuse_misses(const struct block_reuse *reuse, const double *capacities,
                        uint64_t count, struct block_misses *misses);

#endif
