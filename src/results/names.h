/* Names of variables: dimensions that several groups share, and names short enough to type. */
#ifndef NVSWEEP_RESULTS_NAMES_H
#define NVSWEEP_RESULTS_NAMES_H

#include "results/results.h"

/* Unites equal dimensions of several groups, marks the coordinates that are repeated there, and
 * shortens the names of variables that only one path ends in. */
void names_make(struct results *results);

#endif
