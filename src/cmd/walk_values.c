#include "cmd/walk_values.h"

#include "base/maths.h"
#include "base/memory.h"
#include "cmd/walk_steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

enum status walk_side_value(const struct walking *walking, struct walk_side *side,
                            double *value, uint64_t *points, struct error *err)
{
    struct walk_values of[WALK_TECHNOLOGIES] = { { NULL, 0 } };
    enum status status = STATUS_OK;

    for (size_t t = 0; t < side->technology_count && status == STATUS_OK; t++) {
        axis_technology_set(&side->sweep.space, side->technologies[t]);
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
    axis_values_set(space, AXIS_capacity_bytes,
                    (union axis_value){ .count = (uint64_t)memory.capacity_bytes });
    for (size_t s = 0; s < walking->step_count; s++) {
        enum axis_id id = walking->steps[s].axis;

        if (walking->steps[s].kind != STEP_AXIS)
            continue;
        kept[s] = space->axes[id].values[0];
        if (set >> s & 1)
            axis_values_set(space, id,
                            walking->sides[1]
                                .sweep.space.axes[walk_second_axis(walking, id)]
                                .values[0]);
    }
    axis_technology_set(space, &cell.record);
    status = metric_read(walking, sweep, values, err);
    for (size_t s = 0; s < walking->step_count; s++)
        if (walking->steps[s].kind == STEP_AXIS)
            axis_values_set(space, walking->steps[s].axis, kept[s]);
    memcpy(space->axes[AXIS_capacity_bytes].values, capacities,
           (count < 64 ? count : 64) * sizeof *capacities);
    space->iso_area = iso;
    axis_technology_set(space, walking->sides[0].technologies[t]);
    return status;
}

enum status walk_set_value(struct walking *walking, uint32_t set, double *value,
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
