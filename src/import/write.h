/* Writes records as library files: the inverse of the library's reader. */
#ifndef NVSWEEP_IMPORT_WRITE_H
#define NVSWEEP_IMPORT_WRITE_H

#include "base/schema.h"
#include "import/import.h"
#include "workload/workload.h"

#include <stdio.h>

/* Sets every field to its fallback.  Required fields, lists and members that are no fields become 0,
 * and texts NULL. */
void record_default(const struct schema *schema, void *record);

/* Checks the ranges of the fields, then calls the schema's own checks.  Returns STATUS_INPUT with
 * what is wrong and what would be right, without file and line. */
enum status record_check(const struct schema *schema, void *record, struct error *err);

/* Writes the library file of one top-level record, with the fields that differ from their
 * fallbacks. */
void record_write(FILE *out, const struct schema *schema, const void *record);

/* Returns a layer's name as lists of layers can hold it: at most 80 bytes, in which blanks,
 * commas, quotes, '=' and everything but printable ASCII are replaced by '_'.  Freed by the
 * caller. */
char *layer_label(const char *wanted);

/* Returns the schema of a workload's layers. */
const struct schema *workload_layer_schema(void);

/* Checks a workload, writes its file to job->out and its totals to job->notes.  Returns
 * STATUS_INPUT with the name of the imported file. */
enum status workload_write(const struct import_job *job, struct workload *workload,
                           struct error *err);

#endif
