/* Reads what a result file says of its datasets. */
#ifndef NVSWEEP_RESULTS_DATASET_H
#define NVSWEEP_RESULTS_DATASET_H

#include "results/h5.h"
#include "results/results.h"

/* State while a file is opened. */
struct opening {
    struct results *results;
    struct h5 h5;
    uint64_t file_bytes;
    bool is_foreign; /* it has an object that result files do not have */
    bool is_packed;  /* a compressed copy (results/pack.h) */
    char *other;     /* program version that made a file with another layout, or NULL */
    char **runs;     /* groups below RESULTS_RUN */
    size_t run_count;
};

/* Adds the dataset at `path` to the file's variables, and its dimensions.  What result files do not
 * have sets opening->is_foreign; a failed call of HDF5's sets opening->h5.is_bad. */
void dataset_read(struct opening *opening, const char *path);

#endif
