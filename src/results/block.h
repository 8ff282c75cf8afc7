/* One block of one stage: its values in memory, and its bytes in the file.
 *
 * A block is committed when the status of all its points is not pending; its checksum
 * then vouches for columns and status.  The order of writes is columns, checksum,
 * status: a reader never sees a status before the values it stands for. */
#ifndef NVSWEEP_RESULTS_BLOCK_H
#define NVSWEEP_RESULTS_BLOCK_H

#include "results/layout.h"
#include "results/raw.h"

/* Memory for the values of `points` points of a stage. */
struct block {
    const struct stage *stage;
    uint64_t points;
    struct columns columns;
    int8_t *status;
};

/* All values NaN or COUNT_NONE, all points pending. */
void block_alloc(struct block *block, const struct stage *stage, uint64_t points);
void block_free(struct block *block);

/* Values of points first.. NaN or COUNT_NONE. */
void block_empty(const struct block *block, uint64_t first, uint64_t count);

/* The column pointers moved to the block's i-th point. */
struct columns block_columns_at(const struct block *block, uint64_t i);

/* CRC-32C over the columns in the stage's order, then the status. */
uint32_t block_checksum(const struct block *block, uint64_t points);

/* Write columns and checksum (*known, or NULL: compute it); the block stays pending. */
enum status block_write_values(const struct raw *raw, const struct stage_layout *layout,
                               uint64_t index, const struct block *block,
                               const uint32_t *known, struct error *err);

/* Write the status: the block is committed. */
enum status block_write_status(const struct raw *raw, const struct stage_layout *layout,
                               uint64_t index, const int8_t *status, struct error *err);

enum block_state {
    BLOCK_PENDING,   /* no point has a status */
    BLOCK_PARTIAL,   /* some points have: cut off while committing */
    BLOCK_COMMITTED, /* all have, and the checksum agrees */
    BLOCK_DAMAGED,   /* all have, and the checksum does not */
};

/* Read a block and judge it; its values are in `block` where it is committed. */
enum status block_read(const struct raw *raw, const struct stage_layout *layout,
                       uint64_t index, struct block *block, enum block_state *state,
                       struct error *err);

/* Make it pending again. */
enum status block_clear(const struct raw *raw, const struct stage_layout *layout,
                        uint64_t index, struct error *err);

enum status block_attempts_read(const struct raw *raw,
                                const struct stage_layout *layout, uint64_t index,
                                uint8_t *attempts, struct error *err);
enum status block_attempts_write(const struct raw *raw,
                                 const struct stage_layout *layout, uint64_t index,
                                 uint8_t attempts, struct error *err);

#endif
