/* Pseudo-random numbers that depend only on (seed, stream, counter), so that neither the
 * order in which trials run nor the processor changes them.  See base/mix.h. */
#ifndef NVSWEEP_LEARNING_RANDOM_H
#define NVSWEEP_LEARNING_RANDOM_H

#include "base/mix.h"

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t stream, counter;
};

/* Returns a generator.  Every pair of numbers gives another stream. */
struct random random_begin(uint64_t seed, uint64_t stream);

/* Returns 64 random bits. */
static inline uint64_t random_bits(struct random *random)
{
    return mix(random->stream ^ mix(random->counter++));
}

/* Fills in words of 64 bits, each of which is 1 with probability share / RANDOM_SHARES.  The
 * words of one call are made from mix(state + k 2^64 / golden ratio), where state is
 * random_bits. */
enum { RANDOM_SHARE_BITS = 12, RANDOM_SHARES = 1 << RANDOM_SHARE_BITS };
void random_masks(struct random *random, uint32_t share, uint64_t *masks, size_t count);

/* Returns a number in (0, 1). */
static inline double random_uniform(struct random *random)
{
    return ((double)(random_bits(random) >> 11) + 0.5) * 0x1p-53;
}

/* Returns a normally distributed number of mean 0 and standard deviation 1 (Marsaglia's polar
 * method). */
double random_normal(struct random *random);

/* Returns a whole number in 0 .. below - 1; below >= 1. */
uint64_t random_below(struct random *random, uint64_t below);

#endif
