/* Fields of records as axes: a key of `axes` that is no axis is a field of the machine,
 * { field = "technology.set_pulse_s"; values = ...; } one of any record. */
#ifndef NVSWEEP_CONFIG_FIELDS_H
#define NVSWEEP_CONFIG_FIELDS_H

#include "space/space.h"

/* Add the axis `key` of the field at `label`: "technology.set_pulse_s" or
 * "technology[sram].set_pulse_s" (base/path.h).  Of a kind whose records are of families it
 * is looked for in those that the space's axis has, so give that one first.  STATUS_INPUT and
 * what would be right, without a place, if no record of the sweep has it, if it is no number,
 * count, flag or word, or another thing in one of them than in another. */
enum status field_axis_add(struct space *space, const struct library *library,
                           const char *key, const char *label, enum axis_id *axis,
                           struct error *err);

/* The axis of a key that a user wrote: an axis, one of the space's fields, or a field that
 * is added to it: of the machine, or of what the key itself says with a dot.  STATUS_INPUT as
 * above, or with a suggestion. */
enum status axis_or_field_find(struct space *space, const struct library *library,
                               const char *key, enum axis_id *axis, struct error *err);

#endif
