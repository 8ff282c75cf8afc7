#include "base/statistics.h"

#include <math.h>
#include <stdlib.h>

static int number_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

void numbers_sort(double *values, size_t count)
{
    qsort(values, count, sizeof *values, number_compare);
}

double quantile(const double *sorted, size_t count, double share)
{
    double at = share * (double)(count - 1);
    size_t below = (size_t)at;

    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

double median_factor(double *factors, size_t count)
{
    if (count == 0)
        return NAN;
    numbers_sort(factors, count);
    return sqrt(factors[(count - 1) / 2] * factors[count / 2]);
}
