/* The machines stage: the same metrics of one network on machines of every kind.  The last stage
 * of a kind computes the costs of a batch (machine_result).  This stage refuses points whose axes
 * the machine cannot answer, and scales the results to as many copies as fit an area, each with
 * batches of its own. */
#include "stage/stages.h"

#include "columns/machines.h"
#include "machine/layerwise/layerwise.h"
#include "space/cursor.h"
#include "stage/visit.h"

#include <math.h>
#include <string.h>

/* Axes that not every kind of machine supports.  A machine that ignored one would return the
 * result of another point. */
static const axis_mask questions = AXIS_BIT(layer) | AXIS_BIT(cut_layer) |
                                   AXIS_BIT(inference_hz) | AXIS_BIT(learning) |
                                   AXIS_BIT(weight_density) |
                                   AXIS_BIT(activation_density);

static axis_mask questions_given(const struct space *space)
{
    axis_mask given = 0;

    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (questions >> axis & 1 && space->axes[axis].is_given)
            given |= (axis_mask)1 << axis;
    return given;
}

/* Returns STATUS_INFEASIBLE if one of these axes is not at its default and the machine does not
 * support it.  `last` is the last stage of the machine's kind, `learning` is its family's. */
static enum status questions_check(axis_mask asked, const struct point *point,
                                   enum stage_id last, struct error *reason)
{
    const struct machine *machine = (const struct machine *)point->machine;
    const struct machine_family *family = machine_family(machine);
    axis_mask read;

    if (!asked)
        return STATUS_OK;
    read = stage_declared_axes(last);
    if (family->layerwise && !family->layerwise->trains)
        read &= ~AXIS_BIT(learning);
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (asked >> axis & 1 &&
            !axis_values_equal(&axis_specs[axis], point_get(point, axis),
                               axis_default(axis)) &&
            !(read >> axis & 1))
            return error_set(
                reason, STATUS_INFEASIBLE,
                "the model of %s (%s) does not take the axis %s into account",
                machine->record.name, family->name, axis_specs[axis].key);
    return STATUS_OK;
}

/* Scales one machine's result at row i to the copies that the budget pays for.  Returns
 * STATUS_INFEASIBLE if it pays for none. */
static enum status copies_write(const struct point *point,
                                const struct machines_columns *out, uint64_t i,
                                struct error *reason)
{
    double batch = (double)point->batch, copies = 1, rate_hz;

    if (point->area_budget_m2 > 0)
        copies = floor(point->area_budget_m2 / out->area_m2[i] * (1 + 1e-12));
    if (!(copies >= 1))
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s takes %.4g mm2 (NaN: not known), the budget is %.4g mm2",
                         point->machine->name, out->area_m2[i] * 1e6,
                         point->area_budget_m2 * 1e6);
    rate_hz = copies * batch / out->latency_s[i];
    if (point->dram_budget_bytes_per_s > 0 && out->offchip_bytes[i] > 0)
        rate_hz = fmin(rate_hz,
                       point->dram_budget_bytes_per_s * batch / out->offchip_bytes[i]);
    out->edp_js[i] = out->energy_j[i] * out->latency_s[i];
    out->copies[i] = (uint64_t)copies;
    out->total_area_m2[i] = copies * out->area_m2[i];
    out->rate_hz[i] = rate_hz;
    out->period_s[i] = 1 / rate_hz;
    out->power_w[i] = out->sample_j[i] * rate_hz;
    return STATUS_OK;
}

/* Clears the row of a point that turns out to have no result. */
static void row_clear(const struct columns *out, uint64_t i)
{
    const struct columns row = columns_at(STAGE_MACHINES, out, i);

    columns_fill(STAGE_MACHINES, 1, &row);
}

/* A loop over the points in runs of equal machine, batch and budget.  Fields of records may change
 * within a run, except the machine's die area. */
struct machines_walk {
    struct grid_cursor cursor;
    size_t count;
    /* stages with the machines' results, and their inputs */
    enum stage_id ids[STAGE_COUNT];
    struct cursor_image images[STAGE_COUNT];
};

/* The last stages of the machines' kinds, which have their results. */
static stage_mask sources(const struct study *study)
{
    stage_mask inputs = stage_inputs(study->sweep, STAGE_MACHINES), from = 0;

    for (int id = 0; id < STAGE_COUNT; id++)
        if (inputs >> id & 1 && stages[id]->machine_result)
            from |= STAGE_BIT(id);
    return from;
}

static void walk_start(struct machines_walk *walk, const struct study *study,
                       bool varies, uint64_t first)
{
    const axis_mask axes = questions | AXIS_BIT(machine) | AXIS_BIT(batch) |
                           AXIS_BIT(area_budget_m2) |
                           AXIS_BIT(dram_budget_bytes_per_s) | AXIS_BIT(spread) |
                           AXIS_BIT(sample) | (varies ? FIELD_AXES : 0);
    const struct grid *grid = &study->grids[STAGE_MACHINES];
    const struct space *space = &study->sweep->space;
    const struct grid *read[STAGE_COUNT];
    stage_mask from = sources(study), wanted = from;

    for (int id = 0; id < STAGE_COUNT; id++)
        if (from >> id & 1)
            wanted |= stages[id]->machine_result_input;
    walk->count = 0;
    for (int id = 0; id < STAGE_COUNT; id++) {
        if (!(wanted >> id & 1))
            continue;
        walk->ids[walk->count] = (enum stage_id)id;
        read[walk->count++] = &study->grids[id];
    }
    cursor_start(&walk->cursor, grid, space, first,
                 cursor_run_length(grid, space, axes, read, walk->count));
    for (size_t n = 0; n < walk->count; n++)
        cursor_image_start(&walk->images[n], &walk->cursor, read[n]);
}

/* Finds the run's points in the stages with its machine's results.  Returns the last stage of its
 * kind, or STAGE_COUNT. */
static enum stage_id inputs_find(const struct machines_walk *walk, stage_mask from,
                                 struct machine_run *run)
{
    enum stage_id last = STAGE_COUNT;

    for (size_t n = 0; n < walk->count; n++) {
        enum stage_id id = walk->ids[n];

        run->at[id] = walk->images[n].at;
        run->step[id] = walk->images[n].step;
        if (last == STAGE_COUNT && from >> id & 1 && run->at[id] != UINT64_MAX)
            last = id;
    }
    return last;
}

/* Writes a run of points of one machine; i: row of the first. */
static void run_write(const struct machine_run *run, enum stage_id last,
                      const struct point *point, const struct columns *columns,
                      uint64_t i, int8_t *status, struct error *reason)
{
    const struct machines_columns to = machines_columns(columns);
    const struct machine *machine = (const struct machine *)point->machine;
    const int8_t *done = run->study->statuses[last];

    stages[last]->machine_result(run, &to, i);
    for (uint64_t n = 0; n < run->count; n++, i++) {
        status[n] = POINT_INFEASIBLE;
        if (done[run->at[last] + n * run->step[last]] != POINT_DONE) {
            row_clear(columns, i); /* the machine's stage has set the reason */
            continue;
        }
        if (machine->die_m2 > 0)
            to.area_m2[i] = machine->die_m2;
        if (!(to.area_m2[i] > 0)) /* records that state energies state no areas */
            to.area_m2[i] = NAN;
        if (copies_write(point, &to, i, reason) == STATUS_OK)
            status[n] = POINT_DONE;
        else
            row_clear(columns, i);
    }
}

/* Does the die area that records state vary?  It is the only field that this stage reads. */
static bool die_varies(const struct study *study)
{
    const struct space *space = &study->sweep->space;

    if (space->axes[AXIS_spread].is_given || study->change_count > 0)
        return true;
    for (size_t f = 0; f < space->field_count; f++)
        if (strcmp(space->fields[f].place.path, "die_m2") == 0)
            return true;
    return false;
}

static void machines_stage_evaluate(const struct study *study, struct range points,
                                    const struct columns *out, int8_t *status,
                                    struct error *reason)
{
    stage_mask from = sources(study);
    axis_mask asked = questions_given(&study->sweep->space);
    bool varies = die_varies(study);
    struct machine_run run = { .study = study };
    struct variant variant = { 0 };
    struct machines_walk walk;

    walk_start(&walk, study, varies, points.first);
    for (uint64_t i = 0; i < points.count; i += run.count) {
        uint64_t left = walk.cursor.left, rest = points.count - i;
        enum stage_id last = inputs_find(&walk, from, &run);
        struct point point = walk.cursor.point;
        struct change changes[CHANGES_MAX];

        if (varies)
            variant_at(&variant, changes,
                       study_changes(study, STAGE_MACHINES, &point, changes));
        run.count = left < rest ? left : rest;
        run.batch = (double)point.batch;
        if (last != STAGE_COUNT &&
            (!varies || variant_record(&variant, RECORDS_MACHINE, &point.machine, true,
                                       reason) == STATUS_OK) &&
            questions_check(asked, &point, last, reason) == STATUS_OK)
            run_write(&run, last, &point, out, i, status + i, reason);
        else
            memset(status + i, POINT_INFEASIBLE, run.count);
        cursor_next(&walk.cursor, walk.images, walk.count);
    }
    variant_free(&variant);
}

const struct stage machines_stage = {
    .name = "machines",
    .summary = "a network on any kind of machine: latency, energy, area, copies in an "
               "area budget",
    STAGE_METRICS(machines),
    .ignored_fields = "machine.llc_bytes=", /* the array's capacity counts */
    .kinds = (1u << MACHINE_KINDS) - 1,
    .axes = AXIS_BIT(machine) | AXIS_BIT(area_budget_m2) |
            AXIS_BIT(dram_budget_bytes_per_s),
    .optional = AXIS_BIT(technology),
    .enabled_by = AXIS_BIT(machine) | AXIS_BIT(workload),
    .inputs = INPUT(GPU) | INPUT(CHIP) | INPUT(LAYERWISE) | INPUT(CROSSBAR_CHIP),
    .takes_one_input = true,
    .evaluate = machines_stage_evaluate,
    .point_s = 5e-8,
    .block_points = 16384,
};
