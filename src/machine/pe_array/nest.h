/* Mappings as loop nests, in the manner of Timeloop (A. Parashar et al., ISPASS 2019): a
 * tensor's tile at a memory changes whenever a loop around it that indexes the tensor
 * steps; loops further in that do not index it leave it where it is. */
#ifndef NVSWEEP_PE_ARRAY_NEST_H
#define NVSWEEP_PE_ARRAY_NEST_H

#include "machine/pe_array/pe_array.h"

enum nest_dimension {
    NEST_C,
    NEST_M,
    NEST_P,
    NEST_Q,
    NEST_R,
    NEST_S,
    NEST_N,
    NEST_DIMENSIONS
};
enum nest_tensor { TENSOR_WEIGHTS, TENSOR_INPUTS, TENSOR_OUTPUTS, TENSORS };

enum { NEST_PLACES_MAX = 16, NEST_LOOPS_MAX = 64 };

/* A place of the hierarchy, outermost first: DRAM, a memory, or a fan-out. */
struct nest_place {
    bool is_spatial;
    bool keeps[TENSORS];    /* memories */
    double capacity;        /* elements of one instance; 0: no limit */
    uint64_t fanout;        /* spatial */
    double read_j, write_j; /* of an element */
    unsigned allowed;       /* bit per dimension that a search may put here */
    enum nest_dimension order[NEST_DIMENSIONS]; /* of loops here, outermost first */
    size_t order_count;
    bool order_is_free; /* memories: a search chooses the order, too */
};

struct nest {
    struct nest_place places[NEST_PLACES_MAX];
    size_t place_count;
    uint64_t bounds[NEST_DIMENSIONS]; /* of the layer */
    uint64_t stride, stride_width;    /* of P and Q; stride_width 0: as stride */
    double mac_j;
};

/* Loop bounds by place and dimension; 1 where there is none. */
struct nest_mapping {
    uint64_t factors[NEST_PLACES_MAX][NEST_DIMENSIONS];
};

struct nest_counts {
    double reads[NEST_PLACES_MAX][TENSORS], writes[NEST_PLACES_MAX][TENSORS]; /* all */
    double instances[NEST_PLACES_MAX]; /* with work */
    double cycles, macs, energy_j;
};

/* Counts of a mapping; false if a tile does not fit its memory or a fan-out is exceeded. */
bool nest_evaluate(const struct nest *nest, const struct nest_mapping *mapping,
                   struct nest_counts *counts);

/* A bound for the search: no mapping that agrees with the given one in its spatial loops
 * and in all loops of the dimensions in `decided` (a bit each) has less energy.  The other
 * dimensions are taken as loops inside all places, where each element moves once. */
double nest_least_energy(const struct nest *nest, const struct nest_mapping *mapping,
                         unsigned decided);

/* Do the tiles fit as far as dimensions are decided, others being 1? */
bool nest_fits(const struct nest *nest, const struct nest_mapping *mapping);

/* The mapping with the least energy-delay product of all factorizations into allowed
 * places and, where a place's order is free, of all orders that differ in what they reuse;
 * among equals the first in a fixed order of enumeration.  Branches that cannot hold a
 * better one are left: their tiles do not fit, or nest_least_energy times cycles is more
 * already.  Orders are written into *nest.  False if nothing fits. */
bool nest_search(struct nest *nest, struct nest_mapping *best);

#endif
