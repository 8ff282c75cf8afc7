/* The Slurm job that a process belongs to, and whether a job still runs. */
#ifndef NVSWEEP_RUN_JOB_H
#define NVSWEEP_RUN_JOB_H

#include <stdbool.h>

/* Each without white space; "-" where there is none. */
struct job {
    char id[64];
    char restart[16]; /* how often it was requeued */
    char cluster[64];
};

/* From the environment that Slurm gives its jobs. */
void job_self(struct job *job);

/* Both are the same job, of which this is a later start. */
bool job_is_restart(const struct job *before, const struct job *now);

/* Slurm says that none of the job's processes is left.  False where it cannot be asked,
 * or is another cluster's.  Starts commands of Slurm, for 10 s at most. */
bool job_is_gone(const struct job *job);

#endif
