#include "workload/curve.h"

#include <math.h>
#include <stddef.h>

const struct word reuse_method_words[] = {
    { "exact", REUSE_EXACT },
    { "sampled", REUSE_SAMPLED },
    { "analytic", REUSE_ANALYTIC },
    { NULL, 0 },
};

double curve_capacity_bytes(uint64_t i)
{
    double octave_bytes = ldexp(CURVE_FIRST_BYTES, (int)(i / CURVE_STEPS));

    return octave_bytes * (1 + (double)(i % CURVE_STEPS) / CURVE_STEPS);
}

unsigned curve_bin(double bytes)
{
    double ratio = bytes / CURVE_FIRST_BYTES;
    int octave;
    double bin;

    if (!(ratio >= 1))
        return 0;
    octave = ilogb(ratio);
    bin = octave * CURVE_STEPS + floor((ldexp(ratio, -octave) - 1) * CURVE_STEPS) + 1;
    return bin < CURVE_POINTS ? (unsigned)bin : CURVE_POINTS;
}

double curve_at(const double values[CURVE_POINTS], double capacity_bytes)
{
    unsigned above = curve_bin(capacity_bytes); /* first grid point beyond it */
    double low_bytes, high_bytes, share;

    if (above == 0)
        return values[0];
    if (above == CURVE_POINTS)
        return values[CURVE_POINTS - 1];
    low_bytes = curve_capacity_bytes(above - 1);
    high_bytes = curve_capacity_bytes(above);
    share = (capacity_bytes - low_bytes) / (high_bytes - low_bytes);
    return values[above - 1] + share * (values[above] - values[above - 1]);
}
