#include "results/layout.h"

uint64_t layout_blocks(uint64_t points, uint64_t block_points)
{
    return points / block_points + (points % block_points > 0);
}

uint64_t layout_block_points(uint64_t points, uint64_t preferred)
{
    uint64_t least = layout_blocks(points, LAYOUT_BLOCKS_MOST);

    if (!preferred)
        preferred = 1;
    return preferred > least ? preferred : least;
}

struct range layout_block(const struct stage_layout *stage, uint64_t block)
{
    uint64_t first = block * stage->block_points;
    uint64_t left = stage->points - first;

    return (struct range){
        .first = first,
        .count = left < stage->block_points ? left : stage->block_points,
    };
}

uint64_t layout_point_bytes(const struct stage_layout *stage)
{
    uint64_t bytes = sizeof(int8_t);

    for (uint32_t c = 0; c < stage->columns; c++)
        bytes += stage->column_bytes[c];
    return bytes;
}

void layout_stage_init(struct stage_layout *layout, const struct stage *stage,
                       uint64_t points, uint64_t preferred)
{
    uint64_t block_points = layout_block_points(points, preferred);

    *layout = (struct stage_layout){
        .points = points,
        .block_points = block_points,
        .blocks = layout_blocks(points, block_points),
        .columns = (uint32_t)stage->metric_count,
    };
    for (uint32_t c = 0; c < layout->columns; c++)
        layout->column_bytes[c] = (uint32_t)metric_point_bytes(&stage->metrics[c]);
}

double layout_write_bytes(const struct layout *layout)
{
    enum { WRITES_MORE = 4 }; /* checksum, status, attempts twice */
    double bytes = 0, writes = 0;

    for (int id = 0; id < STAGE_COUNT; id++) {
        const struct stage_layout *stage = &layout->stages[id];

        bytes += (double)stage->points * (double)layout_point_bytes(stage);
        writes += (double)stage->blocks * (double)(stage->columns + WRITES_MORE);
    }
    return writes > 0 ? bytes / writes : 0;
}
