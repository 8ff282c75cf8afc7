/* From an organization to the metrics of one array: how the H-tree distributes address and
 * data bits, the shape of a subarray, a mat with its shared predecoders, and a bank of mats.
 * A cache has two such arrays (cache.c). */
#ifndef NVSWEEP_ARRAY_BANK_H
#define NVSWEEP_ARRAY_BANK_H

#include "base/divide.h"
#include "array/subarray.h"

enum { HTREE_LEVELS = 10 };

/* The share of wires that switch in an access if data are random. */
#define TREE_ACTIVITY 0.5

/* One array of a request: the data array or the tag array. */
struct task {
    const struct array_request *request;
    struct process process;
    struct fabric fabric;
    bool is_tag, is_cache;
    uint64_t sets;         /* words addressed, or sets */
    uint64_t ways;         /* among which the bank selects */
    uint64_t word_bits;    /* data: word; tag: width before rounding up */
    double banks;          /* equal banks of which the memory consists */
    double tiers;          /* dies that share the banks */
    double bond_m2;        /* silicon that one bond takes on the lower die */
    struct wire_cost bond; /* one bond with its driver */
    double longest_read_s; /* HUGE_VAL: no bound */
};

/* A level of the H-tree: its wires are of equal length.  A bundle has `bits` wires; `active`
 * bundles switch in an access, and there are `bundles` in all. */
struct htree_level {
    double bits, active, copies, bundles;
};

/* The bank level of an organization: its tree, and what arrives at each mat. */
struct bank_shape {
    uint64_t rows, cols, active_rows, active_cols;
    unsigned h_levels, v_levels; /* of the tree; 0 for a bus */
    double bus_bits, bus_address_bits;
    struct htree_level h[HTREE_LEVELS], v[HTREE_LEVELS];
    uint64_t mat_sets, mat_bits, mat_ways;
    int mat_address_bits;
};

/* The mat level: the grid of subarrays, and what arrives at each of them. */
struct mat_shape {
    uint64_t rows, cols, active_rows, active_cols;
    uint64_t sets, bits, ways; /* of one subarray; ways of the mat */
    int address_bits;
    uint64_t mux_extra[3]; /* factors on the three multiplexers for selecting the way */
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

/* Computes the bits and copies of every level.  Returns false with the reason in why if the
 * bits cannot be divided in this way.  tag_bits is the rounded tag width (ignored for data). */
bool bank_shape_make(struct bank_shape *shape, const struct task *task, uint64_t rows,
                     uint64_t cols, uint64_t active_rows, uint64_t active_cols,
                     uint64_t tag_bits, const char **why);

/* Does the same for a mat. */
bool mat_shape_make(struct mat_shape *mat, const struct task *task,
                    const struct bank_shape *bank, uint64_t rows, uint64_t cols,
                    uint64_t active_rows, uint64_t active_cols, const char **why);

/* Computes rows and columns of the subarray from the degrees of its multiplexers. */
bool subarray_shape_make(struct subarray_shape *shape, const struct task *task,
                         const struct mat_shape *mat, uint64_t mux_sense,
                         uint64_t mux_out1, uint64_t mux_out2,
                         enum buffer_style buffers, const char **why);

/* Returns the tag width rounded up to a multiple of `active`, the number of active subarrays;
 * 0 if that is impossible. */
uint64_t tag_width(const struct task *task, uint64_t active);

/* Returns the number of address bits that the row predecoders of a mat decode. */
unsigned mat_row_bits(const struct task *task, const struct mat_shape *mat,
                      const struct subarray_shape *shape);

/* Returns the factor by which lengths in a mat grow because of the area that the model does
 * not count. */
double mat_stretch(const struct task *task);

/* The wires inside a mat, which carry the address to the subarrays or data back.  They are
 * semi-global and as long as half the mat's width plus half its height.  NVSim leaves them
 * out.  The cost grows with both sides, as the bounds of the search require. */
struct mat_wires {
    double delay_s, energy_j;
};

struct mat_wires mat_wires_of(const struct task *task, const struct mat_shape *shape,
                              const struct subarray *subarray);

/* Computes a mat from its shape.  mat->subarray and mat->shape must be set. */
bool mat_make(struct mat *mat, const struct task *task, struct parts *parts,
              const char **why);

bool bank_make(struct bank *bank, const struct task *task,
               const struct bank_shape *shape, const struct mat *mat, const char **why);

/* The cost of reaching a bank from the memory's port: over the lowest die, then up the
 * stack. */
struct reach {
    double delay_s, energy_j, leakage_w;
    double bond_s, bond_j, bond_w;
};

/* Returns the silicon area of all bonds. */
double bank_bonds_m2(const struct task *task);

struct reach bank_reach(const struct task *task, const struct bank *bank);

/* Returns a lower bound of bank_reach for all banks of at least bank_m2. */
struct reach bank_reach_least(const struct task *task, double bank_m2);

/* Returns how many traversals of the tree or bus count in the time of a read. */
double bank_trips(const struct task *task);

/* Fills in the breakdown of task->banks equal banks. */
void bank_describe(const struct task *task, const struct bank_shape *shape,
                   const struct mat *mat, const struct bank *bank,
                   const struct array_organization *organization,
                   struct array_breakdown *breakdown);

/* Returns log2(n), rounded up. */
static inline int log2_up(uint64_t n)
{
    return n > 1 ? 64 - __builtin_clzll(n - 1) : 0;
}

static inline bool is_power_of_two(uint64_t n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

#endif
