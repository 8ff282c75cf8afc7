/* The stages of an old result file compared with those of a sweep that has grown. */
#ifndef NVSWEEP_RESULTS_GROWTH_MATCH_H
#define NVSWEEP_RESULTS_GROWTH_MATCH_H

#include "results/growth.h"
#include "results/growth_side.h"

/* How the points of a stage of the new sweep map to the old file. */
struct kept_stage {
    const struct results_stage *old; /* NULL: the old file does not have the stage */
    uint64_t
        *places[AXES]; /* by dimension of the grid and index: what the index adds to
                               the number of the old point, or NOT_THERE */
    uint64_t fixed;    /* what axes with a single value add */
    uint8_t *blocks;   /* of the old file: BLOCK_UNKNOWN, ... */
};

enum { BLOCK_UNKNOWN, BLOCK_GOOD, BLOCK_BAD };

struct growth {
    struct results *results;
    const unsigned char *bytes; /* of the file */
    size_t size;
    const struct study *study;
    const struct stage *const *table;
    struct kept_stage stages[STAGE_COUNT];
    uint64_t kept, total;
    char added[512];
};

/* Finds which points of the old file growth->study can use, and counts them.  Returns STATUS_INPUT,
 * and what differs, if the sweep lacks a value or an axis of the old one. */
enum status growth_match(struct growth *growth, struct error *err);

#endif
