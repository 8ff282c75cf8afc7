#include "run/launch.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

/* How launchers tell a task the number of tasks and its own rank.  The first variable that
 * is set counts: mpirun within a Slurm job also leaves the variables of srun, which it uses
 * to start its helpers. */
static const struct {
    const char *tasks, *task;
} launchers[] = {
    { "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK" },
    { "PMI_SIZE", "PMI_RANK" },
    { "PALS_SIZE", "PALS_RANKID" },
    { "FLUX_JOB_SIZE", "FLUX_TASK_RANK" },
    { "SLURM_STEP_NUM_TASKS", "SLURM_PROCID" },
};

enum status launch_check(int size, bool *is_first, struct error *err)
{
    char library[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;

    *is_first = true;
    for (size_t i = 0; size == 1 && i < sizeof launchers / sizeof *launchers; i++) {
        const char *tasks = getenv(launchers[i].tasks);
        const char *task = getenv(launchers[i].task);

        if (!tasks)
            continue;
        if (strtol(tasks, NULL, 10) < 2)
            break;
        *is_first = !task || strtol(task, NULL, 10) == 0;
        MPI_Get_library_version(library, &length);
        library[strcspn(library, ",\n")] = '\0';
        return error_set(
            err, STATUS_INPUT,
            "%.20s tasks were started (%s), but each is alone to this "
            "program's MPI (%.60s): use that MPI's mpirun, or srun with "
            "the --mpi that it was built for (srun --mpi=list); unset %s to "
            "run it alone",
            tasks, launchers[i].tasks, library, launchers[i].tasks);
    }
    return STATUS_OK;
}
