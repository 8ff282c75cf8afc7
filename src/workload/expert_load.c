#include "workload/expert_load.h"

#include "base/maths.h"

#include <math.h>

/* Weights of a binomial distribution, relative to that of its mode, beyond this many standard
 * deviations are nothing. */
static const double REACH = 12;

static double ratio_up(double trials, double share, double m)
{
    return (trials - m) / (m + 1) * share / (1 - share);
}

/* Returns the expected maximum of `count` independent binomial numbers.  Weights follow from each
 * other beginning with the most likely number, so that none underflows that counts. */
static double independent_maximum(double trials, double share, double count)
{
    double mode = floor((trials + 1) * share), sd = sqrt(trials * share * (1 - share));
    double low = fmax(mode - ceil(REACH * sd) - 10, 0);
    double high = fmin(mode + ceil(REACH * sd) + 10, trials);
    double weight = 1, sum = 1, first = 1, below = 0, expected;

    for (double m = mode; m > low; m--) {
        weight /= ratio_up(trials, share, m - 1);
        sum += weight;
        first = weight;
    }
    weight = 1;
    for (double m = mode; m < high; m++) {
        weight *= ratio_up(trials, share, m);
        sum += weight;
    }
    expected = low;
    weight = first;
    for (double m = low; m < high; m++) {
        below += weight / sum;
        expected += 1 - maths_pow(fmin(below, 1), count);
        weight *= ratio_up(trials, share, m);
    }
    return expected;
}

/* The expected maximum of `count` numbers of a mean and a variance that add up to a total. */
static double maximum_of_shares(double mean, double variance, double count, double most)
{
    double share = 1 - variance / mean, trials = ceil(mean / fmax(share, 1e-12) - 1e-9);
    double expected;

    if (count <= 1 || variance <= 0 || share <= 0)
        return mean;
    expected = independent_maximum(trials, mean / trials, count);
    return fmin(mean + (expected - mean) * sqrt(count / (count - 1)), most);
}

double expert_busiest_pairs(const struct expert_routing *r)
{
    double mean = r->tokens * r->used / r->gpus;
    double variance = mean * (1 - 1 / r->gpus) * (r->experts - r->used) /
                      fmax(r->experts - 1, 1);

    return maximum_of_shares(mean, variance, r->gpus,
                             r->tokens * fmin(r->used, r->experts / r->gpus));
}

double expert_busiest_touched(const struct expert_routing *r)
{
    double held = r->experts / r->gpus;
    double share = 1 - maths_pow(1 - r->used / r->experts, r->tokens);
    double mean = held * share, variance = mean * (1 - share);

    return maximum_of_shares(mean, variance, r->gpus,
                             fmin(held, expert_busiest_pairs(r)));
}
