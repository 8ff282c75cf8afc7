/* A network's kernels one after the other, counted by thread blocks (block_kernel.h): the
 * reuse curve of all of them, without following a line.
 *
 * Within a kernel its blocks share data.  Between kernels a tensor is found again if what
 * was touched since its last use fits: LRU over tensors, of which each kernel walks through
 * all of its own side by side and in order.  Operands of a product are told apart: one that
 * all columns of tiles use is walked through again and again, until the end.  The run repeats for ever, as in
 * workload/stack_distance.h: it is made twice and counted the second time. */
#ifndef NVSWEEP_GPU_BLOCK_STREAM_H
#define NVSWEEP_GPU_BLOCK_STREAM_H

#include "machine/gpu/block_kernel.h"
#include "machine/gpu/memory_map.h"
#include "machine/gpu/gpu.h"
#include "workload/curve.h"

#include <stddef.h>

struct block_stream; /* opaque */

struct block_stream *block_stream_create(const struct gpu *gpu);
void block_stream_free(struct block_stream *stream);

/* A part of a kernel's time, 0 to 1. */
struct block_window {
    double begin, end;
};

/* What a kernel touches.  It walks through the extent, in order, for the first time in
 * `first` and for the last time in `last`; both are {0, 1} where they are left {0, 0}. */
struct block_touch {
    struct map_extent extent;
    bool writes;
    struct block_window first, last;
};

/* What a pass takes beside its bytes: before it, meanwhile, and after them in each of its blocks, of
 * which `turns` share a processor. */
struct pass_times {
    double launch_s, alone_s;
    double turn_s, turns;
};

/* A kernel that walks through its tensors once, with the bytes that it moves at the cache and
 * the time that it takes if caches and DRAM move them at once. */
void block_stream_pass(struct block_stream *stream, const struct block_touch *touches,
                       size_t count, double read_bytes, double write_bytes,
                       const struct pass_times *times);

/* A matrix product, whose first two touches are its operands, and attention: their blocks share
 * data.  Equal ones are worked out once. */
void block_stream_product(struct block_stream *stream,
                          const struct block_product *product,
                          const struct block_touch *touches, size_t count,
                          double alone_s);
void block_stream_attention(struct block_stream *stream,
                            const struct block_attention *attention,
                            const struct block_touch *touches, size_t count,
                            double alone_s);

/* Notes lifetimes, too; life may be NULL. */
struct block_life;
void block_stream_time(struct block_stream *stream, struct block_life *life);

/* After the first run: count from here. */
void block_stream_begin(struct block_stream *stream);

/* Misses, write-backs and bytes of the second run into curve, whose other members are left;
 * kernel_s[i]: the run's time at the curve's i-th capacity, the sum of its kernels'
 * (gpu_kernel_s). */
void block_stream_finish(struct block_stream *stream, struct reuse_curve *curve,
                         double kernel_s[CURVE_POINTS]);

#endif
