/* Library records that are found otherwise than by name. */
#ifndef NVSWEEP_STAGE_RECORD_TABLES_H
#define NVSWEEP_STAGE_RECORD_TABLES_H

#include "space/library.h"

/* The node of feature size node_m (within 0.1 %) and roadmap, or NULL; of two the one
 * whose devices are not the ITRS's. */
struct node;
const struct node *library_node(const struct library *library, double node_m,
                                int roadmap);

/* The same for the published array tool's rules: the record of ITRS devices where the
 * library has one. */
const struct node *library_tool_node(const struct library *library, double node_m,
                                     int roadmap);

#endif
