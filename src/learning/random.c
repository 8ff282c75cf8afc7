#include "learning/random.h"

#include "base/maths.h"
#include "base/mix.h"

#include <math.h>

struct random random_begin(uint64_t seed, uint64_t stream)
{
    return (struct random){ .stream = mix(mix(seed) ^ stream) };
}

static uint64_t bits(struct random *random)
{
    return mix(random->stream ^ mix(random->counter++));
}

double random_uniform(struct random *random)
{
    return ((double)(bits(random) >> 11) + 0.5) * 0x1p-53;
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
