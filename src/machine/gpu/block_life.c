#include "machine/gpu/block_life.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An access of the current kernel, whose duration is not known yet. */
struct touch {
    uint32_t runs;
    unsigned bins[BLOCK_PARTS];
    bool writes;
    struct block_window first, last;
};

struct block_life {
    struct lifetimes *lifetimes;
    struct map_tensor *tensors;
    size_t tensor_count;
    double line_bytes;
    struct touch *touches;
    size_t touch_count, touch_room;
    uint64_t now, begin, longest; /* ticks; longest: of a kernel */
    bool counts;
};

struct block_life *block_life_create(const struct gpu *gpu, const struct graph *graph,
                                     const struct memory_map *map)
{
    struct block_life *life = alloc_array(1, sizeof *life);

    life->tensors = memory_map_tensors(map, graph, &life->tensor_count);
    life->lifetimes = lifetimes_create(0, NULL);
    life->line_bytes = (double)gpu->llc_line_bytes;
    life->now = 1;
    return life;
}

uint32_t block_life_add(struct block_life *life, uint64_t first_line, uint64_t lines)
{
    enum tensor_class tensor = map_tensor_class(life->tensors, life->tensor_count,
                                                first_line);
    uint32_t runs = lifetimes_add(life->lifetimes, tensor, lines);

    for (unsigned part = 1; part < BLOCK_PARTS; part++)
        lifetimes_add(life->lifetimes, tensor, lines);
    return runs + 1;
}

uint32_t block_life_cut(struct block_life *life, uint32_t runs, uint64_t lines_left,
                        uint64_t lines_cut)
{
    uint32_t first = 0;

    if (!runs)
        return 0;
    for (unsigned part = 0; part < BLOCK_PARTS; part++) {
        uint32_t copy = lifetimes_copy(life->lifetimes, runs - 1 + part);

        first = part ? first : copy;
        lifetimes_weigh(life->lifetimes, copy, lines_cut);
        lifetimes_weigh(life->lifetimes, runs - 1 + part, lines_left);
    }
    return first + 1;
}

void block_life_touch(struct block_life *life, uint32_t runs,
                      const unsigned bins[BLOCK_PARTS], bool writes,
                      struct block_window first, struct block_window last)
{
    struct touch *touch;

    if (life->touch_count == life->touch_room) {
        life->touch_room = 2 * life->touch_room + 64;
        life->touches = realloc_array(life->touches, life->touch_room,
                                      sizeof *life->touches);
    }
    touch = &life->touches[life->touch_count++];
    *touch =
        (struct touch){ .runs = runs, .writes = writes, .first = first, .last = last };
    memcpy(touch->bins, bins, sizeof touch->bins);
}

static uint64_t ticks_of(double time_s)
{
    return (uint64_t)llround(time_s * LIFETIME_TICKS_PER_S);
}

/* The time at which a pass over a tensor reaches a position, 0 to 1. */
static uint64_t time_at(uint64_t begin, uint64_t duration, struct block_window window,
                        double place)
{
    double share = window.begin + (window.end - window.begin) * place;

    return begin + (uint64_t)llround(share * (double)duration);
}

static void touch_walk(struct block_life *life, const struct touch *touch,
                       uint64_t duration)
{
    for (unsigned part = 0; part < BLOCK_PARTS; part++) {
        double place = (part + 0.5) / BLOCK_PARTS;

        lifetimes_walk(life->lifetimes, touch->runs - 1 + part, touch->bins[part],
                       touch->writes, time_at(life->now, duration, touch->first, place),
                       time_at(life->now, duration, touch->last, place));
    }
}

/* Distributes the refetched bytes over the tensors that the kernel reads, by size. */
static void refetched_add(struct block_life *life,
                          const double refetched_bytes[CURVE_POINTS], uint64_t duration)
{
    double lines[TENSOR_COUNT] = { 0 }, all = 0, counts[CURVE_POINTS];

    for (size_t t = 0; t < life->touch_count; t++) {
        const struct touch *touch = &life->touches[t];
        uint64_t weight;
        enum tensor_class tensor = lifetimes_run(life->lifetimes, touch->runs - 1,
                                                 &weight);

        if (touch->writes)
            continue;
        lines[tensor] += (double)weight;
        all += (double)weight;
    }
    for (unsigned tensor = 0; tensor < TENSOR_COUNT; tensor++) {
        if (!(lines[tensor] > 0))
            continue;
        for (unsigned i = 0; i < CURVE_POINTS; i++)
            counts[i] = BLOCK_PARTS * refetched_bytes[i] / life->line_bytes *
                        lines[tensor] / all;
        lifetimes_within(life->lifetimes, (enum tensor_class)tensor, counts, duration);
    }
}

void block_life_kernel(struct block_life *life, double launch_s, double duration_s,
                       const double refetched_bytes[CURVE_POINTS])
{
    uint64_t duration = ticks_of(duration_s);

    life->now += ticks_of(launch_s);
    for (size_t t = 0; t < life->touch_count; t++)
        touch_walk(life, &life->touches[t], duration);
    if (refetched_bytes && life->counts)
        refetched_add(life, refetched_bytes, duration);
    life->touch_count = 0;
    life->now += duration;
    if (duration > life->longest)
        life->longest = duration;
}

void block_life_begin(struct block_life *life)
{
    life->begin = life->now;
    life->counts = true;
    lifetimes_begin(life->lifetimes, life->now);
}

void block_life_finish(struct block_life *life, struct lifetime_table *table)
{
    lifetimes_end(life->lifetimes, life->now);
    lifetimes_finish(life->lifetimes, life->now - life->begin, 1.0 / BLOCK_PARTS,
                     table);
    table->line_bytes = life->line_bytes;
    table->error_s = 2 * (double)life->longest / LIFETIME_TICKS_PER_S;
    lifetimes_free(life->lifetimes);
    free(life->tensors);
    free(life->touches);
    free(life);
}
