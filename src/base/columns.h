/* A stage's results, a column per metric in the order of its section of metrics.def.  Element
 * i of a SCALAR column belongs to the i-th point; of an inner dimension of n values elements
 * i * n .. i * n + n - 1.
 *
 * "columns/array.h" (made by the Makefile from that section, as of any stage) has the same
 * columns under their names, struct array_columns, and array_columns() that gives them.  If
 * no metric has an inner dimension, struct array_row is one point's results: a model whose
 * results are all of a stage's metrics fills one in, and the stage copies it into its columns
 * (columns_put). */
#ifndef NVSWEEP_BASE_COLUMNS_H
#define NVSWEEP_BASE_COLUMNS_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

enum { COLUMNS_MAX = 64 };

struct columns {
    void *column[COLUMNS_MAX];
};

/* The columns of that stage under their names. */
#define COLUMNS_OF(stage)                                                   \
    static_assert(sizeof(struct stage##_columns) <= sizeof(struct columns), \
                  "there is room for every column");                        \
    static inline struct stage##_columns stage##_columns(                   \
        const struct columns *columns)                                      \
    {                                                                       \
        struct stage##_columns named;                                       \
                                                                            \
        memcpy(&named, columns, sizeof named);                              \
        return named;                                                       \
    }

#endif
