#include "machine/gpu/block_kernel.h"

#include "base/divide.h"
#include "base/maths.h"
#include "base/memory.h"
#include "base/statistics.h"
#include "machine/gpu/gpu.h"

#include <math.h>
#include <stdlib.h>

enum {
    USES_MAX = 1 << 22, /* uses of sampled strips, approximately at most */
    STRIPS_MIN = 64,    /* fewest sampled strips, if there are as many */
    CHUNKS = 16,        /* strips into which a head's keys and values are cut */
    SUM_BYTES = 4,      /* of a partial sum in memory */
};

/* The logistic distribution of scale 1 / 1.702 is within 0.01 of the normal one of standard
 * deviation 1 (Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 23.3). */
#define LOGISTIC_PER_NORMAL 1.702

const struct word block_order_words[] = {
    { "bands", BLOCK_ORDER_BANDS },
    { "rows", BLOCK_ORDER_ROWS },
    { "columns", BLOCK_ORDER_COLUMNS },
    { "swizzle", BLOCK_ORDER_SWIZZLE },
    { NULL, 0 },
};

const struct word attention_order_words[] = {
    { "heads", ATTENTION_ORDER_HEADS },
    { "tiles", ATTENTION_ORDER_TILES },
    { NULL, 0 },
};

struct block_launch block_launch_of(const struct gpu *gpu)
{
    return (struct block_launch){
        .processors = gpu->processors,
        .ways = gpu->llc_ways,
        .drift = gpu->block_drift,
        .attention_drift = gpu->attention_drift,
        .order = (enum block_order)gpu->block_order,
        .swizzle = gpu->block_swizzle,
        .attention_order = (enum attention_order)gpu->attention_order,
        .dies = gpu->llc_dies,
        .dies_take_heads = gpu->dies_take_heads,
    };
}

/* The lag of the processor that starts block q of a wave, in standard deviations: the lags are
 * the quantiles of a normal distribution. */
static double processor_lag(const struct block_launch *launch, uint64_t q)
{
    double processors = (double)launch->processors;
    double u = ((double)(q % launch->processors) + 0.5) / processors;

    return maths_log(u / (1 - u)) / LOGISTIC_PER_NORMAL;
}

/* The start time of block q.  Blocks that share a processor run out of phase, so that it starts
 * one every 1 / blocks_per_processor of a block duration. */
static double block_start(const struct block_launch *launch, uint64_t per_processor,
                          uint64_t q)
{
    double wave = (double)(q / launch->processors) / (double)per_processor;

    return wave + launch->drift * sqrt(wave) * processor_lag(launch, q);
}

/* Adds the uses of a strip, whose times are almost sorted. */
static void strip_add(struct block_reuse *reuse, double *times, uint64_t count,
                      double duration, double bytes)
{
    for (uint64_t i = 1; i < count; i++) {
        double time = times[i];
        uint64_t at = i;

        for (; at > 0 && times[at - 1] > time; at--)
            times[at] = times[at - 1];
        times[at] = time;
    }
    for (uint64_t i = 0; i < count; i++)
        block_reuse_read(reuse, times[i], duration,
                         i ? times[i] - times[i - 1] : INFINITY, bytes);
}

/* Returns the stride at which `strips`, each used `uses` times, are sampled. */
static uint64_t sample_stride(double strips, double uses)
{
    double stride = ceil(strips * uses / USES_MAX);
    double most = floor(strips / STRIPS_MIN);

    if (stride > most)
        stride = most;
    return stride < 1 ? 1 : (uint64_t)stride;
}

struct tiling {
    uint64_t rows, columns; /* of tiles */
    uint64_t band;          /* tile rows per band */
};

static struct tiling tiling_of(const struct block_product *product,
                               const struct block_launch *launch)
{
    struct tiling tiling = {
        .rows = div_up(product->m, product->tile_m),
        .columns = div_up(product->n, product->tile_n),
    };

    switch (launch->order) {
    case BLOCK_ORDER_SWIZZLE: tiling.band = launch->swizzle; break;
    case BLOCK_ORDER_BANDS: tiling.band = BLOCK_BAND_ROWS / product->tile_m; break;
    case BLOCK_ORDER_ROWS: tiling.band = 1; break;
    case BLOCK_ORDER_COLUMNS: tiling.band = tiling.rows; break;
    }
    if (tiling.band == 0)
        tiling.band = 1;
    return tiling;
}

/* The position of a product's tile in the launch order. */
static uint64_t tile_rank(const struct tiling *tiling, uint64_t row, uint64_t column)
{
    uint64_t first = row / tiling->band * tiling->band;
    uint64_t height = tiling->rows - first < tiling->band ? tiling->rows - first
                                                          : tiling->band;

    return first * tiling->columns + column * height + (row - first);
}

static uint64_t tile_extent(uint64_t size, uint64_t tile, uint64_t index)
{
    uint64_t left = size - index * tile;

    return left < tile ? left : tile;
}

/* All bands use the whole of b; a row of a is used only within its band. */
struct block_windows block_product_window(const struct block_product *product,
                                          const struct block_launch *launch, bool is_b)
{
    struct tiling tiling = tiling_of(product, launch);
    double bands = (double)div_up(tiling.rows, tiling.band);
    double columns = (double)tiling.columns, products = (double)product->products;
    double first = is_b ? 1 / bands : 1 - 1 / bands + 1 / (bands * columns);
    double last = is_b ? 1 - 1 / bands : (1 - 1 / columns) / bands;

    return (struct block_windows){ 0, (products - 1 + first) / products,
                                   last / products, 1 };
}

struct block_traffic block_product_traffic(const struct block_product *product,
                                           const struct block_launch *launch)
{
    struct tiling tiling = tiling_of(product, launch);
    uint64_t tiles = tiling.rows * tiling.columns;
    uint64_t longest = tiling.rows > tiling.columns ? tiling.rows : tiling.columns;
    uint64_t slices = product->products * product->splits;
    double m = (double)product->m, n = (double)product->n, k = (double)product->k;
    double products = (double)product->products;
    double slice_k = k / (double)product->splits;
    double sums = product->splits > 1 ? m * n * (double)product->splits * SUM_BYTES : 0;
    double outputs = products * m * n * product->c_bytes;
    struct block_traffic traffic = {
        .blocks = tiles * slices,
        .read_bytes = products *
                      (sums + k * (m * product->a_bytes * (double)tiling.columns +
                                   n * product->b_bytes * (double)tiling.rows)),
        .write_bytes = products * sums + outputs,
        .unique_bytes = products * k * (m * product->a_bytes + n * product->b_bytes),
        .dies = 1,
    };
    double *times = alloc_array(longest, sizeof *times);
    uint64_t per_processor = product->blocks_per_processor;
    double end = block_start(launch, per_processor, traffic.blocks - 1) + 1;

    traffic.reuse = block_reuse_create(0, end, launch->ways);
    for (int side = 0; side < 2; side++) {
        uint64_t strips = side ? tiling.columns : tiling.rows;
        uint64_t users = side ? tiling.rows : tiling.columns;
        uint64_t size = side ? product->n : product->m;
        uint64_t tile = side ? product->tile_n : product->tile_m;
        double element = side ? product->b_bytes : product->a_bytes;
        uint64_t all = strips * slices;
        uint64_t stride = sample_stride((double)all, (double)users);
        double weight = (double)all / (double)div_up(all - stride / 2, stride);

        for (uint64_t s = stride / 2; s < all; s += stride) {
            uint64_t strip = s % strips, first = s / strips * tiles;

            for (uint64_t u = 0; u < users; u++)
                times[u] = block_start(launch, per_processor,
                                       first + (side ? tile_rank(&tiling, u, strip)
                                                     : tile_rank(&tiling, strip, u)));
            strip_add(traffic.reuse, times, users, 1,
                      weight * slice_k * element *
                          (double)tile_extent(size, tile, strip));
        }
    }
    block_reuse_write(traffic.reuse, outputs);
    free(times);
    return traffic;
}

/* A thread block of attention: its time, and the keys of its head that it reads. */
struct attention_block {
    double start, duration;
    double first_key, keys; /* range of the head's keys that it reads */
    bool is_backwards;      /* reads the keys in reverse order */
};

/* The grid of thread blocks of attention. */
struct attention_grid {
    uint64_t heads; /* batch x heads */
    uint64_t tiles; /* per head: tiles of queries times splits of keys */
    uint64_t dies;
};

static struct attention_grid attention_grid_of(const struct block_attention *a,
                                               const struct block_launch *launch)
{
    bool takes_heads = a->walk == ATTENTION_WALK_QUERIES;
    struct attention_grid grid = {
        .heads = a->batch * a->heads,
        .tiles = takes_heads ? 1 : div_up(a->tokens, a->tile_tokens) * a->splits,
        .dies = launch->dies > 1 ? launch->dies : 1,
    };

    if (grid.heads * grid.tiles < grid.dies)
        grid.dies = 1;
    return grid;
}

static double keys_seen(const struct block_attention *a, uint64_t tile)
{
    uint64_t last = (tile + 1) * a->tile_tokens;

    if (last > a->tokens)
        last = a->tokens;
    return (double)(a->is_causal ? a->context - a->tokens + last : a->context);
}

/* A heap of the processors' slots, each for one resident block, by the time when it is free. */
struct kernel_slot {
    double free_at;
    uint64_t number;
};

static bool is_before(const struct kernel_slot *a, const struct kernel_slot *b)
{
    return a->free_at < b->free_at ||
           (a->free_at == b->free_at && a->number < b->number);
}

static void heap_sink(struct kernel_slot *slots, uint64_t count)
{
    struct kernel_slot moved = slots[0];
    uint64_t at = 0;

    for (;;) {
        uint64_t child = 2 * at + 1;

        if (child + 1 < count && is_before(&slots[child + 1], &slots[child]))
            child++;
        if (child >= count || !is_before(&slots[child], &moved))
            break;
        slots[at] = slots[child];
        at = child;
    }
    slots[at] = moved;
}

/* The index, by head and tile, of the q-th block in launch order. */
static uint64_t launched(const struct attention_grid *grid, enum attention_order order,
                         uint64_t q)
{
    if (order == ATTENTION_ORDER_HEADS)
        return q;
    return q % grid->heads * grid->tiles + q / grid->heads;
}

/* Does the q-th block in launch order, of that head, run on the first die?  The other dies are
 * statistically equal. */
static bool is_on_die(const struct attention_grid *grid,
                      const struct block_launch *launch, uint64_t q, uint64_t head)
{
    return (launch->dies_take_heads ? head : q) % grid->dies == 0;
}

/* Schedules the blocks in launch order, each on the slot that is free first, and returns them by
 * head and tile.  Blocks that are not on the first die have a duration of 0. */
static struct attention_block *attention_schedule(const struct block_attention *a,
                                                  const struct block_launch *launch,
                                                  const struct attention_grid *grid,
                                                  double *end)
{
    uint64_t count = grid->heads * grid->tiles;
    uint64_t processors = div_up(launch->processors, grid->dies);
    uint64_t slots = processors * a->blocks_per_processor, taken = 0;
    struct attention_block *blocks = alloc_array(count, sizeof *blocks);
    struct kernel_slot *heap = alloc_array(slots, sizeof *heap);

    *end = 0;
    for (uint64_t i = 0; i < slots; i++)
        heap[i] = (struct kernel_slot){
            .free_at = (double)(i / processors) / (double)a->blocks_per_processor,
            .number = i,
        };
    for (uint64_t q = 0; q < count; q++) {
        uint64_t place = launched(grid, launch->attention_order, q);
        uint64_t tile = place % grid->tiles / a->splits, split = place % a->splits;
        double seen = a->walk == ATTENTION_WALK_QUERIES ? (double)a->context
                                                        : keys_seen(a, tile);
        double keys = seen / (double)a->splits, start = heap[0].free_at;

        if (!is_on_die(grid, launch, q, place / grid->tiles))
            continue;
        blocks[place] = (struct attention_block){
            .start = start + launch->attention_drift * sqrt(start) *
                                 processor_lag(launch, heap[0].number),
            .duration = keys / (double)a->context * (double)a->splits,
            .first_key = keys * (double)split,
            .keys = keys,
            .is_backwards = a->alternates && taken++ / slots % 2,
        };
        *end = fmax(*end, blocks[place].start + blocks[place].duration);
        heap[0].free_at = start + blocks[place].duration;
        heap_sink(heap, slots);
    }
    free(heap);
    return blocks;
}

/* Adds the uses of a strip of a key-value head by the blocks of its heads.  A block whose causal
 * mask hides a part of the strip counts as a use of the whole strip if it reads the middle. */
static void chunk_add(const struct block_attention *a,
                      const struct attention_block *blocks, uint64_t tiles,
                      uint64_t kv_head, unsigned chunk, double weight, double *times,
                      struct block_reuse *reuse)
{
    uint64_t group = a->heads / a->kv_heads, used = 0;
    double context = (double)a->context;
    double middle = context * (chunk + 0.5) / CHUNKS;
    double bytes = weight * (double)a->shared_tensors * context / CHUNKS *
                   (double)a->head_width * a->shared_bytes;

    for (uint64_t i = 0; i < group * tiles; i++) {
        const struct attention_block *block = &blocks[kv_head * group * tiles + i];
        double at = (middle - block->first_key) / block->keys;

        if (block->duration <= 0 || at < 0 || at > 1)
            continue;
        if (block->is_backwards)
            at = 1 - at;
        times[used++] = block->start + at * block->duration;
    }
    numbers_sort(times, used);
    strip_add(reuse, times, used, 1.0 / CHUNKS, bytes);
}

/* Adds a block's queries and outputs, which it accesses once for every tile of its keys.  Outputs
 * that the cache does not hold until the next tile are written back and fetched again. */
static void walks_add(const struct block_attention *a,
                      const struct attention_block *block, double *times,
                      struct block_reuse *reuse)
{
    uint64_t walks = div_up(a->context, a->tile_tokens);
    double elements = (double)a->tokens * (double)a->head_width / CHUNKS;
    double bytes = elements * ((double)a->shared_tensors * a->element_bytes +
                               2 * (double)a->rewritten_tensors * SUM_BYTES);

    for (unsigned chunk = 0; chunk < CHUNKS; chunk++) {
        for (uint64_t walk = 0; walk < walks; walk++)
            times[walk] = block->start + block->duration *
                                             ((double)walk + (chunk + 0.5) / CHUNKS) /
                                             (double)walks;
        strip_add(reuse, times, walks, 1.0 / CHUNKS, bytes);
    }
}

/* Adds the tensors of which each block reads or writes its own part once. */
static void own_add(const struct attention_block *blocks, uint64_t count, double own,
                    struct block_reuse *reuse)
{
    for (uint64_t q = 0; q < count; q++)
        if (blocks[q].duration > 0)
            block_reuse_read(reuse, blocks[q].start, 0, INFINITY, own);
}

/* The bytes that the kernel accesses at the cache. */
static void attention_bytes(const struct block_attention *a,
                            const struct attention_grid *grid,
                            struct block_traffic *traffic)
{
    double width = (double)a->head_width, heads = (double)grid->heads;
    double kv_heads = (double)(a->batch * a->kv_heads);
    double queries = heads * (double)a->tokens * width;
    double keys = kv_heads * (double)a->context * width;

    if (a->walk == ATTENTION_WALK_QUERIES) {
        double walks = (double)div_up(a->context, a->tile_tokens);
        double walked = queries * (double)a->shared_tensors * a->element_bytes;
        double sums = queries * (double)a->rewritten_tensors * SUM_BYTES;

        traffic->read_bytes = walks * walked + (walks - 1) * sums +
                              keys * (double)a->own_reads * a->element_bytes;
        traffic->write_bytes = walks * sums +
                               keys * (double)a->own_writes * a->element_bytes;
        traffic->unique_bytes = walked + keys * (double)a->own_reads * a->element_bytes;
        return;
    }
    traffic->read_bytes = traffic->unique_bytes = queries * (double)a->own_reads *
                                                  a->element_bytes;
    traffic->write_bytes = queries * (double)a->own_writes * a->element_bytes;
    traffic->unique_bytes += keys * (double)a->shared_tensors * a->shared_bytes;
    for (uint64_t tile = 0; tile < grid->tiles / a->splits; tile++)
        traffic->read_bytes += heads * (double)a->shared_tensors * width *
                               a->shared_bytes * keys_seen(a, tile);
    if (a->splits > 1) { /* another kernel reads and adds up the partial sums */
        traffic->write_bytes += queries * (double)a->splits * SUM_BYTES;
        traffic->read_bytes += queries * (double)a->splits * SUM_BYTES;
    }
}

struct block_traffic block_attention_traffic(const struct block_attention *attention,
                                             const struct block_launch *launch)
{
    struct attention_grid grid = attention_grid_of(attention, launch);
    uint64_t count = grid.heads * grid.tiles;
    uint64_t group = attention->heads / attention->kv_heads;
    uint64_t all = attention->batch * attention->kv_heads;
    uint64_t walks = div_up(attention->context, attention->tile_tokens);
    uint64_t longest = group * grid.tiles > walks ? group * grid.tiles : walks;
    uint64_t stride = grid.dies > 1
                          ? 1
                          : sample_stride((double)all,
                                          (double)(group * grid.tiles * CHUNKS));
    double weight = (double)all / (double)div_up(all - stride / 2, stride);
    struct block_traffic traffic = { .blocks = count,
                                     .dies = (double)grid.dies,
                                     .is_private = attention->walk ==
                                                   ATTENTION_WALK_QUERIES };
    double *times = alloc_array(longest, sizeof *times), end;
    struct attention_block *blocks = attention_schedule(attention, launch, &grid, &end);

    attention_bytes(attention, &grid, &traffic);
    traffic.reuse = block_reuse_create(0, end, launch->ways);
    if (attention->walk == ATTENTION_WALK_QUERIES) {
        for (uint64_t q = 0; q < count; q++)
            if (blocks[q].duration > 0)
                walks_add(attention, &blocks[q], times, traffic.reuse);
        own_add(blocks, count,
                (double)(attention->context * attention->head_width *
                         attention->own_reads) *
                    attention->element_bytes,
                traffic.reuse);
    } else {
        for (uint64_t head = stride / 2; head < all; head += stride)
            for (unsigned chunk = 0; chunk < CHUNKS; chunk++)
                chunk_add(attention, blocks, grid.tiles, head, chunk, weight, times,
                          traffic.reuse);
        own_add(
            blocks, count,
            (double)(attention->tokens * attention->head_width * attention->own_reads) *
                attention->element_bytes * (double)grid.heads / (double)count,
            traffic.reuse);
    }
    block_reuse_write(traffic.reuse, traffic.write_bytes / traffic.dies);
    free(times);
    free(blocks);
    return traffic;
}

void block_traffic_misses(const struct block_traffic *traffic, const double *capacities,
                          uint64_t count, struct block_misses *misses)
{
    block_reuse_misses(traffic->reuse, capacities, count, misses);
    for (uint64_t i = 0; i < count && traffic->dies > 1; i++) {
        double all = traffic->dies *
                     (misses[i].compulsory_bytes + misses[i].refetched_bytes);

        misses[i].compulsory_bytes = fmin(all, traffic->unique_bytes);
        misses[i].refetched_bytes = all - misses[i].compulsory_bytes;
        misses[i].dirty_bytes *= traffic->dies;
    }
}

double block_hit_share(double read_bytes, double write_bytes, double dram_read_bytes)
{
    double all = read_bytes + write_bytes;
    double twice = 1 - maths_exp2(-read_bytes / dram_read_bytes);

    if (dram_read_bytes <= 0)
        return 1;
    return 1 - (1 + twice) * dram_read_bytes / (all + 2 * twice * dram_read_bytes);
}
