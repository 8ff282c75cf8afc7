/* State of the factored search (fast.c): leaves are organizations up to the mat, classes
 * those that need the same subarrays, items the subarrays of a class by the product of
 * their multiplexers. */
#ifndef NVSWEEP_ARRAY_FAST_H
#define NVSWEEP_ARRAY_FAST_H

#include "array/search.h"

/* The tree of a bank shape as a function of the mat's sides: at least. */
struct tree {
    double s0, s_w, s_ww, s_h, s_hh; /* delay of one way */
    double j0, j_w, j_h;
};

struct leaf {
    struct array_organization organization; /* bank and mat counts */
    struct tree tree;
    uint32_t next; /* in its class, + 1; 0: the last */
};

struct class
{
    struct mat_shape shape;
    struct tree tree; /* least of each coefficient */
    double mats, active;
    const struct comparator *comparator;
    uint32_t first, last; /* leaves, + 1 */
};

/* Subarrays of a class with one product of multiplexers and one buffer style. */
struct item {
    double bound;
    uint32_t class;
    uint16_t product_bits;
    uint16_t style;
};

/* The least that subarrays of some rows, columns, product and buffers take. */
struct floor {
    bool is_legal;
    struct subarray subarray;
    struct subarray_times times;
};

/* Row predecoders without a load: the least of their area, energy and leakage. */
struct predecode {
    bool known;
    double side_m, energy_j, leakage_w;
};

enum { ROW_BITS = 2 * PREDECODE_MAX_BITS + 1 };

struct fast {
    const struct task *task;
    const struct search_space *space;
    struct parts *parts;
    struct candidate *best;
    bool found;
    double trips;    /* of tree or bus in a read's time */
    double ceiling;  /* value that a candidate must stay below */
    bool is_limited; /* some organization failed by the limits alone */
    const char **why;

    struct leaf *leaves;
    size_t leaf_count, leaf_room;
    struct class *classes;
    size_t class_count, class_room;
    struct memo class_of;
    struct item *items;
    size_t item_count, item_room;
    struct sense_amp least_amp; /* cheapest in every respect */
    struct predecode predecode[ROW_BITS];
    bool has_tree_bounds;
};

/* List the legal bank and mat counts, by class. */
void fast_list_leaves(struct fast *fast);

/* An array with room for one more element. */
void *fast_room(void *array, size_t count, size_t *room, size_t size);

#endif
