#include "run/run.h"

#include "run/rescue.h"
#include "run/run_file.h"
#include "run/run_stages.h"
#include "run/stop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* "Open MPI v4.1.4": the library's version up to the first comma, safe inside JSON. */
static void mpi_version(char text[MPI_MAX_LIBRARY_VERSION_STRING])
{
    int length = 0;

    MPI_Get_library_version(text, &length);
    text[strcspn(text, ",\n\"\\")] = '\0';
}

static void start_note(struct run *run)
{
    char host[128] = "", when[32], mpi[MPI_MAX_LIBRARY_VERSION_STRING];
    const char *job = getenv("SLURM_JOB_ID");
    time_t now = time(NULL);
    struct tm utc;

    if (run->rank)
        return;
    watch_begin(&run->watch, run->output, run->options->is_quiet);
    mpi_version(mpi);
    gethostname(host, sizeof host - 1);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    watch_journal(
        &run->watch,
        "{\"event\": \"start\", \"time\": \"%s\", \"epoch\": %lld, \"host\": \"%s\", "
        "\"pid\": %ld, \"ranks\": %d, \"job\": \"%s\", \"version\": \"%s\", "
        "\"commit\": \"%s\", \"file_system\": \"%s\", \"io\": \"%s\", \"mpi\": \"%s\", "
        "\"hdf5\": \"%s\", \"compiler\": \"" __VERSION__ "\"}",
        when, (long long)now, host, (long)getpid(), run->ranks, job ? job : "",
        run->options->program.version, run->options->program.commit,
        run->file_system.name, word_name(run_io_words, run->io), mpi,
        results_hdf5_version());
    if (run->io == RUN_IO_LOCAL && run->options->io == RUN_IO_LOCAL &&
        run->file_system.sharing == FILE_SHARING_UNSAFE)
        watch_say(
            &run->watch,
            "%s: every rank writes, as --io local asks for, on a file system (%s) "
            "where nodes may overwrite each other's bytes; each stage is read again "
            "to see whether they did",
            run->output, run->file_system.name);
    if (run->lock.flock_errno) {
        watch_journal(&run->watch, "{\"event\": \"locks\", \"flock\": \"%s\"}",
                      strerror(run->lock.flock_errno));
        watch_say(&run->watch,
                  "%s: the file system has no file locks (flock: %s); only the "
                  "heartbeat of %s keeps a second run away",
                  run->output, strerror(run->lock.flock_errno), run->lock.path);
    }
    watch_flush(&run->watch);
}

/* Says how many points of the file's last stage have no result because they cannot be. */
static void infeasible_note(struct run *run, const struct results *results,
                            const struct results_summary *summary)
{
    size_t last = results->stage_count - 1;
    uint64_t infeasible, total = 0;

    if (results->stage_count == 0 || run->watch.is_quiet)
        return;
    infeasible = summary->points[last][POINT_INFEASIBLE];
    for (int s = 0; s < POINT_STATUSES; s++)
        total += summary->points[last][s];
    if (infeasible)
        watch_say(&run->watch,
                  "%" PRIu64 " of %" PRIu64 " points of %s are infeasible; "
                  "`nvsweep explain` says why one is",
                  infeasible, total, results->stages[last].name);
}

/* Sets the final message: how many points are left or failed. */
static enum status outcome_describe(struct run *run, bool is_stopped, struct error *err)
{
    struct results_summary summary;
    struct results *results;
    enum status status = results_open(run->output, &results, err);

    if (status != STATUS_OK)
        return STATUS_IO; /* it could be opened before */
    status = results_summarize(results, &summary, err);
    if (status == STATUS_OK && !is_stopped)
        infeasible_note(run, results, &summary);
    results_close(results);
    if (status != STATUS_OK)
        return status;
    if (is_stopped)
        return error_set(err, STATUS_RESUME,
                         "%s: stopped with %" PRIu64 " of %" PRIu64
                         " points left; run the same command again to continue",
                         run->output, summary.pending, summary.total);
    if (summary.failed)
        return error_set(err, STATUS_RECORDED,
                         "%s: complete, but %" PRIu64 " of %" PRIu64
                         " points failed; `nvsweep status` lists them",
                         run->output, summary.failed, summary.total);
    return STATUS_OK;
}

/* Rank 0: the final status, which also says whether the ranks' file is still in place. */
static enum status outcome(struct run *run, bool is_stopped, struct error *err)
{
    enum status status = STATUS_OK;

    if (guard_check(&run->raw, &run->lock) != FILE_GONE)
        status = outcome_describe(run, is_stopped, err);
    if (guard_check(&run->raw, &run->lock) == FILE_GONE)
        status = rescue(&run->raw, err);
    return status;
}

static void end_note(struct run *run, enum status status)
{
    const char *how = status == STATUS_OK         ? "done"
                      : status == STATUS_RECORDED ? "done with failures"
                      : status == STATUS_RESUME   ? "stopped"
                                                  : "failed";

    if (run->rank)
        return;
    if (run->watch.pending) {
        watch_journal(&run->watch,
                      "{\"event\": \"end\", \"epoch\": %lld, \"status\": \"%s\"}",
                      (long long)time(NULL), how);
        watch_end(&run->watch);
    }
}

void run_mpi_begin(void)
{
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    MPI_Init(NULL, NULL);
}

/* All stages of the sweep, in the order of evaluation; then what is left or failed, on all ranks. */
static enum status stages_run(struct run *run, bool *is_stopped, struct error *err)
{
    enum status status = STATUS_OK;

    for (int id = 0; id < STAGE_COUNT && status == STATUS_OK && !*is_stopped; id++)
        if (run->study.stages >> id & 1)
            status = run_stage_finish(run, (enum stage_id)id, is_stopped, err);
    if (status != STATUS_OK)
        return status;
    if (run->rank == 0)
        status = outcome(run, *is_stopped, err);
    return run_agree(run->comm, status, err);
}

/* Ends the run on this rank.  The lock is released last: until then nobody else may write. */
static void run_end(struct run *run, bool is_stopped, enum status status)
{
    guard_end(run->guard);
    run_growth_end(run, is_stopped, status);
    raw_close(&run->raw);
    end_note(run, status);
    lock_release(&run->lock);
    for (int id = 0; id < STAGE_COUNT; id++)
        block_free(&run->loaded[id]);
}

enum status run_sweep(const struct study *study, const char *output,
                      const struct run_options *options, MPI_Comm comm,
                      struct error *err)
{
    char *file = raw_resolve(output);
    struct run run = {
        .study = *study,
        .table = options->stages ? options->stages : stages,
        .options = options,
        .output = file,
        .comm = comm,
        .lock = { .fd = -1 },
        .raw = { .fd = -1 },
    };
    bool is_stopped = false;
    enum status status;

    MPI_Comm_rank(comm, &run.rank);
    MPI_Comm_size(comm, &run.ranks);
    stop_watch(options->time_budget_s);
    run.guard = guard_begin(file, run.rank);
    status = run_file_open(&run, err);
    if (status != STATUS_OK)
        goto out;
    start_note(&run);
    status = stages_run(&run, &is_stopped, err);
out:
    run_end(&run, is_stopped, status);
    free(file);
    return status;
}
