#include "run/scheduler.h"

#include "base/memory.h"

#include <stdlib.h>

#define GUIDED_SHARES 3.0 /* leases that each rank can still expect at any time */
#define MOST_S 10.0 /* longest lease: shows progress, and a slow rank holds little */
#define UNMEASURED_S 0.02  /* model seconds leased before the model is measured */
#define OVERDUE_FACTOR 3.0 /* of a lease's expected time, plus OVERDUE_S */
#define OVERDUE_S 0.25
#define OVERDUE_UNMEASURED_S 30.0 /* while no lease has finished */

struct lease_slot {
    bool is_held;
    unsigned rank;
    uint32_t first, count;
    double start_s, cost_s;
};

struct scheduler {
    double *costs_s;
    uint8_t *is_done, *copies;
    uint32_t positions, next, done, repeats;
    uint32_t lease_positions; /* 0: sized by cost */
    double queued_cost_s;     /* of positions not yet leased */
    double done_cost_s, total_cost_s;
    double measured_s, modelled_s; /* of finished leases; recent ones weigh more */
    unsigned ranks;
    double punctual_until_s; /* no lease is overdue before this time */
    struct lease_slot *slots;
    uint32_t *free_slots; /* a stack */
    uint32_t slot_count, free_count;
};

double scheduler_min_lease_s(unsigned ranks)
{
    if (ranks <= 200)
        return 0.0005 * ranks;
    return ranks <= 10000 ? 0.1 : 1e-5 * ranks;
}

struct scheduler *scheduler_begin(const double *costs_s, uint32_t positions,
                                  unsigned ranks, uint32_t lease_positions)
{
    struct scheduler *scheduler = alloc_array(1, sizeof *scheduler);

    scheduler->costs_s = alloc_array(positions, sizeof *scheduler->costs_s);
    scheduler->is_done = alloc_array(positions, 1);
    scheduler->copies = alloc_array(positions, 1);
    scheduler->positions = positions;
    scheduler->ranks = ranks;
    scheduler->lease_positions = lease_positions;
    for (uint32_t i = 0; i < positions; i++) {
        scheduler->costs_s[i] = costs_s[i];
        scheduler->total_cost_s += costs_s[i];
    }
    scheduler->queued_cost_s = scheduler->total_cost_s;
    return scheduler;
}

void scheduler_free(struct scheduler *scheduler)
{
    if (!scheduler)
        return;
    free(scheduler->costs_s);
    free(scheduler->is_done);
    free(scheduler->copies);
    free(scheduler->slots);
    free(scheduler->free_slots);
    free(scheduler);
}

/* Measured seconds per model second. */
static double measured_per_model(const struct scheduler *scheduler)
{
    return scheduler->modelled_s > 0 && scheduler->measured_s > 0
               ? scheduler->measured_s / scheduler->modelled_s
               : 1;
}

static double lease_target_cost_s(const struct scheduler *scheduler)
{
    double left_s = scheduler->queued_cost_s * measured_per_model(scheduler);
    double target_s = left_s / (GUIDED_SHARES * scheduler->ranks);

    if (scheduler->modelled_s <= 0)
        return target_s / 4 < UNMEASURED_S ? target_s / 4 : UNMEASURED_S;
    if (target_s < scheduler_min_lease_s(scheduler->ranks))
        target_s = scheduler_min_lease_s(scheduler->ranks);
    if (target_s > MOST_S)
        target_s = MOST_S;
    return target_s / measured_per_model(scheduler);
}

static uint32_t slot_take(struct scheduler *scheduler)
{
    if (scheduler->free_count)
        return scheduler->free_slots[--scheduler->free_count];
    scheduler->slots = realloc_array(scheduler->slots, scheduler->slot_count + 1,
                                     sizeof *scheduler->slots);
    scheduler->free_slots = realloc_array(scheduler->free_slots,
                                          scheduler->slot_count + 1,
                                          sizeof *scheduler->free_slots);
    return scheduler->slot_count++;
}

static void lease_make(struct scheduler *scheduler, unsigned rank, double now_s,
                       uint32_t first, uint32_t count, struct lease *lease)
{
    uint32_t id = slot_take(scheduler);
    double cost_s = 0;

    for (uint32_t i = first; i < first + count; i++) {
        cost_s += scheduler->costs_s[i];
        scheduler->copies[i]++;
    }
    scheduler->slots[id] =
        (struct lease_slot){ true, rank, first, count, now_s, cost_s };
    *lease = (struct lease){ id, first, count };
}

/* Time from which the lease counts as overdue. */
static double overdue_at_s(const struct scheduler *scheduler,
                           const struct lease_slot *slot)
{
    return slot->start_s + (scheduler->modelled_s > 0
                                ? OVERDUE_S + OVERDUE_FACTOR * slot->cost_s *
                                                  measured_per_model(scheduler)
                                : OVERDUE_UNMEASURED_S);
}

/* The oldest overdue lease of another rank that was not repeated yet, or NULL. */
static const struct lease_slot *overdue_find(struct scheduler *scheduler, unsigned rank,
                                             double now_s)
{
    const struct lease_slot *worst = NULL;

    if (now_s < scheduler->punctual_until_s)
        return NULL;
    scheduler->punctual_until_s = now_s + OVERDUE_S;
    for (uint32_t i = 0; i < scheduler->slot_count; i++) {
        const struct lease_slot *slot = &scheduler->slots[i];
        double at_s;

        if (!slot->is_held || scheduler->copies[slot->first] > 1 ||
            scheduler->is_done[slot->first])
            continue;
        at_s = overdue_at_s(scheduler, slot);
        if (at_s < scheduler->punctual_until_s)
            scheduler->punctual_until_s = at_s;
        if (at_s < now_s && slot->rank != rank &&
            (!worst || slot->start_s < worst->start_s))
            worst = slot;
    }
    return worst;
}

/* Leases the second half of an overdue lease's open blocks: its holder works from the
 * front. */
static bool overdue_take(struct scheduler *scheduler, unsigned rank, double now_s,
                         struct lease *lease)
{
    const struct lease_slot *worst = overdue_find(scheduler, rank, now_s);
    uint32_t first, end;

    if (!worst)
        return false;
    first = worst->first;
    end = first + worst->count;
    while (end > first &&
           (scheduler->is_done[end - 1] || scheduler->copies[end - 1] > 1))
        end--;
    first += (end - first) / 2;
    if (first == end)
        return false;
    scheduler->repeats++;
    lease_make(scheduler, rank, now_s, first, end - first, lease);
    return true;
}

bool scheduler_next(struct scheduler *scheduler, unsigned rank, double now_s,
                    struct lease *lease)
{
    double target_s, taken_s = 0;
    uint32_t first = scheduler->next;

    if (scheduler->next == scheduler->positions)
        return overdue_take(scheduler, rank, now_s, lease);
    target_s = lease_target_cost_s(scheduler);
    do {
        taken_s += scheduler->costs_s[scheduler->next++];
    } while (scheduler->next < scheduler->positions &&
             (scheduler->lease_positions
                  ? scheduler->next - first < scheduler->lease_positions
                  : taken_s + scheduler->costs_s[scheduler->next] / 2 < target_s));
    scheduler->queued_cost_s -= taken_s;
    lease_make(scheduler, rank, now_s, first, scheduler->next - first, lease);
    return true;
}

void scheduler_finish(struct scheduler *scheduler, uint32_t id, double busy_s)
{
    struct lease_slot *slot = &scheduler->slots[id];

    slot->is_held = false;
    scheduler->free_slots[scheduler->free_count++] = id;
    for (uint32_t i = slot->first; i < slot->first + slot->count; i++) {
        if (scheduler->is_done[i])
            continue;
        scheduler->is_done[i] = true;
        scheduler->done++;
        scheduler->done_cost_s += scheduler->costs_s[i];
    }
    scheduler->measured_s = 0.9 * scheduler->measured_s + busy_s;
    scheduler->modelled_s = 0.9 * scheduler->modelled_s + slot->cost_s;
}

struct lease scheduler_lease(const struct scheduler *scheduler, uint32_t id)
{
    return (struct lease){ id, scheduler->slots[id].first, scheduler->slots[id].count };
}

bool scheduler_is_done(const struct scheduler *scheduler)
{
    return scheduler->done == scheduler->positions;
}

double scheduler_left_s(const struct scheduler *scheduler)
{
    return (scheduler->total_cost_s - scheduler->done_cost_s) *
           measured_per_model(scheduler);
}

uint32_t scheduler_repeats(const struct scheduler *scheduler)
{
    return scheduler->repeats;
}

struct placed {
    double cost_s;
    uint32_t block;
};

static int costly_first(const void *a, const void *b)
{
    const struct placed *left = a, *right = b;

    if (left->cost_s != right->cost_s)
        return left->cost_s > right->cost_s ? -1 : 1;
    return left->block < right->block ? -1 : left->block > right->block;
}

void scheduler_order(uint32_t *blocks, double *costs_s, uint32_t count)
{
    struct placed *sorted = alloc_array(count, sizeof *sorted);
    double least_s = count ? costs_s[0] : 0, most_s = least_s;

    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = (struct placed){ costs_s[i], blocks[i] };
        least_s = costs_s[i] < least_s ? costs_s[i] : least_s;
        most_s = costs_s[i] > most_s ? costs_s[i] : most_s;
    }
    if (most_s > 2 * least_s)
        qsort(sorted, count, sizeof *sorted, costly_first);
    for (uint32_t i = 0; i < count; i++) {
        costs_s[i] = sorted[i].cost_s;
        blocks[i] = sorted[i].block;
    }
    free(sorted);
}
