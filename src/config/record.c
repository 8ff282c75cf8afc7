#include "config/record.h"

#include "base/memory.h"
#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The source and the destination of one field. */
struct field_slot {
    const struct source *source;
    const config_setting_t *setting; /* NULL if the key is absent */
    const config_setting_t *unit;    /* the record's own `unit`, or NULL */
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
    return setting_fail(
        slot->source, slot->setting, slot->err, "is %s, must be %s%s%sin %s..%s",
        quantity_format(value, field->unit, is, sizeof is), field->zero ? "\"" : "",
        field->zero ? field->zero : "", field->zero ? "\" or " : "",
        quantity_format(field->min, field->unit, low, sizeof low),
        quantity_format(field->max, field->unit, high, sizeof high));
}

/* Reads a number in the unit that the record's own `unit` names, or a text with a unit of
 * that kind.  In both cases the value is stored in the base unit. */
static enum status own_unit_read(const struct field_slot *slot, double *value)
{
    const char *text = config_setting_get_string(slot->setting);
    const char *spelling = slot->unit ? config_setting_get_string(slot->unit) : NULL;
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

/* Is it the word that means 0? */
static bool is_zero_word(const struct field_slot *slot)
{
    const char *text = slot->setting ? config_setting_get_string(slot->setting) : NULL;

    return text && slot->field->zero && strcmp(text, slot->field->zero) == 0;
}

static enum status number_read(const struct field_slot *slot)
{
    double value = is_zero_word(slot) ? 0 : slot->field->fallback;
    enum status status = STATUS_OK;

    if (slot->setting && !is_zero_word(slot)) {
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

    if (slot->setting && !is_zero_word(slot)) {
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

/* Names are not inherited. */
static bool is_inherited(const char *key)
{
    return strcmp(key, "name") != 0 && strcmp(key, "aliases") != 0 &&
           strcmp(key, "parent") != 0;
}

/* Returns the setting of the nearest group that has the key, or NULL. */
const struct inheritance *inheritance_key_find(const struct inheritance *inheritance,
                                               const char *key)
{
    const struct inheritance *end = is_inherited(key) ? NULL : inheritance->parent;

    for (const struct inheritance *h = inheritance; h != end; h = h->parent)
        if (setting_member(h->group, key))
            return h;
    return NULL;
}

static enum status field_read(const struct inheritance *inheritance,
                              const struct schema *schema, const struct field *field,
                              void *record, struct error *err)
{
    static enum status (*const readers[])(const struct field_slot *) = {
        [KIND_NUMBER] = number_read, [KIND_COUNT] = count_read,
        [KIND_FLAG] = flag_read,     [KIND_WORD] = word_read,
        [KIND_TEXT] = text_read,     [KIND_TEXTS] = texts_read,
        [KIND_LIST] = list_read,
    };
    const struct inheritance *with = inheritance_key_find(inheritance, field->name);
    const struct inheritance *unit = inheritance_key_find(inheritance, "unit");
    struct field_slot slot = {
        .source = with ? with->source : inheritance->source,
        .setting = with ? setting_member(with->group, field->name) : NULL,
        .unit = unit ? setting_member(unit->group, "unit") : NULL,
        .field = field,
        .record = record,
        .err = err,
    };

    if (!slot.setting && is_required(field))
        return source_fail(inheritance->source, inheritance->group->line, err,
                           "this %s lacks '%s' (%s)", schema->kind, field->name,
                           field->meaning);
    return readers[field->kind](&slot);
}

/* The keys that every top-level record has. */
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
    const char **keys = alloc_array(own + 1 + schema->field_count, sizeof *keys);
    enum status status;
    char what[80];

    for (size_t f = 0; f < own; f++)
        keys[count++] = record_fields[f].name;
    for (size_t f = 0; f < schema->field_count; f++)
        keys[count++] = schema->fields[f].name;
    if (schema->folder)
        keys[count++] = PARENT_KEY;
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
static enum status head_read(const struct inheritance *inheritance,
                             const struct schema *schema, struct record *record,
                             struct error *err)
{
    enum status status = STATUS_OK;

    for (size_t f = 0; status == STATUS_OK && f < FIELD_COUNT_OF(record_fields); f++)
        status = field_read(inheritance, schema, &record_fields[f], record, err);
    record->file = alloc_text(inheritance->source->file);
    record->line = inheritance->group->line;
    return status == STATUS_OK
               ? names_check(inheritance->source, inheritance->group, record, err)
               : status;
}

static enum status inheritance_read(const struct inheritance *inheritance,
                                    const struct schema *schema, void *record,
                                    struct error *err)
{
    const struct source *source = inheritance->source;
    const config_setting_t *group = inheritance->group;
    enum status status;
    struct error why;
    char is[80];

    if (group->type != CONFIG_TYPE_GROUP)
        return setting_fail(source, group, err, "has %s, must have a %s { ... }",
                            setting_describe(group, is, sizeof is), schema->kind);
    status = keys_check(source, group, schema, err);
    if (status == STATUS_OK && schema->folder)
        status = head_read(inheritance, schema, record, err);
    for (size_t f = 0; status == STATUS_OK && f < schema->field_count; f++)
        status = field_read(inheritance, schema, &schema->fields[f], record, err);
    if (status == STATUS_OK && schema->finish &&
        schema->finish(record, &why) != STATUS_OK)
        status = source_fail(source, group->line, err, "%s", why.text);
    return status;
}

enum status record_read(const struct source *source, const config_setting_t *group,
                        const struct schema *schema, void *record, struct error *err)
{
    const struct inheritance inheritance = { source, group, NULL };

    return inheritance_read(&inheritance, schema, record, err);
}

/* Finds the schema of the record's family if its kind has families; the family may be
 * inherited. */
static enum status schema_choose(const struct inheritance *inheritance,
                                 const struct schema *schema, int *family,
                                 const struct schema **own, struct error *err)
{
    const struct inheritance *first = NULL;

    *own = schema;
    if (!schema->families)
        return STATUS_OK;
    for (const struct inheritance *h = inheritance; h; h = h->parent) {
        const config_setting_t *setting = h->group->type == CONFIG_TYPE_GROUP
                                              ? setting_member(h->group,
                                                               schema->family->name)
                                              : NULL;
        int its_family;

        if (!setting)
            continue;
        if (setting_word(h->source, setting, schema->family->words, &its_family, err) !=
            STATUS_OK)
            return STATUS_INPUT;
        if (first && its_family != *family)
            return setting_fail(first->source,
                                setting_member(first->group, schema->family->name), err,
                                "is %s, must be its parent's %s",
                                word_name(schema->family->words, *family),
                                word_name(schema->family->words, its_family));
        first = first ? first : h;
        *family = its_family;
    }
    if (!first)
        return source_fail(inheritance->source, inheritance->group->line, err,
                           "this %s lacks '%s' (%s)", schema->kind,
                           schema->family->name, schema->family->meaning);
    *own = schema->families[*family];
    return STATUS_OK;
}

enum status record_make(const struct inheritance *inheritance,
                        const struct schema *schema, void **record, struct error *err)
{
    const struct schema *own;
    int family = 0;
    enum status status = schema_choose(inheritance, schema, &family, &own, err);

    *record = NULL;
    if (status != STATUS_OK)
        return status;
    *record = alloc_array(1, own->size);
    if (schema->families) /* so that it can be freed after an error anywhere */
        memcpy((char *)*record + schema->family->offset, &family, sizeof family);
    return inheritance_read(inheritance, own, *record, err);
}
