#include "stage/curve_store.h"

#include "base/crc32c.h"
#include "base/memory.h"
#include "workload/workload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *curve_store_folder(void)
{
    const char *given = getenv("NVSWEEP_CURVES"), *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");

    if (given)
        return given[0] ? alloc_text(given) : NULL;
    if (cache && cache[0])
        return alloc_printf("%s/nvsweep/curves", cache);
    return home && home[0] ? alloc_printf("%s/.cache/nvsweep/curves", home) : NULL;
}

char *curve_store_key(const struct study *study, const struct point *point,
                      const struct record *machine, const struct record *workload,
                      const char *machine_changes, const char *workload_changes)
{
    return alloc_printf(
        "model %s\nphase %s batch %" PRIu64 " precision %" PRIu64 " sequence %" PRIu64
        " error %.17g gpus %" PRIu64 " weights %d keys %d experts %d\n%s\n%s\n%s%s\n%s",
        NVSWEEP_CURVE_SOURCES, word_name(phase_words, point->phase), point->batch,
        point->precision_bits, point->sequence_length, study->sweep->max_error,
        point->gpus, point->weight_format, point->kv_format, point->expert_layout,
        point->software
            ? library_record_text(study->library, SHELF_SOFTWARE, point->software)
            : "",
        library_record_text(study->library, SHELF_MACHINE, machine), machine_changes,
        library_record_text(study->library, SHELF_WORKLOAD, workload),
        workload_changes);
}

/* FNV-1a, 64 bits: names the file; the key inside it decides. */
static char *file_of(const char *folder, const char *key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (const char *c = key; *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    return alloc_printf("%s/%016" PRIx64 ".curve", folder, hash);
}

bool curve_store_load(const char *folder, const char *key, struct reuse_curve *curve)
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

void curve_store_save(const char *folder, const char *key,
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
