#include "reliability/wear.h"

#include "base/maths.h"
#include "tech/retention.h"

#define START_GAP_SHARE 0.97 /* of the ideal lifetime */

const struct word levelling_words[] = {
    { "none", LEVELLING_NONE },
    { "start_gap", LEVELLING_START_GAP },
    { "ideal", LEVELLING_IDEAL },
    { NULL, 0 },
};

double wear_lifetime_s(double endurance_cycles, double line_writes_per_s, double lines,
                       enum levelling levelling, double skew)
{
    double share = levelling == LEVELLING_NONE        ? 1 / skew
                   : levelling == LEVELLING_START_GAP ? START_GAP_SHARE
                                                      : 1;
    double life_s = endurance_cycles * lines / line_writes_per_s * share;

    return endurance_cycles > 0 && life_s < LIFETIME_CAP_S ? life_s : LIFETIME_CAP_S;
}

double bit_flip_hz(const struct cell *cell, double temperature_k)
{
    return 1 / cell_flip_s(cell, temperature_k);
}

double error_after(const struct scrubbing *s, double interval_s)
{
    double flipped = -maths_expm1(-s->flip_hz * interval_s);

    return s->write_error + (1 - s->write_error) * flipped;
}

double failure_after(const struct scrubbing *s, double time_s)
{
    return code_failure(&s->code, error_after(s, time_s)) -
           code_failure(&s->code, s->write_error);
}

double failure_hz(const struct scrubbing *s, double interval_s)
{
    return s->codeword_writes_per_s * code_failure(&s->code, s->write_error) +
           s->codewords * failure_after(s, interval_s) / interval_s;
}

enum status scrub_find(const struct scrubbing *s, struct scrub *scrub,
                       struct error *reason)
{
    double low = maths_log(s->least_s), high = maths_log(s->longest_s);

    if (failure_hz(s, s->least_s) > s->target_hz)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "even with continuous scrubbing %.3g codewords per second cannot be "
            "corrected, must be at most %.3g",
            failure_hz(s, s->least_s), s->target_hz);
    if (failure_hz(s, s->longest_s) <= s->target_hz)
        low = high;
    for (int i = 0; i < 60 && low < high; i++) {
        double middle = (low + high) / 2;

        if (failure_hz(s, maths_exp(middle)) <= s->target_hz)
            low = middle;
        else
            high = middle;
    }
    scrub->interval_s = maths_exp(low);
    scrub->bit_error = error_after(s, scrub->interval_s);
    scrub->failure_hz = failure_hz(s, scrub->interval_s);
    return STATUS_OK;
}
