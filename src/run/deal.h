/* Who evaluates what next: arithmetic on rank 0, without messages.
 *
 * The blocks of a stage that are pending stand in a line, costly ones first.  A rank
 * that asks gets a lease: the next few positions of the line, worth a share of the time
 * that is left (guided self-scheduling, Polychronopoulos and Kuck 1987), so that leases
 * shrink towards the end.  Costs come from the stage's model, corrected by what finished
 * leases took.  When the line is empty and a lease is long overdue its blocks are dealt
 * again; the first commit counts, and both write the same bytes. */
#ifndef NVSWEEP_RUN_DEAL_H
#define NVSWEEP_RUN_DEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lease {
    uint32_t id;           /* of its slot in the dealer's table */
    uint32_t first, count; /* positions in the line */
};

struct deal; /* opaque */

/* costs_s: model seconds by position, copied.  lease_positions: as many per lease, or 0:
 * as costs and measurements say. */
struct deal *deal_begin(const double *costs_s, uint32_t positions, unsigned ranks,
                        uint32_t lease_positions);
void deal_free(struct deal *deal);

/* A lease for the rank, or false: nothing to deal at this time. */
bool deal_take(struct deal *deal, unsigned rank, double now_s, struct lease *lease);

/* The rank finished the lease, after computing for busy_s. */
void deal_finish(struct deal *deal, uint32_t id, double busy_s);

/* A lease that is held. */
struct lease deal_lease(const struct deal *deal, uint32_t id);

/* Every position was finished by somebody. */
bool deal_is_over(const struct deal *deal);

/* Seconds of computing left by model and measurement, over all ranks. */
double deal_left_s(const struct deal *deal);

/* Leases dealt again because their holder was overdue. */
uint32_t deal_repeats(const struct deal *deal);

/* Seconds a lease should last at least: what the coordinator can answer without being
 * more than about 1 % busy up to 200 ranks, and then 0.1 s or more. */
double deal_least_s(unsigned ranks);

/* The line: positions 0..count-1 hold blocks[], reordered by falling cost, equal costs
 * in file order; stages of even cost (within a factor of two) stay in file order, which
 * the disk prefers.  costs_s is reordered alike. */
void deal_order(uint32_t *blocks, double *costs_s, uint32_t count);

#endif
