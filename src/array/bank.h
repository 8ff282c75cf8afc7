/* From an organization to the metrics of one array: how address and data bits spread
 * over the H-tree, what a subarray looks like, a mat around shared predecoders, a bank
 * of mats.  A cache has two such arrays (cache.h). */
#ifndef NVSWEEP_ARRAY_BANK_H
#define NVSWEEP_ARRAY_BANK_H

#include "base/divide.h"
#include "array/subarray.h"

enum { HTREE_LEVELS = 10 };

/* Share of the wires that switch in an access when data are random. */
#define TREE_ACTIVITY 0.5

/* One array of a request: the data array or the tag array. */
struct task {
    const struct array_request *request;
    struct process process;
    struct fabric fabric;
    bool is_tag, is_cache;
    uint64_t sets;         /* words addressed, or sets */
    uint64_t ways;         /* as the bank sees them */
    uint64_t word_bits;    /* data: word; tag: width before rounding up */
    double banks;          /* equal banks that make up the memory */
    double tiers;          /* dies that share them */
    double bond_m2;        /* silicon that a bond takes on the lower die */
    struct wire_cost bond; /* one of them, its driver included */
    double longest_read_s; /* HUGE_VAL: no bound */
};

/* A level of the H-tree: wires of equal length, so many of them switching and in all.
 */
struct htree_level {
    double bits, active, copies, bundles;
};

/* The bank level of an organization: tree and what arrives at a mat. */
struct bank_shape {
    uint64_t rows, cols, active_rows, active_cols;
    unsigned h_levels, v_levels; /* of the tree; none of a bus */
    double bus_bits, bus_address_bits;
    struct htree_level h[HTREE_LEVELS], v[HTREE_LEVELS];
    uint64_t mat_sets, mat_bits, mat_ways;
    int mat_address_bits;
};

/* The mat level: the grid of subarrays and what arrives at each. */
struct mat_shape {
    uint64_t rows, cols, active_rows, active_cols;
    uint64_t sets, bits, ways; /* of one subarray; ways of the mat */
    int address_bits;
    uint64_t mux_extra[3]; /* way selection multiplied into the three levels */
};

struct mat {
    struct mat_shape shape;
    struct subarray subarray;
    unsigned row_bits;
    const struct predecoder *block[8];
    struct subarray_times times;
    struct comparator comparator;
    double width_m, height_m;
    double predecode_s, wires_s, read_s, write_s, set_s, reset_s, ramp;
    double predecode_j, wires_j, comparator_j, read_j, write_j, set_j, reset_j;
    double predecode_w, leakage_w;
    double predecoder_area_m2;
};

struct bank {
    double width_m, height_m, area_m2;
    double htree_s, read_s, write_s, set_s, reset_s; /* htree_s: tree or bus, one way */
    double htree_j, write_htree_j, read_j, write_j, set_j, reset_j;
    double htree_w, leakage_w;
};

/* Bits and copies of every level; false if the bits do not divide so. tag_bits is the
 * rounded tag width (ignored for data). */
bool bank_shape_make(struct bank_shape *shape, const struct task *task, uint64_t rows,
                     uint64_t cols, uint64_t active_rows, uint64_t active_cols,
                     uint64_t tag_bits, const char **why);

bool mat_shape_make(struct mat_shape *mat, const struct task *task,
                    const struct bank_shape *bank, uint64_t rows, uint64_t cols,
                    uint64_t active_rows, uint64_t active_cols, const char **why);

/* The subarray for multiplexer degrees. */
bool subarray_shape_make(struct subarray_shape *shape, const struct task *task,
                         const struct mat_shape *mat, uint64_t mux_sense,
                         uint64_t mux_out1, uint64_t mux_out2,
                         enum buffer_style buffers, const char **why);

/* Tag width rounded up so that it divides over everything active; 0 if it cannot. */
uint64_t tag_width(const struct task *task, uint64_t active);

/* Address bits that a mat's row predecoders take. */
unsigned mat_row_bits(const struct task *task, const struct mat_shape *mat,
                      const struct subarray_shape *shape);

/* What lengths in a mat grow by for all that the model does not count. */
double mat_stretch(const struct task *task);

/* Address to the subarrays or data back, over semi-global wires across half the mat; the
 * published tool leaves them out.  Longer sides cost more. */
struct mat_wires {
    double delay_s, energy_j;
};

struct mat_wires mat_wires_of(const struct task *task, const struct mat_shape *shape,
                              const struct subarray *subarray);

/* A mat from its shape; mat->subarray and mat->shape must be set. */
bool mat_make(struct mat *mat, const struct task *task, struct parts *parts,
              const char **why);

bool bank_make(struct bank *bank, const struct task *task,
               const struct bank_shape *shape, const struct mat *mat, const char **why);

/* What it takes to reach one of the banks that make up the memory from its port: over the
 * lowest die, then up the stack. */
struct reach {
    double delay_s, energy_j, leakage_w;
    double bond_s, bond_j, bond_w;
};

/* Silicon of the bonds of all banks. */
double bank_bonds_m2(const struct task *task);

struct reach bank_reach(const struct task *task, const struct bank *bank);

/* No less than this for banks of at least bank_m2. */
struct reach bank_reach_least(const struct task *task, double bank_m2);

/* Traversals of tree or bus whose time a read takes. */
double bank_trips(const struct task *task);

/* The breakdown that describes a bank, for banks of them. */
void bank_describe(const struct task *task, const struct bank_shape *shape,
                   const struct mat *mat, const struct bank *bank,
                   const struct array_organization *organization,
                   struct array_breakdown *breakdown);

/* Integer logarithm of a power of two, or rounded up for other counts. */
static inline int log2_up(uint64_t n)
{
    return n > 1 ? 64 - __builtin_clzll(n - 1) : 0;
}

static inline bool is_power_of_two(uint64_t n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

#endif
