#include "stage/residencies.h"

#include "base/maths.h"

#include <math.h>

struct residencies residencies_at(const struct data_lifetime_columns *columns,
                                  uint64_t row, double capacity_bytes)
{
    return (struct residencies){ columns, row, curve_place_of(capacity_bytes) };
}

static const double *curve_of(const struct residencies *residencies,
                              const double *column, enum tensor_class tensor)
{
    return &column[(residencies->row * TENSOR_COUNT + tensor) * CURVE_POINTS];
}

double residencies_value(const struct residencies *residencies, const double *column,
                         enum tensor_class tensor)
{
    return curve_at_place(curve_of(residencies, column, tensor), residencies->place);
}

double residencies_max(const struct residencies *residencies, const double *column,
                       enum tensor_class tensor)
{
    const double *curve = curve_of(residencies, column, tensor);

    return fmax(curve[residencies->place.below], curve[residencies->place.above]);
}

/* A capacity between two neighbours of those for which counts above bounds are stored
 * (every LIFETIME_CAPACITY_STEP-th); share: the upper one's weight. */
struct coarse_place {
    unsigned below, above;
    double share;
};

static struct coarse_place coarse_of(struct curve_place place)
{
    double fine = place.below + place.share * (place.above - place.below);
    unsigned below = (unsigned)fine / LIFETIME_CAPACITY_STEP;
    double share = (fine - LIFETIME_CAPACITY_STEP * below) / LIFETIME_CAPACITY_STEP;

    return (struct coarse_place){ below, share > 0 ? below + 1 : below, share };
}

/* Interpolates between two neighbours.  If one is NAN, the other counts alone. */
static double between(double below, double above, double share)
{
    if (isnan(below) || isnan(above))
        return isnan(below) ? above : below;
    return below + share * (above - below);
}

/* Interpolates counts above lifetime bounds at time_s: over the time from `all` at 0 to the
 * first bound, then over its logarithm; beyond the last bound the count stays. */
static double at_time(const double longer[LIFETIME_BOUNDS], double all, double time_s)
{
    unsigned above = 0;
    double first_s = lifetime_bound_s(0), from, to;

    if (time_s <= first_s)
        return all + time_s / first_s * (longer[0] - all);
    while (above < LIFETIME_BOUNDS && lifetime_bound_s(above) < time_s)
        above++;
    if (above == LIFETIME_BOUNDS)
        return longer[above - 1];
    from = maths_log2(lifetime_bound_s(above - 1));
    to = maths_log2(lifetime_bound_s(above));
    return longer[above - 1] + (maths_log2(time_s) - from) / (to - from) *
                                   (longer[above] - longer[above - 1]);
}

/* The share of residencies that end and last longer than retention_s, at a stored
 * capacity. */
static double ending_at(const struct residencies *residencies, enum tensor_class tensor,
                        unsigned capacity, double retention_s)
{
    const struct data_lifetime_columns *columns = residencies->columns;
    const double *longer =
        &columns->longer_share[((residencies->row * TENSOR_COUNT + tensor) *
                                    LIFETIME_CAPACITIES +
                                capacity) *
                               LIFETIME_BOUNDS];
    double endless = curve_of(residencies, columns->endless_share,
                              tensor)[LIFETIME_CAPACITY_STEP * capacity];

    /* The class has no data if endless is NAN, which fmax would drop. */
    return fmax(at_time(longer, 1, retention_s) - endless, 0) + 0 * endless;
}

void residencies_ended_shares(const struct residencies *residencies,
                              enum tensor_class tensor, double above[LIFETIME_BOUNDS])
{
    struct coarse_place place = coarse_of(residencies->place);

    for (unsigned b = 0; b < LIFETIME_BOUNDS; b++) {
        double bound_s = lifetime_bound_s(b);

        above[b] = between(ending_at(residencies, tensor, place.below, bound_s),
                           ending_at(residencies, tensor, place.above, bound_s),
                           place.share);
    }
}

double residencies_longer_share(const struct residencies *residencies,
                                enum tensor_class tensor, double retention_s)
{
    const struct data_lifetime_columns *columns = residencies->columns;
    double run_s = columns->run_s[residencies->row];
    double endless = residencies_value(residencies, columns->endless_share, tensor);
    struct coarse_place place = coarse_of(residencies->place);
    double ending;

    if (isinf(retention_s))
        return 0 * endless; /* NAN if there are no residencies */
    ending = between(ending_at(residencies, tensor, place.below, retention_s),
                     ending_at(residencies, tensor, place.above, retention_s),
                     place.share);
    if (retention_s >= residencies_max(residencies, columns->lifetime_100_s, tensor))
        ending = 0;
    return fmin(ending + endless * fmin(run_s / retention_s, 1), 1);
}

double residencies_longer_line_share(const struct residencies *residencies,
                                     double retention_s)
{
    const struct data_lifetime_columns *columns = residencies->columns;
    const double *live = curve_of(residencies, columns->live_share, TENSOR_ALL);
    struct coarse_place place = coarse_of(residencies->place);
    const double *longer =
        &columns->longer_live_share[residencies->row * LIFETIME_CAPACITIES *
                                    LIFETIME_BOUNDS];

    if (isinf(retention_s))
        return 0;
    return between(at_time(longer + place.below * LIFETIME_BOUNDS,
                           live[LIFETIME_CAPACITY_STEP * place.below], retention_s),
                   at_time(longer + place.above * LIFETIME_BOUNDS,
                           live[LIFETIME_CAPACITY_STEP * place.above], retention_s),
                   place.share);
}
