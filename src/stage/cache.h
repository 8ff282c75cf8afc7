/* What a sweep leaves to its machines: capacity and line of the last-level cache where the axis
 * is "machine".  Machines that have one are GPUs. */
#ifndef NVSWEEP_STAGE_CACHE_H
#define NVSWEEP_STAGE_CACHE_H

#include "stage/sweep.h"

/* Has the sweep such an axis, and a machine with a cache? */
bool cache_is_from_machine(const struct sweep *sweep);

/* Is the place a field of machines that says what is left to them? */
bool cache_reads(const struct sweep *sweep, const struct place *place);

/* The first machine of the sweep whose cache is the same as far as it is left to machines:
 * one array stands for all of these.  The machine itself where fields or spreads may change
 * its cache; NULL if it has none. */
const struct record *cache_machine(const struct sweep *sweep,
                                   const struct record *machine);

/* Gives the point its machine's capacity and line where they are left to it; 3 MiB and 64 B if
 * it has no cache. */
void cache_resolve(struct point *point);

#endif
