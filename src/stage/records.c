/* The library records that a study reads. */
#include "stage/record_tables.h"
#include "stage/stage.h"
#include "tech/node.h"

/* Process nodes are found by feature size and roadmap, not by name. */
static void nodes_visit(const struct study *study, study_record_fn *fn, void *context)
{
    const struct axis *nodes = &study->sweep->space.axes[AXIS_node_m];
    const struct axis *roadmaps = &study->sweep->space.axes[AXIS_roadmap];

    for (uint64_t n = 0; n < nodes->count; n++)
        for (uint64_t r = 0; r < roadmaps->count; r++) {
            const struct node *node = library_node(
                study->library, nodes->values[n].number, roadmaps->values[r].word);

            if (node)
                fn(context, SHELF_NODE, (const struct record *)node);
        }
}

void study_records_visit(const struct study *study, study_record_fn *fn, void *context)
{
    const struct space *space = &study->sweep->space;
    const struct record *sram = library_find(study->library, SHELF_TECHNOLOGY, "sram");
    axis_mask axes = 0;

    for (int id = 0; id < STAGE_COUNT; id++)
        if (study->stages >> id & 1)
            axes |= study->grids[id].axes;
    for (enum axis_id axis = 0; axis < AXES; axis++)
        for (uint64_t i = 0; axes >> axis & 1 && i < space->axes[axis].count; i++)
            if (axis_specs[axis].kind == AXIS_RECORD &&
                space->axes[axis].values[i].record)
                fn(context, axis_specs[axis].shelf, space->axes[axis].values[i].record);
    if (axes & AXIS_BIT(node_m))
        nodes_visit(study, fn, context);
    if (space->iso_area.baseline)
        fn(context, SHELF_TECHNOLOGY, space->iso_area.baseline);
    if (axes & (AXIS_BIT(placement) | AXIS_BIT(machine)) && sram)
        fn(context, SHELF_TECHNOLOGY, sram); /* of memories beside the technology's */
}
