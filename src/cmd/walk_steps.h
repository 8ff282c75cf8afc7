/* The steps of a waterfall: what differs between the two studies. */
#ifndef NVSWEEP_CMD_WALK_STEPS_H
#define NVSWEEP_CMD_WALK_STEPS_H

#include "cmd/walk_sides.h"

/* The same axis in the second study, whose fields may be in another order. */
enum axis_id walk_second_axis(const struct walking *walking, enum axis_id id);

/* Finds the steps.  Returns STATUS_INPUT if an axis has several values that differ. */
enum status walk_steps_find(struct walking *walking, struct error *err);

/* The name of step s, and its values in both studies. */
void walk_step_describe(const struct walking *walking, size_t s, struct walk_step *out);

#endif
