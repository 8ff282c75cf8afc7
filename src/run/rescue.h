/* Keeps what a run has written when its file is moved or deleted during the run. */
#ifndef NVSWEEP_RUN_RESCUE_H
#define NVSWEEP_RUN_RESCUE_H

#include "results/raw.h"

/* Call it when raw->path no longer names the open file.  If the file lives on under another
 * name, the error names it; if it has none, its contents are copied to raw->path.rescued
 * (or .rescued-2, ...).  Returns STATUS_IO; err says what happened and how to go on. */
enum status rescue(const struct raw *raw, struct error *err);

#endif
