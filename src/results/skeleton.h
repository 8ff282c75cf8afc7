/* Makes an empty result file.  Private to results/. */
#ifndef NVSWEEP_RESULTS_SKELETON_H
#define NVSWEEP_RESULTS_SKELETON_H

#include "results/h5.h"
#include "results/results.h"

/* Files up to this size are filled with NaN when they are created, which writes their bytes
 * twice.  In larger files pending points read as 0; readers must check the status. */
enum { SKELETON_FILL_BYTES = 16 << 20 };

struct skeleton {
    struct h5 h5;
    const struct study *study;
    const struct stage *const *table;
    enum stage_id last; /* the stage whose scalars are in the root group */
    bool is_filled;
};

/* Most dimensions of a dataset: HDF5's limit. */
enum { SHAPE_RANK = H5S_MAX_RANK };

/* A group and the dimensions of a stage's datasets in it.  Each has a scale in the group:
 * the dimensions of the stage's grid, and dimensions of length 1 for other axes that the
 * sweep gives, in the sweep's order. */
struct shape {
    const char *path; /* of the group; "" for the root */
    hid_t group;
    hid_t scales[SHAPE_RANK];
    hsize_t sizes[SHAPE_RANK];
    int rank;
    hid_t inners[INNER_COUNT]; /* -1: not in the group */
    char *auxiliary;           /* names of coordinates that are not scales, or "" */
};

/* Creates the group and its coordinates: those of the stage's points and, if has_inners,
 * the inner dimensions of its metrics. */
void shape_begin(struct skeleton *sk, struct shape *shape, const char *path,
                 enum stage_id id, bool has_inners);
void shape_end(struct skeleton *sk, struct shape *shape);

/* Writes axes that the sweep does not give, at their defaults, as scalars in a group. */
void skeleton_defaults(struct skeleton *sk, const char *path);

/* A dataset over dimensions with the given scales, or without scales a scale itself.  data is
 * NULL if it is written later.  skeleton_dataset returns it open, for attributes. */
struct dataset_spec {
    hid_t group;
    const char *name, *units, *meaning;
    hid_t type;        /* in the file */
    hid_t memory_type; /* of data */
    const void *data;
    const hid_t *scales;
    const hsize_t *sizes;
    int rank;
};
hid_t skeleton_dataset(struct skeleton *sk, const struct dataset_spec *spec);

/* Writes the whole skeleton and its checksum; does not sync or reserve disk space. */
enum status skeleton_write(const char *path, const struct study *study,
                           const struct stage *const *table,
                           const struct program *program, struct error *err);

#endif
