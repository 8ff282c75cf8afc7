/* Where the raw data of a result file lies.
 *
 * The points of a stage are committed in blocks: contiguous ranges whose size depends on the
 * sweep only, so a finished file has the same bytes for any number of ranks.  Every dataset
 * is contiguous and allocated when the file is created.  A block's share of a dataset is
 * therefore a known byte range, and code that has the layout reads and writes raw data
 * without HDF5 and without touching metadata. */
#ifndef NVSWEEP_RESULTS_LAYOUT_H
#define NVSWEEP_RESULTS_LAYOUT_H

#include "stage/stage.h"

/* Most blocks of a stage.  Limits the memory for blocks to 27 MiB on the coordinator and
 * 8 MiB on other ranks.  With many ranks the number of blocks limits the speedup, not the
 * coordinator: 10^4 ranks get 105 blocks each and are 96 % efficient, 10^5 ranks get ten
 * and are 68 % efficient; with a quarter of the blocks these are 88 % and 40 % (simulated:
 * tests/bench_scheduler.c). */
enum { LAYOUT_BLOCKS_MOST = 1 << 20 };

struct stage_layout {
    uint64_t points; /* 0: the file does not have the stage */
    uint64_t block_points, blocks;
    uint64_t status_offset;   /* int8_t per point */
    uint64_t checksum_offset; /* uint32_t per block */
    uint64_t attempts_offset; /* uint8_t per block */
    uint64_t column_offsets[COLUMNS_MAX];
    uint32_t column_bytes[COLUMNS_MAX]; /* of one point */
    uint32_t columns;
};

/* Plain data, which ranks send to each other as bytes. */
struct layout {
    uint64_t file_bytes;
    struct stage_layout stages[STAGE_COUNT];
};

/* Points per block: what the stage prefers, or more to keep to LAYOUT_BLOCKS_MOST. */
uint64_t layout_block_points(uint64_t points, uint64_t preferred);

/* ceil(points / block_points) */
uint64_t layout_blocks(uint64_t points, uint64_t block_points);

/* The points of a block; the last one may be shorter. */
struct range layout_block(const struct stage_layout *stage, uint64_t block);

/* Bytes of one point in all columns of the stage, with its status. */
uint64_t layout_point_bytes(const struct stage_layout *stage);

/* Mean number of bytes per write into the file: a block is written column by column, then its
 * checksum, its status and twice its count of attempts. */
double layout_write_bytes(const struct layout *layout);

/* Sets the sizes of a stage's datasets from its metrics, without offsets.  preferred: points
 * per block (stage_block_points). */
void layout_stage_init(struct stage_layout *layout, const struct stage *stage,
                       uint64_t points, uint64_t preferred);

#endif
