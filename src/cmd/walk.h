/* From one study to another, a step at a time: which of their differences moves a metric by
 * how much.  A step is an axis, the capacity, or one column of the memories (area, read
 * latency ...), whatever changed it.  Both studies compare the same number of technologies
 * by place, the first of which is the baseline of ratios. */
#ifndef NVSWEEP_CMD_WALK_H
#define NVSWEEP_CMD_WALK_H

#include "config/published.h"
#include "stage/stage.h"

enum { WALK_STEPS = 24, WALK_TECHNOLOGIES = 8 };

struct walk_request {
    const char *from, *to; /* sweep files; to may be NULL: from with settings changed */
    const char *const *settings; /* "axis=value": with both, one of an axis's values */
    size_t setting_count;
    const char *metric;
    enum reduce reduce; /* of ratios over all other points */
    uint64_t orders;    /* that the steps are tried in, beside the printed one */
};

struct walk_step {
    char name[80]; /* of an axis, the capacity or a column of the memories */
    char was[WALK_TECHNOLOGIES][40], is[WALK_TECHNOLOGIES][40]; /* by technology */

    /* by technology, the baseline's unused unless it is alone */
    double value[WALK_TECHNOLOGIES];  /* after the step */
    double factor[WALK_TECHNOLOGIES]; /* of the step in this order */
    double least[WALK_TECHNOLOGIES],
        most[WALK_TECHNOLOGIES];    /* over all orders tried */
    double mean[WALK_TECHNOLOGIES]; /* geometric, over these orders */
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

/* Does the step move no technology's value by 0.05 %, in whatever order? */
bool walk_step_is_idle(const struct walk *walk, const struct walk_step *step);

/* STATUS_INPUT, with words, where the two cannot be walked between. */
enum status walk_make(const struct walk_request *request, const struct library *library,
                      struct walk *walk, struct error *err);

#endif
