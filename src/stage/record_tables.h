/* Library records that are found otherwise than by name. */
#ifndef NVSWEEP_STAGE_RECORD_TABLES_H
#define NVSWEEP_STAGE_RECORD_TABLES_H

#include "space/library.h"

/* The node of feature size node_m (within 0.1 %) and roadmap, or NULL. */
struct node;
const struct node *library_node(const struct library *library, double node_m,
                                int roadmap);

#endif
