#include "config/sweep_options.h"

static enum status max_error_read(struct axes_reading *reading,
                                  const config_setting_t *setting)
{
    double *value = &reading->sweep->max_error;
    enum status status = setting_number(reading->source, setting, "1", value,
                                        reading->err);

    if (status == STATUS_OK && !(*value > 0 && *value <= 1))
        status = setting_fail(reading->source, setting, reading->err,
                              "is %g, must be above 0 and at most 1", *value);
    return status;
}

enum status sweep_options_read(struct axes_reading *reading,
                               const config_setting_t *group)
{
    static const char *const keys[] = { "durability", "seed", "max_error" };
    const config_setting_t *durability, *seed, *max_error;
    enum status status;

    if (!group)
        return STATUS_OK;
    if (group->type != CONFIG_TYPE_GROUP)
        return setting_fail(reading->source, group, reading->err,
                            "must be a group { durability = \"process\"; ... }");
    status = setting_keys_check(reading->source, group, "options", keys,
                                FIELD_COUNT_OF(keys), reading->err);
    if (status != STATUS_OK)
        return status;
    durability = setting_member(group, "durability");
    seed = setting_member(group, "seed");
    max_error = setting_member(group, "max_error");
    if (durability)
        status = setting_word(reading->source, durability, durability_words,
                              &reading->sweep->durability, reading->err);
    if (status == STATUS_OK && seed)
        status = setting_count(reading->source, seed, "1", &reading->sweep->seed,
                               reading->err);
    if (status == STATUS_OK && max_error)
        status = max_error_read(reading, max_error);
    return status;
}
