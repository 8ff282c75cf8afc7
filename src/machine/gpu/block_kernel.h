/* Kernels counted by thread blocks: what a matrix product or fused attention reads and
 * writes at the last-level cache, and how its blocks share data (block_reuse.h).
 *
 * Blocks are launched in a stated order; as many run at a time as fit, a wave.  Processors
 * start a block when they end one, so waves drift apart as a random walk. */
#ifndef NVSWEEP_GPU_BLOCK_KERNEL_H
#define NVSWEEP_GPU_BLOCK_KERNEL_H

#include "base/text.h"
#include "machine/gpu/block_reuse.h"

#include <stdbool.h>

/* Order in which the tiles of a product are launched. */
enum block_order {
    BLOCK_ORDER_BANDS, /* bands of as many tile rows as hold BLOCK_BAND_ROWS rows: within
                          * a band column by column (the swizzle of libraries) */
    BLOCK_ORDER_ROWS,  /* a row of tiles after the other */
    BLOCK_ORDER_COLUMNS, /* a column of tiles after the other */
    BLOCK_ORDER_SWIZZLE, /* bands of `swizzle` tile rows */
};
extern const struct word block_order_words[];
enum { BLOCK_BAND_ROWS = 1024 };

/* Order in which the blocks of attention are launched. */
enum attention_order {
    ATTENTION_ORDER_HEADS, /* all tiles of queries of a head, then the next head */
    ATTENTION_ORDER_TILES, /* the first tile of every head, then the second */
};
extern const struct word attention_order_words[];

/* What of a GPU a kernel's blocks see. */
struct block_launch {
    uint64_t processors;
    uint64_t ways; /* of the last-level cache; 0: fully associative */
    /* Standard deviation of a wave's start after one block duration, in block durations;
     * after w of them sqrt(w) times as much.  0: waves run in step. */
    double drift, attention_drift;
    enum block_order order;
    uint64_t swizzle; /* tile rows of a band, for BLOCK_ORDER_SWIZZLE */
    enum attention_order attention_order;
    /* Dies with caches of their own, each with its share of the processors.  Blocks go to
     * them in turn, or, if dies_take_heads, whole heads of attention do. */
    uint64_t dies;
    bool dies_take_heads;
};
struct gpu;
struct block_launch block_launch_of(const struct gpu *gpu);

/* products x (m x n) = (m x k) times (k x n), tile by tile. */
struct block_product {
    uint64_t m, n, k, products;
    uint64_t tile_m, tile_n;
    uint64_t
        splits; /* of k, with blocks of their own, whose 4-byte sums another kernel adds */
    uint64_t blocks_per_processor;    /* that run at once */
    double a_bytes, b_bytes, c_bytes; /* an element */
};

/* How attention that keeps its scores on the chip walks. */
enum attention_walk {
    /* A block takes tile_tokens queries of a head and walks over the keys and values of its
     * key-value head (FlashAttention-2).  On the way back queries and keys change places, and
     * other tensors go with them. */
    ATTENTION_WALK_KEYS,
    /* A block takes a head and for every tile_tokens of its keys walks over its queries and
     * outputs, which it reads and writes each time (FlashAttention, arXiv 2205.14135). */
    ATTENTION_WALK_QUERIES,
};

struct block_attention {
    uint64_t batch, heads, kv_heads, head_width;
    uint64_t tokens, context; /* queries, and keys that they see */
    int walk;                 /* enum attention_walk */
    uint64_t splits; /* blocks that share a tile's keys and add up in another kernel */
    /* Tensors as large as what is walked over (keys, or queries), which all blocks of a head
     * read: 2 (keys and values). */
    uint64_t shared_tensors;
    uint64_t
        rewritten_tensors; /* of the queries' size in 4-byte sums, read and written anew on
                                 * each walk over the queries */
    uint64_t own_reads,
        own_writes; /* as large as the block's own side, a block its part: 1, 1 */
    uint64_t tile_tokens;
    uint64_t blocks_per_processor;
    bool is_causal;  /* query i sees the keys up to context - tokens + i */
    bool alternates; /* every second wave walks over the keys backwards */
    double element_bytes, shared_bytes; /* an element; of the shared tensors */
};

/* Parts of a product's time, 0 to 1, in which its two operands are walked through for the
 * first time and for the last. */
struct block_windows {
    double first_begin, first_end, last_begin, last_end;
};
struct block_windows block_product_window(const struct block_product *product,
                                          const struct block_launch *launch, bool is_b);

/* What a kernel moves at the last-level cache, and the reuse of what it reads. */
struct block_traffic {
    uint64_t blocks;
    double read_bytes, write_bytes;
    double unique_bytes; /* of the reads, each byte once */
    double dies;         /* reuse is that of one of so many */
    bool is_private;     /* what is read again is read by one block alone */
    struct block_reuse *reuse;
};

/* reuse is the caller's, freed with block_reuse_free.  Of a product or attention with many
 * millions of blocks every n-th strip is looked at and stands for n. */
struct block_traffic block_product_traffic(const struct block_product *product,
                                           const struct block_launch *launch);
struct block_traffic block_attention_traffic(const struct block_attention *attention,
                                             const struct block_launch *launch);

/* Misses of all dies at capacities (block_reuse_misses): first_bytes are those read once, again_bytes
 * all others. */
void block_traffic_misses(const struct block_traffic *traffic, const double *capacities,
                          uint64_t count, struct block_misses *misses);

/* Share of accesses that hit, as the hardware counts them: when dram_bytes are fetched for
 * read_bytes and write_bytes at the cache.  A line asked for again while it is on its way
 * counts as a miss but is fetched once: the more users a byte has, the more often. */
double block_hit_share(double read_bytes, double write_bytes, double dram_read_bytes);

#endif
