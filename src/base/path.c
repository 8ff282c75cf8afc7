#include "base/path.h"

#include "base/memory.h"
#include "base/units.h"

#include <stdlib.h>
#include <string.h>

/* One step of a path: a field's name, perhaps "[key]", then the rest. */
struct path_step {
    const struct field *field; /* NULL: the schema has none of that name */
    const char *key;           /* NULL: every element */
    size_t key_length;
    const char *rest; /* after the dot; NULL: the path ends here */
};

static bool is_number(const struct field *field)
{
    return field->kind == KIND_NUMBER || field->kind == KIND_COUNT;
}

static struct path_step step_read(const struct schema *schema, const char *path)
{
    size_t name = strcspn(path, "[."), length = name;
    struct path_step step = { .field = NULL };

    for (size_t f = 0; f < schema->field_count; f++)
        if (strlen(schema->fields[f].name) == name &&
            strncmp(schema->fields[f].name, path, name) == 0)
            step.field = &schema->fields[f];
    if (path[length] == '[') {
        step.key = path + length + 1;
        step.key_length = strcspn(step.key, "]");
        length += 1 + step.key_length + (step.key[step.key_length] == ']');
    }
    if (path[length] == '.')
        step.rest = path + length + 1;
    return step;
}

static void key_text(const struct path_step *step, char *text, size_t size)
{
    size_t length = step->key_length < size - 1 ? step->key_length : size - 1;

    memcpy(text, step->key, length);
    text[length] = '\0';
}

/* ---- checking */

static enum status key_check(const struct path_step *step, struct error *err)
{
    const struct field *first = &step->field->element->fields[0];
    char key[80], list[200];
    double number;
    struct error why;

    if (!step->key)
        return STATUS_OK;
    key_text(step, key, sizeof key);
    if (step->key[step->key_length] != ']')
        return error_set(err, STATUS_INPUT, "'[%.60s' lacks its ']'", key);
    if (first->kind == KIND_WORD && !word_find(first->words, key))
        return error_set(err, STATUS_INPUT, "%s[%s] must name %s", step->field->name,
                         key, word_list(first->words, list, sizeof list));
    if (is_number(first) &&
        quantity_parse(key, first->unit, &number, &why) != STATUS_OK)
        return error_set(err, STATUS_INPUT, "%s[%s] %s", step->field->name, key,
                         why.text);
    return STATUS_OK;
}

enum status path_check(const struct schema *schema, const char *path, bool *is_nested,
                       struct error *err)
{
    const char *whole = path;

    *is_nested = false;
    for (;; *is_nested = true) {
        struct path_step step = step_read(schema, path);
        enum status status;

        if (!step.field)
            return error_set(err, STATUS_INPUT, "'%.80s': a %s has no field '%.*s'",
                             whole, schema->kind, (int)strcspn(path, "[."), path);
        if (is_number(step.field) && !step.rest && !step.key)
            return STATUS_OK;
        if (step.field->kind != KIND_LIST)
            return error_set(err, STATUS_INPUT,
                             "'%.80s': %s of a %s is no %s, a spread needs a number",
                             whole, step.field->name, schema->kind,
                             step.rest || step.key ? "list" : "number");
        status = key_check(&step, err);
        if (status != STATUS_OK)
            return status;
        if (!step.rest)
            return error_set(err, STATUS_INPUT,
                             "'%.80s': %s is a list, must go on to one of its numbers "
                             "as in %s.%s",
                             whole, step.field->name, step.field->name,
                             step.field->element->fields[0].name);
        schema = step.field->element;
        path = step.rest;
    }
}

/* ---- scaling */

static bool key_matches(const struct path_step *step, const struct schema *schema,
                        const char *element)
{
    const struct field *first = &schema->fields[0];
    const char *text;
    char key[80];
    uint64_t count;
    double asked = 0, number;
    int word;

    if (!step->key)
        return true;
    key_text(step, key, sizeof key);
    switch (first->kind) {
    case KIND_TEXT:
        memcpy(&text, element + first->offset, sizeof text);
        return strcmp(text, key) == 0;
    case KIND_WORD:
        memcpy(&word, element + first->offset, sizeof word);
        return strcmp(word_name(first->words, word), key) == 0;
    case KIND_NUMBER:
        memcpy(&number, element + first->offset, sizeof number);
        quantity_parse(key, first->unit, &asked, NULL);
        return fabs(number - asked) <= 1e-9 * fabs(asked);
    case KIND_COUNT:
        memcpy(&count, element + first->offset, sizeof count);
        quantity_parse(key, first->unit, &asked, NULL);
        return (double)count == asked;
    default: return false;
    }
}

static enum status out_of_range(const struct field *field, double value,
                                struct error *reason)
{
    char is[40], low[40], high[40];

    return error_set(reason, STATUS_INFEASIBLE, "%s would be %s, must be in %s..%s",
                     field->name, quantity_format(value, field->unit, is, sizeof is),
                     quantity_format(field->min, field->unit, low, sizeof low),
                     quantity_format(field->max, field->unit, high, sizeof high));
}

/* Zero often means "not there": it stays what it is, range or not. */
static enum status field_scale(const struct field *field, char *at, double factor,
                               struct error *reason)
{
    double number;
    uint64_t count;

    if (field->kind == KIND_NUMBER) {
        memcpy(&number, at, sizeof number);
        if (number == 0)
            return STATUS_OK;
        number *= factor;
        memcpy(at, &number, sizeof number);
    } else {
        memcpy(&count, at, sizeof count);
        if (count == 0)
            return STATUS_OK;
        number = round((double)count * factor);
        count = number < 1 ? 1 : (uint64_t)number;
        memcpy(at, &count, sizeof count);
    }
    return number >= field->min && number <= field->max
               ? STATUS_OK
               : out_of_range(field, number, reason);
}

enum status path_scale(const struct schema *schema, void *record, const char *path,
                       double factor, struct error *reason)
{
    struct path_step step = step_read(schema, path);
    char *base = record, *list;
    enum status status = STATUS_OK;
    size_t count;

    if (!step.rest)
        return field_scale(step.field, base + step.field->offset, factor, reason);
    memcpy(&list, base + step.field->offset, sizeof list);
    memcpy(&count, base + step.field->count_offset, sizeof count);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        const struct schema *element = step.field->element;

        if (key_matches(&step, element, list + i * element->size))
            status = path_scale(element, list + i * element->size, step.rest, factor,
                                reason);
    }
    return status;
}

/* ---- copies */

static void lists_own(const struct schema *schema, char *record)
{
    for (size_t f = 0; f < schema->field_count; f++) {
        const struct field *field = &schema->fields[f];
        char *list, *own;
        size_t count;

        if (field->kind != KIND_LIST)
            continue;
        memcpy(&list, record + field->offset, sizeof list);
        memcpy(&count, record + field->count_offset, sizeof count);
        own = alloc_array(count, field->element->size);
        for (size_t i = 0; i < count; i++)
            record_copy(field->element, list + i * field->element->size,
                        own + i * field->element->size);
        memcpy(record + field->offset, &own, sizeof own);
    }
}

void record_copy(const struct schema *schema, const void *record, void *copy)
{
    memcpy(copy, record, schema->size);
    lists_own(schema, copy);
}

void record_copy_free(const struct schema *schema, void *copy)
{
    char *record = copy;

    for (size_t f = 0; f < schema->field_count; f++) {
        const struct field *field = &schema->fields[f];
        char *list;
        size_t count;

        if (field->kind != KIND_LIST)
            continue;
        memcpy(&list, record + field->offset, sizeof list);
        memcpy(&count, record + field->count_offset, sizeof count);
        for (size_t i = 0; i < count; i++)
            record_copy_free(field->element, list + i * field->element->size);
        free(list);
    }
}
