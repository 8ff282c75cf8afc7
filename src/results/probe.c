#include "results/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <mpi.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CORE_SECONDS_MAX = 30 };

static _Noreturn void child_run(const char *path, probe_fn *read)
{
    static const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU };
    const struct rlimit seconds = { CORE_SECONDS_MAX, CORE_SECONDS_MAX };
    const struct rlimit none = { 0, 0 };
    int null = open("/dev/null", O_WRONLY);

    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        signal(deadly[i], SIG_DFL);
    setrlimit(RLIMIT_CPU, &seconds);
    setrlimit(RLIMIT_CORE, &none);
    dup2(null, STDERR_FILENO); /* what the C library says of a damaged heap */
    dup2(null, STDOUT_FILENO);
    read(path);
    _exit(EXIT_SUCCESS);
}

enum status probe_file(const char *path, probe_fn *read, struct error *err)
{
    int is_rank = 0, ended = 0;
    pid_t child;

    MPI_Initialized(&is_rank);
    if (is_rank)
        return STATUS_OK;
    child = fork();
    if (child == 0)
        child_run(path, read);
    if (child < 0)
        return error_set(err, STATUS_IO, "%s: cannot start a process to read it: %s", path,
                         strerror(errno));
    while (waitpid(child, &ended, 0) < 0)
        if (errno != EINTR)
            return STATUS_OK; /* someone else waits for children: nothing is known */
    if (WIFSIGNALED(ended))
        return error_set(err, STATUS_INPUT,
                         "%s: is damaged: HDF5 cannot read it without failing (%s)", path,
                         strsignal(WTERMSIG(ended)));
    return STATUS_OK;
}
