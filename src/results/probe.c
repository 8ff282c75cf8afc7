#include "results/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CORE_SECONDS_MAX = 30, FREE_BYTES = 512 << 20, MEMORY_PER_BYTE = 16 };

/* Bytes of writable memory that the process has mapped; 0 if unknown. */
static uint64_t data_bytes(void)
{
    FILE *stream = fopen("/proc/self/statm", "r");
    unsigned long long pages = 0;

    if (stream && fscanf(stream, "%*u %*u %*u %*u %*u %llu", &pages) != 1)
        pages = 0;
    if (stream)
        fclose(stream);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

struct rlimit memory_limit(uint64_t file_bytes)
{
    uint64_t held = data_bytes();
    struct rlimit before = { RLIM_INFINITY, RLIM_INFINITY }, bound;
    int is_rank = 0;

    MPI_Initialized(&is_rank);
    getrlimit(RLIMIT_DATA, &before);
    bound = before;
    bound.rlim_cur = held + FREE_BYTES + MEMORY_PER_BYTE * file_bytes;
    if (held && !is_rank && bound.rlim_cur < before.rlim_cur)
        setrlimit(RLIMIT_DATA, &bound);
    return before;
}

void memory_restore(const struct rlimit *before)
{
    setrlimit(RLIMIT_DATA, before);
}

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
    dup2(null, STDERR_FILENO); /* hides the C library's messages on a damaged heap */
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
        return error_set(err, STATUS_IO, "%s: cannot start a process to read it: %s",
                         path, strerror(errno));
    while (waitpid(child, &ended, 0) < 0)
        if (errno != EINTR)
            return STATUS_OK; /* another handler reaped the child: nothing is known */
    if (WIFSIGNALED(ended))
        return error_set(err, STATUS_INPUT,
                         "%s: damaged: HDF5 fails when it reads the file (%s)", path,
                         strsignal(WTERMSIG(ended)));
    if (WEXITSTATUS(ended) != EXIT_SUCCESS)
        return error_set(
            err, STATUS_INPUT,
            "%s: damaged: reading it needs more memory than a file of its size may",
            path);
    return STATUS_OK;
}
