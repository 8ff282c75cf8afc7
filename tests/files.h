/* A folder of files made for one test: folder_make, file_write..., folder_remove. */
#ifndef NVSWEEP_TESTS_FILES_H
#define NVSWEEP_TESTS_FILES_H

#include <CUnit/CUnit.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/nvsweep-test-XXXXXX";

static inline void folder_make(void)
{
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
}

static inline int entry_remove(const char *path, const struct stat *about, int kind,
                               struct FTW *f)
{
    (void)about, (void)kind, (void)f;
    return remove(path);
}

static inline void folder_remove(void)
{
    nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* Write bytes to folder/name, making one level of folders; returns the path. */
static inline const char *file_write(const char *name, const void *bytes, size_t size)
{
    static char path[256];
    char *slash;
    FILE *stream;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (slash = strchr(path + strlen(folder) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    stream = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, size, stream), size);
    fclose(stream);
    return path;
}

static inline const char *text_write(const char *name, const char *text)
{
    return file_write(name, text, strlen(text));
}

#endif
