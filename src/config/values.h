/* The values of one axis, as a sweep file gives them: one value, a list, a range, or all
 * records of a kind. */
#ifndef NVSWEEP_CONFIG_VALUES_H
#define NVSWEEP_CONFIG_VALUES_H

#include "config/source.h"
#include "space/axis.h"

enum { VALUES_MAX = 10000000 }; /* of one axis */

struct values {
    union axis_value *values;
    uint64_t count;
    bool is_dimension; /* it is a list or range, even of one value */

    /* { from, to } without steps: an interval from which samples are drawn; values is NULL */
    bool is_interval, is_log;
    double from, to;
};

/* Reads the setting of an axis.  Returns STATUS_INPUT with file and line if it has the wrong
 * type, is outside the axis's range, empty or infinite, or names an unknown record.  Call
 * free(values->values) in any case. */
enum status values_read(const struct source *source, const config_setting_t *setting,
                        const struct library *library, const struct axis_spec *spec,
                        struct values *values, struct error *err);

/* Reads one value.  Status as above. */
enum status value_read(const struct source *source, const config_setting_t *setting,
                       const struct library *library, const struct axis_spec *spec,
                       union axis_value *value, struct error *err);

/* Takes every record of the axis's kind, by name.  Returns STATUS_INPUT ("...must be...") if
 * it is not an axis of records, or if the library has none. */
enum status values_all(const struct library *library, const struct axis_spec *spec,
                       struct values *values, struct error *err);

/* values_sorted returns a sorted copy for searching; freed by the caller. */
union axis_value *values_sorted(const struct axis_spec *spec,
                                const struct values *values);
bool values_contain(const struct axis_spec *spec, const union axis_value *sorted,
                    uint64_t count, union axis_value value);

/* Returns the index of the first value that occurs before, or count if all are different. */
uint64_t values_duplicate(const struct axis_spec *spec, const struct values *values);

#endif
