#include "space/library.h"

#include "accel/accelerator.h"
#include "carbon/carbon.h"
#include "cim/cim.h"
#include "cim/crossbar.h"
#include "cim/hdc.h"
#include "cloud/training.h"
#include "edge/edge.h"
#include "space/machine.h"
#include "uncertainty/spread.h"
#include "platform/platform.h"
#include "tech/build.h"
#include "tech/cell.h"
#include "tech/node.h"
#include "workload/workload.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct schema *const shelf_schemas[SHELF_COUNT] = {
    [SHELF_TECHNOLOGY] = &cell_schema,
    [SHELF_NODE] = &node_schema,
    [SHELF_WORKLOAD] = &workload_schema,
    [SHELF_PLATFORM] = &platform_schema,
    [SHELF_ACCELERATOR] = &accelerator_schema,
    [SHELF_GRID] = &grid_region_schema,
    [SHELF_FAB] = &fab_schema,
    [SHELF_DEVICE] = &device_schema,
    [SHELF_INSTANCE] = &instance_schema,
    [SHELF_DATASET] = &dataset_schema,
    [SHELF_SITE] = &site_schema,
    [SHELF_VIDEO] = &video_schema,
    [SHELF_SPREAD] = &spread_schema,
    [SHELF_CIM] = &cim_schema,
    [SHELF_MACHINE] = &machine_schema,
    [SHELF_CROSSBAR] = &crossbar_schema,
    [SHELF_HDC] = &hdc_schema,
    [SHELF_HDC_TASK] = &hdc_task_schema,
    [SHELF_BUILD] = &build_schema,
};

bool record_is_named(const struct record *record, const char *name)
{
    if (strcmp(record->name, name) == 0)
        return true;
    for (size_t i = 0; i < record->alias_count; i++)
        if (strcmp(record->aliases[i], name) == 0)
            return true;
    return false;
}

const struct record *library_find(const struct library *library, enum shelf_id shelf,
                                  const char *name)
{
    const struct shelf *s = &library->shelves[shelf];

    for (size_t i = 0; i < s->count; i++)
        if (record_is_named(s->records[i], name))
            return s->records[i];
    return NULL;
}

const char *library_record_text(const struct library *library, enum shelf_id shelf,
                                const void *record)
{
    const struct shelf *s = &library->shelves[shelf];

    for (size_t i = 0; i < s->count; i++)
        if (s->records[i] == record)
            return s->texts ? s->texts[i] : ((const struct record *)record)->name;
    return NULL;
}

static const struct node *node_find(const struct library *library, double node_m,
                                    int roadmap, bool prefers_itrs)
{
    const struct shelf *shelf = &library->shelves[SHELF_NODE];
    const struct node *found = NULL;

    for (size_t i = 0; i < shelf->count; i++) {
        const struct node *node = shelf->records[i];
        bool is_itrs = node->devices == DEVICES_ITRS;

        if ((int)node->roadmap != roadmap ||
            fabs(node->node_m - node_m) > 1e-3 * node_m)
            continue;
        if (is_itrs == prefers_itrs)
            return node;
        if (found == NULL)
            found = node;
    }
    return found;
}

const struct node *library_node(const struct library *library, double node_m,
                                int roadmap)
{
    return node_find(library, node_m, roadmap, false);
}

const struct node *library_tool_node(const struct library *library, double node_m,
                                     int roadmap)
{
    return node_find(library, node_m, roadmap, true);
}

void shelf_free(struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->count; i++) {
        schema_fields_free(shelf->schema, shelf->records[i]);
        free(shelf->records[i]);
        free(shelf->texts[i]);
    }
    free(shelf->records);
    free(shelf->texts);
    *shelf = (struct shelf){ 0 };
}

void library_free(struct library *library)
{
    for (enum shelf_id id = 0; id < SHELF_COUNT; id++)
        shelf_free(&library->shelves[id]);
}
