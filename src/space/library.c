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

enum record_table_id record_table_of_kind(const char *kind)
{
    enum record_table_id id = 0;

    while (id < RECORDS_COUNT && strcmp(record_table_schemas[id]->kind, kind) != 0)
        id++;
    return id;
}

const struct record *library_find(const struct library *library,
                                  enum record_table_id table, const char *name)
{
    const struct record_table *s = &library->tables[table];

    for (size_t i = 0; i < s->count; i++)
        if (record_is_named(s->records[i], name))
            return s->records[i];
    return NULL;
}

enum status library_lookup(const struct library *library, enum record_table_id id,
                           const char *text, const struct record **record,
                           struct error *err)
{
    const struct record_table *table = &library->tables[id];
    const char *nearest;
    const char *names[1024];
    size_t count = 0;

    *record = library_find(library, id, text);
    if (*record)
        return STATUS_OK;
    for (size_t i = 0; i < table->count && count < 1024; i++)
        names[count++] = ((const struct record *)table->records[i])->name;
    nearest = text_nearest(text, names, count);
    return error_set(
        err, STATUS_INPUT, "no %s named '%.60s'%s%s%s; `nvsweep list` shows all",
        record_table_schemas[id]->kind, text, nearest ? "; did you mean '" : "",
        nearest ? nearest : "", nearest ? "'?" : "");
}

const char *library_record_text(const struct library *library,
                                enum record_table_id table, const void *record)
{
    const struct record_table *s = &library->tables[table];

    for (size_t i = 0; i < s->count; i++)
        if (s->records[i] == record)
            return s->texts ? s->texts[i] : ((const struct record *)record)->name;
    return NULL;
}

void record_table_free(struct record_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        if (table->schema->release)
            table->schema->release(table->records[i]);
        schema_fields_free(table->schema, table->records[i]);
        free(table->records[i]);
        free(table->texts[i]);
    }
    free(table->records);
    free(table->texts);
    *table = (struct record_table){ 0 };
}

void library_free(struct library *library)
{
    for (enum record_table_id id = 0; id < RECORDS_COUNT; id++)
        record_table_free(&library->tables[id]);
}
