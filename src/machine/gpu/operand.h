/* The operands of a matrix product in memory, and the cache lines that each of their tiles
 * covers.
 *
 * An operand has two indices x and y and is divided into tiles of tile_x by tile_y.  tile_list
 * has the lines of each tile.  It is built by a loop over lines, not tiles, so that sampling the
 * lines also reduces the time.
 *
 * One line in 2^shift is traced: of each aligned group of 2^shift lines the one that a hash
 * chooses (spatial sampling, Waldspurger et al., SHARDS, FAST 2015; stratified by group, so that
 * the samples within an extent are found arithmetically).  Accesses carry the number of the
 * group, which is the line if shift is 0. */
#ifndef NVSWEEP_GPU_OPERAND_H
#define NVSWEEP_GPU_OPERAND_H

#include <stdbool.h>
#include <stdint.h>

/* The division of memory into lines and sectors. */
struct granularity {
    uint64_t elements_per_line;
    uint64_t sectors_per_line; /* at most 4 */
    unsigned shift;            /* log2 of the lines that a sampled line represents */
};

/* Returns the sampled line of a group. */
static inline uint64_t sampled_line(uint64_t group, unsigned shift)
{
    uint64_t hash = (group + 1) * UINT64_C(0x9e3779b97f4a7c15);

    hash = (hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return group << shift | (hash >> 32 & ((UINT64_C(1) << shift) - 1));
}

enum operand_kind { OPERAND_MATRIX, OPERAND_PLANES };

/* MATRIX: `rows` rows of `length` contiguous elements, `pitch` elements apart; outer x inner
 * such matrices at their strides, one per product of a batch.
 *
 * PLANES: a tensor of samples x channels x height x width with contiguous rows, as an im2col
 * matrix that is not stored.  One index is (channel, tap row r, tap column), the other the pixel
 * (sample, p, q) at which that tap reads element (h, w): p = (h * up + pad_h - r * dilation) /
 * down if this is an integer, and q likewise.  A convolution has up = 1 and down = stride; its
 * data gradient has up = stride and down = 1, with pad_h = dilation * (kernel - 1) - pad. */
struct operand {
    enum operand_kind kind;
    uint64_t first_line;
    /* of the first element from the start of first_line, in elements */
    uint64_t offset;
    bool first_is_x; /* rows, or channels and taps, are index x, the other index is y */
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
        bool separate_taps; /* a line is accessed once for each tap that reads it */
    } planes;
};

/* Returns the operand of a single product: a matrix of rows x length elements at first_line. */
struct operand operand_matrix(uint64_t first_line, bool rows_are_x, uint64_t rows,
                              uint64_t length);

/* Returns all channels of a tensor of samples x all_channels x height x width with one tap: one
 * index is the channel, the other the pixel. */
struct operand operand_planes(uint64_t first_line, bool channels_are_x,
                              uint64_t samples, uint64_t all_channels, uint64_t height,
                              uint64_t width);

/* Accesses by tile.  Those of tile (i, j) of product b begin at
 * entries[starts[(b * tiles_x + i) * tiles_y + j]] and end before the next start. */
struct tile_list {
    uint64_t tiles_x, tiles_y;
    uint32_t *starts;
    uint32_t *entries; /* access_pack without ACCESS_WRITE */
    uint64_t starts_room, entries_room;
};

/* Fills in the list with the traced lines of each tile.  Its memory is reused from call to call
 * and freed with tile_list_free. */
void tile_list_fill(struct tile_list *list, const struct operand *operand,
                    const struct granularity *granularity, uint64_t products,
                    uint64_t size_x, uint64_t size_y, uint64_t tile_x, uint64_t tile_y);

/* Returns the number of accesses in the operand's lists if every line is traced. */
uint64_t operand_accesses(const struct operand *operand,
                          const struct granularity *granularity, uint64_t size_x,
                          uint64_t size_y, uint64_t tile_x, uint64_t tile_y);

/* Returns about how many lines the operand occupies. */
uint64_t operand_lines(const struct operand *operand,
                       const struct granularity *granularity);
void tile_list_free(struct tile_list *list);

#endif
