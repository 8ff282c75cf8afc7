#include "learning/softmax.h"

#include "base/maths.h"

#include <math.h>

void softmax(const double *x, size_t count, double *y)
{
    double most = x[0], sum = 0;

    for (size_t i = 1; i < count; i++)
        most = fmax(most, x[i]);
    for (size_t i = 0; i < count; i++)
        sum += y[i] = maths_exp(x[i] - most);
    for (size_t i = 0; i < count; i++)
        y[i] /= sum;
}
