/* The question of the need stage: the group `need` of a sweep file, or the options of a
 * command. */
#ifndef NVSWEEP_CONFIG_NEED_H
#define NVSWEEP_CONFIG_NEED_H

#include "config/axes.h"

#define NEED_AXIS_DEFAULT "technology"
#define NEED_METRIC_DEFAULT "edp_js"
#define NEED_LEAST_DEFAULT 0.01
#define NEED_MOST_DEFAULT 100.0

/* The parts of a question as users write them; NULL or 0: not given. */
struct need_words {
    const char *axis, *over, *metric;
    const char *fields[NEED_FIELDS_MAX];
    size_t field_count;
    double least, most;
};

/* Sets sweep->need.  Returns STATUS_INPUT with what would be right, and the name of the part
 * that is wrong in *part. */
enum status need_ask(const struct need_words *words, const struct library *library,
                     struct sweep *sweep, const char **part, struct error *err);

/* Reads the group `need`; NULL: there is no question. */
enum status need_read(struct axes_reading *reading, const config_setting_t *group);

#endif
