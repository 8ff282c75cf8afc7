/* Decides which rank evaluates which blocks next: arithmetic on rank 0, without messages.
 *
 * The pending blocks of a stage form a queue, the most expensive ones first.  A rank that
 * asks for work gets a lease: the next few positions of the queue, worth a share of the
 * time that is left (guided self-scheduling, Polychronopoulos and Kuck 1987), so leases
 * shrink towards the end.  Costs come from the stage's model and are corrected by the
 * measured time of finished leases.  When the queue is empty and a lease is long overdue,
 * its blocks are leased a second time; the first commit counts, and both write the same
 * bytes. */
#ifndef NVSWEEP_RUN_SCHEDULER_H
#define NVSWEEP_RUN_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lease {
    uint32_t id;           /* index of its slot in the scheduler's table */
    uint32_t first, count; /* positions in the queue */
};

struct scheduler; /* opaque */

/* costs_s: model seconds by position; copied.  lease_positions: positions per lease, or 0
 * to size leases by cost and measured time.  Free with scheduler_free. */
struct scheduler *scheduler_begin(const double *costs_s, uint32_t positions,
                                  unsigned ranks, uint32_t lease_positions);
void scheduler_free(struct scheduler *scheduler);

/* Fills in the rank's next lease; false if there is nothing to hand out now. */
bool scheduler_next(struct scheduler *scheduler, unsigned rank, double now_s,
                    struct lease *lease);

/* The rank has finished the lease after busy_s seconds of computing. */
void scheduler_finish(struct scheduler *scheduler, uint32_t id, double busy_s);

/* The lease with this id, which some rank holds. */
struct lease scheduler_lease(const struct scheduler *scheduler, uint32_t id);

/* Every position is finished. */
bool scheduler_is_done(const struct scheduler *scheduler);

/* Estimated seconds of computing left, summed over all ranks. */
double scheduler_left_s(const struct scheduler *scheduler);

/* Number of leases handed out again because their holder was overdue. */
uint32_t scheduler_repeats(const struct scheduler *scheduler);

/* The shortest useful lease in seconds: with it rank 0 spends at most about 1 % of its time
 * on answers up to 200 ranks; for more ranks it is 0.1 s or longer. */
double scheduler_min_lease_s(unsigned ranks);

/* Sorts blocks[] and costs_s[] by falling cost, equal costs in file order.  If costs differ
 * by less than a factor of two, file order is kept, because the disk prefers it. */
void scheduler_order(uint32_t *blocks, double *costs_s, uint32_t count);

#endif
