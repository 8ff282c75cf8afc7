#include "results/growth_match.h"

#include "base/memory.h"
#include "results/h5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* State while the old file is compared with the sweep. */
struct matching {
    struct growth *growth;
    const struct grid *grid;
    struct kept_stage *kept;
    enum stage_id id;
    char *raws[2 * AXES]; /* coordinates read from the file; freed at the end */
    size_t raw_count;
    struct error *err;
};

static const struct axis_spec *spec_of(const struct matching *m, enum axis_id axis)
{
    return space_axis(&m->growth->study->sweep->space, axis);
}

static const struct variable *coordinate_of(const struct matching *m, enum axis_id axis)
{
    const struct results *results = m->growth->results;
    const char *status = results->variables[m->kept->old->status].path;
    const char *leaf = h5_leaf(status);
    char *path = alloc_printf("%.*s%s", (int)(leaf - status), status,
                              spec_of(m, axis)->name);
    const struct variable *found = results_find_path(results, path);

    free(path);
    if (found)
        return found;
    path = alloc_printf(RESULTS_RUN "/defaults/%s", spec_of(m, axis)->name);
    found = results_find_path(results, path);
    free(path);
    return found;
}

static enum status coordinate_read(struct matching *m, enum axis_id axis,
                                   const struct variable *variable,
                                   struct growth_coordinate *coordinate)
{
    bool is_text = spec_of(m, axis)->kind == AXIS_RECORD ||
                   spec_of(m, axis)->kind == AXIS_WORD;
    char *raw = NULL;
    enum status status = STATUS_OK;

    if ((variable->kind == VARIABLE_TEXT) != is_text ||
        (!is_text && variable->item_bytes != 8))
        return error_set(m->err, STATUS_INPUT, "%s: its %s are of another kind",
                         m->growth->results->path, spec_of(m, axis)->name);
    if (!is_text) {
        raw = alloc_array(variable->count, variable->item_bytes);
        m->raws[m->raw_count++] = raw;
        status = results_read_raw(m->growth->results, variable, 0, variable->count, raw,
                                  m->err);
    }
    *coordinate = (struct growth_coordinate){ axis, variable, raw };
    return status;
}

/* The grid's dimension along which the axis varies, or SIZE_MAX. */
static size_t dimension_of(const struct matching *m, enum axis_id axis)
{
    const struct space *space = &m->growth->study->sweep->space;

    for (size_t d = 0; d < m->grid->dimension_count; d++) {
        const struct dimension *along = &space->dimensions[m->grid->dimensions[d]];

        for (size_t a = 0; a < along->axis_count; a++)
            if (along->axes[a] == axis)
                return d;
    }
    return SIZE_MAX;
}

static char *old_format(const struct matching *m,
                        const struct growth_coordinate *coordinate, uint64_t i,
                        char *buffer, size_t size)
{
    struct axis_key key = side_old_key(coordinate, i);
    union axis_value value;

    if (!coordinate->raw) {
        snprintf(buffer, size, "%s", coordinate->variable->texts[i]);
        return buffer;
    }
    memcpy(&value, key.bytes, sizeof value);
    return axis_value_format(spec_of(m, coordinate->axis), value, buffer, size);
}

/* Reports that a value of the file is not in the sweep. */
static enum status value_lost(const struct matching *m, const struct growth_side *side,
                              uint64_t t, const bool *is_old)
{
    const struct growth_coordinate *coordinate = &side->coordinates[0];
    char was[80], is[80] = "";

    for (size_t c = 0; c < side->count; c++) { /* find the axis that lacks it */
        uint64_t count = side->is_along[c] ? m->grid->sizes[side->dimension] : 1, i = 0;

        while (i < count && !side_has(side, c, i, t))
            i++;
        if (i == count) {
            coordinate = &side->coordinates[c];
            for (i = 0; i < count && !is[0]; i++)
                if (!is_old || !is_old[i])
                    axis_value_format(spec_of(m, coordinate->axis),
                                      side_value(side, c, i), is, sizeof is);
            break;
        }
    }
    old_format(m, coordinate, t, was, sizeof was);
    if (is[0])
        return error_set(m->err, STATUS_INPUT,
                         "%s: result of another sweep: %s was %s, is %s; keep the old "
                         "values and add "
                         "to them, or name another file with -o",
                         m->growth->results->path, spec_of(m, coordinate->axis)->name,
                         was, is);
    return error_set(m->err, STATUS_INPUT,
                     "%s: result of another sweep: %s has no value %s; keep the old "
                     "values and add to "
                     "them, or name another file with -o",
                     m->growth->results->path, spec_of(m, coordinate->axis)->name, was);
}

static void added_note(const struct matching *m, const struct growth_side *side,
                       uint64_t i)
{
    char *text = m->growth->added, value[80];
    size_t used = strlen(text), found = side->count;
    enum axis_id axis;

    for (size_t c = 0; c < side->count && found == side->count; c++)
        if (side->is_along[c]) {
            uint64_t t = 0;

            while (t < side->length && !side_has(side, c, i, t))
                t++;
            if (t == side->length)
                found = c;
        }
    if (found == side->count || used > sizeof m->growth->added - 120)
        return;
    axis = side->coordinates[found].axis;
    axis_value_format(spec_of(m, axis), side_value(side, found, i), value,
                      sizeof value);
    if (strstr(text, value) && strstr(text, spec_of(m, axis)->name))
        return;
    snprintf(text + used, sizeof m->growth->added - used, "%s%s %s", used ? ", " : "",
             spec_of(m, axis)->name, value);
}

/* Finds the one dimension of the new grid along which the side's axes vary, if any does. */
static enum status side_place(struct matching *m, struct growth_side *side)
{
    side->dimension = SIZE_MAX;
    side->grid = m->grid;
    side->space = &m->growth->study->sweep->space;
    for (size_t c = 0; c < side->count; c++) {
        size_t d = dimension_of(m, side->coordinates[c].axis);

        side->is_along[c] = d != SIZE_MAX;
        if (d == SIZE_MAX)
            continue;
        if (side->dimension != SIZE_MAX && side->dimension != d)
            return error_set(
                m->err, STATUS_INPUT,
                "%s: result of another sweep: %s and %s vary together in the "
                "file; name another file with -o",
                m->growth->results->path, spec_of(m, side->coordinates[0].axis)->name,
                spec_of(m, side->coordinates[c].axis)->name);
        side->dimension = d;
    }
    return STATUS_OK;
}

/* Axes with a single value in the new sweep: the old file must have it alone. */
static enum status single_match(struct matching *m, struct growth_side *side)
{
    uint64_t t = side_find(side, 0);

    if (t == NOT_THERE || side->length > 1)
        return value_lost(m, side, t == 0 ? 1 : 0, NULL);
    m->kept->fixed += t * side->stride;
    return STATUS_OK;
}

/* Finds the new sweep's values along one dimension of the old file. */
static enum status side_match(struct matching *m, struct growth_side *side)
{
    uint64_t count, *places;
    bool *is_found, *is_old;
    enum status status = side_place(m, side);
    unsigned said = 0;

    if (status != STATUS_OK)
        return status;
    side_index(side);
    if (side->dimension == SIZE_MAX)
        return single_match(m, side);
    count = m->grid->sizes[side->dimension];
    places = m->kept->places[side->dimension];
    is_found = alloc_array(side->length, sizeof *is_found);
    is_old = alloc_array(count, sizeof *is_old);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t t = side_find(side, i);

        is_old[i] = t != NOT_THERE;
        if (t != NOT_THERE)
            is_found[t] = true;
        else if (said++ < 4)
            added_note(m, side, i);
        places[i] = t == NOT_THERE || places[i] == NOT_THERE
                        ? NOT_THERE
                        : places[i] + t * side->stride;
    }
    for (uint64_t t = 0; t < side->length && status == STATUS_OK; t++)
        if (!is_found[t])
            status = value_lost(m, side, t, is_old);
    free(is_found);
    free(is_old);
    return status;
}

/* The dimension of the old stage's datasets along which the coordinate lies, or SIZE_MAX. */
static size_t side_of(const struct variable *points, const struct variable *coordinate)
{
    for (size_t d = 0; coordinate->dimension_count == 1 && d < points->dimension_count;
         d++)
        if (points->own_dimensions[d] == coordinate->own_dimensions[0])
            return d;
    return SIZE_MAX;
}

static bool has_same_columns(const struct matching *m)
{
    const struct results *results = m->growth->results;
    const struct stage_layout *layout = &m->kept->old->layout;
    const struct stage *stage = m->growth->table[m->id];
    struct stage_layout wanted;

    layout_stage_init(&wanted, stage, 1, 1);
    for (uint32_t c = 0; c < wanted.columns && c < layout->columns; c++)
        if (strcmp(h5_leaf(results->variables[m->kept->old->columns[c]].path),
                   stage->metrics[c].name) != 0 ||
            layout->column_bytes[c] != wanted.column_bytes[c])
            return false;
    return wanted.columns == layout->columns;
}

/* Refuses a field that only the old sweep gives. */
static enum status fields_check(const struct growth *growth, struct error *err)
{
    const struct results *results = growth->results;

    for (size_t v = 0; v < results->variable_count; v++) {
        const struct variable *variable = &results->variables[v];
        const char *name = h5_leaf(variable->path);
        enum axis_id axis = space_axis_find(&growth->study->sweep->space, name);

        if (variable->field[0] && axis == AXES)
            return error_set(
                err, STATUS_INPUT,
                "%s: result of another sweep: only the file gives %s (%s); "
                "name another file with -o",
                results->path, name, variable->field);
    }
    return STATUS_OK;
}

/* Adds the axis to the side along which the old file has it. */
static enum status axis_place(struct matching *m, enum axis_id axis,
                              struct growth_side *sides, size_t *side_count)
{
    const struct results *results = m->growth->results;
    const struct axis *own = &m->growth->study->sweep->space.axes[axis];
    const struct variable *variable = coordinate_of(m, axis);
    struct growth_side *side;
    size_t d;

    if (!variable && own->is_given &&
        (spec_of(m, axis)->kind != AXIS_RECORD || own->values[0].record))
        return error_set(m->err, STATUS_INPUT,
                         "%s: result of another sweep: only the new sweep gives %s; "
                         "name another file with -o",
                         results->path, spec_of(m, axis)->name);
    if (!variable)
        return STATUS_OK;
    d = side_of(&results->variables[m->kept->old->status], variable);
    if (d == SIZE_MAX) { /* one value for all points: an extra side of length 1 */
        d = (*side_count)++;
        sides[d].length = 1;
    }
    side = &sides[d];
    return coordinate_read(m, axis, variable, &side->coordinates[side->count++]);
}

static enum status stage_match(struct matching *m)
{
    const struct results *results = m->growth->results;
    const struct variable *points = &results->variables[m->kept->old->status];
    struct growth_side *sides = alloc_array(points->dimension_count + AXES,
                                            sizeof *sides);
    size_t side_count = points->dimension_count;
    uint64_t stride = 1;
    enum status status = STATUS_OK;

    for (size_t d = points->dimension_count; d-- > 0;) {
        sides[d].length = results->dimensions[points->own_dimensions[d]].count;
        sides[d].stride = stride;
        stride *= sides[d].length;
    }
    for (enum axis_id axis = 0; axis < AXES && status == STATUS_OK; axis++) {
        size_t d = dimension_of(m, axis);

        if (d == SIZE_MAX ? m->grid->axes >> axis & 1 : grid_varies(m->grid, d, axis))
            status = axis_place(m, axis, sides, &side_count);
    }
    for (size_t d = 0; d < side_count && status == STATUS_OK; d++)
        status = sides[d].count ? side_match(m, &sides[d])
                                : error_set(m->err, STATUS_INPUT,
                                            "%s: result of another sweep: it was "
                                            "sampled, and samples cannot be extended; "
                                            "name another file with -o",
                                            results->path);
    for (size_t d = 0; d < side_count; d++)
        free(sides[d].table);
    free(sides);
    return status;
}

static void stage_count_kept(struct growth *growth, enum stage_id id,
                             const struct results_summary *summary)
{
    size_t s = (size_t)(growth->stages[id].old - growth->results->stages);

    growth->kept += summary->points[s][POINT_DONE] +
                    summary->points[s][POINT_INFEASIBLE];
}

enum status growth_match(struct growth *growth, struct error *err)
{
    struct results_summary summary;
    enum status status = fields_check(growth, err);

    if (status == STATUS_OK)
        status = results_summarize(growth->results, &summary, err);

    for (int id = 0; id < STAGE_COUNT && status == STATUS_OK; id++) {
        struct kept_stage *kept = &growth->stages[id];
        struct matching m = { .growth = growth,
                              .grid = &growth->study->grids[id],
                              .kept = kept,
                              .id = (enum stage_id)id,
                              .err = err };

        if (!(growth->study->stages >> id & 1))
            continue;
        growth->total += m.grid->points;
        for (size_t s = 0; s < growth->results->stage_count; s++)
            if (strcmp(growth->results->stages[s].name, growth->table[id]->name) == 0)
                kept->old = &growth->results->stages[s];
        if (!kept->old || !has_same_columns(&m)) {
            kept->old = NULL;
            continue;
        }
        kept->blocks = alloc_array(kept->old->layout.blocks, 1);
        for (size_t d = 0; d < m.grid->dimension_count; d++)
            kept->places[d] = alloc_array(m.grid->sizes[d], sizeof **kept->places);
        status = stage_match(&m);
        for (size_t r = 0; r < m.raw_count; r++)
            free(m.raws[r]);
        if (status == STATUS_OK)
            stage_count_kept(growth, (enum stage_id)id, &summary);
    }
    return status;
}
