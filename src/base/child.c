#include "base/child.h"

#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FIRST_FD = 3, LAST_FD = 4096 }; /* the range where close_range is missing */

static void files_close(void)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, FIRST_FD, ~0U, 0) == 0)
        return;
#endif
    for (int fd = FIRST_FD; fd <= LAST_FD; fd++)
        close(fd);
}

void child_begin(pid_t parent)
{
    static const int ends_it[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU };
    static const int requests[] = {
        SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2
    };
    const struct rlimit no_core = { 0, 0 };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* the parent died before */
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &no_core);
    for (size_t i = 0; i < sizeof ends_it / sizeof *ends_it; i++)
        signal(ends_it[i], SIG_DFL); /* MPI's handlers would print */
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        signal(requests[i], SIG_IGN);
    files_close();
}
