/* The results of one stage: one column per metric, in the order of the stage's section of
 * metrics.def.  In a SCALAR column, element i belongs to point i.  In a column with an inner
 * dimension of n values, elements i * n .. i * n + n - 1 belong to point i.
 *
 * The Makefile writes a header for each stage from that section.  For the stage `array`,
 * "columns/array.h" declares struct array_columns, which names the same columns, and
 * array_columns(), which returns it.  If no metric of the stage has an inner dimension, the
 * header also declares struct array_row: the results of one point.  A model that computes all
 * metrics of a stage fills in one such row, and the stage copies it into its columns
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

/* Defines stage_columns(), which gives the columns of that stage by name. */
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
