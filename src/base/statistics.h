/* Order statistics of numbers. */
#ifndef NVSWEEP_BASE_STATISTICS_H
#define NVSWEEP_BASE_STATISTICS_H

#include <stddef.h>

/* Ascending.  None may be NAN. */
void numbers_sort(double *values, size_t count);

/* Of sorted values, with linear interpolation between neighbours; share in [0, 1],
 * count >= 1. */
double quantile(const double *sorted, size_t count, double share);

/* The median of factors: of an even number, the geometric mean of the two in the middle.
 * Sorts them.  NAN if there is none. */
double median_factor(double *factors, size_t count);

#endif
