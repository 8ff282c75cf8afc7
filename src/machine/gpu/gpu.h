/* The record of a GPU: its processors, the kernels that its library launches, its last-level
 * cache, and the DRAM behind it.  Each record cites the sources of its parameters. */
#ifndef NVSWEEP_GPU_GPU_H
#define NVSWEEP_GPU_GPU_H

#include "machine/machine.h"

#include <stdbool.h>
#include <stdint.h>

/* How the accesses of a network without convolutions are found: by a trace of its cache lines,
 * or analytically by thread blocks (block_stream.h).  Networks with convolutions are always
 * traced. */
enum kernel_counting { KERNELS_FOLLOWED, KERNELS_COUNTED };

/* The kernels of attention if they are modelled by thread blocks. */
enum attention_kernels {
    ATTENTION_FUSED,       /* scores stay on the chip (FlashAttention-2 and later) */
    ATTENTION_FUSED_FIRST, /* the same with the loop over keys outermost (FlashAttention) */
    ATTENTION_UNFUSED,     /* two products and a softmax in between, scores in memory */
};
extern const struct word attention_words[];

struct gpu {
    struct machine machine;

    /* Arithmetic.  peak_* are multiply-accumulates per second. */
    uint64_t processors; /* streaming multiprocessors */
    double clock_hz;
    double peak_macs_hz;      /* FP32 */
    double peak_macs_16b_hz;  /* 16 bits and less; 0: as peak_macs_hz */
    double peak_macs_8b_hz;   /* 8 bits and less; 0: as 16 bits */
    double peak_macs_4b_hz;   /* 4 bits and less; 0: as 8 bits */
    double peak_macs_64b_hz;  /* more than 32 bits; 0: half of peak_macs_hz */
    double kernel_efficiency; /* share of the peak rate that a full grid reaches */
    /* Share of the clock that the board's power limit sustains during products of at least 16
     * bits, and of fewer. */
    double sustained_share, sustained_8b_share;
    double attention_share; /* share of the peak rate that fused attention reaches */
    double launch_s;        /* overhead between two dependent kernels */
    /* Set from struct software, not by the record: launch_s of passes over tensors, and the
     * share of the sustained rate that products on tensor cores reach (0: all of it). */
    double pass_launch_s, product_share;
    double step_s; /* latency of one step along k whose operands come from memory */

    /* Kernels.  A thread block of an implicit GEMM computes a tile of tile_m x tile_n outputs
     * in steps of tile_k; blocks_per_processor are resident at once. */
    uint64_t tile_m, tile_n, tile_k;
    uint64_t blocks_per_processor;
    uint64_t stages;           /* steps of k whose operands are prefetched at once */
    int block_order;           /* enum block_order (block_kernel.h) */
    uint64_t block_swizzle;    /* tile rows per band, for BLOCK_ORDER_SWIZZLE */
    int attention;             /* enum attention_kernels */
    int attention_order;       /* enum attention_order (block_kernel.h) */
    uint64_t attention_tile;   /* queries per thread block */
    bool attention_alternates; /* every second wave reads the keys in reverse order */
    /* Standard deviation of start times, in block durations (block_kernel.h).  Attention has
     * one of its own: a block that leads waits for DRAM while the blocks behind it hit. */
    double attention_drift, block_drift;
    bool l1_bypass;            /* every global load reaches the last-level cache */
    bool unrolls_convolutions; /* one image at a time into a workspace (im2col) */
    bool fuses_elementwise; /* activation, normalisation and addition take no kernel */
    int kernels;            /* enum kernel_counting */

    /* Last-level cache. */
    uint64_t llc_line_bytes, llc_sector_bytes;
    uint64_t llc_ways; /* 0: fully associative */
    uint64_t llc_slices;
    uint64_t llc_copies; /* partitions, each with a copy of data that all blocks read */
    uint64_t llc_dies;   /* each with a cache and an equal share of the processors */
    bool dies_take_heads; /* attention's heads, not its blocks, are spread over dies */
    double llc_bytes;     /* of the product as sold */
    double llc_bytes_per_s;   /* all slices together */
    uint64_t llc_outstanding; /* sectors in flight per processor, at most; 0: unknown */
    double llc_latency_s;     /* of a hit, without that of the arrays; 0: unknown */
    /* Rate at which a product's outputs are written; 0: the write takes no time. */
    double llc_write_bytes_per_s;

    double link_bytes_per_s; /* to other GPUs, one direction; 0: none */

    /* DRAM behind it. */
    double dram_bytes; /* 0: not stated */
    double dram_bytes_per_s;
    double dram_share; /* share of that bandwidth that kernels achieve */
    /* activation and interface included */
    double dram_read_j_per_bit, dram_write_j_per_bit;
    double dram_latency_s;   /* of one access, beyond a hit in the cache */
    double dram_parallelism; /* accesses that overlap, for the serial time base */
    double dram_background_w;
    double mac_j; /* energy of one FP32 multiply-accumulate, core overheads included */
    int arithmetic; /* enum arithmetic: how mac_j follows the bits */
    /* The same of units for other precisions (as peak_macs_*); 0: scaled from mac_j. */
    double mac_64b_j, mac_16b_j, mac_8b_j, mac_4b_j;
    double idle_w;
    double power_limit_w; /* of the board, above which the clock falls; 0: not known */
    const char *dram_source; /* which values replace unpublished ones, and why */
};

/* Returns the share of the clock that the power limit sustains during products. */
double gpu_sustained_share(const struct gpu *gpu, unsigned precision_bits);

/* Returns the energy [J] of a multiply-accumulate: the record's for that precision, or else
 * mac_j scaled by `arithmetic`.  If units with another peak rate compute it, such as tensor cores,
 * it is at most the power limit divided by that rate. */
double gpu_mac_j(const struct gpu *gpu, unsigned precision_bits);

/* Returns the peak multiply-accumulates per second at a precision. */
double gpu_peak_macs_hz(const struct gpu *gpu, unsigned precision_bits);

#endif
