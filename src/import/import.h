/* Converts files of other tools to library records: NVSim's cell files to technologies, ONNX
 * models and SCALE-Sim's topologies to workloads.  Every function builds the struct of the
 * record, checks it like the reader of the library, and writes the library file to `out`.  What
 * a file says that a record cannot hold and that does not change results is listed in `notes`,
 * one line each.  Anything else in a file that is not understood is an error: STATUS_INPUT and
 * "file:line: ..." (text files) or "file: node 'X': ..." (ONNX). */
#ifndef NVSWEEP_IMPORT_IMPORT_H
#define NVSWEEP_IMPORT_IMPORT_H

#include "base/error.h"
#include "base/text.h"

#include <stdio.h>

enum import_kind {
    IMPORT_UNKNOWN,
    IMPORT_CELL,
    IMPORT_ONNX,
    IMPORT_TOPOLOGY,
    IMPORT_MEMORY,
    IMPORT_PROFILE
};
extern const struct word import_kind_words[];

struct import_job {
    const char *file;
    const char *name; /* of the record */
    FILE *out, *notes;
    unsigned *changes; /* number of notes */

    /* ONNX: which dimension of the inputs is the batch ("0", "none", "x=1,y=none"), and the
     * sizes of open dimensions, by name or by input and number ("height=224,x:3=224").  NULL:
     * not given. */
    const char *batch_axis, *open_sizes;
};

/* Write a note on a difference between record and file: "file: ..." or "file:line: ...". */
void import_note(const struct import_job *job, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void import_note_line(const struct import_job *job, unsigned line, const char *format,
                      ...) __attribute__((format(printf, 3, 4)));

/* Guesses the kind from the file's extension, else from its first bytes.  IMPORT_UNKNOWN if
 * neither says it. */
enum import_kind import_kind_guess(const char *file);

/* Returns the default name of a file's record: the name of the file without folder and extension,
 * with blanks and separators replaced.  Freed by the caller. */
char *import_name(const char *file);

/* NVSim's cell files (Dong et al., "NVSim", IEEE TCAD 31(7), 2012; keys as MemCell.cpp of
 * SEAL-UCSB/NVSim at 1938868 reads them), with the keys DESTINY and nvsim-merged added:
 * -RetentionTime, -Temperature, -CellLevels, and cell types CTT, FeFET and MLC*. */
enum status import_cell(const struct import_job *job, struct error *err);

/* ONNX models (onnx.proto of ONNX 1.12).  Only shapes are read, no weights.  The batch becomes 1.
 * The batch dimension is that of batch_axis, else it follows from a dimension's name or from the
 * first operator that uses the input.  An open dimension of tokens is the sequence length. */
enum status import_onnx(const struct import_job *job, struct error *err);

/* SCALE-Sim's topologies: convolutions without padding, or matrix products if the header names
 * M, N and K.  Layers are not connected with each other. */
enum status import_topology(const struct import_job *job, struct error *err);

/* Whole memories, which become a technology of kind given.  The file is a CSV table (columns
 * capacity, area, read_latency, write_latency, read_energy, write_energy, leakage; with a unit in
 * brackets after the name or after each number), or the output of NVSim or CACTI for one or more
 * memories. */
enum status import_memory(const struct import_job *job, struct error *err);

/* Profiles of Nsight Compute (`ncu --csv`), which become a workload of measured traffic: the
 * sectors read and written in the L2, and the time of the kernels. */
enum status import_profile(const struct import_job *job, struct error *err);

#endif
