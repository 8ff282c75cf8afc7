#include "array/memo.h"

#include "base/memory.h"

#include <stdlib.h>

enum { CHUNK_ITEMS = 64, FIRST_CAPACITY = 64 };

struct memo_slot {
    uint64_t key;
    void *item; /* NULL: free */
};

struct memo_chunk {
    struct memo_chunk *next;
    size_t used;
    char items[];
};

void memo_init(struct memo *memo, size_t item_size)
{
    *memo = (struct memo){ .item_size = (item_size + 15) / 16 * 16 };
}

void memo_free(struct memo *memo)
{
    while (memo->chunks != NULL) {
        struct memo_chunk *next = memo->chunks->next;

        free(memo->chunks);
        memo->chunks = next;
    }
    free(memo->slots);
    memo->slots = NULL;
    memo->count = memo->capacity = 0;
}

/* Finds the slot of a key by Fibonacci hashing and linear probing.  The index is the top bits
 * of the product, because only these depend on all bits of the key: keys that are the bits of
 * a double often differ in the exponent alone. */
static struct memo_slot *probe(struct memo_slot *slots, size_t capacity, uint64_t key)
{
    int shift = __builtin_clzll(capacity) + 1;
    size_t at = (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> shift);

    while (slots[at].item != NULL && slots[at].key != key)
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static void grow(struct memo *memo)
{
    size_t capacity = memo->capacity > 0 ? 2 * memo->capacity : FIRST_CAPACITY;
    struct memo_slot *slots = alloc_array(capacity, sizeof *slots);

    for (size_t i = 0; i < memo->capacity; i++)
        if (memo->slots[i].item != NULL)
            *probe(slots, capacity, memo->slots[i].key) = memo->slots[i];
    free(memo->slots);
    memo->slots = slots;
    memo->capacity = capacity;
}

static void *take(struct memo *memo)
{
    if (memo->chunks == NULL || memo->chunks->used == CHUNK_ITEMS) {
        struct memo_chunk *chunk = realloc_array(
            NULL, 1, sizeof *chunk + 16 + CHUNK_ITEMS * memo->item_size);

        chunk->used = 0;
        chunk->next = memo->chunks;
        memo->chunks = chunk;
    }
    return memo->chunks->items + memo->item_size * memo->chunks->used++;
}

void *memo_get(struct memo *memo, uint64_t key, bool *fresh)
{
    if (4 * (memo->count + 1) > 3 * memo->capacity)
        grow(memo);

    struct memo_slot *slot = probe(memo->slots, memo->capacity, key);

    *fresh = slot->item == NULL;
    if (*fresh) {
        *slot = (struct memo_slot){ .key = key, .item = take(memo) };
        memo->count++;
    }
    return slot->item;
}
