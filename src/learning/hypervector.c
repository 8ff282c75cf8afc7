#include "learning/hypervector.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

size_t hypervector_words(size_t dimension)
{
    return (dimension + 63) / 64;
}

/* Returns the bits of the last word that lie within the dimension. */
static uint64_t last_word(size_t dimension)
{
    return dimension % 64 ? (UINT64_C(1) << dimension % 64) - 1 : UINT64_MAX;
}

void hypervector_draw(uint64_t *vector, size_t dimension, struct random *random)
{
    size_t words = hypervector_words(dimension);

    for (size_t w = 0; w < words; w++)
        vector[w] = random_bits(random);
    vector[words - 1] &= last_word(dimension);
}

void hypervector_rotate(const uint64_t *from, size_t dimension, size_t places,
                        uint64_t *to)
{
    memset(to, 0, hypervector_words(dimension) * sizeof *to);
    for (size_t d = 0; d < dimension; d++) {
        size_t at = (d + places) % dimension;

        to[at / 64] |= (from[d / 64] >> d % 64 & 1) << at % 64;
    }
}

uint64_t hypervector_distance(const uint64_t *a, const uint64_t *b, size_t words)
{
    uint64_t distance = 0;

    for (size_t w = 0; w < words; w++)
        distance += (uint64_t)__builtin_popcountll(a[w] ^ b[w]);
    return distance;
}

void hypervector_disturb(uint64_t *vector, size_t dimension, uint32_t share,
                         struct random *random, uint64_t *room)
{
    size_t words = hypervector_words(dimension);

    if (!share)
        return;
    random_masks(random, share, room, words);
    for (size_t w = 0; w < words; w++)
        vector[w] ^= room[w];
    vector[words - 1] &= last_word(dimension);
}

/* ---- counters */

static void plane_need(struct hypercounter *counter, size_t k)
{
    if (counter->planes[k])
        return;
    counter->planes[k] = alloc_array(counter->words, sizeof(uint64_t));
    counter->waiting[k] = alloc_array(counter->words, sizeof(uint64_t));
}

void hypercounter_clear(struct hypercounter *counter)
{
    counter->count = 0;
    for (size_t k = 0; k < COUNTER_BITS_MAX && counter->planes[k]; k++) {
        memset(counter->planes[k], 0, counter->words * sizeof(uint64_t));
        counter->waits[k] = false;
    }
    if (counter->bits)
        memset(counter->planes[counter->bits - 1], 0xff,
               counter->words * sizeof(uint64_t));
}

void hypercounter_init(struct hypercounter *counter, size_t dimension, uint64_t bits)
{
    *counter = (struct hypercounter){
        .dimension = dimension,
        .words = hypervector_words(dimension),
        .bits = bits,
    };
    for (size_t k = 0; k < bits; k++)
        plane_need(counter, k);
    counter->up = alloc_array(counter->words, sizeof(uint64_t));
    counter->down = alloc_array(counter->words, sizeof(uint64_t));
    hypercounter_clear(counter);
}

void hypercounter_free(struct hypercounter *counter)
{
    for (size_t k = 0; k < COUNTER_BITS_MAX; k++) {
        free(counter->planes[k]);
        free(counter->waiting[k]);
    }
    free(counter->up);
    free(counter->down);
    *counter = (struct hypercounter){ 0 };
}

/* Adds a vector.  Two vectors of a plane's weight and the plane itself are added to one
 * vector of the next plane's weight, so that plane k changes with every 2^k-th vector: the
 * carry-save adders of a population count. */
static void wide_add(struct hypercounter *counter, uint64_t *vector)
{
    for (size_t k = 0;; k++) {
        uint64_t *sum, *waiting;

        plane_need(counter, k);
        sum = counter->planes[k];
        waiting = counter->waiting[k];
        if (!counter->waits[k]) {
            memcpy(waiting, vector, counter->words * sizeof *vector);
            counter->waits[k] = true;
            return;
        }
        counter->waits[k] = false;
        for (size_t w = 0; w < counter->words; w++) {
            uint64_t both = sum[w] ^ waiting[w], x = vector[w];

            vector[w] = (sum[w] & waiting[w]) | (both & x);
            sum[w] = both ^ x;
        }
    }
}

/* Counts up where the vector has a one and down where it has a zero, within the range.  `up`
 * holds full counters, then carries; `down` holds counters that are not empty, then borrows.
 * The loop is over planes, so that compilers can process several words at once. */
static void narrow_add(struct hypercounter *counter, const uint64_t *vector)
{
    size_t words = counter->words, bits = (size_t)counter->bits;
    uint64_t *restrict up = counter->up, *restrict down = counter->down;

    memset(up, 0xff, words * sizeof *up);
    memset(down, 0, words * sizeof *down);
    for (size_t k = 0; k < bits; k++) {
        const uint64_t *restrict plane = counter->planes[k];

        for (size_t w = 0; w < words; w++) {
            up[w] &= plane[w];
            down[w] |= plane[w];
        }
    }
    for (size_t w = 0; w < words; w++) {
        up[w] = vector[w] & ~up[w];
        down[w] &= ~vector[w];
    }
    for (size_t k = 0; k < bits; k++) {
        uint64_t *restrict plane = counter->planes[k];

        for (size_t w = 0; w < words; w++) {
            uint64_t was = plane[w];

            plane[w] = was ^ up[w] ^ down[w];
            up[w] &= was;
            down[w] &= ~was;
        }
    }
}

void hypercounter_add(struct hypercounter *counter, uint64_t *vector)
{
    counter->count++;
    if (counter->bits)
        narrow_add(counter, vector);
    else
        wide_add(counter, vector);
}

/* Adds the vectors that wait to the planes. */
static void waiting_end(struct hypercounter *counter)
{
    for (size_t k = 0; k < COUNTER_BITS_MAX && counter->planes[k]; k++) {
        if (!counter->waits[k])
            continue;
        counter->waits[k] = false;
        for (size_t at = k, left = 1; left; at++) {
            plane_need(counter, at);
            left = 0;
            for (size_t w = 0; w < counter->words; w++) {
                uint64_t carry = counter->planes[at][w] & counter->waiting[k][w];

                counter->planes[at][w] ^= counter->waiting[k][w];
                counter->waiting[k][w] = carry;
                left |= carry != 0;
            }
        }
    }
}

void hypercounter_majority(struct hypercounter *counter, uint64_t *vector)
{
    uint64_t half = counter->bits ? UINT64_C(1) << (counter->bits - 1)
                                  : counter->count / 2;
    size_t planes = 0;

    waiting_end(counter);
    while (planes < COUNTER_BITS_MAX && counter->planes[planes])
        planes++;
    for (size_t w = 0; w < counter->words; w++) {
        uint64_t above = 0, equal = UINT64_MAX;

        for (size_t k = planes; k-- > 0;) {
            uint64_t plane = counter->planes[k][w];

            if (half >> k & 1) {
                equal &= plane;
            } else {
                above |= equal & plane;
                equal &= ~plane;
            }
        }
        vector[w] = above;
    }
    vector[counter->words - 1] &= last_word(counter->dimension);
}
