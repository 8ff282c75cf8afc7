#include "cmd/cmd.h"

#include "base/memory.h"
#include "config/corpora.h"
#include "config/library.h"
#include "config/published.h"
#include "config/sweep.h"

#include <stdlib.h>
#include <string.h>

enum { FOLDERS_MAX = 16 };

static const char *user_folders[FOLDERS_MAX];
static size_t user_folder_count;

static enum status unknown_option(const char *name, const struct option_spec *options,
                                  size_t count, struct error *err)
{
    const char *names[33] = { "library" };
    const char *nearest;

    for (size_t i = 0; i < count && i < 32; i++)
        names[i + 1] = options[i].name;
    nearest = text_nearest(name, names, count + 1);
    return error_set(err, STATUS_INPUT, "no option '%s%.60s'%s%s%s; see `nvsweep help`",
                     name[1] ? "--" : "-", name, nearest ? "; did you mean '--" : "",
                     nearest ? nearest : "", nearest ? "'?" : "");
}

static const struct option_spec *option_find(const char *name, size_t length,
                                             const struct option_spec *options,
                                             size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(options[i].name) == length &&
            strncmp(options[i].name, name, length) == 0)
            return &options[i];
    return NULL;
}

enum status options_read(int *argc, char **argv, const struct option_spec *options,
                         size_t option_count, struct error *err)
{
    const char *library = NULL;
    const struct option_spec library_option = { "library", &library, NULL };
    int kept = 0;

    user_folder_count = 0;
    memset(user_folders, 0, sizeof user_folders);
    for (int i = 0; i < *argc; i++) {
        const struct option_spec *option;
        const char *name = argv[i], *equals;
        size_t length;

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
        option = option_find(name, length, options, option_count);
        if (!option && length == 7 && strncmp(name, "library", 7) == 0)
            option = &library_option;
        if (!option)
            return unknown_option(name, options, option_count, err);
        if (option->flag) {
            *option->flag = true;
            continue;
        }
        if (!equals && i + 1 >= *argc)
            return error_set(err, STATUS_INPUT, "option '%s' needs a value", argv[i]);
        *option->value = equals ? equals + 1 : argv[++i];
        if (option == &library_option && user_folder_count == FOLDERS_MAX - 1)
            return error_set(err, STATUS_INPUT, "--library: at most %d folders",
                             FOLDERS_MAX - 1);
        if (option == &library_option)
            user_folders[user_folder_count++] = library;
    }
    *argc = kept;
    argv[kept] = NULL;
    return STATUS_OK;
}

const char *const *library_user_folders(void)
{
    return user_folders;
}

/* The user's folders, then the shipped one; shipped is freed by the caller. */
static enum status folders_find(const char **folders, size_t *count, char **shipped,
                                struct error *err)
{
    *count = 0;
    *shipped = library_default_folder();
    for (size_t i = 0; i < user_folder_count; i++)
        folders[(*count)++] = user_folders[i];
    if (!*shipped)
        return error_set(
            err, STATUS_INPUT,
            "no library beside the program; set NVSWEEP_LIBRARY to its folder");
    folders[(*count)++] = *shipped;
    return STATUS_OK;
}

/* The data that the sweep's records name; mistakes in it are left to inputs_parse. */
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
    const char *folders[FOLDERS_MAX];
    struct error err;
    size_t count;
    char *shipped;

    if (sweep)
        files_read(files, sweep);
    if (folders_find(folders, &count, &shipped, &err) != STATUS_OK)
        files_put_bad(files, "", true, "%s", err.text);
    library_gather(folders, count, files);
    free(shipped);
    if (sweep)
        data_gather(sweep, files);
}

enum status inputs_parse(const char *name, const struct files *files,
                         struct library *library, struct sweep *sweep, FILE *notes,
                         struct error *err)
{
    enum status status = library_parse(files, library, err);
    struct file file;

    *sweep = (struct sweep){ 0 };
    if (status != STATUS_OK)
        return status;
    if (!files_find(files, name, &file))
        return error_set(err, STATUS_INPUT,
                         "%s: must be the sweep that rank 0 was given", name);
    status = sweep_parse(&file, library, sweep, err);
    return status == STATUS_OK ? corpora_decode(files, library, sweep, notes, err)
                               : status;
}

void error_tell(struct error *err)
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
    status = corpora_decode(&files, library, sweep, stderr, err);
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

enum status published_load(struct published *published, struct error *err)
{
    const char *folders[FOLDERS_MAX];
    size_t count;
    char *shipped;
    enum status status = folders_find(folders, &count, &shipped, err);

    *published = (struct published){ 0 };
    if (status == STATUS_OK)
        status = published_read(folders, count, published, err);
    free(shipped);
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
