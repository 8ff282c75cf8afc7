/* Input files as they were read, one after the other in one buffer.  Reading and parsing are
 * two steps, and the parser sees only this buffer.  So one rank of a run can read the disk
 * for all, and all ranks parse the same bytes.  A problem with a file is stored in its place,
 * and the parser reports it. */
#ifndef NVSWEEP_CONFIG_FILES_H
#define NVSWEEP_CONFIG_FILES_H

#include <stdbool.h>
#include <stddef.h>

enum { FILE_BYTES_MAX = 16 << 20 };

/* Zero-initialised, it has no files.  `bytes` may be copied to another process as they are. */
struct files {
    char *bytes;
    size_t size, capacity;
};

/* One file.  Its texts are within the buffer and end with a NUL. */
struct file {
    const char *name, *text;
    size_t size;     /* of the text, without its NUL */
    const char *why; /* why it could not be read: the message; else NULL */
    bool is_folder;  /* a folder of a library; the files up to the next folder are in
                      * it */
};

/* Reads a file, which must be a regular one of at most FILE_BYTES_MAX bytes. */
void files_read(struct files *files, const char *name);

/* Adds a file whose text is in memory already. */
void files_put(struct files *files, const char *name, const char *text, size_t size);

/* files_put_folder begins a folder.  files_put_error adds a file or folder that cannot be
 * read, with the message that says why. */
void files_put_folder(struct files *files, const char *name);
void files_put_error(struct files *files, const char *name, bool is_folder,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Fills in the file at *at (0 at first) and moves *at to the next one.  Returns false after
 * the last file. */
bool files_next(const struct files *files, size_t *at, struct file *file);

/* Finds the first file, not a folder, of this name. */
bool files_find(const struct files *files, const char *name, struct file *file);

void files_free(struct files *files);

#endif
