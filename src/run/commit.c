#include "run/commit.h"

#include "base/memory.h"
#include "run/stop.h"

#include <stdlib.h>
#include <string.h>

enum { WAITING_BYTES = 8 << 20 }; /* most memory for statuses that wait */

struct waiting {
    uint32_t block;
    int8_t *status;
};

void commit_begin(struct commit *commit, const struct stage_layout *layout,
                  bool is_power, double sync_s)
{
    commit->layout = layout;
    commit->is_power = is_power;
    commit->sync_s = sync_s > 0 ? sync_s : COMMIT_SYNC_S;
    commit->remote = NULL;
    commit->waiting = NULL;
    commit->waiting_count = commit->waiting_bytes = 0;
    commit->synced_s = clock_s();
}

static enum status attempts_note(struct commit *commit, uint32_t block,
                                 uint8_t attempts, struct error *err)
{
    if (!commit->remote)
        return block_attempts_write(&commit->raw, commit->layout, block, attempts, err);
    remote_attempts(commit->remote, block, attempts);
    return STATUS_OK;
}

enum status commit_attempt(struct commit *commit, uint32_t block, uint8_t attempts,
                           struct error *err)
{
    uint8_t more = attempts < UINT8_MAX ? (uint8_t)(attempts + 1) : attempts;

    return attempts_note(commit, block, more, err);
}

enum status commit_withdraw(struct commit *commit, uint32_t block, uint8_t attempts,
                            struct error *err)
{
    return attempts_note(commit, block, attempts, err);
}

static enum status status_write(struct commit *commit, uint32_t block,
                                const int8_t *status, struct error *err)
{
    enum status result = block_write_status(&commit->raw, commit->layout, block, status,
                                            err);

    if (result == STATUS_OK)
        result = block_attempts_write(&commit->raw, commit->layout, block, 0, err);
    return result;
}

/* Writes the values now, and the status now or after the next sync. */
static enum status values_commit(struct commit *commit, uint32_t block,
                                 const struct block *values, const uint32_t *checksum,
                                 struct error *err)
{
    uint64_t points = layout_block(commit->layout, block).count;
    enum status status = block_write_values(&commit->raw, commit->layout, block, values,
                                            checksum, err);
    struct waiting *last;

    if (status != STATUS_OK)
        return status;
    if (!commit->is_power)
        return status_write(commit, block, values->status, err);
    commit->waiting = realloc_array(commit->waiting, commit->waiting_count + 1,
                                    sizeof *commit->waiting);
    last = &commit->waiting[commit->waiting_count++];
    *last = (struct waiting){ block, alloc_array(points, sizeof(int8_t)) };
    memcpy(last->status, values->status, points);
    commit->waiting_bytes += points;
    if (commit->waiting_bytes < WAITING_BYTES &&
        clock_s() - commit->synced_s < commit->sync_s)
        return STATUS_OK;
    return commit_flush(commit, err);
}

enum status commit_block(struct commit *commit, uint32_t block,
                         const struct block *values, struct error *err)
{
    if (!commit->remote)
        return values_commit(commit, block, values, NULL, err);
    remote_block(commit->remote, commit->layout, block, values);
    return STATUS_OK;
}

enum status commit_received(struct commit *commit, const struct stage *stage,
                            char *message, size_t bytes, struct error *err)
{
    struct remote_write head;
    struct block values;

    if (bytes < sizeof head)
        return error_set(err, STATUS_IO, "a rank sent a block of %zu bytes", bytes);
    memcpy(&head, message, sizeof head);
    if (head.block >= commit->layout->blocks)
        return error_set(err, STATUS_IO, "a rank sent block %u of %llu", head.block,
                         (unsigned long long)commit->layout->blocks);
    if (!head.has_values)
        return block_attempts_write(&commit->raw, commit->layout, head.block,
                                    head.attempts, err);
    if (!remote_values(commit->layout, stage, message, bytes, &values))
        return error_set(err, STATUS_IO, "a rank sent block %u in %zu bytes",
                         head.block, bytes);
    return values_commit(commit, head.block, &values, &head.checksum, err);
}

enum status commit_flush(struct commit *commit, struct error *err)
{
    enum status status = STATUS_OK;

    if (commit->remote)
        remote_flush(commit->remote);
    if (!commit->waiting_count)
        return STATUS_OK;
    status = raw_sync(&commit->raw, err);
    for (size_t i = 0; i < commit->waiting_count && status == STATUS_OK; i++)
        status = status_write(commit, commit->waiting[i].block,
                              commit->waiting[i].status, err);
    commit_end(commit);
    commit->synced_s = clock_s();
    return status;
}

void commit_end(struct commit *commit)
{
    for (size_t i = 0; i < commit->waiting_count; i++)
        free(commit->waiting[i].status);
    free(commit->waiting);
    commit->waiting = NULL;
    commit->waiting_count = commit->waiting_bytes = 0;
}
