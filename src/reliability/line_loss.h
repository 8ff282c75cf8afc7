/* Loss of memory lines whose bits flip at random, one independently of another (tech/retention.h):
 * a line is lost when one of its codewords has more wrong bits than the code corrects. */
#ifndef NVSWEEP_RELIABILITY_LINE_LOSS_H
#define NVSWEEP_RELIABILITY_LINE_LOSS_H

#include "reliability/ecc.h"

struct line_loss {
    struct code code; /* of one line */
    double flip_hz;   /* flips per second of one bit, above 0 */
    double
        scrub_s; /* interval at which lines are read and corrected; INFINITY: never */
};

/* Returns the probability that a line is lost when time_s (0 or more) have passed since it was
 * written: of n whole and partial intervals between scrubs 1 - (1 - F)^n, F that of one interval.  A
 * time within an interval is taken to hold no scrub, so that the value is an upper bound. */
double line_loss_after(const struct line_loss *loss, double time_s);

/* Returns losses per second of a line whose data are kept for ever and fetched anew whenever they
 * are lost: one over the mean time to a loss, which is the integral of the survival over an interval
 * between scrubs, over the probability of a loss in it (renewal theory). */
double line_loss_hz(const struct line_loss *loss);

#endif
