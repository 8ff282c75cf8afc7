#include "config/files.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The header before the name and the text of each file in the buffer, which both end with a
 * NUL.  It has no padding, so that every byte of the buffer is one that was written. */
struct head {
    size_t name_size, text_size, is_folder, is_bad;
};

/* Appends a file's header and name to the buffer.  Returns the place for its text; the NUL
 * after it is set. */
static char *file_begin(struct files *files, const char *name, struct head head)
{
    size_t needed = sizeof head + head.name_size + 1 + head.text_size + 1;
    char *at;

    if (files->capacity - files->size < needed) {
        files->capacity = 2 * files->capacity + needed;
        files->bytes = realloc_array(files->bytes, files->capacity, 1);
    }
    at = files->bytes + files->size;
    files->size += needed;
    memcpy(at, &head, sizeof head);
    memcpy(at + sizeof head, name, head.name_size + 1);
    at += sizeof head + head.name_size + 1;
    at[head.text_size] = '\0';
    return at;
}

void files_put(struct files *files, const char *name, const char *text, size_t size)
{
    struct head head = { .name_size = strlen(name), .text_size = size };

    memcpy(file_begin(files, name, head), text, size);
}

void files_put_folder(struct files *files, const char *name)
{
    file_begin(files, name,
               (struct head){ .name_size = strlen(name), .is_folder = true });
}

void files_put_error(struct files *files, const char *name, bool is_folder,
                     const char *format, ...)
{
    char why[sizeof((struct error *)NULL)->text];
    struct head head = { .name_size = strlen(name),
                         .is_folder = is_folder,
                         .is_bad = true };
    va_list args;

    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    head.text_size = strlen(why);
    memcpy(file_begin(files, name, head), why, head.text_size);
}

/* Reads what an open file contains now, at most `size` bytes. */
static void stream_read(struct files *files, const char *name, FILE *stream,
                        size_t size)
{
    char *text = alloc_array(size, 1);
    size_t length = fread(text, 1, size, stream);

    if (ferror(stream))
        files_put_error(files, name, false, "%s: %s", name, strerror(errno));
    else
        files_put(files, name, text, length);
    free(text);
}

void files_read(struct files *files, const char *name)
{
    struct stat about;
    FILE *stream = NULL;

    if (stat(name, &about) != 0)
        files_put_error(files, name, false, "%s: %s", name, strerror(errno));
    else if (S_ISDIR(about.st_mode))
        files_put_error(files, name, false, "%s: is a folder, must be a file", name);
    else if (!S_ISREG(about.st_mode)) /* reading a pipe might never end */
        files_put_error(files, name, false, "%s: must be a regular file", name);
    else if (about.st_size > FILE_BYTES_MAX)
        files_put_error(files, name, false, "%s: has %lld bytes, must be at most %d",
                        name, (long long)about.st_size, FILE_BYTES_MAX);
    else if (!(stream = fopen(name, "rb")))
        files_put_error(files, name, false, "%s: %s", name, strerror(errno));
    if (!stream)
        return;
    stream_read(files, name, stream, (size_t)about.st_size);
    fclose(stream);
}

bool files_next(const struct files *files, size_t *at, struct file *file)
{
    const char *begin;
    struct head head;

    if (*at == files->size)
        return false;
    begin = files->bytes + *at;
    memcpy(&head, begin, sizeof head);
    *file = (struct file){ .name = begin + sizeof head,
                           .text = begin + sizeof head + head.name_size + 1,
                           .size = head.text_size,
                           .is_folder = head.is_folder != 0 };
    file->why = head.is_bad ? file->text : NULL;
    *at += sizeof head + head.name_size + 1 + head.text_size + 1;
    return true;
}

bool files_find(const struct files *files, const char *name, struct file *file)
{
    for (size_t at = 0; files_next(files, &at, file);)
        if (!file->is_folder && strcmp(file->name, name) == 0)
            return true;
    return false;
}

void files_free(struct files *files)
{
    free(files->bytes);
    *files = (struct files){ 0 };
}
