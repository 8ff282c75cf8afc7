/* Where the raw data of a result file lies.
 *
 * The points of a stage are committed in blocks: contiguous ranges whose size is a pure
 * function of the sweep, so that a finished file has the same bytes for any number of
 * ranks.  Every dataset is contiguous and allocated when the file is created; so the
 * share of a block in a dataset is a byte range known by arithmetic, and whoever knows
 * the layout can read and write raw data without a library and without touching
 * metadata. */
#ifndef NVSWEEP_RESULTS_LAYOUT_H
#define NVSWEEP_RESULTS_LAYOUT_H

#include "stage/stage.h"

/* Per stage.  Bounds what ranks keep about blocks, to 27 MiB on the coordinator and 8 MiB
 * elsewhere.  With many ranks it is the blocks that run short, not the coordinator's
 * answers: 10^4 ranks get 105 blocks each and are 96 % efficient, 10^5 get ten, 68 %; a
 * quarter of the blocks made that 88 % and 40 % (simulated: tests/bench_dealer.c). */
enum { LAYOUT_BLOCKS_MOST = 1 << 20 };

struct stage_layout {
    uint64_t points; /* 0: the stage is not in the file */
    uint64_t block_points, blocks;
    uint64_t status_offset;   /* int8_t per point */
    uint64_t checksum_offset; /* uint32_t per block */
    uint64_t attempts_offset; /* uint8_t per block */
    uint64_t column_offsets[COLUMNS_MAX];
    uint32_t column_bytes[COLUMNS_MAX]; /* of one point */
    uint32_t columns;
};

/* Plain data: ranks send it to each other as bytes. */
struct layout {
    uint64_t file_bytes;
    struct stage_layout stages[STAGE_COUNT];
};

/* Points per block: as the stage prefers, more where that would make too many blocks. */
uint64_t layout_block_points(uint64_t points, uint64_t preferred);

/* ceil(points / block_points) */
uint64_t layout_blocks(uint64_t points, uint64_t block_points);

/* The points of a block; the last one may be shorter. */
struct range layout_block(const struct stage_layout *stage, uint64_t block);

/* Bytes of one point in all columns of the stage, its status included. */
uint64_t layout_point_bytes(const struct stage_layout *stage);

/* Mean bytes of a write into the file: a block goes out column by column, with its checksum,
 * status and two notes of its attempts. */
double layout_write_bytes(const struct layout *layout);

/* The sizes of a stage's datasets without their offsets, from the stage's metrics; preferred:
 * points per block (stage_block_points). */
void layout_stage_init(struct stage_layout *layout, const struct stage *stage,
                       uint64_t points, uint64_t preferred);

#endif
