/* The commands that show the points of the model behind a published figure. */
#ifndef NVSWEEP_CMD_FIGURE_COMMANDS_H
#define NVSWEEP_CMD_FIGURE_COMMANDS_H

#include "config/published.h"

/* Prints a shell command per point: `nvsweep explain` at `where`, and at `where` with the
 * baseline's settings; a loop where a setting lists several values.  Each begins with `before`.
 * Figures that aggregate others of their source have none. */
void figure_commands_print(const struct published_figure *figure, const char *before);

#endif
