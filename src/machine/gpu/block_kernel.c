#include "machine/gpu/block_kernel.h"

#include "base/divide.h"
#include "base/maths.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

enum {
    USES_MAX = 1 << 22, /* of strips that are looked at, roughly */
    STRIPS_MIN = 64,    /* and no fewer strips than that, if there are as many */
    CHUNKS = 16,        /* pieces of a head's keys and values, each a strip */
};

/* The logistic distribution of scale 1 / 1.702 is within 0.01 of the normal one of standard
 * deviation 1 (Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 23.3). */
#define LOGISTIC_PER_NORMAL 1.702

const struct word block_order_words[] = {
    { "bands", BLOCK_ORDER_BANDS },
    { "rows", BLOCK_ORDER_ROWS },
    { "columns", BLOCK_ORDER_COLUMNS },
    { NULL, 0 },
};

/* How far the processor that starts block q of a wave is ahead or behind, in standard
 * deviations: processors stand at the quantiles of a normal distribution. */
static double processor_lag(const struct block_launch *launch, uint64_t q)
{
    double processors = (double)launch->processors;
    double u = ((double)(q % launch->processors) + 0.5) / processors;

    return maths_log(u / (1 - u)) / LOGISTIC_PER_NORMAL;
}

/* When block q starts.  Blocks that share a processor run out of phase, so one starts on
 * each every 1 / blocks_per_processor of a duration. */
static double block_start(const struct block_launch *launch, uint64_t per_processor,
                          uint64_t q)
{
    double wave = (double)(q / launch->processors) / (double)per_processor;

    return wave + launch->drift * sqrt(wave) * processor_lag(launch, q);
}

static int double_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* A strip's uses, nearly in order. */
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

/* Every stride-th of `strips`, each used `uses` times, is enough. */
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
    uint64_t band;          /* rows of tiles of a band */
};

static struct tiling tiling_of(const struct block_product *product,
                               enum block_order order)
{
    struct tiling tiling = {
        .rows = div_up(product->m, product->tile_m),
        .columns = div_up(product->n, product->tile_n),
    };

    switch (order) {
    case BLOCK_ORDER_BANDS: tiling.band = BLOCK_BAND_ROWS / product->tile_m; break;
    case BLOCK_ORDER_ROWS: tiling.band = 1; break;
    case BLOCK_ORDER_COLUMNS: tiling.band = tiling.rows; break;
    }
    if (tiling.band == 0)
        tiling.band = 1;
    return tiling;
}

/* The place in the launch of a product's tile. */
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

/* Bands follow each other.  All of them use b; a row of a is used throughout its band. */
struct block_windows block_product_window(const struct block_product *product,
                                          enum block_order order, bool is_b)
{
    struct tiling tiling = tiling_of(product, order);
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
    struct tiling tiling = tiling_of(product, launch->order);
    uint64_t tiles = tiling.rows * tiling.columns;
    uint64_t longest = tiling.rows > tiling.columns ? tiling.rows : tiling.columns;
    double m = (double)product->m, n = (double)product->n, k = (double)product->k;
    double products = (double)product->products, element = product->element_bytes;
    struct block_traffic traffic = {
        .blocks = tiles * product->products,
        .read_bytes = products * element * k *
                      (m * (double)tiling.columns + n * (double)tiling.rows),
        .write_bytes = products * element * m * n,
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
        uint64_t all = strips * product->products;
        uint64_t stride = sample_stride((double)all, (double)users);
        double weight = (double)all / (double)div_up(all - stride / 2, stride);

        for (uint64_t s = stride / 2; s < all; s += stride) {
            uint64_t strip = s % strips, first = s / strips * tiles;

            for (uint64_t u = 0; u < users; u++)
                times[u] = block_start(launch, per_processor,
                                       first + (side ? tile_rank(&tiling, u, strip)
                                                     : tile_rank(&tiling, strip, u)));
            strip_add(traffic.reuse, times, users, 1,
                      weight * k * element * (double)tile_extent(size, tile, strip));
        }
    }
    block_reuse_write(traffic.reuse, traffic.write_bytes);
    free(times);
    return traffic;
}

/* One block of attention: when it runs, over how many of its head's keys. */
struct attention_block {
    double start, duration, keys;
    bool is_backwards; /* over the keys */
};

static double keys_seen(const struct block_attention *a, uint64_t tile)
{
    uint64_t last = (tile + 1) * a->tile_tokens;

    if (last > a->tokens)
        last = a->tokens;
    return (double)(a->is_causal ? a->context - a->tokens + last : a->context);
}

/* The slots of the processors as a heap by when they are free. */
struct slot {
    double free_at;
    uint64_t number;
};

static bool is_before(const struct slot *a, const struct slot *b)
{
    return a->free_at < b->free_at ||
           (a->free_at == b->free_at && a->number < b->number);
}

static void heap_sink(struct slot *slots, uint64_t count)
{
    struct slot moved = slots[0];
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

/* Blocks in their order of launch, each on the slot that is free first. */
static struct attention_block *attention_schedule(const struct block_attention *a,
                                                  const struct block_launch *launch,
                                                  uint64_t tiles, double *end)
{
    uint64_t count = a->batch * a->heads * tiles;
    uint64_t slots = launch->processors * a->blocks_per_processor;
    struct attention_block *blocks = alloc_array(count, sizeof *blocks);
    struct slot *heap = alloc_array(slots, sizeof *heap);

    *end = 0;
    for (uint64_t i = 0; i < slots; i++)
        heap[i] = (struct slot){
            .free_at = (double)(i / launch->processors) /
                       (double)a->blocks_per_processor,
            .number = i,
        };
    for (uint64_t q = 0; q < count; q++) {
        double keys = keys_seen(a, q % tiles), start = heap[0].free_at;

        blocks[q] = (struct attention_block){
            .start = start + launch->drift * sqrt(start) *
                                 processor_lag(launch, heap[0].number),
            .duration = keys / (double)a->context,
            .keys = keys,
            .is_backwards = a->alternates && q / slots % 2,
        };
        *end = fmax(*end, blocks[q].start + blocks[q].duration);
        heap[0].free_at = start + blocks[q].duration;
        heap_sink(heap, slots);
    }
    free(heap);
    return blocks;
}

/* Uses of a piece of a key-value head by the blocks of its heads.  A block that sees a part
 * of the piece uses it in part: it is taken to use all of it if it sees the middle. */
static void chunk_add(const struct block_attention *a,
                      const struct attention_block *blocks, uint64_t tiles,
                      uint64_t kv_head, unsigned chunk, double weight, double *times,
                      struct block_reuse *reuse)
{
    uint64_t group = a->heads / a->kv_heads, used = 0;
    double context = (double)a->context;
    double middle = context * (chunk + 0.5) / CHUNKS;
    double bytes = weight * (double)a->shared_tensors * context / CHUNKS *
                   (double)a->head_width * a->element_bytes;

    for (uint64_t i = 0; i < group * tiles; i++) {
        const struct attention_block *block = &blocks[kv_head * group * tiles + i];
        double at = middle / block->keys;

        if (at > 1)
            continue;
        if (block->is_backwards)
            at = 1 - at;
        times[used++] = block->start + at * block->duration;
    }
    qsort(times, used, sizeof *times, double_compare);
    strip_add(reuse, times, used, 1.0 / CHUNKS, bytes);
}

struct block_traffic block_attention_traffic(const struct block_attention *attention,
                                             const struct block_launch *launch)
{
    uint64_t tiles = div_up(attention->tokens, attention->tile_tokens);
    uint64_t group = attention->heads / attention->kv_heads;
    uint64_t all = attention->batch * attention->kv_heads;
    uint64_t stride = sample_stride((double)all, (double)(group * tiles * CHUNKS));
    double weight = (double)all / (double)div_up(all - stride / 2, stride);
    double width = (double)attention->head_width * attention->element_bytes;
    double queries = (double)(attention->batch * attention->heads * attention->tokens);
    struct block_traffic traffic = {
        .blocks = attention->batch * attention->heads * tiles,
        .read_bytes = queries * width * (double)attention->own_reads,
        .write_bytes = queries * width * (double)attention->own_writes,
    };
    double own = traffic.read_bytes / (double)traffic.blocks, end;
    struct attention_block *blocks = attention_schedule(attention, launch, tiles, &end);
    double *times = alloc_array(group * tiles, sizeof *times);

    for (uint64_t tile = 0; tile < tiles; tile++)
        traffic.read_bytes += (double)(attention->batch * attention->heads) *
                              (double)attention->shared_tensors * width *
                              keys_seen(attention, tile);
    traffic.reuse = block_reuse_create(0, end, launch->ways);
    for (uint64_t head = stride / 2; head < all; head += stride)
        for (unsigned chunk = 0; chunk < CHUNKS; chunk++)
            chunk_add(attention, blocks, tiles, head, chunk, weight, times,
                      traffic.reuse);
    for (uint64_t q = 0; q < traffic.blocks; q++)
        block_reuse_read(traffic.reuse, blocks[q].start, 0, INFINITY, own);
    block_reuse_write(traffic.reuse, traffic.write_bytes);
    free(times);
    free(blocks);
    return traffic;
}

double block_hit_share(double read_bytes, double write_bytes, double dram_read_bytes)
{
    double all = read_bytes + write_bytes;
    double twice = 1 - maths_exp2(-read_bytes / dram_read_bytes);

    if (dram_read_bytes <= 0)
        return 1;
    return 1 - (1 + twice) * dram_read_bytes / (all + 2 * twice * dram_read_bytes);
}
