#include "run/stop.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

static volatile sig_atomic_t caught; /* a handler can only speak through a global */
static double budget_end_s, job_end_s;

static void on_signal(int number)
{
    caught = number;
}

double clock_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void stop_watch(double budget_s)
{
    const int numbers[] = { SIGUSR1, SIGTERM, SIGINT };
    const char *job_end = getenv("SLURM_JOB_END_TIME");

    caught = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        /* The second Ctrl-C ends the program the usual way. */
        struct sigaction action = {
            .sa_handler = on_signal,
            .sa_flags = SA_RESTART | (numbers[i] == SIGINT ? (int)SA_RESETHAND : 0),
        };

        sigaction(numbers[i], &action, NULL);
    }
    signal(SIGXFSZ, SIG_IGN);
    budget_end_s = budget_s > 0 ? clock_s() + budget_s : 0;
    job_end_s = 0;
    if (job_end && atoll(job_end) > 0) {
        double left_s = difftime((time_t)atoll(job_end), time(NULL));
        double margin_s = left_s / 4 < STOP_MARGIN_S ? left_s / 4 : STOP_MARGIN_S;

        job_end_s = clock_s() + left_s -
                    margin_s; /* a short job gets its work done, too */
    }
}

const char *stop_reason(void)
{
    switch (caught) {
    case 0: break;
    case SIGUSR1: return "SIGUSR1";
    case SIGTERM: return "SIGTERM";
    default: return "SIGINT";
    }
    if (budget_end_s > 0 && clock_s() > budget_end_s)
        return "the time budget";
    if (job_end_s > 0 && clock_s() > job_end_s)
        return "the job's time limit";
    return NULL;
}

void idle_wait(unsigned idle)
{
    long most_ns = 1000000, wait_ns = 10000L << (idle / 16 < 10 ? idle / 16 : 10);
    struct timespec wait = { .tv_nsec = wait_ns < most_ns ? wait_ns : most_ns };

    nanosleep(&wait, NULL);
}
