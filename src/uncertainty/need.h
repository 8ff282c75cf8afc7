/* Finds the factor nearest to 1 on one number at which a ratio reaches a goal.
 *
 * The ratio need be neither smooth nor monotone: it jumps if the organization of an array
 * changes, and it may cross the goal several times.  Therefore a range of factors is scanned,
 * every crossing is bracketed, and the nearest one is refined.  If the ratio jumps over the
 * goal within however narrow a bracket, the crossing is a step; if there is no crossing, the
 * answer is a wall.
 *
 * A number that takes some values only (whole numbers, sizes, powers of two: base/grid.h) is
 * tried at these values only: at all of them next to 1 if they are few.  A crossing then lies
 * between two neighbours. */
#ifndef NVSWEEP_UNCERTAINTY_NEED_H
#define NVSWEEP_UNCERTAINTY_NEED_H

#include "base/grid.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum need_state {
    NEED_FACTOR, /* a change by `factor` reaches the goal */
    NEED_WINS,   /* the goal is reached without a change, and with a change by up to
                  * `factor` */
    NEED_TIE,    /* the goal is met to NEED_TOLERANCE without a change: factor 1 */
    NEED_STEP,   /* as NEED_FACTOR, but the ratio jumps over the goal */
    NEED_WALL,   /* no factor in the range reaches the goal */
    NEED_ABSENT, /* there is nothing to change: no such number, or it is 0 */
};
extern const struct word need_state_words[];

enum {
    NEED_SIDE = 14, /* factors scanned on each side of 1 */
    NEED_SPLIT =
        14, /* intervals of the scan that are halved because they may hide a crossing */
    NEED_SCANNED = 2 * NEED_SIDE + 1 + NEED_SPLIT,
    NEED_REFINED = 14,     /* largest number of evaluations that refine a crossing */
    NEED_EVALUATIONS = 57, /* largest number of evaluations of a search */
};
#define NEED_TOLERANCE 1e-3 /* relative, of the ratio and of a step's factor */
#define NEED_CONVERGED 2.5e-4

/* Returns the ratio with the number multiplied by factor; NAN if it does not exist. */
typedef double need_ratio_fn(void *context, double factor);

struct need {
    int state;         /* enum need_state */
    double factor;     /* NAN: wall, absent, or wins over the whole range */
    double resolution; /* relative width of the bracket around factor */
    double
        step; /* distance from the number to the other end of the bracket; 0: it takes
               * any value */
    double floor, floor_factor; /* smallest ratio that was evaluated, and its factor */
    uint64_t crossings, evaluations;
    double
        gain; /* factor by which the ratio falls next to 1, in its better direction */
    double better; /* that direction, as a factor above or below 1 */
};

/* The question: the goal, and the range of factors (least < 1 < most) on a number whose
 * values lie on a grid (NULL: any value). */
struct need_request {
    double goal, least, most;
    const struct value_grid *grid;
};

/* Finds the answer.  now: the ratio at factor 1, which must exist.  Pure except for what
 * `ratio` does. */
void need_solve(need_ratio_fn *ratio, void *context, double now,
                const struct need_request *request, struct need *need);

#endif
