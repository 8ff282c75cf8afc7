/* Search over the organizations of one array. */
#ifndef NVSWEEP_ARRAY_SEARCH_H
#define NVSWEEP_ARRAY_SEARCH_H

#include "array/bank.h"

/* Ranges of every count, powers of two from low to high. */
struct search_range {
    uint64_t low, high;
};

struct search_space {
    struct search_range bank_rows, bank_cols, active_rows, active_cols;
    struct search_range mat_rows, mat_cols, active_sub_rows, active_sub_cols;
    struct search_range mux_sense, mux_out1, mux_out2;
    bool all_cols_active;        /* active_cols follows bank_cols */
    bool all_subs_active;        /* active subarrays follow the mat */
    uint64_t sub_rows, sub_cols; /* filters, 0: any */
    enum buffer_style first_style, last_style;
};

/* What a target is made of. */
struct metrics {
    double read_s, write_s, read_j, write_j, leakage_w, area_m2;
};

/* Everything of one candidate. */
struct candidate {
    struct array_organization organization;
    struct bank_shape shape;
    struct mat mat;
    struct bank bank;
    double value;
};

/* The space of an array under a request, narrowed by the set members of given (may be
 * NULL). */
struct search_space space_make(const struct task *task,
                               const struct array_organization *given);

/* Candidates in the space, as the published tool's loops count them. */
uint64_t space_size(const struct search_space *space);

double target_value(const struct array_request *request, const struct metrics *metrics);

/* Is each of the metrics within its limit, if it has one? */
bool limits_hold(const struct array_limits *limits, const struct metrics *metrics);

/* Geometric mean of the energy-delay products of read and write, times area. */
double edap_of(const struct metrics *metrics);

/* One organization with all members set (sub_rows and sub_cols are worked out); its
 * parts stay in parts. */
bool candidate_make(struct candidate *candidate, const struct task *task,
                    const struct array_organization *organization, struct parts *parts,
                    const char **why);

/* The reason given when limits alone are in the way. */
extern const char beyond_limits[];

/* The bank level of a candidate whose mat is done, and its value. */
bool candidate_finish(struct candidate *candidate, const struct task *task,
                      const char **why);

/* Data and tag array of a request of one access mode and target, and the two as one; the
 * members of data and tag that are set are given, either may be NULL. */
typedef bool searcher(const struct task *, const struct search_space *, struct parts *,
                      double, struct candidate *, uint64_t *, const char **);

enum status cache_solve(const struct array_request *request,
                        const struct array_organization *data,
                        const struct array_organization *tag, searcher *search,
                        struct array_result *result, struct error *why);

/* The best candidate of a value below ceiling; false if there is none.  Both give the same
 * one; naive evaluates every candidate anew. */
bool search_fast(const struct task *task, const struct search_space *space,
                 struct parts *parts, double ceiling, struct candidate *best,
                 uint64_t *valid, const char **why);
bool search_naive(const struct task *task, const struct search_space *space,
                  struct parts *parts, double ceiling, struct candidate *best,
                  uint64_t *valid, const char **why);

#endif
