#include "stage/outliving.h"

#include "base/maths.h"

#include <math.h>

struct lives lives_at(const struct data_lifetime_columns *columns, uint64_t row,
                      double capacity_bytes)
{
    return (struct lives){ columns, row, curve_place_of(capacity_bytes) };
}

static const double *curve_of(const struct lives *lives, const double *column,
                              enum tensor_class tensor)
{
    return &column[(lives->row * TENSOR_COUNT + tensor) * CURVE_POINTS];
}

double lives_value(const struct lives *lives, const double *column,
                   enum tensor_class tensor)
{
    return curve_at_place(curve_of(lives, column, tensor), lives->place);
}

double lives_most(const struct lives *lives, const double *column,
                  enum tensor_class tensor)
{
    const double *curve = curve_of(lives, column, tensor);

    return fmax(curve[lives->place.below], curve[lives->place.above]);
}

/* Where a capacity lies between two of those whose bounds are kept. */
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

/* Between two neighbours; of one that is not known the other. */
static double between(double below, double above, double share)
{
    if (isnan(below) || isnan(above))
        return isnan(below) ? above : below;
    return below + share * (above - below);
}

/* At a time between bounds: `all` at none, the last bound's beyond it. */
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

/* Residencies that end, of all, at a kept capacity. */
static double ending_at(const struct lives *lives, enum tensor_class tensor,
                        unsigned capacity, double retention_s)
{
    const struct data_lifetime_columns *columns = lives->columns;
    const double *longer =
        &columns->longer_share
             [((lives->row * TENSOR_COUNT + tensor) * LIFETIME_CAPACITIES + capacity) *
              LIFETIME_BOUNDS];
    double endless = curve_of(lives, columns->endless_share,
                              tensor)[LIFETIME_CAPACITY_STEP * capacity];

    /* fmax drops NAN, which says that the class has no data */
    return fmax(at_time(longer, 1, retention_s) - endless, 0) + 0 * endless;
}

void lives_ending(const struct lives *lives, enum tensor_class tensor,
                  double above[LIFETIME_BOUNDS])
{
    struct coarse_place place = coarse_of(lives->place);

    for (unsigned b = 0; b < LIFETIME_BOUNDS; b++) {
        double bound_s = lifetime_bound_s(b);

        above[b] = between(ending_at(lives, tensor, place.below, bound_s),
                           ending_at(lives, tensor, place.above, bound_s), place.share);
    }
}

double lives_outliving(const struct lives *lives, enum tensor_class tensor,
                       double retention_s)
{
    const struct data_lifetime_columns *columns = lives->columns;
    double run_s = columns->run_s[lives->row];
    double endless = lives_value(lives, columns->endless_share, tensor);
    struct coarse_place place = coarse_of(lives->place);
    double ending;

    if (isinf(retention_s))
        return 0 * endless; /* NAN stays */
    ending = between(ending_at(lives, tensor, place.below, retention_s),
                     ending_at(lives, tensor, place.above, retention_s), place.share);
    if (retention_s >= lives_most(lives, columns->lifetime_100_s, tensor))
        ending = 0;
    return fmin(ending + endless * fmin(run_s / retention_s, 1), 1);
}

double lives_outliving_live(const struct lives *lives, double retention_s)
{
    const struct data_lifetime_columns *columns = lives->columns;
    const double *live = curve_of(lives, columns->live_share, TENSOR_ALL);
    struct coarse_place place = coarse_of(lives->place);
    const double *longer =
        &columns->longer_live_share[lives->row * LIFETIME_CAPACITIES * LIFETIME_BOUNDS];

    if (isinf(retention_s))
        return 0;
    return between(at_time(longer + place.below * LIFETIME_BOUNDS,
                           live[LIFETIME_CAPACITY_STEP * place.below], retention_s),
                   at_time(longer + place.above * LIFETIME_BOUNDS,
                           live[LIFETIME_CAPACITY_STEP * place.above], retention_s),
                   place.share);
}
