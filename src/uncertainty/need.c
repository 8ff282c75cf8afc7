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

/* A trial: ln(factor), and ln(ratio / goal), which is above 0 if the goal is missed.  If the
 * ratio does not exist, the goal is missed by far.  value: the number at that factor, if it
 * has a grid. */
struct trial {
    double ln_factor, missed, value;
};

struct search {
    need_ratio_fn *ratio;
    void *context;
    const struct need_request *request;
    struct need *need;
};

/* The trials over the range, from the smallest factor to the largest; `middle` is factor 1. */
struct trials {
    struct trial trials[NEED_SCANNED];
    size_t count, middle;
};

static bool has_grid(const struct search *search)
{
    return search->request->grid && search->request->grid->unit > 0;
}

/* Returns a trial at a factor, moved to the grid but not evaluated. */
static struct trial trial_at(const struct search *search, double ln_factor)
{
    struct trial trial = { .ln_factor = ln_factor };

    if (has_grid(search)) {
        const struct value_grid *grid = search->request->grid;

        trial.value = value_grid_round(grid, grid->start * maths_exp(ln_factor));
        if (trial.value > grid->start * search->request->most * (1 + 1e-12) ||
            trial.value < grid->start * search->request->least * (1 - 1e-12))
            trial.value = value_grid_next(grid, trial.value, ln_factor < 0 ? 1 : -1);
        trial.ln_factor = maths_log(trial.value / grid->start);
    }
    return trial;
}

static double factor_of(const struct search *search, const struct trial *trial)
{
    return has_grid(search) ? trial->value / search->request->grid->start
                            : maths_exp(trial->ln_factor);
}

static void trial_note(const struct search *search, double ratio, struct trial *trial)
{
    struct need *need = search->need;

    if (ratio < need->floor) {
        need->floor = ratio;
        need->floor_factor = factor_of(search, trial);
    }
    trial->missed = ratio > 0    ? maths_log(ratio / search->request->goal)
                    : ratio == 0 ? -INFINITY
                                 : INFINITY;
}

static void trial_evaluate(const struct search *search, struct trial *trial)
{
    search->need->evaluations++;
    trial_note(search, search->ratio(search->context, factor_of(search, trial)), trial);
}

static bool is_met(const struct trial *trial)
{
    return trial->missed <= 0;
}

/* Returns the end of a bracket that is nearer to 1. */
static double distance_of(const struct trial *bracket)
{
    return fmin(fabs(bracket[0].ln_factor), fabs(bracket[1].ln_factor));
}

/* ---- refining */

/* Returns where a straight line through both ends crosses 0, but not too near the ends. */
static double secant(const struct trial *met, const struct trial *missed)
{
    double share = met->missed / (met->missed - missed->missed);

    if (!(share > 0.02))
        share = 0.02;
    if (share > 0.98)
        share = 0.98;
    return met->ln_factor + share * (missed->ln_factor - met->ln_factor);
}

/* Makes a trial between both ends, near ln_factor; false if the number has no value between
 * them. */
static bool between(const struct search *search, const struct trial *a,
                    const struct trial *b, double ln_factor, struct trial *middle)
{
    const struct value_grid *grid = search->request->grid;

    *middle = trial_at(search, ln_factor);
    if (!has_grid(search))
        return true;
    if (middle->value == a->value || middle->value == b->value) {
        const struct trial *end = middle->value == a->value ? a : b;
        const struct trial *other = end == a ? b : a;

        middle->value = value_grid_next(grid, end->value,
                                        other->value > end->value ? 1 : -1);
        middle->ln_factor = maths_log(middle->value / grid->start);
        return middle->value != other->value;
    }
    return true;
}

/* Narrows a bracket until one of its ends meets the goal or it is a step.  Returns the end
 * that is the answer, and the width of the bracket. */
struct crossing {
    struct trial at;
    double width, step;
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
        if (!between(search, &met, &missed,
                     may_be_line ? secant(&met, &missed)
                                 : (met.ln_factor + missed.ln_factor) / 2,
                     &middle))
            break;
        trial_evaluate(search, &middle);
        if (is_met(&middle))
            met = middle;
        else
            missed = middle;
    }
    return (struct crossing){
        .at = fabs(missed.missed) <= NEED_CONVERGED &&
                      fabs(missed.missed) < fabs(met.missed)
                  ? missed
                  : met,
        .width = fabs(missed.ln_factor - met.ln_factor),
        .step = fabs(missed.value - met.value),
        .is_step = fabs(missed.missed) > NEED_CONVERGED &&
                   fabs(met.missed) > NEED_CONVERGED,
    };
}

/* ---- scanning */

/* Lists the neighbours of 1 on a grid towards one end of the range if there are at most
 * NEED_SIDE; else returns SIZE_MAX. */
static size_t neighbours_fill(const struct search *search, double ln_end,
                              struct trial side[NEED_SIDE])
{
    const struct value_grid *grid = search->request->grid;
    double end = grid->start * maths_exp(ln_end), value = grid->start;
    size_t count = 0;

    for (;;) {
        value = value_grid_next(grid, value, ln_end < 0 ? -1 : 1);
        if (value == 0 ||
            (ln_end < 0 ? value < end * (1 - 1e-12) : value > end * (1 + 1e-12)))
            return count;
        if (count == NEED_SIDE)
            return SIZE_MAX;
        side[count++] = (struct trial){ .ln_factor = maths_log(value / grid->start),
                                        .value = value };
    }
}

/* Lists the factors of one side, from 1 outwards, and returns their number. */
static size_t side_fill(const struct search *search, double ln_end,
                        struct trial side[NEED_SIDE])
{
    size_t count = has_grid(search) ? neighbours_fill(search, ln_end, side) : SIZE_MAX;
    double last = 0;

    if (count != SIZE_MAX)
        return count;
    count = 0;
    for (int step = 1; step <= NEED_SIDE; step++) {
        struct trial trial = trial_at(search, ln_end * step / NEED_SIDE);

        if (fabs(trial.ln_factor) > fabs(last)) { /* values may fall together */
            last = trial.ln_factor;
            side[count++] = trial;
        }
    }
    return count;
}

static void scan(const struct search *search, double now, struct trials *trials)
{
    struct trial below[NEED_SIDE], above[NEED_SIDE];
    size_t low = side_fill(search, maths_log(search->request->least), below);
    size_t high = side_fill(search, maths_log(search->request->most), above);

    trials->count = low + 1 + high;
    trials->middle = low;
    for (size_t i = 0; i < low; i++)
        trials->trials[low - 1 - i] = below[i];
    trials->trials[low] = trial_at(search, 0);
    for (size_t i = 0; i < high; i++)
        trials->trials[low + 1 + i] = above[i];
    for (size_t i = 0; i < trials->count; i++)
        if (i == low)
            trial_note(search, now, &trials->trials[i]);
        else
            trial_evaluate(search, &trials->trials[i]);
}

/* Returns the distance from 1 of the nearest bracket of a crossing; INFINITY if there is
 * none. */
static double nearest_distance(const struct trials *trials)
{
    double nearest = INFINITY;

    for (size_t i = 0; i + 1 < trials->count; i++)
        if (is_met(&trials->trials[i]) != is_met(&trials->trials[i + 1]))
            nearest = fmin(nearest, distance_of(&trials->trials[i]));
    return nearest;
}

/* Rates how likely it is that the ratio crosses the goal and returns within an interval: how
 * near to the goal it comes, compared with its change between the ends. */
static double suspicion_of(const struct trial *interval)
{
    double least = fmin(fabs(interval[0].missed), fabs(interval[1].missed));

    return (interval[1].ln_factor - interval[0].ln_factor) / (least + 1e-3);
}

/* Returns the interval nearer to 1 than any crossing that most likely hides one, with a value
 * inside it; SIZE_MAX if there is none. */
static size_t interval_choose(const struct search *search, const struct trials *trials,
                              struct trial *middle)
{
    double nearest = nearest_distance(trials), most = 0;
    size_t chosen = SIZE_MAX;

    for (size_t i = 0; i + 1 < trials->count; i++) {
        const struct trial *ends = &trials->trials[i];
        struct trial inside;

        if (is_met(&ends[0]) != is_met(&ends[1]) || distance_of(ends) >= nearest ||
            suspicion_of(ends) <= most ||
            !between(search, &ends[0], &ends[1],
                     (ends[0].ln_factor + ends[1].ln_factor) / 2, &inside))
            continue;
        most = suspicion_of(ends);
        chosen = i;
        *middle = inside;
    }
    return chosen;
}

/* Halves the intervals in which a crossing nearer than the nearest may hide. */
static void split(const struct search *search, struct trials *trials)
{
    for (int n = 0; n < NEED_SPLIT; n++) {
        struct trial middle;
        size_t i = interval_choose(search, trials, &middle);

        if (i == SIZE_MAX)
            return;
        trial_evaluate(search, &middle);
        for (size_t j = trials->count; j > i + 1; j--)
            trials->trials[j] = trials->trials[j - 1];
        trials->trials[i + 1] = middle;
        trials->count++;
        trials->middle += i + 1 <= trials->middle;
    }
}

/* Computes how steep the ratio is next to 1, and on which side it falls. */
static void slope_note(const struct search *search, const struct trials *trials)
{
    const struct trial *at = &trials->trials[trials->middle], *better = at;
    struct need *need = search->need;

    if (trials->middle > 0)
        better = at - 1;
    if (trials->middle + 1 < trials->count &&
        (better == at || at[1].missed < better->missed))
        better = at + 1;
    need->better = factor_of(search, better);
    need->gain = better->missed < at->missed ? maths_exp(at->missed - better->missed)
                                             : 1;
}

/* Returns the bracket of the crossing nearest to 1 among those beyond a distance; SIZE_MAX if
 * there is none. */
static size_t bracket_after(const struct trials *trials, double distance, size_t after)
{
    size_t nearest = SIZE_MAX;

    for (size_t i = 0; i + 1 < trials->count; i++) {
        const struct trial *bracket = &trials->trials[i];
        double own = distance_of(bracket);

        if (is_met(&bracket[0]) == is_met(&bracket[1]) || own < distance ||
            (own == distance && i <= after && after != SIZE_MAX))
            continue;
        if (nearest == SIZE_MAX || own < distance_of(&trials->trials[nearest]))
            nearest = i;
    }
    return nearest;
}

/* Finds the crossing nearest to 1: that of the nearest bracket, or one on the other side
 * whose bracket begins before that one ends. */
static struct crossing nearest_find(const struct search *search,
                                    const struct trials *trials)
{
    struct crossing nearest = { .at.ln_factor = INFINITY };
    size_t i = SIZE_MAX;
    double distance = 0;

    while ((i = bracket_after(trials, distance, i)) != SIZE_MAX) {
        struct crossing found;

        distance = distance_of(&trials->trials[i]);
        if (distance >= fabs(nearest.at.ln_factor) ||
            search->need->evaluations + NEED_REFINED > NEED_EVALUATIONS)
            break;
        found = crossing_refine(search, &trials->trials[i]);
        if (fabs(found.at.ln_factor) < fabs(nearest.at.ln_factor))
            nearest = found;
    }
    return nearest;
}

void need_solve(need_ratio_fn *ratio, void *context, double now,
                const struct need_request *request, struct need *need)
{
    struct search search = { ratio, context, request, need };
    struct trials trials;
    struct crossing nearest = { .at.ln_factor = INFINITY };
    bool wins, is_tie = fabs(now / request->goal - 1) <= NEED_TOLERANCE;

    *need = (struct need){
        .floor = INFINITY, .factor = NAN, .resolution = NAN, .step = NAN
    };
    scan(&search, now, &trials);
    slope_note(&search, &trials);
    if (!is_tie)
        split(&search, &trials);
    wins = is_met(&trials.trials[trials.middle]);
    for (size_t i = 0; i + 1 < trials.count; i++)
        need->crossings += is_met(&trials.trials[i]) != is_met(&trials.trials[i + 1]);
    if (!is_tie)
        nearest = nearest_find(&search, &trials);
    if (is_tie) {
        need->state = NEED_TIE;
        need->factor = 1;
        need->resolution = fabs(now / request->goal - 1);
        need->step = has_grid(&search)
                         ? value_grid_next(request->grid, request->grid->start, 1) -
                               request->grid->start
                         : 0;
    } else if (!isfinite(nearest.at.ln_factor)) {
        need->state = wins ? NEED_WINS : NEED_WALL;
    } else {
        need->state = wins ? NEED_WINS : nearest.is_step ? NEED_STEP : NEED_FACTOR;
        need->factor = factor_of(&search, &nearest.at);
        need->resolution = nearest.width;
        need->step = nearest.step;
    }
}
