#include "config/range.h"

#include "base/maths.h"
#include "base/memory.h"
#include "base/units.h"

#include <math.h>
#include <string.h>

enum range_scale { SCALE_LINEAR, SCALE_LOG };

static const struct word scale_words[] = {
    { "linear", SCALE_LINEAR },
    { "log", SCALE_LOG },
    { NULL, 0 },
};

struct range_reading {
    const struct source *source;
    const config_setting_t *group;
    const struct library *library;
    const struct axis_spec *spec;
    struct error *err;
    double from, to;
    int scale;
};

/* The tolerance that keeps the last value in spite of rounding: 0.1 + 2 * 0.1 must reach 0.3. */
static const double slack = 1e-9;

static enum status end_read(const struct range_reading *range, const char *key,
                            double *value)
{
    const config_setting_t *setting = setting_member(range->group, key);
    union axis_value end;
    enum status status;

    if (!setting)
        return setting_fail(range->source, range->group, range->err,
                            "lacks '%s', a range must have from, to, and one of step, "
                            "factor and points",
                            key);
    status = value_read(range->source, setting, range->library, range->spec, &end,
                        range->err);
    if (status == STATUS_OK && axis_value_is_word(range->spec, end))
        status = setting_fail(range->source, setting, range->err,
                              "is a word, a range is of numbers");
    if (status == STATUS_OK)
        *value = axis_value_number(range->spec, end);
    return status;
}

static enum status scale_read(struct range_reading *range)
{
    const config_setting_t *setting = setting_member(range->group, "scale");
    enum status status = STATUS_OK;

    if (setting)
        status = setting_word(range->source, setting, scale_words, &range->scale,
                              range->err);
    if (status == STATUS_OK && range->scale == SCALE_LOG && !(range->from > 0))
        status = setting_fail(range->source, setting, range->err,
                              "is 'log', so from must be above 0");
    return status;
}

static enum status count_check(const struct range_reading *range, double count)
{
    if (count <= VALUES_MAX)
        return STATUS_OK;
    return setting_fail(range->source, range->group, range->err,
                        "has %.4g values, must have at most %d", count, VALUES_MAX);
}

static void value_set(const struct range_reading *range, double number,
                      union axis_value *value)
{
    if (range->spec->kind == AXIS_COUNT)
        value->count = (uint64_t)llround(number);
    else
        value->number = number;
}

static void values_alloc(struct values *values, double count)
{
    values->count = (uint64_t)count;
    values->values = alloc_array(values->count, sizeof *values->values);
}

/* "10 C" as a difference of temperatures is 10 K, not 283.15 K. */
static bool is_in_celsius(const config_setting_t *setting, const char *unit)
{
    const char *text = config_setting_get_string(setting);

    return text && strcmp(unit, "K") == 0 && strchr(text, 'C');
}

static enum status step_read(const struct range_reading *range,
                             const config_setting_t *setting, struct values *values)
{
    const char *unit = range->spec->units;
    double step, count;
    enum status status = setting_number(range->source, setting, unit, &step,
                                        range->err);

    if (status != STATUS_OK)
        return status;
    if (is_in_celsius(setting, unit))
        step -= 273.15;
    if (!(step > 0))
        return setting_fail(range->source, setting, range->err,
                            "is %g, must be above 0", step);
    if (range->spec->kind == AXIS_COUNT && step != floor(step))
        return setting_fail(range->source, setting, range->err,
                            "is %g, must be a whole number", step);
    count = floor((range->to - range->from) / step + slack) + 1;
    status = count_check(range, count);
    if (status != STATUS_OK)
        return status;
    values_alloc(values, count);
    for (uint64_t i = 0; i < values->count; i++)
        value_set(range, fmin(range->from + (double)i * step, range->to),
                  &values->values[i]);
    return STATUS_OK;
}

static enum status factor_read(const struct range_reading *range,
                               const config_setting_t *setting, struct values *values)
{
    double factor, count;
    enum status status = setting_number(range->source, setting, "1", &factor,
                                        range->err);

    if (status != STATUS_OK)
        return status;
    if (!(factor > 1))
        return setting_fail(range->source, setting, range->err,
                            "is %g, must be above 1", factor);
    if (!(range->from > 0))
        return setting_fail(range->source, setting, range->err,
                            "needs a from above 0, because all multiples of 0 are 0");
    count = floor(maths_log(range->to / range->from) / maths_log(factor) + slack) + 1;
    status = count_check(range, count);
    if (status != STATUS_OK)
        return status;
    values_alloc(values, count);
    for (uint64_t i = 0; i < values->count; i++)
        value_set(range, fmin(range->from * maths_pow(factor, (double)i), range->to),
                  &values->values[i]);
    return STATUS_OK;
}

static enum status points_read(const struct range_reading *range,
                               const config_setting_t *setting, struct values *values)
{
    uint64_t points;
    enum status status = setting_count(range->source, setting, "1", &points,
                                       range->err);
    double ratio = range->to / range->from;

    if (status != STATUS_OK)
        return status;
    if (points < 2 || !(range->to > range->from))
        return setting_fail(range->source, setting, range->err,
                            "is %llu, must be at least 2 between different ends",
                            (unsigned long long)points);
    status = count_check(range, (double)points);
    if (status != STATUS_OK)
        return status;
    values_alloc(values, (double)points);
    for (uint64_t i = 0; i < points; i++) {
        double part = (double)i / (double)(points - 1);
        double value = range->scale == SCALE_LOG
                           ? range->from * maths_pow(ratio, part)
                           : range->from + part * (range->to - range->from);

        value_set(range, i == points - 1 ? range->to : value, &values->values[i]);
    }
    return STATUS_OK;
}

/* Exactly one of step, factor and points; with none it is an interval. */
static enum status progress_read(const struct range_reading *range,
                                 struct values *values)
{
    static const struct progress {
        const char *key;
        enum status (*read)(const struct range_reading *, const config_setting_t *,
                            struct values *);
    } ways[] = { { "step", step_read },
                 { "factor", factor_read },
                 { "points", points_read } };
    const struct progress *way = NULL;
    const config_setting_t *setting = NULL;

    for (size_t i = 0; i < FIELD_COUNT_OF(ways); i++) {
        if (!setting_member(range->group, ways[i].key))
            continue;
        if (way)
            return setting_fail(
                range->source, range->group, range->err,
                "has %s and %s, must have one of step, factor and points", way->key,
                ways[i].key);
        way = &ways[i];
        setting = setting_member(range->group, way->key);
    }
    if (setting_member(range->group, "scale") && way && way->read != points_read)
        return setting_fail(range->source, setting_member(range->group, "scale"),
                            range->err, "needs points, but the range has %s", way->key);
    if (way)
        return way->read(range, setting, values);
    values->is_interval = true;
    values->is_log = range->scale == SCALE_LOG;
    values->from = range->from;
    values->to = range->to;
    return STATUS_OK;
}

enum status range_read(const struct source *source, const config_setting_t *group,
                       const struct library *library, const struct axis_spec *spec,
                       struct values *values, struct error *err)
{
    static const char *const keys[] = { "from",   "to",     "step",
                                        "factor", "points", "scale" };
    struct range_reading range = {
        .source = source, .group = group, .library = library, .spec = spec, .err = err
    };
    enum axis_kind kind = spec->kind;
    enum status status;

    if (kind == AXIS_RECORD || kind == AXIS_WORD)
        return setting_fail(source, group, err, "is a range, must be names in quotes");
    status = setting_keys_check(source, group, "a range", keys, FIELD_COUNT_OF(keys),
                                err);
    if (status != STATUS_OK)
        return status;
    status = end_read(&range, "from", &range.from);
    if (status != STATUS_OK)
        return status;
    status = end_read(&range, "to", &range.to);
    if (status != STATUS_OK)
        return status;
    if (range.from > range.to)
        return setting_fail(source, group, err, "has from > to, must have from <= to");
    status = scale_read(&range);
    if (status != STATUS_OK)
        return status;
    values->is_dimension = true;
    return progress_read(&range, values);
}
