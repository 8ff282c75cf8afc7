#include "run/stop.h"

#include "base/stop.h"

#include <errno.h>
#include <math.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* Globals, because a signal handler has no other way to pass data. */
static atomic_int caught, is_guarded;
static _Atomic(const char *) found; /* set by stop_for */
static sem_t wake;
static double budget_end_s, budget_grace_s, job_end_s, job_grace_s;

static void on_signal(int number)
{
    int before = errno;

    atomic_store(&caught, number);
    if (!atomic_load(&is_guarded))
        stop_want(true);
    sem_post(&wake);
    errno = before;
}

double clock_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double epoch_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void deadlines_note(double budget_s)
{
    const char *job_end = getenv("SLURM_JOB_END_TIME");

    budget_end_s = job_end_s = 0;
    if (budget_s > 0) {
        double margin_s = fmin(STOP_BUDGET_SHARE * budget_s, STOP_GRACE_S);

        budget_end_s = clock_s() + budget_s - margin_s;
        budget_grace_s = margin_s / 2;
    }
    if (job_end && atoll(job_end) > 0) {
        double left_s = difftime((time_t)atoll(job_end), time(NULL));
        double margin_s = fmin(left_s / 4, STOP_MARGIN_S);

        /* a short job must also get its work done */
        job_end_s = clock_s() + left_s - margin_s;
        job_grace_s = fmax(0, fmin(margin_s / 2, STOP_GRACE_S));
    }
}

void stop_watch(double budget_s)
{
    static bool is_first = true;
    const int numbers[] = { SIGUSR1, SIGTERM, SIGINT };

    if (is_first)
        sem_init(&wake, 0, 0);
    is_first = false;
    stop_want(false);
    atomic_store(&caught, 0);
    atomic_store(&found, NULL);
    deadlines_note(budget_s);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        /* A second Ctrl-C ends the program at once. */
        struct sigaction action = {
            .sa_handler = on_signal,
            .sa_flags = SA_RESTART | (numbers[i] == SIGINT ? (int)SA_RESETHAND : 0),
        };

        sigaction(numbers[i], &action, NULL);
    }
    signal(SIGXFSZ, SIG_IGN);
}

void stop_for(const char *words)
{
    const char *none = NULL;

    if (!stop_reason())
        atomic_compare_exchange_strong(&found, &none, words);
    stop_wake();
}

const char *stop_reason(void)
{
    const char *words = atomic_load(&found);

    switch (atomic_load(&caught)) {
    case 0: break;
    case SIGUSR1: return "SIGUSR1";
    case SIGTERM: return "SIGTERM";
    default: return "SIGINT";
    }
    if (words)
        return words;
    if (budget_end_s > 0 && clock_s() > budget_end_s)
        return "the time budget";
    if (job_end_s > 0 && clock_s() > job_end_s)
        return "the job's time limit";
    return NULL;
}

double stop_grace_s(void)
{
    int number = atomic_load(&caught);

    if (number)
        return number == SIGUSR1 ? STOP_GRACE_S : STOP_GRACE_TERM_S;
    if (atomic_load(&found))
        return STOP_GRACE_TERM_S;
    return budget_end_s > 0 && clock_s() > budget_end_s ? budget_grace_s : job_grace_s;
}

double stop_left_s(void)
{
    double left_s = 1e9;

    if (budget_end_s > 0)
        left_s = fmin(left_s, budget_end_s - clock_s());
    if (job_end_s > 0)
        left_s = fmin(left_s, job_end_s - clock_s());
    return fmax(left_s, 0);
}

void stop_sleep(double wait_s)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)wait_s;
    until.tv_nsec += (long)(1e9 * (wait_s - floor(wait_s)));
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    sem_timedwait(&wake, &until);
}

void stop_wake(void)
{
    sem_post(&wake);
}

void stop_guarded(bool is_guarded_)
{
    atomic_store(&is_guarded, is_guarded_);
}

void idle_wait(unsigned idle)
{
    long most_ns = 1000000, wait_ns = 10000L << (idle / 16 < 10 ? idle / 16 : 10);
    struct timespec wait = { .tv_nsec = wait_ns < most_ns ? wait_ns : most_ns };

    nanosleep(&wait, NULL);
}
