/* The script that runs sweeps as a Slurm job, made from a template. */
#ifndef NVSWEEP_CMD_JOB_SCRIPT_H
#define NVSWEEP_CMD_JOB_SCRIPT_H

#include "base/error.h"

#include <stddef.h>

/* What the script is to ask for.  All texts are the caller's. */
struct script_job {
    char **sweeps; /* several become an array of jobs, one each */
    size_t sweep_count;
    const char *output; /* result file of a single sweep; NULL: by the sweep's name */
    /* As sbatch has them; NULL: the cluster's default. */
    const char *account, *partition, *qos, *constraint;
    char **sbatch; /* further options of sbatch, as written: --mem=4G, --gres gpu:1 */
    size_t sbatch_count;
    const char *modules;   /* names for `module load`, separated by spaces or commas */
    const char *container; /* an image in which the program is; NULL: none */
    const char *launcher;  /* pmix, pmi2 (srun's --mpi) or mpirun */
    const char *const *folders; /* handed on as --library; ends with NULL */
    long nodes, tasks_per_node, minutes;
    double core_s, bytes; /* by the plan: the costliest sweep's, the largest file's */
    char *program, *template; /* paths */
};

/* Fill in the template: words such as @NODES@ are replaced, an @ that opens none of them
 * stands for itself.  Paths are quoted for the shell.  *script is freed by the caller.
 * STATUS_INPUT if the template cannot be read. */
enum status job_script_make(const struct script_job *job, char **script,
                            struct error *err);

#endif
