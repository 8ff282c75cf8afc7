#include "base/schema.h"

#include <stdlib.h>
#include <string.h>

static void *pointer_at(const void *record, size_t offset)
{
    void *pointer;

    memcpy(&pointer, (const char *)record + offset, sizeof pointer);
    return pointer;
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
