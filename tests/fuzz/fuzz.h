/* What the libFuzzer harnesses share.  Each feeds one input to one reader of the program
 * and demands what the user is promised: STATUS_OK, or STATUS_INPUT with one line that
 * says something.  Run by tests/fuzz/run; seeds are in tests/fuzz/corpus/<target>/. */
#ifndef NVSWEEP_TESTS_FUZZ_H
#define NVSWEEP_TESTS_FUZZ_H

#include "config/library.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A folder of this process in memory; the same at every call. */
static inline const char *fuzz_folder(void)
{
    static char folder[512];

    if (!*folder) {
        const char *given = getenv("NVSWEEP_FUZZ_FOLDER");

        if (given)
            snprintf(folder, sizeof folder, "%s", given);
        else
            snprintf(folder, sizeof folder, "/dev/shm/nvsweep-fuzz-%ld",
                     (long)getpid());
        mkdir(folder, 0700); /* it may be there */
    }
    return folder;
}

/* Write the input to a file of that name in the folder; returns its path. */
static inline const char *fuzz_file(const char *name, const uint8_t *data, size_t size)
{
    static char path[1024];
    FILE *stream;

    snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name);
    stream = fopen(path, "wb");
    if (!stream || fwrite(data, 1, size, stream) != size || fclose(stream))
        abort();
    return path;
}

/* Read the input as a library file of that kind. */
static inline enum status fuzz_table(const struct schema *schema, const void *data,
                                     size_t size, struct record_table *table,
                                     struct error *err)
{
    struct files files = { 0 };
    char name[128];
    enum status status;

    snprintf(name, sizeof name, "library/%s/x.cfg", schema->folder);
    files_put_folder(&files, "library");
    files_put(&files, name, (const char *)data, size);
    status = record_table_parse(&files, schema, table, err);
    files_free(&files);
    return status;
}

/* The promise: ok, or one non-empty line that came with bad input. */
static inline void fuzz_judge(enum status status, const struct error *err)
{
    if (status == STATUS_OK)
        return;
    if (status != STATUS_INPUT || !err->text[0] || strchr(err->text, '\n')) {
        fprintf(stderr, "status %d with '%s'\n", status, err->text);
        abort();
    }
}

#endif
