#include "machine/generation/requests.h"

#include "base/maths.h"

#include <stdbool.h>

enum { BISECTIONS = 60, SLICES = 4096, LONGEST = 40 };

/* Output lengths: min(X, limit), X exponential with the mean `scale`. */
struct lengths {
    double scale, limit;
    bool are_equal; /* all of them have `limit` */
};

/* The mean of min(X, limit) is scale (1 - exp(-limit / scale)). */
static struct lengths lengths_of(double mean, double limit)
{
    double low = mean, high = mean;

    if (limit <= 0)
        return (struct lengths){ .scale = mean, .limit = LONGEST * mean };
    if (mean >= 0.999 * limit)
        return (struct lengths){ .limit = mean, .are_equal = true };
    while (-high * maths_expm1(-limit / high) < mean)
        high *= 2;
    for (int i = 0; i < BISECTIONS; i++) {
        double scale = (low + high) / 2;

        if (-scale * maths_expm1(-limit / scale) < mean)
            low = scale;
        else
            high = scale;
    }
    return (struct lengths){ .scale = high, .limit = limit };
}

/* The share of outputs longer than t, below the limit. */
static double longer(const struct lengths *l, double t)
{
    return l->are_equal ? 1 : maths_exp(-t / l->scale);
}

/* The share of sequences in work that have more than t tokens to come. */
static double more_to_come(const struct lengths *l, double t)
{
    double rest;

    if (l->are_equal)
        return 1 - t / l->limit;
    rest = maths_exp(-l->limit / l->scale);
    return (maths_exp(-t / l->scale) - rest) / (1 - rest);
}

/* The share of times that the longest of `count` exceeds what a share of each exceeds. */
static double of_longest(double share, double count)
{
    return share >= 1 ? 1 : -maths_expm1(count * maths_log1p(-share));
}

double request_steps(double requests, double places, double mean, double limit)
{
    const struct lengths lengths = lengths_of(mean, limit);
    double slice = lengths.limit / SLICES, fresh = 0, excess = 0;

    for (int i = 0; i < SLICES; i++) {
        double t = (i + 0.5) * slice, residual = more_to_come(&lengths, t);

        fresh += slice *
                 of_longest(longer(&lengths, t), requests < places ? requests : places);
        excess += slice * (of_longest(residual, places) - residual);
    }
    if (requests <= places)
        return fresh;
    return maths_max(fresh, requests * mean / places + excess);
}
