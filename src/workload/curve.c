#include "workload/curve.h"

#include "base/maths.h"

#include <math.h>
#include <stddef.h>

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

struct curve_place curve_place_of(double capacity_bytes)
{
    unsigned above = curve_bin(
        capacity_bytes); /* first grid point above the capacity */
    double low_bytes, high_bytes;

    if (above == 0)
        return (struct curve_place){ 0, 0, 0 };
    if (above == CURVE_POINTS)
        return (struct curve_place){ CURVE_POINTS - 1, CURVE_POINTS - 1, 0 };
    low_bytes = curve_capacity_bytes(above - 1);
    high_bytes = curve_capacity_bytes(above);
    return (struct curve_place){
        .below = above - 1,
        .above = above,
        .share = (capacity_bytes - low_bytes) / (high_bytes - low_bytes),
    };
}

double curve_at(const double values[CURVE_POINTS], double capacity_bytes)
{
    return curve_at_place(values, curve_place_of(capacity_bytes));
}

/* Probability that a Poisson variable of this mean is at least `ways`. */
static double poisson_tail(uint64_t ways, double mean)
{
    enum {
        NORMAL_FROM = 256
    }; /* from here on the normal distribution is close enough */
    double n = (double)ways, term, sum;

    if (ways > NORMAL_FROM)
        return 0.5 * maths_erfc((n - 0.5 - mean) / sqrt(2 * mean));
    if (mean < n) { /* the sum from `ways` on has no cancellation */
        term = maths_exp(n * maths_log(mean) - mean - maths_ln_factorial(n));
        for (sum = 0; term > sum * 1e-17; term *= mean / ++n)
            sum += term;
        return sum;
    }
    term = maths_exp(-mean);
    for (sum = 0, n = 0; n < (double)ways; term *= mean / ++n)
        sum += term;
    return 1 - sum;
}

/* Returns the distance in the middle of a bin. */
static double bin_bytes(unsigned bin)
{
    if (bin == 0)
        return 0;
    if (bin == CURVE_POINTS)
        return INFINITY;
    return (curve_capacity_bytes(bin - 1) + curve_capacity_bytes(bin)) / 2;
}

void curve_survival(const double histogram[CURVE_POINTS + 1], uint64_t ways,
                    double misses[CURVE_POINTS])
{
    double beyond = 0;

    for (unsigned i = CURVE_POINTS; i-- > 0;) {
        beyond += histogram[i + 1];
        misses[i] = beyond;
    }
    if (ways == 0)
        return;
    for (unsigned i = 0; i < CURVE_POINTS; i++) {
        double capacity_bytes = curve_capacity_bytes(i);

        misses[i] = 0;
        for (unsigned bin = 1; bin <= CURVE_POINTS; bin++) {
            double ratio = bin_bytes(bin) / capacity_bytes;

            if (histogram[bin] != 0 && ratio > 0.02)
                misses[i] += histogram[bin] *
                             (ratio > 8 ? 1 : poisson_tail(ways, (double)ways * ratio));
        }
    }
}
