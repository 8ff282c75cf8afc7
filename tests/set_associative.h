/* A set-associative write-back cache with LRU replacement, simulated access by access.  It is
 * the reference for the reuse curve's correction for associativity, and simulates a single
 * geometry. */
#ifndef NVSWEEP_TESTS_SET_ASSOCIATIVE_H
#define NVSWEEP_TESTS_SET_ASSOCIATIVE_H

#include "workload/access.h"

enum set_index {
    INDEX_LINEAR, /* line modulo sets */
    INDEX_HASHED, /* a hash of the line, as GPU caches do */
};

struct set_associative; /* opaque */

/* Creates an empty cache; sets need not be a power of two.  Freed with set_associative_free. */
struct set_associative *set_associative_create(uint64_t sets, uint64_t ways,
                                               enum set_index index);
void set_associative_free(struct set_associative *cache);

void set_associative_access(struct set_associative *cache, const uint32_t *accesses,
                            size_t count);

/* Simulates the same stream on several caches, which is faster than one after the other. */
void set_associative_access_all(struct set_associative *const *caches,
                                size_t cache_count, const uint32_t *accesses,
                                size_t count);

struct set_associative_counts {
    uint64_t accesses, read_misses, write_misses, writebacks;
};

/* Counts since the creation or the last reset of the counts.  A reset does not empty the
 * cache. */
struct set_associative_counts
set_associative_counts(const struct set_associative *cache);
void set_associative_reset(struct set_associative *cache);

#endif
