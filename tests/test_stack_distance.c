#include "unit.h"

#include "base/memory.h"
#include "set_associative.h"
#include "workload/stack_distance.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 4096 }; /* large, so that few lines span many grid points */

static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = (*state ^ *state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);

    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Half of the accesses go to a tenth of the lines; one in four writes. */
static uint32_t *random_stream(size_t count, uint32_t lines, uint64_t seed)
{
    uint32_t *stream = alloc_array(count, sizeof *stream);

    for (size_t i = 0; i < count; i++) {
        uint64_t random = next_random(&seed);
        uint32_t line = (uint32_t)(random >> 33) %
                        (random & 1 ? lines : lines / 10 + 1);

        stream[i] = access_pack(line, 1 + (uint32_t)(random >> 5 & 3),
                                random >> 8 & 3 ? 0 : ACCESS_WRITE);
    }
    return stream;
}

/* A cache of `capacity` lines with an LRU list, one access at a time: the definition. */
struct naive {
    uint32_t *lines;
    bool *dirty;
    size_t count, capacity;
    uint64_t read_misses, write_misses, writebacks;
};

static void naive_access(struct naive *cache, uint32_t access)
{
    uint32_t line = access & ACCESS_LINE_MASK;
    bool write = access & ACCESS_WRITE, dirty = false;
    size_t at = 0;

    while (at < cache->count && cache->lines[at] != line)
        at++;
    if (at < cache->count) {
        dirty = cache->dirty[at];
    } else {
        *(write ? &cache->write_misses : &cache->read_misses) += 1;
        if (cache->count < cache->capacity)
            cache->count++;
        else
            cache->writebacks += cache->dirty[cache->count - 1];
        at = cache->count - 1;
    }
    memmove(cache->lines + 1, cache->lines, at * sizeof *cache->lines);
    memmove(cache->dirty + 1, cache->dirty, at * sizeof *cache->dirty);
    cache->lines[0] = line;
    cache->dirty[0] = dirty || write;
}

/* The third run of a stream: the first two bring the cache to its steady state. */
static struct naive naive_run(const uint32_t *stream, size_t count, size_t capacity)
{
    struct naive cache = { .lines = alloc_array(capacity, sizeof *cache.lines),
                           .dirty = alloc_array(capacity, sizeof *cache.dirty),
                           .capacity = capacity };

    for (int run = 0; run < 3; run++) {
        cache.read_misses = cache.write_misses = cache.writebacks = 0;
        for (size_t i = 0; i < count; i++)
            naive_access(&cache, stream[i]);
    }
    free(cache.lines);
    free(cache.dirty);
    return cache;
}

static void one_pass(const uint32_t *stream, size_t count, uint32_t lines,
                     struct reuse_curve *curve)
{
    struct stack_distance *stack = stack_distance_create(lines, LINE_BYTES);

    stack_distance_access(stack, stream, count);
    stack_distance_finish(stack, 1, 0, curve);
    stack_distance_free(stack);
}

static void one_pass_equals_a_cache_of_every_capacity(void)
{
    static const struct {
        size_t count;
        uint32_t lines;
    } cases[] = { { 1, 1 }, { 7, 3 }, { 300, 40 }, { 5000, 700 }, { 20000, 300 } };
    static struct reuse_curve curve;

    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        uint32_t *stream = random_stream(cases[c].count, cases[c].lines, c);

        one_pass(stream, cases[c].count, cases[c].lines, &curve);
        for (unsigned i = 0; i < 9 * CURVE_STEPS; i += 5) {
            double capacity = curve_capacity_bytes(i) / LINE_BYTES;

            if (capacity != floor(capacity) || capacity > 2 * cases[c].lines + 4)
                continue;
            struct naive naive = naive_run(stream, cases[c].count, (size_t)capacity);

            CU_ASSERT_EQUAL(curve.read_misses[i], (double)naive.read_misses);
            CU_ASSERT_EQUAL(curve.write_misses[i], (double)naive.write_misses);
            CU_ASSERT_EQUAL(curve.writebacks[i], (double)naive.writebacks);
        }
        free(stream);
    }
}

static void distances_equal_a_naive_stack(void)
{
    enum { COUNT = 3000, LINES = 200 };
    uint32_t *stream = random_stream(COUNT, LINES, 7), stack_of[LINES];
    struct stack_distance *stack = stack_distance_create(LINES, LINE_BYTES);
    size_t depth = 0;

    for (size_t i = 0; i < COUNT; i++) {
        uint32_t line = stream[i] & ACCESS_LINE_MASK;
        size_t at = 0;

        while (at < depth && stack_of[at] != line)
            at++;
        CU_ASSERT_EQUAL(stack_distance_of(stack, line), at < depth ? at : UINT64_MAX);
        if (at == depth)
            depth++;
        memmove(stack_of + 1, stack_of, at * sizeof *stack_of);
        stack_of[0] = line;
        stack_distance_access(stack, stream + i, 1);
    }
    stack_distance_free(stack);
    free(stream);
}

static void distances_survive_compaction(void)
{
    /* A cyclic walk: every reuse is at distance LINES - 1, whatever the number of
     * compactions (the map of 2^16 slots is full every few rounds). */
    enum { LINES = 30000, ROUNDS = 40 };
    struct stack_distance *stack = stack_distance_create(LINES, LINE_BYTES);
    uint32_t *walk = alloc_array(LINES, sizeof *walk);

    for (uint32_t i = 0; i < LINES; i++)
        walk[i] = access_pack(i, 4, 0);
    for (int round = 0; round < ROUNDS; round++) {
        stack_distance_access(stack, walk, LINES);
        CU_ASSERT_EQUAL(stack_distance_of(stack, 0), LINES - 1);
        CU_ASSERT_EQUAL(stack_distance_of(stack, LINES - 1), 0);
    }
    free(walk);
    stack_distance_free(stack);
}

static void curves_never_rise(void)
{
    enum { COUNT = 50000, LINES = 3000 };
    uint32_t *stream = random_stream(COUNT, LINES, 3);
    static struct reuse_curve curve;

    one_pass(stream, COUNT, LINES, &curve);
    for (unsigned i = 1; i < CURVE_POINTS; i++) {
        CU_ASSERT(curve.read_misses[i] <= curve.read_misses[i - 1]);
        CU_ASSERT(curve.write_misses[i] <= curve.write_misses[i - 1]);
        CU_ASSERT(curve.writebacks[i] <= curve.writebacks[i - 1]);
    }
    CU_ASSERT_EQUAL(curve.read_misses[CURVE_POINTS - 1], 0);
    free(stream);
}

static void grid_holds_the_capacities_people_ask_for(void)
{
    static const double mib[] = {
        1, 2, 2.75, 3, 4, 5.5, 7, 8, 10, 12, 16, 24, 32, 1024
    };
    double values[CURVE_POINTS];

    for (unsigned i = 0; i < CURVE_POINTS; i++) {
        values[i] = -(double)i;
        CU_ASSERT_EQUAL(curve_bin(curve_capacity_bytes(i)), i + 1);
        CU_ASSERT_EQUAL(curve_bin(curve_capacity_bytes(i) - 1), i);
    }
    for (size_t i = 0; i < sizeof mib / sizeof *mib; i++) {
        double bytes = mib[i] * 1048576;
        unsigned bin = curve_bin(bytes);

        CU_ASSERT_EQUAL(curve_capacity_bytes(bin - 1), bytes);
        CU_ASSERT_EQUAL(curve_at(values, bytes), values[bin - 1]);
    }
    CU_ASSERT_EQUAL(curve_at(values, 1), values[0]);
    CU_ASSERT_EQUAL(curve_at(values, 1e15), values[CURVE_POINTS - 1]);
    /* half way between 1 MiB and the next point */
    CU_ASSERT_EQUAL(curve_at(values, 1048576 * (1 + 1 / 32.0)),
                    values[curve_bin(1048576) - 1] - 0.5);
}

static void set_associative_equals_naive_sets(void)
{
    enum { COUNT = 20000, LINES = 500, SETS = 7, WAYS = 5 };
    uint32_t *stream = random_stream(COUNT, LINES, 11);
    struct set_associative *cache = set_associative_create(SETS, WAYS, INDEX_LINEAR);
    struct naive sets[SETS];
    struct set_associative_counts counts;
    uint64_t read_misses = 0, write_misses = 0, writebacks = 0;

    for (int s = 0; s < SETS; s++)
        sets[s] = (struct naive){ .lines = alloc_array(WAYS, sizeof(uint32_t)),
                                  .dirty = alloc_array(WAYS, sizeof(bool)),
                                  .capacity = WAYS };
    for (size_t i = 0; i < COUNT; i++)
        naive_access(&sets[(stream[i] & ACCESS_LINE_MASK) % SETS], stream[i]);
    set_associative_access(cache, stream, COUNT);
    counts = set_associative_counts(cache);
    for (int s = 0; s < SETS; s++) {
        read_misses += sets[s].read_misses;
        write_misses += sets[s].write_misses;
        writebacks += sets[s].writebacks;
        free(sets[s].lines);
        free(sets[s].dirty);
    }
    CU_ASSERT_EQUAL(counts.accesses, COUNT);
    CU_ASSERT_EQUAL(counts.read_misses, read_misses);
    CU_ASSERT_EQUAL(counts.write_misses, write_misses);
    CU_ASSERT_EQUAL(counts.writebacks, writebacks);
    set_associative_free(cache);
    free(stream);
}

static void correction_vanishes_with_many_ways(void)
{
    double histogram[CURVE_POINTS + 1] = { 0 }, full[CURVE_POINTS], many[CURVE_POINTS],
                                    few[CURVE_POINTS];

    histogram[100] = 1; /* one reuse, at one distance */
    curve_survival(histogram, 0, full);
    curve_survival(histogram, 1024, many);
    curve_survival(histogram, 4, few);
    CU_ASSERT_EQUAL(full[99], 1);
    CU_ASSERT_EQUAL(full[100], 0);
    ASSERT_NEAR(many[99 - CURVE_STEPS / 2], 1.0, 1e-6);
    CU_ASSERT(many[100 + CURVE_STEPS / 2] < 1e-6);
    CU_ASSERT(few[100 + CURVE_STEPS / 2] > 0.01); /* conflicts beyond the distance */
    CU_ASSERT(few[99 - CURVE_STEPS / 2] < 0.99);  /* and luck before it */
}

SUITE(stack_distance, TEST(one_pass_equals_a_cache_of_every_capacity),
      TEST(distances_equal_a_naive_stack), TEST(distances_survive_compaction),
      TEST(curves_never_rise), TEST(grid_holds_the_capacities_people_ask_for),
      TEST(set_associative_equals_naive_sets),
      TEST(correction_vanishes_with_many_ways));
