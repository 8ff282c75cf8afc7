/* Shows the effect of each error of NVSim that the physical rules correct. */
#ifndef NVSWEEP_CMD_QUIRKS_H
#define NVSWEEP_CMD_QUIRKS_H

#include "base/error.h"
#include "space/library.h"

/* Evaluates a sample of the rows of `asked` at their organizations, first under NVSim's rules
 * and then with one switch after another set to the physical rules' value.  Prints the median
 * and the largest change of every metric. */
enum status quirks_print(const struct library *library, const char *asked,
                         struct error *err);

#endif
