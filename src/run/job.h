/* The Slurm job that this process belongs to, and whether a given job still runs. */
#ifndef NVSWEEP_RUN_JOB_H
#define NVSWEEP_RUN_JOB_H

#include <stdbool.h>

/* No string holds white space; "-" means none. */
struct job {
    char id[64];
    char restart[16]; /* how often Slurm has requeued the job */
    char cluster[64];
};

/* Reads the environment that Slurm gives its jobs. */
void job_self(struct job *job);

/* `now` is a later start of the same job. */
bool job_is_restart(const struct job *before, const struct job *now);

/* Slurm reports that no process of the job is left.  False if Slurm cannot be asked or the
 * job belongs to another cluster.  Runs Slurm commands for at most 10 s. */
bool job_is_gone(const struct job *job);

#endif
