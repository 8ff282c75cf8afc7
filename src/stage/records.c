/* The library records that a study reads. */
#include "stage/axes.h"
#include "stage/record_tables.h"
#include "stage/stage.h"
#include "tech/node.h"

/* Visits the records of a node's flavour for all rules of the sweep. */
static void node_visit(const struct study *study, double node_m, int roadmap,
                       study_record_fn *fn, void *context)
{
    const struct axis *rules = &study->sweep->space.axes[AXIS_rules];

    for (uint64_t i = 0; i < rules->count; i++) {
        const struct node *node = (rules_are_tool(rules->values[i].word)
                                       ? library_tool_node
                                       : library_node)(study->library, node_m, roadmap);

        if (node)
            fn(context, RECORDS_NODE, (const struct record *)node);
    }
}

/* Visits the process nodes, which are found by feature size and roadmap, not by name: those of the
 * periphery, and then those that cells may have. */
static void nodes_visit(const struct study *study, bool with_cells, study_record_fn *fn,
                        void *context)
{
    const struct axis *nodes = &study->sweep->space.axes[AXIS_node_m];
    const struct axis *roadmaps = &study->sweep->space.axes[AXIS_roadmap];
    const struct axis *cells = &study->sweep->space.axes[AXIS_cell_roadmap];

    for (uint64_t n = 0; n < nodes->count; n++) {
        double node_m = nodes->values[n].number;

        for (uint64_t r = 0; r < roadmaps->count; r++)
            node_visit(study, node_m, roadmaps->values[r].word, fn, context);
        for (uint64_t c = 0; with_cells && c < cells->count; c++)
            if (cells->values[c].word != CELLS_SAME)
                node_visit(study, node_m,
                           cell_roadmap_node((enum cell_roadmap)cells->values[c].word),
                           fn, context);
    }
}

void study_records_visit(const struct study *study, study_record_fn *fn, void *context)
{
    const struct space *space = &study->sweep->space;
    const struct record *sram = library_find(study->library, RECORDS_TECHNOLOGY,
                                             "sram");
    axis_mask axes = 0;

    for (int id = 0; id < STAGE_COUNT; id++)
        if (study->stages >> id & 1)
            axes |= study->grids[id].axes;
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        for (uint64_t i = 0; axes >> axis & 1 && i < space->axes[axis].count; i++)
            if (axis_specs[axis].kind == AXIS_RECORD &&
                space->axes[axis].values[i].record)
                fn(context, axis_specs[axis].table, space->axes[axis].values[i].record);
    if (axes & AXIS_BIT(node_m))
        nodes_visit(study, axes & AXIS_BIT(cell_roadmap), fn, context);
    for (size_t i = 0;
         axes & AXIS_BIT(built_as) && i < study->library->tables[RECORDS_BUILD].count;
         i++)
        fn(context, RECORDS_BUILD, study->library->tables[RECORDS_BUILD].records[i]);
    if (space->iso_area.baseline)
        fn(context, RECORDS_TECHNOLOGY, space->iso_area.baseline);
    if (axes & (AXIS_BIT(placement) | AXIS_BIT(machine) | AXIS_BIT(tag_cells)) && sram)
        fn(context, RECORDS_TECHNOLOGY,
           sram); /* of tags and of memories other than the data array */
}
