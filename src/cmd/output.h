/* Files that commands write: completely or not at all, and never over their own input.
 *
 * The bytes go to a temporary file, which is renamed at the end.  A full disk thus leaves the
 * old file in place, and a symbolic link is replaced, not followed.  Devices and pipes
 * (/dev/stdout) are written directly. */
#ifndef NVSWEEP_CMD_OUTPUT_H
#define NVSWEEP_CMD_OUTPUT_H

#include "base/error.h"

#include <stdio.h>

struct output {
    FILE *stream;
    char *path, *partial; /* NULL: standard output, or a device written directly */
};

/* Returns STATUS_INPUT if `path` is a folder or the same file as `input`, by any name.  Commands
 * that write by other means call it for each of their inputs. */
enum status output_check(const char *path, const char *input, struct error *err);

/* path NULL: standard output.  `input` is the file that the command reads. */
enum status output_open(struct output *output, const char *path, const char *input,
                        struct error *err);

/* Keeps the file if `status` is STATUS_OK, otherwise removes it.  Returns status, or STATUS_IO
 * if the file cannot be written. */
enum status output_close(struct output *output, enum status status, struct error *err);

#endif
