/* Describes a result file as a Zarr store whose chunks are byte ranges of the file. */
#ifndef NVSWEEP_RESULTS_REFERENCES_H
#define NVSWEEP_RESULTS_REFERENCES_H

#include "results/results.h"

#include <stdio.h>

/* Writes the references as JSON (kerchunk's format 1; template "u" is the file's absolute
 * path).  Returns STATUS_INPUT for a packed copy. */
enum status results_references(const struct results *results, FILE *out,
                               struct error *err);

#endif
