#include "run/run_file.h"

#include "base/memory.h"
#include "run/stop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHARED_OPEN_S 5.0 /* until other nodes see a file that rank 0 has made */

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

/* Rank 0: creates the file, or checks the metadata of the existing one.  *is_known: the metadata is
 * that of this sweep and program. */
static enum status file_make(struct run *run, bool is_new, bool *is_known,
                             struct error *err)
{
    *is_known = is_new;
    if (!is_new)
        return file_check(run, is_known, err);
    return results_create(run->output, &run->study, run->table, &run->options->program,
                          err);
}

/* Rank 0: makes the file ready and reads its layout. */
static enum status file_prepare(struct run *run, struct error *err)
{
    struct results *results = NULL;
    bool is_known, is_new = access(run->output, F_OK) != 0;
    enum status status = file_make(run, is_new, &is_known, err);
    struct error ignored;

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
        if (status != STATUS_OK)
            goto out;
        status = results_open(run->output, &results, err);
    } else if (!is_new) {
        growth_resume(run);
    }
    if (status != STATUS_OK)
        goto out;
    status = results_check_plain(results, err);
    if (status != STATUS_OK)
        goto out;
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

    if (status != STATUS_OK)
        return status;
    status = lock_take(&run->lock, run->output, err);
    if (status != STATUS_OK)
        return status;
    guard_lock(run->guard, &run->lock);
    status = file_prepare(run, err);
    if (status != STATUS_OK)
        return status;
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

enum status run_file_open(struct run *run, struct error *err)
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

void run_growth_end(struct run *run, bool is_stopped, enum status status)
{
    char *before = growth_before(run->output);

    if (run->rank == 0 && run->growth && !is_stopped &&
        (status == STATUS_OK || status == STATUS_RECORDED))
        unlink(before);
    growth_close(run->growth);
    free(before);
}
