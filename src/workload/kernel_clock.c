#include "workload/kernel_clock.h"

#include "workload/lifetime.h"

#include <math.h>

static uint64_t parts_of(double time_s)
{
    return (uint64_t)llround(ldexp(time_s * LIFETIME_TICKS_PER_S, CLOCK_PART_SHIFT));
}

void kernel_clock_create(struct kernel_clock *clock, double sector_s, double line_s,
                         unsigned own_bin)
{
    *clock = (struct kernel_clock){
        .begin = 1, /* 0 is the time before the stream */
        .sector = parts_of(sector_s),
        .line = parts_of(line_s),
        .own_bin = own_bin,
    };
}

uint64_t kernel_clock_end(const struct kernel_clock *clock)
{
    uint64_t parts = clock->alone > clock->cache ? clock->alone : clock->cache;

    parts = clock->dram > parts ? clock->dram : parts;
    return clock->begin + (parts >> CLOCK_PART_SHIFT);
}

void kernel_clock_next(struct kernel_clock *clock, double launch_s, double alone_s,
                       double accesses)
{
    clock->begin = kernel_clock_end(clock) + (parts_of(launch_s) >> CLOCK_PART_SHIFT);
    clock->alone = parts_of(alone_s);
    clock->step = accesses > 0 ? parts_of(alone_s / accesses) : 0;
    clock->progress = clock->cache = clock->dram = 0;
}
