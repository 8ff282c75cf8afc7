/* Where a parameter stands in a record: fields apart by dots, lists on the way.
 *
 *   area_f2                       a number of the record itself
 *   points.ion_n_a_per_m          of all elements of its list `points`
 *   levels[pe-weight].read_j      of the elements whose first field says pe-weight
 *   nodes[28 nm].energy_j_per_m2  first fields that are numbers are read with their unit
 */
#ifndef NVSWEEP_BASE_PATH_H
#define NVSWEEP_BASE_PATH_H

#include "base/schema.h"

/* Does it lead to a number or count of the schema?  STATUS_INPUT and what would be right
 * if not; *is_nested: through a list? */
enum status path_check(const struct schema *schema, const char *path, bool *is_nested,
                       struct error *err);

/* Multiply what the path leads to in this record, counts rounded.  STATUS_INFEASIBLE and
 * reason if a product leaves the field's range.  Lists on the way are written to: they
 * must be the record's own (record_copy). */
enum status path_scale(const struct schema *schema, void *record, const char *path,
                       double factor, struct error *reason);

/* A copy of the record whose lists are its own and whose texts are the original's; freed
 * with record_copy_free. */
void record_copy(const struct schema *schema, const void *record, void *copy);
void record_copy_free(const struct schema *schema, void *copy);

#endif
