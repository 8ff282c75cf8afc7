#include "base/schema.h"

#include <stdlib.h>
#include <string.h>

static void *pointer_at(const void *record, size_t offset)
{
    void *pointer;

    memcpy(&pointer, (const char *)record + offset, sizeof pointer);
    return pointer;
}

const struct schema *schema_of(const struct schema *schema, const void *record)
{
    int family;

    if (!schema->families)
        return schema;
    memcpy(&family, (const char *)record + schema->family->offset, sizeof family);
    return schema->families[family];
}

static void texts_free(const void *record, size_t offset, size_t count_offset)
{
    char **texts = pointer_at(record, offset);
    size_t count;

    memcpy(&count, (const char *)record + count_offset, sizeof count);
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

static void list_free(const void *record, const struct field *field)
{
    char *list = pointer_at(record, field->offset);
    size_t count;

    memcpy(&count, (const char *)record + field->count_offset, sizeof count);
    for (size_t i = 0; i < count; i++)
        schema_fields_free(field->element, list + i * field->element->size);
    free(list);
}

void schema_fields_free(const struct schema *schema, void *record)
{
    schema = schema_of(schema, record);
    if (schema->folder) { /* a top-level record: begins with struct record */
        free(pointer_at(record, offsetof(struct record, name)));
        free(pointer_at(record, offsetof(struct record, source)));
        free(pointer_at(record, offsetof(struct record, file)));
        texts_free(record, offsetof(struct record, aliases),
                   offsetof(struct record, alias_count));
        texts_free(record, offsetof(struct record, fit_to),
                   offsetof(struct record, fit_to_count));
        texts_free(record, offsetof(struct record, stores),
                   offsetof(struct record, stores_count));
    }
    for (size_t f = 0; f < schema->field_count; f++) {
        const struct field *field = &schema->fields[f];

        if (field->kind == KIND_TEXT)
            free(pointer_at(record, field->offset));
        else if (field->kind == KIND_TEXTS)
            texts_free(record, field->offset, field->count_offset);
        else if (field->kind == KIND_LIST)
            list_free(record, field);
    }
}

static enum status texts_visit(const struct field *field, const void *record,
                               record_name_fn *fn, void *context)
{
    char **texts = pointer_at(record, field->offset);
    enum status status = STATUS_OK;
    size_t count;

    memcpy(&count, (const char *)record + field->count_offset, sizeof count);
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = fn(context, field->names, texts[i]);
    return status;
}

static enum status list_visit(const struct field *field, const void *record,
                              record_name_fn *fn, void *context)
{
    const char *list = pointer_at(record, field->offset);
    enum status status = STATUS_OK;
    size_t count;

    memcpy(&count, (const char *)record + field->count_offset, sizeof count);
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = schema_names_visit(field->element, list + i * field->element->size, fn,
                                    context);
    return status;
}

enum status schema_names_visit(const struct schema *schema, const void *record,
                               record_name_fn *fn, void *context)
{
    enum status status = STATUS_OK;

    schema = schema_of(schema, record);
    for (size_t f = 0; f < schema->field_count && status == STATUS_OK; f++) {
        const struct field *field = &schema->fields[f];

        if (field->kind == KIND_LIST) {
            status = list_visit(field, record, fn, context);
        } else if (field->names && field->kind == KIND_TEXTS) {
            status = texts_visit(field, record, fn, context);
        } else if (field->names) {
            const char *name = pointer_at(record, field->offset);

            if (name && *name)
                status = fn(context, field->names, name);
        }
    }
    return status;
}
