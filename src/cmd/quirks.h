/* What each mended slip of the published tool changes. */
#ifndef NVSWEEP_CMD_QUIRKS_H
#define NVSWEEP_CMD_QUIRKS_H

#include "base/error.h"
#include "space/library.h"

/* Evaluate a sample of asked, the text of a file of rows with their organizations, under
 * the tool's rules and with one switch after the other turned to the physical rules', and
 * print the median and the largest change of every metric. */
enum status quirks_print(const struct library *library, const char *asked,
                         struct error *err);

#endif
