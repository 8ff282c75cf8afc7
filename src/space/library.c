#include "space/library.h"

#include <stdlib.h>
#include <string.h>

bool record_is_named(const struct record *record, const char *name)
{
    if (strcmp(record->name, name) == 0)
        return true;
    for (size_t i = 0; i < record->alias_count; i++)
        if (strcmp(record->aliases[i], name) == 0)
            return true;
    return false;
}

enum shelf_id shelf_of_kind(const char *kind)
{
    enum shelf_id id = 0;

    while (id < SHELF_COUNT && strcmp(shelf_schemas[id]->kind, kind) != 0)
        id++;
    return id;
}

const struct record *library_find(const struct library *library, enum shelf_id shelf,
                                  const char *name)
{
    const struct shelf *s = &library->shelves[shelf];

    for (size_t i = 0; i < s->count; i++)
        if (record_is_named(s->records[i], name))
            return s->records[i];
    return NULL;
}

enum status library_lookup(const struct library *library, enum shelf_id id,
                           const char *text, const struct record **record,
                           struct error *err)
{
    const struct shelf *shelf = &library->shelves[id];
    const char *nearest;
    const char *names[1024];
    size_t count = 0;

    *record = library_find(library, id, text);
    if (*record)
        return STATUS_OK;
    for (size_t i = 0; i < shelf->count && count < 1024; i++)
        names[count++] = ((const struct record *)shelf->records[i])->name;
    nearest = text_nearest(text, names, count);
    return error_set(err, STATUS_INPUT,
                     "no %s named '%.60s'%s%s%s; `nvsweep list` shows all",
                     shelf_schemas[id]->kind, text, nearest ? "; did you mean '" : "",
                     nearest ? nearest : "", nearest ? "'?" : "");
}

const char *library_record_text(const struct library *library, enum shelf_id shelf,
                                const void *record)
{
    const struct shelf *s = &library->shelves[shelf];

    for (size_t i = 0; i < s->count; i++)
        if (s->records[i] == record)
            return s->texts ? s->texts[i] : ((const struct record *)record)->name;
    return NULL;
}

void shelf_free(struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->count; i++) {
        if (shelf->schema->release)
            shelf->schema->release(shelf->records[i]);
        schema_fields_free(shelf->schema, shelf->records[i]);
        free(shelf->records[i]);
        free(shelf->texts[i]);
    }
    free(shelf->records);
    free(shelf->texts);
    *shelf = (struct shelf){ 0 };
}

void library_free(struct library *library)
{
    for (enum shelf_id id = 0; id < SHELF_COUNT; id++)
        shelf_free(&library->shelves[id]);
}
