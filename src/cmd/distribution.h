/* Deviation of the model from measured figures: medians by class (`class` in the records), the
 * number of rows within several factors, and the reason for each row beyond 1.6. */
#ifndef NVSWEEP_CMD_DISTRIBUTION_H
#define NVSWEEP_CMD_DISTRIBUTION_H

#include "cmd/kinds.h"

struct distribution; /* opaque */

struct distribution *distribution_begin(void);
void distribution_end(struct distribution *distribution);

/* Adds a row; rows without a class are ignored. */
void distribution_add(struct distribution *distribution, const struct judged *judged);

/* Prints nothing if there are no rows. */
void distribution_print(const struct distribution *distribution);

#endif
