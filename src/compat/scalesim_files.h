/* Reads the configuration and topology files of SCALE-Sim. */
#ifndef NVSWEEP_COMPAT_SCALESIM_FILES_H
#define NVSWEEP_COMPAT_SCALESIM_FILES_H

#include "machine/pe_array/scalesim.h"

/* Read the configuration file ("[section]", "key : value") and the topology file (a header line,
 * then one line per layer; with is_gemm the columns are M, N, K).  Both return STATUS_INPUT with
 * "file:line: what is wrong, what would be right".  The caller frees *layers. */
enum status scalesim_array_read(const char *file, struct scalesim_array *array,
                                struct error *err);
enum status scalesim_topology_read(const char *file, bool is_gemm,
                                   struct scalesim_layer **layers, size_t *count,
                                   struct error *err);

#endif
