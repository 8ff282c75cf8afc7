/* Decides whether two sweeps are the same: by their text without comments and white space,
 * the library records that they name, and the program. */
#include "results/results.h"

#include "base/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text_append(char *text, const char *more)
{
    size_t old = strlen(text), added = strlen(more);

    text = realloc_array(text, old + added + 1, 1);
    memcpy(text + old, more, added + 1);
    return text;
}

/* Records that were written, so that each appears once. */
struct records {
    const struct library *library;
    char *text;
    const struct record **seen;
    size_t count;
};

static void record_add(void *context, enum record_table_id table,
                       const struct record *record);

/* Adds the record that another record names. */
static enum status named_add(void *context, const char *kind, const char *name)
{
    const struct records *records = context;
    enum record_table_id table = record_table_of_kind(kind);
    const struct record *record = library_find(records->library, table, name);

    if (record)
        record_add(context, table, record);
    return STATUS_OK;
}

static void record_add(void *context, enum record_table_id table,
                       const struct record *record)
{
    struct records *records = context;
    const char *body = library_record_text(records->library, table, record);

    for (size_t i = 0; i < records->count; i++)
        if (records->seen[i] == record)
            return;
    records->seen = realloc_array(records->seen, records->count + 1,
                                  sizeof *records->seen);
    records->seen[records->count++] = record;
    if (body) {
        char *entry = alloc_printf("%s %s\n", record_table_schemas[table]->kind, body);

        records->text = text_append(records->text, entry);
        free(entry);
        schema_names_visit(record_table_schemas[table], record, named_add, records);
    }
}

char *results_records_text(const struct study *study)
{
    struct records records = { .library = study->library, .text = alloc_text("") };

    if (study->library)
        study_records_visit(study, record_add, &records);
    free(records.seen);
    return records.text;
}

/* The end of a libconfig comment that begins at p, or NULL if none begins there. */
static const char *comment_skip(const char *p)
{
    if (*p == '#' || (p[0] == '/' && p[1] == '/'))
        return p + strcspn(p, "\n");
    if (p[0] == '/' && p[1] == '*') {
        const char *end = strstr(p + 2, "*/");

        return end ? end + 2 : p + strlen(p);
    }
    return NULL;
}

char *results_normalised(const char *text)
{
    char *kept = alloc_array(2 * strlen(text) + 1, 1), *to = kept;
    bool in_string = false, is_apart = false;

    for (const char *p = text; *p;) {
        const char *after = in_string ? NULL : comment_skip(p);

        if (after) {
            is_apart = true;
            p = after;
            continue;
        }
        if (!in_string && isspace((unsigned char)*p)) {
            is_apart = true;
            p++;
            continue;
        }
        /* White space matters only between two words. */
        if (is_apart && to > kept && isalnum((unsigned char)to[-1]) &&
            isalnum((unsigned char)*p))
            *to++ = ' ';
        is_apart = false;
        if (in_string && *p == '\\' && p[1])
            *to++ = *p++;
        else if (*p == '"')
            in_string = !in_string;
        *to++ = *p++;
    }
    *to = '\0';
    return kept;
}

/* Reports the first difference with some text around it. */
static enum status difference_report(const char *path, const char *what,
                                     const char *was, const char *is, struct error *err)
{
    size_t same = 0, from;

    while (was[same] && was[same] == is[same])
        same++;
    from = same > 24 ? same - 24 : 0;
    return error_set(
        err, STATUS_INPUT,
        "%s: result of another sweep: %s differ (the file has \"%.60s\", now it is "
        "\"%.60s\"); name another file with -o, or move this one away",
        path, what, was + from, is + from);
}

/* ---- single records of normalised text: kind{name="...";...}kind{...} */

struct identity_entry {
    const char *text;
    size_t size; /* up to and including its closing brace */
    char *name;  /* "technology sram" */
};

struct entries {
    struct identity_entry *list;
    size_t count;
};

static char *entry_name(const char *text, size_t size)
{
    const char *brace = memchr(text, '{', size);
    const char *name = brace ? strstr(brace, "name=\"") : NULL;
    int kind = brace ? (int)(brace - text) : 0;

    if (!name || name > text + size)
        return alloc_printf("%.*s", kind, text);
    name += strlen("name=\"");
    return alloc_printf("%.*s %.*s", kind, text, (int)strcspn(name, "\""), name);
}

static void entries_split(struct entries *entries, const char *text)
{
    const char *begin = text;
    bool in_string = false;
    int depth = 0;

    *entries = (struct entries){ NULL };
    for (const char *p = text; *p; p++) {
        if (in_string && *p == '\\' && p[1])
            p++;
        else if (*p == '"')
            in_string = !in_string;
        else if (!in_string && *p == '{')
            depth++;
        else if (!in_string && *p == '}' && --depth == 0) {
            size_t size = (size_t)(p + 1 - begin);

            entries->list = realloc_array(entries->list, entries->count + 1,
                                          sizeof *entries->list);
            entries->list[entries->count++] =
                (struct identity_entry){ begin, size, entry_name(begin, size) };
            begin = p + 1;
        }
    }
}

static void entries_free(struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        free(entries->list[i].name);
    free(entries->list);
}

/* Reports the key that differs, with both values: "area_f2 was 146, is 150". */
static enum status entry_differs(const char *path, const struct identity_entry *was,
                                 const struct identity_entry *is, struct error *err)
{
    size_t at = 0, key;

    while (at < was->size && at < is->size && was->text[at] == is->text[at])
        at++;
    key = at;
    while (key > 0 && !strchr(";{}", was->text[key - 1]))
        key--;
    return error_set(
        err, STATUS_INPUT,
        "%s: result of another sweep: in the record '%s' %.*s was %.*s, is "
        "%.*s; name another file with -o, or move this one away",
        path, was->name, (int)strcspn(was->text + key, "=;}"), was->text + key,
        (int)strcspn(was->text + key, ";}"), was->text + key,
        (int)strcspn(is->text + key, ";}"), is->text + key);
}

enum status results_check_records(const struct results *results,
                                  const struct study *study, struct error *err)
{
    char *records = results_records_text(study);
    char *was = results_normalised(results->records_text);
    char *is = results_normalised(records);
    struct entries before, now;
    enum status status = STATUS_OK;

    entries_split(&before, was);
    entries_split(&now, is);
    for (size_t i = 0; i < before.count && status == STATUS_OK; i++)
        for (size_t k = 0; k < now.count && status == STATUS_OK; k++) {
            const struct identity_entry *a = &before.list[i], *b = &now.list[k];

            if (strcmp(a->name, b->name) == 0 &&
                (a->size != b->size || memcmp(a->text, b->text, a->size) != 0))
                status = entry_differs(results->path, a, b, err);
        }
    entries_free(&before);
    entries_free(&now);
    free(records);
    free(was);
    free(is);
    return status;
}

enum status results_check_program(const struct results *results,
                                  const struct program *program, bool accept_version,
                                  struct error *err)
{
    if (accept_version)
        return STATUS_OK;
    if (strcmp(results->version, program->version) == 0 &&
        strcmp(results->commit, program->commit) == 0)
        return STATUS_OK;
    return error_set(
        err, STATUS_INPUT,
        "%s: begun by nvsweep %s (%s), but this is %s (%s), whose models may differ; "
        "--accept-version continues nevertheless",
        results->path, results->version, results->commit, program->version,
        program->commit);
}

enum status results_check_same(const struct results *results, const struct study *study,
                               const struct program *program, bool accept_version,
                               struct error *err)
{
    char *was = results_normalised(results->sweep_text);
    char *is = results_normalised(study->sweep->text ? study->sweep->text : "");
    enum status status = STATUS_OK;

    if (strcmp(was, is) != 0)
        status = difference_report(results->path, "the sweep files", was, is, err);
    if (status != STATUS_OK)
        goto out;
    status = results_check_records(results, study, err);
    if (status != STATUS_OK)
        goto out;
    status = results_check_program(results, program, accept_version, err);
out:
    free(was);
    free(is);
    return status;
}
