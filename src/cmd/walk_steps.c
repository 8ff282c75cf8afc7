#include "cmd/walk_steps.h"

#include "base/units.h"

#include <math.h>
#include <stdio.h>

/* A field that only one study varies has the records' value in the other. */
static void fields_lend(struct space *to, const struct space *from)
{
    for (size_t f = 0; f < from->field_count; f++) {
        const struct field_axis *field = &from->fields[f];
        enum axis_id id;

        if (space_axis_find(to, field->spec.key) != AXES)
            continue;
        id = space_field_add(to, &field->spec, &field->place);
        if (id == AXES)
            return;
        axis_at_record(to, id);
    }
}

enum axis_id walk_second_axis(const struct walking *walking, enum axis_id id)
{
    return space_axis_find(&walking->sides[1].sweep.space,
                           space_axis(&walking->sides[0].sweep.space, id)->key);
}

/* The axes and fields of the stages that the metric needs, without the array stage's. */
static axis_mask other_axes(const struct walking *walking)
{
    struct sweep sweep = walking->sides[0].sweep;
    stage_mask wanted;
    axis_mask axes = 0;

    sweep.stages = STAGE_BIT(walking->stage);
    wanted = stages_wanted(&sweep);
    for (int id = 0; id < STAGE_COUNT; id++)
        if (wanted >> id & 1 && id != STAGE_ARRAY)
            axes |= stages[id]->axes;
    for (size_t f = 0; f < sweep.space.field_count; f++)
        if (sweep.space.fields[f].place.of != RECORDS_TECHNOLOGY &&
            sweep.space.fields[f].place.of != RECORDS_NODE &&
            sweep.space.fields[f].place.of != RECORDS_BUILD)
            axes |= (axis_mask)1 << (AXES_NAMED + f);
    return axes;
}

static void step_add(struct walking *walking, struct waterfall_step step)
{
    if (walking->step_count < WALK_STEPS)
        walking->steps[walking->step_count++] = step;
}

static enum status axis_compare(struct walking *walking, enum axis_id id,
                                struct error *err)
{
    const struct space *first = &walking->sides[0].sweep.space;
    const struct space *second = &walking->sides[1].sweep.space;
    const struct axis_spec *spec = space_axis(first, id);
    const struct axis *a = &first->axes[id];
    const struct axis *b = &second->axes[walk_second_axis(walking, id)];
    bool is_same = a->count == b->count;

    if (axis_is_single(first, id) &&
        axis_is_single(second, walk_second_axis(walking, id))) {
        if (!axis_values_equal(spec, a->values[0], b->values[0]))
            step_add(walking, (struct waterfall_step){ .kind = STEP_AXIS, .axis = id });
        return STATUS_OK;
    }
    for (uint64_t i = 0; i < a->count && is_same; i++)
        is_same = axis_values_equal(spec, a->values[i], b->values[i]);
    if (is_same)
        return STATUS_OK;
    return error_set(
        err, STATUS_INPUT,
        "%s has different values in the two studies; they must be the same, or "
        "name one that both have: %s=VALUE",
        spec->key, spec->key);
}

enum status walk_steps_find(struct walking *walking, struct error *err)
{
    const struct walk_side *a = &walking->sides[0], *b = &walking->sides[1];
    axis_mask others;
    enum status status = STATUS_OK;
    bool differs = false;

    fields_lend(&walking->sides[1].sweep.space, &walking->sides[0].sweep.space);
    fields_lend(&walking->sides[0].sweep.space, &walking->sides[1].sweep.space);
    others = other_axes(walking);
    for (size_t t = 0; t < a->technology_count; t++)
        differs |= a->memories[t].capacity_bytes != b->memories[t].capacity_bytes;
    if (differs)
        step_add(walking, (struct waterfall_step){ .kind = STEP_CAPACITY });
    for (enum given_figure f = 0; f < GIVEN_FIGURES; f++) {
        differs = false;
        for (size_t t = 0; t < a->technology_count; t++)
            differs |= fabs(given_at(&a->memories[t], f) /
                                given_at(&b->memories[t], f) -
                            1) > 1e-9;
        if (differs)
            step_add(walking,
                     (struct waterfall_step){ .kind = STEP_COLUMN, .column = f });
    }
    for (enum axis_id id = 0; id < AXES && status == STATUS_OK; id++)
        if (others >> id & 1 && id != AXIS_technology && id != AXIS_capacity_bytes)
            status = axis_compare(walking, id, err);
    return status;
}

void walk_step_describe(const struct walking *walking, size_t s, struct walk_step *out)
{
    const struct waterfall_step *step = &walking->steps[s];

    snprintf(out->name, sizeof out->name, "%s",
             step->kind == STEP_CAPACITY ? "capacity_bytes"
             : step->kind == STEP_COLUMN
                 ? given_name(step->column)
                 : space_axis(&walking->sides[0].sweep.space, step->axis)->key);
    for (size_t t = 0; t < walking->sides[0].technology_count; t++)
        for (int to = 0; to < 2; to++) {
            const struct walk_side *side = &walking->sides[to];
            char *text = to ? out->is[t] : out->was[t];

            if (step->kind == STEP_AXIS)
                axis_value_format(
                    space_axis(&walking->sides[0].sweep.space, step->axis),
                    side->sweep.space
                        .axes[to ? walk_second_axis(walking, step->axis) : step->axis]
                        .values[0],
                    text, 40);
            else if (step->kind == STEP_CAPACITY)
                quantity_format(side->memories[t].capacity_bytes, "byte", text, 40);
            else
                quantity_format(given_at(&side->memories[t], step->column),
                                given_unit(step->column), text, 40);
        }
}
