#include "learning/random.h"

#include "base/maths.h"
#include "base/mix.h"

#include <math.h>

struct random random_begin(uint64_t seed, uint64_t stream)
{
    return (struct random){ .stream = mix(mix(seed) ^ stream) };
}

uint64_t random_bits(struct random *random)
{
    return mix(random->stream ^ mix(random->counter++));
}

/* Bit k of the share, from the least that is 1 on: a half of what was 1 so far, or of what was 0
 * joins it. */
uint64_t random_mask(struct random *random, uint32_t share)
{
    uint64_t mask = 0;

    if (share >= RANDOM_SHARES)
        return UINT64_MAX;
    for (uint32_t left = share ? share >> __builtin_ctz(share) : 0,
                  k = share ? (uint32_t)__builtin_ctz(share) : 16;
         k < 16; k++, left >>= 1)
        mask = left & 1 ? mask | random_bits(random) : mask & random_bits(random);
    return mask;
}

double random_uniform(struct random *random)
{
    return ((double)(random_bits(random) >> 11) + 0.5) * 0x1p-53;
}

double random_normal(struct random *random)
{
    for (;;) {
        double x = 2 * random_uniform(random) - 1, y = 2 * random_uniform(random) - 1;
        double square = x * x + y * y;

        if (square > 0 && square < 1)
            return x * sqrt(-2 * maths_log(square) / square);
    }
}

uint64_t random_below(struct random *random, uint64_t below)
{
    return (uint64_t)(random_uniform(random) * (double)below);
}
