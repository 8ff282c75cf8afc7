#include "base/path.h"

#include "base/memory.h"
#include "base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One step of a path: the name of a field, perhaps "[key]", and the rest of the path. */
struct path_step {
    const struct field *field; /* NULL: the schema has no field of that name */
    const char *key;           /* NULL: all elements */
    size_t key_length;
    const char *rest; /* the path after the dot; NULL: it ends here */
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
        if (strncmp(schema->fields[f].name, path, name) == 0 &&
            !schema->fields[f].name[name])
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

/* Copies the first alternative of the key ("a" of "a|b") into text.  Returns the key after
 * it, or NULL if it is the last. */
static const char *key_next(const char *key, size_t length, char *text, size_t size)
{
    const char *bar = memchr(key, '|', length);
    size_t own = bar ? (size_t)(bar - key) : length;
    size_t kept = own < size - 1 ? own : size - 1;

    memcpy(text, key, kept);
    text[kept] = '\0';
    return bar ? bar + 1 : NULL;
}

/* ---- finding */

static enum status key_check(const struct path_step *step, struct error *err)
{
    const struct field *first = &step->field->element->fields[0];
    const char *end = step->key ? step->key + step->key_length : NULL;
    char key[80], list[200];
    double number;
    struct error why;

    if (step->key && *end != ']')
        return error_set(err, STATUS_INPUT, "'[%.60s' must end with ']'", step->key);
    for (const char *at = step->key; at;) {
        at = key_next(at, (size_t)(end - at), key, sizeof key);
        if (first->kind == KIND_WORD && !word_find(first->words, key))
            return error_set(err, STATUS_INPUT, "%s[%s]: the key must be %s",
                             step->field->name, key,
                             word_list(first->words, list, sizeof list));
        if (is_number(first) &&
            quantity_parse(key, first->unit, &number, &why) != STATUS_OK)
            return error_set(err, STATUS_INPUT, "%s[%s] %s", step->field->name, key,
                             why.text);
    }
    return STATUS_OK;
}

static bool is_scalar(const struct field *field)
{
    return is_number(field) || field->kind == KIND_FLAG || field->kind == KIND_WORD;
}

enum status path_find(const struct schema *schema, const char *path,
                      const struct field **field, struct error *err)
{
    const char *whole = path;

    for (;;) {
        struct path_step step = step_read(schema, path);
        enum status status;

        if (!step.field)
            return error_set(err, STATUS_INPUT, "'%.80s': a %s has no field '%.*s'",
                             whole, schema->kind, (int)strcspn(path, "[."), path);
        *field = step.field;
        if (is_scalar(step.field) && !step.rest && !step.key)
            return STATUS_OK;
        if (step.field->kind != KIND_LIST)
            return error_set(err, STATUS_INPUT,
                             "'%.80s': %s of a %s is not a %s, must be one", whole,
                             step.field->name, schema->kind,
                             step.rest || step.key ? "list" : "number or word");
        status = key_check(&step, err);
        if (status != STATUS_OK)
            return status;
        if (!step.rest)
            return error_set(
                err, STATUS_INPUT,
                "'%.80s': %s is a list; must name one of its numbers, such "
                "as %s.%s",
                whole, step.field->name, step.field->name,
                step.field->element->fields[0].name);
        schema = step.field->element;
        path = step.rest;
    }
}

enum status path_find_number(const struct schema *schema, const char *path,
                             const struct field **field, struct error *err)
{
    enum status status = path_find(schema, path, field, err);

    if (status == STATUS_OK && !is_number(*field))
        return error_set(err, STATUS_INPUT,
                         "'%.80s': %s is not a number, must be a number", path,
                         (*field)->name);
    return status;
}

/* ---- elements of lists */

static bool key_matches_one(const char *key, const struct schema *schema,
                            const char *element)
{
    const struct field *first = &schema->fields[0];
    const char *text;
    uint64_t count;
    double asked = 0, number;
    int word;

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

static bool key_matches(const struct path_step *step, const struct schema *schema,
                        const char *element)
{
    char key[80];

    for (const char *at = step->key; at;) {
        at = key_next(at, (size_t)(step->key + step->key_length - at), key, sizeof key);
        if (key_matches_one(key, schema, element))
            return true;
    }
    return step->key == NULL;
}

/* ---- values */

static enum status out_of_range(const struct field *field, double value,
                                struct error *reason)
{
    char is[40], low[40], high[40];

    return error_set(reason, STATUS_INFEASIBLE, "%s would be %s, must be in %s..%s",
                     field->name, quantity_format(value, field->unit, is, sizeof is),
                     quantity_format(field->min, field->unit, low, sizeof low),
                     quantity_format(field->max, field->unit, high, sizeof high));
}

static double value_get(const struct field *field, const char *at)
{
    double number = 0;
    uint64_t count;
    bool flag;
    int word;

    switch (field->kind) {
    case KIND_NUMBER: memcpy(&number, at, sizeof number); return number;
    case KIND_COUNT: memcpy(&count, at, sizeof count); return (double)count;
    case KIND_FLAG: memcpy(&flag, at, sizeof flag); return flag;
    case KIND_WORD: memcpy(&word, at, sizeof word); return word;
    default: return NAN;
    }
}

/* value: one that the field may hold, as C leaves the conversion of others undefined. */
static void value_put(const struct field *field, char *at, double value)
{
    if (field->kind == KIND_NUMBER) {
        memcpy(at, &value, sizeof value);
    } else if (field->kind == KIND_COUNT) {
        uint64_t count = (uint64_t)value;
        memcpy(at, &count, sizeof count);
    } else if (field->kind == KIND_FLAG) {
        bool flag = value != 0;
        memcpy(at, &flag, sizeof flag);
    } else if (field->kind == KIND_WORD) {
        int word = (int)value;
        memcpy(at, &word, sizeof word);
    }
}

/* Called for each value that the path names, with the caller's context. */
typedef enum status value_fn(const struct field *field, char *at, double *context,
                             struct error *reason);

static enum status walk(const struct schema *schema, char *record, const char *path,
                        value_fn *fn, double *context, struct error *reason)
{
    struct path_step step = step_read(schema, path);
    enum status status = STATUS_OK;
    size_t count;
    char *list;

    if (!step.field)
        return STATUS_OK;
    if (!step.rest)
        return fn(step.field, record + step.field->offset, context, reason);
    memcpy(&list, record + step.field->offset, sizeof list);
    memcpy(&count, record + step.field->count_offset, sizeof count);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        const struct schema *element = step.field->element;

        if (key_matches(&step, element, list + i * element->size))
            status = walk(element, list + i * element->size, step.rest, fn, context,
                          reason);
    }
    return status;
}

/* 0 often means "absent", so that a 0 stays 0 even if it is outside the field's range. */
static enum status value_scale(const struct field *field, char *at, double *factor,
                               struct error *reason)
{
    double value = value_get(field, at);
    struct value_grid grid;

    if (value == 0)
        return STATUS_OK;
    grid = value_grid_of(field, value);
    value = value_grid_round(&grid, value * *factor);
    if (!(value >= field->min && value <= field->max))
        return out_of_range(field, value, reason);
    value_put(field, at, value);
    return STATUS_OK;
}

static enum status value_set(const struct field *field, char *at, double *value,
                             struct error *reason)
{
    bool is_word = !is_number(field) || (field->zero && *value == 0);

    if (!is_word && !(*value >= field->min && *value <= field->max))
        return out_of_range(field, *value, reason);
    value_put(field, at, *value);
    return STATUS_OK;
}

static enum status value_count(const struct field *field, char *at, double *count,
                               struct error *reason)
{
    (void)field;
    (void)at;
    (void)reason;
    ++*count;
    return STATUS_OK;
}

static enum status value_first(const struct field *field, char *at, double *first,
                               struct error *reason)
{
    (void)reason;
    if (isnan(*first))
        *first = value_get(field, at);
    return STATUS_OK;
}

enum status path_scale(const struct schema *schema, void *record, const char *path,
                       double factor, struct error *reason)
{
    return walk(schema, record, path, value_scale, &factor, reason);
}

enum status path_set(const struct schema *schema, void *record, const char *path,
                     double value, struct error *reason)
{
    return walk(schema, record, path, value_set, &value, reason);
}

const struct field *path_field(const struct schema *schema, const char *path)
{
    struct path_step step = step_read(schema, path);

    return step.field && is_scalar(step.field) && !step.rest ? step.field : NULL;
}

enum status path_field_scale(const struct field *field, void *record, double factor,
                             struct error *reason)
{
    return value_scale(field, (char *)record + field->offset, &factor, reason);
}

enum status path_field_set(const struct field *field, void *record, double value,
                           struct error *reason)
{
    return value_set(field, (char *)record + field->offset, &value, reason);
}

size_t path_count(const struct schema *schema, const void *record, const char *path)
{
    double count = 0;

    walk(schema, (char *)(uintptr_t)record, path, value_count, &count, NULL);
    return (size_t)count;
}

/* The first value's field; its value is found by path_value. */
static const struct field *field_of(const struct schema *schema, const char *path)
{
    const struct field *field = NULL;

    return path_find_number(schema, path, &field, NULL) == STATUS_OK ? field : NULL;
}

struct value_grid path_grid(const struct schema *schema, const void *record,
                            const char *path)
{
    const struct field *field = field_of(schema, path);
    double value = path_value(schema, record, path);

    return field && !isnan(value) ? value_grid_of(field, value)
                                  : (struct value_grid){ 0 };
}

double path_value(const struct schema *schema, const void *record, const char *path)
{
    double first = NAN;

    walk(schema, (char *)(uintptr_t)record, path, value_first, &first, NULL);
    return first;
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
