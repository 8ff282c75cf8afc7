/* Stores reuse curves between runs, one file per curve in a folder.  A curve depends on its
 * key only, so a stored curve equals a new one.  A file that is damaged or has another key
 * counts as absent. */
#ifndef NVSWEEP_STORE_CURVE_STORE_H
#define NVSWEEP_STORE_CURVE_STORE_H

#include "workload/curve.h"

/* Opens the store in $NVSWEEP_CURVES, else $XDG_CACHE_HOME/nvsweep/curves, else
 * ~/.cache/nvsweep/curves.  Returns NULL if NVSWEEP_CURVES is empty or there is no home
 * folder.  If saving a curve fails, the folder is as if it had not been saved, and no error
 * is reported.  Freed with curve_store_close. */
struct curve_keeper *curve_store_open(void);
void curve_store_close(struct curve_keeper *keeper);

#endif
