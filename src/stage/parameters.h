/* The parameters of all spreads of a sweep: the `parameter` dimension of results. */
#ifndef NVSWEEP_STAGE_PARAMETERS_H
#define NVSWEEP_STAGE_PARAMETERS_H

#include "space/space.h"
#include "uncertainty/spread.h"

struct parameters {
    const struct spread_parameter *parameters[SPREAD_PARAMETERS_MAX];
    size_t count;
};

/* Lists each parameter once, in the order of the spreads on the sweep's axis.  Returns false
 * if there are more than SPREAD_PARAMETERS_MAX, of which the first are listed. */
bool parameters_of(const struct space *space, struct parameters *parameters);

/* Returns the index of a parameter that is in the list. */
size_t parameters_find(const struct parameters *parameters,
                       const struct spread_parameter *parameter);

#endif
