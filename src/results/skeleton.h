/* The making of an empty result file.  Private to results/. */
#ifndef NVSWEEP_RESULTS_SKELETON_H
#define NVSWEEP_RESULTS_SKELETON_H

#include "results/h5.h"
#include "results/results.h"

/* Files up to this size are filled with NaN when created, which writes their bytes
 * twice.  Larger ones read as 0 where a point is pending: readers go by the status. */
enum { SKELETON_FILL_BYTES = 16 << 20 };

struct skeleton {
    struct h5 h5;
    const struct study *study;
    const struct stage *const *table;
    enum stage_id last; /* the stage whose scalars are in the root group */
    bool is_filled;
};

/* Dimensions of a dataset at most: HDF5's limit. */
enum { SHAPE_RANK = H5S_MAX_RANK };

/* A group and the dimensions that a stage's datasets have in it, each with a scale in the
 * group: those of the stage's grid, and of length 1 those of other axes that the sweep
 * gives, in the sweep's order. */
struct shape {
    const char *path; /* of the group, "" for the root */
    hid_t group;
    hid_t scales[SHAPE_RANK];
    hsize_t sizes[SHAPE_RANK];
    int rank;
    hid_t inners[INNER_COUNT]; /* -1: not in the group */
    char *auxiliary;           /* names of coordinates beside the scales, "" if none */
};

/* Make the group and its coordinates: those of the stage's points, and of the inner
 * dimensions that its metrics have, if it is to hold such metrics. */
void shape_begin(struct skeleton *sk, struct shape *shape, const char *path,
                 enum stage_id id, bool has_inners);
void shape_end(struct skeleton *sk, struct shape *shape);

/* Axes that the sweep does not give, at their defaults, as scalars in a group. */
void skeleton_defaults(struct skeleton *sk, const char *path);

/* A dataset over dimensions whose scales are given; left open for attributes.  data is
 * NULL for those filled later.  Without scales it is a scale of its own. */
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

/* The whole skeleton under that name, sealed, but neither synced nor reserved. */
enum status skeleton_write(const char *path, const struct study *study,
                           const struct stage *const *table,
                           const struct program *program, struct error *err);

#endif
