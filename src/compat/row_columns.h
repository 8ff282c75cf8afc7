/* The columns and words of comparison files. */
#ifndef NVSWEEP_COMPAT_ROW_COLUMNS_H
#define NVSWEEP_COMPAT_ROW_COLUMNS_H

#include "array/array.h"

/* Where the number of an output column comes from.  It is written in the column's unit. */
enum column_of {
    OF_KEY,
    OF_RESULT,
    OF_CACHE, /* from the result, if it is that of a cache */
    OF_DATA,
    OF_TAG,
    OF_DATA_COUNT,
    OF_TAG_COUNT,
};

/* Targets of comparison files that the array model does not have: energy x delay^2, and others
 * that have no equivalent. */
enum { ROW_TARGET_READ_ED2 = 1000, ROW_TARGET_ELSEWHERE };

struct column {
    const char *name;
    enum column_of of;
    size_t offset;
    double scale;
};

extern const struct column row_columns[];
extern const size_t row_column_count;
extern const struct word row_targets[], row_accesses[], row_roadmaps[];

#endif
