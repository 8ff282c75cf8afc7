#include "unit.h"

#include "base/memory.h"
#include "workload/stack_distance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 4096, KERNEL = 50, RUNS = 6, COUNTED_RUN = 2 };

static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = (*state ^ *state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);

    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Accesses to few hot and many cold lines; of some streams none, of some most are writes. */
struct stream {
    uint32_t *accesses;
    uint64_t *times; /* of each, in ticks from the run's begin */
    uint8_t *classes;
    size_t count;
    uint32_t lines;
    uint64_t period;
    uint64_t seed;
};

/* Kernels of KERNEL accesses, each with a time of its own. */
static void kernel_begin(struct kernel_clock *clock, uint64_t *seed)
{
    double ticks = (double)(1 + next_random(seed) % 1000) * KERNEL;

    kernel_clock_next(clock, (double)(next_random(seed) % 77) / LIFETIME_TICKS_PER_S,
                      ticks / LIFETIME_TICKS_PER_S, KERNEL);
}

static struct stream stream_make(uint64_t seed)
{
    struct stream stream = { .count = 1 + next_random(&seed) % 400,
                             .lines = 1 + (uint32_t)next_random(&seed) % 90 };
    uint64_t write_of = 1 + next_random(&seed) % 6;
    struct kernel_clock clock;

    stream.accesses = alloc_array(stream.count, sizeof *stream.accesses);
    stream.times = alloc_array(stream.count, sizeof *stream.times);
    stream.classes = alloc_array(stream.lines, 1);
    for (uint32_t line = 0; line < stream.lines; line++)
        stream.classes[line] = (uint8_t)(1 + (line + seed) % 2 * (TENSOR_COUNT - 2));
    for (size_t i = 0; i < stream.count; i++) {
        uint64_t random = next_random(&seed);
        uint32_t line = (uint32_t)(random >> 33) %
                        (random & 1 ? stream.lines : stream.lines / 10 + 1);
        bool writes = write_of < 6 && (random >> 8) % write_of == 0;

        stream.accesses[i] = access_pack(line, 1, writes ? ACCESS_WRITE : 0);
    }
    stream.seed = seed;
    kernel_clock_create(&clock, 0, 0, CURVE_POINTS + 1);
    for (size_t i = 0; i < stream.count; i++) {
        if (i % KERNEL == 0)
            kernel_begin(&clock, &seed);
        stream.times[i] = kernel_clock_access(&clock, 1, 0);
    }
    stream.period = kernel_clock_end(&clock) - 1;
    return stream;
}

static void stream_free(struct stream *stream)
{
    free(stream->accesses);
    free(stream->times);
    free(stream->classes);
}

static void pass_over(const struct stream *stream, struct stack_distance *stack,
                      struct kernel_clock *clock)
{
    uint64_t seed = stream->seed;

    for (size_t i = 0; i < stream->count; i += KERNEL) {
        size_t left = stream->count - i;

        kernel_begin(clock, &seed);
        stack_distance_access(stack, stream->accesses + i,
                              left < KERNEL ? left : KERNEL);
    }
}

/* One LRU cache, one access at a time: the definition. */
struct residency {
    uint64_t begin, last;
    bool is_written; /* in this residency */
};

struct naive {
    const struct stream *stream;
    size_t capacity, held;
    uint32_t *order; /* held lines, the last used one first */
    struct residency *of;
    struct residency *evicted; /* written, not accessed since; begin 0: none */
    uint64_t counts[TENSOR_COUNT][LIFETIME_BINS];
    uint64_t endless[TENSOR_COUNT], longest[TENSOR_COUNT];
    double live, unsaved;
    double waits; /* from last use to eviction, of written lines: what unsaved bounds */
    uint64_t unsaved_longest;
};

static bool is_counted(const struct naive *cache, uint64_t begin)
{
    uint64_t run = (begin - 1) / cache->stream->period;

    return run == COUNTED_RUN;
}

static void residency_end(struct naive *cache, uint32_t line)
{
    const struct residency *of = &cache->of[line];
    unsigned tensor = cache->stream->classes[line];
    uint64_t ticks = of->last - of->begin;

    if (!is_counted(cache, of->begin))
        return;
    cache->counts[tensor][lifetime_bin(ticks)]++;
    cache->live += (double)ticks;
    if (ticks > cache->longest[tensor])
        cache->longest[tensor] = ticks;
}

static void evict_last(struct naive *cache, uint64_t time)
{
    uint32_t line = cache->order[--cache->held];

    residency_end(cache, line);
    if (cache->of[line].is_written && is_counted(cache, cache->of[line].begin))
        cache->waits += (double)(time - cache->of[line].last);
    if (cache->of[line].is_written)
        cache->evicted[line] = cache->of[line];
}

static void naive_access(struct naive *cache, uint32_t line, bool writes, uint64_t time)
{
    struct residency *gone = &cache->evicted[line];
    size_t at = 0;
    bool is_held;

    if (gone->begin && is_counted(cache, gone->begin)) {
        cache->unsaved += (double)(time - gone->last);
        if (time - gone->begin > cache->unsaved_longest)
            cache->unsaved_longest = time - gone->begin;
    }
    gone->begin = 0;
    while (at < cache->held && cache->order[at] != line)
        at++;
    is_held = at < cache->held;
    if (is_held && writes)
        residency_end(cache, line);
    if (!is_held && cache->held == cache->capacity)
        evict_last(cache, time);
    if (!is_held)
        at = cache->held++;
    memmove(cache->order + 1, cache->order, at * sizeof *cache->order);
    cache->order[0] = line;
    if (!is_held || writes)
        cache->of[line] = (struct residency){ time, time, writes };
    cache->of[line].last = time;
}

static struct naive naive_run(const struct stream *stream, size_t capacity)
{
    struct naive cache = {
        .stream = stream,
        .capacity = capacity,
        .order = alloc_array(capacity + 1, sizeof *cache.order),
        .of = alloc_array(stream->lines, sizeof *cache.of),
        .evicted = alloc_array(stream->lines, sizeof *cache.evicted),
    };

    for (uint64_t run = 0; run < RUNS; run++)
        for (size_t i = 0; i < stream->count; i++)
            naive_access(&cache, stream->accesses[i] & ACCESS_LINE_MASK,
                         stream->accesses[i] & ACCESS_WRITE,
                         stream->times[i] + run * stream->period);
    for (size_t i = 0; i < cache.held; i++) {
        uint32_t line = cache.order[i];

        if (cache.of[line].begin <= COUNTED_RUN * stream->period) {
            cache.endless[stream->classes[line]]++;
            cache.live += (double)stream->period;
        }
    }
    free(cache.order);
    free(cache.of);
    free(cache.evicted);
    cache.order = NULL;
    cache.of = cache.evicted = NULL;
    return cache;
}

/* Residencies above each bound, where these are kept. */
static uint64_t longer_differences(const struct naive *cache,
                                   const struct lifetime_table *table, unsigned tensor,
                                   unsigned i, double residencies)
{
    uint64_t count = 0;

    if (i % LIFETIME_CAPACITY_STEP || !(residencies > 0))
        return 0;
    for (unsigned b = 0; b < LIFETIME_BOUNDS; b++) {
        double share = table->longer_share[tensor][i / LIFETIME_CAPACITY_STEP][b];
        double longer = (double)cache->endless[tensor];

        for (unsigned bin = 0; bin < LIFETIME_BINS; bin++)
            if ((double)lifetime_bin_ticks(bin) >
                lifetime_bound_s(b) * LIFETIME_TICKS_PER_S)
                longer += (double)cache->counts[tensor][bin];
        count += llround(share * residencies) != llround(longer);
    }
    return count;
}

/* What lives longer than a bound: ever less, and within what lives. */
static uint64_t longer_disorders(const struct lifetime_table *table)
{
    uint64_t count = 0;

    for (unsigned c = 0; c < LIFETIME_CAPACITIES; c++)
        for (unsigned b = 0; b < LIFETIME_BOUNDS; b++) {
            double live = table->live_line_s[TENSOR_ALL][LIFETIME_CAPACITY_STEP * c];

            count += table->longer_line_s[c][b] >
                     (b ? table->longer_line_s[c][b - 1] : live * (1 + 1e-12));
            count += b && table->longer_share[TENSOR_ALL][c][b] >
                              table->longer_share[TENSOR_ALL][c][b - 1];
        }
    return count;
}

static uint64_t differences(const struct naive *cache,
                            const struct lifetimes *lifetimes,
                            const struct lifetime_table *table, unsigned i)
{
    uint64_t count = 0;

    for (unsigned tensor = 1; tensor < TENSOR_COUNT; tensor++) {
        double residencies = (double)cache->endless[tensor];
        double longest_s = (double)cache->longest[tensor] / LIFETIME_TICKS_PER_S;

        for (unsigned bin = 0; bin < LIFETIME_BINS; bin++) {
            if (tensor > 1 && tensor < TENSOR_COUNT - 1)
                continue; /* of which there are no lines */
            residencies += (double)cache->counts[tensor][bin];
            count += lifetimes_count(lifetimes, (enum tensor_class)tensor, bin, i) !=
                     (double)cache->counts[tensor][bin];
        }
        count += table->residencies[tensor][i] != residencies;
        if (cache->endless[tensor])
            longest_s = INFINITY;
        if (residencies > 0)
            count += table->lifetime_100_s[tensor][i] != longest_s;
        count += longer_differences(cache, table, tensor, i, residencies);
    }
    count += longer_disorders(table);
    count += table->live_line_s[TENSOR_ALL][i] * LIFETIME_TICKS_PER_S != cache->live;
    count += table->unsaved_line_s[TENSOR_ALL][i] * LIFETIME_TICKS_PER_S !=
             cache->unsaved;
    count += table->unsaved_100_s[TENSOR_ALL][i] * LIFETIME_TICKS_PER_S !=
             (double)cache->unsaved_longest;
    return count;
}

/* Is what waits for its write-back at most the lesser of two bounds?  Adds both to the sums. */
static bool is_bounded(const struct naive *cache, const struct lifetime_table *table,
                       unsigned i, double *waits, double *bound)
{
    double all = (double)cache->capacity * (double)cache->stream->period;
    double least = fmin(table->unsaved_line_s[TENSOR_ALL][i] * LIFETIME_TICKS_PER_S,
                        all - cache->live);

    *waits += cache->waits;
    *bound += least;
    return cache->waits <= least;
}

/* 1000 streams, five capacities each. */
static void lifetimes_equal_a_cache_of_every_capacity(void)
{
    static const unsigned places[] = { 0, 12, 28, 44, 70 }; /* 4 to 88 lines */
    static struct lifetime_table table;
    static struct reuse_curve timed, plain;
    uint64_t different = 0;
    double residencies = 0, waits = 0, bound = 0;

    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct stream stream = stream_make(seed * 7919);
        struct stack_distance *stack = stack_distance_create(stream.lines, LINE_BYTES);
        struct lifetimes *lifetimes = lifetimes_create(stream.lines, stream.classes);
        struct kernel_clock clock;

        memset(&timed, 0, sizeof timed);
        memset(&plain, 0, sizeof plain);
        kernel_clock_create(&clock, 0, 0, CURVE_POINTS + 1);
        stack_distance_time(stack, lifetimes, &clock);
        pass_over(&stream, stack, &clock);
        stack_distance_finish(stack, 1, 0, &timed);
        lifetimes_finish(lifetimes, stream.period, 1, &table);
        for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
            double capacity = curve_capacity_bytes(places[p]) / LINE_BYTES;
            struct naive cache = naive_run(&stream, (size_t)capacity);

            different += differences(&cache, lifetimes, &table, places[p]);
            CU_ASSERT(is_bounded(&cache, &table, places[p], &waits, &bound));
            residencies += table.residencies[TENSOR_ALL][places[p]];
        }
        stack_distance_free(stack);
        stack = stack_distance_create(stream.lines, LINE_BYTES);
        stack_distance_access(stack, stream.accesses, stream.count);
        stack_distance_finish(stack, 1, 0, &plain);
        CU_ASSERT_EQUAL(memcmp(&timed, &plain, sizeof plain), 0);
        stack_distance_free(stack);
        lifetimes_free(lifetimes);
        stream_free(&stream);
    }
    CU_ASSERT_EQUAL(different, 0);
    CU_ASSERT(residencies > 1e5);
    CU_ASSERT(waits > 0.4 * bound); /* 0.48 of it */
}

static void bins_are_in_order_and_without_gaps(void)
{
    for (uint64_t ticks = 0; ticks < 100000; ticks++) {
        unsigned bin = lifetime_bin(ticks);

        CU_ASSERT_TRUE(ticks <= lifetime_bin_ticks(bin));
        CU_ASSERT_TRUE(bin == 0 || ticks > lifetime_bin_ticks(bin - 1));
    }
    CU_ASSERT_TRUE(lifetime_bin(UINT64_C(1) << 55) < LIFETIME_BINS);
    for (unsigned bin = 16; bin < 400; bin++) /* an eighth at most */
        CU_ASSERT_TRUE(8 * (lifetime_bin_ticks(bin) - lifetime_bin_ticks(bin - 1)) <=
                       lifetime_bin_ticks(bin));
}

static void a_kernel_takes_its_longest_bound(void)
{
    struct kernel_clock clock;
    const double tick_s = 1 / LIFETIME_TICKS_PER_S;

    kernel_clock_create(&clock, 10 * tick_s, 30 * tick_s, 5);
    kernel_clock_next(&clock, 100 * tick_s, 1000 * tick_s, 10);
    CU_ASSERT_EQUAL(kernel_clock_access(&clock, 1, 0), 201);  /* a tenth of 1000 */
    CU_ASSERT_EQUAL(kernel_clock_access(&clock, 40, 4), 511); /* 41 sectors */
    CU_ASSERT_EQUAL(kernel_clock_end(&clock), 1101);
    for (int i = 0; i < 100; i++)
        kernel_clock_access(&clock, 1, 5);
    CU_ASSERT_EQUAL(kernel_clock_end(&clock), 3101); /* 100 lines */
}

/* A run of one line that is walked through in no time is a line: the stream made twice has in
 * its second time what a ring has. */
static void runs_of_lines_equal_lines(void)
{
    static struct lifetime_table rings, runs;
    static struct reuse_curve curve;
    uint64_t different = 0;

    for (uint64_t seed = 0; seed < 100; seed++) {
        struct stream stream = stream_make(seed * 104729 + 1);
        struct stack_distance *stack = stack_distance_create(stream.lines, LINE_BYTES);
        struct lifetimes *lifetimes = lifetimes_create(stream.lines, stream.classes);
        struct lifetimes *walked = lifetimes_create(0, NULL);
        struct kernel_clock clock;

        kernel_clock_create(&clock, 0, 0, CURVE_POINTS + 1);
        stack_distance_time(stack, lifetimes, &clock);
        pass_over(&stream, stack, &clock);
        stack_distance_finish(stack, 1, 0, &curve);
        stack_distance_free(stack);
        lifetimes_finish(lifetimes, stream.period, 1, &rings);
        lifetimes_free(lifetimes);

        stack = stack_distance_create(stream.lines, LINE_BYTES);
        for (uint32_t line = 0; line < stream.lines; line++)
            lifetimes_add(walked, (enum tensor_class)stream.classes[line], 1);
        for (uint64_t run = 0; run < 2; run++) {
            uint64_t begin = run * stream.period;

            if (run == 1)
                lifetimes_begin(walked, begin + 1);
            for (size_t i = 0; i < stream.count; i++) {
                uint32_t line = stream.accesses[i] & ACCESS_LINE_MASK;
                uint64_t distance = stack_distance_of(stack, line);
                uint64_t time = begin + stream.times[i];

                lifetimes_walk(walked, line,
                               distance == UINT64_MAX
                                   ? 0
                                   : curve_bin((double)distance * LINE_BYTES),
                               stream.accesses[i] & ACCESS_WRITE, time, time);
                stack_distance_access(stack, &stream.accesses[i], 1);
            }
        }
        lifetimes_end(walked, 2 * stream.period + 1);
        lifetimes_finish(walked, stream.period, 1, &runs);
        for (unsigned tensor = 0; tensor < TENSOR_COUNT; tensor++)
            for (unsigned i = 0; i < CURVE_POINTS; i++)
                different +=
                    rings.residencies[tensor][i] != runs.residencies[tensor][i] ||
                    rings.live_line_s[tensor][i] != runs.live_line_s[tensor][i] ||
                    rings.unsaved_line_s[tensor][i] != runs.unsaved_line_s[tensor][i];
        stack_distance_free(stack);
        lifetimes_free(walked);
        stream_free(&stream);
    }
    CU_ASSERT_EQUAL(different, 0);
}

SUITE(lifetime, TEST(bins_are_in_order_and_without_gaps),
      TEST(a_kernel_takes_its_longest_bound),
      TEST(lifetimes_equal_a_cache_of_every_capacity), TEST(runs_of_lines_equal_lines));
