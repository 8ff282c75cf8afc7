/* The operands of a matrix product in memory, and which tile of which step touches
 * which of their cache lines.
 *
 * An operand has two indices x and y and is cut into tiles of tile_x by tile_y.  Its
 * lines are listed per tile (tile_list), found not by walking the tiles but by asking
 * of each line which tiles touch it; so a sample of the lines costs a sample of the
 * time.
 *
 * Only one line in 2^shift is followed: of each aligned group of 2^shift lines one,
 * chosen by a hash (spatial sampling after Waldspurger et al., SHARDS, FAST 2015,
 * stratified so that a run of lines is searched by arithmetic).  Accesses carry the
 * number of the group; with shift 0 that is the line. */
#ifndef NVSWEEP_GPU_OPERAND_H
#define NVSWEEP_GPU_OPERAND_H

#include <stdbool.h>
#include <stdint.h>

/* How memory is divided. */
struct granularity {
    uint64_t elements_per_line;
    uint64_t sectors_per_line; /* at most 4 */
    unsigned shift;            /* log2 of the lines a sampled line stands for */
};

/* The sampled line of a group. */
static inline uint64_t sampled_line(uint64_t group, unsigned shift)
{
    uint64_t hash = (group + 1) * UINT64_C(0x9e3779b97f4a7c15);

    hash = (hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return group << shift | (hash >> 32 & ((UINT64_C(1) << shift) - 1));
}

enum operand_kind { OPERAND_MATRIX, OPERAND_PLANES };

/* MATRIX: `rows` runs of `length` contiguous elements, `pitch` apart; outer x inner
 * such matrices at their strides, one per product of a batch.
 *
 * PLANES: samples x channels x height x width, rows contiguous, seen through a window
 * of taps: one index is (channel, tap row, tap column), the other the pixel (sample, p,
 * q) for which that tap falls on an element: p = (h * up + pad_h - r * dilation) / down
 * where that divides, likewise q.  A convolution has up 1 and down its stride; its data
 * gradient the reverse, with pad_h = dilation * (kernel - 1) - pad. */
struct operand {
    enum operand_kind kind;
    uint64_t first_line;
    uint64_t offset; /* elements before the first */
    bool first_is_x; /* rows, or channels, are index x; the other index is y */
    struct {
        uint64_t rows, length, pitch;
        uint64_t outer, outer_stride, inner, inner_stride;
    } matrix;
    struct {
        uint64_t samples, channels, height, width;
        uint64_t first_channel, all_channels;
        uint64_t taps_h, taps_w, up, down; /* along columns */
        uint64_t up_w, down_w;             /* along rows */
        uint64_t dilation;
        int64_t pad_h, pad_w;
        uint64_t p, q;
        bool separate_taps; /* a line is accessed once per tap that falls on it */
    } planes;
};

/* A matrix of rows x length elements at first_line (a single product). */
struct operand operand_matrix(uint64_t first_line, bool rows_are_x, uint64_t rows,
                              uint64_t length);

/* channels [first, + count) of samples x all x height x width, seen pixel by pixel. */
struct operand operand_planes(uint64_t first_line, bool channels_are_x,
                              uint64_t samples, uint64_t all_channels, uint64_t height,
                              uint64_t width);

/* Lists of accesses by tile: of tile (product b, i, j) those from
 * entries[starts[(b * tiles_x + i) * tiles_y + j]] up to the next start. */
struct tile_list {
    uint64_t tiles_x, tiles_y;
    uint32_t *starts;
    uint32_t *entries; /* access_pack without ACCESS_WRITE */
    uint64_t starts_room, entries_room;
};

/* Memory is reused from call to call; freed with tile_list_free. */
void tile_list_fill(struct tile_list *list, const struct operand *operand,
                    const struct granularity *granularity, uint64_t products,
                    uint64_t size_x, uint64_t size_y, uint64_t tile_x, uint64_t tile_y);
/* All accesses that the lists of an operand would hold with every line followed, counted
 * line by line. */
uint64_t operand_accesses(const struct operand *operand,
                          const struct granularity *granularity, uint64_t size_x,
                          uint64_t size_y, uint64_t tile_x, uint64_t tile_y);

/* Lines an operand lies in, roughly. */
uint64_t operand_lines(const struct operand *operand,
                       const struct granularity *granularity);
void tile_list_free(struct tile_list *list);

#endif
