/* What a sweep makes of the stages: which it evaluates, over which grids, and the columns
 * of their results. */
#include "stage/stage.h"

#include "base/memory.h"
#include "machine/machine.h"
#include "stage/checks.h"
#include "stage/parameters.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t metric_point_bytes(const struct metric *metric)
{
    return sizeof(double) * inners[metric->inner].count;
}

static bool is_given(const struct space *space, axis_mask axes)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (axes >> axis & 1 && !space->axes[axis].is_given)
            return false;
    return true;
}

/* ---- which stages, over which axes */

/* Kinds of records a stage reads. */
static uint32_t shelves_read(enum stage_id id)
{
    axis_mask axes = stage_declared_axes(id);
    uint32_t shelves = stages[id]->shelves;

    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (axes >> axis & 1 && axis_specs[axis].kind == AXIS_RECORD)
            shelves |= 1u << axis_specs[axis].shelf;
    if (axes & AXIS_BIT(node_m) && axes & AXIS_BIT(roadmap))
        shelves |= 1u << SHELF_NODE;
    return shelves;
}

bool stage_reads(enum stage_id id, const struct spread_parameter *parameter)
{
    const char *ignored = stages[id]->ignored_fields;
    char label[200];

    if (!(shelves_read(id) >> parameter->of & 1))
        return false;
    snprintf(label, sizeof label, "%s.%s", word_name(spread_kinds, parameter->of),
             parameter->name);
    for (; ignored && *ignored; ignored += strspn(ignored, " ")) {
        size_t length = strcspn(ignored, " ");

        if (strncmp(label, ignored, length) == 0)
            return false;
        ignored += length;
    }
    return true;
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

/* The machine itself, if it is of one of the kinds. */
static const struct record *kind_member(const void *kinds, const struct record *value,
                                        size_t i)
{
    if (i > 0 || !value)
        return NULL;
    return *(const uint32_t *)kinds >>
                       machine_family((const struct machine *)value)->kind &
                   1
               ? value
               : NULL;
}

bool stage_has_machines(const struct sweep *sweep, enum stage_id id)
{
    const struct axis *machines = &sweep->space.axes[AXIS_machine];
    uint32_t kinds = stage_kinds(id);

    if (!kinds || !machines->is_given)
        return true;
    for (uint64_t i = 0; i < machines->count; i++)
        if (kind_member(&kinds, machines->values[i].record, 0))
            return true;
    return false;
}

/* Does the parameter vary a machine of the stage's, or what one is made of? */
static bool varies_machine(const struct sweep *sweep, enum stage_id id,
                           const struct spread_parameter *parameter)
{
    const struct axis *machines = &sweep->space.axes[AXIS_machine];
    uint32_t kinds = stage_kinds(id);

    for (uint64_t i = 0; i < machines->count; i++) {
        const struct record *record = kind_member(&kinds, machines->values[i].record,
                                                  0);

        if (record && (spread_parameter_touches(parameter, SHELF_MACHINE, record) ||
                       machine_engine_count((const struct machine *)record)))
            return true;
    }
    return false;
}

static bool is_varied(const struct sweep *sweep, enum stage_id id)
{
    struct parameters parameters;

    parameters_of(&sweep->space, &parameters);
    for (size_t p = 0; p < parameters.count; p++)
        if (stage_reads(id, parameters.parameters[p]) &&
            (parameters.parameters[p]->of != SHELF_MACHINE ||
             varies_machine(sweep, id, parameters.parameters[p])))
            return true;
    return false;
}

axis_mask stage_declared_axes(enum stage_id id)
{
    axis_mask axes = stages[id]->axes;

    for (int input = 0; input < STAGE_COUNT; input++)
        if (stages[id]->inputs >> input & 1)
            axes |= stage_declared_axes((enum stage_id)input);
    return axes & ~stages[id]->reduced_axes;
}

uint32_t stage_inputs(const struct sweep *sweep, enum stage_id id)
{
    uint32_t inputs = stages[id]->inputs;

    for (int input = 0; stages[id]->takes_one_input && input < STAGE_COUNT; input++)
        if (!stage_has_machines(sweep, (enum stage_id)input))
            inputs &= ~(1u << input);
    if (id == STAGE_SENSITIVITY)
        inputs |= 1u << sweep->objective.stage;
    if (sweep->space.iso_area.baseline && id != STAGE_ARRAY &&
        stage_declared_axes(id) & AXIS_BIT(capacity_bytes))
        inputs |= 1u << STAGE_ARRAY;
    return inputs;
}

axis_mask stage_axes(const struct sweep *sweep, enum stage_id id)
{
    const axis_mask sampled = AXIS_BIT(spread) | AXIS_BIT(sample);
    axis_mask axes = stage_declared_axes(id);
    uint32_t inputs = stage_inputs(sweep, id);

    if (id == STAGE_SENSITIVITY)
        return axes |
               (stage_axes(sweep, (enum stage_id)sweep->objective.stage) & ~sampled);
    if (sweep->space.iso_area.baseline && axes & AXIS_BIT(capacity_bytes))
        axes |= stage_declared_axes(STAGE_ARRAY);
    if (is_varied(sweep, id))
        axes |= sampled;
    for (int input = 0; input < STAGE_COUNT; input++)
        if (inputs >> input & 1)
            axes |= stage_axes(sweep, (enum stage_id)input) & sampled;
    return axes;
}

/* A record axis that the stage or one that it reads needs, and the sweep does not give;
 * AXES if there is none. */
static enum axis_id record_missing(const struct sweep *sweep, enum stage_id id)
{
    uint32_t inputs = stage_inputs(sweep, id);

    for (enum axis_id axis = 0; axis < AXES; axis++)
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

/* Is there something for a stage that takes one input to join: machines whose results
 * come from several of its inputs, or an axis of its own that the sweep gives? */
static bool has_to_join(const struct sweep *sweep, enum stage_id id)
{
    axis_mask own = stages[id]->axes & ~AXIS_BIT(machine);
    int kinds[MACHINE_KINDS] = { 0 }, count = 0;
    const struct axis *machines = &sweep->space.axes[AXIS_machine];

    for (uint64_t i = 0; i < machines->count; i++)
        if (machines->values[i].record)
            kinds[machine_family((const struct machine *)machines->values[i].record)
                      ->kind] = 1;
    for (int kind = 0; kind < MACHINE_KINDS; kind++)
        count += kinds[kind];
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (own >> axis & 1 && sweep->space.axes[axis].is_given)
            return true;
    return count > 1;
}

/* Does the sweep, which names no stages, ask for this one?  For what all machines do only
 * if it has something to join and gives what their stages need; a study of its own may be
 * meant. */
static bool is_asked_for(const struct sweep *sweep, enum stage_id id)
{
    return stages[id]->asked_by && is_given(&sweep->space, stages[id]->asked_by) &&
           stage_has_machines(sweep, id) &&
           (!stages[id]->takes_one_input ||
            (has_to_join(sweep, id) && record_missing(sweep, id) == AXES));
}

uint32_t stages_wanted(const struct sweep *sweep)
{
    uint32_t wanted = sweep->stages, before;

    for (int id = 0; id < STAGE_COUNT && !sweep->stages; id++)
        if (is_asked_for(sweep, (enum stage_id)id))
            wanted |= 1u << id;
    if (!wanted)
        wanted = 1u << (sweep->space.axes[AXIS_workload].is_given ? STAGE_GPU
                                                                  : STAGE_ARRAY);
    do {
        before = wanted;
        for (int id = 0; id < STAGE_COUNT; id++)
            if (wanted >> id & 1)
                wanted |= stage_inputs(sweep, (enum stage_id)id);
    } while (wanted != before);
    return wanted;
}

enum status stage_grid(const struct sweep *sweep, enum stage_id id, struct grid *grid,
                       struct error *err)
{
    const uint32_t kinds = stage_kinds(id);
    const struct grid_members members = { .axis = AXIS_machine,
                                          .member = kind_member,
                                          .context = &kinds };

    return grid_init(grid, &sweep->space, stage_axes(sweep, id),
                     kinds ? &members : NULL, err);
}

const struct metric *objective_metric(const struct sweep *sweep)
{
    return &stages[sweep->objective.stage]->metrics[sweep->objective.metric];
}

const char *metric_units(const struct sweep *sweep, const struct metric *metric)
{
    return strcmp(metric->units, UNITS_OF_OBJECTIVE) == 0
               ? objective_metric(sweep)->units
               : metric->units;
}

/* A record axis has no default: whoever asks for the stage must name one. */
static enum status records_check(const struct sweep *sweep, enum stage_id id,
                                 struct error *err)
{
    enum axis_id axis = record_missing(sweep, id);

    if (axis == AXES)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT,
                     "%s: axes has no %s, which the %s stage needs; name one "
                     "(`nvsweep list %s` shows what there is)",
                     sweep->file, axis_specs[axis].key, stages[id]->name,
                     shelf_schemas[axis_specs[axis].shelf]->kind);
}

/* A stage that the sweep names may be for no machine of it. */
static enum status machines_check(const struct sweep *sweep, enum stage_id id,
                                  struct error *err)
{
    uint32_t kinds = stage_kinds(id);
    int kind = 0;

    if (stage_has_machines(sweep, id))
        return STATUS_OK;
    while (!(kinds >> kind & 1))
        kind++;
    return error_set(
        err, STATUS_INPUT,
        "%s: the %s stage is for the kind '%s', no machine of the sweep is "
        "one (`nvsweep list machines` shows what there is)",
        sweep->file, stages[id]->name, word_name(machine_kind_words, kind));
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

void columns_fill(enum stage_id id, uint64_t count, const union columns *columns)
{
    for (size_t m = 0; m < stages[id]->metric_count; m++) {
        const struct metric *metric = &stages[id]->metrics[m];
        uint64_t elements = count * inners[metric->inner].count;

        for (uint64_t i = 0; i < elements; i++) {
            if (metric->kind == COLUMN_NUMBER)
                ((double *)columns->column[m])[i] = NAN;
            else
                ((uint64_t *)columns->column[m])[i] = COUNT_NONE;
        }
    }
}

void columns_alloc(enum stage_id id, uint64_t count, union columns *columns)
{
    *columns = (union columns){ .column = { NULL } };
    for (size_t m = 0; m < stages[id]->metric_count; m++)
        columns->column[m] = alloc_array(count,
                                         metric_point_bytes(&stages[id]->metrics[m]));
    columns_fill(id, count, columns);
}

void columns_put(enum stage_id id, const union columns *columns, uint64_t i,
                 const void *row)
{
    const struct metric *metrics = stages[id]->metrics;

    for (size_t m = 0; m < stages[id]->metric_count; m++) {
        assert(metrics[m].inner == INNER_SCALAR);
        memcpy((uint64_t *)columns->column[m] + i, (const uint64_t *)row + m,
               sizeof(uint64_t));
    }
}

void columns_get(enum stage_id id, const union columns *columns, uint64_t i, void *row)
{
    const struct metric *metrics = stages[id]->metrics;

    for (size_t m = 0; m < stages[id]->metric_count; m++) {
        assert(metrics[m].inner == INNER_SCALAR);
        memcpy((uint64_t *)row + m, (const uint64_t *)columns->column[m] + i,
               sizeof(uint64_t));
    }
}

void columns_free(enum stage_id id, union columns *columns)
{
    for (size_t m = 0; m < stages[id]->metric_count; m++)
        free(columns->column[m]);
    *columns = (union columns){ .column = { NULL } };
}

union columns columns_at(enum stage_id id, const union columns *columns,
                         uint64_t points)
{
    union columns moved = *columns;

    for (size_t m = 0; m < stages[id]->metric_count; m++)
        moved.column[m] = (char *)moved.column[m] +
                          points * metric_point_bytes(&stages[id]->metrics[m]);
    return moved;
}

/* All points of a stage that are not left out, in runs. */
static void points_evaluate(const struct study *study, enum stage_id id, int8_t *status,
                            struct error *reason)
{
    const struct grid *grid = &study->grids[id];
    const struct space *space = &study->sweep->space;
    struct point point;

    for (uint64_t i = 0, n; i < grid->points; i += n) {
        union columns columns = columns_at(id, &study->results[id], i);

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
        int8_t *status;

        if (!(study->stages >> id & 1))
            continue;
        columns_alloc(id, points, &study->results[id]);
        status = alloc_array(points, 1);
        points_evaluate(study, id, status, reason);
        study->statuses[id] = status;
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
