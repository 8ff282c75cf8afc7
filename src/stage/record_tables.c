/* The list of library tables, with the schemas that the models bring. */
#include "stage/record_tables.h"

#include "carbon/carbon.h"
#include "carbon/life.h"
#include "hdc/hdc.h"
#include "cloud/training.h"
#include "edge/pipeline.h"
#include "machine/gpu/software.h"
#include "learning/approximation.h"
#include "learning/experiment.h"
#include "machine/machine.h"
#include "tech/build.h"
#include "tech/cell.h"
#include "tech/node.h"
#include "uncertainty/spread.h"
#include "workload/workload.h"

#include <math.h>

const struct schema *const shelf_schemas[SHELF_COUNT] = {
    [SHELF_TECHNOLOGY] = &cell_schema,
    [SHELF_NODE] = &node_schema,
    [SHELF_WORKLOAD] = &workload_schema,
    [SHELF_GRID] = &grid_region_schema,
    [SHELF_FAB] = &fab_schema,
    [SHELF_DEVICE] = &device_schema,
    [SHELF_INSTANCE] = &instance_schema,
    [SHELF_DATASET] = &dataset_schema,
    [SHELF_SITE] = &site_schema,
    [SHELF_VIDEO] = &video_schema,
    [SHELF_SPREAD] = &spread_schema,
    [SHELF_MACHINE] = &machine_schema,
    [SHELF_HDC] = &hdc_schema,
    [SHELF_HDC_TASK] = &hdc_task_schema,
    [SHELF_BUILD] = &build_schema,
    [SHELF_SOFTWARE] = &software_schema,
    [SHELF_SYNAPSE] = &synapse_schema,
    [SHELF_CORPUS] = &corpus_schema,
    [SHELF_EXPERIMENT] = &experiment_schema,
    [SHELF_APPROXIMATION] = &approximation_schema,
    [SHELF_LIFE] = &life_schema,
    [SHELF_VIDEO_PIPELINE] = &pipeline_schema,
};

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
