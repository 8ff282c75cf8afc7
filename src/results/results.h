/* Result files: created whole and empty by one process, filled with raw bytes by all
 * ranks (results/block.h), and read back here by serial HDF5 calls, also while a run is
 * writing.
 *
 * A file holds one dataset per metric, dimensioned by its stage's axes, with the axes as
 * dimension scales, and per stage the status of every point.  The last stage's are in the
 * root group, but those with an inner dimension; every other stage is in a group of its
 * name, with coordinates of its own.  The group `run` has per stage and block a checksum
 * and a count of attempts, the axes at their defaults, and as attributes all that is
 * needed to run the sweep again.  The file's bytes are a function of the sweep, the library
 * records it names and the program. */
#ifndef NVSWEEP_RESULTS_RESULTS_H
#define NVSWEEP_RESULTS_RESULTS_H

#include "results/block.h"
#include "results/layout.h"
#include "stage/stage.h"

#include <time.h>

/* Names in the file. */
#define RESULTS_RUN "run"
#define RESULTS_STATUS "status" /* in every stage's group */
#define RESULTS_LAYOUT "nvsweep_layout"
enum { RESULTS_LAYOUT_NOW = 2 }; /* 1: up to version 0.3, all in the root group */

/* The dataset of one number that holds the CRC-32C of all bytes that are no raw data. */
#define RESULTS_METADATA_CHECKSUM RESULTS_RUN "/metadata_checksum"

/* Who computes: what a result file says of the program. */
struct program {
    const char *version, *commit;
    bool is_dirty; /* built from files that differ from the commit */
};

/* Create `path` with every dataset at its final size: made under `path`.partial, synced,
 * its space reserved, then renamed.  `table` has STAGE_COUNT stages of which study->stages
 * says which are in the file.  STATUS_IO if the system refuses (a full disk included); no
 * file is left behind then. */
enum status results_create(const char *path, const struct study *study,
                           const struct stage *const *table,
                           const struct program *program, struct error *err);

/* The version of HDF5 that reads and writes. */
const char *results_hdf5_version(void);

/* ---- reading */

enum variable_kind { VARIABLE_NUMBER, VARIABLE_COUNT, VARIABLE_CODE, VARIABLE_TEXT };

enum { VARIABLE_DIMENSIONS = 32 };

struct variable {
    char *path;            /* from the root group: "edp_js", "array/area_m2" */
    const char *name;      /* the shortest that results_find takes for it */
    char *units, *meaning; /* "" where the file has none */
    char *field; /* the axis's, if it is a field of records: "machine.node_m" */
    char *zero;  /* the word that stands for 0 */
    enum variable_kind kind;
    /* Indices into results->dimensions: of the dimensions themselves, and of what stands
     * for them (struct results_dimension's same). */
    size_t own_dimensions[VARIABLE_DIMENSIONS];
    size_t dimensions[VARIABLE_DIMENSIONS];
    size_t dimension_count;
    bool is_repeated; /* the coordinate of a dimension for which another stands */
    uint64_t count;   /* elements */
    uint64_t offset; /* of its raw bytes; texts have none, nor is there one if packed */
    bool is_packed;  /* in compressed chunks */
    uint32_t item_bytes; /* 8, 4, 2 or 1 */
    bool is_unsigned;
    char **texts; /* of VARIABLE_TEXT, read at opening */
};

struct results_dimension {
    char *path;       /* of its scale */
    const char *name; /* the last part of the path */
    uint64_t count;
    size_t coordinate; /* the variable of that path, or SIZE_MAX */
    size_t
        same; /* the first dimension of that name with the same coordinates; itself */
};

/* A stage as the file describes it. */
struct results_stage {
    char *name;
    size_t status;               /* index of its status variable */
    size_t blocks;               /* of the first points of its blocks */
    size_t checksums;            /* and of its blocks' checksums */
    size_t columns[COLUMNS_MAX]; /* indices of its metrics, in checksum order */
    struct stage_layout layout;
};

struct results_extent {
    uint64_t offset, bytes;
};

struct results {
    char *path;
    struct raw raw;
    struct packed *packed; /* a compressed copy (results/pack.h); NULL: a plain file */
    struct results_extent *chunks; /* of a compressed copy: where its raw data are */
    size_t chunk_count;
    struct variable *variables;
    size_t variable_count;
    struct results_dimension *dimensions;
    size_t dimension_count;
    struct results_stage *stages;
    size_t stage_count;
    char *title, *sweep_text, *records_text, *version, *commit;
};

/* Open for reading.  STATUS_INPUT if it is no result file of this program (or is damaged
 * beyond reading, or of another version's layout), STATUS_IO if the system refuses.  Close
 * with results_close. */
enum status results_open(const char *path, struct results **results, struct error *err);
void results_close(struct results *results);

/* results_open, and STATUS_INPUT if the file's coordinates, units or labels are not those
 * it was made with (results_check_seal). */
enum status results_open_intact(const char *path, struct results **results,
                                struct error *err);

/* The variable of that path, else the stage's ("gpu/edp_js"), else the only one whose
 * path ends in the name; coordinates
 * that are repeated in several groups count once, and what is in the group `run` is found
 * by its path.  NULL if there is none, or several. */
const struct variable *results_find(const struct results *results, const char *name);

/* The variable of that path, or NULL. */
const struct variable *results_find_path(const struct results *results,
                                         const char *path);

/* Are all bytes that are no raw data as they were when the file was sealed: names,
 * attributes, coordinates?  STATUS_INPUT if the file has no seal, STATUS_IO if it cannot be
 * read. */
enum status results_check_seal(const struct results *results, bool *is_intact,
                               struct error *err);

/* Compute the metadata's checksum (RESULTS_METADATA_CHECKSUM) and write it. */
enum status results_seal(const char *path, struct error *err);

/* Elements [first, + count) of a variable, row-major over its dimensions.  Numbers of
 * any kind arrive as double (NaN where a column has none), or as they are stored. */
enum status results_read_numbers(const struct results *results,
                                 const struct variable *variable, uint64_t first,
                                 uint64_t count, double *numbers, struct error *err);
enum status results_read_raw(const struct results *results,
                             const struct variable *variable, uint64_t first,
                             uint64_t count, void *bytes, struct error *err);

/* A value of the variable as people write it: with its unit, or the word that it stands
 * for.  Returns buffer. */
char *variable_value_format(const struct variable *variable, double number,
                            char *buffer, size_t size);

/* Coordinate i of a dimension as people write it ("stt-mram", "3 MiB"). */
char *results_coordinate_format(const struct results *results, size_t dimension,
                                uint64_t i, char *buffer, size_t size);

/* "technology=stt-mram capacity_bytes=3 MiB ..." of a stage's point; dimensions of length
 * 1 are left out. */
char *results_point_format(const struct results *results, size_t stage, uint64_t point,
                           char *buffer, size_t size);

/* ---- what has become of a run */

enum { POINT_STATUSES = POINT_EXCLUDED + 1 };

struct results_summary {
    uint64_t points[STAGE_COUNT][POINT_STATUSES]; /* by stage of the file and status */
    uint64_t total, pending, failed; /* over all stages; failed with quarantined */
};

/* Count the points of every stage by status. */
enum status results_summarize(const struct results *results,
                              struct results_summary *summary, struct error *err);

/* Up to `most` points of a stage with that status, from `from` on; returns how many. */
enum status results_points_with(const struct results *results, size_t stage,
                                enum point_status wanted, uint64_t from,
                                uint64_t *points, size_t most, size_t *count,
                                struct error *err);

/* Blocks of a file, by what became of them. */
struct results_blocks {
    uint64_t checked; /* all points have a status */
    uint64_t damaged; /* of them, those whose checksum disagrees */
    uint64_t pending; /* not all have */
};

/* Check the checksums of all committed blocks; where the first that disagrees is ("system
 * block 7: technology=...") goes to err. */
enum status results_verify(const struct results *results, struct results_blocks *blocks,
                           struct error *err);

/* STATUS_INPUT if a committed block's checksum disagrees: what copies a file copies no damage
 * under a checksum of its own. */
enum status results_check_blocks(const struct results *results, struct error *err);

/* ---- the runner's view */

/* STATUS_INPUT if it is a packed copy, which nobody writes to. */
enum status results_check_plain(const struct results *results, struct error *err);

/* The layout of a file whose stages are the table's.  STATUS_INPUT if its datasets are
 * others than those of the study. */
enum status results_layout(const struct results *results, const struct study *study,
                           const struct stage *const *table, struct layout *layout,
                           struct error *err);

/* Is this the file of this sweep, of the same library records and program?  STATUS_INPUT
 * and what differs if not.  accept_version lets another version of the program go on. */
enum status results_check_same(const struct results *results, const struct study *study,
                               const struct program *program, bool accept_version,
                               struct error *err);

/* The parts of that: every record that file and study both name says the same, comments and
 * spacing apart; and the program is the one that began the file. */
enum status results_check_records(const struct results *results,
                                  const struct study *study, struct error *err);
enum status results_check_program(const struct results *results,
                                  const struct program *program, bool accept_version,
                                  struct error *err);

enum metadata_state {
    METADATA_SAME,    /* as this sweep and program would make it */
    METADATA_DAMAGED, /* that, but changed since it was made: it has been set right */
    METADATA_OTHER,   /* whole, of another sweep, library or program */
    METADATA_UNKNOWN, /* damaged, and perhaps another's */
};

/* Make the file's metadata anew beside it (`path`.check, for a moment) and compare all
 * bytes that are not raw data, without asking HDF5 to read what may be damaged.
 * *differing counts the bytes that are not as they should be. */
enum status results_check_metadata(const char *path, const struct study *study,
                                   const struct stage *const *table,
                                   const struct program *program,
                                   enum metadata_state *state, uint64_t *differing,
                                   struct error *err);

/* The records a study names, as their files write them; a new string. */
char *results_records_text(const struct study *study);

/* A sweep's text without comments and white space outside strings; a new string. */
char *results_normalised(const char *text);

#endif
