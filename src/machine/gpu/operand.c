#include "machine/gpu/operand.h"

#include "base/stop.h"
#include "base/memory.h"
#include "workload/access.h"

#include <stdlib.h>
#include <string.h>

/* The purpose of a pass over an operand's lines. */
enum purpose { COUNT_PER_TILE, FILL, COUNT_ALL };

struct lister {
    struct tile_list *list;
    const struct operand *operand;
    const struct granularity *granularity;
    /* tile sizes of the operand's first and second index */
    uint64_t tile_first, tile_second;
    enum purpose purpose;
    uint64_t accesses;
    uint64_t last_line, last_tile;
};

struct operand operand_matrix(uint64_t first_line, bool rows_are_x, uint64_t rows,
                              uint64_t length)
{
    return (struct operand){
        .kind = OPERAND_MATRIX,
        .first_line = first_line,
        .first_is_x = rows_are_x,
        .matrix = { .rows = rows,
                    .length = length,
                    .pitch = length,
                    .outer = 1,
                    .inner = 1 },
    };
}

struct operand operand_planes(uint64_t first_line, bool channels_are_x,
                              uint64_t samples, uint64_t all_channels, uint64_t height,
                              uint64_t width)
{
    return (struct operand){
        .kind = OPERAND_PLANES,
        .first_line = first_line,
        .first_is_x = channels_are_x,
        .planes = { .samples = samples,
                    .channels = all_channels,
                    .height = 1,
                    .width = height * width,
                    .all_channels = all_channels,
                    .taps_h = 1,
                    .taps_w = 1,
                    .up = 1,
                    .down = 1,
                    .up_w = 1,
                    .down_w = 1,
                    .dilation = 1,
                    .p = 1,
                    .q = height * width },
    };
}

/* Adds the tile's access to elements [low, high) of the line.  Contiguous pixels are loaded
 * together, with one access per line even if an image row ends in it. */
static inline void put(struct lister *lister, uint64_t tile, uint64_t line,
                       uint64_t low, uint64_t high)
{
    const struct granularity *grain = lister->granularity;
    struct tile_list *list = lister->list;
    uint32_t sectors, *entry;

    bool is_new = tile != lister->last_tile || line != lister->last_line;

    if (lister->purpose == COUNT_ALL) {
        lister->accesses += is_new;
    } else if (lister->purpose == COUNT_PER_TILE) {
        list->starts[tile + 1] += is_new;
    } else {
        sectors =
            (uint32_t)((high - 1) * grain->sectors_per_line / grain->elements_per_line -
                       low * grain->sectors_per_line / grain->elements_per_line + 1);
        if (is_new) {
            list->entries[list->starts[tile]++] = access_pack(
                (uint32_t)(line >> grain->shift), sectors, 0);
        } else {
            entry = &list->entries[list->starts[tile] - 1];
            sectors += access_sectors(*entry);
            if (sectors > grain->sectors_per_line)
                sectors = (uint32_t)grain->sectors_per_line;
            *entry = access_pack(*entry & ACCESS_LINE_MASK, sectors, 0);
        }
    }
    lister->last_tile = tile;
    lister->last_line = line;
}

/* Adds the accesses to elements [low, high) of the line, which are elements (first, second ..
 * last) of the product's operand. */
static inline void put_run(struct lister *lister, uint64_t product, uint64_t first,
                           uint64_t second, uint64_t last, uint64_t line, uint64_t low,
                           uint64_t high)
{
    const struct tile_list *list = lister->list;
    uint64_t row = first / lister->tile_first;
    uint64_t from = second / lister->tile_second, to = last / lister->tile_second;
    uint64_t base = product * list->tiles_x * list->tiles_y;

    for (uint64_t column = from; column <= to; column++)
        put(lister,
            base + (lister->operand->first_is_x ? row * list->tiles_y + column
                                                : column * list->tiles_y + row),
            line, low, high);
}

static void visit_row(struct lister *lister, uint64_t product, uint64_t row,
                      uint64_t begin, uint64_t length)
{
    const struct granularity *grain = lister->granularity;
    uint64_t per_line = grain->elements_per_line, end = begin + length;
    uint64_t base = lister->operand->first_line;
    uint64_t first = base + begin / per_line, last = base + (end - 1) / per_line;

    lister->last_line = UINT64_MAX; /* each row is loaded separately */
    for (uint64_t group = first >> grain->shift; group <= last >> grain->shift;
         group++) {
        uint64_t line = sampled_line(group, grain->shift), start, low, high;

        if (line < first || line > last)
            continue;
        start = (line - base) * per_line;
        low = start > begin ? start : begin;
        high = start + per_line < end ? start + per_line : end;
        put_run(lister, product, row, low - begin, high - 1 - begin, line, low - start,
                high - start);
    }
}

static void visit_matrix(struct lister *lister)
{
    const struct operand *operand = lister->operand;

    for (uint64_t outer = 0; outer < operand->matrix.outer; outer++)
        for (uint64_t inner = 0; inner < operand->matrix.inner; inner++)
            for (uint64_t row = 0; row < operand->matrix.rows && !stop_is_wanted();
                 row++)
                visit_row(lister, outer * operand->matrix.inner + inner, row,
                          operand->offset + outer * operand->matrix.outer_stride +
                              inner * operand->matrix.inner_stride +
                              row * operand->matrix.pitch,
                          operand->matrix.length);
}

/* The positions o in [0, count) with o * down = i * up + pad - tap for some i in [low, high]. */
struct positions {
    int64_t first, last;
};

static inline struct positions positions_of(int64_t low, int64_t high, int64_t up,
                                            int64_t down, int64_t shift, int64_t count)
{
    int64_t first = low * up + shift, last = high * up + shift;

    if (down > 1) {
        first = first > 0 ? (first + down - 1) / down : 0;
        last = last >= 0 ? last / down : -1;
    }
    return (struct positions){ first > 0 ? first : 0, last < count ? last : count - 1 };
}

/* Adds the accesses to elements [low, high) of a channel's plane, which are stored in the line
 * from its element `at` on. */
static void visit_plane(struct lister *lister, uint64_t sample, uint64_t channel,
                        uint64_t low, uint64_t high, uint64_t line, uint64_t at)
{
    const struct operand *o = lister->operand;
    int64_t up = (int64_t)o->planes.up, down = (int64_t)o->planes.down;
    int64_t up_w = (int64_t)o->planes.up_w, down_w = (int64_t)o->planes.down_w;
    uint64_t width = o->planes.width;
    uint64_t top = low / width, bottom = (high - 1) / width;

    for (uint64_t r = 0; r < o->planes.taps_h; r++)
        for (uint64_t s = 0; s < o->planes.taps_w; s++) {
            if (o->planes.separate_taps)
                lister->last_line = UINT64_MAX;
            for (uint64_t h = top; h <= bottom; h++) {
                uint64_t left = h == top ? low % width : 0;
                uint64_t right = h == bottom ? (high - 1) % width : width - 1;
                struct positions p = positions_of((int64_t)h, (int64_t)h, up, down,
                                                  o->planes.pad_h -
                                                      (int64_t)(r * o->planes.dilation),
                                                  (int64_t)o->planes.p);
                struct positions q = positions_of(
                    (int64_t)left, (int64_t)right, up_w, down_w,
                    o->planes.pad_w - (int64_t)(s * o->planes.dilation),
                    (int64_t)o->planes.q);
                uint64_t row = (sample * o->planes.p + (uint64_t)p.first) * o->planes.q;

                if (p.first > p.last || q.first > q.last)
                    continue;
                put_run(
                    lister, 0, (channel * o->planes.taps_h + r) * o->planes.taps_w + s,
                    row + (uint64_t)q.first, row + (uint64_t)q.last, line,
                    at + (h * width + left - low), at + (h * width + right - low) + 1);
            }
        }
}

static void visit_planes_line(struct lister *lister, uint64_t sample, uint64_t begin,
                              uint64_t end, uint64_t line)
{
    const struct operand *o = lister->operand;
    uint64_t per_line = lister->granularity->elements_per_line;
    uint64_t plane = o->planes.height * o->planes.width;
    uint64_t start = (line - o->first_line) * per_line;
    uint64_t low = start > begin ? start : begin;
    uint64_t high = start + per_line < end ? start + per_line : end;

    while (low < high) {
        uint64_t channel = (low - begin) / plane, in_plane = (low - begin) % plane;
        uint64_t count = plane - in_plane < high - low ? plane - in_plane : high - low;

        visit_plane(lister, sample, channel, in_plane, in_plane + count, line,
                    low - start);
        low += count;
    }
}

static void visit_planes(struct lister *lister)
{
    const struct operand *o = lister->operand;
    unsigned shift = lister->granularity->shift;
    uint64_t per_line = lister->granularity->elements_per_line;
    uint64_t plane = o->planes.height * o->planes.width;

    for (uint64_t sample = 0; sample < o->planes.samples; sample++) {
        uint64_t begin = o->offset +
                         (sample * o->planes.all_channels + o->planes.first_channel) *
                             plane;
        uint64_t end = begin + o->planes.channels * plane;
        uint64_t first = o->first_line + begin / per_line;
        uint64_t last = o->first_line + (end - 1) / per_line;

        for (uint64_t group = first >> shift;
             group <= last >> shift && !stop_is_wanted(); group++) {
            uint64_t line = sampled_line(group, shift);

            if (line >= first && line <= last)
                visit_planes_line(lister, sample, begin, end, line);
        }
    }
}

static void visit(struct lister *lister, enum purpose purpose)
{
    lister->purpose = purpose;
    lister->last_line = lister->last_tile = UINT64_MAX;
    if (lister->operand->kind == OPERAND_MATRIX)
        visit_matrix(lister);
    else
        visit_planes(lister);
}

static uint32_t *room(uint32_t *array, uint64_t *have, uint64_t want)
{
    if (want <= *have)
        return array;
    *have = want + want / 4;
    free(array);
    return alloc_array(*have, sizeof *array);
}

void tile_list_fill(struct tile_list *list, const struct operand *operand,
                    const struct granularity *granularity, uint64_t products,
                    uint64_t size_x, uint64_t size_y, uint64_t tile_x, uint64_t tile_y)
{
    uint64_t tiles;
    struct lister lister = {
        .list = list,
        .operand = operand,
        .granularity = granularity,
        .tile_first = operand->first_is_x ? tile_x : tile_y,
        .tile_second = operand->first_is_x ? tile_y : tile_x,
    };

    list->tiles_x = (size_x + tile_x - 1) / tile_x;
    list->tiles_y = (size_y + tile_y - 1) / tile_y;
    tiles = products * list->tiles_x * list->tiles_y;
    list->starts = room(list->starts, &list->starts_room, tiles + 2);
    memset(list->starts, 0, (tiles + 2) * sizeof *list->starts);
    visit(&lister, COUNT_PER_TILE);
    for (uint64_t i = 1; i <= tiles; i++)
        list->starts[i] += list->starts[i - 1];
    list->entries = room(list->entries, &list->entries_room, list->starts[tiles]);
    visit(&lister, FILL);
    /* Filling has advanced each start to the next one. */
    memmove(list->starts + 1, list->starts, tiles * sizeof *list->starts);
    list->starts[0] = 0;
}

uint64_t operand_accesses(const struct operand *operand,
                          const struct granularity *granularity, uint64_t size_x,
                          uint64_t size_y, uint64_t tile_x, uint64_t tile_y)
{
    struct granularity all = *granularity;
    struct tile_list shape = { .tiles_x = (size_x + tile_x - 1) / tile_x,
                               .tiles_y = (size_y + tile_y - 1) / tile_y };
    struct lister lister = {
        .list = &shape,
        .operand = operand,
        .granularity = &all,
        .tile_first = operand->first_is_x ? tile_x : tile_y,
        .tile_second = operand->first_is_x ? tile_y : tile_x,
    };

    all.shift = 0;
    visit(&lister, COUNT_ALL);
    return lister.accesses;
}

uint64_t operand_lines(const struct operand *operand,
                       const struct granularity *granularity)
{
    uint64_t elements;

    if (operand->kind == OPERAND_MATRIX)
        elements = operand->matrix.outer * operand->matrix.inner *
                   operand->matrix.rows * operand->matrix.length;
    else
        elements = operand->planes.samples * operand->planes.channels *
                   operand->planes.height * operand->planes.width;
    return elements / granularity->elements_per_line + 1;
}

void tile_list_free(struct tile_list *list)
{
    free(list->starts);
    free(list->entries);
    *list = (struct tile_list){ 0 };
}
