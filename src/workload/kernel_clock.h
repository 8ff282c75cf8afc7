/* The time of an access within a run of kernels: each kernel takes the longest of its
 * arithmetic, its bytes at the cache and its bytes at the DRAM (the roofline), and so does each
 * part of it: the time so far is the longest of what the accesses so far take of the three.  The
 * DRAM moves the lines that the machine's own cache misses, and as many back for writes.  The
 * first access to a line misses unless that cache holds all lines.
 *
 * Integers throughout: times are the same on any machine. */
#ifndef NVSWEEP_WORKLOAD_KERNEL_CLOCK_H
#define NVSWEEP_WORKLOAD_KERNEL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Parts of a tick (lifetime.h), as a shift. */
enum { CLOCK_PART_SHIFT = 20 };

struct kernel_clock {
    uint64_t begin; /* of the kernel, in ticks; the following in parts of ticks */
    uint64_t alone, step, progress; /* arithmetic: all, an access's share, so far */
    uint64_t cache, dram;           /* bytes so far */
    uint64_t sector, line;          /* what one takes */
    unsigned own_bin; /* distances in this bin and above miss the own cache */
};

/* sector_s at the cache and line_s at the DRAM; own_bin is CURVE_POINTS + 1 if the own cache
 * holds all lines. */
void kernel_clock_create(struct kernel_clock *clock, double sector_s, double line_s,
                         unsigned own_bin);

/* The kernel before has ended; after launch_s the next begins, which computes for alone_s over
 * `accesses` of the stream's. */
void kernel_clock_next(struct kernel_clock *clock, double launch_s, double alone_s,
                       double accesses);

/* When the last kernel ends, in ticks. */
uint64_t kernel_clock_end(const struct kernel_clock *clock);

/* The time of an access, which moves so many sectors; bin of its distance. */
static inline uint64_t kernel_clock_access(struct kernel_clock *clock, uint64_t sectors,
                                           unsigned bin)
{
    uint64_t parts;

    clock->cache += sectors * clock->sector;
    if (bin >= clock->own_bin)
        clock->dram += clock->line;
    clock->progress += clock->step;
    parts = clock->progress < clock->alone ? clock->progress : clock->alone;
    parts = clock->cache > parts ? clock->cache : parts;
    parts = clock->dram > parts ? clock->dram : parts;
    return clock->begin + (parts >> CLOCK_PART_SHIFT);
}

#endif
