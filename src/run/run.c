#include "run/run.h"

#include "base/memory.h"
#include "results/growth.h"
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

#define SHARED_OPEN_S 5.0 /* until other nodes see a file that rank 0 has made */

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
    uint64_t failed, left;            /* points; set on rank 0 */
};

/* Rank 0: checks that an existing file belongs to this sweep, and repairs its metadata. */
static enum status file_check(struct run *run, bool *is_known, struct error *err)
{
    enum metadata_state state;
    struct results *results;
    uint64_t differing;
    enum status status = results_check_metadata(run->output, &run->study, run->table,
                                                &run->options->program, &state,
                                                &differing, err);

    if (status != STATUS_OK)
        return status;
    *is_known = state == METADATA_SAME || state == METADATA_DAMAGED;
    if (state == METADATA_UNKNOWN &&
        results_open_intact(run->output, &results, NULL) == STATUS_OK) {
        results_close(results);
        state =
            METADATA_OTHER; /* another sweep's file that happens to have this size */
    }
    if (state == METADATA_DAMAGED)
        watch_say(&run->watch,
                  "%s: %" PRIu64 " damaged bytes of its metadata were repaired",
                  run->output, differing);
    if (state == METADATA_UNKNOWN)
        status = error_set(err, STATUS_INPUT,
                           "%s: not a result file of this sweep, or damaged; name "
                           "another file with -o, "
                           "or move this one away",
                           run->output);
    return status;
}

/* Opens the file at `path` as a source of finished points. */
static enum status growth_find(struct run *run, const char *path, struct error *err)
{
    return growth_open(path, &run->study, run->table, &run->options->program,
                       run->options->accept_version, run->options->same_settings,
                       &run->growth, err);
}

/* Rank 0: the file belongs to another sweep.  If this sweep extends that one, a new file is
 * made, which receives the finished points of the old one. */
static enum status file_grow(struct run *run, struct error *err)
{
    char *before = growth_before(run->output);
    char *fresh = alloc_printf("%s.grown", run->output);
    enum status status = growth_find(run, run->output, err);
    char words[640];

    if (status != STATUS_OK)
        goto out;
    if (growth_in_progress(run->output))
        status = error_set(err, STATUS_INPUT,
                           "%s: is still being extended: its earlier points are in %s; "
                           "finish that run "
                           "first, with the sweep that started it",
                           run->output, before);
    if (status != STATUS_OK)
        goto out;
    status = results_create(fresh, &run->study, run->table, &run->options->program,
                            err);
    if (status != STATUS_OK)
        goto out;
    status = growth_replace(run->output, fresh, err);
    if (status != STATUS_OK)
        goto out;
    watch_say(&run->watch, "%s: %s", run->output,
              growth_format(run->growth, words, sizeof words));
out:
    free(fresh);
    free(before);
    return status;
}

/* Rank 0: opens the old file of an extension that was interrupted. */
static void growth_resume(struct run *run)
{
    char *before = growth_before(run->output);
    struct error why;

    if (access(before, F_OK) == 0 && growth_find(run, before, &why) != STATUS_OK)
        watch_say(&run->watch, "its earlier points are computed again: %s", why.text);
    free(before);
}

/* Rank 0: creates the file or checks the existing one, and reads its layout. */
static enum status file_prepare(struct run *run, struct error *err)
{
    struct results *results = NULL;
    enum status status;
    bool is_known = access(run->output, F_OK) != 0, is_new = is_known;
    struct error ignored;

    if (is_new)
        status = results_create(run->output, &run->study, run->table,
                                &run->options->program, err);
    else
        status = file_check(run, &is_known, err);
    if (status == STATUS_OK)
        status = results_open(run->output, &results, err);
    if (status == STATUS_INPUT && is_known)
        status = STATUS_IO; /* the metadata is right, so the system cannot read it */
    if (status != STATUS_OK)
        goto out;
    if (!is_known &&
        results_check_same(results, &run->study, &run->options->program,
                           run->options->accept_version, &ignored) != STATUS_OK) {
        results_close(results);
        results = NULL;
        status = file_grow(run, err);
        if (status == STATUS_OK)
            status = results_open(run->output, &results, err);
    } else if (!is_new) {
        growth_resume(run);
    }
    if (status != STATUS_OK)
        goto out;
    status = results_check_plain(results, err);
    if (status == STATUS_OK)
        status = results_layout(results, &run->study, run->table, &run->layout, err);
out:
    results_close(results);
    return status;
}

/* Do all ranks run on one node? */
static bool is_one_node(MPI_Comm comm)
{
    MPI_Comm node;
    int here, all;

    MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &here);
    MPI_Comm_size(comm, &all);
    MPI_Comm_free(&node);
    MPI_Allreduce(MPI_IN_PLACE, &here, 1, MPI_INT, MPI_MIN, comm);
    return here == all;
}

/* Opens the file that rank 0 made.  A node that looked for the name earlier may cache for up
 * to a minute that it does not exist (NFS); opening the folder makes it ask again. */
static enum status shared_open(struct run *run, struct error *err)
{
    double begin_s = clock_s();
    enum status status = raw_open(&run->raw, run->output, true, err);

    for (unsigned idle = 100; status == STATUS_INPUT && run->rank &&
                              clock_s() - begin_s < SHARED_OPEN_S && !stop_reason();
         idle++) {
        raw_refresh_folder_of(run->output);
        idle_wait(idle);
        status = raw_open(&run->raw, run->output, true, err);
    }
    return status;
}

/* Checks on every rank that it opened the same file as rank 0: the path may lead to a disk
 * of each node's own. */
static enum status same_check(struct run *run, struct error *err)
{
    struct stat about;
    uint64_t mine[2] = { 0 }, first[2] = { 0 };
    char host[64] = "";

    if (fstat(run->raw.fd, &about) == 0) {
        mine[0] = first[0] = about.st_ino;
        mine[1] = first[1] = (uint64_t)about.st_size;
    }
    MPI_Bcast(first, 2, MPI_UINT64_T, 0, run->comm);
    if (mine[0] == first[0] && mine[1] == first[1])
        return STATUS_OK;
    gethostname(host, sizeof host - 1);
    return error_set(
        err, STATUS_INPUT,
        "%s: rank %d on %s sees another file of that name than rank 0; name "
        "a file that all nodes share, or let rank 0 write all blocks: --io "
        "root",
        run->output, run->rank, host);
}

/* Rank 0: takes the lock, then prepares the file. */
static enum status file_acquire(struct run *run, struct error *err)
{
    enum status status = raw_check_name(run->output, err);

    if (status == STATUS_OK)
        status = lock_take(&run->lock, run->output, err);
    if (status != STATUS_OK)
        return status;
    guard_lock(run->guard, &run->lock);
    status = file_prepare(run, err);
    if (status == STATUS_OK)
        status = raw_open(&run->raw, run->output, true, err);
    if (status == STATUS_OK)
        run->file_system = file_system_of(run->raw.fd);
    return status;
}

/* The other ranks open the old file that rank 0 found. */
static void growth_join(struct run *run)
{
    char *before = growth_before(run->output);
    struct error ignored;

    if (growth_find(run, before, &ignored) != STATUS_OK)
        run->growth = NULL;
    free(before);
}

static enum status file_open(struct run *run, struct error *err)
{
    enum status status = run->rank ? STATUS_OK : file_acquire(run, err);
    bool is_near = is_one_node(run->comm);
    int is_touched = run->guard != NULL, is_grown = run->growth != NULL;

    status = run_agree(run->comm, status, err);
    if (status != STATUS_OK)
        return status;
    MPI_Bcast(&run->layout, (int)sizeof run->layout, MPI_BYTE, 0, run->comm);
    MPI_Bcast(&run->file_system, (int)sizeof run->file_system, MPI_BYTE, 0, run->comm);
    run->io = run->options->io != RUN_IO_AUTO
                  ? run->options->io
                  : run_io_choose(run->file_system.sharing, run->ranks, is_near,
                                  layout_write_bytes(&run->layout));
    MPI_Bcast(&is_touched, 1, MPI_INT, 0, run->comm);
    MPI_Bcast(&is_grown, 1, MPI_INT, 0, run->comm);
    if (run->rank) {
        raw_refresh_folder_of(run->output);
        if (is_grown) /* a rank that does not see the old file computes its points */
            growth_join(run);
        lock_join(&run->lock, run->output);
        run->lock.is_touched = is_touched && run->lock.fd >= 0;
        guard_lock(run->guard, &run->lock);
    }
    if (run->rank && run->io != RUN_IO_ROOT)
        status = shared_open(run, err);
    if (status == STATUS_OK && run->raw.fd >= 0)
        guard_file(run->guard, &run->raw);
    if (run->io == RUN_IO_ROOT)
        return STATUS_OK;
    status = run_agree(run->comm, status, err);
    return status == STATUS_OK ? run_agree(run->comm, same_check(run, err), err)
                               : status;
}

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

static void stage_note(struct run *run, const struct stage *stage,
                       const struct queue *queue, const struct stage_layout *layout)
{
    if (run->rank)
        return;
    if (queue->damaged)
        watch_say(&run->watch,
                  "%u block%s of the %s stage failed the checksum and will be "
                  "computed again",
                  queue->damaged, queue->damaged == 1 ? "" : "s", stage->name);
    if (queue->count && queue->committed)
        watch_say(&run->watch,
                  "going on with the %s stage: %" PRIu64 " of %" PRIu64
                  " points were done before",
                  stage->name, queue->committed, layout->points);
    watch_journal(&run->watch,
                  "{\"event\": \"stage\", \"stage\": \"%s\", \"epoch\": %.3f, "
                  "\"points\": %" PRIu64 ", \"committed\": %" PRIu64
                  ", \"blocks\": %u, \"damaged\": %u}",
                  stage->name, epoch_s(), layout->points, queue->committed,
                  queue->count, queue->damaged);
    watch_stage(&run->watch, stage->name, layout->points, queue->committed);
    watch_flush(&run->watch);
}

static enum status stage_work(struct run *run, enum stage_id id,
                              const struct queue *queue, bool *is_stopped,
                              struct error *err)
{
    const struct stage_layout *layout = &run->layout.stages[id];
    struct evaluator evaluator = {
        .study = &run->study,
        .stage = run->table[id],
        .id = id,
        .queue = queue,
        .growth = run->growth,
        .lease_blocks = run->options->lease_blocks,
        .point_limit_s = run->options->point_limit_s > 0 ? run->options->point_limit_s
                                                         : POINT_LIMIT_S,
    };
    struct remote remote;
    enum status status;

    commit_begin(&evaluator.commit, layout,
                 run->study.sweep->durability == DURABILITY_POWER,
                 run->options->sync_s);
    evaluator.commit.raw = run->raw;
    evaluator.guard = run->guard;
    if (run->io == RUN_IO_ROOT && run->rank) {
        remote_begin(&remote, layout, layout->block_points, run->comm);
        evaluator.commit.remote = &remote;
    }
    block_alloc(&evaluator.values, evaluator.stage, layout->block_points);
    status = stage_run(&evaluator, &run->watch, run->comm, is_stopped, err);
    block_free(&evaluator.values);
    if (evaluator.commit.remote)
        remote_end(&remote);
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

/* Reads `size` bytes of the file into all ranks: each rank reads, or rank 0 broadcasts. */
static enum status all_read(struct run *run, void *bytes, size_t size, uint64_t offset,
                            struct error *err)
{
    char *at = bytes;
    enum status status = STATUS_OK;

    if (run->io != RUN_IO_ROOT || run->rank == 0)
        status = raw_read(&run->raw, bytes, size, offset, err);
    if (run->io == RUN_IO_ROOT)
        run_broadcast(run->comm, &at, &size);
    return status;
}

/* Loads all columns of a finished stage into this rank's memory. */
static enum status stage_load(struct run *run, enum stage_id id, struct error *err)
{
    const struct stage_layout *layout = &run->layout.stages[id];
    struct block *loaded = &run->loaded[id];
    enum status status = STATUS_OK, read;

    if (!is_read_later(run, id))
        return STATUS_OK;
    block_alloc(loaded, run->table[id], layout->points);
    for (uint32_t c = 0; c <= layout->columns; c++) {
        bool is_status = c == layout->columns;

        read = all_read(run, is_status ? loaded->status : loaded->columns.column[c],
                        layout->points * (is_status ? 1 : layout->column_bytes[c]),
                        is_status ? layout->status_offset : layout->column_offsets[c],
                        status == STATUS_OK ? err : NULL);
        status = status == STATUS_OK ? read : status;
    }
    if (run->rank == 0)
        watch_journal(
            &run->watch,
            "{\"event\": \"load\", \"stage\": \"%s\", \"bytes\": %" PRIu64 "}",
            run->table[id]->name, layout->points * layout_point_bytes(layout));
    run->study.results[id] = loaded->columns;
    run->study.statuses[id] = loaded->status;
    return status;
}

/* Reads a finished stage again and checks that all blocks are there.  If nodes have caches
 * of their own, this node's cache is dropped first, so that the file itself is read. */
static enum status stage_check(struct run *run, enum stage_id id, struct error *err)
{
    const struct stage_layout *layout = &run->layout.stages[id];
    bool has_file = run->io != RUN_IO_ROOT || run->rank == 0;
    uint64_t bad[2] = { 0 };
    enum status status = STATUS_OK;

    if (has_file && run->file_system.sharing == FILE_SHARING_UNSAFE)
        status = raw_drop_cache(&run->raw, err);
    status = run_agree(run->comm, status, err);
    if (status != STATUS_OK)
        return status;
    if (has_file)
        status = queue_check(run->table[id], &run->raw, layout,
                             run->io == RUN_IO_ROOT ? 1 : run->ranks, run->rank,
                             &bad[0], &bad[1], err);
    status = run_agree(run->comm, status, err);
    MPI_Allreduce(MPI_IN_PLACE, bad, 2, MPI_UINT64_T, MPI_SUM, run->comm);
    if (status != STATUS_OK || !(bad[0] || bad[1]))
        return status;
    return error_set(err, STATUS_IO,
                     "%s: reading the %s stage again finds that of its %" PRIu64
                     " blocks %" PRIu64 " are pending and %" PRIu64
                     " damaged, though all "
                     "were written: the file system (%s) lost them%s; run the same "
                     "command again to compute them",
                     run->output, run->table[id]->name, layout->blocks, bad[0], bad[1],
                     run->file_system.name,
                     run->io == RUN_IO_LOCAL && run->ranks > 1
                         ? ", or nodes overwrote each other's blocks (let rank 0 write "
                           "them: --io root)"
                         : "");
}

static enum status stage_finish(struct run *run, enum stage_id id, bool *is_stopped,
                                struct error *err)
{
    const struct stage_layout *layout = &run->layout.stages[id];
    struct queue queue;
    enum status status = queue_build(&queue, &run->study, run->table[id], id, &run->raw,
                                     layout, run->io == RUN_IO_ROOT, run->comm, err);

    if (status == STATUS_RESUME) {
        *is_stopped = true;
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    stage_note(run, run->table[id], &queue, layout);
    if (queue.count)
        status = stage_work(run, id, &queue, is_stopped, err);
    if (queue.count && status == STATUS_OK && !*is_stopped)
        status = stage_check(run, id, err);
    queue_free(&queue);
    if (status == STATUS_OK && !*is_stopped)
        status = run_agree(run->comm, stage_load(run, id, err), err);
    return status;
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

/* After all points are in the new file, the old one is removed. */
static void growth_end(struct run *run, bool is_stopped, enum status status)
{
    char *before = growth_before(run->output);

    if (run->rank == 0 && run->growth && !is_stopped &&
        (status == STATUS_OK || status == STATUS_RECORDED))
        unlink(before);
    growth_close(run->growth);
    free(before);
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
    growth_end(&run, is_stopped, status);
    raw_close(&run.raw);
    end_note(&run, status);
    lock_release(&run.lock);
    for (int id = 0; id < STAGE_COUNT; id++)
        block_free(&run.loaded[id]);
    free(file);
    return status;
}
