/* Matrix products as a GPU's library launches them, counted by thread blocks: tiles chosen,
 * cache and DRAM traffic, time. */
#ifndef NVSWEEP_GPU_BLOCK_GPU_H
#define NVSWEEP_GPU_BLOCK_GPU_H

#include "machine/gpu/block_kernel.h"
#include "machine/gpu/gpu.h"

/* products x C (m x n) = A (m x k) times B (k x n). */
struct gpu_product {
    uint64_t m, k, n, products;
    uint64_t tile_m, tile_n, tile_k; /* 0: chosen (gpu_product_tiles) */
    uint64_t stages; /* steps of k on their way at once; 0: the record's */
    uint64_t blocks_per_processor; /* 0: the record's */
    double clock_hz;               /* 0: the record's */
    unsigned precision_bits;
};

struct gpu_product_cost {
    double l2_read_bytes, l2_write_bytes, l2_hit_share;
    double dram_read_bytes, dram_write_bytes;
    /* The longest of these, one launch on top. */
    double compute_s, l2_s, dram_s, steps_s;
    double time_s;
};

/* Fills in the members that are 0.  Of the tiles that libraries come with, that which keeps
 * the processors busy for the shortest time, the larger of two that take as long. */
void gpu_product_tiles(const struct gpu *platform, struct gpu_product *product);

/* The cost with a last-level cache of llc_bytes (a platform whose cache holds lines twice
 * has half of it for them). */
struct gpu_product_cost gpu_product_cost(const struct gpu *platform,
                                         const struct gpu_product *product,
                                         double llc_bytes);

#endif
