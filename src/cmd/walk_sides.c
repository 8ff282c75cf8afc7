#include "cmd/walk_sides.h"

#include "base/memory.h"
#include "columns/array.h"
#include "config/fields.h"

#include <stdio.h>
#include <string.h>

/* Sets all values of the axis's dimension, with zipped axes, to the one at index. */
static void dimension_pin(struct space *space, enum axis_id axis, uint64_t index)
{
    for (size_t d = 0; d < space->dimension_count; d++) {
        const struct dimension *dimension = &space->dimensions[d];
        bool has_it = false;

        for (size_t a = 0; a < dimension->axis_count; a++)
            has_it |= dimension->axes[a] == axis;
        for (size_t a = 0; a < dimension->axis_count && has_it; a++) {
            struct axis *one = &space->axes[dimension->axes[a]];
            union axis_value value = one->values[index];

            for (uint64_t i = 0; i < one->count; i++)
                one->values[i] = value;
        }
    }
}

void axis_at_record(struct space *space, enum axis_id id)
{
    union axis_value *value = alloc_array(1, sizeof *value);

    *value = axis_value_record(space_axis(space, id));
    space->axes[id] = (struct axis){ .values = value, .count = 1, .is_given = true };
}

static enum status setting_apply(struct walk_side *side, const struct library *library,
                                 const char *setting, bool may_change,
                                 struct error *err)
{
    size_t length = strcspn(setting, "=");
    char key[80];
    enum axis_id id;
    struct axis *axis;
    const struct axis_spec *spec;
    union axis_value value;
    enum status status;
    struct error why;

    snprintf(key, sizeof key, "%.*s", (int)length, setting);
    id = space_axis_find(&side->sweep.space, key);
    if (id == AXES && may_change &&
        axis_or_field_find(&side->sweep.space, library, key, &id, err) == STATUS_OK)
        axis_at_record(&side->sweep.space, id);
    if (setting[length] != '=')
        return error_set(err, STATUS_INPUT, "'%.60s': must be axis=value", setting);
    if (id == AXES)
        return axis_unknown(key, err);
    spec = space_axis(&side->sweep.space, id);
    status = axis_value_parse(library, spec, setting + length + 1, &value, &why);
    if (status != STATUS_OK)
        return error_set(err, status, "%s %s", key, why.text);
    axis = &side->sweep.space.axes[id];
    for (uint64_t i = 0; i < axis->count; i++)
        if (axis_values_equal(spec, axis->values[i], value)) {
            dimension_pin(&side->sweep.space, id, i);
            return STATUS_OK;
        }
    if (!may_change)
        return error_set(err, STATUS_INPUT,
                         "%s: '%.60s': must be one of the axis's values",
                         side->sweep.file, setting);
    for (uint64_t i = 0; i < axis->count; i++)
        axis->values[i] = value;
    return STATUS_OK;
}

bool axis_is_single(const struct space *space, enum axis_id id)
{
    const struct axis *axis = &space->axes[id];

    for (uint64_t i = 1; i < axis->count; i++)
        if (!axis_values_equal(space_axis(space, id), axis->values[i], axis->values[0]))
            return false;
    return true;
}

enum status walk_side_read(struct walking *walking, size_t which, struct error *err)
{
    const struct walk_request *request = walking->request;
    struct walk_side *side = &walking->sides[which];
    bool is_changed = which == 1 && !request->to;
    const struct axis *technologies;
    enum status status = sweep_read(is_changed || which == 0 ? request->from
                                                             : request->to,
                                    walking->library, &side->sweep, err);

    for (size_t i = 0; i < request->setting_count && status == STATUS_OK; i++)
        if (which == 1 || request->to)
            status = setting_apply(side, walking->library, request->settings[i],
                                   is_changed, err);
    if (status != STATUS_OK)
        return status;
    technologies = &side->sweep.space.axes[AXIS_technology];
    for (uint64_t i = 0; i < technologies->count; i++) {
        bool is_new = technologies->values[i].record != NULL;

        for (size_t k = 0; k < side->technology_count; k++)
            is_new &= side->technologies[k] != technologies->values[i].record;
        if (is_new && side->technology_count == WALK_TECHNOLOGIES)
            return error_set(err, STATUS_INPUT, "%s: more than %d technologies",
                             side->sweep.file, WALK_TECHNOLOGIES);
        if (is_new)
            side->technologies[side->technology_count++] =
                technologies->values[i].record;
    }
    return STATUS_OK;
}

void axis_values_set(struct space *space, enum axis_id id, union axis_value value)
{
    for (uint64_t i = 0; i < space->axes[id].count; i++)
        space->axes[id].values[i] = value;
}

void axis_technology_set(struct space *space, const struct record *record)
{
    axis_values_set(space, AXIS_technology, (union axis_value){ .record = record });
}

enum status walk_memory_read(const struct walking *walking, struct walk_side *side,
                             size_t t, struct error *err)
{
    stage_mask asked = side->sweep.stages;
    struct study study;
    struct error reason = { "" };
    enum status status;

    for (enum axis_id id = 0; id < AXES_NAMED; id++)
        if (stages[STAGE_ARRAY]->axes >> id & 1 && id != AXIS_technology &&
            !axis_is_single(&side->sweep.space, id))
            return error_set(err, STATUS_INPUT,
                             "%s: %s has %llu values, must have one: add %s=VALUE",
                             side->sweep.file, axis_specs[id].key,
                             (unsigned long long)side->sweep.space.axes[id].count,
                             axis_specs[id].key);
    axis_technology_set(&side->sweep.space, side->technologies[t]);
    side->sweep.stages = STAGE_BIT(STAGE_ARRAY) |
                         STAGE_BIT(walking->stage); /* read all axes */
    status = study_init(&study, &side->sweep, walking->library, err);
    if (status == STATUS_OK) {
        struct array_columns array;

        study.curves = walking->curves;
        study_evaluate(&study, &reason);
        array = array_columns(&study.results[STAGE_ARRAY]);
        if (study.statuses[STAGE_ARRAY][0] != POINT_DONE)
            status = error_set(err, STATUS_INPUT,
                               "%s: no array can be built for %s: %s", side->sweep.file,
                               side->technologies[t]->name,
                               reason.text[0] ? reason.text : "infeasible");
        else
            side->memories[t] = (struct given){
                .capacity_bytes = (double)array.resolved_capacity_bytes[0],
                .area_m2 = array.area_m2[0],
                .read_latency_s = array.read_latency_s[0],
                .write_latency_s = array.write_latency_s[0],
                .read_energy_j = array.read_energy_j[0],
                .write_energy_j = array.write_energy_j[0],
                .leakage_w = array.leakage_w[0],
                .cycle_s = array.cycle_s[0],
                .banks = (double)array.banks[0],
                .miss_latency_s = array.miss_latency_s[0],
                .miss_energy_j = array.miss_energy_j[0],
                .tag_energy_j = array.tag_energy_j[0],
            };
    }
    study_free(&study);
    side->sweep.stages = asked;
    return status;
}
