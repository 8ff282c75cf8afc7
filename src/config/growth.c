#include "config/growth.h"

#include "base/memory.h"
#include "base/text.h"

#include <libconfig.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_listed(const char *name, const char *const *names)
{
    while (*names)
        if (strcmp(*names++, name) == 0)
            return true;
    return false;
}

/* Writes a setting in one line, cut to fit a message. */
static void setting_print(const config_setting_t *setting, char *text, size_t size)
{
    size_t used = strlen(text);

    switch (setting ? config_setting_type(setting) : CONFIG_TYPE_NONE) {
    case CONFIG_TYPE_NONE: snprintf(text + used, size - used, "not given"); break;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        snprintf(text + used, size - used, "%lld", config_setting_get_int64(setting));
        break;
    case CONFIG_TYPE_FLOAT:
        snprintf(text + used, size - used, "%.17g", config_setting_get_float(setting));
        break;
    case CONFIG_TYPE_BOOL:
        snprintf(text + used, size - used, "%s",
                 config_setting_get_bool(setting) ? "true" : "false");
        break;
    case CONFIG_TYPE_STRING:
        snprintf(text + used, size - used, "\"%s\"",
                 config_setting_get_string(setting));
        break;
    default:
        for (int i = 0; i < config_setting_length(setting); i++) {
            const config_setting_t *member = config_setting_get_elem(setting,
                                                                     (unsigned)i);
            const char *name = config_setting_name(member);

            used = strlen(text);
            snprintf(text + used, size - used, "%s%s%s", i ? ", " : "",
                     name ? name : "", name ? " = " : "");
            setting_print(member, text, size);
        }
    }
}

static bool is_scalar(const config_setting_t *setting)
{
    return config_setting_is_scalar(setting);
}

static double number_of(const config_setting_t *setting)
{
    return config_setting_type(setting) == CONFIG_TYPE_FLOAT
               ? config_setting_get_float(setting)
               : (double)config_setting_get_int64(setting);
}

static enum status differ(const char *path, const config_setting_t *was,
                          const config_setting_t *is, struct error *err)
{
    char before[120] = "", now[120] = "";

    setting_print(was, before, sizeof before);
    setting_print(is, now, sizeof now);
    return error_set(err, STATUS_INPUT, "%s was %s, is %s", path, before, now);
}

/* `path` names the settings in messages; members of groups that are in `free_members` may
 * differ. */
static enum status same(const char *path, const config_setting_t *was,
                        const config_setting_t *is, const char *const *free_members,
                        struct error *err)
{
    static const char *const none[] = { NULL };
    enum status status = STATUS_OK;

    if (!was && !is)
        return STATUS_OK;
    if (!was || !is || is_scalar(was) != is_scalar(is))
        return differ(path, was, is, err);
    if (is_scalar(was)) {
        bool is_text = config_setting_type(was) == CONFIG_TYPE_STRING;

        if (is_text != (config_setting_type(is) == CONFIG_TYPE_STRING) ||
            (is_text ? strcmp(config_setting_get_string(was),
                              config_setting_get_string(is)) != 0
                     : number_of(was) != number_of(is)))
            return differ(path, was, is, err);
        return STATUS_OK;
    }
    if (!config_setting_is_group(was) || !config_setting_is_group(is)) {
        if (config_setting_length(was) != config_setting_length(is))
            return differ(path, was, is, err);
        for (int i = 0; i < config_setting_length(was) && status == STATUS_OK; i++)
            status = same(path, config_setting_get_elem(was, (unsigned)i),
                          config_setting_get_elem(is, (unsigned)i), none, err);
        return status;
    }
    for (int side = 0; side < 2; side++) { /* members of either */
        const config_setting_t *group = side ? is : was;

        for (int i = 0; i < config_setting_length(group) && status == STATUS_OK; i++) {
            const char *name = config_setting_name(
                config_setting_get_elem(group, (unsigned)i));
            char *inner;

            if (is_listed(name, free_members))
                continue;
            inner = alloc_printf("%s%s%s", path, *path ? "." : "", name);
            status = same(inner, config_setting_get_member(was, name),
                          config_setting_get_member(is, name), none, err);
            free(inner);
        }
    }
    return status;
}

/* Is it an axis that is not a value, a list of values or a range? */
static bool is_special(const config_setting_t *axis)
{
    static const char *const range[] = {
        "from", "to", "factor", "step", "points", NULL
    };

    if (!axis || !config_setting_is_group(axis))
        return false;
    for (int i = 0; i < config_setting_length(axis); i++)
        if (!is_listed(config_setting_name(config_setting_get_elem(axis, (unsigned)i)),
                       range))
            return true;
    return false;
}

static enum status special_axes_same(const config_setting_t *was,
                                     const config_setting_t *is, struct error *err)
{
    static const char *const values[] = { "values", NULL }; /* of a field's axis */
    enum status status = STATUS_OK;

    for (int side = 0; side < 2; side++) {
        const config_setting_t *axes = side ? is : was;

        for (int i = 0; axes && i < config_setting_length(axes) && status == STATUS_OK;
             i++) {
            const config_setting_t *axis = config_setting_get_elem(axes, (unsigned)i);
            const char *name = config_setting_name(axis);

            if (name && is_special(axis))
                status = same(name, was ? config_setting_get_member(was, name) : NULL,
                              is ? config_setting_get_member(is, name) : NULL, values,
                              err);
        }
    }
    return status;
}

enum status sweep_settings_same(const char *was, const char *is, struct error *err)
{
    static const char *const free_settings[] = {
        "title", "stages", "axes", "zip", "library", "exclude", "options", NULL
    };
    static const char *const free_options[] = { "durability", NULL };
    config_t before, now;
    enum status status = STATUS_OK;
    const char *names[] = { "axes", "options" };
    config_setting_t *both[2][2];

    config_init(&before);
    config_init(&now);
    if (!config_read_string(&before, was) || !config_read_string(&now, is))
        status = error_set(err, STATUS_INPUT, "this version cannot read its sweep");
    for (int i = 0; i < 2; i++) {
        both[i][0] = config_lookup(&before, names[i]);
        both[i][1] = config_lookup(&now, names[i]);
    }
    if (status != STATUS_OK)
        goto out;
    status = same("", config_root_setting(&before), config_root_setting(&now),
                  free_settings, err);
    if (status != STATUS_OK)
        goto out;
    /* Options that are absent have their defaults; only given ones are compared. */
    if (both[1][0] || both[1][1]) {
        config_setting_t *root = config_root_setting(both[1][0] ? &now : &before);

        for (int i = 0; i < 2; i++)
            if (!both[1][i])
                both[1][i] = config_setting_add(root, "options", CONFIG_TYPE_GROUP);
        status = same("options", both[1][0], both[1][1], free_options, err);
    }
    if (status != STATUS_OK)
        goto out;
    status = special_axes_same(both[0][0], both[0][1], err);
out:
    config_destroy(&before);
    config_destroy(&now);
    return status;
}
