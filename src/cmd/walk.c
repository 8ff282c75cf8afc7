#include "cmd/walk.h"

#include "base/maths.h"
#include "base/memory.h"
#include "base/units.h"
#include "columns/array.h"
#include "config/fields.h"
#include "config/sweep.h"
#include "store/curve_store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One of the two studies. */
struct walk_side {
    struct sweep sweep;
    const struct record *technologies[WALK_TECHNOLOGIES];
    size_t technology_count;
    struct given memories[WALK_TECHNOLOGIES]; /* results of the array stage */
};

enum step_kind { STEP_CAPACITY, STEP_COLUMN, STEP_AXIS };

struct waterfall_step {
    enum step_kind kind;
    enum given_figure column;
    enum axis_id axis;
};

struct walking {
    const struct walk_request *request;
    const struct library *library;
    struct curve_keeper *curves;
    struct walk_side sides[2];
    enum stage_id stage;
    size_t metric;
    struct waterfall_step steps[WALK_STEPS];
    size_t step_count;

    /* values after sets of steps that were computed already, by technology */
    struct known {
        uint32_t set;
        double value[WALK_TECHNOLOGIES];
    } * known;
    size_t known_count;
};

/* ---- settings */

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

/* Gives an added field the value of the records. */
static void at_record(struct space *space, enum axis_id id)
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
        at_record(&side->sweep.space, id);
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

static bool is_single(const struct space *space, enum axis_id id)
{
    const struct axis *axis = &space->axes[id];

    for (uint64_t i = 1; i < axis->count; i++)
        if (!axis_values_equal(space_axis(space, id), axis->values[i], axis->values[0]))
            return false;
    return true;
}

static enum status side_read(struct walking *walking, size_t which, struct error *err)
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

/* ---- the memories of a study */

static void values_set(struct space *space, enum axis_id id, union axis_value value)
{
    for (uint64_t i = 0; i < space->axes[id].count; i++)
        space->axes[id].values[i] = value;
}

static void technology_set(struct space *space, const struct record *record)
{
    values_set(space, AXIS_technology, (union axis_value){ .record = record });
}

static enum status memory_read(const struct walking *walking, struct walk_side *side,
                               size_t t, struct error *err)
{
    stage_mask asked = side->sweep.stages;
    struct study study;
    struct error reason = { "" };
    enum status status;

    for (enum axis_id id = 0; id < AXES_NAMED; id++)
        if (stages[STAGE_ARRAY]->axes >> id & 1 && id != AXIS_technology &&
            !is_single(&side->sweep.space, id))
            return error_set(err, STATUS_INPUT,
                             "%s: %s has %llu values, must have one: add %s=VALUE",
                             side->sweep.file, axis_specs[id].key,
                             (unsigned long long)side->sweep.space.axes[id].count,
                             axis_specs[id].key);
    technology_set(&side->sweep.space, side->technologies[t]);
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

/* ---- steps */

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
        at_record(to, id);
    }
}

/* The same axis in the second study, whose fields may be in another order. */
static enum axis_id second_axis(const struct walking *walking, enum axis_id id)
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
    const struct axis *b = &second->axes[second_axis(walking, id)];
    bool is_same = a->count == b->count;

    if (is_single(first, id) && is_single(second, second_axis(walking, id))) {
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

static enum status steps_find(struct walking *walking, struct error *err)
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

/* ---- values */

struct walk_values {
    double *values;
    uint64_t count;
};

static enum status metric_read(const struct walking *walking, struct sweep *sweep,
                               struct walk_values *values, struct error *err)
{
    stage_mask asked = sweep->stages;
    struct study study;
    enum status status;

    sweep->stages = STAGE_BIT(walking->stage);
    for (enum axis_id id = 0; id < AXES; id++)
        sweep->space.axes[id].line =
            0; /* no error if no stage reads it between A and B */
    status = study_init(&study, sweep, walking->library, err);
    if (status == STATUS_OK) {
        const double *column;

        study.curves = walking->curves;
        study_evaluate(&study, NULL);
        column = study.results[walking->stage].column[walking->metric];
        values->count = study.grids[walking->stage].points;
        values->values = alloc_array(values->count, sizeof *values->values);
        for (uint64_t i = 0; i < values->count; i++)
            values->values[i] = study.statuses[walking->stage][i] == POINT_DONE
                                    ? column[i]
                                    : NAN;
    }
    study_free(&study);
    sweep->stages = asked;
    return status;
}

static double reduced(enum reduce reduce, const double *over, const double *under,
                      uint64_t count)
{
    double most = -INFINITY, least = INFINITY, sum = 0, logs = 0;

    for (uint64_t i = 0; i < count; i++) {
        double value = over ? over[i] / under[i] : under[i];

        if (isnan(value))
            return NAN;
        most = value > most ? value : most;
        least = value < least ? value : least;
        sum += value;
        logs += maths_log(value);
    }
    switch (reduce) {
    case REDUCE_MIN: return least;
    case REDUCE_MEAN: return sum / (double)count;
    case REDUCE_GEOMEAN: return maths_exp(logs / (double)count);
    default: return most;
    }
}

/* Converts the metric of each technology into the ratio of the baseline's to it. */
static enum status ratios_make(const struct walking *walking,
                               const struct walk_values *of, size_t count,
                               double *value, struct error *err)
{
    bool is_alone = count == 1;

    for (size_t t = 0; t < count; t++) {
        if (of[t].count != of[0].count)
            return error_set(err, STATUS_INPUT,
                             "the technologies of a study must have the same points");
        value[t] = reduced(walking->request->reduce, is_alone ? NULL : of[0].values,
                           of[t].values, of[t].count);
    }
    return STATUS_OK;
}

static void values_free(struct walk_values *values, size_t count)
{
    for (size_t t = 0; t < count; t++)
        free(values[t].values);
}

/* The values of an unchanged study. */
static enum status side_value(const struct walking *walking, struct walk_side *side,
                              double *value, uint64_t *points, struct error *err)
{
    struct walk_values of[WALK_TECHNOLOGIES] = { { NULL, 0 } };
    enum status status = STATUS_OK;

    for (size_t t = 0; t < side->technology_count && status == STATUS_OK; t++) {
        technology_set(&side->sweep.space, side->technologies[t]);
        status = metric_read(walking, &side->sweep, &of[t], err);
    }
    if (status == STATUS_OK)
        status = ratios_make(walking, of, side->technology_count, value, err);
    *points = of[0].count;
    values_free(of, side->technology_count);
    return status;
}

/* The memory after the steps in `set`. */
static struct given memory_of(const struct walking *walking, uint32_t set, size_t t)
{
    struct given from = walking->sides[0].memories[t];
    const struct given *to = &walking->sides[1].memories[t];
    double *columns[GIVEN_FIGURES] = { &from.area_m2,         &from.read_latency_s,
                                       &from.write_latency_s, &from.read_energy_j,
                                       &from.write_energy_j,  &from.leakage_w,
                                       &from.cycle_s,         &from.banks,
                                       &from.miss_latency_s,  &from.miss_energy_j,
                                       &from.tag_energy_j };

    for (size_t s = 0; s < walking->step_count; s++) {
        const struct waterfall_step *step = &walking->steps[s];

        if (!(set >> s & 1))
            continue;
        if (step->kind == STEP_CAPACITY)
            from.capacity_bytes = to->capacity_bytes;
        else if (step->kind == STEP_COLUMN)
            *columns[step->column] = given_at(to, step->column);
    }
    return from;
}

/* The metric of one technology in the first study's sweep after the steps in `set`. */
static enum status hybrid_read(struct walking *walking, uint32_t set, size_t t,
                               struct walk_values *values, struct error *err)
{
    struct sweep *sweep = &walking->sides[0].sweep;
    struct space *space = &sweep->space;
    struct given memory = memory_of(walking, set, t);
    struct iso_area iso = space->iso_area;
    struct cell cell = {
        .record = *walking->sides[0].technologies[t],
        .kind = CELL_GIVEN,
        .given = &memory,
        .given_count = 1,
        .given_area_factor = 1,
        .given_read_latency_factor = 1,
        .given_write_latency_factor = 1,
        .given_read_energy_factor = 1,
        .given_write_energy_factor = 1,
        .given_leakage_factor = 1,
    };
    union axis_value capacities[64], kept[WALK_STEPS];
    uint64_t count = space->axes[AXIS_capacity_bytes].count;
    enum status status;

    memcpy(capacities, space->axes[AXIS_capacity_bytes].values,
           (count < 64 ? count : 64) * sizeof *capacities);
    space->iso_area.baseline = NULL;
    values_set(space, AXIS_capacity_bytes,
               (union axis_value){ .count = (uint64_t)memory.capacity_bytes });
    for (size_t s = 0; s < walking->step_count; s++) {
        enum axis_id id = walking->steps[s].axis;

        if (walking->steps[s].kind != STEP_AXIS)
            continue;
        kept[s] = space->axes[id].values[0];
        if (set >> s & 1)
            values_set(
                space, id,
                walking->sides[1].sweep.space.axes[second_axis(walking, id)].values[0]);
    }
    technology_set(space, &cell.record);
    status = metric_read(walking, sweep, values, err);
    for (size_t s = 0; s < walking->step_count; s++)
        if (walking->steps[s].kind == STEP_AXIS)
            values_set(space, walking->steps[s].axis, kept[s]);
    memcpy(space->axes[AXIS_capacity_bytes].values, capacities,
           (count < 64 ? count : 64) * sizeof *capacities);
    space->iso_area = iso;
    technology_set(space, walking->sides[0].technologies[t]);
    return status;
}

static enum status set_value(struct walking *walking, uint32_t set, double *value,
                             struct error *err)
{
    size_t count = walking->sides[0].technology_count;
    struct walk_values of[WALK_TECHNOLOGIES] = { { NULL, 0 } };
    enum status status = STATUS_OK;
    struct known *known;

    for (size_t i = 0; i < walking->known_count; i++)
        if (walking->known[i].set == set) {
            memcpy(value, walking->known[i].value, count * sizeof *value);
            return STATUS_OK;
        }
    for (size_t t = 0; t < count && status == STATUS_OK; t++)
        status = hybrid_read(walking, set, t, &of[t], err);
    if (status == STATUS_OK)
        status = ratios_make(walking, of, count, value, err);
    values_free(of, count);
    if (status != STATUS_OK)
        return status;
    walking->known = realloc_array(walking->known, walking->known_count + 1,
                                   sizeof *walking->known);
    known = &walking->known[walking->known_count++];
    known->set = set;
    memcpy(known->value, value, count * sizeof *value);
    return STATUS_OK;
}

/* ---- the walk, in the printed order and in other orders */

static void step_describe(const struct walking *walking, size_t s,
                          struct walk_step *out)
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
                        .axes[to ? second_axis(walking, step->axis) : step->axis]
                        .values[0],
                    text, 40);
            else if (step->kind == STEP_CAPACITY)
                quantity_format(side->memories[t].capacity_bytes, "byte", text, 40);
            else
                quantity_format(given_at(&side->memories[t], step->column),
                                given_unit(step->column), text, 40);
        }
}

/* An order of the steps: 0 is the printed one, 1 its reverse, others are random. */
static void order_make(uint64_t which, size_t count, size_t *order)
{
    uint64_t state = which * UINT64_C(0x9e3779b97f4a7c15);

    for (size_t i = 0; i < count; i++)
        order[i] = which == 1 ? count - 1 - i : i;
    for (size_t i = count; which > 1 && i > 1; i--) {
        size_t other, kept = order[i - 1];

        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        other = (size_t)(state >> 33) % i;
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

static enum status order_walk(struct walking *walking, uint64_t which,
                              struct walk *walk, struct error *err)
{
    size_t order[WALK_STEPS], count = walk->technology_count;
    double before[WALK_TECHNOLOGIES], after[WALK_TECHNOLOGIES];
    uint32_t set = 0;
    enum status status = set_value(walking, 0, before, err);

    order_make(which, walking->step_count, order);
    for (size_t i = 0; i < walking->step_count && status == STATUS_OK; i++) {
        struct walk_step *step = &walk->steps[order[i]];

        set |= 1u << order[i];
        status = set_value(walking, set, after, err);
        for (size_t t = 0; t < count && status == STATUS_OK; t++) {
            double factor = after[t] / before[t];

            if (which == 0) {
                step->value[t] = after[t];
                step->factor[t] = step->least[t] = step->most[t] = factor;
            }
            step->least[t] = factor < step->least[t] ? factor : step->least[t];
            step->most[t] = factor > step->most[t] ? factor : step->most[t];
            step->mean[t] += maths_log(factor);
            before[t] = after[t];
        }
    }
    return status;
}

static void name_of(const char *file, char *name, size_t size)
{
    const char *slash = strrchr(file, '/');
    const char *base = slash ? slash + 1 : file, *dot = strrchr(base, '.');

    snprintf(name, size, "%.*s", (int)(dot ? dot - base : (long)strlen(base)), base);
}

static enum status metric_choose(struct walking *walking, struct error *err)
{
    const char *name = walking->request->metric;

    if (metric_renamed(name))
        return error_set(err, STATUS_INPUT,
                         "-m: the metric '%s' is called %s since 0.4", name,
                         metric_renamed(name));
    if (!metric_find(name, NULL, STAGES_ALL, &walking->stage, &walking->metric) ||
        stages[walking->stage]->metrics[walking->metric].kind != COLUMN_NUMBER ||
        stages[walking->stage]->metrics[walking->metric].inner != INNER_SCALAR)
        return error_set(
            err, STATUS_INPUT,
            "-m is '%.60s', must be a metric with one number per point, such "
            "as edp_js (`nvsweep list metrics`)",
            name);
    return STATUS_OK;
}

bool walk_step_is_idle(const struct walk *walk, const struct walk_step *step)
{
    for (size_t t = walk->technology_count > 1; t < walk->technology_count; t++)
        if (fabs(step->least[t] - 1) > 5e-4 || fabs(step->most[t] - 1) > 5e-4)
            return false;
    return true;
}

enum status walk_make(const struct walk_request *request, const struct library *library,
                      struct walk *walk, struct error *err)
{
    struct walking walking = { .request = request, .library = library };
    struct walk_side *a = &walking.sides[0], *b = &walking.sides[1];
    enum status status = metric_choose(&walking, err);

    *walk = (struct walk){ .orders = request->orders };
    walking.curves = curve_store_open();
    if (status != STATUS_OK)
        goto out;
    for (size_t i = 0; i < 2 && status == STATUS_OK; i++)
        status = side_read(&walking, i, err);
    if (status != STATUS_OK)
        goto out;
    if (a->technology_count != b->technology_count || a->technology_count == 0)
        status = error_set(
            err, STATUS_INPUT,
            "%s has %zu technologies and %s %zu; the numbers must be equal",
            a->sweep.file, a->technology_count, b->sweep.file, b->technology_count);
    if (status != STATUS_OK)
        goto out;
    for (size_t t = 0; status == STATUS_OK && t < 2 * a->technology_count; t++)
        status = memory_read(&walking, &walking.sides[t % 2], t / 2, err);
    if (status != STATUS_OK)
        goto out;
    status = steps_find(&walking, err);
    if (status != STATUS_OK)
        goto out;
    status = side_value(&walking, a, walk->first, &walk->points, err);
    if (status != STATUS_OK)
        goto out;
    status = side_value(&walking, b, walk->last, &walk->points, err);
    if (status != STATUS_OK)
        goto out;
    walk->points /= b->sweep.space.axes[AXIS_technology].count;
    if (!b->sweep.space.iso_area.baseline)
        walk->points /= b->sweep.space.axes[AXIS_capacity_bytes].count;
    walk->technology_count = a->technology_count;
    walk->step_count = walking.step_count;
    for (size_t s = 0; s < walking.step_count && status == STATUS_OK; s++)
        step_describe(&walking, s, &walk->steps[s]);
    if (status != STATUS_OK)
        goto out;
    for (uint64_t o = 0; o < 1 + request->orders && status == STATUS_OK; o++)
        status = order_walk(&walking, o, walk, err);
    for (size_t s = 0; s < walking.step_count; s++)
        for (size_t t = 0; t < walk->technology_count; t++)
            walk->steps[s].mean[t] = maths_exp(walk->steps[s].mean[t] /
                                               (double)(1 + request->orders));
    for (size_t t = 0; t < b->technology_count; t++)
        walk->technologies[t] = b->technologies[t]->name;
    name_of(request->from, walk->from, sizeof walk->from);
    name_of(request->to ? request->to : "changed", walk->to, sizeof walk->to);
out:
    sweep_free(&a->sweep);
    sweep_free(&b->sweep);
    curve_store_close(walking.curves);
    free(walking.known);
    return status;
}
