/* Between the sweep file's groups and struct space: axes as they were read, then
 * zipped, excluded from, sampled, and arranged in dimensions. */
#ifndef NVSWEEP_CONFIG_AXES_H
#define NVSWEEP_CONFIG_AXES_H

#include "config/source.h"
#include "config/values.h"
#include "stage/sweep.h"

struct axes_reading {
    const struct source *source;
    const struct library *library;
    struct sweep *sweep;
    struct error *err;

    enum axis_id order[AXES]; /* as the file names them */
    size_t count;
    const config_setting_t *settings[AXES]; /* NULL: not given */
    struct values values[AXES];
    enum axis_id leaders[AXES]; /* first axis of its zip; without one the axis itself */
    bool is_zipped[AXES];
};

/* Axes that are not given: their single default value, none for records. */
void axes_default(struct space *space);

/* Read the groups of those names; `group` may be NULL where the key is optional. */
enum status axes_read(struct axes_reading *reading, const config_setting_t *group);
enum status zip_read(struct axes_reading *reading, const config_setting_t *list);
enum status duplicates_check(const struct axes_reading *reading);
enum status exclusions_read(struct axes_reading *reading, const config_setting_t *list);
enum status sample_read(struct axes_reading *reading, const config_setting_t *group);

/* Give values of a given axis to the space, which owns them from then on. */
void axis_give(struct space *space, enum axis_id axis, struct values *values);

/* Arrange the given axes in dimensions, in their order; `leaders` as above.
 * STATUS_INPUT without a place if the product of their counts is beyond 2^62. */
enum status dimensions_arrange(struct space *space, const enum axis_id *order,
                               size_t count, const enum axis_id *leaders,
                               struct error *err);

/* Release what was read but not given to the space. */
void axes_reading_free(struct axes_reading *reading);

/* The key `detail`, NULL if not given; adds the axis `layer`. */
enum status detail_read(struct axes_reading *reading, const config_setting_t *setting);

#endif
