/* One dimension of an old result file beside the new sweep's: which old index has the values of a
 * new one. */
#ifndef NVSWEEP_RESULTS_GROWTH_SIDE_H
#define NVSWEEP_RESULTS_GROWTH_SIDE_H

#include "results/results.h"

#define NOT_THERE UINT64_MAX

/* Equal values have equal bytes; a text's key is its characters. */
struct axis_key {
    const void *bytes;
    size_t size;
};

struct growth_coordinate {
    enum axis_id axis;
    const struct variable *variable;
    const char *raw; /* its elements; NULL if they are texts */
};

/* Axes that vary along one dimension of the old file. */
struct growth_side {
    struct growth_coordinate coordinates[AXES];
    size_t count;
    uint64_t length, stride;
    size_t dimension; /* of the new grid; SIZE_MAX: all are single values there */
    bool
        is_along[AXES]; /* by coordinate: varies along that dimension of the new grid */
    const struct grid *grid;
    const struct space *space;
    uint32_t *table; /* hash table of old indices plus 1; 0: empty */
    size_t slots;
};

/* Fills the hash table; freed by the caller (side->table). */
void side_index(struct growth_side *side);

/* The value of axis c at index i of the new dimension. */
union axis_value side_value(const struct growth_side *side, size_t c, uint64_t i);

/* Is the value at new index i the old file's value at t? */
bool side_has(const struct growth_side *side, size_t c, uint64_t i, uint64_t t);

/* The old index with the values of new index i, or NOT_THERE. */
uint64_t side_find(const struct growth_side *side, uint64_t i);

/* The key of the old file's value i. */
struct axis_key side_old_key(const struct growth_coordinate *coordinate, uint64_t i);

#endif
