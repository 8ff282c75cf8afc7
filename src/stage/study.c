/* The study of a sweep: the stages that it evaluates, their grids, and their evaluation. */
#include "stage/stage.h"

#include "base/memory.h"
#include "machine/machine.h"
#include "stage/cache.h"
#include "stage/checks.h"
#include "stage/parameters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_given(const struct space *space, axis_mask axes)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (axes >> axis & 1 && !space->axes[axis].is_given)
            return false;
    return true;
}

/* ---- which stages, over which axes */

/* The kinds of records that a stage reads. */
static uint32_t tables_read(enum stage_id id)
{
    axis_mask axes = stage_declared_axes(id);
    uint32_t tables = stages[id]->tables;

    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (axes >> axis & 1 && axis_specs[axis].kind == AXIS_RECORD)
            tables |= 1u << axis_specs[axis].table;
    if (axes & AXIS_BIT(node_m) && axes & AXIS_BIT(roadmap))
        tables |= 1u << RECORDS_NODE;
    return tables;
}

/* Does the label begin with one of the space-separated fields?  A field that ends in '=' must be
 * the whole label. */
static bool is_listed(const char *fields, const char *label)
{
    for (; fields && *fields; fields += strspn(fields, " ")) {
        size_t length = strcspn(fields, " ");
        bool is_whole = fields[length - 1] == '=';
        size_t compared = length - is_whole;

        if (strncmp(label, fields, compared) == 0 && (!is_whole || !label[compared]))
            return true;
        fields += length;
    }
    return false;
}

bool stage_reads(enum stage_id id, const struct place *place)
{
    const char *read = stages[id]->read_fields;
    const struct place all = { .of = place->of, .record = "", .path = place->path };
    char label[200], kind[40];

    if (!(tables_read(id) >> place->of & 1))
        return false;
    place_format(&all, label, sizeof label);
    if (is_listed(stages[id]->ignored_fields, label))
        return false;
    snprintf(kind, sizeof kind, "%s.", record_table_schemas[place->of]->kind);
    return !read || !strstr(read, kind) || is_listed(read, label);
}

/* ---- machines */

uint32_t stage_kinds(enum stage_id id)
{
    uint32_t kinds = stages[id]->kinds;

    for (int input = 0; !stages[id]->kinds && input < STAGE_COUNT; input++)
        if (stages[id]->inputs >> input & 1) {
            uint32_t of_input = stage_kinds((enum stage_id)input);

            kinds = kinds && of_input ? kinds & of_input : kinds | of_input;
        }
    return kinds;
}

/* Returns the machine itself if the stage evaluates it. */
static const struct record *stage_member(const void *stage, const struct record *value,
                                         size_t i)
{
    const enum stage_id id = *(const enum stage_id *)stage;
    const struct machine *machine = (const struct machine *)value;

    if (i > 0 || !value || !(stage_kinds(id) >> machine_family(machine)->kind & 1))
        return NULL;
    return !stages[id]->is_multi_engine || machine_engine_count(machine) ? value : NULL;
}

/* The machines of a sweep that a stage evaluates. */
struct stage_view {
    const struct sweep *sweep;
    enum stage_id id;
};

/* Returns the machine itself if the stage evaluates it.  For the array stage, it is the first one
 * with the same cache. */
static const struct record *view_member(const void *context, const struct record *value,
                                        size_t i)
{
    const struct stage_view *seen = context;

    if (i > 0 || seen->id != STAGE_ARRAY)
        return stage_member(&seen->id, value, i);
    return cache_machine(seen->sweep, value);
}

/* Does the sweep have a machine of the kinds of the stage, or no machine yet? */
static bool stage_has_machines(const struct sweep *sweep, enum stage_id id)
{
    const struct axis *machines = &sweep->space.axes[AXIS_machine];
    uint32_t kinds = stage_kinds(id);

    if (!kinds || !machines->is_given)
        return true;
    for (uint64_t i = 0; i < machines->count; i++)
        if (stage_member(&id, machines->values[i].record, 0))
            return true;
    return false;
}

/* Is the place in a machine that the stage evaluates, or in one of its engines? */
static bool is_in_machines(const struct sweep *sweep, enum stage_id id,
                           const struct place *place)
{
    const struct axis *machines = &sweep->space.axes[AXIS_machine];
    bool may_be_engine = !place->is_selected || place->record[0];

    for (uint64_t i = 0; i < machines->count; i++) {
        const struct record *record = stage_member(&id, machines->values[i].record, 0);

        if (record &&
            (place_touches(place, RECORDS_MACHINE, record, true) ||
             (may_be_engine && machine_engine_count((const struct machine *)record))))
            return true;
    }
    return false;
}

bool stage_varies(const struct sweep *sweep, enum stage_id id,
                  const struct place *place)
{
    if (id == STAGE_ARRAY && cache_is_from_machine(sweep) && cache_reads(sweep, place))
        return true;
    return stage_reads(id, place) &&
           (place->of != RECORDS_MACHINE || is_in_machines(sweep, id, place));
}

/* The axes of the records' varying fields that the stage itself reads. */
static axis_mask varied_axes(const struct sweep *sweep, enum stage_id id)
{
    const struct space *space = &sweep->space;
    struct parameters parameters;
    axis_mask axes = 0;

    for (size_t f = 0; f < space->field_count; f++)
        if (stage_varies(sweep, id, &space->fields[f].place))
            axes |= (axis_mask)1 << (AXES_NAMED + f);
    parameters_of(space, &parameters);
    for (size_t p = 0; p < parameters.count; p++) {
        const struct place place = spread_parameter_place(parameters.parameters[p]);

        if (stage_varies(sweep, id, &place))
            axes |= AXIS_BIT(spread) | AXIS_BIT(sample);
    }
    return axes;
}

axis_mask stage_declared_axes(enum stage_id id)
{
    axis_mask axes = stages[id]->axes;

    for (int input = 0; input < STAGE_COUNT; input++)
        if (stages[id]->inputs >> input & 1)
            axes |= stage_declared_axes((enum stage_id)input);
    return axes & ~stages[id]->reduced_axes;
}

/* Does the sweep have machines and axes for which the stage reads the input? */
static bool is_needed(const struct sweep *sweep, enum stage_id id, enum stage_id input)
{
    if (stages[id]->conditional_inputs >> input & 1 &&
        !is_given(&sweep->space, stages[id]->condition_axes))
        return false;
    return (!stages[id]->takes_one_input && !stages[input]->is_multi_engine) ||
           stage_has_machines(sweep, input);
}

/* The axes of stage_declared_axes that stages for this sweep's machines declare. */
static axis_mask declared_axes(const struct sweep *sweep, enum stage_id id)
{
    axis_mask axes = stages[id]->axes;

    if (id == STAGE_ARRAY && cache_is_from_machine(sweep))
        axes |= AXIS_BIT(machine);
    for (int input = 0; input < STAGE_COUNT; input++)
        if (stages[id]->inputs >> input & 1 &&
            is_needed(sweep, id, (enum stage_id)input))
            axes |= declared_axes(sweep, (enum stage_id)input);
    return axes & ~stages[id]->reduced_axes;
}

stage_mask stage_inputs(const struct sweep *sweep, enum stage_id id)
{
    stage_mask inputs = stages[id]->inputs;

    for (int input = 0; input < STAGE_COUNT; input++)
        if (inputs >> input & 1 && !is_needed(sweep, id, (enum stage_id)input))
            inputs &= ~STAGE_BIT(input);
    if (id == STAGE_SENSITIVITY)
        inputs |= STAGE_BIT(sweep->objective.stage);
    if (id == STAGE_NEED && sweep->need.field_count)
        inputs |= STAGE_BIT(sweep->need.metric.stage);
    if (sweep->space.iso_area.baseline && id != STAGE_ARRAY &&
        declared_axes(sweep, id) & AXIS_BIT(capacity_bytes))
        inputs |= STAGE_BIT(STAGE_ARRAY);
    return inputs;
}

axis_mask stage_axes(const struct sweep *sweep, enum stage_id id)
{
    const axis_mask sampled = AXIS_BIT(spread) | AXIS_BIT(sample);
    axis_mask axes = declared_axes(sweep, id);
    stage_mask inputs = stage_inputs(sweep, id);

    if (id == STAGE_SENSITIVITY)
        return axes |
               (stage_axes(sweep, (enum stage_id)sweep->objective.stage) & ~sampled);
    if (id == STAGE_NEED && sweep->need.field_count)
        return axes | stage_axes(sweep, (enum stage_id)sweep->need.metric.stage);
    if (sweep->space.iso_area.baseline && axes & AXIS_BIT(capacity_bytes))
        axes |= declared_axes(sweep, STAGE_ARRAY);
    axes |= varied_axes(sweep, id);
    for (int input = 0; input < STAGE_COUNT; input++)
        if (inputs >> input & 1)
            axes |= stage_axes(sweep, (enum stage_id)input) & (sampled | FIELD_AXES);
    return axes;
}

/* Returns a record axis that the stage or one of its inputs requires and the sweep lacks, or AXES
 * if there is none. */
static enum axis_id record_missing(const struct sweep *sweep, enum stage_id id)
{
    stage_mask inputs = stage_inputs(sweep, id);

    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (stages[id]->axes >> axis & 1 && axis_specs[axis].kind == AXIS_RECORD &&
            axis_specs[axis].fallback != AXIS_OPTIONAL &&
            !(stages[id]->optional >> axis & 1) &&
            !sweep->space.axes[axis].values[0].record)
            return axis;
    for (int input = 0; input < STAGE_COUNT; input++)
        if (inputs >> input & 1) {
            enum axis_id axis = record_missing(sweep, (enum stage_id)input);

            if (axis != AXES)
                return axis;
        }
    return AXES;
}

/* Does a sweep that names no stages enable this one by its axes?  The machines stage only if the
 * sweep also gives what their stages require, since it may be a study of something else. */
static bool is_enabled(const struct sweep *sweep, enum stage_id id)
{
    return stages[id]->enabled_by && is_given(&sweep->space, stages[id]->enabled_by) &&
           stage_has_machines(sweep, id) &&
           (!stages[id]->takes_one_input || record_missing(sweep, id) == AXES);
}

stage_mask stages_wanted(const struct sweep *sweep)
{
    stage_mask wanted = sweep->stages, before;

    for (int id = 0; id < STAGE_COUNT && !sweep->stages; id++)
        if (is_enabled(sweep, (enum stage_id)id))
            wanted |= STAGE_BIT(id);
    if (sweep->need.field_count)
        wanted |= STAGE_BIT(STAGE_NEED);
    if (!wanted)
        wanted = STAGE_BIT(sweep->space.axes[AXIS_workload].is_given ? STAGE_GPU
                                                                     : STAGE_ARRAY);
    do {
        before = wanted;
        for (int id = 0; id < STAGE_COUNT; id++)
            if (wanted >> id & 1)
                wanted |= stage_inputs(sweep, (enum stage_id)id);
    } while (wanted != before);
    return wanted;
}

/* Makes the grid of a stage in this sweep, over stage_axes.  Returns STATUS_INPUT on overflow. */
static enum status stage_grid(const struct sweep *sweep, enum stage_id id,
                              struct grid *grid, struct error *err)
{
    const struct stage_view seen = { sweep, id };
    const struct grid_members members = { .axis = AXIS_machine,
                                          .member = view_member,
                                          .context = &seen };

    return grid_init(grid, &sweep->space, stage_axes(sweep, id),
                     stage_kinds(id) || id == STAGE_ARRAY ? &members : NULL, err);
}

const struct metric *objective_metric(const struct sweep *sweep)
{
    return &stages[sweep->objective.stage]->metrics[sweep->objective.metric];
}

const char *metric_units(const struct sweep *sweep, const struct metric *metric)
{
    const struct objective *need = &sweep->need.metric;

    if (strcmp(metric->units, UNITS_OF_NEED) == 0)
        return stages[need->stage]->metrics[need->metric].units;
    return strcmp(metric->units, UNITS_OF_OBJECTIVE) == 0
               ? objective_metric(sweep)->units
               : metric->units;
}

/* A record axis has no default: a sweep that names the stage must give it. */
static enum status records_check(const struct sweep *sweep, enum stage_id id,
                                 struct error *err)
{
    enum axis_id axis = record_missing(sweep, id);

    if (axis == AXES)
        return STATUS_OK;
    return error_set(
        err, STATUS_INPUT,
        "%s: axes has no %s, which the %s stage needs; add one (see `nvsweep list %s`)",
        sweep->file, axis_specs[axis].key, stages[id]->name,
        record_table_schemas[axis_specs[axis].table]->kind);
}

/* Refuses a stage that the sweep names but that evaluates none of its machines. */
static enum status machines_check(const struct sweep *sweep, enum stage_id id,
                                  struct error *err)
{
    uint32_t kinds = stage_kinds(id);
    int kind = 0;

    if (stage_has_machines(sweep, id))
        return STATUS_OK;
    while (!(kinds >> kind & 1))
        kind++;
    return error_set(err, STATUS_INPUT,
                     "%s: the %s stage is for machines of the kind '%s', and the sweep "
                     "has none (see `nvsweep list machines`)",
                     sweep->file, stages[id]->name,
                     word_name(machine_kind_words, kind));
}

static enum status parameters_check(const struct sweep *sweep, struct error *err)
{
    struct parameters parameters;

    if (parameters_of(&sweep->space, &parameters))
        return STATUS_OK;
    return error_set(err, STATUS_INPUT,
                     "%s: its spreads have more than %d parameters together, leave "
                     "some out",
                     sweep->file, SPREAD_PARAMETERS_MAX);
}

enum status study_init(struct study *study, const struct sweep *sweep,
                       const struct library *library, struct error *err)
{
    enum status status = parameters_check(sweep, err);

    *study = (struct study){
        .sweep = sweep,
        .library = library,
        .stages = stages_wanted(sweep),
    };
    for (enum stage_id id = 0; id < STAGE_COUNT && status == STATUS_OK; id++) {
        struct error why;

        if (!(study->stages >> id & 1))
            continue;
        status = records_check(sweep, id, err);
        if (status == STATUS_OK && id == STAGE_NEED && !sweep->need.field_count)
            status = error_set(err, STATUS_INPUT,
                               "%s: the need stage has no question, must have need = { "
                               "over = \"sram\"; fields = [ \"set_pulse_s\" ]; }",
                               sweep->file);
        if (status == STATUS_OK)
            status = machines_check(sweep, id, err);
        if (status == STATUS_OK) {
            status = stage_grid(sweep, id, &study->grids[id], &why);
            if (status != STATUS_OK)
                error_set(err, status, "%s: %s", sweep->file, why.text);
        }
    }
    return status == STATUS_OK ? study_check(study, err) : status;
}

/* Evaluates all points of a stage that are not excluded, in runs. */
static void points_evaluate(const struct study *study, enum stage_id id, int8_t *status,
                            struct error *reason)
{
    const struct grid *grid = &study->grids[id];
    const struct space *space = &study->sweep->space;
    struct point point;

    for (uint64_t i = 0, n; i < grid->points; i += n) {
        struct columns columns = columns_at(id, &study->results[id], i);

        for (n = 0; i + n < grid->points; n++) {
            if (!space_excludes(space))
                continue;
            grid_point(grid, space, i + n, &point);
            if (grid_is_excluded(grid, space, &point))
                break;
        }
        if (n)
            stages[id]->evaluate(study, (struct range){ i, n }, &columns, status + i,
                                 reason);
        if (i + n < grid->points)
            status[i + n++] = POINT_EXCLUDED;
    }
}

void study_evaluate(struct study *study, struct error *reason)
{
    if (reason)
        reason->text[0] = '\0';
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        uint64_t points = study->grids[id].points;
        struct error why = { "" };
        int8_t *status;

        if (!(study->stages >> id & 1))
            continue;
        columns_alloc(id, points, &study->results[id]);
        status = alloc_array(points, 1);
        points_evaluate(study, id, status, &why);
        study->statuses[id] = status;
        if (reason && !reason->text[0]) /* the first cause, not its consequences */
            *reason = why;
    }
}

void study_free(struct study *study)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        columns_free(id, &study->results[id]);
        grid_free(&study->grids[id]);
        free((void *)(uintptr_t)study->statuses[id]);
    }
    *study = (struct study){ 0 };
}
