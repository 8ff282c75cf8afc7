/* What one rank holds while a sweep runs. */
#ifndef NVSWEEP_RUN_RUN_STATE_H
#define NVSWEEP_RUN_RUN_STATE_H

#include "run/commit.h"
#include "run/guard.h"
#include "run/run.h"
#include "run/watch.h"

/* A run in progress, on one rank. */
struct run {
    struct study study; /* results are filled in stage by stage */
    const struct stage *const *table;
    const struct run_options *options;
    const char *output;
    MPI_Comm comm;
    int rank, ranks;
    struct lock lock;    /* rank 0's lock, or this rank's share of it */
    struct guard *guard; /* or NULL */
    struct watch watch;  /* rank 0 */
    struct layout layout;
    struct growth *growth; /* the smaller sweep's file, if the sweep has grown */
    struct file_system file_system;
    enum run_io io;                   /* never RUN_IO_AUTO */
    struct raw raw;                   /* open on ranks that write the file */
    struct block loaded[STAGE_COUNT]; /* stages that later stages read */
};

#endif
