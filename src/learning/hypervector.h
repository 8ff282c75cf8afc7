/* Hypervectors: bits in words of 64, bit d at d % 64 of word d / 64; those beyond the dimension are
 * 0.  Counters of ones stand in planes of bits, so that a word counts 64 dimensions at once. */
#ifndef NVSWEEP_LEARNING_HYPERVECTOR_H
#define NVSWEEP_LEARNING_HYPERVECTOR_H

#include "learning/random.h"

#include <stdbool.h>
#include <stddef.h>

enum { COUNTER_BITS_MAX = 40 };

struct hypercounter {
    size_t dimension, words;
    uint64_t bits;  /* of a counter that saturates; 0: as wide as it must be */
    uint64_t count; /* vectors added */
    uint64_t *planes[COUNTER_BITS_MAX];
    uint64_t *waiting
        [COUNTER_BITS_MAX]; /* a vector of plane k's weight that waits for another */
    bool waits[COUNTER_BITS_MAX];
    uint64_t *up, *down; /* with bits: room */
};

size_t hypervector_words(size_t dimension);

/* Random bits. */
void hypervector_draw(uint64_t *vector, size_t dimension, struct random *random);

/* to: from with bit d moved to d + places, those at the end to the beginning. */
void hypervector_rotate(const uint64_t *from, size_t dimension, size_t places,
                        uint64_t *to);

/* Bits in which they differ. */
uint64_t hypervector_distance(const uint64_t *a, const uint64_t *b, size_t words);

/* Each bit turned over with a chance of share / RANDOM_SHARES; room: as long as the vector. */
void hypervector_disturb(uint64_t *vector, size_t dimension, uint32_t share,
                         struct random *random, uint64_t *room);

/* Counters at rest.  With `bits`, 2 to 16, each is an up-down counter that starts at
 * 2^(bits - 1), goes up for a one and down for a zero, and stays at its ends. */
void hypercounter_init(struct hypercounter *counter, size_t dimension, uint64_t bits);
void hypercounter_free(struct hypercounter *counter);
void hypercounter_clear(struct hypercounter *counter);

/* vector may be changed. */
void hypercounter_add(struct hypercounter *counter, uint64_t *vector);

/* Ones where more than half of the vectors added have one; of up-down counters: that are above
 * where they started.  Ends the counting. */
void hypercounter_majority(struct hypercounter *counter, uint64_t *vector);

#endif
