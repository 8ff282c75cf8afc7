/* What makes two sweeps the same: their text without comments and white space, the
 * library records they name, and the program that computes. */
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

/* Records already written, so that each appears once. */
struct records {
    const struct library *library;
    char *text;
    const struct record **seen;
    size_t count;
};

static void record_add(void *context, enum shelf_id shelf, const struct record *record);

/* The record that another one names. */
static enum status named_add(void *context, const char *kind, const char *name)
{
    const struct records *records = context;
    enum shelf_id shelf = shelf_of_kind(kind);
    const struct record *record = library_find(records->library, shelf, name);

    if (record)
        record_add(context, shelf, record);
    return STATUS_OK;
}

static void record_add(void *context, enum shelf_id shelf, const struct record *record)
{
    struct records *records = context;
    const char *body = library_record_text(records->library, shelf, record);

    for (size_t i = 0; i < records->count; i++)
        if (records->seen[i] == record)
            return;
    records->seen = realloc_array(records->seen, records->count + 1,
                                  sizeof *records->seen);
    records->seen[records->count++] = record;
    if (body) {
        char *entry = alloc_printf("%s %s\n", shelf_schemas[shelf]->kind, body);

        records->text = text_append(records->text, entry);
        free(entry);
        schema_names_visit(shelf_schemas[shelf], record, named_add, records);
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

/* Past a comment of libconfig, or NULL if there is none here. */
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
        /* White space counts only where it keeps two words apart. */
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

/* The surroundings of the first difference, as "... was X, is Y". */
static enum status differ(const char *path, const char *what, const char *was,
                          const char *is, struct error *err)
{
    size_t same = 0, from;

    while (was[same] && was[same] == is[same])
        same++;
    from = same > 24 ? same - 24 : 0;
    return error_set(
        err, STATUS_INPUT,
        "%s: is the result of another sweep: %s differ (it has \"%.60s\", now "
        "\"%.60s\"); name another file with -o, or move this one away",
        path, what, was + from, is + from);
}

static enum status version_check(const struct results *results,
                                 const struct program *program, struct error *err)
{
    if (strcmp(results->version, program->version) == 0 &&
        strcmp(results->commit, program->commit) == 0)
        return STATUS_OK;
    return error_set(
        err, STATUS_INPUT,
        "%s: was begun by nvsweep %s (%s), this is %s (%s), whose models may "
        "differ; --accept-version goes on all the same",
        results->path, results->version, results->commit, program->version,
        program->commit);
}

enum status results_check_same(const struct results *results, const struct study *study,
                               const struct program *program, bool accept_version,
                               struct error *err)
{
    char *was = results_normalised(results->sweep_text);
    char *is = results_normalised(study->sweep->text ? study->sweep->text : "");
    char *records = results_records_text(study);
    enum status status = STATUS_OK;

    if (strcmp(was, is) != 0)
        status = differ(results->path, "the sweep files", was, is, err);
    else if (strcmp(results->records_text, records) != 0)
        status = differ(results->path, "the library records", results->records_text,
                        records, err);
    else if (!accept_version)
        status = version_check(results, program, err);
    free(was);
    free(is);
    free(records);
    return status;
}
