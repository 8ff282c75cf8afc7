/* Ranges: { from; to; step | factor | points [; scale] }. */
#ifndef NVSWEEP_CONFIG_RANGE_H
#define NVSWEEP_CONFIG_RANGE_H

#include "config/values.h"

/* Reads a group as a range of an axis of counts or numbers.  `step` adds and `factor`
 * multiplies; both stop at or below `to`.  `points` places this many values between from and
 * to, evenly or, with scale = "log", with equal ratios.  Without any of these it is an
 * interval from which samples are drawn.  Counts are rounded.  Returns the status of
 * values_read. */
enum status range_read(const struct source *source, const config_setting_t *group,
                       const struct library *library, const struct axis_spec *spec,
                       struct values *values, struct error *err);

#endif
