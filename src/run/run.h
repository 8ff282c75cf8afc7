/* Running a sweep: every rank calls run_sweep, rank 0 deals and computes too.
 *
 * Rank 0 creates the result file or finds it to be the same sweep's; all ranks check a
 * share of what it holds; then stage by stage rank 0 deals blocks of points, each rank
 * evaluates its blocks and writes them straight to their place in the file.  What a block
 * holds does not depend on who computed it, so killing a run and starting it again, with
 * any number of ranks, ends in the same bytes. */
#ifndef NVSWEEP_RUN_RUN_H
#define NVSWEEP_RUN_RUN_H

#include "results/growth.h"
#include "run/file_system.h"

#include <mpi.h>

struct run_options {
    const struct stage *const
        *stages; /* STAGE_COUNT of them; NULL: those of stage/stage.h */
    struct program program;
    bool accept_version;   /* go on with a file another version of the program began */
    bool is_quiet;         /* no progress on stderr */
    double time_budget_s;  /* stop in good order after this long; 0: never */
    uint32_t lease_blocks; /* blocks per lease; 0: as measured (for benchmarks) */
    double sync_s;         /* durability = "power": between syncs; 0: COMMIT_SYNC_S */
    settings_fn
        *same_settings;   /* between a grown sweep and its file's; NULL: all are */
    enum run_io io;       /* who writes the file */
    double point_limit_s; /* longest a suspect point may take; 0: POINT_LIMIT_S */
};

/* A block that was begun and not committed this often is evaluated in a child process,
 * where a point that crashes or exceeds the limit harms nobody: it is quarantined. */
enum { ATTEMPTS_SUSPECT = 2 };
#define POINT_LIMIT_S 600.0

/* MPI_Init.  A process that no launcher began starts no daemon of Open MPI's, which would take
 * longer than a small sweep and outlive a run that is killed. */
void run_mpi_begin(void);

/* Collective over comm.  Run the sweep of `study` into the file `output`, or go on where
 * an earlier run stopped.  The same status on all ranks, the words on all too:
 *   STATUS_OK        every point has its result
 *   STATUS_RECORDED  the same, but some points failed or are quarantined
 *   STATUS_RESUME    stopped by a signal or the time budget; err says what is left
 *   STATUS_INPUT     the file is another sweep's, or another run is writing it
 *   STATUS_IO        the system refused; what is committed is kept
 * Installs handlers for SIGUSR1, SIGTERM, SIGINT and ignores SIGXFSZ. */
enum status run_sweep(const struct study *study, const char *output,
                      const struct run_options *options, MPI_Comm comm,
                      struct error *err);

/* Collective: the worst status of all ranks, with its words, on all ranks. */
enum status run_agree(MPI_Comm comm, enum status mine, struct error *err);

/* Collective: rank 0's bytes on all ranks; on the others *bytes is NULL before, and freed by
 * the caller.  Any size: they travel RUN_SHARE_BYTES at a time. */
void run_share(MPI_Comm comm, char **bytes, size_t *size);
enum { RUN_SHARE_BYTES = 16 << 20 };

#endif
