/* A path names a parameter of a record.  Its steps are field names separated by dots:
 *
 *   area_f2                       a number of the record itself
 *   points.ion_n_a_per_m          a number of all elements of the list `points`
 *   levels[pe-weight].read_j      only of the elements whose first field is pe-weight
 *   nodes[28 nm].energy_j_per_m2  a first field that is a number is compared with its unit
 *   levels[pe-input|pe-weight].bytes  elements whose first field is either of the two
 */
#ifndef NVSWEEP_BASE_PATH_H
#define NVSWEEP_BASE_PATH_H

#include "base/grid.h"
#include "base/schema.h"

/* Finds the field that the path names: a number, count, flag or word.  Returns STATUS_INPUT,
 * with what would be right in err, if it names none. */
enum status path_find(const struct schema *schema, const char *path,
                      const struct field **field, struct error *err);

/* Does the same, but accepts numbers and counts only. */
enum status path_find_number(const struct schema *schema, const char *path,
                             const struct field **field, struct error *err);

/* Returns how many values of this record the path names: 0 if no element of a list has the
 * key. */
size_t path_count(const struct schema *schema, const void *record, const char *path);

/* path_scale multiplies all values that the path names in this record, and rounds each to its
 * field's grid (base/grid.h).
 * path_set sets them; `value` of a flag or word is its number.  Both return STATUS_INFEASIBLE
 * with a reason if a value leaves the field's range.  They write to the lists on the path,
 * which must therefore belong to the record alone (record_copy). */
enum status path_scale(const struct schema *schema, void *record, const char *path,
                       double factor, struct error *reason);
enum status path_set(const struct schema *schema, void *record, const char *path,
                     double value, struct error *reason);

/* path_field returns the field that the path names if it belongs to the record itself, and NULL
 * if it lies in a list.  With it path_field_scale and path_field_set do what path_scale and
 * path_set do, without searching for the field. */
const struct field *path_field(const struct schema *schema, const char *path);
enum status path_field_scale(const struct field *field, void *record, double factor,
                             struct error *reason);
enum status path_field_set(const struct field *field, void *record, double value,
                           struct error *reason);

/* Returns the value that the path names (the first of several), or NAN if there is none. */
double path_value(const struct schema *schema, const void *record, const char *path);

/* Returns the grid of that value; of any number if there is none. */
struct value_grid path_grid(const struct schema *schema, const void *record,
                            const char *path);

/* Copies the record and its lists.  The copy's texts belong to the original, which must live
 * longer.  record_copy_free frees the copy's lists. */
void record_copy(const struct schema *schema, const void *record, void *copy);
void record_copy_free(const struct schema *schema, void *copy);

#endif
