#include "cmd/cmd.h"

#include "base/memory.h"
#include "config/corpora.h"
#include "config/library.h"
#include "config/published.h"
#include "config/sweep.h"
#include "results/results.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDERS_MAX = 16 };

static const char *user_folders[FOLDERS_MAX];
static size_t user_folder_count;

const struct option_row option_rows[] = {
#define OPTION(command_, names_, value_, completes_, meaning_) \
    { command_, names_, value_, completes_, meaning_ },
#include "cmd/options.def"
#undef OPTION
    { NULL, NULL, NULL, NULL, NULL },
};
enum { OPTION_ROWS = sizeof option_rows / sizeof *option_rows };

/* The last command read: its name, and by row the option's value ("" if it takes none). */
static const char *command_read = "";
static const char *values_read[OPTION_ROWS];

/* Is the text of this length in the comma-separated list? */
static bool is_listed(const char *names, const char *name, size_t length)
{
    for (const char *at = names; *at;) {
        size_t own = strcspn(at, ",");

        if (own == length && strncmp(at, name, length) == 0)
            return true;
        at += own;
        at += *at == ',';
    }
    return false;
}

static size_t row_find(const char *command, const char *name, size_t length)
{
    size_t i = 0;

    while (option_rows[i].command && (strcmp(option_rows[i].command, command) != 0 ||
                                      !is_listed(option_rows[i].names, name, length)))
        i++;
    return i;
}

char *option_format(const struct option_row *row, char *buffer, size_t size)
{
    int length = (int)strcspn(row->names, ",");

    snprintf(buffer, size, "%s%.*s%s%s", length == 1 ? "-" : "--", length, row->names,
             *row->value ? " " : "", row->value);
    return buffer;
}

static enum status unknown_option(const char *command, const char *name,
                                  struct error *err)
{
    const char *names[OPTION_ROWS + 1] = { "library" };
    const char *nearest;
    size_t count = 1;

    for (const struct option_row *row = option_rows; row->command; row++)
        if (strcmp(row->command, command) == 0 && !strchr(row->names, ','))
            names[count++] = row->names;
    nearest = text_nearest(name, names, count);
    return error_set(err, STATUS_INPUT,
                     "%s has no option '%s%.60s'%s%s%s; see `nvsweep help %s`", command,
                     name[1] ? "--" : "-", name, nearest ? "; did you mean '--" : "",
                     nearest ? nearest : "", nearest ? "'?" : "", command);
}

static enum status folder_add(const char *folder, struct error *err)
{
    if (user_folder_count == FOLDERS_MAX - 1)
        return error_set(err, STATUS_INPUT, "--library: at most %d folders",
                         FOLDERS_MAX - 1);
    user_folders[user_folder_count++] = folder;
    return STATUS_OK;
}

enum status options_read(const char *command, int *argc, char **argv, struct error *err)
{
    int kept = 0;

    user_folder_count = 0;
    memset(user_folders, 0, sizeof user_folders);
    memset(values_read, 0, sizeof values_read);
    command_read = command;
    for (int i = 0; i < *argc; i++) {
        const char *name = argv[i], *equals, *value;
        bool is_library;
        size_t length, row;

        if (strcmp(name, "--") == 0) {
            while (++i < *argc)
                argv[kept++] = argv[i];
            break;
        }
        if (name[0] != '-' || name[1] == '\0') {
            argv[kept++] = argv[i];
            continue;
        }
        name += name[1] == '-' ? 2 : 1;
        equals = strchr(name, '=');
        length = equals ? (size_t)(equals - name) : strlen(name);
        row = row_find(command, name, length);
        is_library = length == 7 && strncmp(name, "library", 7) == 0;
        if (!option_rows[row].command && !is_library)
            return unknown_option(command, name, err);
        if (!is_library && !*option_rows[row].value) {
            if (equals)
                return error_set(err, STATUS_INPUT,
                                 "option '%.*s' is '%.40s', must be without a value",
                                 (int)(equals - argv[i]), argv[i], equals + 1);
            values_read[row] = "";
            continue;
        }
        if (!equals && i + 1 >= *argc)
            return error_set(err, STATUS_INPUT, "option '%s' needs a value", argv[i]);
        value = equals ? equals + 1 : argv[++i];
        if (!is_library && values_read[row] && strcmp(values_read[row], value) != 0)
            return error_set(
                err, STATUS_INPUT,
                "option '%.40s' is '%.60s' and '%.60s', must be given once",
                argv[equals ? i : i - 1], values_read[row], value);
        if (!is_library)
            values_read[row] = value;
        else if (folder_add(value, err) != STATUS_OK)
            return STATUS_INPUT;
    }
    *argc = kept;
    argv[kept] = NULL;
    return STATUS_OK;
}

static const char *value_of(const char *name)
{
    size_t row;

    if (!*command_read) /* options_read has failed */
        return NULL;
    row = row_find(command_read, name, strlen(name));
    assert(option_rows[row].command); /* options.def must list it */
    return values_read[row];
}

void option_get(const char *name, const char **value)
{
    if (value_of(name))
        *value = value_of(name);
}

void option_get_flag(const char *name, bool *is_given)
{
    *is_given = *is_given || value_of(name);
}

const char *const *library_user_folders(void)
{
    return user_folders;
}

/* Library folders in the order of their search: --library, NVSWEEP_LIBRARY, those of the
 * sweep, the shipped one. */
struct folders {
    const char *names[4 * FOLDERS_MAX];
    size_t count;
    char *owned[4 * FOLDERS_MAX];
    size_t owned_count;
};

static void folders_own(struct folders *folders, char *name)
{
    folders->owned[folders->owned_count++] = name;
    folders->names[folders->count++] = name;
}

/* The sweeps' own folders come from the texts in `files`, as far as these were read. */
static enum status folders_find(const struct files *files, const char *const *sweeps,
                                size_t sweep_count, struct folders *folders,
                                struct error *err)
{
    const char *path = getenv("NVSWEEP_LIBRARY");
    char *shipped = library_default_folder(), *named[FOLDERS_MAX / 2];
    struct file file;
    enum status status = STATUS_OK;

    *folders = (struct folders){ .count = 0 };
    for (size_t i = 0; i < user_folder_count; i++)
        folders->names[folders->count++] = user_folders[i];
    while (path && *path && folders->count < 2 * FOLDERS_MAX) {
        size_t length = strcspn(path, ":");

        if (length > 0)
            folders_own(folders, alloc_printf("%.*s", (int)length, path));
        path += length + (path[length] == ':');
    }
    for (size_t s = 0; s < sweep_count && status == STATUS_OK; s++) {
        size_t count = 0;

        if (files_find(files, sweeps[s], &file) && !file.why)
            status = sweep_libraries(&file, named, FOLDERS_MAX / 2, &count, err);
        for (size_t i = 0; i < count; i++)
            folders_own(folders, named[i]);
    }
    if (shipped)
        folders_own(folders, shipped);
    else if (status == STATUS_OK && folders->count == 0)
        status = error_set(
            err, STATUS_INPUT,
            "no library folder beside the program; set NVSWEEP_LIBRARY to its path");
    return status;
}

static void folders_free(struct folders *folders)
{
    for (size_t i = 0; i < folders->owned_count; i++)
        free(folders->owned[i]);
}

/* Reads the data that the sweep's records name; inputs_parse reports mistakes in it. */
static void data_gather(const char *name, struct files *files)
{
    struct library library;
    struct sweep sweep = { 0 };
    struct error ignored;
    struct file file;

    if (!files_find(files, name, &file) || file.why || !strstr(file.text, "experiment"))
        return;
    if (library_parse(files, &library, &ignored) == STATUS_OK &&
        sweep_parse(&file, &library, &sweep, &ignored) == STATUS_OK)
        corpora_gather(&library, &sweep, files);
    sweep_free(&sweep);
    library_free(&library);
}

void inputs_gather(const char *sweep, struct files *files)
{
    struct folders folders;
    struct error err;

    if (sweep)
        files_read(files, sweep);
    if (folders_find(files, &sweep, sweep != NULL, &folders, &err) != STATUS_OK)
        files_put_error(files, "", true, "%s", err.text);
    library_gather(folders.names, folders.count, files);
    folders_free(&folders);
    if (sweep)
        data_gather(sweep, files);
}

/* inputs_parse, but for the data. */
static enum status texts_parse(const char *name, const struct files *files,
                               struct library *library, struct sweep *sweep,
                               struct error *err)
{
    enum status status = library_parse(files, library, err);
    struct file file;

    *sweep = (struct sweep){ 0 };
    if (status != STATUS_OK)
        return status;
    if (!files_find(files, name, &file))
        return error_set(err, STATUS_INPUT, "%s: must be the same sweep as on rank 0",
                         name);
    return sweep_parse(&file, library, sweep, err);
}

enum status inputs_parse(const char *name, const struct files *files,
                         struct library *library, struct sweep *sweep, FILE *notes,
                         struct error *err)
{
    enum status status = texts_parse(name, files, library, sweep, err);

    return status == STATUS_OK
               ? corpora_decode(files, library, sweep, CORPORA_CONTENT, notes, err)
               : status;
}

void error_print(struct error *err)
{
    if (err->text[0])
        fprintf(stderr, "nvsweep: %s\n", err->text);
    err->text[0] = '\0';
}

enum status data_load(struct library *library, const struct sweep *sweep,
                      struct error *err)
{
    struct files files = { 0 };
    enum status status;

    corpora_gather(library, sweep, &files);
    status = corpora_decode(&files, library, sweep, CORPORA_CONTENT, stderr, err);
    files_free(&files);
    return status;
}

enum status library_load(struct library *library, struct error *err)
{
    struct files files = { 0 };
    enum status status;

    inputs_gather(NULL, &files);
    status = library_parse(&files, library, err);
    files_free(&files);
    return status;
}

enum status library_load_for(const char *const *sweeps, size_t count,
                             struct library *library, struct error *err)
{
    struct files read = { 0 }, files = { 0 };
    struct folders folders;
    enum status status;

    for (size_t i = 0; i < count; i++)
        files_read(&read, sweeps[i]);
    status = folders_find(&read, sweeps, count, &folders, err);
    if (status == STATUS_OK) {
        library_gather(folders.names, folders.count, &files);
        status = library_parse(&files, library, err);
    }
    folders_free(&folders);
    files_free(&files);
    files_free(&read);
    return status;
}

enum status library_load_inside(const struct results *results, struct library *library,
                                struct error *err)
{
    struct files files = { 0 };
    enum status status;

    files_put_folder(&files, results->path);
    library_records_put(results->path, results->records_text, &files);
    inputs_gather(NULL, &files);
    status = library_parse(&files, library, err);
    files_free(&files);
    return status;
}

enum status published_load(struct published *published, struct error *err)
{
    struct folders folders;
    enum status status = folders_find(NULL, NULL, 0, &folders, err);

    *published = (struct published){ 0 };
    if (status == STATUS_OK)
        status = published_read(folders.names, folders.count, published, err);
    folders_free(&folders);
    return status;
}

enum status sweep_load(const char *name, struct library *library, struct sweep *sweep,
                       struct error *err)
{
    struct files files = { 0 };
    enum status status;

    inputs_gather(name, &files);
    status = inputs_parse(name, &files, library, sweep, stderr, err);
    files_free(&files);
    return status;
}

enum status sweep_load_to_plan(const char *name, struct library *library,
                               struct sweep *sweep, struct error *err)
{
    struct files files = { 0 };
    enum status status;

    inputs_gather(name, &files);
    status = texts_parse(name, &files, library, sweep, err);
    if (status == STATUS_OK)
        status = corpora_decode(&files, library, sweep, CORPORA_SIZES, stderr, err);
    files_free(&files);
    return status;
}
