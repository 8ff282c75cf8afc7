#include "learning/random.h"

#include "base/maths.h"
#include "base/mix.h"

#include <math.h>
#include <string.h>

struct random random_begin(uint64_t seed, uint64_t stream)
{
    return (struct random){ .stream = mix(mix(seed) ^ stream) };
}

/* For each bit of the share, beginning with its lowest 1, one more random word: it keeps half
 * of the ones so far, or turns half of the zeros into ones. */
void random_masks(struct random *random, uint32_t share, uint64_t *masks, size_t count)
{
    uint64_t state = random_bits(random);

    memset(masks, share >= RANDOM_SHARES ? 0xff : 0, count * sizeof *masks);
    if (!share || share >= RANDOM_SHARES)
        return;
    for (size_t i = 0; i < count; i++) {
        uint64_t mask = 0;

        for (int k = __builtin_ctz(share); k < RANDOM_SHARE_BITS; k++) {
            uint64_t bits = mix(state);

            state += MIX_STEP;
            mask = share >> k & 1 ? mask | bits : mask & bits;
        }
        masks[i] = mask;
    }
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
