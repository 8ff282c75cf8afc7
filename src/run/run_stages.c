#include "run/run_stages.h"

#include "base/memory.h"
#include "run/stage_run.h"
#include "run/stop.h"

#include <inttypes.h>
#include <string.h>

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

enum status run_stage_finish(struct run *run, enum stage_id id, bool *is_stopped,
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
