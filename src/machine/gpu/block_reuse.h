/* The bytes that a kernel's thread blocks miss in a cache, for all capacities at once, without
 * a trace of lines.
 *
 * The thread blocks of a kernel use strips of data (a row of tiles, the keys of a head).  Each
 * use has a time and a reuse interval ("gap"), the time since the previous use of the strip,
 * which is infinite for its first use.  A strip is still in the cache after an interval x if
 * the kernel's working set over x fits: Denning's working set (CACM 11(5), 1968; Denning and Schwartz, CACM 15(3), 1972): if M(x)
 * bytes per unit of time have an interval above x, then F(x), the integral of M from 0 to x, is the
 * mean working set over a window of x.  A cache of C bytes therefore misses the bytes whose
 * interval is above the x with F(x) = C.  The kernel's duration is divided into epochs, each
 * with its own M.
 *
 * The unit of time is the duration of a thread block.  Intervals are sorted into bins of 1/128
 * octave. */
#ifndef NVSWEEP_GPU_BLOCK_REUSE_H
#define NVSWEEP_GPU_BLOCK_REUSE_H

#include <stdint.h>

struct block_reuse; /* opaque */

/* Returns an empty model of a kernel whose uses lie between the times begin and end.  ways is
 * the associativity of a cache with hashed sets, whose load per set varies like a Gamma variable
 * of shape `ways` and mean 1; 0 means fully associative.  Freed with block_reuse_free. */
struct block_reuse *block_reuse_create(double begin, double end, uint64_t ways);
void block_reuse_free(struct block_reuse *reuse);

/* Adds bytes that are read at a constant rate from `time` on for `duration`, each byte `gap`
 * after its previous read (INFINITY: its first read). */
void block_reuse_read(struct block_reuse *reuse, double time, double duration,
                      double gap, double bytes);

/* Adds bytes that are written once, at a constant rate over the whole kernel. */
void block_reuse_write(struct block_reuse *reuse, double bytes);

/* The misses of a cache: compulsory_bytes at first uses, refetched_bytes of data that it held
 * before, and dirty_bytes that it still holds at the end and has to write back later. */
struct block_misses {
    double compulsory_bytes, refetched_bytes, dirty_bytes;
};

/* Computes misses[i] for capacities[i] in bytes, i < count.  Capacities must rise. */
void block_reuse_misses(const struct block_reuse *reuse, const double *capacities,
                        uint64_t count, struct block_misses *misses);

#endif
