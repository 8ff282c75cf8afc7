#include "run/deal.h"

#include "base/memory.h"

#include <stdlib.h>

#define GUIDED_SHARES 3.0  /* leases each rank can still expect at any time */
#define MOST_S 10.0        /* so that progress is seen and a straggler holds little */
#define UNMEASURED_S 0.02  /* model seconds dealt before the model is checked */
#define OVERDUE_FACTOR 3.0 /* times what a lease should have taken, and a little */
#define OVERDUE_S 0.25
#define OVERDUE_UNMEASURED_S 30.0 /* while nothing was measured */

struct deal_slot {
    bool is_held;
    unsigned rank;
    uint32_t first, count;
    double start_s, cost_s;
};

struct deal {
    double *costs_s;
    uint8_t *is_done, *copies;
    uint32_t positions, next, done, repeats;
    uint32_t lease_positions;         /* 0: by cost */
    double line_cost_s;               /* of positions not yet dealt */
    double done_cost_s, total_cost_s; /* of positions finished; of all */
    double measured_s, modelled_s; /* of finished leases, recent ones weighing more */
    unsigned ranks;
    double punctual_until_s; /* no lease is overdue before */
    struct deal_slot *slots;
    uint32_t *free_slots; /* a stack of those not held */
    uint32_t slot_count, free_count;
};

double deal_least_s(unsigned ranks)
{
    if (ranks <= 200)
        return 0.0005 * ranks;
    return ranks <= 10000 ? 0.1 : 1e-5 * ranks;
}

struct deal *deal_begin(const double *costs_s, uint32_t positions, unsigned ranks,
                        uint32_t lease_positions)
{
    struct deal *deal = alloc_array(1, sizeof *deal);

    deal->costs_s = alloc_array(positions, sizeof *deal->costs_s);
    deal->is_done = alloc_array(positions, 1);
    deal->copies = alloc_array(positions, 1);
    deal->positions = positions;
    deal->ranks = ranks;
    deal->lease_positions = lease_positions;
    for (uint32_t i = 0; i < positions; i++) {
        deal->costs_s[i] = costs_s[i];
        deal->total_cost_s += costs_s[i];
    }
    deal->line_cost_s = deal->total_cost_s;
    return deal;
}

void deal_free(struct deal *deal)
{
    if (!deal)
        return;
    free(deal->costs_s);
    free(deal->is_done);
    free(deal->copies);
    free(deal->slots);
    free(deal->free_slots);
    free(deal);
}

/* Measured seconds per second of the cost model. */
static double pace(const struct deal *deal)
{
    return deal->modelled_s > 0 && deal->measured_s > 0
               ? deal->measured_s / deal->modelled_s
               : 1;
}

static double lease_target_cost_s(const struct deal *deal)
{
    double left_s = deal->line_cost_s * pace(deal);
    double target_s = left_s / (GUIDED_SHARES * deal->ranks);

    if (deal->modelled_s <= 0)
        return target_s / 4 < UNMEASURED_S ? target_s / 4 : UNMEASURED_S;
    if (target_s < deal_least_s(deal->ranks))
        target_s = deal_least_s(deal->ranks);
    if (target_s > MOST_S)
        target_s = MOST_S;
    return target_s / pace(deal);
}

static uint32_t slot_take(struct deal *deal)
{
    if (deal->free_count)
        return deal->free_slots[--deal->free_count];
    deal->slots = realloc_array(deal->slots, deal->slot_count + 1, sizeof *deal->slots);
    deal->free_slots = realloc_array(deal->free_slots, deal->slot_count + 1,
                                     sizeof *deal->free_slots);
    return deal->slot_count++;
}

static void lease_make(struct deal *deal, unsigned rank, double now_s, uint32_t first,
                       uint32_t count, struct lease *lease)
{
    uint32_t id = slot_take(deal);
    double cost_s = 0;

    for (uint32_t i = first; i < first + count; i++) {
        cost_s += deal->costs_s[i];
        deal->copies[i]++;
    }
    deal->slots[id] = (struct deal_slot){ true, rank, first, count, now_s, cost_s };
    *lease = (struct lease){ id, first, count };
}

/* When the lease will have been held for too long. */
static double overdue_at_s(const struct deal *deal, const struct deal_slot *slot)
{
    return slot->start_s + (deal->modelled_s > 0
                                ? OVERDUE_S + OVERDUE_FACTOR * slot->cost_s * pace(deal)
                                : OVERDUE_UNMEASURED_S);
}

/* The oldest lease of another rank that is overdue and not dealt twice, or NULL. */
static const struct deal_slot *overdue_find(struct deal *deal, unsigned rank,
                                            double now_s)
{
    const struct deal_slot *worst = NULL;

    if (now_s < deal->punctual_until_s)
        return NULL;
    deal->punctual_until_s = now_s + OVERDUE_S;
    for (uint32_t i = 0; i < deal->slot_count; i++) {
        const struct deal_slot *slot = &deal->slots[i];
        double at_s;

        if (!slot->is_held || deal->copies[slot->first] > 1 ||
            deal->is_done[slot->first])
            continue;
        at_s = overdue_at_s(deal, slot);
        if (at_s < deal->punctual_until_s)
            deal->punctual_until_s = at_s;
        if (at_s < now_s && slot->rank != rank &&
            (!worst || slot->start_s < worst->start_s))
            worst = slot;
    }
    return worst;
}

/* The blocks of an overdue lease; from its end, because its holder works from the
 * front. */
static bool overdue_take(struct deal *deal, unsigned rank, double now_s,
                         struct lease *lease)
{
    const struct deal_slot *worst = overdue_find(deal, rank, now_s);
    uint32_t first, end;

    if (!worst)
        return false;
    first = worst->first;
    end = first + worst->count;
    while (end > first && (deal->is_done[end - 1] || deal->copies[end - 1] > 1))
        end--;
    first += (end - first) / 2;
    if (first == end)
        return false;
    deal->repeats++;
    lease_make(deal, rank, now_s, first, end - first, lease);
    return true;
}

bool deal_take(struct deal *deal, unsigned rank, double now_s, struct lease *lease)
{
    double target_s, taken_s = 0;
    uint32_t first = deal->next;

    if (deal->next == deal->positions)
        return overdue_take(deal, rank, now_s, lease);
    target_s = lease_target_cost_s(deal);
    do {
        taken_s += deal->costs_s[deal->next++];
    } while (deal->next < deal->positions &&
             (deal->lease_positions
                  ? deal->next - first < deal->lease_positions
                  : taken_s + deal->costs_s[deal->next] / 2 < target_s));
    deal->line_cost_s -= taken_s;
    lease_make(deal, rank, now_s, first, deal->next - first, lease);
    return true;
}

void deal_finish(struct deal *deal, uint32_t id, double busy_s)
{
    struct deal_slot *slot = &deal->slots[id];

    slot->is_held = false;
    deal->free_slots[deal->free_count++] = id;
    for (uint32_t i = slot->first; i < slot->first + slot->count; i++) {
        if (deal->is_done[i])
            continue;
        deal->is_done[i] = true;
        deal->done++;
        deal->done_cost_s += deal->costs_s[i];
    }
    deal->measured_s = 0.9 * deal->measured_s + busy_s;
    deal->modelled_s = 0.9 * deal->modelled_s + slot->cost_s;
}

struct lease deal_lease(const struct deal *deal, uint32_t id)
{
    return (struct lease){ id, deal->slots[id].first, deal->slots[id].count };
}

bool deal_is_over(const struct deal *deal)
{
    return deal->done == deal->positions;
}

double deal_left_s(const struct deal *deal)
{
    return (deal->total_cost_s - deal->done_cost_s) * pace(deal);
}

uint32_t deal_repeats(const struct deal *deal)
{
    return deal->repeats;
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

void deal_order(uint32_t *blocks, double *costs_s, uint32_t count)
{
    struct placed *line = alloc_array(count, sizeof *line);
    double least_s = count ? costs_s[0] : 0, most_s = least_s;

    for (uint32_t i = 0; i < count; i++) {
        line[i] = (struct placed){ costs_s[i], blocks[i] };
        least_s = costs_s[i] < least_s ? costs_s[i] : least_s;
        most_s = costs_s[i] > most_s ? costs_s[i] : most_s;
    }
    if (most_s > 2 * least_s)
        qsort(line, count, sizeof *line, costly_first);
    for (uint32_t i = 0; i < count; i++) {
        costs_s[i] = line[i].cost_s;
        blocks[i] = line[i].block;
    }
    free(line);
}
