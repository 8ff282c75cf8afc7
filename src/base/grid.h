/* The values that a field of a record can take: any number, whole numbers, sizes of memories, or
 * one value times powers of two. */
#ifndef NVSWEEP_BASE_GRID_H
#define NVSWEEP_BASE_GRID_H

#include "base/schema.h"

/* All zero: any number. */
struct value_grid {
    double start; /* the value that the grid is laid through */
    double unit;  /* the values are its multiples; 0: any number */
    bool
        is_powers_of_two; /* only start times powers of two are, if they are multiples */
};

/* The grid of the field through `value`.  Counts are whole numbers.  Sizes (GRID_SIZE) are
 * multiples of the greatest power of two that divides the value and is at most a sixteenth of it
 * and at most 64 KiB: words and lines of the memory divide these. */
struct value_grid value_grid_of(const struct field *field, double value);

/* The value of the grid nearest to `value`, above 0. */
double value_grid_round(const struct value_grid *grid, double value);

/* The next value of the grid below (direction -1) or above (+1) one that is on it; 0 if there is
 * none.  The grid has a unit. */
double value_grid_next(const struct value_grid *grid, double value, int direction);

#endif
