/* Fields of records as axes.  A key of `axes` that is not an axis is a field of the machine;
 * { field = "technology.set_pulse_s"; values = ...; } is a field of any record. */
#ifndef NVSWEEP_CONFIG_FIELDS_H
#define NVSWEEP_CONFIG_FIELDS_H

#include "space/space.h"

/* Adds the axis `key` for the field at `label`: "technology.set_pulse_s" or
 * "technology[sram].set_pulse_s" (base/path.h).  If the records of the kind have families,
 * the field is searched in the records that the space's axis has, so that axis must be given
 * first.  Returns STATUS_INPUT with what would be right, without file and line, if no record
 * of the sweep has the field, if it is not a number, count, flag or word, or if it differs in
 * kind between these records. */
enum status field_axis_add(struct space *space, const struct library *library,
                           const char *key, const char *label, enum axis_id *axis,
                           struct error *err);

/* Finds the axis of a key that a user wrote: an axis, one of the space's fields, or a field
 * that is added to the space (of the machine, or of the kind that the key names before its
 * dot).  Returns STATUS_INPUT as above, or with a suggestion. */
enum status axis_or_field_find(struct space *space, const struct library *library,
                               const char *key, enum axis_id *axis, struct error *err);

#endif
