#include "reliability/line_loss.h"

#include "base/maths.h"

#include <math.h>

/* ln of the probability that a line survives time_s without a scrub. */
static double ln_survival(const struct line_loss *loss, double time_s)
{
    double wrong = -maths_expm1(-loss->flip_hz * time_s);

    return (double)loss->code.codewords *
           maths_log1p(-code_failure(&loss->code, wrong));
}

double line_loss_after(const struct line_loss *loss, double time_s)
{
    if (time_s <= loss->scrub_s)
        return -maths_expm1(ln_survival(loss, time_s));
    return -maths_expm1(time_s / loss->scrub_s * ln_survival(loss, loss->scrub_s));
}

/* The integral of the survival from 0 to end_s (INFINITY: until nothing survives), by trapezia
 * between times that grow by a factor; below the first of them a line survives. */
static double survival_s(const struct line_loss *loss, double end_s)
{
    const double growth = 1.0905077326652577; /* 2^(1/8) */
    double bits = (double)(loss->code.codewords *
                           (loss->code.data_bits + loss->code.check_bits));
    double from_s = 1e-6 / (bits * loss->flip_hz), sum_s, from = 1;

    if (end_s <= from_s)
        return end_s;
    sum_s = from_s;
    while (from_s < end_s && from > 1e-12) {
        double to_s = fmin(growth * from_s, end_s);
        double to = maths_exp(ln_survival(loss, to_s));

        sum_s += (to_s - from_s) * (from + to) / 2;
        from_s = to_s;
        from = to;
    }
    return sum_s;
}

double line_loss_hz(const struct line_loss *loss)
{
    return line_loss_after(loss, loss->scrub_s) / survival_s(loss, loss->scrub_s);
}
