/* The reuse curve of a network's sequence of kernels, modelled by thread blocks
 * (block_kernel.h) without a trace of lines.
 *
 * Within a kernel, reuse is that of its thread blocks.  Between kernels, a tensor hits if its
 * stack distance, the bytes accessed since its last use, fits: LRU over tensors.  A kernel
 * accesses all of its tensors concurrently and in address order.  The operands of a product
 * have intervals of their own (block_windows): one that every column of tiles uses is read
 * repeatedly until the end.  The run repeats for ever, as in workload/stack_distance.h: it is
 * evaluated twice and counted the second time. */
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

/* An interval of a kernel's time, from 0 (its begin) to 1 (its end). */
struct block_window {
    double begin, end;
};

/* A tensor that a kernel reads or writes, in address order: for the first time during `first`
 * and for the last time during `last`.  {0, 0} means the whole kernel, {0, 1}. */
struct block_touch {
    struct map_extent extent;
    bool writes;
    struct block_window first, last;
};

/* Times of a pass in addition to its transfers: launch_s before it, alone_s concurrently with
 * them, and turn_s for the arithmetic that each thread block does after its data arrive, of which
 * `turns` are resident on a processor (gpu_alternating_s). */
struct pass_times {
    double launch_s, alone_s;
    double turn_s, turns;
};

/* Adds a kernel that accesses its `count` tensors once, with the bytes that it reads and writes
 * at the cache and its times apart from these transfers. */
void block_stream_pass(struct block_stream *stream, const struct block_touch *touches,
                       size_t count, double read_bytes, double write_bytes,
                       const struct pass_times *times);

/* Add a matrix product, whose first two touches are its operands A and B, and attention, whose
 * thread blocks share data.  alone_s: time with unlimited cache and DRAM bandwidth.  Equal
 * kernels are evaluated once. */
void block_stream_product(struct block_stream *stream,
                          const struct block_product *product,
                          const struct block_touch *touches, size_t count,
                          double alone_s);
void block_stream_attention(struct block_stream *stream,
                            const struct block_attention *attention,
                            const struct block_touch *touches, size_t count,
                            double alone_s);

struct block_life;

/* Records lifetimes as well from now on; life stays the caller's, NULL: none are recorded. */
void block_stream_time(struct block_stream *stream, struct block_life *life);

/* Ends the first run; everything after this call is counted. */
void block_stream_begin(struct block_stream *stream);

/* Writes misses, write-backs and bytes of the second run to curve and leaves its other members
 * unchanged.  kernel_s[i] is the run's time at the curve's i-th capacity, the sum over its
 * kernels (gpu_kernel_s). */
void block_stream_finish(struct block_stream *stream, struct reuse_curve *curve,
                         double kernel_s[CURVE_POINTS]);

#endif
