/* What a run is doing, as another process sees it: read from the lock and the journal
 * beside the result file.  It works on every node that sees these files. */
#ifndef NVSWEEP_RUN_ACTIVITY_H
#define NVSWEEP_RUN_ACTIVITY_H

#include "results/results.h"
#include "run/lock.h"

struct activity {
    bool has_lock;
    struct lock_owner owner; /* if has_lock; owner.is_alive: the run is still going */

    bool has_journal;
    double started_s, /* since the epoch: the last start */
        last_s;       /* since the epoch: the last finished lease, or the last start */
    uint32_t starts;  /* runs started on this file */
    unsigned ranks;   /* of the last start */
    long pid;         /* process id of rank 0 on `host` */
    char host[128];
    char end[32];          /* how the last run ended; "" if the journal does not say */
    char stage[32];        /* the stage being evaluated, or the last one that was */
    double stage_start_s;  /* since the epoch */
    uint64_t stage_points; /* finished in this stage since stage_start_s */
    double points_per_s;   /* of the recent leases, all ranks together; 0: unknown */
};

/* The lock's owner is alive but has not written to the journal yet; what the journal says
 * is about an earlier run. */
bool activity_is_starting(const struct activity *activity);

/* Reads the lock and the journal of a result file.  has_journal is false if none exists. */
void activity_read(const char *output, struct activity *activity);

/* Estimated seconds until `pending` points of the current stage are done; 0: unknown. */
double activity_left_s(const struct activity *activity, uint64_t pending);

#endif
