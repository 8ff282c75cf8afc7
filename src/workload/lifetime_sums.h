/* The counts of lifetime.c, which lifetime_table.c reads. */
#ifndef NVSWEEP_WORKLOAD_LIFETIME_SUMS_H
#define NVSWEEP_WORKLOAD_LIFETIME_SUMS_H

#include "workload/lifetime.h"

enum {
    END = CURVE_POINTS, /* above all capacities */
    LEVELS = 9,         /* 2^LEVELS is above END */
};

typedef __int128 wide; /* ticks of all residencies */

/* Sums over ranges of capacities, stored as differences: element i minus element i - 1. */
struct class_sums {
    int64_t counts[LIFETIME_BINS][END + 1];
    int64_t endless[END + 1];
    wide live[END + 1], unsaved[END + 1];
    uint64_t longest[END + 1]; /* of this capacity and larger ones */
    uint64_t unsaved_longest[LEVELS][END + 1];
    int64_t rewrites[LIFETIME_BINS];
    uint64_t rewrite_longest;
    double (*within)[END]; /* by bin, not as differences; NULL: none */
};

/* Returns the sums by class; NULL: the class has no residency. */
struct class_sums *const *lifetimes_sums(const struct lifetimes *lifetimes);

#endif
