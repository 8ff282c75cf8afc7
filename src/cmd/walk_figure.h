/* A walk between two studies as a drawing: a panel for every technology, a bar for each
 * study and each step, from the value before it to the one after. */
#ifndef NVSWEEP_CMD_WALK_FIGURE_H
#define NVSWEEP_CMD_WALK_FIGURE_H

#include "cmd/walk.h"

#include <stdio.h>

/* SVG. */
void walk_figure(FILE *out, const struct walk *walk, const char *metric);

#endif
