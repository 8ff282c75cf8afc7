/* Records written as library files, the inverse of the library's reader. */
#ifndef NVSWEEP_IMPORT_WRITE_H
#define NVSWEEP_IMPORT_WRITE_H

#include "base/schema.h"
#include "import/import.h"
#include "workload/workload.h"

#include <stdio.h>

/* Every field's fallback; required ones become 0, or NULL for texts. */
void record_default(const struct schema *schema, void *record);

/* Ranges of the fields, then the schema's own checks.  STATUS_INPUT with "what is wrong,
 * what would be right" but no place. */
enum status record_check(const struct schema *schema, void *record, struct error *err);

/* The library file of one top-level record: the fields that differ from their fallbacks. */
void record_write(FILE *out, const struct schema *schema, const void *record);

/* A layer's name as lists of layers can hold it: at most 80 bytes, printable ASCII, other
 * characters, blanks, commas, quotes and '=' replaced by '_'.  Freed by the caller. */
char *layer_label(const char *wanted);

/* The schema of a workload's layers. */
const struct schema *workload_layer_schema(void);

/* Check a workload, write its file to job->out and its totals to job->notes.  STATUS_INPUT
 * with the imported file's name. */
enum status workload_write(const struct import_job *job, struct workload *workload,
                           struct error *err);

#endif
