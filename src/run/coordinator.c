#include "run/messages.h"
#include "run/stage_run.h"

#include "base/memory.h"
#include "run/stop.h"

#include <stdlib.h>
#include <string.h>

/* From here on rank 0 only deals: with more workers than this its answers are worth
 * more than its computing. */
enum { COMPUTES_UP_TO = 128 };
enum { MESSAGES_MOST = 256 }; /* taken in before looking for a reason to stop */
#define SILENCE_S 30.0 /* after the end, before a rank that does not answer is named */

/* And before the job is ended without it: what is committed is safe, and going on is free.
 * After a stop every rank leaves its point by itself, or not at all. */
#define WAIT_MOST_S 600.0
#define WAIT_STOP_S 2.0

struct coordinator {
    struct evaluator *evaluator;
    struct watch *watch;
    MPI_Comm comm;
    int ranks;
    struct deal *deal;
    int *waiting; /* ranks that asked and have no answer yet: a ring */
    int waiting_first, waiting_count;
    uint8_t *is_through; /* rank sent its last report */
    int through;
    const char *stop; /* why dealing stopped before the end, or NULL */
    bool has_failed;  /* that is a failure: its words follow when all agree */
    bool is_ended;    /* the end was sent */
    struct work work;
    struct inbox inbox;
    enum status written; /* the first failure to write for a worker, with its words */
    struct error written_err;
};

static void lease_note(struct coordinator *co, int rank, const struct report *report,
                       struct lease lease)
{
    watch_points(co->watch, report->points, report->failed);
    watch_journal(
        co->watch,
        "{\"event\": \"lease\", \"stage\": \"%s\", \"block\": %u, \"blocks\": %u, "
        "\"points\": %llu, \"failed\": %llu, \"rank\": %d, \"start\": %.3f, "
        "\"seconds\": %.6f}",
        co->evaluator->stage->name, co->evaluator->line->blocks[lease.first],
        lease.count, (unsigned long long)report->points,
        (unsigned long long)report->failed, rank, report->start_s, report->busy_s);
}

/* Workers that asked get leases as long as there are any, in the order they asked. */
static void leases_send(struct coordinator *co)
{
    while (co->waiting_count) {
        struct order order = { .kind = ORDER_LEASE };
        int rank = co->waiting[co->waiting_first];

        if (!deal_take(co->deal, (unsigned)rank, clock_s(), &order.lease))
            return;
        co->waiting_first = (co->waiting_first + 1) % co->ranks;
        co->waiting_count--;
        MPI_Send(&order, sizeof order, MPI_BYTE, rank, TAG_ORDER, co->comm);
    }
}

static void end_send(struct coordinator *co)
{
    struct order order = { .kind = deal_is_over(co->deal) ? ORDER_DROP : ORDER_END };

    if (co->is_ended)
        return;
    co->is_ended = true;
    for (int r = 1; r < co->ranks; r++)
        MPI_Send(&order, sizeof order, MPI_BYTE, r, TAG_ORDER, co->comm);
}

static void failure_note(struct coordinator *co)
{
    co->has_failed = true;
    if (!co->stop)
        co->stop = "a failure";
}

static void report_take(struct coordinator *co, int rank, const struct report *report)
{
    if (report->has_finished) {
        lease_note(co, rank, report, deal_lease(co->deal, report->lease));
        deal_finish(co->deal, report->lease, report->busy_s);
    }
    if (report->was_signalled && !co->stop)
        co->stop = "a signal";
    if (report->wants)
        co->waiting[(co->waiting_first + co->waiting_count++) % co->ranks] = rank;
    if (report->is_last && !co->is_through[rank]) {
        co->is_through[rank] = true;
        co->through++;
    }
    if (report->is_bad)
        failure_note(co);
}

/* A report, or a block that is written here.  After a failure blocks are only taken in. */
static void letter_take(void *context, int rank, int tag, char *message, size_t bytes)
{
    struct coordinator *co = context;
    struct report report;

    if (tag == TAG_REPORT) {
        memcpy(&report, message, sizeof report);
        report_take(co, rank, &report);
        return;
    }
    if (co->written == STATUS_OK)
        co->written = commit_received(&co->evaluator->commit, co->evaluator->stage,
                                      message, bytes, &co->written_err);
    if (co->written != STATUS_OK)
        failure_note(co);
}

/* Answer everybody who spoke; called between slices of rank 0's own work.  A lease is not
 * finished before its blocks: messages come in the order in which they were sent.  False: its
 * block in hand is done elsewhere. */
static bool reports_receive(void *context)
{
    struct coordinator *co = context;

    inbox_look(&co->inbox, MESSAGES_MOST, letter_take, co);
    if (!co->stop)
        co->stop = stop_reason();
    else
        stop_for(co->stop); /* another rank's reason: rank 0 leaves its point, too */
    if (co->stop || deal_is_over(co->deal)) {
        end_send(co);
        /* What is over elsewhere need not be finished here. */
        co->evaluator->is_dropped |= deal_is_over(co->deal);
    } else {
        leases_send(co);
    }
    watch_tick(co->watch, deal_left_s(co->deal) / co->ranks);
    return !co->evaluator->is_dropped;
}

/* One position of rank 0's own lease; false if there was nothing to compute. */
static bool own_step(struct coordinator *co, enum status *status, struct error *err)
{
    struct lease lease;
    bool is_finished;

    if (co->ranks > COMPUTES_UP_TO)
        return false;
    if (!co->work.has_lease) {
        if (!deal_take(co->deal, 0, clock_s(), &lease))
            return false;
        work_begin(&co->work, co->evaluator, lease);
    }
    *status = work_step(&co->work, co->evaluator, &is_finished, err);
    if (is_finished) {
        struct report report = work_report(&co->work, co->evaluator);

        report_take(co, 0, &report);
    }
    return true;
}

static enum status deal_all(struct coordinator *co, struct error *err)
{
    enum status status = STATUS_OK;
    unsigned idle = 0;

    while (!co->is_ended) {
        reports_receive(co);
        if (co->is_ended)
            break;
        if (own_step(co, &status, err))
            idle = 0;
        else
            idle_wait(idle++);
        if (status != STATUS_OK) {
            failure_note(co);
            end_send(co);
        }
    }
    return status;
}

/* The rank does not come back.  The others end with it. */
_Noreturn static void job_end(struct coordinator *co, int rank)
{
    watch_say(
        co->watch,
        "rank %d does not answer, so the job is ended; what is committed is kept: "
        "run the same command again to go on",
        rank);
    watch_journal(co->watch, "{\"event\": \"end\", \"status\": \"stopped\"}");
    watch_end(co->watch);
    MPI_Abort(co->comm, status_exit_code(co->has_failed ? STATUS_IO : STATUS_RESUME));
    abort(); /* not reached */
}

/* Every worker says when it is through; one that was stopped from outside may take its
 * time, and is named. */
static void workers_await(struct coordinator *co)
{
    double begin_s = clock_s(), said_s = begin_s;

    for (unsigned idle = 0; co->through < co->ranks - 1; idle++) {
        double most_s = co->stop ? stop_grace_s() + WAIT_STOP_S : WAIT_MOST_S;
        int silent = 1;

        reports_receive(co);
        while (silent < co->ranks && co->is_through[silent])
            silent++;
        if (silent < co->ranks && clock_s() - begin_s > most_s)
            job_end(co, silent);
        if (silent < co->ranks && clock_s() - said_s > SILENCE_S) {
            watch_say(co->watch, "waiting for rank %d", silent);
            said_s = clock_s();
        }
        idle_wait(idle);
    }
}

/* All blocks of the stage are committed, and nobody writes any more: none is attempted,
 * though a rank that gave back a block may have said so after another committed it. */
static enum status attempts_clear(struct coordinator *co, struct error *err)
{
    const struct stage_layout *layout = co->evaluator->commit.layout;
    uint8_t *none = alloc_array(layout->blocks, sizeof *none);
    enum status status = raw_write(&co->evaluator->commit.raw, none, layout->blocks,
                                   layout->attempts_offset, err);

    free(none);
    return status;
}

enum status coordinator_run(struct evaluator *evaluator, struct watch *watch,
                            MPI_Comm comm, bool *is_stopped, struct error *err)
{
    struct coordinator co = { .evaluator = evaluator, .watch = watch, .comm = comm };
    enum status status, flushed;

    MPI_Comm_size(comm, &co.ranks);
    inbox_begin(&co.inbox, comm);
    co.waiting = alloc_array((size_t)co.ranks, sizeof *co.waiting);
    co.is_through = alloc_array((size_t)co.ranks, 1);
    co.deal = deal_begin(evaluator->line->costs_s, evaluator->line->count,
                         (unsigned)co.ranks, evaluator->lease_blocks);
    evaluator->poll = reports_receive;
    evaluator->context = &co;
    evaluator->is_dropped = evaluator->is_stopped = false;
    status = deal_all(&co, err);
    workers_await(&co);
    if (status == STATUS_OK && co.written != STATUS_OK)
        status = error_set(err, co.written, "%s", co.written_err.text);
    flushed = commit_flush(&evaluator->commit, status == STATUS_OK ? err : NULL);
    if (status == STATUS_OK && flushed == STATUS_OK && deal_is_over(co.deal) &&
        (co.stop || deal_repeats(co.deal)))
        flushed = attempts_clear(&co, err);
    evaluator->poll = NULL;
    evaluator->context = NULL;
    if (deal_repeats(co.deal))
        watch_journal(watch,
                      "{\"event\": \"repeat\", \"stage\": \"%s\", \"leases\": %u}",
                      evaluator->stage->name, deal_repeats(co.deal));
    *is_stopped = co.stop && !deal_is_over(co.deal);
    deal_free(co.deal);
    inbox_end(&co.inbox);
    free(co.waiting);
    free(co.is_through);
    return status != STATUS_OK ? status : flushed;
}

enum status stage_run(struct evaluator *evaluator, struct watch *watch, MPI_Comm comm,
                      bool *is_stopped, struct error *err)
{
    enum status status;
    int rank, stopped;

    MPI_Comm_rank(comm, &rank);
    *is_stopped = false;
    status = rank ? worker_run(evaluator, comm, err)
                  : coordinator_run(evaluator, watch, comm, is_stopped, err);
    stopped = *is_stopped;
    MPI_Bcast(&stopped, 1, MPI_INT, 0, comm);
    *is_stopped = stopped;
    return run_agree(comm, status, err);
}
