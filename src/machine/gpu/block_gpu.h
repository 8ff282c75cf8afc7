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
    uint64_t
        splits; /* slices of k with blocks of their own; 0: chosen, 1 where tiles are given */
    uint64_t stages; /* steps of k on their way at once; 0: the record's */
    uint64_t blocks_per_processor; /* 0: the record's */
    double clock_hz; /* of the processors, as measured; 0: the record's, sustained */
    unsigned precision_bits;
    double a_bits; /* of A in memory: weights; 0: precision_bits */
    bool
        is_vector; /* by multiply-add units instead of tensor cores: chosen with the tiles */
};

struct gpu_product_cost {
    double l2_read_bytes, l2_write_bytes, l2_hit_share;
    double dram_read_bytes, dram_write_bytes;
    /* The longest of these, one launch on top. */
    double compute_s, l2_s, dram_s, steps_s;
    double time_s;
};

/* Fills in the members that are 0.  Of the tiles that libraries come with, and of slices of
 * k, those that keep the processors busy for the shortest time with operands that the cache has and
 * brings at its bandwidth, the larger of two that take as long. */
void gpu_product_tiles(const struct gpu *gpu, struct gpu_product *product);

/* What bounds a product whose operands and outputs the caches move at once: its arithmetic and
 * the outputs of its last tiles; the latency of its steps along k. */
struct gpu_product_bounds {
    double compute_s, steps_s;
};
struct gpu_product_bounds gpu_product_bounds(const struct gpu *gpu,
                                             const struct gpu_product *product);

/* The same product for block_product_traffic. */
struct block_product gpu_product_blocks(const struct gpu_product *product);

/* Any kernel's time: a launch, and the longest of what it does alone, its bytes at the cache, and
 * its bytes at the DRAM. */
double gpu_kernel_s(const struct gpu *gpu, double launch_s, double alone_s,
                    double cache_bytes, double dram_bytes);

/* A kernel of blocks that work by turns: each waits for its bytes and then computes, while the others
 * of its processor do either.  compute_s and memory_s are the kernel's times for each alone; `turns`
 * blocks share a processor (0: as many as hide the shorter time).  Mean value analysis of a closed
 * network of two stations (M. Reiser and S. Lavenberg, J. ACM 27(2), 1980): times vary as in such a
 * network. */
double gpu_turns_s(double compute_s, double memory_s, double turns);

/* The cost with a last-level cache of llc_bytes (a GPU whose cache holds lines twice
 * has half of it for them). */
struct gpu_product_cost gpu_product_cost(const struct gpu *gpu,
                                         const struct gpu_product *product,
                                         double llc_bytes);

#endif
