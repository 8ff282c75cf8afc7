#include "machine/gpu/block_gpu.h"

#include "base/divide.h"

#include <math.h>

/* Tiles of CUTLASS's and cuBLAS's half-precision kernels, largest first. */
static const struct {
    uint64_t m, n, k;
} tiles[] = {
    { 256, 128, 32 }, { 128, 256, 32 }, { 128, 128, 32 },
    { 128, 64, 64 },  { 64, 128, 64 },  { 64, 64, 64 },
};
enum { TILES = sizeof tiles / sizeof *tiles };

/* Rounds of blocks on the busiest processor. */
static double rounds(const struct gpu *platform, double blocks)
{
    return ceil(blocks / (double)platform->processors);
}

void gpu_product_tiles(const struct gpu *platform, struct gpu_product *product)
{
    double best = INFINITY;

    if (product->blocks_per_processor == 0)
        product->blocks_per_processor = platform->blocks_per_processor;
    if (product->stages == 0)
        product->stages = platform->stages;
    if (product->clock_hz == 0)
        product->clock_hz = platform->clock_hz;
    if (product->tile_m && product->tile_n && product->tile_k)
        return;
    for (unsigned i = 0; i < TILES; i++) {
        double blocks = (double)div_up(product->m, tiles[i].m) *
                        (double)div_up(product->n, tiles[i].n) *
                        (double)product->products;
        double time = rounds(platform, blocks) * (double)(tiles[i].m * tiles[i].n);

        if (time >= best)
            continue;
        best = time;
        product->tile_m = tiles[i].m;
        product->tile_n = tiles[i].n;
        product->tile_k = tiles[i].k;
    }
}

static struct gpu_product_cost product_times(const struct gpu *platform,
                                             const struct gpu_product *p, double blocks,
                                             struct gpu_product_cost cost)
{
    double peak = gpu_peak_macs_hz(platform, p->precision_bits) * p->clock_hz /
                  platform->clock_hz;
    double block_macs = (double)(p->tile_m * p->tile_n) * (double)p->k;
    double steps = ceil((double)p->k / (double)p->tile_k);
    double ahead = p->stages > 1 ? (double)(p->stages - 1) : 1;

    cost.compute_s = rounds(platform, blocks) * block_macs *
                     (double)platform->processors /
                     (peak * platform->kernel_efficiency);
    /* the last step's outputs leave when nothing is left to compute */
    if (platform->llc_write_bytes_per_s > 0)
        cost.compute_s += cost.l2_write_bytes / platform->llc_write_bytes_per_s;
    cost.l2_s = (cost.l2_read_bytes + cost.l2_write_bytes) / platform->llc_bytes_per_s;
    cost.dram_s = (cost.dram_read_bytes + cost.dram_write_bytes) /
                  (platform->dram_bytes_per_s * platform->dram_share);
    cost.steps_s = steps * platform->step_s / ahead;
    cost.time_s = platform->launch_s + fmax(fmax(cost.compute_s, cost.l2_s),
                                            fmax(cost.dram_s, cost.steps_s));
    return cost;
}

struct gpu_product_cost gpu_product_cost(const struct gpu *platform,
                                         const struct gpu_product *product,
                                         double llc_bytes)
{
    struct gpu_product p = *product;
    struct gpu_product_cost cost = { 0 };
    struct block_misses misses;
    double shared_bytes = llc_bytes / (double)platform->llc_copies;

    gpu_product_tiles(platform, &p);

    struct block_product blocks = {
        .m = p.m,
        .n = p.n,
        .k = p.k,
        .products = p.products,
        .tile_m = p.tile_m,
        .tile_n = p.tile_n,
        .blocks_per_processor = p.blocks_per_processor,
        .element_bytes = p.precision_bits / 8.0,
    };
    struct block_launch launch = {
        .processors = platform->processors,
        .ways = platform->llc_ways,
        .drift = platform->block_drift,
        .order = (enum block_order)platform->block_order,
    };
    struct block_traffic traffic = block_product_traffic(&blocks, &launch);

    block_reuse_misses(traffic.reuse, &shared_bytes, 1, &misses);
    block_reuse_free(traffic.reuse);
    cost.l2_read_bytes = traffic.read_bytes;
    cost.l2_write_bytes = traffic.write_bytes;
    cost.dram_read_bytes = misses.first_bytes + misses.again_bytes;
    cost.dram_write_bytes = traffic.write_bytes - misses.dirty_bytes;
    cost.l2_hit_share = block_hit_share(traffic.read_bytes, traffic.write_bytes,
                                        cost.dram_read_bytes);
    return product_times(platform, &p, (double)traffic.blocks, cost);
}
