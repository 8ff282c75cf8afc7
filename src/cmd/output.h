/* Files that commands write: whole or not at all, and never onto what they read.
 *
 * The bytes go to a temporary beside the target and are renamed, so that a full disk leaves
 * what was there before, and a symbolic link at the target's name is replaced and not
 * followed.  A device or a pipe (/dev/stdout) is written to as it is. */
#ifndef NVSWEEP_CMD_OUTPUT_H
#define NVSWEEP_CMD_OUTPUT_H

#include "base/error.h"

#include <stdio.h>

struct output {
    FILE *stream;
    char *path, *partial; /* NULL: standard output, or written to as it is */
};

/* STATUS_INPUT if `path` is the same file as `input`, by any name, or a folder.  Commands whose
 * writing is not done here ask it of every input of theirs. */
enum status output_check(const char *path, const char *input, struct error *err);

/* path NULL: standard output.  `input` is what the command reads. */
enum status output_open(struct output *output, const char *path, const char *input,
                        struct error *err);

/* Keep what was written, if `status` is STATUS_OK, else remove it.  Returns status, or
 * STATUS_IO if it cannot be written. */
enum status output_close(struct output *output, enum status status, struct error *err);

#endif
