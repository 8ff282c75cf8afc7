#include "workload/set_associative.h"

#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define EMPTY ACCESS_LINE_MASK
#define DIRTY ACCESS_WRITE

enum { ALIGNMENT = 16 }; /* 64 bytes: a set of 16 ways is one line of the host */

struct set_associative {
    uint64_t sets, ways;
    enum set_index index;
    uint32_t *memory;
    uint32_t *
        lines; /* in memory, aligned: of each set, last used first; DIRTY where written */
    struct set_associative_counts counts;
};

struct set_associative *set_associative_create(uint64_t sets, uint64_t ways,
                                               enum set_index index)
{
    struct set_associative *cache = alloc_array(1, sizeof *cache);

    *cache = (struct set_associative){ .sets = sets, .ways = ways, .index = index };
    cache->lines = aligned_alloc(64,
                                 (sets * ways * sizeof *cache->lines + 63) / 64 * 64);
    if (!cache->lines)
        abort();
    for (uint64_t i = 0; i < sets * ways; i++)
        cache->lines[i] = EMPTY;
    return cache;
}

void set_associative_free(struct set_associative *cache)
{
    if (cache)
        free(cache->memory);
    free(cache);
}

static inline uint64_t set_of(const struct set_associative *cache, uint32_t line)
{
    uint64_t hash;

    if (cache->index == INDEX_LINEAR)
        return line % cache->sets;
    hash = (line ^ line >> 15) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return (hash >> 32) * cache->sets >> 32;
}

/* The line's place in a set of `ways`, or ways. */
static inline unsigned find_way(const uint32_t *set, unsigned ways, uint32_t line)
{
    unsigned found = ways;

    for (unsigned way = ways; way-- > 0;)
        found = (set[way] & ~DIRTY) == line ? way : found;
    return found;
}

static inline void access_set(struct set_associative *cache, uint32_t *set,
                              unsigned ways, uint32_t access)
{
    uint32_t line = access & ACCESS_LINE_MASK, write = access & ACCESS_WRITE, first;
    unsigned way;

    if ((set[0] & ~DIRTY) == line) {
        set[0] |= write;
        return;
    }
    way = find_way(set, ways, line);
    first = line | write;
    if (way < ways) {
        first |= set[way] & DIRTY;
    } else {
        way = ways - 1;
        cache->counts.writebacks += set[way] >> 31;
        if (write)
            cache->counts.write_misses++;
        else
            cache->counts.read_misses++;
    }
    memmove(set + 1, set, way * sizeof *set);
    set[0] = first;
}

enum { CHUNK = 64 };

static inline void access_chunk(struct set_associative *cache, unsigned ways,
                                const uint32_t *accesses, size_t count)
{
    uint32_t *sets[CHUNK];

    for (size_t i = 0; i < count; i++) {
        sets[i] = cache->lines + set_of(cache, accesses[i] & ACCESS_LINE_MASK) * ways;
        __builtin_prefetch(sets[i]);
    }
    for (size_t i = 0; i < count; i++)
        access_set(cache, sets[i], ways, accesses[i]);
}

void set_associative_access(struct set_associative *cache, const uint32_t *accesses,
                            size_t count)
{
    cache->counts.accesses += count;
    for (size_t i = 0; i < count; i += CHUNK) {
        size_t part = count - i < CHUNK ? count - i : CHUNK;

        if (cache->ways == 16) /* known to the compiler: twice as fast */
            access_chunk(cache, 16, accesses + i, part);
        else
            access_chunk(cache, (unsigned)cache->ways, accesses + i, part);
    }
}

void set_associative_sink(void *cache, const uint32_t *accesses, size_t count)
{
    set_associative_access(cache, accesses, count);
}

struct set_associative_counts
set_associative_counts(const struct set_associative *cache)
{
    return cache->counts;
}

void set_associative_reset(struct set_associative *cache)
{
    cache->counts = (struct set_associative_counts){ 0 };
}
