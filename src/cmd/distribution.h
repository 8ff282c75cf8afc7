/* How far the model is from measured figures: medians by class (`class` of the records), how
 * many rows are within which factor, and the mechanism of each row beyond 1.6. */
#ifndef NVSWEEP_CMD_DISTRIBUTION_H
#define NVSWEEP_CMD_DISTRIBUTION_H

#include "cmd/kinds.h"

struct distribution; /* opaque */

struct distribution *distribution_begin(void);
void distribution_end(struct distribution *distribution);

/* Rows without a class do not count. */
void distribution_add(struct distribution *distribution, const struct judged *judged);

/* Nothing if no row counts. */
void distribution_print(const struct distribution *distribution);

#endif
