/* Finds library records by other properties than their name. */
#ifndef NVSWEEP_STAGE_RECORD_TABLES_H
#define NVSWEEP_STAGE_RECORD_TABLES_H

#include "space/library.h"

/* Returns the node of feature size node_m (within 0.1 %) and roadmap, or NULL.  If there are
 * two, it is the one whose devices are not ITRS projections. */
struct node;
const struct node *library_node(const struct library *library, double node_m,
                                int roadmap);

/* Does the same for the rules of the published array tool, but prefers the record with ITRS
 * devices. */
const struct node *library_tool_node(const struct library *library, double node_m,
                                     int roadmap);

#endif
