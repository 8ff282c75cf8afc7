#include "run/messages.h"

#include "run/stop.h"

#include <sys/time.h>

static double epoch_s(void)
{
    struct timeval now;

    gettimeofday(&now, NULL);
    return (double)now.tv_sec + (double)now.tv_usec * 1e-6;
}

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
                   work->done == work->lease.count;
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
};

static void report_send(struct worker *worker, struct report report)
{
    report.was_signalled = stop_reason() != NULL;
    MPI_Send(&report, sizeof report, MPI_BYTE, 0, TAG_REPORT, worker->comm);
}

/* Take in whatever rank 0 sent. */
static void orders_receive(void *context)
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
        } else {
            worker->next = order.lease;
            worker->has_next = true;
        }
    }
}

/* Begin the lease that lies ready, and ask for the one after it. */
static void next_begin(struct worker *worker)
{
    work_begin(&worker->work, worker->evaluator, worker->next);
    worker->has_next = false;
    report_send(worker, (struct report){ .wants = true });
}

static enum status leases_work(struct worker *worker, struct error *err)
{
    enum status status = STATUS_OK;
    unsigned idle = 0;

    report_send(worker, (struct report){ .wants = true });
    while (status == STATUS_OK && !worker->is_over) {
        bool is_finished;

        orders_receive(worker);
        if (worker->is_over)
            break;
        if (!worker->work.has_lease && worker->has_next) {
            next_begin(worker);
            idle = 0;
        }
        if (!worker->work.has_lease) {
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
    unsigned idle = 0;

    evaluator->poll = orders_receive;
    evaluator->context = &worker; /* cppcheck-suppress autoVariables */
    evaluator->is_dropped = false;
    if (evaluator->commit.remote) {
        evaluator->commit.remote->poll = orders_receive;
        evaluator->commit.remote->context =
            &worker; /* cppcheck-suppress autoVariables */
    }
    status = leases_work(&worker, err);
    if (status == STATUS_OK)
        status = commit_flush(&evaluator->commit, err);
    report_send(&worker,
                (struct report){ .is_last = true, .is_bad = status != STATUS_OK });
    while (!worker.is_over) { /* it failed: wait until rank 0 has ended the stage */
        orders_receive(&worker);
        idle_wait(idle++);
    }
    if (evaluator->commit.remote)
        evaluator->commit.remote->poll = NULL;
    evaluator->poll = NULL;
    evaluator->context = NULL;
    return status;
}
