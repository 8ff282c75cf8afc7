#include "store/curve_store.h"

#include "base/crc32c.h"
#include "base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder_find(void)
{
    const char *given = getenv("NVSWEEP_CURVES"), *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");

    if (given)
        return given[0] ? alloc_text(given) : NULL;
    if (cache && cache[0])
        return alloc_printf("%s/nvsweep/curves", cache);
    return home && home[0] ? alloc_printf("%s/.cache/nvsweep/curves", home) : NULL;
}

/* FNV-1a, 64 bits: names the file; the key inside it decides. */
static char *file_of(const char *folder, const char *key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (const char *c = key; *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    return alloc_printf("%s/%016" PRIx64 ".curve", folder, hash);
}

static bool curve_load(const char *folder, const char *key, struct reuse_curve *curve)
{
    char *path = file_of(folder, key);
    size_t length = strlen(key);
    char *found = alloc_array(length + 1, 1);
    FILE *file = fopen(path, "rb");
    struct reuse_curve read;
    uint32_t checksum;
    bool is_found = false;

    if (file && fread(found, 1, length, file) == length &&
        memcmp(found, key, length) == 0 && fread(&read, sizeof read, 1, file) == 1 &&
        fread(&checksum, sizeof checksum, 1, file) == 1 &&
        checksum == crc32c(0, &read, sizeof read)) {
        *curve = read;
        is_found = true;
    }
    if (file)
        fclose(file);
    free(found);
    free(path);
    return is_found;
}

/* mkdir -p */
static bool folder_make(const char *folder)
{
    char *path = alloc_text(folder);
    bool is_made = true;

    for (char *slash = path + 1; is_made && *slash; slash++) {
        if (*slash != '/')
            continue;
        *slash = '\0';
        is_made = mkdir(path, 0777) == 0 || errno == EEXIST;
        *slash = '/';
    }
    is_made = is_made && (mkdir(path, 0777) == 0 || errno == EEXIST);
    free(path);
    return is_made;
}

static void curve_save(const char *folder, const char *key,
                       const struct reuse_curve *curve)
{
    char *path = file_of(folder, key);
    char *partial = alloc_printf("%s.%ld.partial", path, (long)getpid());
    uint32_t checksum = crc32c(0, curve, sizeof *curve);
    FILE *file = folder_make(folder) ? fopen(partial, "wb") : NULL;

    if (file) {
        bool is_written = fwrite(key, 1, strlen(key), file) == strlen(key) &&
                          fwrite(curve, sizeof *curve, 1, file) == 1 &&
                          fwrite(&checksum, sizeof checksum, 1, file) == 1;

        is_written = fclose(file) == 0 && is_written;
        if (!is_written || rename(partial, path) != 0)
            unlink(partial);
    }
    free(partial);
    free(path);
}

struct curve_keeper *curve_store_open(void)
{
    char *folder = folder_find();
    struct curve_keeper *keeper;

    if (!folder)
        return NULL;
    keeper = alloc_array(1, sizeof *keeper);
    *keeper = (struct curve_keeper){ folder, curve_load, curve_save };
    return keeper;
}

void curve_store_close(struct curve_keeper *keeper)
{
    if (keeper)
        free((void *)(uintptr_t)keeper->place);
    free(keeper);
}
