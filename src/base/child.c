#include "base/child.h"

#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The descriptors to close one by one where the kernel has no close_range. */
enum { FIRST_FD = 3, LAST_FD = 4096 };

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
    static const int crash_signals[] = { SIGSEGV, SIGBUS,  SIGFPE,
                                         SIGILL,  SIGABRT, SIGXCPU };
    static const int stop_signals[] = { SIGTERM, SIGINT,  SIGHUP,
                                        SIGQUIT, SIGUSR1, SIGUSR2 };
    const struct rlimit no_core = { 0, 0 };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* the parent died before prctl took effect */
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &no_core);
    for (size_t i = 0; i < sizeof crash_signals / sizeof *crash_signals; i++)
        signal(crash_signals[i], SIG_DFL); /* the handlers that MPI set would print */
    for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++)
        signal(stop_signals[i], SIG_IGN);
    files_close();
}
