/* A table out of a result file: some metrics over the selected part of the dimensions
 * they span.  Rows come in file order; memory does not grow with their number. */
#ifndef NVSWEEP_CMD_TABLE_H
#define NVSWEEP_CMD_TABLE_H

#include "results/results.h"

enum { TABLE_METRICS = 384, TABLE_DIMENSIONS = VARIABLE_DIMENSIONS };

/* Reads single elements of a variable through a window. */
struct reader {
    const struct variable *variable; /* NULL: always 1 */
    double *window;
    uint64_t first, count;
};

/* A dimension of some metrics that is shorter than the table's of that name: a stage's over
 * its own machines. */
struct joint {
    size_t dimension; /* of the file */
    size_t d;         /* of the table */
    uint64_t *index;  /* by that of the table's; UINT64_MAX: it has no such value */
};

struct table {
    const struct results *results;
    struct reader metrics[TABLE_METRICS];
    size_t metric_count;
    size_t dimensions[TABLE_DIMENSIONS]; /* union of the metrics', in file order */
    size_t dimension_count;
    uint64_t *selected[TABLE_DIMENSIONS]; /* chosen indices along each */
    uint64_t selected_count[TABLE_DIMENSIONS];
    bool is_pinned[TABLE_DIMENSIONS]; /* it has one value, or one was asked for */
    struct joint joints[TABLE_DIMENSIONS];
    size_t joint_count;
    struct reader status;
    uint64_t position[TABLE_DIMENSIONS]; /* of the current row, into selected */
    uint64_t row, rows;
};

/* metrics: comma-separated names, NULL for those of `fallback` (likewise) that the root
 * group has or, if it has none, all of the last stage without extra dimensions.  filters: "axis=value[,value...]".
 * STATUS_INPUT for names the file does not have, with a suggestion. */
enum status table_open(struct table *table, const struct results *results,
                       const char *metrics, const char *fallback, char **filters,
                       int filter_count, struct error *err);
void table_close(struct table *table);

/* Step to the next row; false at the end.  Rewind with table_rewind. */
bool table_next(struct table *table);
void table_rewind(struct table *table);

/* Value of metric m in the current row, NaN where the point is not done. */
enum status table_value(struct table *table, size_t m, double *value,
                        struct error *err);

/* enum point_status of the current row. */
enum status table_status(struct table *table, int *status, struct error *err);

/* Index along the table's dimension d in the current row, and its label. */
uint64_t table_index(const struct table *table, size_t d);
char *table_label(const struct table *table, size_t d, uint64_t index, char *buffer,
                  size_t size);

/* The table's dimension that the axis (or one zipped with it) runs along, or
 * STATUS_INPUT. */
enum status table_dimension(const struct table *table, const char *axis, size_t *d,
                            struct error *err);

/* The same, and the axis' own coordinate along it. */
enum status table_coordinate(const struct table *table, const char *axis, size_t *d,
                             const struct variable **variable, struct error *err);

/* Is it an axis of the file (by name or key) rather than a metric? */
bool table_has_axis(const struct results *results, const char *name);

/* The indices along a dimension whose value of `axis` is in the comma list. */
enum status table_match(const struct table *table, const char *axis, const char *values,
                        size_t *d, uint64_t **indices, uint64_t *count,
                        struct error *err);

#endif
