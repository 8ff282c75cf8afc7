/* A hash table of computed items, by 64-bit key.  Items never move.  memo_free releases all of
 * them. */
#ifndef NVSWEEP_ARRAY_MEMO_H
#define NVSWEEP_ARRAY_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memo_slot;
struct memo_chunk;

struct memo {
    size_t item_size, count, capacity; /* capacity: a power of two */
    struct memo_slot *slots;
    struct memo_chunk *chunks;
};

void memo_init(struct memo *memo, size_t item_size);
void memo_free(struct memo *memo);

/* Returns the item of a key, adding it if it is missing.  *fresh is true if it was added now;
 * the caller then fills it in. */
void *memo_get(struct memo *memo, uint64_t key, bool *fresh);

#endif
