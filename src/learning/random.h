/* Numbers that look random and depend on (seed, stream, counter) alone, so that neither the order
 * in which trials run nor the processor changes them.  See base/mix.h. */
#ifndef NVSWEEP_LEARNING_RANDOM_H
#define NVSWEEP_LEARNING_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t stream, counter;
};

/* Another stream for every pair of numbers. */
struct random random_begin(uint64_t seed, uint64_t stream);

/* 64 of them. */
uint64_t random_bits(struct random *random);

/* Words of 64 bits, each 1 with a chance of share / RANDOM_SHARES; those of one call are
 * mix(state + k 2^64 / golden ratio), where state is random_bits. */
enum { RANDOM_SHARE_BITS = 12, RANDOM_SHARES = 1 << RANDOM_SHARE_BITS };
void random_masks(struct random *random, uint32_t share, uint64_t *masks, size_t count);

/* In (0, 1). */
double random_uniform(struct random *random);

/* Mean 0, standard deviation 1 (Marsaglia's polar method). */
double random_normal(struct random *random);

/* In 0 .. below - 1; below >= 1. */
uint64_t random_below(struct random *random, uint64_t below);

#endif
