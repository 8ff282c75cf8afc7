/* The need stage: the factor by which a field of a record must change so that a metric of its
 * point is at most a goal times that of another record's point (uncertainty/need.h).
 *
 * Every cell is a search of its own.  The metric's stage, and those of its inputs whose results
 * depend on the field, are evaluated for the cell's point with the field multiplied; results of
 * the other stages come from the sweep.  If one of these stages depends on fewer axes than the
 * cell (an array does not depend on the workload), its results are kept for the other cells of
 * the block, which saves time and changes no result. */
#include "stage/stages.h"

#include "base/memory.h"
#include "base/mix.h"
#include "base/path.h"
#include "columns/need.h"
#include "stage/visit.h"
#include "uncertainty/need.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- results kept for the cells of a block */

struct kept_row {
    int stage;
    uint64_t at;  /* the stage's point */
    size_t field; /* index of the changed field */
    double factor;
    int8_t status;
    void *values; /* all columns, one after the other; NULL: an empty slot */
};

struct kept_rows {
    struct kept_row *rows; /* hashed */
    size_t count, room;
};

static size_t row_bytes(enum stage_id id)
{
    size_t bytes = 0;

    for (size_t m = 0; m < stages[id]->metric_count; m++)
        bytes += metric_point_bytes(&stages[id]->metrics[m]);
    return bytes;
}

static bool is_same_row(const struct kept_row *a, const struct kept_row *b)
{
    return a->stage == b->stage && a->at == b->at && a->factor == b->factor &&
           a->field == b->field;
}

/* Returns the row's slot in the hash table, or the empty one where it belongs. */
static struct kept_row *row_find(const struct kept_rows *kept,
                                 const struct kept_row *row)
{
    uint64_t bits;
    size_t i;

    memcpy(&bits, &row->factor, sizeof bits);
    bits = mix(bits ^ mix(row->at ^ mix((uint64_t)row->stage)));
    for (i = bits & (kept->room - 1);
         kept->rows[i].values && !is_same_row(&kept->rows[i], row);
         i = (i + 1) & (kept->room - 1))
        ;
    return &kept->rows[i];
}

static void rows_grow(struct kept_rows *kept)
{
    struct kept_rows larger = { .room = kept->room ? 2 * kept->room : 256 };

    larger.rows = alloc_array(larger.room, sizeof *larger.rows);
    for (size_t i = 0; i < kept->room; i++)
        if (kept->rows[i].values)
            *row_find(&larger, &kept->rows[i]) = kept->rows[i];
    free(kept->rows);
    kept->rows = larger.rows;
    kept->room = larger.room;
}

static void rows_free(struct kept_rows *kept)
{
    for (size_t i = 0; i < kept->room; i++)
        free(kept->rows[i].values);
    free(kept->rows);
}

/* Copies between a row's values and the first point of columns. */
static void row_copy(enum stage_id id, char *values, const struct columns *columns,
                     bool to_columns)
{
    for (size_t m = 0; m < stages[id]->metric_count; m++) {
        size_t bytes = metric_point_bytes(&stages[id]->metrics[m]);

        if (to_columns)
            memcpy(columns->column[m], values, bytes);
        else
            memcpy(values, columns->column[m], bytes);
        values += bytes;
    }
}

/* ---- one cell */

enum { CHANGES = 2 * NEED_PLACES_MAX }; /* of the field and of a second one */

struct cell_search {
    const struct study *study; /* the sweep's */
    struct kept_rows *kept;
    struct sweep pinned; /* the cell's point alone */
    struct study one;
    uint64_t at[STAGE_COUNT];
    /* one point each, of stages that depend on a field */
    struct columns own[STAGE_COUNT];
    int8_t statuses[STAGE_COUNT];
    struct change changes[CHANGES];
    size_t field;
    bool is_alone; /* only one field changes: results may be kept */
    double over;   /* the metric of the other record's point */
};

/* Returns a bit per stage that depends on a change, directly or through its inputs. */
static stage_mask dependent_stages(const struct cell_search *cell)
{
    const struct study *one = &cell->one;
    stage_mask seen = 0;

    for (int id = 0; id < STAGE_COUNT; id++) {
        if (!(one->stages >> id & 1))
            continue;
        if (stage_inputs(one->sweep, (enum stage_id)id) & seen)
            seen |= STAGE_BIT(id);
        for (size_t c = 0; c < one->change_count; c++)
            if (stage_varies(one->sweep, (enum stage_id)id, &one->changes[c].place))
                seen |= STAGE_BIT(id);
    }
    return seen;
}

static void stage_run(struct cell_search *cell, enum stage_id id)
{
    struct error reason = { "" };
    struct kept_row row = { .stage = id,
                            .at = cell->at[id],
                            .field = cell->field,
                            .factor = cell->changes[0].value };
    bool is_shared = cell->is_alone && cell->study->grids[id].points <
                                           cell->study->grids[STAGE_NEED].points;
    struct kept_row *found = NULL;

    if (is_shared) {
        if (2 * cell->kept->count >= cell->kept->room)
            rows_grow(cell->kept);
        found = row_find(cell->kept, &row);
    }
    if (found && found->values) {
        row_copy(id, found->values, &cell->own[id], true);
        cell->statuses[id] = found->status;
        return;
    }
    columns_fill(id, 1, &cell->own[id]);
    stages[id]->evaluate(&cell->one, (struct range){ 0, 1 }, &cell->own[id],
                         &cell->statuses[id], &reason);
    if (found) {
        row.status = cell->statuses[id];
        row.values = alloc_array(row_bytes(id), 1);
        row_copy(id, row.values, &cell->own[id], false);
        *found = row;
        cell->kept->count++;
    }
}

/* Returns the metric, with the current changes, divided by the other record's. */
static double changed_ratio(struct cell_search *cell)
{
    const struct objective *metric = &cell->study->sweep->need.metric;
    stage_mask seen = dependent_stages(cell);

    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        if (!(cell->one.stages >> id & 1))
            continue;
        if (seen >> id & 1) {
            stage_run(cell, id);
            cell->one.results[id] = cell->own[id];
            cell->one.statuses[id] = &cell->statuses[id];
        } else {
            cell->one.results[id] = columns_at(id, &cell->study->results[id],
                                               cell->at[id]);
            cell->one.statuses[id] = &cell->study->statuses[id][cell->at[id]];
        }
    }
    if (cell->one.statuses[metric->stage][0] != POINT_DONE)
        return NAN;
    return *(const double *)cell->one.results[metric->stage].column[metric->metric] /
           cell->over;
}

static double ratio_at(void *context, double factor)
{
    struct cell_search *cell = context;

    for (size_t c = 0; c < cell->one.change_count; c++)
        cell->changes[c].value = factor;
    return changed_ratio(cell);
}

static void cell_free(struct cell_search *cell)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        if (cell->one.stages >> id & 1) {
            columns_free(id, &cell->own[id]);
            grid_free(&cell->one.grids[id]);
        }
    space_free(&cell->pinned.space);
}

/* Makes a study of the cell's point only. */
static enum status cell_create(struct cell_search *cell, const struct visit *visit,
                               struct kept_rows *kept, struct error *reason)
{
    const struct study *study = visit->study;
    struct point point;
    enum status status;

    grid_point(&study->grids[STAGE_NEED], &study->sweep->space, visit->index, &point);
    *cell =
        (struct cell_search){ .study = study, .kept = kept, .pinned = *study->sweep };
    space_pin(&cell->pinned.space, &study->sweep->space, &point);
    cell->pinned.stages = STAGE_BIT(study->sweep->need.metric.stage);
    cell->pinned.need.field_count = 0;
    status = study_init(&cell->one, &cell->pinned, study->library, reason);
    cell->one.changes = cell->changes;
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        if (cell->one.stages >> id & 1) {
            cell->at[id] = grid_project(&study->grids[STAGE_NEED], visit->index,
                                        &study->grids[id]);
            columns_alloc(id, 1, &cell->own[id]);
        }
    return status;
}

/* Finds the metric of the point and the metric of the other record, by which it is divided. */
static enum status unchanged_metrics_find(const struct visit *visit, double *over,
                                          double *now, struct error *reason)
{
    const struct study *study = visit->study;
    const struct need_question *need = &study->sweep->need;
    int stage = need->metric.stage;
    const double *values = study->results[stage].column[need->metric.metric];
    union axis_value other = { .record = need->over };
    uint64_t at = visit->at[stage];
    uint64_t at_over = grid_moved(&study->grids[stage], &study->sweep->space, at,
                                  need->axis, other);

    if (at_over == UINT64_MAX || study->statuses[stage][at_over] != POINT_DONE)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s, with which it is compared, has no result at this point",
                         need->over->name);
    *over = values[at_over];
    *now = values[at] / *over;
    if (!isfinite(*now) || !(*over > 0))
        return error_set(reason, STATUS_INFEASIBLE, "%s is unknown or 0 at this point",
                         stages[stage]->metrics[need->metric.metric].name);
    return STATUS_OK;
}

/* Returns the record whose fields change, with the point's changes. */
static const struct record *challenger_of(const struct visit *visit)
{
    return point_get(&visit->point, visit->study->sweep->need.axis).record;
}

static const struct schema *challenger_schema(const struct need_question *need,
                                              const struct record *record)
{
    return schema_of(record_table_schemas[axis_specs[need->axis].table], record);
}

/* Returns the first value of the field, multiplied by the factor, or 0 if there is none. */
static double field_value(const struct need_question *need, const struct record *record,
                          size_t f, double factor)
{
    const struct schema *schema = challenger_schema(need, record);

    for (size_t p = 0; p < need->fields[f].place_count; p++) {
        const char *place = need->fields[f].places[p];
        double value = path_value(schema, record, place);
        struct value_grid grid = path_grid(schema, record, place);

        if (value != 0 && !isnan(value))
            return value_grid_round(&grid, factor * value);
    }
    return 0;
}

/* Returns the grid of values that the field can take (of its first place that has one). */
static struct value_grid field_grid(const struct visit *visit, size_t f)
{
    const struct need_question *need = &visit->study->sweep->need;
    const struct record *record = challenger_of(visit);
    const struct schema *schema = challenger_schema(need, record);

    for (size_t p = 0; p < need->fields[f].place_count; p++) {
        struct value_grid grid = path_grid(schema, record, need->fields[f].places[p]);

        if (grid.unit > 0)
            return grid;
    }
    return (struct value_grid){ 0 };
}

/* Adds a field that the cell's changes multiply, after the `first` changes. */
static void field_change(struct cell_search *cell, const struct visit *visit, size_t f,
                         size_t first, double factor)
{
    const struct need_question *need = &visit->study->sweep->need;
    const struct need_field *field = &need->fields[f];

    for (size_t p = 0; p < field->place_count; p++)
        cell->changes[first + p] = (struct change){
            .place = { .of = axis_specs[need->axis].table,
                       .record =
                           variant_origin(visit->variant, challenger_of(visit))->name,
                       .path = field->places[p] },
            .is_factor = true,
            .value = factor,
        };
    cell->one.change_count = first + field->place_count;
}

/* Finds the second field that improves the metric most while the first has its found value: each
 * is tried at a quarter and at four times its value, of which the better counts. */
static void next_find(struct cell_search *cell, const struct visit *visit,
                      struct need *needs, size_t f, const struct need_columns *out,
                      uint64_t to)
{
    const size_t count = visit->study->sweep->need.field_count;
    struct need *need = &needs[f];
    bool is_wall = need->state == NEED_WALL;
    double base = is_wall ? need->floor : visit->point.need_goal;
    double least = base * (1 - NEED_TOLERANCE);

    if (!is_wall && need->state != NEED_FACTOR && need->state != NEED_STEP)
        return;
    for (size_t other = 0; other < count; other++) {
        double ratio;

        if (other == f || needs[other].state == NEED_ABSENT)
            continue;
        field_change(cell, visit, f, 0, is_wall ? need->floor_factor : need->factor);
        field_change(cell, visit, other, cell->one.change_count,
                     needs[other].better > 1 ? 4 : 0.25);
        ratio = changed_ratio(cell);
        need->evaluations++;
        if (ratio < least) {
            least = ratio;
            out->need_next[to] = other;
            out->need_next_ratio[to] = ratio;
        }
    }
}

static void need_write(const struct need *need, double value,
                       const struct need_columns *out, uint64_t to)
{
    out->need_state[to] = (uint64_t)need->state;
    out->need_evaluations[to] = need->evaluations;
    if (need->state == NEED_ABSENT)
        return;
    out->need_factor[to] = need->factor;
    out->need_value[to] = value;
    out->need_step[to] = need->step;
    out->need_floor[to] = need->floor;
    out->need_floor_factor[to] = need->floor_factor;
    out->need_crossings[to] = need->crossings;
    out->need_resolution[to] = need->resolution;
}

static enum status need_visit(const struct visit *visit, const struct columns *columns,
                              uint64_t i, struct error *reason)
{
    const struct need_question *question = &visit->study->sweep->need;
    const struct record *challenger = challenger_of(visit);
    const struct need_columns out = need_columns(columns);
    struct need needs[NEED_FIELDS_MAX];
    struct cell_search cell;
    double now = NAN, over = NAN;
    enum status status = unchanged_metrics_find(visit, &over, &now, reason);

    if (status != STATUS_OK)
        return status;
    status = cell_create(&cell, visit, visit->memory, reason);
    cell.over = over;
    cell.is_alone = true;
    for (size_t f = 0; f < question->field_count && status == STATUS_OK; f++) {
        const struct value_grid grid = field_grid(visit, f);
        const struct need_request request = { .goal = visit->point.need_goal,
                                              .least = question->least,
                                              .most = question->most,
                                              .grid = &grid };

        needs[f] = (struct need){ .state = NEED_ABSENT };
        cell.field = f;
        field_change(&cell, visit, f, 0, 1);
        if (field_value(question, challenger, f, 1) != 0)
            need_solve(ratio_at, &cell, now, &request, &needs[f]);
    }
    cell.is_alone = false;
    for (size_t f = 0; f < question->field_count && status == STATUS_OK; f++) {
        uint64_t to = i * NEED_FIELDS_MAX + f;

        next_find(&cell, visit, needs, f, &out, to);
        need_write(&needs[f], field_value(question, challenger, f, needs[f].factor),
                   &out, to);
    }
    out.need_ratio[i] = now;
    out.need_over[i] = over;
    cell_free(&cell);
    return status;
}

static void need_stage_evaluate(const struct study *study, struct range points,
                                const struct columns *out, int8_t *status,
                                struct error *reason)
{
    struct kept_rows kept = { 0 };

    stage_visit(study, STAGE_NEED, points, need_visit, &kept, out, status, reason);
    rows_free(&kept);
}

/* Returns how many of the fields exist in the point's record. */
static double fields_present(const struct need_question *need,
                             const struct point *point)
{
    const struct record *record = point_get(point, need->axis).record;
    double present = 0;

    for (size_t f = 0; f < need->field_count; f++)
        present += field_value(need, record, f, 1) != 0;
    return present;
}

static double need_stage_cost_s(const struct study *study, const struct point *point,
                                struct layer_cache *layers)
{
    const double evaluations = 45; /* of a field; at most 64 */
    const struct need_question *need = &study->sweep->need;
    stage_mask seen = 0;
    double one_s = 1e-5;

    for (enum stage_id id = 0; id < STAGE_NEED; id++) {
        const struct place place = { .of = axis_specs[need->axis].table,
                                     .record = "",
                                     .path = need->fields[0].places[0] };

        if (!(study->stages >> id & 1) ||
            !(stage_reads(id, &place) || stage_inputs(study->sweep, id) & seen))
            continue;
        seen |= STAGE_BIT(id);
        one_s += stage_cost_s(study, id, point, layers);
    }
    return (0.01 + fields_present(need, point)) * evaluations * one_s;
}

const struct stage need_stage = {
    .name = "need",
    .summary =
        "by how much a field must change for a record to reach a goal over another",
    STAGE_METRICS(need),
    .axes = AXIS_BIT(need_goal),
    .evaluate = need_stage_evaluate,
    .cost_s = need_stage_cost_s,
    .block_points = 32,
    .block_s = 10, /* mostly less: cells share what they read */
};
