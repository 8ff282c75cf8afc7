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
    bool is_filled;
    hid_t scales[AXES];        /* by dimension of the space; -1: not in the file */
    hid_t inners[INNER_COUNT]; /* by inner dimension */
};

/* A dataset over dimensions whose scales are given; left open for attributes.  data is
 * NULL for those filled later. */
struct dataset_spec {
    const char *name, *units, *meaning;
    hid_t type;        /* in the file */
    hid_t memory_type; /* of data */
    const void *data;
    const hid_t *scales;
    const hsize_t *sizes;
    int rank;
};
hid_t skeleton_dataset(struct skeleton *sk, const struct dataset_spec *spec);

/* Coordinates of all axes and inner dimensions the study's stages use. */
void skeleton_coordinates(struct skeleton *sk);

/* The names of a grid's coordinates that are no dimension: zipped and single axes. */
char *skeleton_auxiliary_names(const struct skeleton *sk, const struct grid *grid);

/* Compute the metadata's checksum (RESULTS_METADATA_CHECKSUM) and write it. */
enum status skeleton_seal(const char *path, struct error *err);

/* The whole skeleton under that name, sealed, but neither synced nor reserved. */
enum status skeleton_write(const char *path, const struct study *study,
                           const struct stage *const *table,
                           const struct program *program, struct error *err);

#endif
