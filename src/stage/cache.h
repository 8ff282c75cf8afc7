/* Capacity and line of the last-level cache if their axis has the value "machine": those of
 * the machine's record.  Only GPUs have such a cache. */
#ifndef NVSWEEP_STAGE_CACHE_H
#define NVSWEEP_STAGE_CACHE_H

#include "stage/sweep.h"

/* Does the sweep have such an axis, and a machine with a cache? */
bool cache_is_from_machine(const struct sweep *sweep);

/* Is the place a field of machines from which such an axis takes its value? */
bool cache_reads(const struct sweep *sweep, const struct place *place);

/* Returns the first machine of the sweep whose cache has the same capacity and line, as far
 * as these come from the machine: one array is the cache of all these machines.  It
 * is the machine itself if fields or spreads may change its cache, and NULL if it has none. */
const struct record *cache_machine(const struct sweep *sweep,
                                   const struct record *machine);

/* Replaces "machine" by the capacity and line of the point's machine; 3 MiB and 64 B if it
 * has no cache. */
void cache_resolve(struct point *point);

/* Returns the line alone.  machine: the variant of the point's machine. */
uint64_t cache_line_bytes(const struct point *point, const struct record *machine);

#endif
