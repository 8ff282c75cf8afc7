/* Reuse curves kept between runs: a curve is a pure function of the records and the
 * settings named in its key, so one that was computed before is as good as a new one.
 * One file per curve; a file that is damaged, or of another key, counts as absent. */
#ifndef NVSWEEP_STAGE_CURVE_STORE_H
#define NVSWEEP_STAGE_CURVE_STORE_H

#include "stage/stage.h"
#include "workload/curve.h"

/* $NVSWEEP_CURVES, else $XDG_CACHE_HOME/nvsweep/curves, else ~/.cache/nvsweep/curves; NULL
 * if NVSWEEP_CURVES is empty or there is no home.  Freed by the caller. */
char *curve_store_folder(void);

/* All that a curve depends on, as text: the records as their files write them, what the
 * point changes in them (variant_text), its settings and the sources of the model.  Freed by
 * the caller. */
char *curve_store_key(const struct study *study, const struct point *point,
                      const struct record *machine, const struct record *workload,
                      const char *machine_changes, const char *workload_changes);

/* True and *curve if the folder has the key's curve. */
bool curve_store_load(const char *folder, const char *key, struct reuse_curve *curve);

/* Best effort: whatever fails leaves the folder as if the curve had not been saved. */
void curve_store_save(const char *folder, const char *key,
                      const struct reuse_curve *curve);

#endif
