/* Division of whole numbers. */
#ifndef NVSWEEP_BASE_DIVIDE_H
#define NVSWEEP_BASE_DIVIDE_H

#include <stdint.h>

/* Returns a / b, rounded up.  b must not be 0. */
static inline uint64_t div_up(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

#endif
