/* Moves from one study to another step by step and shows how much each difference changes a
 * metric.  A step is an axis, the capacity, or one column of the memories (area, read latency
 * ...), whatever the reason for its change.  Both studies compare the same number of
 * technologies, matched by their order; the first one is the baseline of the ratios. */
#ifndef NVSWEEP_CMD_WALK_H
#define NVSWEEP_CMD_WALK_H

#include "config/published.h"
#include "stage/stage.h"

enum { WALK_STEPS = 24, WALK_TECHNOLOGIES = 8 };

struct walk_request {
    const char *from, *to; /* sweep files; to NULL: `from` with changed settings */
    const char *const
        *settings; /* "axis=value"; with two files, a value that both have */
    size_t setting_count;
    const char *metric;
    enum reduce reduce; /* over the ratios at all other points */
    uint64_t orders;    /* number of further orders of the steps to try */
};

struct walk_step {
    char name[80]; /* an axis, the capacity or a column of the memories */
    char was[WALK_TECHNOLOGIES][40], is[WALK_TECHNOLOGIES][40]; /* by technology */

    /* By technology; the baseline's are unused unless it is the only one. */
    double value[WALK_TECHNOLOGIES];  /* after the step */
    double factor[WALK_TECHNOLOGIES]; /* change by the step, in the printed order */
    double least[WALK_TECHNOLOGIES],
        most[WALK_TECHNOLOGIES];    /* over all orders tried */
    double mean[WALK_TECHNOLOGIES]; /* geometric mean over these orders */
};

struct walk {
    char from[80], to[80];
    const char *technologies[WALK_TECHNOLOGIES]; /* of the second study */
    size_t technology_count;
    double first[WALK_TECHNOLOGIES],
        last[WALK_TECHNOLOGIES]; /* values of the studies */
    struct walk_step steps[WALK_STEPS];
    size_t step_count;
    uint64_t orders, points;
};

/* Does the step change every technology's value by less than 0.05 % in all orders? */
bool walk_step_is_idle(const struct walk *walk, const struct walk_step *step);

/* Returns STATUS_INPUT, with the reason, if the two studies cannot be compared so. */
enum status walk_make(const struct walk_request *request, const struct library *library,
                      struct walk *walk, struct error *err);

#endif
