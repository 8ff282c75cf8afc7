/* A table from a result file: some metrics over the selected part of their dimensions.  Rows
 * come in file order; the memory needed does not grow with their number. */
#ifndef NVSWEEP_CMD_TABLE_H
#define NVSWEEP_CMD_TABLE_H

#include "results/results.h"

enum {
    TABLE_METRICS = 384,
    TABLE_DIMENSIONS = VARIABLE_DIMENSIONS,
    TABLE_LABELS = 2 * TABLE_DIMENSIONS
};

/* Reads single elements of a variable through a buffer. */
struct reader {
    const struct variable *variable; /* NULL: every value is 1 */
    double *window;
    uint64_t first, count;
};

/* A metric's dimension that is shorter than the table's dimension of the same name: a stage
 * may have only some of the machines. */
struct joint {
    size_t dimension; /* of the file */
    size_t d;         /* of the table */
    uint64_t *index;  /* by index of the table's dimension; UINT64_MAX: value missing */
};

/* A coordinate that says where along a dimension a row is: the dimension's own, or that of an axis
 * zipped with it. */
struct label {
    size_t d; /* of the table */
    const char *name;
    const struct variable *variable; /* NULL: the dimension's own */
    bool is_implied; /* each value of a label before it goes with only one of this */
};

struct table {
    const struct results *results;
    struct reader metrics[TABLE_METRICS];
    size_t stages
        [TABLE_METRICS]; /* of the metrics: their stages, or results->stage_count */
    size_t metric_count;
    size_t
        dimensions[TABLE_DIMENSIONS]; /* union of the metrics' dimensions, file order */
    size_t dimension_count;
    uint64_t *selected[TABLE_DIMENSIONS]; /* selected indices of each dimension */
    uint64_t selected_count[TABLE_DIMENSIONS];
    bool is_pinned[TABLE_DIMENSIONS]; /* one value is selected, or there is only one */
    struct joint joints[TABLE_DIMENSIONS];
    size_t joint_count;
    struct label labels[TABLE_LABELS]; /* by dimension, its own first */
    size_t label_count;
    struct reader status; /* of the rows: that of the stage with the most dimensions */
    struct reader *stage_status; /* by stage */
    uint64_t
        position[TABLE_DIMENSIONS]; /* of the current row: positions in `selected` */
    uint64_t row, rows;
};

/* metrics: comma-separated names.  NULL: the names of `fallback` that the root group has or, if
 * it has none of them, all metrics of the last stage without extra dimensions.  filters:
 * "axis=value[,value...]".  Returns STATUS_INPUT for names that the file does not have, with
 * the nearest one.  Free with table_close. */
enum status table_open(struct table *table, const struct results *results,
                       const char *metrics, const char *fallback, char **filters,
                       int filter_count, struct error *err);
void table_close(struct table *table);

/* Moves to the next row; false after the last one. */
bool table_next(struct table *table);
void table_rewind(struct table *table);

/* Value of metric m in the current row; NaN if the metric's own stage has no result there.  Other
 * stages may have none in a row that has a value: table_status says so. */
enum status table_value(struct table *table, size_t m, double *value,
                        struct error *err);

/* enum point_status of the current row. */
enum status table_status(struct table *table, int *status, struct error *err);

/* Index along the table's dimension d in the current row. */
uint64_t table_index(const struct table *table, size_t d);

#endif
