/* Makes the script that runs sweeps as a Slurm job, from a template. */
#ifndef NVSWEEP_CMD_JOB_SCRIPT_H
#define NVSWEEP_CMD_JOB_SCRIPT_H

#include "base/error.h"

#include <stddef.h>

/* What the script requests.  The caller owns all texts. */
struct script_job {
    char **sweeps; /* several become a job array with one job each */
    size_t sweep_count;
    const char *output; /* result file of a single sweep; NULL: named like the sweep */
    /* Options of sbatch; NULL: the cluster's default. */
    const char *account, *partition, *qos, *constraint;
    char **sbatch; /* further options of sbatch, unchanged: --mem=4G, --gres gpu:1 */
    size_t sbatch_count;
    const char *modules;   /* names for `module load`, separated by spaces or commas */
    const char *container; /* Apptainer image that has the program, or NULL */
    const char *launcher;  /* pmix, pmi2 (srun's --mpi) or mpirun */
    const char *io;        /* passed on as --io; NULL: as the file system allows */
    const char *const *folders; /* passed on as --library; ends with NULL */
    long nodes, tasks_per_node, minutes;
    double core_s,
        bytes; /* from the plan: of the most expensive sweep and largest file */
    char *program, *template; /* paths */
};

/* Fills in the template: words such as @NODES@ are replaced; any other @ is kept.  Paths are
 * quoted for the shell.  *script is freed by the caller.  Returns STATUS_INPUT if the template
 * cannot be read. */
enum status job_script_make(const struct script_job *job, char **script,
                            struct error *err);

#endif
