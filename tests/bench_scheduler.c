/* The dealer at sizes no test machine has: a discrete-event simulation of rank 0 and its
 * workers around the real run/scheduler.c.
 *
 *   bench_scheduler [SERVICE_US [SWEEP]]
 *
 * SERVICE_US is what one lease costs rank 0: its answers per second, as bench_leases
 * measures them, and run/coordinator.c's own work, come to 3 to 12 us; 12 is assumed where
 * nothing is given.  What points cost, and what the cost model takes them to cost, is
 * measured on points of SWEEP's array stage (sweeps/array_scalability.cfg).
 *
 * A rank's work is that of a run which keeps it busy for 10, 100 or 1000 s. */
#include "base/memory.h"
#include "cmd/cmd.h"
#include "results/layout.h"
#include "run/scheduler.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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
    struct scheduler *scheduler;
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
        if (scheduler_next(sim->scheduler, event.rank, sim->free_s, &worker->next)) {
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
        scheduler_finish(sim->scheduler, worker->current.id,
                         sim->now_s - worker->begin_s);
        if (worker->has_next)
            begin_next(sim, event.rank);
        break;
    }
}

/* Measured and modelled seconds of points. */
enum { SAMPLES_MOST = 400 };
struct costs {
    double true_s[SAMPLES_MOST], model_s[SAMPLES_MOST], mean_s;
    uint64_t count;
};

/* A block's cost: that of its points, drawn from those measured.  Blocks of many points
 * are of one region of the design space, so that their points cost much the same. */
static double work_draw(const struct costs *costs, uint32_t blocks, double mean_s,
                        double *true_s, double *model_s)
{
    double scale = mean_s / costs->mean_s, work_s = 0;

    for (uint32_t i = 0; i < blocks; i++) {
        uint64_t drawn = (uint64_t)(random_of(i) * (double)costs->count);

        true_s[i] = scale * costs->true_s[drawn];
        model_s[i] = scale * costs->model_s[drawn];
        work_s += true_s[i];
    }
    return work_s;
}

/* The line is ordered by the model; true costs follow their blocks. */
static void line_order(uint32_t blocks, double *true_s, double *model_s)
{
    uint32_t *order = alloc_array(blocks, sizeof *order);
    double *moved_s = alloc_array(blocks, sizeof *moved_s);

    for (uint32_t i = 0; i < blocks; i++)
        order[i] = i;
    scheduler_order(order, model_s, blocks);
    for (uint32_t i = 0; i < blocks; i++)
        moved_s[i] = true_s[order[i]];
    for (uint32_t i = 0; i < blocks; i++)
        true_s[i] = moved_s[i];
    free(moved_s);
    free(order);
}

static void simulate(const struct costs *costs, uint32_t ranks, double rank_s,
                     double service_s)
{
    struct simulation sim = { .service_s = service_s };
    double blocks_wanted = rank_s * ranks / costs->mean_s, work_s;
    uint32_t blocks = blocks_wanted < LAYOUT_BLOCKS_MOST ? (uint32_t)blocks_wanted
                                                         : LAYOUT_BLOCKS_MOST;
    double *model_s = alloc_array(blocks, sizeof *model_s);

    sim.true_s = alloc_array(blocks, sizeof *sim.true_s);
    sim.workers = alloc_array(ranks, sizeof *sim.workers);
    work_s = work_draw(costs, blocks, rank_s * ranks / blocks, sim.true_s, model_s);
    line_order(blocks, sim.true_s, model_s);
    sim.scheduler = scheduler_begin(model_s, blocks, ranks, 0);
    for (uint32_t r = 0; r < ranks; r++)
        heap_push(&sim.heap, (struct event){ LATENCY_S, r, ASKS });
    while (sim.heap.count)
        step(&sim, heap_pop(&sim.heap));
    printf("  %6u ranks, %5.0f s each: %6.1f %% of ideal, %7u blocks, %8llu leases, "
           "rank 0 "
           "busy %5.1f %%\n",
           ranks, rank_s, 100 * work_s / ranks / sim.end_s, blocks,
           (unsigned long long)sim.leases, 100 * sim.busy_s / sim.end_s);
    scheduler_free(sim.scheduler);
    free(sim.heap.events);
    free(sim.workers);
    free(sim.true_s);
    free(model_s);
}

static double cpu_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Evaluate points spread over the sweep's array stage. */
static void costs_measure(const struct study *study, struct costs *costs)
{
    const struct grid *grid = &study->grids[STAGE_ARRAY];
    struct columns columns;
    int8_t status;

    columns_alloc(STAGE_ARRAY, 1, &columns);
    costs->count = grid->points < SAMPLES_MOST ? grid->points : SAMPLES_MOST;
    for (uint64_t i = 0; i < costs->count; i++) {
        uint64_t at = i * grid->points / costs->count;
        struct point point;
        double begin_s = cpu_s();

        status = POINT_PENDING;
        stages[STAGE_ARRAY]->evaluate(study, (struct range){ at, 1 }, &columns, &status,
                                      NULL);
        costs->true_s[i] = cpu_s() - begin_s;
        grid_point(grid, &study->sweep->space, at, &point);
        costs->model_s[i] = stage_cost_s(study, STAGE_ARRAY, &point, NULL);
        costs->mean_s += costs->true_s[i] / (double)costs->count;
    }
    columns_free(STAGE_ARRAY, &columns);
}

static enum status costs_of(const char *file, struct costs *costs, struct error *err)
{
    struct library library;
    struct sweep sweep;
    struct study study = { .sweep = NULL };
    enum status status = sweep_load(file, &library, &sweep, err);

    if (status == STATUS_OK)
        status = study_init(&study, &sweep, &library, err);
    if (status == STATUS_OK && !(study.stages >> STAGE_ARRAY & 1))
        status = error_set(err, STATUS_INPUT, "%s: has no array stage", file);
    if (status == STATUS_OK)
        costs_measure(&study, costs);
    study_free(&study);
    sweep_free(&sweep);
    library_free(&library);
    return status;
}

static void costs_print(const struct costs *costs)
{
    double least_s = costs->true_s[0], most_s = least_s, off = 0;

    for (uint64_t i = 0; i < costs->count; i++) {
        least_s = fmin(least_s, costs->true_s[i]);
        most_s = fmax(most_s, costs->true_s[i]);
        off += fabs(log2(costs->model_s[i] / costs->true_s[i])) / (double)costs->count;
    }
    printf(
        "%llu points cost %.3g to %.3g ms of processor time, %.3g on average; the cost "
        "model is off by a factor of %.2f on average\n",
        (unsigned long long)costs->count, 1e3 * least_s, 1e3 * most_s,
        1e3 * costs->mean_s, exp2(off));
}

int main(int argc, char **argv)
{
    double service_s = (argc > 1 ? atof(argv[1]) : 12) * 1e-6;
    const uint32_t ranks[] = { 100, 1000, 10000, 100000 };
    struct costs costs = { .count = 0 };
    struct error err;
    enum status status = costs_of(argc > 2 ? argv[2] : "sweeps/array_scalability.cfg",
                                  &costs, &err);

    if (status != STATUS_OK) {
        fprintf(stderr, "bench_scheduler: %s\n", err.text);
        return status_exit_code(status);
    }
    costs_print(&costs);
    printf("dealing them, %.3g us of rank 0 per lease (simulated)\n", service_s * 1e6);
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
        for (double rank_s = 10; rank_s <= 1000; rank_s *= 10)
            simulate(&costs, ranks[i], rank_s, service_s);
    return 0;
}
