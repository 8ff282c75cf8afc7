/* Draws a walk between two studies: a panel per technology with a bar for each study and each
 * step, from the value before the step to the value after it. */
#ifndef NVSWEEP_CMD_WALK_FIGURE_H
#define NVSWEEP_CMD_WALK_FIGURE_H

#include "cmd/walk.h"

#include <stdio.h>

/* Writes SVG. */
void walk_figure(FILE *out, const struct walk *walk, const char *metric);

#endif
