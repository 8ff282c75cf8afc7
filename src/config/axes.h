/* From the groups of a sweep file to struct space: axes are read, zipped, excluded from and
 * sampled, and then arranged in dimensions. */
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

    enum axis_id order[AXES]; /* in the order of the file */
    size_t count;
    const config_setting_t *settings[AXES]; /* NULL: not given */
    struct values values[AXES];
    enum axis_id leaders[AXES]; /* first axis of the axis's zip; the axis itself if it
                                 * is not zipped */
    bool is_zipped[AXES];
};

/* Gives every axis that the file does not name its default as a single value; axes of records
 * get none. */
void axes_default(struct space *space);

/* Read the groups of these names.  `group` may be NULL if the key is optional. */
enum status axes_read(struct axes_reading *reading, const config_setting_t *group);
enum status zip_read(struct axes_reading *reading, const config_setting_t *list);
enum status duplicates_check(const struct axes_reading *reading);
enum status exclusions_read(struct axes_reading *reading, const config_setting_t *list);
enum status sample_read(struct axes_reading *reading, const config_setting_t *group);

/* Moves the values of an axis to the space, which owns them from then on. */
void axis_give(struct space *space, enum axis_id axis, struct values *values);

/* Releases what was read but not moved to the space. */
void axes_reading_free(struct axes_reading *reading);

/* Reads the key `detail` (NULL: not given), which adds the axis `layer`. */
enum status detail_read(struct axes_reading *reading, const config_setting_t *setting);

#endif
