#include "config/corpora.h"

#include "base/memory.h"
#include "base/sha256.h"
#include "learning/experiment.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { FILE_MOST = 1 << 30 };

/* ---- which */

static struct corpus *corpus_named(const struct library *library, const char *name)
{
    const struct record *record = library_find(library, RECORDS_CORPUS, name);

    return (struct corpus *)(void *)(uintptr_t)record;
}

/* Returns the corpus of the i-th experiment of the sweep, but each corpus only once; NULL:
 * none, or that of an earlier experiment. */
static struct corpus *corpus_of(const struct library *library,
                                const struct sweep *sweep, uint64_t i)
{
    const struct axis *axis = &sweep->space.axes[AXIS_experiment];
    const struct experiment *experiment =
                                (const struct experiment *)axis->values[i].record,
                            *other;

    if (!axis->is_given || !experiment)
        return NULL;
    for (uint64_t j = 0; j < i; j++) {
        other = (const struct experiment *)axis->values[j].record;
        if (strcmp(other->corpus, experiment->corpus) == 0)
            return NULL;
    }
    return corpus_named(library, experiment->corpus);
}

/* ---- reading */

/* Returns the path of the file: under the folder NVSWEEP_DATA if it is there, as in packages
 * that were unpacked and not installed; else its own path.  Freed by the caller. */
static char *found_at(const char *path)
{
    const char *folder = getenv("NVSWEEP_DATA");
    char *there = folder ? alloc_printf("%s%s", folder, path) : NULL;

    if (there && access(there, R_OK) == 0)
        return there;
    free(there);
    return alloc_text(path);
}

static int is_page(const struct dirent *file)
{
    size_t length = strlen(file->d_name);

    return length > 5 && strcmp(file->d_name + length - 5, ".page") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* The bytes of files, one after the other. */
struct content {
    char *bytes;
    size_t size, capacity;
};

/* Reads at most FILE_MOST bytes of the file; false, and errno, if it cannot be read. */
static bool content_add(struct content *content, const char *place)
{
    FILE *in = fopen(place, "rb");
    bool is_read = in != NULL;

    for (size_t got = 1; is_read && got > 0 && content->size <= FILE_MOST;
         content->size += got) {
        if (content->capacity - content->size < 1 << 16) {
            content->capacity = 2 * content->capacity + (1 << 17);
            content->bytes = realloc_array(content->bytes, content->capacity, 1);
        }
        got = fread(content->bytes + content->size, 1,
                    content->capacity - content->size, in);
        is_read = !ferror(in);
    }
    if (in)
        fclose(in);
    return is_read;
}

/* The pages of a folder, in byte order of their names. */
static bool folder_add(struct content *content, const char *place)
{
    struct dirent **found = NULL;
    int count = scandir(place, &found, is_page, by_bytes);
    bool is_read = count > 0;

    for (int i = 0; i < count; i++) {
        char *page = alloc_printf("%s/%s", place, found[i]->d_name);

        is_read = is_read && content_add(content, page);
        free(page);
        free(found[i]);
    }
    free(found);
    if (count == 0)
        errno = ENOENT;
    return is_read;
}

static void file_gather(const char *path, const struct corpus *corpus,
                        struct files *files)
{
    char *place = found_at(path);
    struct content content = { NULL };
    struct stat about;
    bool is_read = stat(place, &about) == 0 &&
                   (S_ISDIR(about.st_mode) ? folder_add(&content, place)
                                           : content_add(&content, place));

    if (!is_read)
        files_put_error(files, path, false,
                        "%s of corpus '%s': %s; install %s, which ships "
                        "it, or unpack it under $NVSWEEP_DATA (make deps-data)",
                        path, corpus->record.name, strerror(errno), corpus->package);
    else if (content.size > FILE_MOST)
        files_put_error(files, path, false, "%s of corpus '%s': too large", path,
                        corpus->record.name);
    else
        files_put(files, path, content.bytes, content.size);
    free(content.bytes);
    free(place);
}

void corpora_gather(const struct library *library, const struct sweep *sweep,
                    struct files *files)
{
    const struct axis *axis = &sweep->space.axes[AXIS_experiment];

    for (uint64_t i = 0; axis->is_given && i < axis->count; i++) {
        const struct corpus *corpus = corpus_of(library, sweep, i);

        for (size_t f = 0; corpus && f < corpus->files_count; f++)
            file_gather(corpus->files[f], corpus, files);
    }
}

/* ---- decoding */

/* Returns the content of a file that gzip may have compressed, with a NUL after it; freed by
 * the caller.  NULL if it is truncated or damaged. */
static uint8_t *inflated(const struct file *file, size_t *size)
{
    bool is_gzip = file->size > 2 && (uint8_t)file->text[0] == 0x1f &&
                   (uint8_t)file->text[1] == 0x8b;
    size_t capacity = is_gzip ? 4 * file->size + 64 : file->size + 1;
    uint8_t *bytes = alloc_array(capacity, 1);
    z_stream stream = { .next_in = (Bytef *)(uintptr_t)file->text,
                        .avail_in = (uInt)file->size };
    int code = Z_OK;

    *size = file->size;
    if (!is_gzip) {
        memcpy(bytes, file->text, file->size);
        return bytes;
    }
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
        code = Z_DATA_ERROR;
    while (code == Z_OK && stream.total_out < FILE_MOST) {
        if (stream.total_out + 1 == capacity)
            bytes = realloc_array(bytes, capacity *= 2, 1);
        stream.next_out = bytes + stream.total_out;
        stream.avail_out = (uInt)(capacity - 1 - stream.total_out);
        code = inflate(&stream, Z_NO_FLUSH);
    }
    *size = stream.total_out;
    inflateEnd(&stream);
    if (code == Z_STREAM_END) {
        bytes[*size] = '\0';
        return bytes;
    }
    free(bytes);
    return NULL;
}

/* Replaces the checksum in the record's text, which the result file stores, by the one that
 * was found. */
static void checksum_replace(struct library *library, const struct corpus *corpus,
                             const char *expected, const char *found)
{
    struct record_table *table = &library->tables[RECORDS_CORPUS];

    for (size_t i = 0; i < table->count; i++) {
        char *at = table->records[i] == (const void *)corpus && table->texts[i]
                       ? strstr(table->texts[i], expected)
                       : NULL;

        if (at)
            memcpy(at, found, SHA256_TEXT - 1);
    }
}

static enum status corpus_read(const struct files *files, struct library *library,
                               struct corpus *corpus, FILE *notes, struct error *err)
{
    uint8_t *bytes[CORPUS_FILES_MAX] = { NULL };
    const uint8_t *contents[CORPUS_FILES_MAX];
    size_t sizes[CORPUS_FILES_MAX];
    char found[SHA256_TEXT];
    enum status status = STATUS_OK;

    for (size_t f = 0; f < corpus->files_count && status == STATUS_OK; f++) {
        struct file file;

        if (!files_find(files, corpus->files[f], &file))
            status = error_set(err, STATUS_INPUT, "%s of corpus '%s' was not read",
                               corpus->files[f], corpus->record.name);
        else if (file.why)
            status = error_set(err, STATUS_INPUT, "%s", file.why);
        if (status != STATUS_OK)
            break;
        sha256_hex(file.text, file.size, found);
        if (strcmp(found, corpus->sha256[f]) != 0) {
            if (notes)
                fprintf(notes,
                        "nvsweep: %s: another release of %s: its checksum is %s, not "
                        "the record's; the result file says so\n",
                        corpus->files[f], corpus->package, found);
            checksum_replace(library, corpus, corpus->sha256[f], found);
        }
        contents[f] = bytes[f] = inflated(&file, &sizes[f]);
        if (!bytes[f])
            status = error_set(err, STATUS_INPUT,
                               "%s of corpus '%s' is cut or damaged: install %s anew",
                               corpus->files[f], corpus->record.name, corpus->package);
    }
    if (status == STATUS_OK)
        status = corpus_decode(corpus, contents, sizes, err);
    for (size_t f = 0; f < CORPUS_FILES_MAX; f++)
        free(bytes[f]);
    return status;
}

/* Returns why the first missing file of the corpus cannot be read; NULL: all files are there. */
static const char *missing_why(const struct files *files, const struct corpus *corpus)
{
    struct file file;

    for (size_t f = 0; f < corpus->files_count; f++)
        if (files_find(files, corpus->files[f], &file) && file.why)
            return file.why;
    return NULL;
}

enum status corpora_decode(const struct files *files, struct library *library,
                           const struct sweep *sweep, enum corpora_wanted wanted,
                           FILE *notes, struct error *err)
{
    const struct axis *axis = &sweep->space.axes[AXIS_experiment];
    enum status status = STATUS_OK;

    for (uint64_t i = 0; axis->is_given && i < axis->count && status == STATUS_OK;
         i++) {
        struct corpus *corpus = corpus_of(library, sweep, i);
        const char *why = corpus ? missing_why(files, corpus) : NULL;

        if (!corpus || corpus_is_read(corpus))
            continue;
        if (why && wanted == CORPORA_SIZES) {
            corpus_assume(corpus);
            fprintf(notes,
                    "nvsweep: %s; the plan uses the sizes that the record states\n",
                    why);
        } else {
            status = corpus_read(files, library, corpus, notes, err);
        }
    }
    return status;
}
