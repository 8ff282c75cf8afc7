/* Hypervectors are bits in words of 64: bit d is bit d % 64 of word d / 64, and the bits
 * beyond the dimension are 0.  Counters of ones are stored as planes of bits, so that one
 * operation counts 64 dimensions. */
#ifndef NVSWEEP_LEARNING_HYPERVECTOR_H
#define NVSWEEP_LEARNING_HYPERVECTOR_H

#include "learning/random.h"

#include <stdbool.h>
#include <stddef.h>

enum { COUNTER_BITS_MAX = 40 };

struct hypercounter {
    size_t dimension, words;
    uint64_t bits;  /* bits of a counter that saturates; 0: as many as needed */
    uint64_t count; /* number of vectors added */
    uint64_t *planes[COUNTER_BITS_MAX];
    uint64_t *
        waiting[COUNTER_BITS_MAX]; /* vector with the weight of plane k that waits for a
                             * second one */
    bool waits[COUNTER_BITS_MAX];
    uint64_t *up, *down; /* memory for saturating counters */
};

size_t hypervector_words(size_t dimension);

/* Fills the vector with random bits. */
void hypervector_draw(uint64_t *vector, size_t dimension, struct random *random);

/* Writes to `to` the vector `from` rotated by `places`: bit d becomes bit (d + places) %
 * dimension. */
void hypervector_rotate(const uint64_t *from, size_t dimension, size_t places,
                        uint64_t *to);

/* Returns the number of bits in which two vectors differ. */
uint64_t hypervector_distance(const uint64_t *a, const uint64_t *b, size_t words);

/* Flips each bit with probability share / RANDOM_SHARES.  room: memory as long as the vector. */
void hypervector_disturb(uint64_t *vector, size_t dimension, uint32_t share,
                         struct random *random, uint64_t *room);

/* Makes counters at 0.  With `bits` of 2 to 16 each is an up-down counter that starts at
 * 2^(bits - 1), goes up for a one and down for a zero, and stays within its range. */
void hypercounter_init(struct hypercounter *counter, size_t dimension, uint64_t bits);
void hypercounter_free(struct hypercounter *counter);
void hypercounter_clear(struct hypercounter *counter);

/* Counts a vector, which may be changed. */
void hypercounter_add(struct hypercounter *counter, uint64_t *vector);

/* Writes ones where more than half of the counted vectors have a one; up-down counters: where
 * the counter is above its start.  Ends the counting. */
void hypercounter_majority(struct hypercounter *counter, uint64_t *vector);

#endif
