/* Runs a sweep.  Every rank calls run_sweep; rank 0 schedules the others and computes too.
 *
 * Rank 0 creates the result file, or checks that the existing one belongs to this sweep.
 * Then all ranks check a share of its contents.  Stage by stage rank 0 hands out blocks of
 * points; each rank evaluates its blocks and writes them to their place in the file.  The
 * contents of a block do not depend on the rank that computed it, so a run may be killed
 * and started again with any number of ranks, and ends in the same bytes. */
#ifndef NVSWEEP_RUN_RUN_H
#define NVSWEEP_RUN_RUN_H

#include "results/growth.h"
#include "run/file_system.h"

#include <mpi.h>

struct run_options {
    const struct stage *const
        *stages; /* STAGE_COUNT of them; NULL: the stages of stage/stage.h */
    struct program program;
    bool accept_version;   /* continue a file that another program version began */
    bool is_quiet;         /* print no progress on stderr */
    double time_budget_s;  /* stop in good order after this time; 0: no limit */
    uint32_t lease_blocks; /* blocks per lease; 0: sized by time (set by benchmarks) */
    double sync_s; /* between syncs, for durability = "power"; 0: COMMIT_SYNC_S */
    settings_fn
        *same_settings; /* compares a grown sweep with its file; NULL: all are equal */
    enum run_io io;     /* which ranks write the file */
    double point_limit_s; /* longest time for a suspect point; 0: POINT_LIMIT_S */
};

/* A block that was begun this often without a commit is evaluated in a child process, where
 * a point that crashes or exceeds the time limit is quarantined. */
enum { ATTEMPTS_SUSPECT = 2 };
#define POINT_LIMIT_S 600.0

/* Calls MPI_Init.  A process without a launcher starts no Open MPI daemon: the daemon takes
 * longer than a small sweep and outlives a run that is killed. */
void run_mpi_begin(void);

/* Collective over comm.  Runs the sweep of `study` into the file `output`, or continues where
 * an earlier run stopped.  Status and error text are the same on all ranks:
 *   STATUS_OK        every point has its result
 *   STATUS_RECORDED  every point is done, but some failed or are quarantined
 *   STATUS_RESUME    stopped by a signal or the time budget; err says what is left
 *   STATUS_INPUT     the file belongs to another sweep, or another run is writing it
 *   STATUS_IO        a system call failed; what is committed is kept
 * Installs handlers for SIGUSR1, SIGTERM and SIGINT, and ignores SIGXFSZ. */
enum status run_sweep(const struct study *study, const char *output,
                      const struct run_options *options, MPI_Comm comm,
                      struct error *err);

/* Collective: returns the worst status of all ranks, with its error text, on all ranks. */
enum status run_agree(MPI_Comm comm, enum status mine, struct error *err);

/* Collective: broadcasts rank 0's bytes.  On the other ranks *bytes is NULL before the call
 * and is freed by the caller.  Any size: pieces of RUN_BROADCAST_BYTES are sent. */
void run_broadcast(MPI_Comm comm, char **bytes, size_t *size);
enum { RUN_BROADCAST_BYTES = 16 << 20 };

#endif
