/* The values of one axis, as a sweep file gives them: one value, a list, a range, or
 * all records of a shelf. */
#ifndef NVSWEEP_CONFIG_VALUES_H
#define NVSWEEP_CONFIG_VALUES_H

#include "config/source.h"
#include "space/axis.h"

enum { VALUES_MAX = 10000000 }; /* of one axis */

struct values {
    union axis_value *values;
    uint64_t count;
    bool is_dimension; /* a list or range, even of one value */

    /* { from, to } without steps: an interval to draw samples from; values is NULL */
    bool is_interval, is_log;
    double from, to;
};

/* Read an axis's setting.  STATUS_INPUT with file and line when it is of the wrong
 * type, out of the axis's range, empty, without end, or names what is not there.  Free
 * with free(values->values) in any case. */
enum status values_read(const struct source *source, const config_setting_t *setting,
                        const struct library *library, const struct axis_spec *spec,
                        struct values *values, struct error *err);

/* One value.  STATUS_INPUT as above. */
enum status value_read(const struct source *source, const config_setting_t *setting,
                       const struct library *library, const struct axis_spec *spec,
                       union axis_value *value, struct error *err);

/* Every record of the axis's shelf, by name.  STATUS_INPUT ("...must be...") if the
 * axis has no shelf or the shelf is empty. */
enum status values_all(const struct library *library, const struct axis_spec *spec,
                       struct values *values, struct error *err);

/* A sorted copy, to search: freed by the caller. */
union axis_value *values_sorted(const struct axis_spec *spec,
                                const struct values *values);
bool values_contain(const struct axis_spec *spec, const union axis_value *sorted,
                    uint64_t count, union axis_value value);

/* The first value that was there before: its index, or count if all are different. */
uint64_t values_duplicate(const struct axis_spec *spec, const struct values *values);

#endif
