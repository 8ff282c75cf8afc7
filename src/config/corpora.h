/* The files from which a sweep's experiments learn (learning/corpus.h).  One rank reads them
 * with the sweep and the library; all ranks check and decode them. */
#ifndef NVSWEEP_CONFIG_CORPORA_H
#define NVSWEEP_CONFIG_CORPORA_H

#include "config/files.h"
#include "stage/sweep.h"

#include <stdio.h>

/* Adds these files to `files`, as they are stored on the disk. */
void corpora_gather(const struct library *library, const struct sweep *sweep,
                    struct files *files);

/* Decodes the files into the library's corpora.  A file whose checksum differs from the
 * record's (a point release of the package) is accepted: the record's text, which is stored
 * in the result file, gets the checksum found, and a line is written to notes unless that is
 * NULL.  Returns STATUS_INPUT if a file is missing, with the package that contains it, or if
 * it is not what the record says.  With CORPORA_SIZES a missing file is not an error: notes
 * say so, and the corpus has the sizes of its record only. */
enum corpora_wanted { CORPORA_CONTENT, CORPORA_SIZES };
enum status corpora_decode(const struct files *files, struct library *library,
                           const struct sweep *sweep, enum corpora_wanted wanted,
                           FILE *notes, struct error *err);

#endif
