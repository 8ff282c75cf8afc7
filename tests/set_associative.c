#include "set_associative.h"

#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define EMPTY ACCESS_LINE_MASK
#define DIRTY ACCESS_WRITE

enum {
    ALIGNMENT = 16
}; /* 64 bytes: a set of 16 ways fills one line of the host's cache */

struct set_associative {
    uint64_t sets, ways;
    enum set_index index;
    uint32_t *memory;
    uint32_t
        *lines; /* the lines of each set, most recent first; with DIRTY if written */
    struct set_associative_counts counts;
};

struct set_associative *set_associative_create(uint64_t sets, uint64_t ways,
                                               enum set_index index)
{
    struct set_associative *cache = alloc_array(1, sizeof *cache);

    *cache = (struct set_associative){ .sets = sets, .ways = ways, .index = index };
    cache->memory = alloc_array(sets * ways + ALIGNMENT, sizeof *cache->lines);
    cache->lines = cache->memory;
    while ((uintptr_t)cache->lines % (ALIGNMENT * sizeof *cache->lines) != 0)
        cache->lines++;
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

static inline uint32_t hash_of(uint32_t line)
{
    uint64_t hash = (line ^ line >> 15) * UINT64_C(0x9e3779b97f4a7c15);

    return (uint32_t)((hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93) >> 32);
}

static inline uint64_t set_of(const struct set_associative *cache, uint32_t line,
                              uint32_t hash)
{
    return cache->index == INDEX_LINEAR ? line % cache->sets : hash * cache->sets >> 32;
}

/* Returns the position of the line in its set, or `ways` if it is not there. */
static inline unsigned find_way(const uint32_t *set, unsigned ways, uint32_t line)
{
    unsigned way = 0;

    while (way < ways && (set[way] & ~DIRTY) != line)
        way++;
    return way;
}

static inline void move_to_front(uint32_t *set, unsigned way, uint32_t first)
{
    memmove(set + 1, set, way * sizeof *set);
    set[0] = first;
}

#ifdef __SSE2__
/* The same for 16 ways, which are four vector registers: all are compared at once, without
 * branches. */
static inline unsigned find_way_16(const uint32_t *set, uint32_t line)
{
    const __m128i *ways = (const __m128i *)set;
    __m128i wanted = _mm_set1_epi32((int)line), clean = _mm_set1_epi32((int)~DIRTY);
    __m128i equal[4], low, high;
    unsigned found;

    for (int i = 0; i < 4; i++)
        equal[i] = _mm_cmpeq_epi32(_mm_and_si128(_mm_load_si128(ways + i), clean),
                                   wanted);
    low = _mm_packs_epi32(equal[0], equal[1]);
    high = _mm_packs_epi32(equal[2], equal[3]);
    found = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(low, high));
    return found ? (unsigned)__builtin_ctz(found) : 16;
}

static inline void move_to_front_16(uint32_t *set, unsigned way, uint32_t first)
{
    __m128i place = _mm_set1_epi32((int)way), carry = _mm_set1_epi32((int)first);
    __m128i index = _mm_setr_epi32(0, 1, 2, 3), four = _mm_set1_epi32(4);

    for (int i = 0; i < 4; i++) {
        __m128i *at = (__m128i *)set + i, old = _mm_load_si128(at);
        __m128i shifted = _mm_or_si128(_mm_slli_si128(old, 4),
                                       _mm_srli_si128(carry, 12));
        __m128i keep = _mm_cmpgt_epi32(index, place);

        if (i == 0)
            shifted = _mm_or_si128(_mm_slli_si128(old, 4),
                                   _mm_cvtsi32_si128((int)first));
        _mm_store_si128(at, _mm_or_si128(_mm_and_si128(keep, old),
                                         _mm_andnot_si128(keep, shifted)));
        carry = old;
        index = _mm_add_epi32(index, four);
    }
}
#else
static inline unsigned find_way_16(const uint32_t *set, uint32_t line)
{
    return find_way(set, 16, line);
}

static inline void move_to_front_16(uint32_t *set, unsigned way, uint32_t first)
{
    move_to_front(set, way, first);
}
#endif

static inline void access_set(struct set_associative *cache, uint32_t *set,
                              unsigned ways, uint32_t access)
{
    uint32_t line = access & ACCESS_LINE_MASK, write = access & ACCESS_WRITE, first;
    unsigned way;

    if ((set[0] & ~DIRTY) == line) {
        set[0] |= write;
        return;
    }
    way = ways == 16 ? find_way_16(set, line) : find_way(set, ways, line);
    first = line | write;
    if (way < ways) {
        first |= set[way] & DIRTY;
    } else {
        way = ways - 1;
        cache->counts.writebacks += set[way] >> 31;
        cache->counts.write_misses += write >> 31;
        cache->counts.read_misses += ~write >> 31;
    }
    if (ways == 16)
        move_to_front_16(set, way, first);
    else
        move_to_front(set, way, first);
}

enum { CHUNK = 256 };

static inline void access_chunk(struct set_associative *cache, unsigned ways,
                                const uint32_t *accesses, const uint32_t *hashes,
                                size_t count)
{
    uint32_t *sets[CHUNK];

    for (size_t i = 0; i < count; i++) {
        sets[i] = cache->lines +
                  set_of(cache, accesses[i] & ACCESS_LINE_MASK, hashes[i]) * ways;
        __builtin_prefetch(sets[i]);
    }
    for (size_t i = 0; i < count; i++)
        access_set(cache, sets[i], ways, accesses[i]);
    cache->counts.accesses += count;
}

void set_associative_access_all(struct set_associative *const *caches,
                                size_t cache_count, const uint32_t *accesses,
                                size_t count)
{
    uint32_t hashes[CHUNK];

    for (size_t first = 0; first < count; first += CHUNK) {
        size_t part = count - first < CHUNK ? count - first : CHUNK;

        for (size_t i = 0; i < part; i++)
            hashes[i] = hash_of(accesses[first + i] & ACCESS_LINE_MASK);
        for (size_t c = 0; c < cache_count; c++)
            if (caches[c]->ways == 16) /* a constant lets the compiler unroll */
                access_chunk(caches[c], 16, accesses + first, hashes, part);
            else
                access_chunk(caches[c], (unsigned)caches[c]->ways, accesses + first,
                             hashes, part);
    }
}

void set_associative_access(struct set_associative *cache, const uint32_t *accesses,
                            size_t count)
{
    set_associative_access_all(&cache, 1, accesses, count);
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
