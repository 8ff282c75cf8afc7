/* Messages between the ranks while a stage runs.  Private to run/. */
#ifndef NVSWEEP_RUN_MESSAGES_H
#define NVSWEEP_RUN_MESSAGES_H

#include "run/scheduler.h"
#include "run/evaluate.h"
#include "run/watch.h"

enum { TAG_REPORT = 71, TAG_ORDER = 72 };

/* From a worker to rank 0. */
struct report {
    uint32_t lease;       /* id of the finished lease, if has_finished */
    uint8_t has_finished; /* a lease; the last four members say what it took */
    uint8_t wants_lease;
    uint8_t is_last;    /* the worker sends nothing more in this stage */
    uint8_t has_failed; /* run_agree transfers the error message later */
    uint8_t was_signalled;
    double start_s, busy_s; /* since the epoch; time spent evaluating */
    uint64_t points, failed;
};

enum order_kind {
    ORDER_LEASE,
    ORDER_END,  /* no more leases; finish the current block */
    ORDER_DROP, /* no more leases; the current block was finished by another rank */
};

/* From rank 0 to a worker. */
struct order {
    uint32_t kind; /* enum order_kind */
    struct lease lease;
};

/* A lease in progress. */
struct work {
    bool has_lease;
    struct lease lease;
    uint32_t done; /* finished positions of the lease */
    double start_s;
    double busy_s;           /* the evaluator's counters when the lease began */
    uint64_t points, failed; /* likewise */
};

void work_begin(struct work *work, const struct evaluator *evaluator,
                struct lease lease);

/* Evaluates the next position; *is_finished: it was the lease's last one. */
enum status work_step(struct work *work, struct evaluator *evaluator, bool *is_finished,
                      struct error *err);

/* The report of a finished lease. */
struct report work_report(const struct work *work, const struct evaluator *evaluator);

enum status worker_run(struct evaluator *evaluator, MPI_Comm comm, struct error *err);

enum status coordinator_run(struct evaluator *evaluator, struct watch *watch,
                            MPI_Comm comm, bool *is_stopped, struct error *err);

#endif
