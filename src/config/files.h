/* Input files as they were read, one after the other in one buffer.  Reading and parsing are
 * two steps: what parses sees only this, so that one rank of a run can read the disk for all,
 * and all parse the same bytes.  What is wrong with a file is kept in its place and said by
 * the one that parses it. */
#ifndef NVSWEEP_CONFIG_FILES_H
#define NVSWEEP_CONFIG_FILES_H

#include <stdbool.h>
#include <stddef.h>

enum { FILE_BYTES_MAX = 16 << 20 };

/* Zero-initialised: none.  `bytes` may be copied to another process as they are. */
struct files {
    char *bytes;
    size_t size, capacity;
};

/* One of them; the texts are within the buffer and end with a NUL. */
struct file {
    const char *name, *text;
    size_t size;     /* of the text, without its NUL */
    const char *why; /* it could not be read: the message; else NULL */
    bool is_folder;  /* of a library: files up to the next folder lie in it */
};

/* Read a file, which must be a regular one of at most FILE_BYTES_MAX. */
void files_read(struct files *files, const char *name);

/* The same of a text that somebody has already. */
void files_put(struct files *files, const char *name, const char *text, size_t size);

/* A folder begins; and a file or folder that cannot be read, with the message that says so. */
void files_put_folder(struct files *files, const char *name);
void files_put_bad(struct files *files, const char *name, bool is_folder,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The file at *at (0 at first), which moves behind it; false behind the last. */
bool files_next(const struct files *files, size_t *at, struct file *file);

/* The first file (no folder) of that name. */
bool files_find(const struct files *files, const char *name, struct file *file);

void files_free(struct files *files);

#endif
