/* Matrix products as a GPU library launches them, modelled by thread blocks: the choice of
 * tiles, the traffic of cache and DRAM, and the time. */
#ifndef NVSWEEP_GPU_BLOCK_GPU_H
#define NVSWEEP_GPU_BLOCK_GPU_H

#include "machine/gpu/block_kernel.h"
#include "machine/gpu/gpu.h"

/* A batch of `products` matrix products C (m x n) = A (m x k) times B (k x n).  Members that
 * may be 0 then have the default that their comment states. */
struct gpu_product {
    uint64_t m, k, n, products;
    uint64_t tile_m, tile_n, tile_k; /* 0: gpu_product_tiles chooses them */
    /* Slices of k, each computed by thread blocks of its own (split-K).  0: chosen, or 1 if
     * the tiles are given. */
    uint64_t splits;
    uint64_t stages;               /* steps of k prefetched at once; 0: the record's */
    uint64_t blocks_per_processor; /* resident at once; 0: the record's */
    double clock_hz; /* measured, of the processors; 0: the record's sustained clock */
    unsigned precision_bits;
    double a_bits;  /* of an element of A, the weights, in memory; 0: precision_bits */
    bool is_vector; /* computed by multiply-add units, not tensor cores (chosen) */
};

struct gpu_product_cost {
    double l2_read_bytes, l2_write_bytes, l2_hit_share;
    double dram_read_bytes, dram_write_bytes;
    /* time_s is the longest of these plus one launch. */
    double compute_s, l2_s, dram_s, steps_s;
    double time_s;
};

/* Fills in the members that are 0.  Chooses, among the tiles that libraries ship and the
 * slices of k, those with the shortest time when all operands hit in the cache; of equal ones
 * the larger tile. */
void gpu_product_tiles(const struct gpu *gpu, struct gpu_product *product);

/* Lower bounds on a product's time with unlimited cache and DRAM bandwidth: compute_s for its
 * arithmetic and the write of its last output tiles, steps_s for the latency of its steps
 * along k. */
struct gpu_product_bounds {
    double compute_s, steps_s;
};
struct gpu_product_bounds gpu_product_bounds(const struct gpu *gpu,
                                             const struct gpu_product *product);

/* Converts a product, whose members are filled in, for block_product_traffic. */
struct block_product gpu_product_blocks(const struct gpu_product *product);

/* Returns a kernel's time: the launch plus the longest of alone_s (its time without any
 * transfer), the cache's time for cache_bytes and the DRAM's time for dram_bytes. */
double gpu_kernel_s(const struct gpu *gpu, double launch_s, double alone_s,
                    double cache_bytes, double dram_bytes);

/* Returns the time of a kernel whose thread blocks alternate between waiting for data and
 * computing, so that the blocks resident on a processor overlap only in part.  compute_s and
 * memory_s are the kernel's times for each of the two alone; `turns` is the number of resident
 * blocks (0: enough to hide the shorter time).  Mean value analysis of a closed queueing
 * network of two stations (M. Reiser and S. Lavenberg, J. ACM 27(2), 1980), whose service times
 * are exponential. */
double gpu_alternating_s(double compute_s, double memory_s, double turns);

/* Returns the product's cost with a last-level cache of llc_bytes.  If the GPU's partitions
 * each keep a copy of a line (llc_copies), fewer distinct lines fit. */
struct gpu_product_cost gpu_product_cost(const struct gpu *gpu,
                                         const struct gpu_product *product,
                                         double llc_bytes);

#endif
