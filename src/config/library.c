#include "config/library.h"

#include "base/memory.h"
#include "config/record.h"
#include "config/record_text.h"
#include "uncertainty/spread.h"

#include <stdlib.h>
#include <string.h>

/* A record while folders are being read. */
struct library_entry {
    const struct source *source;
    const config_setting_t *group;
    size_t place;  /* index among its source's records */
    size_t folder; /* index of its folder; lower ones are searched first */
    void *record;
    char *text;
    bool is_shadowed;
};

struct table_reading {
    const struct schema *schema;
    struct source **sources;
    size_t source_count;
    struct library_entry *entries;
    size_t count, capacity;
    struct error unread; /* why a file could not be read; "" if all could */
    struct error *err;
};

/* ---- files */

static void element_add(struct table_reading *reading, const struct source *source,
                        const config_setting_t *element, size_t i, size_t folder)
{
    if (reading->count == reading->capacity) {
        reading->capacity = reading->capacity ? 2 * reading->capacity : 64;
        reading->entries = realloc_array(reading->entries, reading->capacity,
                                         sizeof *reading->entries);
    }
    reading->entries[reading->count++] = (struct library_entry){
        .source = source, .group = element, .place = i, .folder = folder
    };
}

static enum status elements_add(struct table_reading *reading,
                                const struct source *source, size_t folder)
{
    const char *name = reading->schema->folder;
    const config_setting_t *root = config_root_setting(&source->config);
    const config_setting_t *list = setting_member(root, name);
    char what[80];
    enum status status;

    snprintf(what, sizeof what, "a file of %s", name);
    status = setting_keys_check(source, root, what, &name, 1, reading->err);
    if (status != STATUS_OK)
        return status;
    if (!list)
        return source_fail(source, 1, reading->err, "must be %s = ( { ... }, ... );",
                           name);
    if (list->type != CONFIG_TYPE_LIST)
        return setting_fail(source, list, reading->err,
                            "must be a list ( { ... }, ... )");
    for (size_t i = 0; i < setting_length(list); i++)
        element_add(reading, source, setting_element(list, i), i, folder);
    return STATUS_OK;
}

static enum status file_read(struct table_reading *reading, const struct file *file,
                             size_t folder)
{
    struct source *source = alloc_array(1, sizeof *source);
    enum status status = source_read(file, source, reading->err);

    reading->sources = realloc_array(reading->sources, reading->source_count + 1,
                                     sizeof *reading->sources);
    reading->sources[reading->source_count++] = source;
    return status == STATUS_OK ? elements_add(reading, source, folder) : status;
}

/* ---- records, made from their own keys and those of their parents */

enum { HERITAGE_DEPTH_MAX = 8 };

static const config_setting_t *key_of(const struct library_entry *entry,
                                      const char *key)
{
    return entry->group->type == CONFIG_TYPE_GROUP ? setting_member(entry->group, key)
                                                   : NULL;
}

static const char *name_of(const struct library_entry *entry)
{
    const config_setting_t *name = key_of(entry, "name");

    return name ? config_setting_get_string(name) : NULL;
}

/* Finds the parent of that name, in the folder that is searched first.  If it is the child's
 * own name, it is the record that the child hides: one of a folder after the child's. */
static const struct library_entry *parent_find(const struct table_reading *reading,
                                               const struct library_entry *child,
                                               const char *name)
{
    const char *own = name_of(child);
    bool is_own = own && strcmp(own, name) == 0;
    const struct library_entry *found = NULL;

    for (size_t i = 0; i < reading->count; i++) {
        const struct library_entry *entry = &reading->entries[i];
        const char *its = name_of(entry);

        if (its && strcmp(its, name) == 0 &&
            (!found || entry->folder < found->folder) &&
            (!is_own || entry->folder > child->folder))
            found = entry;
    }
    return found;
}

static enum status parent_unknown(const struct table_reading *reading,
                                  const struct library_entry *child,
                                  const config_setting_t *setting, const char *name)
{
    const char **names = alloc_array(reading->count, sizeof *names), *nearest;
    size_t count = 0;

    if (reading->unread.text[0]) { /* it may be in there */
        *reading->err = reading->unread;
        goto out;
    }
    for (size_t i = 0; i < reading->count; i++)
        if (name_of(&reading->entries[i]) && &reading->entries[i] != child)
            names[count++] = name_of(&reading->entries[i]);
    nearest = text_nearest(name, names, count);
    setting_fail(child->source, setting, reading->err,
                 "is '%.60s', must name another %s%s%s%s", name, reading->schema->kind,
                 nearest ? "; did you mean '" : "", nearest ? nearest : "",
                 nearest ? "'?" : "");
out:
    free(names);
    return STATUS_INPUT;
}

/* Lists the entry and those from which it inherits, nearest first. */
static enum status inheritance_find(const struct table_reading *reading,
                                    const struct library_entry *entry,
                                    struct inheritance chain[HERITAGE_DEPTH_MAX])
{
    const struct library_entry *entries[HERITAGE_DEPTH_MAX];

    for (size_t depth = 0;; depth++) {
        const config_setting_t *setting = key_of(entry, "parent");
        const struct library_entry *parent;
        const char *name;

        entries[depth] = entry;
        chain[depth] = (struct inheritance){ entry->source, entry->group, NULL };
        if (depth > 0)
            chain[depth - 1].parent = &chain[depth];
        if (!setting)
            return STATUS_OK;
        if (setting_text(entry->source, setting, &name, reading->err) != STATUS_OK)
            return STATUS_INPUT;
        parent = parent_find(reading, entry, name);
        if (!parent)
            return parent_unknown(reading, entry, setting, name);
        for (size_t d = 0; d <= depth; d++)
            if (entries[d] == parent)
                return setting_fail(entry->source, setting, reading->err,
                                    "is '%.60s', which inherits from this record; "
                                    "parents must not form a cycle",
                                    name);
        if (depth + 1 == HERITAGE_DEPTH_MAX)
            return setting_fail(
                entry->source, setting, reading->err,
                "is parent number %d of this record, must be at most number %d",
                HERITAGE_DEPTH_MAX, HERITAGE_DEPTH_MAX - 1);
        entry = parent;
    }
}

static enum status entry_make(struct table_reading *reading,
                              struct library_entry *entry)
{
    struct inheritance chain[HERITAGE_DEPTH_MAX];
    const struct span *span = &entry->source->records[entry->place];
    enum status status = inheritance_find(reading, entry, chain);

    if (status == STATUS_OK)
        status = record_make(&chain[0], reading->schema, &entry->record, reading->err);
    if (status == STATUS_OK)
        entry->text = chain[0].parent
                          ? inheritance_text(&chain[0])
                          : alloc_text_part(entry->source->text + span->first,
                                            span->length);
    return status;
}

/* Does a file of the library folder `base` belong to the table that is read:
 * base/things/x.cfg, or base/things itself if that could not be read? */
static bool is_in_table(const struct table_reading *reading, const char *base,
                        const char *name)
{
    const char *table = name + strlen(base) + 1;
    size_t length = strlen(reading->schema->folder);

    return strncmp(table, reading->schema->folder, length) == 0 &&
           (table[length] == '/' || table[length] == '\0');
}

/* Orders the records of a file before those of later files, so that the first error in this
 * order is the one reported. */
static enum status files_parse(struct table_reading *reading, const struct files *files)
{
    enum status status = STATUS_OK;
    const char *base = NULL;
    size_t folder = 0;
    struct file file;

    for (size_t at = 0; status == STATUS_OK && files_next(files, &at, &file);) {
        if (file.is_folder) {
            folder += base != NULL;
            base = file.name;
        } else if (base && is_in_table(reading, base, file.name)) {
            status = file_read(reading, &file, folder);
        }
    }
    if (status != STATUS_OK)
        reading->unread = *reading->err;
    for (size_t i = 0; i < reading->count; i++)
        if (entry_make(reading, &reading->entries[i]) != STATUS_OK)
            return STATUS_INPUT;
    if (status != STATUS_OK)
        *reading->err = reading->unread;
    return status;
}

static void sources_free(struct table_reading *reading)
{
    for (size_t i = 0; i < reading->source_count; i++) {
        source_free(reading->sources[i]);
        free(reading->sources[i]);
    }
    free(reading->sources);
}

/* ---- names */

/* A name or alias, and the entry to which it belongs. */
struct library_label {
    const char *name;
    struct library_entry *entry;
    bool is_alias;
};

/* Orders by name; the entry that takes precedence comes first. */
static int label_compare(const void *a, const void *b)
{
    const struct library_label *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    if (order == 0 && x->entry->folder != y->entry->folder)
        return x->entry->folder < y->entry->folder ? -1 : 1;
    return order ? order : (x->is_alias > y->is_alias) - (x->is_alias < y->is_alias);
}

static size_t labels_collect(const struct table_reading *reading,
                             struct library_label **labels)
{
    size_t count = 0;

    for (size_t i = 0; i < reading->count; i++) {
        const struct record *record = reading->entries[i].record;

        count += reading->entries[i].is_shadowed ? 0 : 1 + record->alias_count;
    }
    *labels = alloc_array(count, sizeof **labels);
    count = 0;
    for (size_t i = 0; i < reading->count; i++) {
        struct library_entry *entry = &reading->entries[i];
        const struct record *record = entry->record;

        if (entry->is_shadowed)
            continue;
        (*labels)[count++] = (struct library_label){ record->name, entry, false };
        for (size_t a = 0; a < record->alias_count; a++)
            (*labels)[count++] = (struct library_label){ record->aliases[a], entry,
                                                         true };
    }
    qsort(*labels, count, sizeof **labels, label_compare);
    return count;
}

static enum status duplicates_check(const struct table_reading *reading,
                                    const struct library_label *labels, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct record *first = labels[i - 1].entry->record;
        const struct record *second = labels[i].entry->record;

        if (strcmp(labels[i].name, labels[i - 1].name) != 0 ||
            labels[i].entry->folder != labels[i - 1].entry->folder)
            continue;
        return error_set(
            reading->err, STATUS_INPUT,
            "%s:%u: %s '%s' is named at %s:%u already, names must be unique",
            second->file, second->line, reading->schema->kind, labels[i].name,
            first->file, first->line);
    }
    return STATUS_OK;
}

static void alias_remove(struct record *record, const char *alias)
{
    char **aliases;
    size_t kept = 0;

    memcpy(&aliases, &record->aliases,
           sizeof aliases); /* the reader's copy, which may be changed */
    for (size_t i = 0; i < record->alias_count; i++)
        if (aliases[i] == alias)
            free(aliases[i]);
        else
            aliases[kept++] = aliases[i];
    record->alias_count = kept;
}

/* Removes records whose name an earlier folder uses, then aliases that such a folder uses. */
static enum status names_resolve(struct table_reading *reading)
{
    struct library_label *labels;
    size_t count = labels_collect(reading, &labels);
    enum status status = duplicates_check(reading, labels, count);

    for (size_t i = 1; i < count; i++)
        if (!labels[i].is_alias && strcmp(labels[i].name, labels[i - 1].name) == 0)
            labels[i].entry->is_shadowed = true;
    free(labels);
    count = labels_collect(reading, &labels);
    for (size_t i = 1; i < count; i++)
        if (labels[i].is_alias && strcmp(labels[i].name, labels[i - 1].name) == 0) {
            const char *name = labels[i].name;

            labels[i].name = labels[i - 1].name;
            alias_remove(labels[i].entry->record, name);
        }
    free(labels);
    return status;
}

/* ---- tables */

static int entry_compare(const void *a, const void *b)
{
    const struct library_entry *x = a, *y = b;
    const struct record *first = x->record, *second = y->record;

    return strcmp(first->name, second->name);
}

static void entry_free(const struct schema *schema, struct library_entry *entry)
{
    if (entry->record)
        schema_fields_free(schema, entry->record);
    free(entry->record);
    free(entry->text);
}

/* Copies the entries that are not hidden, sorted by name. */
static void record_table_fill(struct table_reading *reading, struct record_table *table)
{
    table->records = alloc_array(reading->count, sizeof *table->records);
    table->texts = alloc_array(reading->count, sizeof *table->texts);
    if (reading->count > 0) /* NULL may not be sorted */
        qsort(reading->entries, reading->count, sizeof *reading->entries,
              entry_compare);
    for (size_t i = 0; i < reading->count; i++) {
        struct library_entry *entry = &reading->entries[i];

        if (entry->is_shadowed) {
            entry_free(reading->schema, entry);
            continue;
        }
        table->records[table->count] = entry->record;
        table->texts[table->count++] = entry->text;
    }
}

enum status record_table_parse(const struct files *files, const struct schema *schema,
                               struct record_table *table, struct error *err)
{
    struct table_reading reading = { .schema = schema, .err = err };
    enum status status = files_parse(&reading, files);

    *table = (struct record_table){ .schema = schema };
    if (status == STATUS_OK)
        status = names_resolve(&reading);
    if (status == STATUS_OK)
        record_table_fill(&reading, table);
    else
        for (size_t i = 0; i < reading.count; i++)
            entry_free(schema, &reading.entries[i]);
    free(reading.entries);
    sources_free(&reading);
    return status;
}

enum status record_table_read(const char *const *folders, size_t count,
                              const struct schema *schema, struct record_table *table,
                              struct error *err)
{
    struct files files = { 0 };
    enum status status;

    for (size_t i = 0; i < count; i++) {
        files_put_folder(&files, folders[i]);
        record_table_gather(folders[i], schema, &files);
    }
    status = record_table_parse(&files, schema, table, err);
    files_free(&files);
    return status;
}

/* ---- the library */

/* The record whose references to other records are checked. */
struct naming {
    const struct library *library;
    const struct record *record;
    struct error *err;
};

static enum status name_check(void *context, const char *kind, const char *name)
{
    const struct naming *naming = context;
    enum record_table_id id = record_table_of_kind(kind);
    const struct record *found;
    struct error why;

    if (library_lookup(naming->library, id, name, &found, &why) == STATUS_OK)
        return STATUS_OK;
    return error_set(naming->err, STATUS_INPUT, "%s:%u: %s: %s", naming->record->file,
                     naming->record->line, naming->record->name, why.text);
}

/* Checks that all records to which others refer exist. */
static enum status names_check(const struct library *library, struct error *err)
{
    enum status status = STATUS_OK;

    for (enum record_table_id id = 0; id < RECORDS_COUNT; id++) {
        const struct record_table *table = &library->tables[id];

        for (size_t i = 0; i < table->count && status == STATUS_OK; i++) {
            struct naming naming = { library, table->records[i], err };

            status = schema_names_visit(table->schema, table->records[i], name_check,
                                        &naming);
        }
    }
    return status;
}

enum status library_parse(const struct files *files, struct library *library,
                          struct error *err)
{
    enum status status = STATUS_OK;
    struct file file;

    *library = (struct library){ 0 };
    for (size_t at = 0; files_next(files, &at, &file);)
        if (file.is_folder && file.why)
            return error_set(err, STATUS_INPUT, "%s", file.why);
    for (enum record_table_id id = 0; status == STATUS_OK && id < RECORDS_COUNT; id++)
        status = record_table_parse(files, record_table_schemas[id],
                                    &library->tables[id], err);
    if (status == STATUS_OK)
        status = names_check(library, err);
    return status == STATUS_OK ? spreads_check(library, err) : status;
}

enum status library_read(const char *const *folders, size_t count,
                         struct library *library, struct error *err)
{
    struct files files = { 0 };
    enum status status;

    library_gather(folders, count, &files);
    status = library_parse(&files, library, err);
    files_free(&files);
    return status;
}
