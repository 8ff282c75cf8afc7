/* Where a parameter stands in a record: fields apart by dots, lists on the way.
 *
 *   area_f2                       a number of the record itself
 *   points.ion_n_a_per_m          of all elements of its list `points`
 *   levels[pe-weight].read_j      of the elements whose first field says pe-weight
 *   nodes[28 nm].energy_j_per_m2  first fields that are numbers are read with their unit
 *   levels[pe-input|pe-weight].bytes
 */
#ifndef NVSWEEP_BASE_PATH_H
#define NVSWEEP_BASE_PATH_H

#include "base/schema.h"

/* The number, count, flag or word of the schema that it leads to.  STATUS_INPUT and what
 * would be right if it leads to none. */
enum status path_find(const struct schema *schema, const char *path,
                      const struct field **field, struct error *err);

/* The same, if it is a number or count. */
enum status path_find_number(const struct schema *schema, const char *path,
                             const struct field **field, struct error *err);

/* How many values of this record it leads to: none if no element of a list has the key. */
size_t path_count(const struct schema *schema, const void *record, const char *path);

/* Multiply what the path leads to in this record, counts rounded, or set it (flags and words
 * as their numbers).  STATUS_INFEASIBLE and reason if a value leaves the field's range.
 * Lists on the way are written to: they must be the record's own (record_copy). */
enum status path_scale(const struct schema *schema, void *record, const char *path,
                       double factor, struct error *reason);
enum status path_set(const struct schema *schema, void *record, const char *path,
                     double value, struct error *reason);

/* The value that the path leads to, the first of several; NAN if there is none. */
double path_value(const struct schema *schema, const void *record, const char *path);

/* A copy of the record whose lists are its own and whose texts are the original's; freed
 * with record_copy_free. */
void record_copy(const struct schema *schema, const void *record, void *copy);
void record_copy_free(const struct schema *schema, void *copy);

#endif
