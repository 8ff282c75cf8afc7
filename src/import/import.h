/* Other tools' files as library records: NVSim's cell files become technologies, ONNX
 * models and SCALE-Sim's topologies become workloads.  Every function builds the record's
 * struct, checks it as the reader of the library would, and writes the library file to
 * `out`; what a file says that a record cannot hold and that does no harm is listed in
 * `notes`, a line each.  Whatever else a file holds that is not understood is an error:
 * STATUS_INPUT and "file:line: ..." (text files) or "file: node 'X': ..." (ONNX). */
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
    unsigned *changes; /* counts what import_note lists */

    /* ONNX: which dimension of the inputs is the batch ("0", "none", "x=1,y=none"), and the
     * sizes of open ones ("height=224,x:3=224", by name or input and number); NULL: none said */
    const char *batch_axis, *open_sizes;
};

/* A line on what the record says otherwise than the file: "file: ..." or "file:line: ...". */
void import_note(const struct import_job *job, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void import_note_line(const struct import_job *job, unsigned line, const char *format,
                      ...) __attribute__((format(printf, 3, 4)));

/* The kind by the file's extension, else by its first bytes; IMPORT_UNKNOWN if neither
 * tells. */
enum import_kind import_kind_guess(const char *file);

/* The name a file's record gets if none is asked for: the file's without folder and
 * extension, blanks and separators replaced.  Freed by the caller. */
char *import_name(const char *file);

/* NVSim's cell files (Dong et al., "NVSim", IEEE TCAD 31(7), 2012; keys as MemCell.cpp of
 * SEAL-UCSB/NVSim at 1938868 reads them), with the keys DESTINY and nvsim-merged added:
 * -RetentionTime, -Temperature, -CellLevels, and cell types CTT, FeFET and MLC*. */
enum status import_cell(const struct import_job *job, struct error *err);

/* ONNX models (onnx.proto of ONNX 1.12), shapes only: weights are not looked at.  The batch
 * becomes 1; which dimension that is says batch_axis, or a dimension's name, or what first
 * uses the input.  An open token dimension is the sequence length. */
enum status import_onnx(const struct import_job *job, struct error *err);

/* SCALE-Sim's topologies: convolutions without padding, or matrix products when the
 * header names M, N and K.  Every layer stands alone. */
enum status import_topology(const struct import_job *job, struct error *err);

/* Whole memories as a technology of kind given: a CSV table (columns capacity, area,
 * read_latency, write_latency, read_energy, write_energy, leakage, a unit in brackets
 * behind the name or behind each number), or what NVSim or CACTI print, one or more
 * memories after another. */
enum status import_memory(const struct import_job *job, struct error *err);

/* What Nsight Compute counted (`ncu --csv`) as a workload of given traffic: sectors that the
 * L2 reads and writes, and the kernels' time. */
enum status import_profile(const struct import_job *job, struct error *err);

#endif
