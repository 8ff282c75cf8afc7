/* The kernels of a network on a GPU as streams of last-level-cache accesses: tiled matrix
 * products, attention, and passes over tensors (elementwise and reduction kernels). */
#ifndef NVSWEEP_GPU_KERNEL_H
#define NVSWEEP_GPU_KERNEL_H

#include "machine/gpu/block_stream.h"
#include "machine/gpu/operand.h"
#include "machine/gpu/gpu.h"
#include "workload/access.h"

/* Generates accesses and sums up what does not depend on the cache. */
struct kernel_stream {
    const struct gpu *gpu;
    struct granularity granularity;
    unsigned precision_bits;
    double a_bits;  /* element of a modelled product's operand A; 0: precision_bits */
    double macs_hz; /* multiply-accumulate rate that kernels sustain */
    struct access_sink sink;     /* .accesses NULL: only the sums are wanted */
    struct block_stream *blocks; /* if not NULL, models kernels by thread blocks */
    double macs, compute_s, kernels;
    double accesses; /* estimate of all accesses, found without generating them */
    /* Size of the largest tile list if all lines are traced. */
    double tiles, tile_accesses;
    /* Accesses of small operands that are counted exactly because a sample of their few lines
     * is too noisy.  All of them are reuses at short stack distances. */
    double missed_reads, missed_writes;
    struct tile_list a, b, c;
    uint32_t *buffer;
    size_t buffered;
};

/* stream and gpu stay the caller's; one line in 2^shift is traced.  kernel_stream_flush passes
 * what is buffered to the sink. */
void kernel_stream_create(struct kernel_stream *stream, const struct gpu *gpu,
                          unsigned precision_bits, unsigned shift,
                          struct access_sink sink);
void kernel_stream_flush(struct kernel_stream *stream);
void kernel_stream_free(struct kernel_stream *stream);

/* A batch of `products` matrix products (m x n) += (m x k) times (k x n).
 *
 * A thread block computes one output tile, step by step along k.  All thread blocks of a wave
 * run in lockstep: in each step they load their tiles of a and b, and at the end they write
 * their tile of c (after reading it, if the product accumulates).  Thread blocks are numbered
 * along m first, then n, then product.  Tiles are halved, down to 32, while the matrix is
 * smaller or has fewer tiles than the GPU has processors.  If it still has fewer, thread blocks
 * split k and add up in the last-level cache (split-K kernels with atomic additions). */
struct kernel_product {
    uint64_t m, n, k, products;
    struct operand a, b, c; /* x, y: m, k; n, k; m, n */
    bool accumulates;
    double useful; /* share of k with data; strided data gradients skip the rest */
};

/* Generates the product's accesses. */
void kernel_product(struct kernel_stream *stream, const struct kernel_product *product);

/* Models a product by thread blocks: the tensors that it accesses take the place of operands,
 * the first of them A with a_bits per element. */
void kernel_counted_product(struct kernel_stream *stream, uint64_t m, uint64_t n,
                            uint64_t k, uint64_t products,
                            const struct block_touch *touches, size_t count);

/* Models fused attention, which takes macs multiply-accumulates, by thread blocks. */
void kernel_attention(struct kernel_stream *stream,
                      const struct block_attention *attention, double macs,
                      const struct block_touch *touches, size_t count);

/* A kernel that makes one pass over several tensors of any size.  Each wave of thread blocks
 * reads its share of every input, `times` times, and then writes its share of every output. */
struct pass_tensor {
    uint64_t first_line, lines;
    uint64_t times; /* loads per element, for inputs */
    bool writes;
};
enum { PASS_TENSORS_MAX = 16 };
struct pass {
    struct pass_tensor tensors[PASS_TENSORS_MAX];
    unsigned count;
    bool backwards; /* last wave first */
    double macs;
    double exchange_s; /* transfers between GPUs, concurrent with the pass */
    /* If thread blocks compute only after their data arrive: the time of the arithmetic, and
     * the thread blocks that are resident on a processor.  0: arithmetic and transfers
     * overlap. */
    double turn_s, turns;
};
void kernel_pass(struct kernel_stream *stream, const struct pass *pass);

/* Generates one access to each of `lines` lines from first_line on. */
void kernel_run(struct kernel_stream *stream, uint64_t first_line, uint64_t lines,
                bool writes);

#endif
