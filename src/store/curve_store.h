/* Reuse curves kept between runs, a file each in a folder: one that was computed before is as
 * good as a new one.  A file that is damaged, or of another key, counts as absent. */
#ifndef NVSWEEP_STORE_CURVE_STORE_H
#define NVSWEEP_STORE_CURVE_STORE_H

#include "workload/curve.h"

/* A keeper over $NVSWEEP_CURVES, else $XDG_CACHE_HOME/nvsweep/curves, else
 * ~/.cache/nvsweep/curves; NULL if NVSWEEP_CURVES is empty or there is no home.  Saving is
 * best effort: whatever fails leaves the folder as if the curve had not been saved.  Freed
 * with curve_store_close. */
struct curve_keeper *curve_store_open(void);
void curve_store_close(struct curve_keeper *keeper);

#endif
