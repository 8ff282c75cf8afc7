/* What ranks tell each other while a stage runs.  Private to run/. */
#ifndef NVSWEEP_RUN_MESSAGES_H
#define NVSWEEP_RUN_MESSAGES_H

#include "run/deal.h"
#include "run/evaluate.h"
#include "run/watch.h"

enum { TAG_REPORT = 71, TAG_ORDER = 72 };

/* From a worker to rank 0. */
struct report {
    uint32_t lease;       /* finished, if has_finished */
    uint8_t has_finished; /* the lease, with what it took below */
    uint8_t wants;        /* another lease */
    uint8_t is_last;      /* the worker sends nothing more in this stage */
    uint8_t is_bad;       /* it failed; the words follow when all agree */
    uint8_t was_signalled;
    double start_s, busy_s; /* since the epoch; of evaluating */
    uint64_t points, failed;
};

enum order_kind {
    ORDER_LEASE,
    ORDER_END,  /* no more leases: finish the block in hand */
    ORDER_DROP, /* the same, but that block is done elsewhere */
};

/* From rank 0 to a worker. */
struct order {
    uint32_t kind; /* enum order_kind */
    struct lease lease;
};

/* A lease being worked on. */
struct work {
    bool has_lease;
    struct lease lease;
    uint32_t done; /* positions of it */
    double start_s;
    double busy_s; /* the evaluator's count when it began */
    uint64_t points, failed;
};

void work_begin(struct work *work, const struct evaluator *evaluator,
                struct lease lease);

/* Evaluate the next position; *is_finished when the lease is. */
enum status work_step(struct work *work, struct evaluator *evaluator, bool *is_finished,
                      struct error *err);

/* What the lease took. */
struct report work_report(const struct work *work, const struct evaluator *evaluator);

enum status worker_run(struct evaluator *evaluator, MPI_Comm comm, struct error *err);

enum status coordinator_run(struct evaluator *evaluator, struct watch *watch,
                            MPI_Comm comm, bool *is_stopped, struct error *err);

#endif
