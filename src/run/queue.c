#include "run/queue.h"

#include "workload/layer_cache.h"
#include "base/memory.h"
#include "run/scheduler.h"
#include "run/stop.h"

#include <stdlib.h>
#include <string.h>

enum { COST_SAMPLES = 8 }; /* most points of a block whose cost is modelled */

/* What a rank finds in one block. */
struct block_finding {
    uint8_t is_pending, is_damaged, attempts;
};

/* The blocks that a rank checks.  If only rank 0 has the file, it checks all. */
static struct range share_of(uint64_t total, int ranks, int rank, bool is_root_only)
{
    uint64_t first = total * (uint64_t)rank / (uint64_t)ranks;

    if (is_root_only)
        return (struct range){ 0, rank ? 0 : total };
    return (struct range){ first,
                           total * (uint64_t)(rank + 1) / (uint64_t)ranks - first };
}

static enum status block_find(const struct raw *raw, const struct stage_layout *layout,
                              uint64_t index, struct block *values,
                              struct block_finding *finding, struct error *err)
{
    enum block_state state = BLOCK_PENDING;
    enum status status = block_read(raw, layout, index, values, &state, err);

    if (status == STATUS_OK)
        status = block_attempts_read(raw, layout, index, &finding->attempts, err);
    if (status != STATUS_OK)
        return status;
    finding->is_pending = state != BLOCK_COMMITTED;
    finding->is_damaged = state == BLOCK_DAMAGED;
    if (state == BLOCK_PARTIAL || state == BLOCK_DAMAGED)
        status = block_clear(raw, layout, index, err);
    if (state == BLOCK_COMMITTED && finding->attempts && status == STATUS_OK)
        status = block_attempts_write(raw, layout, index, 0, err);
    return status;
}

static enum status share_find(const struct stage *stage, const struct raw *raw,
                              const struct stage_layout *layout, struct range share,
                              struct block_finding *findings, struct error *err)
{
    struct block values;
    enum status status = STATUS_OK;

    block_alloc(&values, stage, layout->block_points);
    for (uint64_t i = 0; i < share.count && status == STATUS_OK; i++)
        status = stop_reason() ? error_set(err, STATUS_RESUME,
                                           "%s: stopped by %s while it was checked",
                                           raw->path, stop_reason())
                               : block_find(raw, layout, share.first + i, &values,
                                            &findings[share.first + i], err);
    block_free(&values);
    return status;
}

/* Gives all findings to every rank: at most LAYOUT_BLOCKS_MOST entries of 3 bytes. */
static void findings_share(struct block_finding *findings, uint64_t blocks,
                           bool is_root_only, MPI_Comm comm)
{
    int ranks, *counts, *firsts;

    MPI_Comm_size(comm, &ranks);
    counts = alloc_array((size_t)ranks, sizeof *counts);
    firsts = alloc_array((size_t)ranks, sizeof *firsts);
    for (int r = 0; r < ranks; r++) {
        struct range share = share_of(blocks, ranks, r, is_root_only);

        counts[r] = (int)(share.count * sizeof *findings);
        firsts[r] = (int)(share.first * sizeof *findings);
    }
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, findings, counts, firsts,
                   MPI_BYTE, comm);
    free(counts);
    free(firsts);
}

/* Model seconds of a block, estimated from a few of its points. */
static double block_cost_s(const struct study *study, enum stage_id id,
                           struct range points, struct layer_cache *layers)
{
    uint64_t samples = points.count < COST_SAMPLES ? points.count : COST_SAMPLES;
    const struct grid *grid = &study->grids[id];
    double cost_s = 0;

    for (uint64_t i = 0; i < samples; i++) {
        struct point point;

        grid_point(grid, &study->sweep->space,
                   points.first + i * points.count / samples, &point);
        cost_s += stage_cost_s(study, id, &point, layers);
    }
    cost_s *= (double)points.count / (double)samples;
    return cost_s > 0 ? cost_s : 1e-9;
}

enum status queue_build(struct queue *queue, const struct study *study,
                        const struct stage *stage, enum stage_id id,
                        const struct raw *raw, const struct stage_layout *layout,
                        bool is_root_only, MPI_Comm comm, struct error *err)
{
    struct block_finding *findings = alloc_array(layout->blocks, sizeof *findings);
    struct layer_cache layers = { .count = 0 };
    enum status status;
    int rank, ranks;

    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &ranks);
    *queue = (struct queue){ 0 };
    status = share_find(stage, raw, layout,
                        share_of(layout->blocks, ranks, rank, is_root_only), findings,
                        err);
    status = run_agree(comm, status, err);
    if (status != STATUS_OK)
        goto out;
    findings_share(findings, layout->blocks, is_root_only, comm);
    queue->blocks = alloc_array(layout->blocks, sizeof *queue->blocks);
    queue->attempts = alloc_array(layout->blocks, sizeof *queue->attempts);
    queue->costs_s = rank ? NULL : alloc_array(layout->blocks, sizeof *queue->costs_s);
    for (uint64_t b = 0; b < layout->blocks; b++) {
        struct range points = layout_block(layout, b);

        queue->damaged += findings[b].is_damaged;
        if (!findings[b].is_pending) {
            queue->committed += points.count;
            continue;
        }
        if (queue->costs_s)
            queue->costs_s[queue->count] = block_cost_s(study, id, points, &layers);
        queue->blocks[queue->count++] = (uint32_t)b;
    }
    layer_cache_free(&layers);
    if (queue->costs_s)
        scheduler_order(queue->blocks, queue->costs_s, queue->count);
    MPI_Bcast(queue->blocks, (int)queue->count, MPI_UINT32_T, 0, comm);
    for (uint32_t i = 0; i < queue->count; i++)
        queue->attempts[i] = findings[queue->blocks[i]].attempts;
out:
    free(findings);
    return status;
}

enum status queue_check(const struct stage *stage, const struct raw *raw,
                        const struct stage_layout *layout, int shares, int share,
                        uint64_t *pending, uint64_t *damaged, struct error *err)
{
    /* Another share than the one that this rank checked when the stage began. */
    struct range blocks = share_of(layout->blocks, shares, (share + 1) % shares, false);
    enum status status = STATUS_OK;
    struct block values;

    block_alloc(&values, stage, layout->block_points);
    *pending = *damaged = 0;
    for (uint64_t i = 0; i < blocks.count && status == STATUS_OK; i++) {
        enum block_state state = BLOCK_PENDING;

        status = block_read(raw, layout, blocks.first + i, &values, &state, err);
        *pending += state == BLOCK_PENDING || state == BLOCK_PARTIAL;
        *damaged += state == BLOCK_DAMAGED;
    }
    block_free(&values);
    return status;
}

void queue_free(struct queue *queue)
{
    free(queue->blocks);
    free(queue->attempts);
    free(queue->costs_s);
    *queue = (struct queue){ 0 };
}
