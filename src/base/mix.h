/* A hash of a counter: the output function of SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast
 * splittable pseudorandom number generators", OOPSLA 2014).  A random number made with it
 * depends on its counter alone, so that neither the order of the work nor the processor
 * changes it. */
#ifndef NVSWEEP_BASE_MIX_H
#define NVSWEEP_BASE_MIX_H

#include <stdint.h>

/* The generator adds this to its state from one number to the next. */
#define MIX_STEP UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t mix(uint64_t counter)
{
    uint64_t z = counter + MIX_STEP;

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Returns the leading 53 bits as a number in [0, 1). */
static inline double mix_unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

#endif
