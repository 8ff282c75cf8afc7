#include "space/space.h"

#include "base/memory.h"

#include <stdlib.h>

enum status grid_init(struct grid *grid, const struct space *space, axis_mask axes,
                      struct error *err)
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
    for (size_t d = grid->dimension_count; d-- > 0;) {
        grid->strides[d] = grid->points;
        if (grid->sizes[d] && grid->points > most / grid->sizes[d])
            return error_set(
                err, STATUS_INPUT,
                "the axes span more than 2^62 points; leave some values out");
        grid->points *= grid->sizes[d];
    }
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (space->axes[axis].values)
            point_set(&grid->origin, axis, space->axes[axis].values[0]);
    return STATUS_OK;
}

void grid_point(const struct grid *grid, const struct space *space, uint64_t index,
                struct point *point)
{
    *point = grid->origin;
    for (size_t d = 0; d < grid->dimension_count; d++) {
        const struct dimension *dimension = &space->dimensions[grid->dimensions[d]];
        uint64_t at = index / grid->strides[d] % grid->sizes[d];

        for (size_t a = 0; a < dimension->axis_count; a++)
            point_set(point, dimension->axes[a],
                      space->axes[dimension->axes[a]].values[at]);
    }
}

uint64_t grid_project(const struct grid *from, uint64_t index, const struct grid *to)
{
    uint64_t projected = 0;
    size_t f = 0;

    for (size_t t = 0; t < to->dimension_count; t++) {
        while (from->dimensions[f] != to->dimensions[t])
            f++;
        projected += index / from->strides[f] % from->sizes[f] * to->strides[t];
    }
    return projected;
}

uint64_t grid_moved(const struct grid *grid, const struct space *space, uint64_t index,
                    enum axis_id axis, union axis_value value)
{
    for (size_t d = 0; d < grid->dimension_count; d++) {
        const struct dimension *dimension = &space->dimensions[grid->dimensions[d]];
        uint64_t at = index / grid->strides[d] % grid->sizes[d];

        for (size_t a = 0; a < dimension->axis_count; a++)
            for (uint64_t i = 0; dimension->axes[a] == axis && i < dimension->count;
                 i++)
                if (axis_values_equal(axis, space->axes[axis].values[i], value))
                    return index + i * grid->strides[d] - at * grid->strides[d];
    }
    return axis_values_equal(axis, space->axes[axis].values[0], value) ? index
                                                                       : UINT64_MAX;
}

static bool is_member(enum axis_id axis, union axis_value value,
                      const union axis_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (axis_values_equal(axis, value, values[i]))
            return true;
    return false;
}

/* Does the rule speak of this grid: only of axes the grid spans, or that have a single
 * value? */
static bool rule_applies(const struct grid *grid, const struct space *space,
                         const struct exclusion *rule)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (rule->axes >> axis & 1 && !(grid->axes >> axis & 1) &&
            space->axes[axis].is_dimension)
            return false;
    return true;
}

static bool rule_matches(const struct exclusion *rule, const struct point *point)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (rule->axes >> axis & 1 &&
            !is_member(axis, point_get(point, axis), rule->values[axis],
                       rule->counts[axis]))
            return false;
    return true;
}

bool space_excludes(const struct space *space)
{
    return space->exclusion_count > 0 || space->axes[AXIS_machine].is_given;
}

/* A machine's record is on another axis than the grid's. */
static bool is_foreign(const struct grid *grid, const struct point *point)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if ((grid->axes & MACHINE_AXES) >> axis & 1 && !point_get(point, axis).record)
            return true;
    return false;
}

bool grid_is_excluded(const struct grid *grid, const struct space *space,
                      const struct point *point)
{
    if (is_foreign(grid, point))
        return true;
    for (size_t i = 0; i < space->exclusion_count; i++)
        if (rule_applies(grid, space, &space->exclusions[i]) &&
            rule_matches(&space->exclusions[i], point))
            return true;
    return false;
}

/* How many positions of a dimension match the rule's values of all its axes. */
static uint64_t dimension_matches(const struct space *space,
                                  const struct dimension *dimension,
                                  const struct exclusion *rule)
{
    uint64_t matches = 0;

    for (uint64_t i = 0; i < dimension->count; i++) {
        bool is_match = true;

        for (size_t a = 0; a < dimension->axis_count && is_match; a++) {
            enum axis_id axis = dimension->axes[a];

            if (rule->axes >> axis & 1)
                is_match = is_member(axis, space->axes[axis].values[i],
                                     rule->values[axis], rule->counts[axis]);
        }
        matches += is_match;
    }
    return matches;
}

/* Points in the box of one rule. */
static uint64_t rule_box(const struct grid *grid, const struct space *space,
                         const struct exclusion *rule)
{
    uint64_t points = 1;

    if (!rule_applies(grid, space, rule))
        return 0;
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (rule->axes >> axis & 1 && !space->axes[axis].is_dimension &&
            !is_member(axis, space->axes[axis].values[0], rule->values[axis],
                       rule->counts[axis]))
            return 0;
    for (size_t d = 0; d < grid->dimension_count; d++)
        points *= dimension_matches(space, &space->dimensions[grid->dimensions[d]],
                                    rule);
    return points;
}

/* Points whose machines are foreign.  The machine's axes lie in one dimension, or none. */
static uint64_t foreign_count(const struct grid *grid, const struct space *space)
{
    const struct axis *machines = &space->axes[AXIS_machine];
    uint64_t foreign = 0;

    if (!machines->is_given || !(grid->axes & MACHINE_AXES))
        return 0;
    for (uint64_t i = 0; i < machines->count; i++) {
        struct point point = { 0 };

        for (enum axis_id axis = 0; axis < AXES; axis++)
            if (MACHINE_AXES >> axis & 1)
                point_set(&point, axis, space->axes[axis].values[i]);
        foreign += is_foreign(grid, &point);
    }
    return grid->points / machines->count * foreign;
}

uint64_t grid_excluded_count(const struct grid *grid, const struct space *space,
                             uint64_t limit, bool *is_exact)
{
    uint64_t in_boxes = foreign_count(grid, space), excluded = 0;
    size_t boxes = in_boxes > 0;
    struct point point;

    *is_exact = true;
    for (size_t i = 0; i < space->exclusion_count; i++) {
        uint64_t box = rule_box(grid, space, &space->exclusions[i]);

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
    for (enum axis_id axis = 0; axis < AXES; axis++) {
        struct axis *one = &pinned->axes[axis];

        *one = (struct axis){
            .values = alloc_array(1, sizeof *one->values),
            .count = 1,
            .is_given = space->axes[axis].is_given,
        };
        one->values[0] = point_get(point, axis);
    }
}

void space_free(struct space *space)
{
    for (enum axis_id axis = 0; axis < AXES; axis++)
        free(space->axes[axis].values);
    for (size_t i = 0; i < space->exclusion_count; i++)
        for (enum axis_id axis = 0; axis < AXES; axis++)
            free(space->exclusions[i].values[axis]);
    free(space->exclusions);
    *space = (struct space){ 0 };
}
