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

/* The metrics from which the value of a target is computed. */
struct metrics {
    double read_s, write_s, read_j, write_j, leakage_w, area_m2;
};

/* One candidate, evaluated. */
struct candidate {
    struct array_organization organization;
    struct bank_shape shape;
    struct mat mat;
    struct bank bank;
    double value;
};

/* Returns the search space of an array.  Members of `given` that are not 0 fix their counts;
 * given may be NULL. */
struct search_space space_make(const struct task *task,
                               const struct array_organization *given);

/* Returns the number of candidates in the space, counted as in NVSim's loops. */
uint64_t space_size(const struct search_space *space);

/* Returns the value of the request's target, which the search minimizes. */
double target_value(const struct array_request *request, const struct metrics *metrics);

/* Is every metric that has a limit within it? */
bool limits_hold(const struct array_request *request, const struct metrics *metrics);

/* Returns energy x delay x area of a mean access: (r t_r + t_w) (r E_r + E_w) A / (1 + r)^2,
 * where r is the number of reads per write. */
double edap_of(const struct array_request *request, const struct metrics *metrics);

/* Evaluates one organization, of which all members but sub_rows and sub_cols are set.  The
 * candidate points to parts stored in `parts`, which must live as long as it.  Returns false with
 * the reason in why if the organization cannot be built. */
bool candidate_make(struct candidate *candidate, const struct task *task,
                    const struct array_organization *organization, struct parts *parts,
                    const char **why);

/* The reason for a refusal that only the limits cause. */
extern const char beyond_limits[];

/* Evaluates the bank and the value of a candidate whose mat is evaluated. */
bool candidate_finish(struct candidate *candidate, const struct task *task,
                      const char **why);

/* A search: search_fast or search_naive. */
typedef bool searcher(const struct task *, const struct search_space *, struct parts *,
                      double, struct candidate *, uint64_t *, const char **);

/* Solves a request of one access mode and one target: searches the data array and, for a cache,
 * the tag array, and combines them.  The members of data and tag that are not 0 are fixed; both
 * may be NULL. */
enum status cache_solve(const struct array_request *request,
                        const struct array_organization *data,
                        const struct array_organization *tag, searcher *search,
                        struct array_result *result, struct error *why);

/* Find the best candidate with a value below `ceiling`; false with the reason in why if there is
 * none.  Both functions find the same candidate; search_naive evaluates every candidate from
 * the beginning. */
bool search_fast(const struct task *task, const struct search_space *space,
                 struct parts *parts, double ceiling, struct candidate *best,
                 uint64_t *valid, const char **why);
bool search_naive(const struct task *task, const struct search_space *space,
                  struct parts *parts, double ceiling, struct candidate *best,
                  uint64_t *valid, const char **why);

#endif
