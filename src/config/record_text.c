#include "config/record_text.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

struct record_text {
    char *text;
    size_t length;
};

static void text_put(struct record_text *text, const char *more)
{
    size_t added = strlen(more);

    text->text = realloc_array(text->text, text->length + added + 1, 1);
    memcpy(text->text + text->length, more, added + 1);
    text->length += added;
}

static void string_put(struct record_text *text, const char *string)
{
    static const char special[] = "\"\\\n\t\r\f", *const escapes[] = { "\\\"", "\\\\",
                                                                       "\\n",  "\\t",
                                                                       "\\r",  "\\f" };

    text_put(text, "\"");
    for (const char *c = string; *c; c++) {
        const char *at = strchr(special, *c);

        text_put(text, at ? escapes[at - special] : (const char[]){ *c, '\0' });
    }
    text_put(text, "\"");
}

static void value_put(struct record_text *text, const config_setting_t *setting);

static void members_put(struct record_text *text, const config_setting_t *setting,
                        const char *between)
{
    for (size_t i = 0; i < setting_length(setting); i++) {
        const config_setting_t *member = setting_element(setting, i);

        if (member->name) {
            text_put(text, member->name);
            text_put(text, " = ");
        } else if (i > 0) {
            text_put(text, ", ");
        }
        value_put(text, member);
        if (member->name)
            text_put(text, between);
    }
}

static void value_put(struct record_text *text, const config_setting_t *setting)
{
    char number[40];

    switch (setting->type) {
    case CONFIG_TYPE_GROUP:
        text_put(text, "{ ");
        members_put(text, setting, "; ");
        text_put(text, "}");
        return;
    case CONFIG_TYPE_LIST:
    case CONFIG_TYPE_ARRAY:
        text_put(text, setting->type == CONFIG_TYPE_LIST ? "( " : "[ ");
        members_put(text, setting, "");
        text_put(text, setting->type == CONFIG_TYPE_LIST ? " )" : " ]");
        return;
    case CONFIG_TYPE_STRING:
        string_put(text, config_setting_get_string(setting));
        return;
    case CONFIG_TYPE_FLOAT:
        snprintf(number, sizeof number, "%.17g", config_setting_get_float(setting));
        break;
    case CONFIG_TYPE_BOOL:
        snprintf(number, sizeof number, "%s",
                 config_setting_get_bool(setting) ? "true" : "false");
        break;
    default:
        snprintf(number, sizeof number, "%lld%s", config_setting_get_int64(setting),
                 setting->type == CONFIG_TYPE_INT64 ? "L" : "");
        break;
    }
    text_put(text, number);
}

char *inheritance_text(const struct inheritance *inheritance)
{
    struct record_text text = { NULL };

    text_put(&text, "{\n");
    for (const struct inheritance *h = inheritance; h; h = h->parent)
        for (size_t i = 0; i < setting_length(h->group); i++) {
            const config_setting_t *member = setting_element(h->group, i);

            if (strcmp(member->name, PARENT_KEY) == 0 ||
                inheritance_key_find(inheritance, member->name) != h)
                continue;
            text_put(&text, "    ");
            text_put(&text, member->name);
            text_put(&text, " = ");
            value_put(&text, member);
            text_put(&text, ";\n");
        }
    text_put(&text, "}");
    return text.text;
}
