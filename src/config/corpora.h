/* The files that a sweep's experiments learn from (learning/corpus.h): read on one rank with
 * the sweep and the library, checked and decoded on all. */
#ifndef NVSWEEP_CONFIG_CORPORA_H
#define NVSWEEP_CONFIG_CORPORA_H

#include "config/files.h"
#include "stage/sweep.h"

#include <stdio.h>

/* Adds those files, as they lie on the disk, to `files`. */
void corpora_gather(const struct library *library, const struct sweep *sweep,
                    struct files *files);

/* Decodes them into the library's corpora.  A file with another checksum than its record's (a
 * point release of the package) is taken: the record's text, which the result file keeps, gets
 * the checksum found, and if notes is not NULL a line there says so.  STATUS_INPUT if one is
 * missing, with its package, or is not what the record says.  With CORPORA_SIZES a missing file is no
 * mistake: notes say so, and the corpus has the sizes of its record alone. */
enum corpora_wanted { CORPORA_CONTENT, CORPORA_SIZES };
enum status corpora_decode(const struct files *files, struct library *library,
                           const struct sweep *sweep, enum corpora_wanted wanted,
                           FILE *notes, struct error *err);

#endif
