#include "uncertainty/need.h"

#include "base/maths.h"

#include <math.h>

const struct word need_state_words[] = {
    { "needs", NEED_FACTOR },
    { "wins", NEED_WINS },
    { "tie", NEED_TIE },
    { "step", NEED_STEP },
    { "wall", NEED_WALL },
    { "absent", NEED_ABSENT },
    { NULL, 0 },
};

/* A factor, as its logarithm, and ln(ratio / goal): above 0 the goal is missed.  Where the
 * ratio is not known it is missed by far. */
struct trial {
    double ln_factor, missed;
};

struct search {
    need_ratio_fn *ratio;
    void *context;
    double goal;
    struct need *need;
};

static struct trial trial_of(const struct search *search, double ln_factor,
                             double ratio)
{
    struct need *need = search->need;

    if (ratio < need->floor) {
        need->floor = ratio;
        need->floor_factor = maths_exp(ln_factor);
    }
    return (struct trial){ ln_factor, ratio > 0    ? maths_log(ratio / search->goal)
                                      : ratio == 0 ? -INFINITY
                                                   : INFINITY };
}

static struct trial try_factor(const struct search *search, double ln_factor)
{
    search->need->evaluations++;
    return trial_of(search, ln_factor,
                    search->ratio(search->context, maths_exp(ln_factor)));
}

static bool is_met(const struct trial *trial)
{
    return trial->missed <= 0;
}

/* Nearest to 1 of a bracket's two ends. */
static double distance_of(const struct trial *bracket)
{
    return fmin(fabs(bracket[0].ln_factor), fabs(bracket[1].ln_factor));
}

/* Where a line through both ends crosses 0, kept off the ends. */
static double secant(const struct trial *met, const struct trial *missed)
{
    double share = met->missed / (met->missed - missed->missed);

    if (!(share > 0.02))
        share = 0.02;
    if (share > 0.98)
        share = 0.98;
    return met->ln_factor + share * (missed->ln_factor - met->ln_factor);
}

/* Narrows a bracket until one of its ends is at the goal, or it is a step: the end that
 * stands for it, and the bracket's width. */
struct crossing {
    double ln_factor, width;
    bool is_step;
};

static struct crossing crossing_refine(const struct search *search,
                                       const struct trial *bracket)
{
    enum { SECANTS = 5 };
    struct trial met = bracket[is_met(&bracket[0]) ? 0 : 1];
    struct trial missed = bracket[is_met(&bracket[0]) ? 1 : 0];

    for (int i = 0; i < NEED_REFINED; i++) {
        bool may_be_line = i < SECANTS && isfinite(met.missed) &&
                           isfinite(missed.missed);
        struct trial middle;

        if (fabs(met.missed) <= NEED_CONVERGED || fabs(missed.missed) <= NEED_CONVERGED)
            break;
        middle = try_factor(search, may_be_line
                                        ? secant(&met, &missed)
                                        : (met.ln_factor + missed.ln_factor) / 2);
        if (is_met(&middle))
            met = middle;
        else
            missed = middle;
    }
    return (struct crossing){
        .ln_factor = fabs(missed.missed) <= NEED_CONVERGED &&
                             fabs(missed.missed) < fabs(met.missed)
                         ? missed.ln_factor
                         : met.ln_factor,
        .width = fabs(missed.ln_factor - met.ln_factor),
        .is_step = fabs(missed.missed) > NEED_CONVERGED &&
                   fabs(met.missed) > NEED_CONVERGED,
    };
}

/* The range, from its least factor to its most. */
static void scan(const struct search *search, double now, double least, double most,
                 struct trial trials[NEED_SCANNED])
{
    for (int i = 0; i < NEED_SCANNED; i++) {
        int step = i - NEED_SIDE;
        double ln_end = step < 0 ? -maths_log(least) : maths_log(most);
        double ln_factor = ln_end * step / NEED_SIDE;

        trials[i] = step == 0 ? trial_of(search, 0, now)
                              : try_factor(search, ln_factor);
    }
}

/* How steep the ratio is next to 1, to which side it falls. */
static void slope_note(const struct trial trials[NEED_SCANNED], struct need *need)
{
    const struct trial *below = &trials[NEED_SIDE - 1], *at = below + 1,
                       *above = at + 1;
    const struct trial *better = above->missed < below->missed ? above : below;

    need->better = maths_exp(better->ln_factor);
    need->gain = better->missed < at->missed ? maths_exp(at->missed - better->missed)
                                             : 1;
}

void need_solve(need_ratio_fn *ratio, void *context, double now, double goal,
                double least, double most, struct need *need)
{
    struct search search = { ratio, context, goal, need };
    struct trial trials[NEED_SCANNED];
    struct crossing nearest = { .ln_factor = INFINITY };
    bool wins, is_tie = fabs(now / goal - 1) <= NEED_TOLERANCE;

    *need = (struct need){ .floor = INFINITY, .factor = NAN, .resolution = NAN };
    scan(&search, now, least, most, trials);
    slope_note(trials, need);
    wins = is_met(&trials[NEED_SIDE]);
    for (int i = 0; i + 1 < NEED_SCANNED; i++)
        need->crossings += is_met(&trials[i]) != is_met(&trials[i + 1]);
    /* from the middle outwards; the other side, too, if it may be nearer */
    for (int step = 0; step < NEED_SIDE && !is_tie; step++) {
        const struct trial *sides[] = { &trials[NEED_SIDE - step - 1],
                                        &trials[NEED_SIDE + step] };

        for (int side = 0; side < 2; side++) {
            const struct trial *bracket = sides[side];
            struct crossing found;

            if (is_met(&bracket[0]) == is_met(&bracket[1]) ||
                distance_of(bracket) >= fabs(nearest.ln_factor))
                continue;
            if (isfinite(nearest.ln_factor) &&
                need->evaluations + NEED_REFINED > 2 * NEED_SIDE + 2 * NEED_REFINED)
                continue;
            found = crossing_refine(&search, bracket);
            if (fabs(found.ln_factor) < fabs(nearest.ln_factor))
                nearest = found;
        }
    }
    if (is_tie) {
        need->state = NEED_TIE;
        need->factor = 1;
        need->resolution = fabs(now / goal - 1);
    } else if (!isfinite(nearest.ln_factor)) {
        need->state = wins ? NEED_WINS : NEED_WALL;
    } else {
        need->state = wins ? NEED_WINS : nearest.is_step ? NEED_STEP : NEED_FACTOR;
        need->factor = maths_exp(nearest.ln_factor);
        need->resolution = nearest.width;
    }
}
