#include "run/messages.h"

#include "base/stop.h"
#include "run/stop.h"

#include <stdio.h>

/* How long a rank that failed waits for rank 0 before it ends the job itself. */
#define FAILURE_WAIT_S 30.0

void work_begin(struct work *work, const struct evaluator *evaluator,
                struct lease lease)
{
    *work = (struct work){
        .has_lease = true,
        .lease = lease,
        .start_s = epoch_s(),
        .busy_s = evaluator->busy_s,
        .points = evaluator->points,
        .failed = evaluator->failed,
    };
}

enum status work_step(struct work *work, struct evaluator *evaluator, bool *is_finished,
                      struct error *err)
{
    enum status status = evaluate_position(evaluator, work->lease.first + work->done,
                                           err);

    work->done++;
    *is_finished = status == STATUS_OK && !evaluator->is_dropped &&
                   !evaluator->is_stopped && work->done == work->lease.count;
    if (*is_finished)
        work->has_lease = false;
    return status;
}

struct report work_report(const struct work *work, const struct evaluator *evaluator)
{
    return (struct report){
        .lease = work->lease.id,
        .has_finished = true,
        .start_s = work->start_s,
        .busy_s = evaluator->busy_s - work->busy_s,
        .points = evaluator->points - work->points,
        .failed = evaluator->failed - work->failed,
    };
}

struct worker {
    struct evaluator *evaluator;
    MPI_Comm comm;
    struct work work;
    struct lease next;
    bool has_next, is_over;
    bool has_said_stop; /* rank 0 knows that this rank has a reason to stop */
};

static void report_send(struct worker *worker, struct report report)
{
    report.was_signalled = worker->has_said_stop = stop_reason() != NULL;
    MPI_Send(&report, sizeof report, MPI_BYTE, 0, TAG_REPORT, worker->comm);
}

/* Receives what rank 0 sent, and reports a reason to stop.  Returns false if another rank has
 * finished the current block. */
static bool orders_receive(void *context)
{
    struct worker *worker = context;
    int is_there;

    while (MPI_Iprobe(0, TAG_ORDER, worker->comm, &is_there, MPI_STATUS_IGNORE),
           is_there) {
        struct order order;

        MPI_Recv(&order, sizeof order, MPI_BYTE, 0, TAG_ORDER, worker->comm,
                 MPI_STATUS_IGNORE);
        if (order.kind != ORDER_LEASE) {
            worker->is_over = true;
            worker->evaluator->is_dropped = order.kind == ORDER_DROP;
            if (order.kind == ORDER_END)
                stop_for("rank 0"); /* rank 0 does not wait for a slow point */
        } else {
            worker->next = order.lease;
            worker->has_next = true;
        }
    }
    if (!worker->is_over && !worker->has_said_stop && stop_reason())
        report_send(worker, (struct report){ 0 });
    return !worker->evaluator->is_dropped;
}

/* Begins the next lease, and asks for the one after it. */
static void next_begin(struct worker *worker)
{
    work_begin(&worker->work, worker->evaluator, worker->next);
    worker->has_next = false;
    report_send(worker, (struct report){ .wants_lease = true });
}

static enum status leases_work(struct worker *worker, struct error *err)
{
    enum status status = STATUS_OK;
    unsigned idle = 0;

    report_send(worker, (struct report){ .wants_lease = true });
    while (status == STATUS_OK && !worker->is_over) {
        bool is_finished;

        orders_receive(worker);
        if (worker->is_over)
            break;
        if (!worker->work.has_lease && worker->has_next) {
            next_begin(worker);
            idle = 0;
        }
        if (!worker->work.has_lease || stop_is_wanted()) {
            idle_wait(idle++);
            continue;
        }
        status = work_step(&worker->work, worker->evaluator, &is_finished, err);
        if (is_finished)
            report_send(worker, work_report(&worker->work, worker->evaluator));
    }
    return status;
}

enum status worker_run(struct evaluator *evaluator, MPI_Comm comm, struct error *err)
{
    struct worker worker = { .evaluator = evaluator, .comm = comm };
    enum status status;
    double ended_s;
    unsigned idle = 0;

    evaluator->poll = orders_receive;
    evaluator->context = &worker; /* cppcheck-suppress autoVariables */
    evaluator->is_dropped = evaluator->is_stopped = false;
    if (evaluator->commit.remote) {
        evaluator->commit.remote->poll = orders_receive;
        evaluator->commit.remote->context =
            &worker; /* cppcheck-suppress autoVariables */
    }
    status = leases_work(&worker, err);
    if (status == STATUS_OK)
        status = commit_flush(&evaluator->commit, err);
    ended_s = clock_s();
    report_send(&worker,
                (struct report){ .is_last = true, .has_failed = status != STATUS_OK });
    while (!worker.is_over) { /* after a failure: wait until rank 0 ends the stage */
        orders_receive(&worker);
        if (clock_s() - ended_s > FAILURE_WAIT_S) { /* rank 0 is inside a slow point */
            fprintf(stderr, "nvsweep: %s\n", err->text);
            MPI_Abort(comm, status_exit_code(status));
        }
        idle_wait(idle++);
    }
    if (evaluator->commit.remote)
        evaluator->commit.remote->poll = NULL;
    evaluator->poll = NULL;
    evaluator->context = NULL;
    return status;
}
