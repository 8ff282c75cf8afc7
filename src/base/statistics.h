/* Order statistics of numbers. */
#ifndef NVSWEEP_BASE_STATISTICS_H
#define NVSWEEP_BASE_STATISTICS_H

#include <stddef.h>

/* Sorts in ascending order.  No value may be NAN. */
void numbers_sort(double *values, size_t count);

/* Returns the quantile at `share` (in [0, 1]) of sorted values, with linear interpolation
 * between neighbours.  count must be at least 1. */
double quantile(const double *sorted, size_t count, double share);

/* Returns the median of factors and sorts them.  The median of an even number of factors is
 * the geometric mean of the two in the middle.  NAN if count is 0. */
double median_factor(double *factors, size_t count);

#endif
