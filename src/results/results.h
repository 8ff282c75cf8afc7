/* Result files.  One process creates the file complete and empty, all ranks write raw bytes
 * into it (results/block.h), and serial HDF5 calls read it back here, even during a run.
 *
 * A file holds one dataset per metric, with its stage's axes as dimensions and dimension
 * scales, and the status of every point per stage.  The datasets of the last stage are in
 * the root group, except those with an inner dimension; every other stage has a group of
 * its own name with its own coordinates.  The group `run` holds, per stage and block, a
 * checksum and a count of attempts; the axes left at their defaults; and as attributes all
 * that is needed to run the sweep again.  The bytes of the file depend only on the sweep,
 * the library records that it names and the program. */
#ifndef NVSWEEP_RESULTS_RESULTS_H
#define NVSWEEP_RESULTS_RESULTS_H

#include "results/block.h"
#include "results/layout.h"
#include "stage/stage.h"

#include <time.h>

/* Names inside the file. */
#define RESULTS_RUN "run"
#define RESULTS_STATUS "status" /* in every stage's group */
#define RESULTS_LAYOUT "nvsweep_layout"
enum { RESULTS_LAYOUT_NOW = 2 }; /* 1: up to version 0.3, all in the root group */

/* The dataset (one number) with the CRC-32C of all bytes that are not raw data. */
#define RESULTS_METADATA_CHECKSUM RESULTS_RUN "/metadata_checksum"

/* The program, as a result file describes it. */
struct program {
    const char *version, *commit;
    bool is_dirty; /* built from files that differ from the commit */
};

/* Creates `path` with every dataset at its final size.  The file is made as `path`.partial,
 * synced, given its disk space, then renamed.  `table` has STAGE_COUNT stages;
 * study->stages says which are in the file.  Returns STATUS_IO if a system call fails (on a
 * full disk too); no file is left behind then. */
enum status results_create(const char *path, const struct study *study,
                           const struct stage *const *table,
                           const struct program *program, struct error *err);

/* The version of the HDF5 library in use. */
const char *results_hdf5_version(void);

/* ---- reading */

enum variable_kind { VARIABLE_NUMBER, VARIABLE_COUNT, VARIABLE_CODE, VARIABLE_TEXT };

enum { VARIABLE_DIMENSIONS = 32 };

struct variable {
    char *path;            /* from the root group: "edp_js", "array/area_m2" */
    const char *name;      /* the shortest name that results_find accepts */
    char *units, *meaning; /* "" if the file has none */
    char *field; /* axis of a record's field: "machine.node_m"; otherwise "" */
    char *zero;  /* the word that the value 0 stands for, or "" */
    enum variable_kind kind;
    /* Indices into results->dimensions: the variable's own dimensions, and the equal ones
     * that represent them (results_dimension.same). */
    size_t own_dimensions[VARIABLE_DIMENSIONS];
    size_t dimensions[VARIABLE_DIMENSIONS];
    size_t dimension_count;
    bool is_repeated;    /* a coordinate equal to the one that represents it */
    uint64_t count;      /* elements */
    uint64_t offset;     /* of its raw bytes; unused for texts and packed variables */
    bool is_packed;      /* stored in compressed chunks */
    uint32_t item_bytes; /* 8, 4, 2 or 1 */
    bool is_unsigned;
    char **texts; /* if VARIABLE_TEXT; read when the file is opened */
};

struct results_dimension {
    char *path;       /* of its scale */
    const char *name; /* the last part of the path */
    uint64_t count;
    size_t coordinate; /* index of the variable at that path, or SIZE_MAX */
    size_t same; /* first dimension with the same name and coordinates; may be itself */
};

/* A stage as the file describes it. */
struct results_stage {
    char *name;
    size_t status;               /* index of its status variable */
    size_t blocks;               /* index of the variable of each block's first point */
    size_t checksums;            /* index of the variable of its blocks' checksums */
    size_t columns[COLUMNS_MAX]; /* indices of its metrics, in checksum order */
    struct stage_layout layout;
    char *reads;     /* names of the stages that it reads; NULL in older files */
    uint64_t inputs; /* the same as bits, by place among the file's stages */
};

struct results_extent {
    uint64_t offset, bytes;
};

struct results {
    char *path;
    struct raw raw;
    struct packed *packed; /* a compressed copy (results/pack.h); NULL: a plain file */
    struct results_extent
        *chunks; /* of a compressed copy: the extents of its raw data */
    size_t chunk_count;
    struct variable *variables;
    size_t variable_count;
    struct results_dimension *dimensions;
    size_t dimension_count;
    struct results_stage *stages;
    size_t stage_count;
    char *title, *sweep_text, *records_text, *version, *commit;
};

/* Opens a file for reading.  Returns STATUS_INPUT if it is not a result file of this program,
 * is too damaged to read, or has the layout of another version; STATUS_IO if a system call
 * fails.  Close with results_close. */
enum status results_open(const char *path, struct results **results, struct error *err);
void results_close(struct results *results);

/* Like results_open, but returns STATUS_INPUT if the file's coordinates, units or labels have
 * changed since it was made (results_check_seal). */
enum status results_open_intact(const char *path, struct results **results,
                                struct error *err);

/* Finds a variable by its path, by stage and name ("gpu/edp_js"), or by a name alone.  A name
 * that several stages have is that of the file's last stage, or else of the stage nearest
 * upstream (stages_nearest).  Coordinates repeated in several groups count once; variables in
 * the group `run` are found by their path only.  NULL if there is none, or several. */
const struct variable *results_find(const struct results *results, const char *name);

/* The variable of that path, or NULL. */
const struct variable *results_find_path(const struct results *results,
                                         const char *path);

/* *is_intact: names, attributes and coordinates (all bytes that are not raw data) match the
 * checksum.  Returns STATUS_INPUT if the file has no such checksum, STATUS_IO if it cannot
 * be read. */
enum status results_check_seal(const struct results *results, bool *is_intact,
                               struct error *err);

/* Computes the metadata's checksum (RESULTS_METADATA_CHECKSUM) and writes it. */
enum status results_seal(const char *path, struct error *err);

/* Reads elements [first, first + count) of a variable, row-major over its dimensions:
 * numbers of any type as double (NaN if the column has no value), or in their stored type. */
enum status results_read_numbers(const struct results *results,
                                 const struct variable *variable, uint64_t first,
                                 uint64_t count, double *numbers, struct error *err);
enum status results_read_raw(const struct results *results,
                             const struct variable *variable, uint64_t first,
                             uint64_t count, void *bytes, struct error *err);

/* A value of the variable as text: with its unit, or the word that it stands for.  Returns
 * buffer. */
char *variable_value_format(const struct variable *variable, double number,
                            char *buffer, size_t size);

/* Coordinate i of a dimension as text ("stt-mram", "3 MiB").  Returns buffer. */
char *results_coordinate_format(const struct results *results, size_t dimension,
                                uint64_t i, char *buffer, size_t size);

/* "technology=stt-mram capacity_bytes=3 MiB ..." for a stage's point; dimensions of length 1
 * are left out.  Returns buffer. */
char *results_point_format(const struct results *results, size_t stage, uint64_t point,
                           char *buffer, size_t size);

/* ---- progress of a run */

enum { POINT_STATUSES = POINT_EXCLUDED + 1 };

struct results_summary {
    uint64_t points[STAGE_COUNT][POINT_STATUSES]; /* by stage of the file and status */
    uint64_t total, pending, failed; /* over all stages; failed includes quarantined */
};

/* Counts the points of every stage by status. */
enum status results_summarize(const struct results *results,
                              struct results_summary *summary, struct error *err);

/* Finds up to `most` points of a stage with that status, from point `from` on; *count:
 * how many were found. */
enum status results_points_with(const struct results *results, size_t stage,
                                enum point_status wanted, uint64_t from,
                                uint64_t *points, size_t most, size_t *count,
                                struct error *err);

/* Counts of a file's blocks. */
struct results_blocks {
    uint64_t checked; /* blocks whose points all have a status */
    uint64_t damaged; /* those of them whose checksum does not match */
    uint64_t pending; /* blocks with a pending point */
};

/* Checks the checksums of all committed blocks.  err names the first block that does not
 * match ("system block 7: technology=..."). */
enum status results_verify(const struct results *results, struct results_blocks *blocks,
                           struct error *err);

/* Returns STATUS_INPUT if a committed block is damaged.  Commands that copy a file call it,
 * because the copy gets new checksums, which would hide the damage. */
enum status results_check_blocks(const struct results *results, struct error *err);

/* ---- for runs */

/* Returns STATUS_INPUT if the file is a packed copy, which cannot be written. */
enum status results_check_plain(const struct results *results, struct error *err);

/* Finds the layout of a file with the stages of `table`.  Returns STATUS_INPUT if its
 * datasets differ from those of the study. */
enum status results_layout(const struct results *results, const struct study *study,
                           const struct stage *const *table, struct layout *layout,
                           struct error *err);

/* Checks that the file belongs to this sweep, its library records and this program.  Returns
 * STATUS_INPUT, and what differs, if not.  accept_version allows another version of the
 * program. */
enum status results_check_same(const struct results *results, const struct study *study,
                               const struct program *program, bool accept_version,
                               struct error *err);

/* Parts of that check: every record that file and study both name is the same apart from
 * comments and spacing; and the program is the one that began the file. */
enum status results_check_records(const struct results *results,
                                  const struct study *study, struct error *err);
enum status results_check_program(const struct results *results,
                                  const struct program *program, bool accept_version,
                                  struct error *err);

enum metadata_state {
    METADATA_SAME,    /* as this sweep and program would make it */
    METADATA_DAMAGED, /* the same, but bytes had changed; they have been repaired */
    METADATA_OTHER,   /* intact, but of another sweep, library or program */
    METADATA_UNKNOWN, /* damaged, and possibly of another sweep */
};

/* Makes the file's metadata again in a temporary file (`path`.check) and compares all bytes
 * that are not raw data, so that HDF5 need not read a file that may be damaged.
 * *differing: number of bytes that differ. */
enum status results_check_metadata(const char *path, const struct study *study,
                                   const struct stage *const *table,
                                   const struct program *program,
                                   enum metadata_state *state, uint64_t *differing,
                                   struct error *err);

/* The records that a study names, as a result file stores them; freed by the caller. */
char *results_records_text(const struct study *study);

/* A sweep's text without comments and without white space outside strings; freed by the
 * caller. */
char *results_normalised(const char *text);

#endif
