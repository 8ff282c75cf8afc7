/* The time of an access within a run of kernels.  Each kernel takes the longest of its
 * arithmetic, its bytes at the cache and its bytes at the DRAM (the roofline).  The same
 * holds for each part of a kernel: the time so far is the longest of what the accesses so far
 * take of the three.  The DRAM moves the lines that miss in the machine's own cache, and as
 * many lines back for writes.  The first access to a line misses unless that cache holds all
 * lines.
 *
 * All numbers are integers, so that times are the same on any machine. */
#ifndef NVSWEEP_WORKLOAD_KERNEL_CLOCK_H
#define NVSWEEP_WORKLOAD_KERNEL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Number of parts of a tick (lifetime.h), as a shift. */
enum { CLOCK_PART_SHIFT = 20 };

struct kernel_clock {
    uint64_t begin; /* beginning of the kernel in ticks; all other members are in parts
                     * of ticks */
    uint64_t alone, step, progress; /* of the arithmetic: in all, per access, so far */
    uint64_t cache, dram;           /* time of the bytes so far */
    uint64_t sector, line;          /* time of one sector, and of one line */
    unsigned own_bin; /* distances in this bin and above miss in the own cache */
};

/* Starts the clock.  sector_s is the time of a sector at the cache, line_s that of a line at
 * the DRAM; own_bin is CURVE_POINTS + 1 if the own cache holds all lines. */
void kernel_clock_create(struct kernel_clock *clock, double sector_s, double line_s,
                         unsigned own_bin);

/* Ends the kernel and begins the next one after launch_s; it computes for alone_s over
 * `accesses` accesses of the stream. */
void kernel_clock_next(struct kernel_clock *clock, double launch_s, double alone_s,
                       double accesses);

/* Returns the end of the last kernel in ticks. */
uint64_t kernel_clock_end(const struct kernel_clock *clock);

/* Returns the time of an access that moves this many sectors; bin is that of its distance. */
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
