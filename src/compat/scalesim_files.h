/* SCALE-Sim's own files: configuration and topology. */
#ifndef NVSWEEP_COMPAT_SCALESIM_FILES_H
#define NVSWEEP_COMPAT_SCALESIM_FILES_H

#include "machine/pe_array/scalesim.h"

/* Read the tool's configuration file ("[section]", "key : value") and topology file (a
 * header line, then a layer a line; is_gemm: columns M, N, K).  STATUS_INPUT with
 * "file:line: what is wrong, what would be right".  *layers is freed by the caller. */
enum status scalesim_array_read(const char *file, struct scalesim_array *array,
                                struct error *err);
enum status scalesim_topology_read(const char *file, bool is_gemm,
                                   struct scalesim_layer **layers, size_t *count,
                                   struct error *err);

#endif
