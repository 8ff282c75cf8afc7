#include "stage/visit.h"

#include "base/stop.h"
#include "workload/layer_cache.h"
#include "space/cursor.h"
#include "stage/cache.h"
#include "stage/record_tables.h"
#include "tech/cell.h"
#include "tech/node.h"
#include "uncertainty/spread.h"

#include <stdbool.h>

size_t study_changes(const struct study *study, enum stage_id id,
                     const struct point *point, struct change changes[CHANGES_MAX])
{
    const axis_mask axes = study->grids[id].axes;
    const struct space *space = &study->sweep->space;
    const struct spread *spread = (const struct spread *)point->spread;
    bool is_sampled = spread && axes & AXIS_BIT(sample) && point->sample > 0;
    size_t count = 0;

    static_assert(CHANGES_MAX >=
                      FIELD_AXES_MAX + SPREAD_PARAMETERS_MAX + 2 * NEED_PLACES_MAX,
                  "there is room for all changes");
    for (size_t f = 0; f < space->field_count; f++)
        if (axes >> (AXES_NAMED + f) & 1 &&
            !axis_value_is_record(&space->fields[f].spec, point->fields[f]))
            changes[count++] = (struct change){
                .place = space->fields[f].place,
                .value = axis_value_number(&space->fields[f].spec, point->fields[f]),
            };
    for (size_t p = 0; is_sampled && p < spread->parameters_count; p++)
        changes[count++] = (struct change){
            .place = spread_parameter_place(&spread->parameters[p]),
            .is_factor = true,
            .value = spread_factor(spread, study->sweep->seed, point->sample, p),
        };
    for (size_t c = 0; c < study->change_count; c++)
        changes[count++] = study->changes[c];
    return count;
}

/* May points of the study change records at all? */
static bool changes_records(const struct study *study)
{
    const struct space *space = &study->sweep->space;

    return space->field_count > 0 || study->change_count > 0 ||
           space->axes[AXIS_spread].is_given;
}

/* Returns the axes of a stage's points that name records. */
static axis_mask record_axes(const struct study *study, enum stage_id id)
{
    axis_mask records = 0;

    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (axis_specs[axis].kind == AXIS_RECORD)
            records |= (axis_mask)1 << axis;
    return records & (stage_declared_axes(id) | study->grids[id].axes);
}

/* Applies the point's changes to the records of these axes. */
static enum status point_vary(const struct study *study, enum stage_id id,
                              axis_mask records, struct variant *variant,
                              struct point *point, struct error *reason)
{
    struct change changes[CHANGES_MAX];

    variant_at(variant, changes, study_changes(study, id, point, changes));
    for (; records && variant->count > 0; records &= records - 1) {
        enum axis_id axis = axis_first(records);
        union axis_value value = point_get(point, axis);
        enum status status = variant_record(variant, axis_specs[axis].table,
                                            &value.record, true, reason);

        if (status != STATUS_OK)
            return status;
        point_set(point, axis, value);
    }
    return STATUS_OK;
}

enum status study_point(const struct study *study, enum stage_id id, uint64_t index,
                        struct variant *variant, struct point *point,
                        struct error *reason)
{
    enum status status;

    grid_point(&study->grids[id], &study->sweep->space, index, point);
    status = point_vary(study, id, record_axes(study, id), variant, point, reason);
    if (status == STATUS_OK)
        cache_resolve(point);
    return status;
}

enum status visit_record(const struct visit *visit, enum record_table_id table,
                         const char *name, const struct record **record,
                         struct error *reason)
{
    *record = library_find(visit->study->library, table, name);
    return variant_record(visit->variant, table, record, false, reason);
}

/* Finds the record of a flavour at the point's node, with the sample's changes. */
static enum status node_at(const struct visit *visit, int roadmap,
                           const struct node **node, struct error *reason)
{
    const struct point *point = &visit->point;
    const struct library *library = visit->study->library;
    const struct record *found =
        (const struct record *)(rules_are_tool(point->rules)
                                    ? library_tool_node(library, point->node_m, roadmap)
                                    : library_node(library, point->node_m, roadmap));
    enum status status = variant_record(visit->variant, RECORDS_NODE, &found, false,
                                        reason);

    *node = (const struct node *)found;
    if (!found)
        return error_set(reason, STATUS_INFEASIBLE, "the library has no %g nm %s node",
                         point->node_m * 1e9, word_name(node_roadmaps, roadmap));
    return status;
}

enum status visit_node(const struct visit *visit, const struct node **node,
                       struct error *reason)
{
    return node_at(visit, visit->point.roadmap, node, reason);
}

/* The published tool and studies fitted as a whole have one device; a library without low
 * standby power devices at the node has none to take by default. */
static bool cells_are_as_periphery(const struct visit *visit, const struct cell *cell,
                                   const struct node *node)
{
    const struct point *point = &visit->point;

    if (point->cell_roadmap != CELLS_AUTO)
        return point->cell_roadmap == CELLS_SAME;
    return cell->kind != CELL_SRAM || rules_are_tool(point->rules) ||
           node->devices == DEVICES_FITTED ||
           !library_node(visit->study->library, point->node_m, ROADMAP_LSTP);
}

enum status visit_cell_node(const struct visit *visit, const struct cell *cell,
                            const struct node *node, const struct node **cell_node,
                            struct error *reason)
{
    int roadmap = cell_roadmap_node((enum cell_roadmap)visit->point.cell_roadmap);

    *cell_node = node;
    if (cells_are_as_periphery(visit, cell, node))
        return STATUS_OK;
    return node_at(visit, roadmap, cell_node, reason);
}

enum status visit_layers(const struct visit *visit, struct layer_cache *cache,
                         enum phase phase, uint64_t batch,
                         const struct mac_layers **layers, struct error *reason)
{
    const struct record *workload = visit->point.workload;
    bool is_varied = variant_touches(visit->variant, RECORDS_WORKLOAD, workload, true);

    return (is_varied ? layer_cache_pass : layer_cache_find)(
        cache, (const struct workload *)workload, phase, batch,
        visit->point.sequence_length, layers, reason);
}

/* The points of the inputs at the current point of the loop. */
struct inputs {
    size_t count;
    enum stage_id ids[STAGE_COUNT];
    struct cursor_image images[STAGE_COUNT];
};

static void inputs_start(const struct study *study, stage_mask inputs,
                         const struct grid_cursor *cursor, struct inputs *in)
{
    in->count = 0;
    for (int id = 0; id < STAGE_COUNT; id++) {
        if (!(inputs >> id & 1))
            continue;
        in->ids[in->count] = (enum stage_id)id;
        cursor_image_start(&in->images[in->count++], cursor, &study->grids[id]);
    }
}

/* Finds the inputs with a result for the point; false if a required one has none. */
static bool inputs_find(const struct inputs *in, struct visit *visit)
{
    const struct study *study = visit->study;
    bool are_done = true;

    visit->done = 0;
    for (size_t n = 0; n < in->count; n++) {
        enum stage_id input = in->ids[n];
        uint64_t at = in->images[n].at;

        visit->at[input] = at;
        if (at == UINT64_MAX
                ? stages[input]->is_multi_engine /* the machine has no engines */
                : study->statuses[input][at] == POINT_DONE)
            visit->done |= STAGE_BIT(input);
        else
            are_done = false;
    }
    return are_done;
}

void stage_visit(const struct study *study, enum stage_id id, struct range points,
                 visit_fn *fn, void *memory, const struct columns *out, int8_t *status,
                 struct error *reason)
{
    struct variant variant = { 0 };
    struct visit visit = { .study = study, .variant = &variant, .memory = memory };
    bool varies = changes_records(study);
    axis_mask records = varies ? record_axes(study, id) : 0;
    struct grid_cursor cursor;
    struct inputs in;

    cursor_start(&cursor, &study->grids[id], &study->sweep->space, points.first, 1);
    inputs_start(study, stage_inputs(study->sweep, id), &cursor, &in);
    for (uint64_t i = 0; i < points.count && !stop_is_wanted(); i++) {
        visit.index = cursor.index;
        status[i] = POINT_INFEASIBLE;
        if (!inputs_find(&in, &visit)) {
            if (reason && !reason->text[0])
                error_set(reason, STATUS_INFEASIBLE,
                          "a stage that %s reads has no result here", stages[id]->name);
        } else {
            enum status answer = STATUS_OK;

            visit.point = cursor.point;
            if (varies)
                answer = point_vary(study, id, records, &variant, &visit.point, reason);
            if (answer == STATUS_OK) {
                cache_resolve(&visit.point);
                answer = fn(&visit, out, i, reason);
            }
            if (answer == STATUS_OK)
                status[i] = POINT_DONE;
        }
        cursor_next(&cursor, in.images, in.count);
    }
    variant_free(&variant);
}
