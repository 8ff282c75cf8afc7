#include "run/messages.h"
#include "run/stage_run.h"

#include "base/memory.h"
#include "run/stop.h"

#include <stdlib.h>
#include <string.h>

/* With more workers than this rank 0 only schedules: its answers are worth more than its
 * computing. */
enum { COMPUTES_UP_TO = 128 };
enum { MESSAGES_MOST = 256 }; /* received before the next check for a stop */
#define SILENCE_S 30.0 /* after the end, until a message names a rank that is silent */

/* After the end, until the job is ended without a silent rank: committed blocks are kept,
 * so the run can be resumed.  After a stop a rank leaves its point soon, or never. */
#define WAIT_MOST_S 600.0
#define WAIT_STOP_S 2.0

struct coordinator {
    struct evaluator *evaluator;
    struct watch *watch;
    MPI_Comm comm;
    int ranks;
    struct scheduler *scheduler;
    int *waiting; /* ranks that asked and have no answer yet: a ring buffer */
    int waiting_first, waiting_count;
    uint8_t *has_ended; /* rank sent its last report */
    int ended;
    const char *stop; /* why scheduling stopped before the end, or NULL */
    bool has_failed;  /* it stopped because of a failure; run_agree gives the message */
    bool is_ended;    /* the end was sent to the workers */
    struct work work;
    struct inbox inbox;
    enum status written; /* first failure to write a worker's block */
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
        co->evaluator->stage->name, co->evaluator->queue->blocks[lease.first],
        lease.count, (unsigned long long)report->points,
        (unsigned long long)report->failed, rank, report->start_s, report->busy_s);
}

/* Answers the ranks that asked, in the order they asked, while there are leases. */
static void leases_send(struct coordinator *co)
{
    while (co->waiting_count) {
        struct order order = { .kind = ORDER_LEASE };
        int rank = co->waiting[co->waiting_first];

        if (!scheduler_next(co->scheduler, (unsigned)rank, clock_s(), &order.lease))
            return;
        co->waiting_first = (co->waiting_first + 1) % co->ranks;
        co->waiting_count--;
        MPI_Send(&order, sizeof order, MPI_BYTE, rank, TAG_ORDER, co->comm);
    }
}

static void end_send(struct coordinator *co)
{
    struct order order = { .kind = scheduler_is_done(co->scheduler) ? ORDER_DROP
                                                                    : ORDER_END };

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

static void report_handle(struct coordinator *co, int rank, const struct report *report)
{
    if (report->has_finished) {
        lease_note(co, rank, report, scheduler_lease(co->scheduler, report->lease));
        scheduler_finish(co->scheduler, report->lease, report->busy_s);
    }
    if (report->was_signalled && !co->stop)
        co->stop = "a signal";
    if (report->wants_lease)
        co->waiting[(co->waiting_first + co->waiting_count++) % co->ranks] = rank;
    if (report->is_last && !co->has_ended[rank]) {
        co->has_ended[rank] = true;
        co->ended++;
    }
    if (report->has_failed)
        failure_note(co);
}

/* Handles a report, or writes a block.  After a failure blocks are received and dropped. */
static void message_handle(void *context, int rank, int tag, char *message,
                           size_t bytes)
{
    struct coordinator *co = context;
    struct report report;

    if (tag == TAG_REPORT) {
        memcpy(&report, message, sizeof report);
        report_handle(co, rank, &report);
        return;
    }
    if (co->written == STATUS_OK)
        co->written = commit_received(&co->evaluator->commit, co->evaluator->stage,
                                      message, bytes, &co->written_err);
    if (co->written != STATUS_OK)
        failure_note(co);
}

/* Answers all messages; called between slices of rank 0's own work.  Messages arrive in the
 * order in which they were sent, so a lease's blocks are written before its report counts.
 * Returns false if rank 0's current block was finished by another rank. */
static bool reports_receive(void *context)
{
    struct coordinator *co = context;

    inbox_receive(&co->inbox, MESSAGES_MOST, message_handle, co);
    if (!co->stop)
        co->stop = stop_reason();
    else
        stop_for(co->stop); /* another rank's reason; rank 0 leaves its point too */
    if (co->stop || scheduler_is_done(co->scheduler)) {
        end_send(co);
        /* Another rank has finished the rest, so the current block is not needed. */
        co->evaluator->is_dropped |= scheduler_is_done(co->scheduler);
    } else {
        leases_send(co);
    }
    watch_tick(co->watch, scheduler_left_s(co->scheduler) / co->ranks);
    return !co->evaluator->is_dropped;
}

/* Evaluates one position of rank 0's own lease; false if there is none. */
static bool own_position_evaluate(struct coordinator *co, enum status *status,
                                  struct error *err)
{
    struct lease lease;
    bool is_finished;

    if (co->ranks > COMPUTES_UP_TO)
        return false;
    if (!co->work.has_lease) {
        if (!scheduler_next(co->scheduler, 0, clock_s(), &lease))
            return false;
        work_begin(&co->work, co->evaluator, lease);
    }
    *status = work_step(&co->work, co->evaluator, &is_finished, err);
    if (is_finished) {
        struct report report = work_report(&co->work, co->evaluator);

        report_handle(co, 0, &report);
    }
    return true;
}

static enum status lease_all(struct coordinator *co, struct error *err)
{
    enum status status = STATUS_OK;
    unsigned idle = 0;

    while (!co->is_ended) {
        reports_receive(co);
        if (co->is_ended)
            break;
        if (own_position_evaluate(co, &status, err))
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

/* Ends the job because `rank` does not come back. */
_Noreturn static void job_end(struct coordinator *co, int rank)
{
    watch_say(co->watch,
              "rank %d does not answer, so the job is ended; committed points are "
              "kept: run the "
              "same command again to continue",
              rank);
    watch_journal(co->watch, "{\"event\": \"end\", \"status\": \"stopped\"}");
    watch_end(co->watch);
    MPI_Abort(co->comm, status_exit_code(co->has_failed ? STATUS_IO : STATUS_RESUME));
    abort(); /* not reached */
}

/* Waits for the last report of every worker.  A rank that another process has stopped may
 * take its time; a message names it. */
static void workers_await(struct coordinator *co)
{
    double begin_s = clock_s(), said_s = begin_s;

    for (unsigned idle = 0; co->ended < co->ranks - 1; idle++) {
        double most_s = co->stop ? stop_grace_s() + WAIT_STOP_S : WAIT_MOST_S;
        int silent = 1;

        reports_receive(co);
        while (silent < co->ranks && co->has_ended[silent])
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

/* Resets all counts of attempts.  All blocks are committed now, but a rank that gave back a
 * block may have written its count after another rank committed the block. */
static enum status attempts_clear(struct coordinator *co, struct error *err)
{
    const struct stage_layout *layout = co->evaluator->commit.layout;
    uint8_t *none = alloc_array(layout->blocks, sizeof *none);
    enum status status = raw_write(&co->evaluator->commit.raw, none, layout->blocks,
                                   layout->attempts_offset, err);

    free(none);
    return status;
}

static void coordinator_begin(struct coordinator *co)
{
    struct evaluator *evaluator = co->evaluator;

    MPI_Comm_size(co->comm, &co->ranks);
    inbox_begin(&co->inbox, co->comm);
    co->waiting = alloc_array((size_t)co->ranks, sizeof *co->waiting);
    co->has_ended = alloc_array((size_t)co->ranks, 1);
    co->scheduler = scheduler_begin(evaluator->queue->costs_s, evaluator->queue->count,
                                    (unsigned)co->ranks, evaluator->lease_blocks);
    evaluator->poll = reports_receive;
    evaluator->context = co;
    evaluator->is_dropped = evaluator->is_stopped = false;
}

/* Writes what rank 0 still holds, also after an error, which stays the one reported. */
static enum status blocks_flush(struct coordinator *co, enum status status,
                                struct error *err)
{
    struct commit *commit = &co->evaluator->commit;
    enum status flushed = commit_flush(commit, status == STATUS_OK ? err : NULL);

    if (status != STATUS_OK)
        return status;
    if (flushed != STATUS_OK)
        return flushed;
    if (!scheduler_is_done(co->scheduler) ||
        !(co->stop || scheduler_repeats(co->scheduler)))
        return STATUS_OK;
    return attempts_clear(co, err);
}

static void coordinator_end(struct coordinator *co)
{
    co->evaluator->poll = NULL;
    co->evaluator->context = NULL;
    if (scheduler_repeats(co->scheduler))
        watch_journal(co->watch,
                      "{\"event\": \"repeat\", \"stage\": \"%s\", \"leases\": %u}",
                      co->evaluator->stage->name, scheduler_repeats(co->scheduler));
    scheduler_free(co->scheduler);
    inbox_end(&co->inbox);
    free(co->waiting);
    free(co->has_ended);
}

enum status coordinator_run(struct evaluator *evaluator, struct watch *watch,
                            MPI_Comm comm, bool *is_stopped, struct error *err)
{
    struct coordinator co = { .evaluator = evaluator, .watch = watch, .comm = comm };
    enum status status;

    coordinator_begin(&co);
    status = lease_all(&co, err);
    workers_await(&co);
    if (status == STATUS_OK && co.written != STATUS_OK)
        status = error_set(err, co.written, "%s", co.written_err.text);
    status = blocks_flush(&co, status, err);
    *is_stopped = co.stop && !scheduler_is_done(co.scheduler);
    coordinator_end(&co);
    return status;
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
