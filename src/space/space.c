#include "space/space.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- axes */

const struct axis_spec *space_axis(const struct space *space, enum axis_id axis)
{
    return axis < AXES_NAMED ? &axis_specs[axis]
                             : &space->fields[axis - AXES_NAMED].spec;
}

enum axis_id space_axis_find(const struct space *space, const char *key)
{
    enum axis_id axis = axis_find(key);

    for (size_t f = 0; axis == AXES && f < space->field_count; f++)
        if (strcmp(space->fields[f].spec.key, key) == 0)
            axis = (enum axis_id)(AXES_NAMED + f);
    return axis;
}

enum axis_id space_field_add(struct space *space, const struct axis_spec *spec,
                             const struct place *place)
{
    struct field_axis *field = &space->fields[space->field_count];

    if (space->field_count == FIELD_AXES_MAX)
        return AXES;
    *field = (struct field_axis){ *spec, *place };
    field->spec.name = field->spec.key = alloc_text(spec->key);
    field->place.record = alloc_text(place->record);
    field->place.path = alloc_text(place->path);
    return (enum axis_id)(AXES_NAMED + space->field_count++);
}

static void fields_free(struct space *space)
{
    for (size_t f = 0; f < space->field_count; f++) {
        free((void *)(uintptr_t)space->fields[f].spec.key);
        free((void *)(uintptr_t)space->fields[f].place.record);
        free((void *)(uintptr_t)space->fields[f].place.path);
    }
}

/* ---- members */

static uint32_t entry_find(const struct grid *grid, uint32_t count,
                           const struct record *record)
{
    uint32_t e = 0;

    while (e < count && grid->entries[e].record != record)
        e++;
    return e;
}

/* The entries of dimension d, which the members' axis lies in. */
static void entries_make(struct grid *grid, const struct space *space, size_t d,
                         const struct grid_members *members)
{
    const struct dimension *dimension = &space->dimensions[grid->dimensions[d]];
    const union axis_value *values = space->axes[members->axis].values;
    uint32_t count = 0, capacity = 16;

    grid->listed = d;
    grid->listed_axis = members->axis;
    grid->is_merged = true;
    for (size_t a = 0; a < dimension->axis_count; a++)
        grid->is_merged &= dimension->axes[a] == members->axis ||
                           !(grid->axes >> dimension->axes[a] & 1);
    grid->entries = alloc_array(capacity, sizeof *grid->entries);
    grid->entry_of = alloc_array(dimension->count, sizeof *grid->entry_of);
    for (uint32_t p = 0; p < dimension->count; p++) {
        const struct record *record;

        grid->entry_of[p] = UINT32_MAX;
        for (size_t i = 0;
             (record = members->member(members->context, values[p].record, i)); i++) {
            uint32_t e = grid->is_merged ? entry_find(grid, count, record) : count;

            if (e == capacity) {
                capacity *= 2;
                grid->entries = realloc_array(grid->entries, capacity,
                                              sizeof *grid->entries);
            }
            if (e == count)
                grid->entries[count++] = (struct grid_entry){ p, record };
            if (i == 0)
                grid->entry_of[p] = e;
        }
    }
    grid->sizes[d] = count;
}

/* The dimension of the grid that an axis lies in, or dimension_count. */
static size_t dimension_of(const struct grid *grid, const struct space *space,
                           enum axis_id axis)
{
    for (size_t d = 0; d < grid->dimension_count; d++) {
        const struct dimension *dimension = &space->dimensions[grid->dimensions[d]];

        for (size_t a = 0; a < dimension->axis_count; a++)
            if (dimension->axes[a] == axis)
                return d;
    }
    return grid->dimension_count;
}

/* ---- grids */

enum status grid_init(struct grid *grid, const struct space *space, axis_mask axes,
                      const struct grid_members *members, struct error *err)
{
    const uint64_t most = (uint64_t)1 << 62;

    *grid = (struct grid){ .axes = axes, .points = 1 };
    for (size_t d = 0; d < space->dimension_count; d++) {
        const struct dimension *dimension = &space->dimensions[d];
        bool is_spanned = false;

        for (size_t a = 0; a < dimension->axis_count; a++)
            is_spanned |= axes >> dimension->axes[a] & 1;
        if (is_spanned) {
            grid->dimensions[grid->dimension_count] = d;
            grid->sizes[grid->dimension_count++] = dimension->count;
        }
    }
    grid->listed = grid->dimension_count;
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (space->axes[axis].values)
            point_set(&grid->origin, axis, space->axes[axis].values[0]);
    if (members && axes >> members->axis & 1) {
        size_t d = dimension_of(grid, space, members->axis);

        if (d < grid->dimension_count)
            entries_make(grid, space, d, members);
    }
    for (size_t d = grid->dimension_count; d-- > 0;) {
        grid->strides[d] = grid->points;
        if (grid->sizes[d] && grid->points > most / grid->sizes[d]) {
            grid_free(grid);
            return error_set(
                err, STATUS_INPUT,
                "the axes span more than 2^62 points; leave some values out");
        }
        grid->points *= grid->sizes[d];
    }
    return STATUS_OK;
}

void grid_free(struct grid *grid)
{
    free(grid->entries);
    free(grid->entry_of);
    grid->entries = NULL;
    grid->entry_of = NULL;
}

/* Where coordinate i of dimension d is in the space's dimension. */
static uint64_t position_of(const struct grid *grid, size_t d, uint64_t i)
{
    return d == grid->listed ? grid->entries[i].position : i;
}

bool grid_varies(const struct grid *grid, size_t d, enum axis_id axis)
{
    return d != grid->listed || !grid->is_merged || axis == grid->listed_axis;
}

union axis_value grid_value(const struct grid *grid, const struct space *space,
                            size_t d, enum axis_id axis, uint64_t i)
{
    if (d == grid->listed && axis == grid->listed_axis)
        return (union axis_value){ .record = grid->entries[i].record };
    return space->axes[axis].values[position_of(grid, d, i)];
}

void grid_point(const struct grid *grid, const struct space *space, uint64_t index,
                struct point *point)
{
    *point = grid->origin;
    for (size_t d = 0; d < grid->dimension_count; d++) {
        const struct dimension *dimension = &space->dimensions[grid->dimensions[d]];
        uint64_t at = index / grid->strides[d] % grid->sizes[d];

        for (size_t a = 0; a < dimension->axis_count; a++)
            if (grid_varies(grid, d, dimension->axes[a]))
                point_set(point, dimension->axes[a],
                          grid_value(grid, space, d, dimension->axes[a], at));
    }
}

uint64_t grid_project(const struct grid *from, uint64_t index, const struct grid *to)
{
    uint64_t sum = 0;
    size_t f = 0;

    for (size_t t = 0; t < to->dimension_count; t++) {
        uint64_t at;

        while (from->dimensions[f] != to->dimensions[t])
            f++;
        at = index / from->strides[f] % from->sizes[f];
        at = position_of(from, f, at);
        if (t == to->listed) {
            uint32_t entry = to->entry_of[at];

            if (entry == UINT32_MAX)
                return UINT64_MAX;
            at = entry;
        }
        sum += at * to->strides[t];
    }
    return sum;
}

uint64_t grid_moved(const struct grid *grid, const struct space *space, uint64_t index,
                    enum axis_id axis, union axis_value value)
{
    size_t d = dimension_of(grid, space, axis);

    if (d < grid->dimension_count && grid_varies(grid, d, axis)) {
        uint64_t at = index / grid->strides[d] % grid->sizes[d];

        for (uint64_t i = 0; i < grid->sizes[d]; i++)
            if (axis_values_equal(space_axis(space, axis),
                                  grid_value(grid, space, d, axis, i), value))
                return index + i * grid->strides[d] - at * grid->strides[d];
    }
    return axis_values_equal(space_axis(space, axis), space->axes[axis].values[0],
                             value)
               ? index
               : UINT64_MAX;
}

static bool is_member(const struct axis_spec *spec, union axis_value value,
                      const union axis_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (axis_values_equal(spec, value, values[i]))
            return true;
    return false;
}

/* Does the rule name only axes that the grid spans, or that have a single value? */
static bool rule_applies(const struct grid *grid, const struct space *space,
                         const struct exclusion *rule)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (rule->axes >> axis & 1 && !(grid->axes >> axis & 1) &&
            space->axes[axis].is_dimension)
            return false;
    return true;
}

static bool rule_matches(const struct space *space, const struct exclusion *rule,
                         const struct point *point)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (rule->axes >> axis & 1 &&
            !is_member(space_axis(space, axis), point_get(point, axis),
                       rule->values[axis], rule->counts[axis]))
            return false;
    return true;
}

bool space_excludes(const struct space *space)
{
    return space->exclusion_count > 0;
}

bool grid_is_excluded(const struct grid *grid, const struct space *space,
                      const struct point *point)
{
    for (size_t i = 0; i < space->exclusion_count; i++)
        if (rule_applies(grid, space, &space->exclusions[i]) &&
            rule_matches(space, &space->exclusions[i], point))
            return true;
    return false;
}

/* How many coordinates of a dimension match the rule's values of all its axes. */
static uint64_t dimension_matches(const struct grid *grid, const struct space *space,
                                  size_t d, const struct exclusion *rule)
{
    const struct dimension *dimension = &space->dimensions[grid->dimensions[d]];
    uint64_t matches = 0;

    for (uint64_t i = 0; i < grid->sizes[d]; i++) {
        bool is_match = true;

        for (size_t a = 0; a < dimension->axis_count && is_match; a++) {
            enum axis_id axis = dimension->axes[a];

            if (rule->axes >> axis & 1)
                is_match = is_member(space_axis(space, axis),
                                     grid_value(grid, space, d, axis, i),
                                     rule->values[axis], rule->counts[axis]);
        }
        matches += is_match;
    }
    return matches;
}

uint64_t grid_exclusion_count(const struct grid *grid, const struct space *space,
                              const struct exclusion *rule)
{
    uint64_t points = 1;

    if (!rule_applies(grid, space, rule))
        return 0;
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (rule->axes >> axis & 1 && !space->axes[axis].is_dimension &&
            !is_member(space_axis(space, axis), space->axes[axis].values[0],
                       rule->values[axis], rule->counts[axis]))
            return 0;
    for (size_t d = 0; d < grid->dimension_count; d++)
        points *= dimension_matches(grid, space, d, rule);
    return points;
}

uint64_t grid_excluded_count(const struct grid *grid, const struct space *space,
                             uint64_t limit, bool *is_exact)
{
    uint64_t in_boxes = 0, excluded = 0;
    size_t boxes = 0;
    struct point point;

    *is_exact = true;
    for (size_t i = 0; i < space->exclusion_count; i++) {
        uint64_t box = grid_exclusion_count(grid, space, &space->exclusions[i]);

        boxes += box > 0;
        in_boxes += box;
    }
    if (boxes <= 1)
        return in_boxes;
    if (grid->points > limit) { /* the boxes may overlap: an upper bound */
        *is_exact = false;
        return in_boxes < grid->points ? in_boxes : grid->points;
    }
    for (uint64_t i = 0; i < grid->points; i++) {
        grid_point(grid, space, i, &point);
        excluded += grid_is_excluded(grid, space, &point);
    }
    return excluded;
}

void space_pin(struct space *pinned, const struct space *space,
               const struct point *point)
{
    *pinned = (struct space){ .iso_area = space->iso_area };
    for (size_t f = 0; f < space->field_count; f++)
        space_field_add(pinned, &space->fields[f].spec, &space->fields[f].place);
    for (enum axis_id axis = 0; axis < AXES; axis++) {
        struct axis *one = &pinned->axes[axis];

        *one = (struct axis){
            .values = alloc_array(1, sizeof *one->values),
            .count = 1,
            .is_given = space->axes[axis].is_given,
        };
        one->values[0] = point_get(point, axis);
    }
    if (space->axes[AXIS_machine].is_given) {
        pinned->axes[AXIS_machine].is_dimension = true;
        pinned->dimensions[pinned->dimension_count++] = (struct dimension){
            .name = axis_specs[AXIS_machine].name,
            .count = 1,
            .axes = { AXIS_machine },
            .axis_count = 1,
        };
    }
}

void space_free(struct space *space)
{
    fields_free(space);
    for (enum axis_id axis = 0; axis < AXES; axis++)
        free(space->axes[axis].values);
    for (size_t i = 0; i < space->exclusion_count; i++)
        for (enum axis_id axis = 0; axis < AXES; axis++)
            free(space->exclusions[i].values[axis]);
    free(space->exclusions);
    *space = (struct space){ 0 };
}
