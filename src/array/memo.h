/* A small store of computed items by 64-bit key.  Items never move; memo_free releases
 * them all. */
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

/* The item of key; *fresh says that it was just added and holds nothing yet. */
void *memo_get(struct memo *memo, uint64_t key, bool *fresh);

#endif
