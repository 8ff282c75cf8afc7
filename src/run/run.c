#include "run/run.h"

#include "base/memory.h"
#include "run/guard.h"
#include "run/rescue.h"
#include "run/stage_run.h"
#include "run/stop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A run in progress, on one rank. */
struct run {
    struct study study; /* with results filled in stage by stage */
    const struct stage *const *table;
    const struct run_options *options;
    const char *output;
    MPI_Comm comm;
    int rank, ranks;
    struct lock lock;    /* rank 0's, or of a rank beside it */
    struct guard *guard; /* or NULL */
    struct watch watch;  /* rank 0 */
    struct layout layout;
    struct raw raw;
    struct block loaded[STAGE_COUNT]; /* what later stages read */
    uint64_t failed, left;            /* points, known to rank 0 */
};

/* Rank 0: the file was there before; is it this sweep's, whole or to be set right? */
static enum status file_check(struct run *run, bool *is_known, struct error *err)
{
    enum metadata_state state;
    uint64_t differing;
    enum status status = results_check_metadata(run->output, &run->study, run->table,
                                                &run->options->program, &state,
                                                &differing, err);

    if (status != STATUS_OK)
        return status;
    *is_known = state == METADATA_SAME || state == METADATA_DAMAGED;
    if (state == METADATA_DAMAGED)
        watch_say(&run->watch,
                  "%s: %" PRIu64 " bytes of its metadata were damaged and have "
                  "been set right",
                  run->output, differing);
    if (state == METADATA_UNKNOWN)
        status = error_set(
            err, STATUS_INPUT,
            "%s: is damaged, or no result file of this sweep; name another "
            "file with -o, or move this one away",
            run->output);
    return status;
}

/* Rank 0: make the file, or find that it is this sweep's, and learn its layout. */
static enum status file_settle(struct run *run, struct error *err)
{
    struct results *results;
    enum status status;
    bool is_known = access(run->output, F_OK) != 0;

    if (is_known)
        status = results_create(run->output, &run->study, run->table,
                                &run->options->program, err);
    else
        status = file_check(run, &is_known, err);
    if (status == STATUS_OK)
        status = results_open(run->output, &results, err);
    if (status == STATUS_INPUT && is_known)
        status = STATUS_IO; /* its metadata is good: the system cannot read it */
    if (status != STATUS_OK)
        return status;
    if (!is_known)
        status = results_check_same(results, &run->study, &run->options->program,
                                    run->options->accept_version, err);
    if (status == STATUS_OK)
        status = results_layout(results, &run->study, run->table, &run->layout, err);
    results_close(results);
    return status;
}

/* Rank 0: the lock, then the file. */
static enum status file_own(struct run *run, struct error *err)
{
    enum status status = raw_check_name(run->output, err);

    if (status == STATUS_OK)
        status = lock_take(&run->lock, run->output, err);
    if (status != STATUS_OK)
        return status;
    guard_lock(run->guard, &run->lock);
    return file_settle(run, err);
}

static enum status file_open(struct run *run, struct error *err)
{
    enum status status = run->rank ? STATUS_OK : file_own(run, err);
    int is_touched = run->guard != NULL;

    status = run_agree(run->comm, status, err);
    if (status != STATUS_OK)
        return status;
    MPI_Bcast(&run->layout, (int)sizeof run->layout, MPI_BYTE, 0, run->comm);
    MPI_Bcast(&is_touched, 1, MPI_INT, 0, run->comm);
    if (run->rank) {
        lock_join(&run->lock, run->output);
        run->lock.is_touched = is_touched;
        guard_lock(run->guard, &run->lock);
    }
    status = raw_open(&run->raw, run->output, true, err);
    if (status == STATUS_OK)
        guard_file(run->guard, &run->raw);
    return run_agree(run->comm, status, err);
}

static void start_note(struct run *run)
{
    char host[128] = "", when[32];
    const char *job = getenv("SLURM_JOB_ID");
    time_t now = time(NULL);
    struct tm utc;

    if (run->rank)
        return;
    watch_begin(&run->watch, run->output, run->options->is_quiet);
    gethostname(host, sizeof host - 1);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    watch_journal(
        &run->watch,
        "{\"event\": \"start\", \"time\": \"%s\", \"epoch\": %lld, \"host\": \"%s\", "
        "\"pid\": %ld, \"ranks\": %d, \"job\": \"%s\", \"version\": \"%s\", "
        "\"commit\": \"%s\"}",
        when, (long long)now, host, (long)getpid(), run->ranks, job ? job : "",
        run->options->program.version, run->options->program.commit);
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

static void stage_note(struct run *run, const struct stage *stage,
                       const struct line *line, const struct stage_layout *layout)
{
    if (run->rank)
        return;
    if (line->damaged)
        watch_say(&run->watch,
                  "%u block%s of the %s stage failed the checksum and will be "
                  "computed again",
                  line->damaged, line->damaged == 1 ? "" : "s", stage->name);
    if (line->count && line->committed)
        watch_say(&run->watch,
                  "going on with the %s stage: %" PRIu64 " of %" PRIu64
                  " points were done before",
                  stage->name, line->committed, layout->points);
    watch_journal(&run->watch,
                  "{\"event\": \"stage\", \"stage\": \"%s\", \"epoch\": %.3f, "
                  "\"points\": %" PRIu64 ", \"committed\": %" PRIu64
                  ", \"blocks\": %u, \"damaged\": %u}",
                  stage->name, epoch_s(), layout->points, line->committed,
                  line->count, line->damaged);
    watch_stage(&run->watch, stage->name, layout->points, line->committed);
    watch_flush(&run->watch);
}

static enum status stage_work(struct run *run, enum stage_id id,
                              const struct line *line, bool *is_stopped,
                              struct error *err)
{
    const struct stage_layout *layout = &run->layout.stages[id];
    struct evaluator evaluator = {
        .study = &run->study,
        .stage = run->table[id],
        .id = id,
        .line = line,
        .lease_blocks = run->options->lease_blocks,
        .point_limit_s = run->options->point_limit_s > 0 ? run->options->point_limit_s
                                                         : POINT_LIMIT_S,
    };
    enum status status;

    commit_begin(&evaluator.commit, layout,
                 run->study.sweep->durability == DURABILITY_POWER,
                 run->options->sync_s);
    evaluator.commit.raw = run->raw;
    evaluator.guard = run->guard;
    block_alloc(&evaluator.values, evaluator.stage, layout->block_points);
    status = stage_run(&evaluator, &run->watch, run->comm, is_stopped, err);
    block_free(&evaluator.values);
    commit_end(&evaluator.commit);
    if (run->rank == 0)
        watch_stage_end(&run->watch);
    return status;
}

static bool is_read_later(const struct run *run, enum stage_id id)
{
    for (int later = (int)id + 1; later < STAGE_COUNT; later++)
        if (run->study.stages >> later & 1 &&
            (run->table[later]->inputs |
             stage_inputs(run->study.sweep, (enum stage_id)later)) >>
                    id &
                1)
            return true;
    return false;
}

/* All columns of a finished stage into the memory of this rank. */
static enum status stage_load(struct run *run, enum stage_id id, struct error *err)
{
    const struct stage_layout *layout = &run->layout.stages[id];
    struct block *loaded = &run->loaded[id];
    enum status status = STATUS_OK;

    if (!is_read_later(run, id))
        return STATUS_OK;
    block_alloc(loaded, run->table[id], layout->points);
    for (uint32_t c = 0; c < layout->columns && status == STATUS_OK; c++)
        status = raw_read(&run->raw, loaded->columns.column[c],
                          layout->points * layout->column_bytes[c],
                          layout->column_offsets[c], err);
    if (status == STATUS_OK)
        status = raw_read(&run->raw, loaded->status, layout->points,
                          layout->status_offset, err);
    if (run->rank == 0)
        watch_journal(
            &run->watch,
            "{\"event\": \"load\", \"stage\": \"%s\", \"bytes\": %" PRIu64 "}",
            run->table[id]->name, layout->points * layout_point_bytes(layout));
    run->study.results[id] = loaded->columns;
    run->study.statuses[id] = loaded->status;
    return status;
}

static enum status stage_finish(struct run *run, enum stage_id id, bool *is_stopped,
                                struct error *err)
{
    const struct stage_layout *layout = &run->layout.stages[id];
    struct line line;
    enum status status = line_make(&line, &run->study, run->table[id], id, &run->raw,
                                   layout, run->comm, err);

    if (status == STATUS_RESUME) {
        *is_stopped = true;
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    stage_note(run, run->table[id], &line, layout);
    if (line.count)
        status = stage_work(run, id, &line, is_stopped, err);
    line_free(&line);
    if (status == STATUS_OK && !*is_stopped)
        status = run_agree(run->comm, stage_load(run, id, err), err);
    return status;
}

/* How the file stands, for the last words. */
static enum status file_tell(struct run *run, bool is_stopped, struct error *err)
{
    struct results_summary summary;
    struct results *results;
    enum status status = results_open(run->output, &results, err);

    if (status != STATUS_OK)
        return STATUS_IO; /* it could be opened before */
    status = results_summarize(results, &summary, err);
    results_close(results);
    if (status != STATUS_OK)
        return status;
    if (is_stopped)
        return error_set(err, STATUS_RESUME,
                         "%s: stopped with %" PRIu64 " of %" PRIu64
                         " points left; run the same command again to go on",
                         run->output, summary.pending, summary.total);
    if (summary.failed)
        return error_set(err, STATUS_RECORDED,
                         "%s: complete, but %" PRIu64 " of %" PRIu64
                         " points failed; `nvsweep status` names them",
                         run->output, summary.failed, summary.total);
    return STATUS_OK;
}

/* Rank 0: the last words are about the file that the ranks wrote, or say what became of
 * it. */
static enum status outcome(struct run *run, bool is_stopped, struct error *err)
{
    enum status status = STATUS_OK;

    if (guard_look(&run->raw, &run->lock) != FILE_GONE)
        status = file_tell(run, is_stopped, err);
    if (guard_look(&run->raw, &run->lock) == FILE_GONE)
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
    status = file_open(&run, err);
    if (status == STATUS_OK)
        start_note(&run);
    for (int id = 0; id < STAGE_COUNT && status == STATUS_OK && !is_stopped; id++)
        if (run.study.stages >> id & 1)
            status = stage_finish(&run, (enum stage_id)id, &is_stopped, err);
    if (status == STATUS_OK) {
        if (run.rank == 0)
            status = outcome(&run, is_stopped, err);
        status = run_agree(comm, status, err);
    }
    guard_end(run.guard);
    raw_close(&run.raw);
    end_note(&run, status);
    lock_release(&run.lock);
    for (int id = 0; id < STAGE_COUNT; id++)
        block_free(&run.loaded[id]);
    free(file);
    return status;
}
