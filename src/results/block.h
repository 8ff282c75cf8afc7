/* One block of one stage: its values in memory, and its bytes in the file.
 *
 * A block is committed when no point of it is pending; its checksum then covers the columns
 * and the status.  Columns are written first, then the checksum, then the status, so a
 * reader never sees a status without its values. */
#ifndef NVSWEEP_RESULTS_BLOCK_H
#define NVSWEEP_RESULTS_BLOCK_H

#include "results/layout.h"
#include "results/raw.h"

/* The values of `points` points of a stage in memory. */
struct block {
    const struct stage *stage;
    uint64_t points;
    struct columns columns;
    int8_t *status;
};

/* Allocates a block whose values are NaN or COUNT_NONE and whose points are pending. */
void block_alloc(struct block *block, const struct stage *stage, uint64_t points);
void block_free(struct block *block);

/* Sets the values of points [first, first + count) to NaN or COUNT_NONE. */
void block_empty(const struct block *block, uint64_t first, uint64_t count);

/* Column pointers that begin at the block's i-th point. */
struct columns block_columns_at(const struct block *block, uint64_t i);

/* CRC-32C over the columns in the stage's order, then the status. */
uint32_t block_checksum(const struct block *block, uint64_t points);

/* Writes columns and checksum (*known; NULL: computed here).  The block stays pending. */
enum status block_write_values(const struct raw *raw, const struct stage_layout *layout,
                               uint64_t index, const struct block *block,
                               const uint32_t *known, struct error *err);

/* Writes the status, which commits the block. */
enum status block_write_status(const struct raw *raw, const struct stage_layout *layout,
                               uint64_t index, const int8_t *status, struct error *err);

enum block_state {
    BLOCK_PENDING,   /* no point has a status */
    BLOCK_PARTIAL,   /* some points have a status: the commit was interrupted */
    BLOCK_COMMITTED, /* all points have a status, and the checksum matches */
    BLOCK_DAMAGED,   /* all points have a status, but the checksum does not match */
};

/* Reads a block and finds its state; `block` holds its values if it is committed. */
enum status block_read(const struct raw *raw, const struct stage_layout *layout,
                       uint64_t index, struct block *block, enum block_state *state,
                       struct error *err);

/* Makes the block pending again. */
enum status block_clear(const struct raw *raw, const struct stage_layout *layout,
                        uint64_t index, struct error *err);

enum status block_attempts_read(const struct raw *raw,
                                const struct stage_layout *layout, uint64_t index,
                                uint8_t *attempts, struct error *err);
enum status block_attempts_write(const struct raw *raw,
                                 const struct stage_layout *layout, uint64_t index,
                                 uint8_t attempts, struct error *err);

#endif
