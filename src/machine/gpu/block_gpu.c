#include "machine/gpu/block_gpu.h"

#include "base/divide.h"

#include <math.h>

/* Tiles of CUTLASS's and cuBLAS's half-precision kernels, largest first. */
static const struct {
    uint64_t m, n, k;
} tiles[] = {
    { 256, 128, 32 }, { 128, 256, 32 }, { 128, 128, 32 }, { 128, 64, 64 },
    { 64, 128, 64 },  { 64, 64, 64 },   { 128, 32, 64 },  { 32, 128, 64 },
};
enum {
    TILES = sizeof tiles / sizeof *tiles,
    SPLITS_MAX = 32,
    SPLIT_STEPS_MIN = 4, /* least steps of k in a block of a split-K kernel */
    SUM_BYTES = 4,       /* of a partial sum in memory */
    VECTOR_SIDE_MAX = 8, /* longest narrow side that multiply-add units compute */
    VECTOR_ROWS = 32,    /* rows of the wide side per thread block */
    VECTOR_DEPTH = 4096, /* elements of k that such a block loads at once */
    VECTOR_BLOCKS = 8,   /* resident on a processor */
};

/* The largest number of thread blocks that one processor computes. */
static double rounds(const struct gpu *gpu, double blocks)
{
    return ceil(blocks / (double)gpu->processors);
}

static double tiles_of(const struct gpu_product *p)
{
    return (double)div_up(p->m, p->tile_m) * (double)div_up(p->n, p->tile_n) *
           (double)p->products;
}

struct block_product gpu_product_blocks(const struct gpu_product *product)
{
    return (struct block_product){
        .m = product->m,
        .n = product->n,
        .k = product->k,
        .products = product->products,
        .tile_m = product->tile_m,
        .tile_n = product->tile_n,
        .splits = product->splits,
        .blocks_per_processor = product->blocks_per_processor,
        .a_bytes = (product->a_bits > 0 ? product->a_bits : product->precision_bits) /
                   8,
        .b_bytes = product->precision_bits / 8.0,
        .c_bytes = product->precision_bits / 8.0,
    };
}

struct gpu_product_bounds gpu_product_bounds(const struct gpu *gpu,
                                             const struct gpu_product *p)
{
    double share = gpu->kernel_efficiency;
    double peak = gpu_peak_macs_hz(gpu, p->precision_bits);
    double outputs = (double)(p->m * p->n * p->products);
    double output_bytes = outputs * p->precision_bits / 8.0;
    double k = (double)p->k / (double)p->splits;
    double ahead = p->stages > 1 ? (double)(p->stages - 1) : 1;
    struct gpu_product_bounds bounds;

    if (p->is_vector)
        peak = gpu->peak_macs_hz;
    else if (gpu->product_share > 0)
        share *= gpu->product_share;
    if (p->clock_hz > 0)
        share *= p->clock_hz / gpu->clock_hz;
    else
        share *= gpu_sustained_share(gpu, p->precision_bits);
    bounds.steps_s = ceil(k / (double)p->tile_k) * gpu->step_s / ahead;
    bounds.compute_s = rounds(gpu, tiles_of(p) * (double)p->splits) *
                       (double)(p->tile_m * p->tile_n) * k * (double)gpu->processors /
                       (peak * share);
    /* the write of the last tiles does not overlap with arithmetic */
    if (gpu->llc_write_bytes_per_s > 0)
        bounds.compute_s += output_bytes / gpu->llc_write_bytes_per_s;
    if (p->splits >
        1) /* another kernel adds up the partial sums, which hit in the cache */
        bounds.compute_s += gpu->launch_s +
                            (outputs * (double)p->splits * SUM_BYTES + output_bytes) /
                                gpu->llc_bytes_per_s;
    return bounds;
}

/* The cache's time if all operands hit: each block reads its rows of A and columns of B. */
static double cache_s(const struct gpu *gpu, const struct gpu_product *p)
{
    double a_bits = p->a_bits > 0 ? p->a_bits : p->precision_bits;
    double across = (double)div_up(p->n, p->tile_n),
           down = (double)div_up(p->m, p->tile_m);
    double bits = (double)p->m * across * a_bits +
                  (double)p->n * down * p->precision_bits;

    return bits / 8 * (double)(p->k * p->products) / gpu->llc_bytes_per_s;
}

/* The product's time if all operands hit in the cache. */
static double hit_s(const struct gpu *gpu, const struct gpu_product *p)
{
    struct gpu_product_bounds bounds = gpu_product_bounds(gpu, p);

    return fmax(fmax(bounds.compute_s, bounds.steps_s), cache_s(gpu, p));
}

static void take_if_sooner(const struct gpu *gpu, const struct gpu_product *tried,
                           double *best_s, struct gpu_product *best)
{
    double time_s = hit_s(gpu, tried);

    if (time_s < *best_s) {
        *best_s = time_s;
        *best = *tried;
    }
}

/* A kernel whose tile spans the whole narrow side (matrix times few vectors), so that each
 * thread block reads its rows of the other operand once. */
static struct gpu_product vector_kernel(const struct gpu_product *product)
{
    struct gpu_product p = *product;
    bool is_tall = p.n <= p.m;

    p.is_vector = true;
    p.tile_m = is_tall ? VECTOR_ROWS : p.m;
    p.tile_n = is_tall ? p.n : VECTOR_ROWS;
    p.tile_k = VECTOR_DEPTH;
    p.blocks_per_processor = VECTOR_BLOCKS;
    p.splits = 1;
    return p;
}

void gpu_product_tiles(const struct gpu *gpu, struct gpu_product *product)
{
    double best_s = INFINITY;
    struct gpu_product best, tried;

    if (product->blocks_per_processor == 0)
        product->blocks_per_processor = gpu->blocks_per_processor;
    if (product->stages == 0)
        product->stages = gpu->stages;
    if (product->tile_m && product->tile_n && product->tile_k) {
        if (product->splits == 0)
            product->splits = 1;
        return;
    }
    best = tried = *product;
    for (unsigned i = 0; i < TILES; i++) {
        tried.tile_m = tiles[i].m;
        tried.tile_n = tiles[i].n;
        tried.tile_k = tiles[i].k;
        for (tried.splits = 1; tried.splits <= SPLITS_MAX; tried.splits *= 2) {
            if (tried.splits > 1 &&
                (tiles_of(&tried) * (double)tried.splits >
                     2 * (double)gpu->processors ||
                 div_up(product->k, tried.tile_k) < SPLIT_STEPS_MIN * tried.splits))
                break;
            take_if_sooner(gpu, &tried, &best_s, &best);
        }
    }
    if (product->m <= VECTOR_SIDE_MAX || product->n <= VECTOR_SIDE_MAX) {
        tried = vector_kernel(product);
        take_if_sooner(gpu, &tried, &best_s, &best);
    }
    *product = best;
}

double gpu_kernel_s(const struct gpu *gpu, double launch_s, double alone,
                    double cache_bytes, double dram_bytes)
{
    double cache_s = cache_bytes / gpu->llc_bytes_per_s;
    double dram_s = dram_bytes / (gpu->dram_bytes_per_s * gpu->dram_share);

    return launch_s + fmax(alone, fmax(cache_s, dram_s));
}

double gpu_alternating_s(double compute_s, double memory_s, double turns)
{
    double computing = 0, waiting = 0, time_s = fmax(compute_s, memory_s);

    if (compute_s <= 0)
        return memory_s;
    for (double blocks = 1; blocks <= turns; blocks++) {
        double computed_s = compute_s * (1 + computing);
        double moved_s = memory_s * (1 + waiting);

        time_s = (computed_s + moved_s) / blocks;
        computing = computed_s / time_s;
        waiting = moved_s / time_s;
    }
    return time_s;
}

struct gpu_product_cost gpu_product_cost(const struct gpu *gpu,
                                         const struct gpu_product *product,
                                         double llc_bytes)
{
    struct gpu_product p = *product;
    struct gpu_product_cost cost = { 0 };
    struct gpu_product_bounds bounds;
    struct block_misses misses;
    double shared_bytes = llc_bytes / (double)gpu->llc_copies;
    struct block_launch launch = block_launch_of(gpu);
    struct block_product blocks;
    struct block_traffic traffic;

    gpu_product_tiles(gpu, &p);
    blocks = gpu_product_blocks(&p);
    traffic = block_product_traffic(&blocks, &launch);
    block_traffic_misses(&traffic, &shared_bytes, 1, &misses);
    block_reuse_free(traffic.reuse);
    bounds = gpu_product_bounds(gpu, &p);
    cost.l2_read_bytes = traffic.read_bytes;
    cost.l2_write_bytes = traffic.write_bytes;
    cost.dram_read_bytes = misses.compulsory_bytes + misses.refetched_bytes;
    cost.dram_write_bytes = (double)(p.m * p.n * p.products) * blocks.c_bytes -
                            misses.dirty_bytes;
    cost.l2_hit_share = block_hit_share(cost.l2_read_bytes, cost.l2_write_bytes,
                                        cost.dram_read_bytes);
    cost.compute_s = bounds.compute_s;
    cost.steps_s = bounds.steps_s;
    cost.l2_s = (cost.l2_read_bytes + cost.l2_write_bytes) / gpu->llc_bytes_per_s;
    cost.dram_s = (cost.dram_read_bytes + cost.dram_write_bytes) /
                  (gpu->dram_bytes_per_s * gpu->dram_share);
    cost.time_s = gpu_kernel_s(gpu, gpu->launch_s, fmax(cost.compute_s, cost.steps_s),
                               cost.l2_read_bytes + cost.l2_write_bytes,
                               cost.dram_read_bytes + cost.dram_write_bytes);
    return cost;
}
