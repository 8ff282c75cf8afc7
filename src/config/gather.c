/* Finds the files of library folders and reads them without parsing them. */
#include "config/library.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* ---- the files of a table */

static int is_config(const struct dirent *file)
{
    size_t length = strlen(file->d_name);

    return length > 4 && file->d_name[0] != '.' &&
           strcmp(file->d_name + length - 4, ".cfg") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* alphasort depends on the locale */
}

void record_table_gather(const char *folder, const struct schema *schema,
                         struct files *files)
{
    char *path = alloc_printf("%s/%s", folder, schema->folder);
    struct dirent **found = NULL;
    int count = scandir(path, &found, is_config, by_bytes);

    if (count < 0 && errno != ENOENT)
        files_put_error(files, path, false, "%s: %s", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *file = alloc_printf("%s/%s", path, found[i]->d_name);

        files_read(files, file);
        free(file);
        free(found[i]);
    }
    free(found);
    free(path);
}

/* ---- library folders */

/* Checks that a folder contains something that the library reads, and nothing whose name is
 * almost right.  Otherwise adds the error to the files and returns false. */
static bool folder_check(const char *folder, struct files *files)
{
    const char *kinds[RECORDS_COUNT + 1] = { "published" };
    DIR *stream = opendir(folder);
    bool is_library = false, is_bad = false;
    struct dirent *file;

    if (!stream) {
        files_put_error(files, folder, true, "%s: %s, must be a library folder", folder,
                        strerror(errno));
        return false;
    }
    for (enum record_table_id id = 0; id < RECORDS_COUNT; id++)
        kinds[id + 1] = record_table_schemas[id]->folder;
    while (!is_bad && (file = readdir(stream))) {
        const char *nearest = text_nearest(file->d_name, kinds, RECORDS_COUNT + 1);
        char *path = alloc_printf("%s/%s", folder, file->d_name);

        if (nearest && is_folder(path)) {
            is_bad = strcmp(nearest, file->d_name) != 0;
            is_library = is_library || !is_bad;
        }
        if (is_bad)
            files_put_error(files, folder, true, "%s: must be named '%s'", path,
                            nearest);
        free(path);
    }
    closedir(stream);
    if (!is_bad && !is_library)
        files_put_error(
            files, folder, true,
            "%s: is not a library folder, must contain technologies/, nodes/, "
            "workloads/, machines/, published/ or another kind's folder",
            folder);
    return !is_bad && is_library;
}

void library_gather(const char *const *folders, size_t count, struct files *files)
{
    for (size_t i = 0; i < count; i++) {
        if (!folder_check(folders[i], files))
            continue;
        files_put_folder(files, folders[i]);
        for (enum record_table_id id = 0; id < RECORDS_COUNT; id++)
            record_table_gather(folders[i], record_table_schemas[id], files);
    }
}

char *library_default_folder(void)
{
    static const char *const places[] = { "../sweeps/library", "../../sweeps/library",
                                          "../share/nvsweep/library" };
    const char *folders = getenv("NVSWEEP_LIBRARY"), *last;
    char program[4096];
    ssize_t length;
    char *slash;

    length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return NULL;
    program[length] = '\0';
    slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    for (size_t i = 0; i < FIELD_COUNT_OF(places); i++) {
        char *path = alloc_printf("%s/%s", program, places[i]);
        char *folder = is_folder(path) ? realpath(path, NULL) : NULL;

        free(path);
        if (folder)
            return folder;
    }
    last = folders ? strrchr(folders, ':') : NULL;
    return folders && *folders ? alloc_text(last ? last + 1 : folders) : NULL;
}
