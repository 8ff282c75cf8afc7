#ifndef NVSWEEP_LEARNING_SOFTMAX_H
#define NVSWEEP_LEARNING_SOFTMAX_H

#include <stddef.h>

/* Writes exp(x[i]) over the sum of all exponentials, for count values.  The largest x is
 * subtracted first, so that nothing overflows.  y may be x. */
void softmax(const double *x, size_t count, double *y);

#endif
