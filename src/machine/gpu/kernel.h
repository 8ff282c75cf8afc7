/* The two kinds of GPU kernel that networks are made of, as streams of last-level-cache
 * accesses: tiled matrix products and passes over tensors. */
#ifndef NVSWEEP_GPU_KERNEL_H
#define NVSWEEP_GPU_KERNEL_H

#include "machine/gpu/block_stream.h"
#include "machine/gpu/operand.h"
#include "machine/gpu/gpu.h"
#include "workload/access.h"

/* Makes accesses and sums up what does not depend on the cache. */
struct kernel_stream {
    const struct gpu *gpu;
    struct granularity granularity;
    unsigned precision_bits;
    double a_bits; /* of counted products' first operand in memory; 0: precision_bits */
    double macs_hz;          /* peak at this precision that kernels sustain */
    struct access_sink sink; /* .accesses NULL: count macs, time and `accesses` only */
    struct block_stream *blocks; /* if not NULL, kernels are counted there instead */
    double macs, compute_s, kernels;
    double accesses; /* estimate, made without a stream, of all accesses */
    double tiles,
        tile_accesses; /* of the largest tile list, with every line followed */
    /* Accesses that the sample does not stand for, being of tensors so small and so often
     * used that their number had to be counted: short reuses, all of them. */
    double missed_reads, missed_writes;
    struct tile_list a, b, c;
    uint32_t *buffer;
    size_t buffered;
};

void kernel_stream_create(struct kernel_stream *stream, const struct gpu *gpu,
                          unsigned precision_bits, unsigned shift,
                          struct access_sink sink);
void kernel_stream_flush(struct kernel_stream *stream);
void kernel_stream_free(struct kernel_stream *stream);

/* products x (m x n) += (m x k) times (k x n).
 *
 * A thread block computes one output tile, step by step along k; all blocks that fit on
 * the processors run at once and in step, each loading its tile of a and of b; then
 * each writes its tile of c (having read it, if the product accumulates).  Blocks are
 * numbered along m first, then n, then product.  Tiles are halved, down to 32, where
 * the matrix is smaller or has too few of them to occupy every processor; if it still
 * has, blocks split k and add up in the last-level cache (as split-K kernels do with
 * atomic additions). */
struct kernel_product {
    uint64_t m, n, k, products;
    struct operand a, b, c; /* x, y: m, k; n, k; m, n */
    bool accumulates;
    double useful; /* share of the k that holds data: strided data gradients skip the
                      rest */
};
void kernel_product(struct kernel_stream *stream, const struct kernel_product *product);

/* The same where only blocks are counted: what is touched instead of operands, the first
 * of a_bits an element. */
void kernel_counted_product(struct kernel_stream *stream, uint64_t m, uint64_t n,
                            uint64_t k, uint64_t products,
                            const struct block_touch *touches, size_t count);

/* Attention that keeps its scores on the chip, of macs multiply-accumulates. */
void kernel_attention(struct kernel_stream *stream,
                      const struct block_attention *attention, double macs,
                      const struct block_touch *touches, size_t count);

/* A pass over tensors of any sizes side by side: a wave of thread blocks reads its
 * share of all it reads, `times` times, then writes its share of all it writes. */
struct pass_tensor {
    uint64_t first_line, lines;
    uint64_t times; /* reads: loads per element */
    bool writes;
};
enum { PASS_TENSORS_MAX = 16 };
struct pass {
    struct pass_tensor tensors[PASS_TENSORS_MAX];
    unsigned count;
    bool backwards; /* last wave first */
    double macs;
    double exchange_s; /* with other GPUs, meanwhile */
    /* Of blocks that compute when they have their bytes: the arithmetic's time, and blocks that
     * are on a processor at once.  0: computed meanwhile. */
    double turn_s, turns;
};
void kernel_pass(struct kernel_stream *stream, const struct pass *pass);

/* One access to each of `lines` lines from first_line. */
void kernel_run(struct kernel_stream *stream, uint64_t first_line, uint64_t lines,
                bool writes);

#endif
