/* What a run has written, when its file was taken away under it. */
#ifndef NVSWEEP_RUN_RESCUE_H
#define NVSWEEP_RUN_RESCUE_H

#include "results/raw.h"

/* The name raw->path does not lead to the open file any more.  If the file lives on under
 * another name, say so; if it has none, copy it to `path`.rescued (or .rescued-2, ...).
 * Returns STATUS_IO, and in err what happened and how to go on. */
enum status rescue(const struct raw *raw, struct error *err);

#endif
