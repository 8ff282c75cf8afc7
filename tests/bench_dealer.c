/* The dealer at sizes no test machine has: a discrete-event simulation of rank 0 and its
 * workers around the real run/deal.c.
 *
 *   bench_dealer [SERVICE_US [POINT_S]]
 *
 * SERVICE_US is what one lease costs rank 0 (bench_runner prints leases per second: its
 * inverse is an upper bound, blocks and commits included), POINT_S the mean cost of a
 * block.  Costs are spread as those of arrays: a factor of 16 between the cheapest and the
 * dearest, which the model knows only within a factor of two either way. */
#include "base/memory.h"
#include "results/layout.h"
#include "run/deal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define LATENCY_S 5e-6 /* of a message, one way */

enum event_kind { ASKS, ANSWERED, FINISHES };

struct event {
    double at_s;
    uint32_t rank;
    enum event_kind kind;
};

struct heap {
    struct event *events;
    size_t count, room;
};

static void heap_push(struct heap *heap, struct event event)
{
    size_t i = heap->count++;

    if (heap->count > heap->room) {
        heap->room = heap->room ? 2 * heap->room : 1024;
        heap->events = realloc_array(heap->events, heap->room, sizeof event);
    }
    for (; i > 0 && heap->events[(i - 1) / 2].at_s > event.at_s; i = (i - 1) / 2)
        heap->events[i] = heap->events[(i - 1) / 2];
    heap->events[i] = event;
}

static struct event heap_pop(struct heap *heap)
{
    struct event top = heap->events[0], last = heap->events[--heap->count];
    size_t i = 0;

    for (size_t child; (child = 2 * i + 1) < heap->count; i = child) {
        if (child + 1 < heap->count &&
            heap->events[child + 1].at_s < heap->events[child].at_s)
            child++;
        if (heap->events[child].at_s >= last.at_s)
            break;
        heap->events[i] = heap->events[child];
    }
    heap->events[i] = last;
    return top;
}

struct worker {
    bool is_busy, has_next;
    struct lease current, next;
    double begin_s;
};

struct simulation {
    struct deal *deal;
    struct heap heap;
    struct worker *workers;
    double *true_s;                   /* of positions */
    double service_s, free_s, busy_s; /* of rank 0 */
    double now_s, end_s;
    uint64_t leases;
};

static double random_of(uint64_t x) /* splitmix64, in [0, 1) */
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (double)((x ^ x >> 31) >> 11) * 0x1p-53;
}

static double lease_s(const struct simulation *sim, struct lease lease)
{
    double sum_s = 0;

    for (uint32_t i = lease.first; i < lease.first + lease.count; i++)
        sum_s += sim->true_s[i];
    return sum_s;
}

static void begin_next(struct simulation *sim, uint32_t rank)
{
    struct worker *worker = &sim->workers[rank];

    worker->current = worker->next;
    worker->has_next = false;
    worker->is_busy = true;
    worker->begin_s = sim->now_s;
    heap_push(&sim->heap, (struct event){ sim->now_s + lease_s(sim, worker->current),
                                          rank, FINISHES });
    heap_push(&sim->heap, (struct event){ sim->now_s + LATENCY_S, rank, ASKS });
}

static void step(struct simulation *sim, struct event event)
{
    struct worker *worker = &sim->workers[event.rank];

    sim->now_s = event.at_s;
    switch (event.kind) {
    case ASKS: /* rank 0 serves one after the other */
        sim->free_s = (sim->free_s > sim->now_s ? sim->free_s : sim->now_s) +
                      sim->service_s;
        sim->busy_s += sim->service_s;
        if (deal_take(sim->deal, event.rank, sim->free_s, &worker->next)) {
            sim->leases++;
            heap_push(&sim->heap,
                      (struct event){ sim->free_s + LATENCY_S, event.rank, ANSWERED });
        }
        break;
    case ANSWERED:
        worker->has_next = true;
        if (!worker->is_busy)
            begin_next(sim, event.rank);
        break;
    case FINISHES:
        worker->is_busy = false;
        sim->end_s = sim->now_s;
        deal_finish(sim->deal, worker->current.id, sim->now_s - worker->begin_s);
        if (worker->has_next)
            begin_next(sim, event.rank);
        break;
    }
}

static void simulate(uint32_t ranks, uint32_t blocks, double point_s, double service_s)
{
    struct simulation sim = { .service_s = service_s };
    uint32_t *order = alloc_array(blocks, sizeof *order);
    double *model_s = alloc_array(blocks, sizeof *model_s), work_s = 0;

    sim.true_s = alloc_array(blocks, sizeof *sim.true_s);
    sim.workers = alloc_array(ranks, sizeof *sim.workers);
    for (uint32_t i = 0; i < blocks; i++) {
        order[i] = i;
        model_s[i] = point_s * (0.2 + 3.0 * random_of(i)) / 1.7;
    }
    deal_order(order, model_s, blocks);
    for (uint32_t i = 0; i < blocks; i++) {
        sim.true_s[i] = model_s[i] * exp2(2 * random_of(i + (UINT64_C(1) << 32)) - 1);
        work_s += sim.true_s[i];
    }
    sim.deal = deal_begin(model_s, blocks, ranks, 0);
    for (uint32_t r = 0; r < ranks; r++)
        heap_push(&sim.heap, (struct event){ LATENCY_S, r, ASKS });
    while (sim.heap.count)
        step(&sim, heap_pop(&sim.heap));
    printf("  %6u ranks %8u blocks %8.2f s %6.1f %% of ideal %9llu leases, rank 0 busy "
           "%5.1f %%\n",
           ranks, blocks, sim.end_s, 100 * work_s / ranks / sim.end_s,
           (unsigned long long)sim.leases, 100 * sim.busy_s / sim.end_s);
    deal_free(sim.deal);
    free(sim.heap.events);
    free(sim.workers);
    free(sim.true_s);
    free(model_s);
    free(order);
}

int main(int argc, char **argv)
{
    double service_s = (argc > 1 ? atof(argv[1]) : 20) * 1e-6;
    double point_s = argc > 2 ? atof(argv[2]) : 0.1;
    const uint32_t ranks[] = { 100, 1000, 10000, 100000 };

    printf("dealing blocks of %.3g s, %.3g us of rank 0 per lease (simulated)\n",
           point_s, service_s * 1e6);
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        simulate(ranks[i], LAYOUT_BLOCKS_MOST, point_s, service_s);
        if (ranks[i] < 100000) /* there the simulation itself takes minutes */
            simulate(ranks[i], LAYOUT_BLOCKS_MOST, 100 * point_s, service_s);
    }
    return 0;
}
