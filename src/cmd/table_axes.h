/* The axes of a table's dimensions: by name, by value, and as labels of its rows. */
#ifndef NVSWEEP_CMD_TABLE_AXES_H
#define NVSWEEP_CMD_TABLE_AXES_H

#include "cmd/table.h"

/* Reports that the file has no metric or axis (`what`) of that name: that it is an axis, that
 * several stages have it, what it is called now, or the nearest name.  Returns STATUS_INPUT. */
enum status table_name_unknown(const struct results *results, const char *what,
                               const char *name, struct error *err);

/* Is the variable the coordinate of an axis or of an inner dimension? */
bool table_is_axis(const struct results *results, const struct variable *variable);

/* The table's dimension along which the axis, or an axis zipped with it, varies.  Returns
 * STATUS_INPUT if there is none. */
enum status table_dimension(const struct table *table, const char *axis, size_t *d,
                            struct error *err);

/* The same, with the axis's own coordinate along it. */
enum status table_coordinate(const struct table *table, const char *axis, size_t *d,
                             const struct variable **variable, struct error *err);

/* The coordinate of that name along the table's dimension: its own or a zipped one; or NULL. */
const struct variable *table_coordinate_named(const struct table *table, size_t d,
                                              const char *name);

/* Is the name (or key) an axis of the file and not a metric? */
bool table_has_axis(const struct results *results, const char *name);

/* Finds the indices along a dimension whose value of `axis` is in the comma-separated list. */
enum status table_match(const struct table *table, const char *axis, const char *values,
                        size_t *d, uint64_t **indices, uint64_t *count,
                        struct error *err);

/* Finds the labels of the table's rows, among the values that are selected: of each dimension its
 * own coordinate and those of axes zipped with it. */
void table_labels_find(struct table *table);

/* The label's value in the current row.  Returns buffer. */
char *table_label_text(const struct table *table, const struct label *label,
                       char *buffer, size_t size);

/* What is at the index of the table's dimension d: the values of its labels that are not implied,
 * "0.25/exact".  Returns buffer. */
char *table_label(const struct table *table, size_t d, uint64_t index, char *buffer,
                  size_t size);

#endif
