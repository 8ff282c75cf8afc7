/* What a run is doing, seen from another process: from the lock and the journal beside
 * the result file.  Works on any node that sees the files. */
#ifndef NVSWEEP_RUN_ACTIVITY_H
#define NVSWEEP_RUN_ACTIVITY_H

#include "results/results.h"
#include "run/lock.h"

struct activity {
    bool has_lock;
    struct lock_owner owner; /* if has_lock; owner.is_alive: the run goes on */

    bool has_journal;
    double started_s,
        last_s;      /* since the epoch: last start; last finished lease, or start */
    uint32_t starts; /* of runs on this file */
    unsigned ranks;  /* of the last start */
    long pid;        /* its rank 0, and where that is */
    char host[128];
    char end[32];          /* how the last run ended, "" if it did not say */
    char stage[32];        /* being evaluated, or the last that was */
    double stage_start_s;  /* since the epoch */
    uint64_t stage_points; /* finished in this stage since stage_start_s */
    double points_per_s;   /* of the last leases, all ranks together; 0: unknown */
};

/* The lock's owner is alive and has not said yet what it does: what the journal tells is
 * of an earlier run, or nothing. */
bool activity_is_starting(const struct activity *activity);

/* Read lock and journal of a result file.  A file without journal has none of it. */
void activity_read(const char *output, struct activity *activity);

/* Seconds until `pending` points of the current stage are done; 0: unknown. */
double activity_left_s(const struct activity *activity, uint64_t pending);

#endif
