#include "config/record.h"

#include "base/memory.h"
#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one field is read from and into. */
struct field_slot {
    const struct source *source;
    const config_setting_t *setting; /* NULL if the key is absent */
    const struct field *field;
    char *record;
    struct error *err;
};

static void store(const struct field_slot *slot, size_t offset, const void *value,
                  size_t size)
{
    memcpy(slot->record + offset, value, size);
}

static enum status range_check(const struct field_slot *slot, double value)
{
    const struct field *field = slot->field;
    char is[40], low[40], high[40];

    if (value >= field->min && value <= field->max)
        return STATUS_OK;
    return setting_fail(slot->source, slot->setting, slot->err,
                        "is %s, must be in %s..%s",
                        quantity_format(value, field->unit, is, sizeof is),
                        quantity_format(field->min, field->unit, low, sizeof low),
                        quantity_format(field->max, field->unit, high, sizeof high));
}

/* A number in the unit the record's own `unit` names, or a text with a unit of that
 * kind; either way the value is in the base unit. */
static enum status own_unit_read(const struct field_slot *slot, double *value)
{
    const config_setting_t *unit = setting_member(slot->setting->parent, "unit");
    const char *text = config_setting_get_string(slot->setting);
    const char *spelling = unit ? config_setting_get_string(unit) : NULL;
    const char *base = spelling ? unit_base(spelling) : "1";
    enum status status;
    char *end = NULL, in_unit[120];

    /* a compound such as "J s" is taken literally */
    status = setting_number(slot->source, slot->setting, base ? base : spelling, value,
                            slot->err);
    if (text)
        strtod(text, &end);
    if (status == STATUS_OK && spelling && base && (!text || *end == '\0')) {
        snprintf(in_unit, sizeof in_unit, "%.17g %.60s", *value, spelling);
        status = quantity_parse(in_unit, base, value, slot->err);
    }
    return status;
}

static enum status number_read(const struct field_slot *slot)
{
    double value = slot->field->fallback;
    enum status status = STATUS_OK;

    if (slot->setting) {
        if (strcmp(slot->field->unit, UNIT_OF_RECORD) == 0)
            status = own_unit_read(slot, &value);
        else
            status = setting_number(slot->source, slot->setting, slot->field->unit,
                                    &value, slot->err);
        if (status == STATUS_OK)
            status = range_check(slot, value);
    }
    store(slot, slot->field->offset, &value, sizeof value);
    return status;
}

static enum status count_read(const struct field_slot *slot)
{
    uint64_t value = slot->setting ? 0 : (uint64_t)slot->field->fallback;
    enum status status = STATUS_OK;

    if (slot->setting) {
        status = setting_count(slot->source, slot->setting, slot->field->unit, &value,
                               slot->err);
        if (status == STATUS_OK)
            status = range_check(slot, (double)value);
    }
    store(slot, slot->field->offset, &value, sizeof value);
    return status;
}

static enum status flag_read(const struct field_slot *slot)
{
    bool value = slot->setting ? config_setting_get_bool(slot->setting)
                               : slot->field->fallback > 0;
    char is[80];

    if (slot->setting && slot->setting->type != CONFIG_TYPE_BOOL)
        return setting_fail(slot->source, slot->setting, slot->err,
                            "is %s, must be true or false",
                            setting_describe(slot->setting, is, sizeof is));
    store(slot, slot->field->offset, &value, sizeof value);
    return STATUS_OK;
}

static enum status word_read(const struct field_slot *slot)
{
    int value = slot->setting ? 0 : (int)slot->field->fallback;
    enum status status = STATUS_OK;

    if (slot->setting)
        status = setting_word(slot->source, slot->setting, slot->field->words, &value,
                              slot->err);
    store(slot, slot->field->offset, &value, sizeof value);
    return status;
}

static enum status text_read(const struct field_slot *slot)
{
    const char *text = slot->field->text;
    char *value;

    if (slot->setting) {
        enum status status = setting_text(slot->source, slot->setting, &text,
                                          slot->err);

        if (status != STATUS_OK)
            return status;
    }
    value = alloc_text(text);
    store(slot, slot->field->offset, &value, sizeof value);
    return STATUS_OK;
}

/* [ "a", "b" ], ( "a", "b" ) or "a" */
static enum status texts_read(const struct field_slot *slot)
{
    const config_setting_t *setting = slot->setting;
    bool is_list = setting && setting_is_list(setting);
    size_t count = is_list ? setting_length(setting) : setting != NULL;
    char **texts = alloc_array(count, sizeof *texts);

    store(slot, slot->field->offset, &texts, sizeof texts);
    store(slot, slot->field->count_offset, &count, sizeof count);
    for (size_t i = 0; i < count; i++) {
        const char *text;
        enum status status = setting_text(
            slot->source, is_list ? setting_element(setting, i) : setting, &text,
            slot->err);

        if (status != STATUS_OK)
            return status;
        texts[i] = alloc_text(text);
    }
    return STATUS_OK;
}

/* ( { ... }, { ... } ) */
static enum status list_read(const struct field_slot *slot)
{
    const struct schema *element = slot->field->element;
    size_t count = slot->setting ? setting_length(slot->setting) : 0;
    char is[80], *list;

    if (slot->setting && !setting_is_list(slot->setting))
        return setting_fail(slot->source, slot->setting, slot->err,
                            "is %s, must be a list ( { ... }, ... ) of %ss",
                            setting_describe(slot->setting, is, sizeof is),
                            element->kind);
    list = alloc_array(count, element->size);
    store(slot, slot->field->offset, &list, sizeof list);
    store(slot, slot->field->count_offset, &count, sizeof count);
    for (size_t i = 0; i < count; i++) {
        enum status status = record_read(slot->source,
                                         setting_element(slot->setting, i), element,
                                         list + i * element->size, slot->err);

        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static bool is_required(const struct field *field)
{
    switch (field->kind) {
    case KIND_TEXT: return !field->text;
    case KIND_TEXTS: return false;
    default: return isnan(field->fallback);
    }
}

static enum status field_read(const struct source *source,
                              const config_setting_t *group,
                              const struct schema *schema, const struct field *field,
                              void *record, struct error *err)
{
    static enum status (*const readers[])(const struct field_slot *) = {
        [KIND_NUMBER] = number_read, [KIND_COUNT] = count_read,
        [KIND_FLAG] = flag_read,     [KIND_WORD] = word_read,
        [KIND_TEXT] = text_read,     [KIND_TEXTS] = texts_read,
        [KIND_LIST] = list_read,
    };
    struct field_slot slot = {
        .source = source,
        .setting = setting_member(group, field->name),
        .field = field,
        .record = record,
        .err = err,
    };

    if (!slot.setting && is_required(field))
        return source_fail(source, group->line, err, "this %s lacks '%s' (%s)",
                           schema->kind, field->name, field->meaning);
    return readers[field->kind](&slot);
}

/* The keys every top-level record has. */
static const struct field record_fields[] = {
    FIELD_TEXT(struct record, name, NULL, "as sweep files spell it"),
    FIELD_TEXT(struct record, source, NULL, "where its figures come from"),
    { .name = "aliases",
      .kind = KIND_TEXTS,
      .offset = offsetof(struct record, aliases),
      .count_offset = offsetof(struct record, alias_count),
      .meaning = "other names" },
    FIELD_TEXTS(struct record, fit_to,
                "published figures that parameters were fitted to, * for any letters"),
    FIELD_TEXTS(
        struct record, stores,
        "published figures that the record stores or that follow from these alone"),
};

static enum status keys_check(const struct source *source,
                              const config_setting_t *group,
                              const struct schema *schema, struct error *err)
{
    size_t own = schema->folder ? FIELD_COUNT_OF(record_fields) : 0, count = 0;
    const char **keys = alloc_array(own + schema->field_count, sizeof *keys);
    enum status status;
    char what[80];

    for (size_t f = 0; f < own; f++)
        keys[count++] = record_fields[f].name;
    for (size_t f = 0; f < schema->field_count; f++)
        keys[count++] = schema->fields[f].name;
    snprintf(what, sizeof what, "%s %s", strchr("aeiou", schema->kind[0]) ? "an" : "a",
             schema->kind);
    status = setting_keys_check(source, group, what, keys, count, err);
    free(keys);
    return status;
}

/* Names are written between commas and after '=' on command lines; "all" means all. */
static enum status name_check(const struct source *source,
                              const config_setting_t *setting, const char *name,
                              struct error *err)
{
    if (strcmp(name, "all") == 0)
        return setting_fail(source, setting, err, "is 'all', which names every record");
    for (const char *c = name; *c; c++)
        if (isspace((unsigned char)*c) || strchr(",=\"'", *c))
            return setting_fail(source, setting, err,
                                "is '%.60s', must be without spaces, commas, quotes "
                                "and '='",
                                name);
    return STATUS_OK;
}

static enum status names_check(const struct source *source,
                               const config_setting_t *group,
                               const struct record *record, struct error *err)
{
    enum status status = name_check(source, setting_member(group, "name"), record->name,
                                    err);

    for (size_t i = 0; status == STATUS_OK && i < record->alias_count; i++)
        status = name_check(source, setting_member(group, "aliases"),
                            record->aliases[i], err);
    return status;
}

/* struct record, at the beginning of every top-level record */
static enum status head_read(const struct source *source, const config_setting_t *group,
                             const struct schema *schema, struct record *record,
                             struct error *err)
{
    enum status status = STATUS_OK;

    for (size_t f = 0; status == STATUS_OK && f < FIELD_COUNT_OF(record_fields); f++)
        status = field_read(source, group, schema, &record_fields[f], record, err);
    record->file = alloc_text(source->file);
    record->line = group->line;
    return status == STATUS_OK ? names_check(source, group, record, err) : status;
}

enum status record_read(const struct source *source, const config_setting_t *group,
                        const struct schema *schema, void *record, struct error *err)
{
    enum status status;
    struct error why;
    char is[80];

    if (group->type != CONFIG_TYPE_GROUP)
        return setting_fail(source, group, err, "has %s, must have a %s { ... }",
                            setting_describe(group, is, sizeof is), schema->kind);
    status = keys_check(source, group, schema, err);
    if (status == STATUS_OK && schema->folder)
        status = head_read(source, group, schema, record, err);
    for (size_t f = 0; status == STATUS_OK && f < schema->field_count; f++)
        status = field_read(source, group, schema, &schema->fields[f], record, err);
    if (status == STATUS_OK && schema->finish &&
        schema->finish(record, &why) != STATUS_OK)
        status = source_fail(source, group->line, err, "%s", why.text);
    return status;
}

/* The schema of the family that the record names, if its kind has families. */
static enum status schema_choose(const struct source *source,
                                 const config_setting_t *group,
                                 const struct schema *schema, int *family,
                                 const struct schema **own, struct error *err)
{
    const config_setting_t *setting = NULL;
    enum status status;

    *own = schema;
    if (!schema->families)
        return STATUS_OK;
    if (group->type == CONFIG_TYPE_GROUP)
        setting = setting_member(group, schema->family->name);
    if (!setting)
        return source_fail(source, group->line, err, "this %s lacks '%s' (%s)",
                           schema->kind, schema->family->name, schema->family->meaning);
    status = setting_word(source, setting, schema->family->words, family, err);
    if (status == STATUS_OK)
        *own = schema->families[*family];
    return status;
}

enum status record_make(const struct source *source, const config_setting_t *group,
                        const struct schema *schema, void **record, struct error *err)
{
    const struct schema *own;
    int family = 0;
    enum status status = schema_choose(source, group, schema, &family, &own, err);

    *record = NULL;
    if (status != STATUS_OK)
        return status;
    *record = alloc_array(1, own->size);
    if (schema->families) /* so that it can be freed however far reading comes */
        memcpy((char *)*record + schema->family->offset, &family, sizeof family);
    return record_read(source, group, own, *record, err);
}
