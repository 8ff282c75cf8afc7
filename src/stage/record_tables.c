/* The list of library tables, with the models' schemas. */
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

const struct schema *const record_table_schemas[RECORDS_COUNT] = {
    [RECORDS_TECHNOLOGY] = &cell_schema,
    [RECORDS_NODE] = &node_schema,
    [RECORDS_WORKLOAD] = &workload_schema,
    [RECORDS_GRID] = &grid_region_schema,
    [RECORDS_FAB] = &fab_schema,
    [RECORDS_DEVICE] = &device_schema,
    [RECORDS_INSTANCE] = &instance_schema,
    [RECORDS_DATASET] = &dataset_schema,
    [RECORDS_SITE] = &site_schema,
    [RECORDS_VIDEO] = &video_schema,
    [RECORDS_SPREAD] = &spread_schema,
    [RECORDS_MACHINE] = &machine_schema,
    [RECORDS_HDC] = &hdc_schema,
    [RECORDS_HDC_TASK] = &hdc_task_schema,
    [RECORDS_BUILD] = &build_schema,
    [RECORDS_SOFTWARE] = &software_schema,
    [RECORDS_SYNAPSE] = &synapse_schema,
    [RECORDS_CORPUS] = &corpus_schema,
    [RECORDS_EXPERIMENT] = &experiment_schema,
    [RECORDS_APPROXIMATION] = &approximation_schema,
    [RECORDS_LIFE] = &life_schema,
    [RECORDS_VIDEO_PIPELINE] = &pipeline_schema,
};

static const struct node *node_find(const struct library *library, double node_m,
                                    int roadmap, bool prefers_itrs)
{
    const struct record_table *table = &library->tables[RECORDS_NODE];
    const struct node *found = NULL;

    for (size_t i = 0; i < table->count; i++) {
        const struct node *node = table->records[i];
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
