/* The metric of both studies, and of mixtures of them. */
#ifndef NVSWEEP_CMD_WALK_VALUES_H
#define NVSWEEP_CMD_WALK_VALUES_H

#include "cmd/walk_sides.h"

/* The values of an unchanged study by technology, and its number of points. */
enum status walk_side_value(const struct walking *walking, struct walk_side *side,
                            double *value, uint64_t *points, struct error *err);

/* The values of the first study after the steps in `set` (bits), kept for the next call. */
enum status walk_set_value(struct walking *walking, uint32_t set, double *value,
                           struct error *err);

#endif
