/* Points that no other point beats in every metric, per group. */
#ifndef NVSWEEP_CMD_FRONT_H
#define NVSWEEP_CMD_FRONT_H

#include "cmd/table.h"

enum { LIMITS = 16, GROUPING = 16, COMPARED = 64 };

struct limit {
    size_t metric; /* SIZE_MAX: the limit is on an axis */
    bool is_upper;
    double value;
};

struct front_candidate {
    uint64_t row; /* of the table */
    double values[COMPARED];
};

struct group {
    uint64_t key;
    struct front_candidate *front;
    size_t count;
};

struct front_search {
    struct table table;
    size_t objectives; /* the first metrics are minimised, the rest are constrained */
    struct limit limits[LIMITS];
    size_t limit_count;
    size_t per[GROUPING];
    size_t per_count;
    struct group *groups;
    size_t group_count;
    bool is_json;
};

/* Finds the front of each group among the rows that are within the limits. */
enum status fronts_find(struct front_search *search, struct error *err);

#endif
