/* Lifetimes of data if kernels are modelled by thread blocks (block_stream.h).  A tensor is
 * divided into parts in address order, and each part is a run of lines with a common history.
 * Within a kernel a run is used from the kernel's first pass over it to its last, so that either
 * end of a lifetime is wrong by at most one kernel.  Lines that are fetched again within a
 * kernel live at most as long as the kernel. */
#ifndef NVSWEEP_GPU_BLOCK_LIFE_H
#define NVSWEEP_GPU_BLOCK_LIFE_H

#include "machine/gpu/block_stream.h"
#include "workload/lifetime.h"

enum { BLOCK_PARTS = 8 }; /* parts into which a tensor is divided */

struct block_life; /* opaque */

/* graph and map stay the caller's until block_life_finish. */
struct block_life *block_life_create(const struct gpu *gpu, const struct graph *graph,
                                     const struct memory_map *map);

/* Creates the runs of a segment of lines that is accessed for the first time and returns their
 * handle, above 0; block_life_cut splits them, and returns the handle of the part that is cut
 * off and keeps the history. */
uint32_t block_life_add(struct block_life *life, uint64_t first_line, uint64_t lines);
uint32_t block_life_cut(struct block_life *life, uint32_t runs, uint64_t lines_left,
                        uint64_t lines_cut);

/* Notes that the current kernel accesses the runs: for the first time in `first`, for the last
 * time in `last`, with the stack distance of part i in bins[i] (curve_bin). */
void block_life_touch(struct block_life *life, uint32_t runs,
                      const unsigned bins[BLOCK_PARTS], bool writes,
                      struct block_window first, struct block_window last);

/* Ends the kernel, which took duration_s after launch_s.  refetched_bytes[i] of what it accessed are
 * fetched again at the i-th capacity; NULL: none. */
void block_life_kernel(struct block_life *life, double launch_s, double duration_s,
                       const double refetched_bytes[CURVE_POINTS]);

/* Begins the second run, which alone is counted. */
void block_life_begin(struct block_life *life);

/* Fills in the table and frees life. */
void block_life_finish(struct block_life *life, struct lifetime_table *table);

#endif
