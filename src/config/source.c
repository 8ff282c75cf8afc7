#include "config/source.h"

#include "base/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- files */

static enum status parse_fail(const struct source *source, struct error *err)
{
    const char *text = config_error_text(&source->config);
    unsigned line = (unsigned)config_error_line(&source->config);

    if (strstr(text, "mismatched element"))
        return source_fail(source, line, err,
                           "the elements of [ ] must be all of one kind; use ( ) for "
                           "a list that mixes texts, integers and fractions");
    if (strstr(text, "duplicate"))
        return source_fail(source, line, err, "this name is given twice in its group");
    return source_fail(source, line, err,
                       "%s, must be settings `name = value;` (is a ',' or ';' missing "
                       "or left over, here or on the line before?)",
                       text);
}

enum status source_read(const struct file *file, struct source *source,
                        struct error *err)
{
    enum status status;

    *source = (struct source){ .file = file->name,
                               .text = file->why ? "" : file->text,
                               .size = file->why ? 0 : file->size };
    config_init(&source->config);
    if (file->why)
        return error_set(err, STATUS_INPUT, "%s", file->why);
    if (file->size > FILE_BYTES_MAX)
        return error_set(err, STATUS_INPUT, "%s: has %zu bytes, must be at most %d",
                         file->name, file->size, FILE_BYTES_MAX);
    status = source_scan(source, err);
    if (status == STATUS_OK &&
        !config_read_string(&source->config, source->text + source->begin))
        status = parse_fail(source, err);
    return status;
}

void source_free(struct source *source)
{
    config_destroy(&source->config);
    free(source->records);
    *source = (struct source){ 0 };
}

/* ---- messages */

enum status source_fail(const struct source *source, unsigned line, struct error *err,
                        const char *format, ...)
{
    char message[sizeof err->text];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return error_set(err, STATUS_INPUT, "%s:%u: %s", source->file, line, message);
}

enum status setting_fail(const struct source *source, const config_setting_t *setting,
                         struct error *err, const char *format, ...)
{
    const config_setting_t *named = setting;
    char message[sizeof err->text];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    while (named->parent && (!named->name || (strcmp(named->name, "values") == 0 &&
                                              named->parent->name)))
        named =
            named
                ->parent; /* the values of { field = ...; values = ...; } are the axis's */
    return error_set(err, STATUS_INPUT, "%s:%u: %s%s%s", source->file, setting->line,
                     named->name ? named->name : "", named->name ? " " : "", message);
}

char *setting_describe(const config_setting_t *setting, char *buffer, size_t size)
{
    switch (setting->type) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        snprintf(buffer, size, "%lld", config_setting_get_int64(setting));
        break;
    case CONFIG_TYPE_FLOAT:
        snprintf(buffer, size, "%g", config_setting_get_float(setting));
        break;
    case CONFIG_TYPE_STRING:
        snprintf(buffer, size, "'%.60s'", config_setting_get_string(setting));
        break;
    case CONFIG_TYPE_BOOL:
        snprintf(buffer, size, "%s",
                 config_setting_get_bool(setting) ? "true" : "false");
        break;
    case CONFIG_TYPE_GROUP: snprintf(buffer, size, "a group { }"); break;
    default: snprintf(buffer, size, "a list"); break;
    }
    return buffer;
}

/* Writes "a, b, c" into buffer, truncated with "...". */
static char *keys_list(const char *const *keys, size_t count, char *buffer, size_t size)
{
    size_t used = 0;

    buffer[0] = '\0';
    for (size_t k = 0; k < count; k++) {
        size_t length = strlen(keys[k]);

        if (used + length + 7 > size) {
            strcpy(buffer + used, ", ...");
            break;
        }
        used += (size_t)sprintf(buffer + used, "%s%s", k ? ", " : "", keys[k]);
    }
    return buffer;
}

enum status setting_keys_check(const struct source *source,
                               const config_setting_t *group, const char *what,
                               const char *const *keys, size_t count, struct error *err)
{
    for (size_t i = 0; i < setting_length(group); i++) {
        const config_setting_t *member = setting_element(group, i);
        const char *nearest;
        char known[400];
        size_t k = 0;

        while (k < count && strcmp(keys[k], member->name) != 0)
            k++;
        if (k < count)
            continue;
        nearest = text_nearest(member->name, keys, count);
        if (nearest)
            return source_fail(source, member->line, err,
                               "unknown key '%.60s' in %s; did you mean '%s'?",
                               member->name, what, nearest);
        return source_fail(source, member->line, err,
                           "unknown key '%.60s' in %s, must be one of %s", member->name,
                           what, keys_list(keys, count, known, sizeof known));
    }
    return STATUS_OK;
}

/* ---- values */

enum status setting_number(const struct source *source, const config_setting_t *setting,
                           const char *unit, double *value, struct error *err)
{
    struct error why;
    char is[80];

    switch (setting->type) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64: *value = (double)config_setting_get_int64(setting); break;
    case CONFIG_TYPE_FLOAT: *value = config_setting_get_float(setting); break;
    case CONFIG_TYPE_STRING:
        if (quantity_parse(config_setting_get_string(setting), unit, value, &why))
            return setting_fail(source, setting, err, "%s", why.text);
        break;
    default:
        return setting_fail(source, setting, err, "is %s, must be a number%s%s",
                            setting_describe(setting, is, sizeof is),
                            strcmp(unit, "1") == 0 ? "" : " in ",
                            strcmp(unit, "1") == 0 ? "" : unit);
    }
    if (!isfinite(*value))
        return setting_fail(source, setting, err, "is %g, must be a finite number",
                            *value);
    return STATUS_OK;
}

enum status setting_count(const struct source *source, const config_setting_t *setting,
                          const char *unit, uint64_t *value, struct error *err)
{
    double number;
    enum status status = setting_number(source, setting, unit, &number, err);
    char is[80];

    if (status != STATUS_OK)
        return status;
    if (!(number >= 0 && number < 0x1p63) || number != floor(number))
        return setting_fail(source, setting, err, "is %s, must be a whole number >= 0",
                            setting_describe(setting, is, sizeof is));
    if (setting->type == CONFIG_TYPE_INT || setting->type == CONFIG_TYPE_INT64)
        *value = (uint64_t)config_setting_get_int64(setting); /* all 63 bits */
    else
        *value = (uint64_t)number;
    return STATUS_OK;
}

enum status setting_word(const struct source *source, const config_setting_t *setting,
                         const struct word *words, int *value, struct error *err)
{
    const char *text = config_setting_get_string(setting);
    const struct word *word = text ? word_find(words, text) : NULL;
    const char *names[64], *nearest = NULL;
    char is[80], choices[300];
    size_t count = 0;

    if (word) {
        *value = word->value;
        return STATUS_OK;
    }
    for (; count < FIELD_COUNT_OF(names) && words[count].name; count++)
        names[count] = words[count].name;
    if (text)
        nearest = text_nearest(text, names, count);
    return setting_fail(source, setting, err, "is %s, must be %s%s%s%s",
                        setting_describe(setting, is, sizeof is),
                        word_list(words, choices, sizeof choices),
                        nearest ? "; did you mean '" : "", nearest ? nearest : "",
                        nearest ? "'?" : "");
}

enum status setting_text(const struct source *source, const config_setting_t *setting,
                         const char **value, struct error *err)
{
    char is[80];

    *value = config_setting_get_string(setting);
    if (!*value)
        return setting_fail(source, setting, err, "is %s, must be a text in quotes",
                            setting_describe(setting, is, sizeof is));
    if (!**value)
        return setting_fail(source, setting, err, "is an empty text");
    return STATUS_OK;
}

bool setting_is_list(const config_setting_t *setting)
{
    return setting->type == CONFIG_TYPE_LIST || setting->type == CONFIG_TYPE_ARRAY;
}

size_t setting_length(const config_setting_t *setting)
{
    return (size_t)config_setting_length(setting);
}

config_setting_t *setting_element(const config_setting_t *setting, size_t i)
{
    return config_setting_get_elem((config_setting_t *)(uintptr_t)setting, (unsigned)i);
}

config_setting_t *setting_member(const config_setting_t *group, const char *name)
{
    /* config_setting_get_member looks for the signs of a path in each name */
    const config_list_t *members = group->type == CONFIG_TYPE_GROUP ? group->value.list
                                                                    : NULL;

    for (unsigned i = 0; members && i < members->length; i++)
        if (strcmp(members->elements[i]->name, name) == 0)
            return members->elements[i];
    return NULL;
}
