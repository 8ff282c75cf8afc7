/* Mappings as loop nests, as in Timeloop (A. Parashar et al., ISPASS 2019).  The tile of a
 * tensor in a memory changes at each step of a loop around it that indexes the tensor.  It is
 * reused over the innermost of these loops if they do not index the tensor. */
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

/* A place in the hierarchy, which is listed from the outside: DRAM, a memory, or a fan-out. */
struct nest_place {
    bool is_spatial;
    bool keeps[TENSORS];    /* memories: which tensors they store */
    double capacity;        /* elements of one instance; 0: no limit */
    uint64_t fanout;        /* spatial */
    double read_j, write_j; /* per element */
    unsigned allowed;       /* one bit per dimension that a search may put here */
    enum nest_dimension order[NEST_DIMENSIONS]; /* of the loops here, outermost first */
    size_t order_count;
    bool order_is_free; /* memories: a search also chooses the order */
};

struct nest {
    struct nest_place places[NEST_PLACES_MAX];
    size_t place_count;
    uint64_t bounds[NEST_DIMENSIONS]; /* of the layer */
    uint64_t stride, stride_width;    /* of P and Q; stride_width 0: same as stride */
    double mac_j;
};

/* Loop bounds by place and dimension; 1 where there is no loop. */
struct nest_mapping {
    uint64_t factors[NEST_PLACES_MAX][NEST_DIMENSIONS];
};

struct nest_counts {
    /* elements, over all instances of a place */
    double reads[NEST_PLACES_MAX][TENSORS], writes[NEST_PLACES_MAX][TENSORS];
    double instances[NEST_PLACES_MAX]; /* that have work */
    double cycles, macs, energy_j;
};

/* Counts cycles, accesses and energy of a mapping.  Returns false if a tile does not fit its
 * memory or a fan-out is exceeded. */
bool nest_evaluate(const struct nest *nest, const struct nest_mapping *mapping,
                   struct nest_counts *counts);

/* Returns a lower bound of the energy for the search: no mapping with the same spatial loops
 * and the same loops of the dimensions in `decided` (one bit each) has less.  The loops of the
 * other dimensions are assumed to be inside all places, where each element moves once. */
double nest_least_energy(const struct nest *nest, const struct nest_mapping *mapping,
                         unsigned decided);

/* Do the tiles fit if all dimensions that are not decided yet are 1? */
bool nest_fits(const struct nest *nest, const struct nest_mapping *mapping);

/* Finds the mapping with the least energy-delay product over all factorizations into allowed
 * places and, for places with a free order, over all orders that differ in their reuse.  Among
 * equal mappings it takes the first in a fixed order of enumeration.  It skips branches whose
 * tiles do not fit, or for which nest_least_energy times cycles is above the best product.  The
 * orders are written into *nest.  Returns false if no mapping fits. */
bool nest_search(struct nest *nest, struct nest_mapping *best);

#endif
