/* Lifetimes of data where kernels are counted by thread blocks (block_stream.h): each part of a
 * tensor's walk is a run of lines with one history.  Within a kernel a run lives from its first
 * walk through to its last, so that either end of a lifetime is off by the kernel at most; what
 * blocks fetch again within a kernel lives no longer than that. */
#ifndef NVSWEEP_GPU_BLOCK_LIFE_H
#define NVSWEEP_GPU_BLOCK_LIFE_H

#include "machine/gpu/block_stream.h"
#include "workload/lifetime.h"

enum { BLOCK_PARTS = 8 }; /* a tensor's walk is looked at in so many parts */

struct block_life; /* opaque */

struct block_life *block_life_create(const struct gpu *gpu, const struct graph *graph,
                                     const struct memory_map *map);

/* The runs of a segment of lines that is touched for the first time, as a number above 0; and
 * of what is cut off it, which has its history. */
uint32_t block_life_add(struct block_life *life, uint64_t first_line, uint64_t lines);
uint32_t block_life_cut(struct block_life *life, uint32_t runs, uint64_t lines_left,
                        uint64_t lines_cut);

/* The kernel walks through runs for the first time in `first` and the last time in `last`, at
 * distances in these bins. */
void block_life_touch(struct block_life *life, uint32_t runs,
                      const unsigned bins[BLOCK_PARTS], bool writes,
                      struct block_window first, struct block_window last);

/* The kernel's end: it took duration_s after launch_s, and its blocks fetched so many bytes
 * again (NULL: none) of what it touched. */
void block_life_kernel(struct block_life *life, double launch_s, double duration_s,
                       const double again_bytes[CURVE_POINTS]);

/* The second run begins. */
void block_life_begin(struct block_life *life);

/* Frees life. */
void block_life_finish(struct block_life *life, struct lifetime_table *table);

#endif
