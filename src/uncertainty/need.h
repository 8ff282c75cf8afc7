/* What a field would need: the factor nearest to 1 on one number at which a ratio reaches a
 * goal.
 *
 * The ratio need be neither smooth nor monotone: where an array's organization changes it jumps,
 * and it may cross the goal several times.  So a range of factors is scanned, every crossing
 * bracketed and the nearest refined.  A crossing that stays open however narrow its bracket is a
 * step; no crossing at all is a wall.
 *
 * A number that takes some values only (whole numbers, sizes, powers of two: base/grid.h) is tried
 * at these alone: all of them next to 1 where they are few, and a crossing lies between two
 * neighbours. */
#ifndef NVSWEEP_UNCERTAINTY_NEED_H
#define NVSWEEP_UNCERTAINTY_NEED_H

#include "base/grid.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum need_state {
    NEED_FACTOR, /* a change by `factor` reaches the goal */
    NEED_WINS,   /* reached as it is, up to a change by `factor` */
    NEED_TIE,    /* reached to NEED_TOLERANCE as it is: factor 1 */
    NEED_STEP,   /* as NEED_FACTOR, but the ratio jumps over the goal */
    NEED_WALL,   /* no factor of the range reaches it */
    NEED_ABSENT, /* there is nothing to change: no such number, or 0 */
};
extern const struct word need_state_words[];

enum {
    NEED_SIDE = 14, /* factors scanned on each side of 1 */
    NEED_SPLIT =
        14, /* intervals of the scan that are halved, where a crossing may hide */
    NEED_SCANNED = 2 * NEED_SIDE + 1 + NEED_SPLIT,
    NEED_REFINED = 14,     /* evaluations that refine a crossing, at most */
    NEED_EVALUATIONS = 57, /* of a search, at most */
};
#define NEED_TOLERANCE 1e-3 /* of the ratio over the goal, and of a step's factor */
#define NEED_CONVERGED 2.5e-4

/* The ratio with the number multiplied; NAN if it cannot be. */
typedef double need_ratio_fn(void *context, double factor);

struct need {
    int state;         /* enum need_state */
    double factor;     /* NAN: wall, absent, or wins over the whole range */
    double resolution; /* of factor: its bracket's width, relative */
    double
        step; /* from the number there to the bracket's other end; 0: it takes any value */
    double floor, floor_factor; /* least ratio of those seen, and where */
    uint64_t crossings, evaluations;
    double
        gain; /* factor by which the ratio falls in its better direction, next to 1 */
    double better; /* that direction: a factor above or below 1 */
};

/* What is asked: the goal and the range of factors, least < 1 < most, on a number whose values
 * are those of a grid through it (NULL: any). */
struct need_request {
    double goal, least, most;
    const struct value_grid *grid;
};

/* now: the ratio at factor 1, a number.  Pure but for what ratio does. */
void need_solve(need_ratio_fn *ratio, void *context, double now,
                const struct need_request *request, struct need *need);

#endif
