/* Ranges: { from; to; step | factor | points [; scale] }. */
#ifndef NVSWEEP_CONFIG_RANGE_H
#define NVSWEEP_CONFIG_RANGE_H

#include "config/values.h"

/* Read a group as a range of an axis of counts or numbers.  `step` adds, `factor`
 * multiplies, both stop at or below `to`; `points` places that many between from and
 * to, evenly or, with scale = "log", by equal factors.  Without any of them it is an
 * interval to draw samples from.  Counts are rounded.  STATUS_INPUT as values_read. */
enum status range_read(const struct source *source, const config_setting_t *group,
                       const struct library *library, const struct axis_spec *spec,
                       struct values *values, struct error *err);

#endif
