/* Analytical model of kernels by thread blocks: what a matrix product or fused attention reads
 * and writes at the last-level cache, and how its thread blocks share data (block_reuse.h).
 *
 * Thread blocks are launched in a stated order.  Those that run at the same time are a wave.
 * A processor starts a new block when one ends, so the processors drift apart like a random
 * walk. */
#ifndef NVSWEEP_GPU_BLOCK_KERNEL_H
#define NVSWEEP_GPU_BLOCK_KERNEL_H

#include "base/text.h"
#include "machine/gpu/block_reuse.h"

#include <stdbool.h>

/* Order in which the tiles of a product are launched. */
enum block_order {
    /* Bands of tile rows with BLOCK_BAND_ROWS rows in all, column by column within a band
     * (the swizzle of libraries). */
    BLOCK_ORDER_BANDS,
    BLOCK_ORDER_ROWS,    /* row by row */
    BLOCK_ORDER_COLUMNS, /* column by column */
    BLOCK_ORDER_SWIZZLE, /* bands of `swizzle` tile rows, column by column */
};
extern const struct word block_order_words[];
enum { BLOCK_BAND_ROWS = 1024 };

/* Order in which the blocks of attention are launched. */
enum attention_order {
    ATTENTION_ORDER_HEADS, /* all tiles of queries of a head, then the next head */
    ATTENTION_ORDER_TILES, /* the first tile of every head, then the second */
};
extern const struct word attention_order_words[];

/* The parameters of a GPU on which the launch of a kernel's thread blocks depends. */
struct block_launch {
    uint64_t processors;
    uint64_t ways; /* of the last-level cache; 0: fully associative */
    /* Standard deviation of a block's start time after one block duration, in block durations;
     * it grows with the square root of the time.  0: processors run in lockstep. */
    double drift, attention_drift;
    enum block_order order;
    uint64_t swizzle; /* tile rows per band, for BLOCK_ORDER_SWIZZLE */
    enum attention_order attention_order;
    /* Dies, each with a cache and an equal share of the processors.  Thread blocks are
     * assigned to them round-robin; with dies_take_heads, whole heads of attention are. */
    uint64_t dies;
    bool dies_take_heads;
};
struct gpu;
struct block_launch block_launch_of(const struct gpu *gpu);

/* A batch of `products` matrix products (m x k) times (k x n), computed tile by tile. */
struct block_product {
    uint64_t m, n, k, products;
    uint64_t tile_m, tile_n;
    uint64_t splits; /* slices of k (split-K): another kernel adds their 4-byte sums */
    uint64_t blocks_per_processor;    /* resident at once */
    double a_bytes, b_bytes, c_bytes; /* of an element */
};

/* The loop order of fused attention, which keeps its scores on the chip. */
enum attention_walk {
    /* A thread block holds tile_tokens queries of a head and reads all keys and values of its
     * key-value head (FlashAttention-2).  In the backward pass it holds keys and values and
     * reads queries and other tensors of their size. */
    ATTENTION_WALK_KEYS,
    /* A thread block computes a head: for every tile_tokens of its keys it reads all queries
     * and reads and writes all outputs (FlashAttention, arXiv 2205.14135). */
    ATTENTION_WALK_QUERIES,
};

struct block_attention {
    uint64_t batch, heads, kv_heads, head_width;
    uint64_t tokens, context; /* queries, and keys that they attend to */
    int walk;                 /* enum attention_walk */
    /* Thread blocks among which the keys of a tile of queries are divided; another kernel adds
     * up their results. */
    uint64_t splits;
    /* Tensors that all thread blocks of a head read, each as large as the keys, or the queries
     * with ATTENTION_WALK_QUERIES: 2 in the forward pass (keys and values). */
    uint64_t shared_tensors;
    /* Tensors of 4-byte sums, as many as queries, that are read and written for each tile of
     * keys with ATTENTION_WALK_QUERIES. */
    uint64_t rewritten_tensors;
    /* Tensors of which each thread block reads or writes its own part once: 1 and 1 in the
     * forward pass (queries and outputs). */
    uint64_t own_reads, own_writes;
    uint64_t tile_tokens;
    uint64_t blocks_per_processor;
    bool is_causal;  /* query i attends to keys 0 to context - tokens + i */
    bool alternates; /* every second wave reads the keys in reverse order */
    /* of an element; of one of the shared tensors */
    double element_bytes, shared_bytes;
};

/* The intervals of a product's time, from 0 (its begin) to 1 (its end), in which an operand is
 * read from end to end for the first and for the last time. */
struct block_windows {
    double first_begin, first_end, last_begin, last_end;
};
struct block_windows block_product_window(const struct block_product *product,
                                          const struct block_launch *launch, bool is_b);

/* The traffic between a kernel and the last-level cache, and the reuse of what it reads. */
struct block_traffic {
    uint64_t blocks; /* thread blocks */
    double read_bytes, write_bytes;
    double unique_bytes; /* distinct bytes among the reads */
    double dies;         /* number of dies; `reuse` is that of one */
    bool is_private;     /* data are reused within one thread block only */
    struct block_reuse *reuse;
};

/* Return the traffic of a kernel.  The caller frees `reuse` with block_reuse_free.  If there
 * are many millions of thread blocks, every n-th strip is counted, with weight n. */
struct block_traffic block_product_traffic(const struct block_product *product,
                                           const struct block_launch *launch);
struct block_traffic block_attention_traffic(const struct block_attention *attention,
                                             const struct block_launch *launch);

/* Computes the misses of all dies together at `count` rising capacities in bytes
 * (block_reuse_misses): compulsory_bytes of each byte's first read, refetched_bytes of all
 * others. */
void block_traffic_misses(const struct block_traffic *traffic, const double *capacities,
                          uint64_t count, struct block_misses *misses);

/* Returns the hit ratio that hardware counters show if dram_read_bytes are fetched for
 * read_bytes and write_bytes at the cache.  An access to a line whose fetch is outstanding
 * counts as a miss but causes no second fetch; the more thread blocks share a byte, the more
 * such accesses there are. */
double block_hit_share(double read_bytes, double write_bytes, double dram_read_bytes);

#endif
