/* State of the factored search (fast.c).  A leaf is an organization down to the mat.  A class
 * holds the leaves that need the same subarrays.  An item stands for the subarrays of a class
 * with the same product of multiplexers. */
#ifndef NVSWEEP_ARRAY_FAST_H
#define NVSWEEP_ARRAY_FAST_H

#include "array/search.h"

/* A lower bound on the tree of a bank shape, as a polynomial in the mat's width and height. */
struct tree {
    double s0, s_w, s_ww, s_h, s_hh; /* delay in one direction */
    double j0, j_w, j_h;
};

struct leaf {
    uint32_t bank_rows, bank_cols, active_rows, active_cols;
    struct tree tree;
    uint32_t next; /* index of the next leaf of its class, plus 1; 0: it is the last */
};

struct class
{
    struct mat_shape shape;
    struct tree tree; /* the least of each coefficient over its leaves */
    double mats, active;
    const struct comparator *comparator;
    uint32_t first, last; /* indices of its leaves, plus 1 */
};

/* Subarrays of a class with one product of multiplexers and one buffer style. */
struct item {
    double bound;
    uint32_t class;
    uint16_t product_bits;
    uint16_t style;
};

/* A lower bound of all subarrays with the same rows, columns, product of multiplexers and
 * buffers. */
struct floor {
    bool is_legal;
    struct subarray subarray;
    struct subarray_times times;
};

/* Row predecoders without a load, which bound the area, energy and leakage of real ones. */
struct predecode {
    bool known;
    double side_m, energy_j, leakage_w, delay_s;
};

enum { ROW_BITS = 2 * PREDECODE_MAX_BITS + 1 };

struct fast {
    const struct task *task;
    const struct search_space *space;
    struct parts *parts;
    struct candidate *best;
    bool found;
    double trips;    /* traversals of the tree or bus in the time of a read */
    double ceiling;  /* a candidate must have a smaller value */
    bool is_limited; /* an organization failed only because of the limits */
    const char **why;
    uint64_t *valid; /* number of candidates evaluated to the end and not refused */

    struct leaf *leaves;
    size_t leaf_count, leaf_room;
    struct class *classes;
    size_t class_count, class_room;
    struct memo class_of;
    struct item *items;
    size_t item_count, item_room;
    struct sense_amp least_amp; /* the least of each figure over all pitches */
    struct predecode predecode[ROW_BITS];
    bool has_tree_bounds;
    struct wire_cost least_per_m; /* lower bound of repeated tree wires of any level */
    double least_driver_s;
    struct reach_floor { /* lower bound of the way to a bank, see bank_reach_least */
        double sides;    /* length of the way in sides of a bank */
        double near_s, far_s, near_s_per_m, far_s_per_m;
        double j, j_per_m, w, w_per_m; /* of all wires */
        double bond_s, bond_j, bond_w, bonds_m2;
    } reach;
};

/* Lists the legal counts of mats and subarrays, grouped by class. */
void fast_list_leaves(struct fast *fast);

/* Returns `array`, reallocated if it has no room for one more element. */
void *fast_list_grow(void *array, size_t count, size_t *room, size_t size);

#endif
