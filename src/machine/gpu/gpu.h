/* A GPU turns a workload into accesses of its last-level cache and knows what lies behind
 * that cache.  Each of the record's parameters has a source. */
#ifndef NVSWEEP_GPU_GPU_H
#define NVSWEEP_GPU_GPU_H

#include "machine/machine.h"

#include <stdbool.h>
#include <stdint.h>

/* How the accesses of a network without convolutions are found; those of others are always
 * followed line by line. */
enum kernel_counting { KERNELS_FOLLOWED, KERNELS_COUNTED };

/* How attention is computed where kernels are counted. */
enum attention_kernels {
    ATTENTION_FUSED,       /* scores stay on the chip (FlashAttention-2 and later) */
    ATTENTION_FUSED_FIRST, /* the same, keys outermost (FlashAttention) */
    ATTENTION_UNFUSED, /* two products and a softmax between them, scores in memory */
};
extern const struct word attention_words[];

struct gpu {
    struct machine machine;

    /* Arithmetic.  peak_* are multiply-accumulates a second. */
    uint64_t processors; /* streaming multiprocessors */
    double clock_hz;
    double peak_macs_hz;     /* FP32 */
    double peak_macs_16b_hz; /* 16 bits and less; 0: as peak_macs_hz */
    double peak_macs_8b_hz;  /* 8 bits and less; 0: as 16 bits */
    double peak_macs_4b_hz;  /* 4 bits and less; 0: as 8 bits */
    double peak_macs_64b_hz; /* more than 32 bits; 0: half of peak_macs_hz */
    double
        kernel_efficiency; /* share of peak a full grid of blocks reaches at its clock */
    /* Of the clock, that which the board's power sustains under products of 16 bits and more,
     * and of less. */
    double sustained_share, sustained_8b_share;
    double attention_share; /* of peak, that attention on the chip reaches */
    double launch_s;        /* between two dependent kernels */
    double
        pass_launch_s; /* before passes over tensors; not the record's: as launch_s, or
                               * the software's */
    double
        product_share; /* of the sustained rate, of tensor units' products; the software's; 0: 1 */
    double step_s; /* of a step of k whose operands come from memory, alone */

    /* Kernels: an implicit-GEMM thread block computes tile_m x tile_n outputs, tile_k
     * deep at a time; blocks_per_processor run at once. */
    uint64_t tile_m, tile_n, tile_k;
    uint64_t blocks_per_processor;
    uint64_t stages;           /* steps of k whose operands are on their way at once */
    int block_order;           /* enum block_order (block_kernel.h) */
    uint64_t block_swizzle;    /* tile rows of a band, for that order */
    int attention;             /* enum attention_kernels */
    int attention_order;       /* enum attention_order (block_kernel.h) */
    uint64_t attention_tile;   /* queries of a block */
    bool attention_alternates; /* every second wave walks over the keys backwards */
    double
        attention_drift; /* the same of attention's blocks, which walk over shared keys:
                                * one that leads waits for the DRAM, those behind hit */
    double block_drift;  /* of waves against each other, in block durations */
    bool l1_bypass;      /* every global load reaches the last-level cache */
    bool unrolls_convolutions; /* image by image through a workspace (im2col) */
    bool fuses_elementwise;    /* activation, normalisation, addition cost no pass */
    int kernels;               /* enum kernel_counting */

    /* Last-level cache. */
    uint64_t llc_line_bytes, llc_sector_bytes;
    uint64_t llc_ways; /* 0: fully associative */
    uint64_t llc_slices;
    uint64_t llc_copies;  /* partitions that each hold a copy of what all blocks read */
    uint64_t llc_dies;    /* with a cache and a share of the processors each */
    bool dies_take_heads; /* of attention; else blocks go to the dies in turn */
    double llc_bytes;     /* as sold, for reference */
    double llc_bytes_per_s; /* all slices together */
    uint64_t
        llc_outstanding; /* sectors that a processor may have in flight; 0: not known */
    double llc_latency_s; /* of a hit, its arrays apart; 0: not known */
    double
        llc_write_bytes_per_s; /* at which a product's outputs leave; 0: in no time */

    double link_bytes_per_s; /* to other GPUs, one direction; 0: none */

    /* DRAM behind it. */
    double dram_bytes; /* 0: not stated */
    double dram_bytes_per_s;
    double dram_share; /* of that bandwidth, which kernels achieve */
    double dram_read_j_per_bit,
        dram_write_j_per_bit; /* activation and interface included */
    double dram_latency_s;    /* of one access, beyond a hit in the cache */
    double dram_parallelism;  /* accesses that overlap, for the serial time base */
    double dram_background_w;
    double mac_j; /* energy of one FP32 multiply-accumulate, core overheads included */
    int arithmetic; /* enum arithmetic: how mac_j follows the bits */
    /* The same of units for other precisions, as the peak rates; 0: by the law. */
    double mac_64b_j, mac_16b_j, mac_8b_j, mac_4b_j;
    double idle_w;
    double power_limit_w; /* of the board, above which the clock falls; 0: not known */
    const char *dram_source; /* which values of the unknown ones are used, and why */
};

/* Share of the clock that products of a precision sustain. */
double gpu_sustained_share(const struct gpu *gpu, unsigned precision_bits);

/* Energy of a multiply-accumulate: the record's at its precision; else that at 32 bits, scaled by
 * its law, but where the peak rate is another no more than the power limit over that rate. */
double gpu_mac_j(const struct gpu *gpu, unsigned precision_bits);

/* Peak multiply-accumulates a second at a precision. */
double gpu_peak_macs_hz(const struct gpu *gpu, unsigned precision_bits);

#endif
