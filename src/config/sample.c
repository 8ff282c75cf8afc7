/* sample = { count; seed; } draws points at random instead of a grid.  Every draw is computed
 * from seed, axis and index, so that the i-th point depends on nothing else. */
#include "config/axes.h"

#include "base/maths.h"
#include "base/memory.h"
#include "base/mix.h"

#include <math.h>
#include <stdlib.h>

/* Returns the random stream of an axis, derived from its name, because its number may change
 * between versions. */
static uint64_t stream_seed(uint64_t seed, const struct axis_spec *spec)
{
    uint64_t mixed = mix(seed);

    for (const char *c = spec->name; *c; c++)
        mixed = mix(mixed ^ (unsigned char)*c);
    return mixed;
}

/* Uniform in [0, 1). */
static double draw(uint64_t stream, uint64_t i)
{
    return mix_unit(mix(stream ^ mix(i)));
}

/* Draws a number between from and to; the whole numbers of a count are equally likely. */
static union axis_value interval_draw(const struct values *values,
                                      const struct axis_spec *spec, double u)
{
    bool is_count = spec->kind == AXIS_COUNT;
    double from = values->from, to = values->to + (is_count && !values->is_log);
    double number = values->is_log ? from * maths_pow(to / from, u)
                                   : from + u * (to - from);
    union axis_value value = { .record = NULL };

    if (is_count)
        value.count = (uint64_t)(values->is_log
                                     ? llround(number)
                                     : (long long)fmin(floor(number), values->to));
    else
        value.number = fmin(number, to);
    return value;
}

static void axis_sample(struct values *values, const struct axis_spec *spec,
                        uint64_t stream, uint64_t count)
{
    union axis_value *drawn = alloc_array(count, sizeof *drawn);

    for (uint64_t i = 0; i < count; i++) {
        double u = draw(stream, i);

        drawn[i] = values->is_interval
                       ? interval_draw(values, spec, u)
                       : values->values[(uint64_t)(u * (double)values->count)];
    }
    free(values->values);
    *values = (struct values){ .values = drawn, .count = count, .is_dimension = true };
}

static enum status options_read(struct axes_reading *reading,
                                const config_setting_t *group, uint64_t *count,
                                uint64_t *seed)
{
    static const char *const keys[] = { "count", "seed" };
    const config_setting_t *counted, *seeded;
    enum status status;

    if (group->type != CONFIG_TYPE_GROUP)
        return setting_fail(reading->source, group, reading->err,
                            "must be a group { count = 1000; seed = 1; }");
    status = setting_keys_check(reading->source, group, "sample", keys,
                                FIELD_COUNT_OF(keys), reading->err);
    if (status != STATUS_OK)
        return status;
    counted = setting_member(group, "count");
    seeded = setting_member(group, "seed");
    if (!counted)
        return setting_fail(reading->source, group, reading->err,
                            "lacks 'count', must say how many points to draw");
    status = setting_count(reading->source, counted, "1", count, reading->err);
    if (status == STATUS_OK && (*count < 1 || *count > VALUES_MAX))
        status = setting_fail(reading->source, counted, reading->err,
                              "is %llu, must be in 1..%d", (unsigned long long)*count,
                              VALUES_MAX);
    if (status == STATUS_OK && seeded)
        status = setting_count(reading->source, seeded, "1", seed, reading->err);
    return status;
}

enum status sample_read(struct axes_reading *reading, const config_setting_t *group)
{
    const struct space *space = &reading->sweep->space;
    uint64_t count = 0, seed = reading->sweep->seed;
    enum axis_id leader = AXES;
    enum status status = STATUS_OK;

    for (size_t i = 0; !group && i < reading->count; i++)
        if (reading->values[reading->order[i]].is_interval)
            return setting_fail(reading->source, reading->settings[reading->order[i]],
                                reading->err,
                                "lacks step, factor or points (only a sweep with "
                                "`sample` does not need them)");
    if (group)
        status = options_read(reading, group, &count, &seed);
    for (size_t i = 0; status == STATUS_OK && group && i < reading->count; i++) {
        enum axis_id axis = reading->order[i];

        if (!reading->values[axis].is_dimension)
            continue;
        /* zipped axes share a stream, so that they stay together */
        axis_sample(&reading->values[axis], space_axis(space, axis),
                    stream_seed(seed, space_axis(space, reading->leaders[axis])),
                    count);
        leader = leader == AXES ? axis : leader;
    }
    for (size_t i = 0; status == STATUS_OK && leader != AXES && i < reading->count; i++)
        if (reading->values[reading->order[i]].is_dimension)
            reading->leaders[reading->order[i]] = leader;
    if (status == STATUS_OK && group && leader == AXES)
        status = setting_fail(
            reading->source, group, reading->err,
            "has no axis to draw from; at least one axis must be a list or range");
    return status;
}
