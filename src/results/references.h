/* A result file as Zarr without a copy: references to the bytes of its datasets. */
#ifndef NVSWEEP_RESULTS_REFERENCES_H
#define NVSWEEP_RESULTS_REFERENCES_H

#include "results/results.h"

#include <stdio.h>

/* Write the references as JSON (kerchunk's format 1; the file's absolute path is the template
 * "u").  STATUS_INPUT for a packed copy. */
enum status results_references(const struct results *results, FILE *out,
                               struct error *err);

#endif
