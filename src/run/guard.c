#include "run/guard.h"

#include "base/memory.h"
#include "base/stop.h"
#include "run/stop.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct guard {
    pthread_t thread;
    sem_t begun;
    const char *output;
    int rank;

    /* Set by the rank, read by the thread. */
    atomic_bool is_over;
    _Atomic(const struct lock *) lock;
    _Atomic(const struct raw *) raw;
    atomic_bool is_inside;
    _Atomic uint64_t attempts_offset;
    atomic_uint attempts;

    /* Used by the thread only. */
    double stopped_s, flagged_s; /* when it saw the reason and raised the flag; or 0 */
    double checked_s, touched_s;
    struct timespec heard; /* the lock's last change, as seen from another rank */
    double silent_s;
};

/* `path` no longer names the open file.  Errors count as false. */
static bool is_gone(const char *path, int fd)
{
    struct stat named, opened;

    if (fstat(fd, &opened))
        return false;
    if (stat(path, &named))
        return errno == ENOENT || errno == ENOTDIR || errno == ESTALE;
    return named.st_ino != opened.st_ino || named.st_dev != opened.st_dev;
}

enum guard_finding guard_check(const struct raw *raw, const struct lock *lock)
{
    if (raw && raw->fd >= 0 && is_gone(raw->path, raw->fd))
        return FILE_GONE;
    return lock && lock->fd >= 0 && is_gone(lock->path, lock->fd) ? LOCK_GONE
                                                                  : FILES_FINE;
}

static void files_check(struct guard *guard)
{
    switch (guard_check(atomic_load(&guard->raw), atomic_load(&guard->lock))) {
    case FILE_GONE: stop_for("the loss of the result file"); break;
    case LOCK_GONE: stop_for("the loss of the lock file"); break;
    default: break;
    }
}

_Noreturn static void end_here(const char *output, const char *words, int code)
{
    char line[1024];
    int size = snprintf(line, sizeof line, "nvsweep: %.800s: %s\n", output, words);

    if (write(STDERR_FILENO, line, (size_t)size) < 0)
        _exit(code);
    _exit(code);
}

/* Ends a rank whose rank 0 is dead: rank 0 touches the lock every LOCK_TOUCH_S.  Clocks of
 * hosts may differ, so only changes of the lock's time count.  Time in which this rank was
 * itself suspended does not count. */
static void leader_check(struct guard *guard, double passed_s)
{
    const struct lock *lock = atomic_load(&guard->lock);
    struct stat about;

    if (!lock || !lock->is_touched)
        return;
    guard->silent_s += fmin(passed_s, 2 * LOCK_TOUCH_S);
    if (stat(lock->path, &about) == 0 &&
        (about.st_mtim.tv_sec != guard->heard.tv_sec ||
         about.st_mtim.tv_nsec != guard->heard.tv_nsec)) {
        guard->heard = about.st_mtim;
        guard->silent_s = 0;
    }
    if (guard->silent_s > GUARD_SILENT_S)
        end_here(guard->output,
                 "rank 0 has been silent for minutes, so this rank ends; run the same "
                 "command again to continue",
                 1);
}

/* Restores the count of attempts from before the current block. */
static void block_give_back(struct guard *guard)
{
    const struct raw *raw = atomic_load(&guard->raw);
    uint8_t attempts = (uint8_t)atomic_load(&guard->attempts);

    if (raw)
        raw_write(raw, &attempts, 1, atomic_load(&guard->attempts_offset), NULL);
}

static void stop_further(struct guard *guard, double now_s)
{
    if (!stop_reason())
        return;
    if (guard->stopped_s <= 0)
        guard->stopped_s = now_s;
    if (now_s - guard->stopped_s >= stop_grace_s() && guard->flagged_s <= 0) {
        stop_want(true);
        guard->flagged_s = now_s;
    }
    if (guard->flagged_s > 0 && now_s - guard->flagged_s >= GUARD_DEAF_S &&
        atomic_load(&guard->is_inside)) {
        block_give_back(guard);
        if (guard->rank == 0)
            end_here(guard->output,
                     "stopped inside a point; run the same command again to continue",
                     75);
    }
}

/* Seconds until the thread must act again. */
static double pause_s(const struct guard *guard)
{
    double wait_s = guard->rank == 0 ? GUARD_CHECK_S : LOCK_TOUCH_S;

    if (guard->flagged_s > 0)
        return fmin(wait_s, GUARD_DEAF_S / 4);
    if (guard->stopped_s > 0)
        return fmin(wait_s, fmax(0.001, guard->stopped_s + stop_grace_s() - clock_s()));
    return fmin(wait_s, stop_left_s() + 1e-3);
}

static void *guard_run(void *guard_)
{
    struct guard *guard = guard_;

    sem_post(&guard->begun);
    while (!atomic_load(&guard->is_over)) {
        const struct lock *lock = atomic_load(&guard->lock);
        double now_s = clock_s();

        if (guard->rank == 0 && lock && now_s - guard->touched_s >= LOCK_TOUCH_S) {
            futimens(lock->fd, NULL);
            guard->touched_s = now_s;
        }
        if (guard->rank == 0 && now_s - guard->checked_s >= GUARD_CHECK_S) {
            files_check(guard);
            guard->checked_s = now_s;
        } else if (guard->rank && now_s - guard->checked_s >= LOCK_TOUCH_S) {
            leader_check(guard, now_s - guard->checked_s);
            guard->checked_s = now_s;
        }
        stop_further(guard, now_s);
        stop_sleep(pause_s(guard));
    }
    return NULL;
}

/* Returns after the thread has started.  A process forked during the start would inherit
 * locks that the start holds and wait for them forever (the address sanitizer's allocator
 * has such locks).  A running thread allocates nothing. */
struct guard *guard_begin(const char *output, int rank)
{
    struct guard *guard = alloc_array(1, sizeof *guard);
    sigset_t all, before;
    int failure;

    guard->output = output;
    guard->rank = rank;
    guard->checked_s = clock_s();
    sem_init(&guard->begun, 0, 0);
    sigfillset(&all); /* the main thread handles all signals */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failure = pthread_create(&guard->thread, NULL, guard_run, guard);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure) {
        free(guard);
        return NULL;
    }
    while (sem_wait(&guard->begun) && errno == EINTR)
        ;
    stop_guarded(true);
    return guard;
}

void guard_end(struct guard *guard)
{
    if (!guard)
        return;
    stop_guarded(false);
    atomic_store(&guard->is_over, true);
    stop_wake();
    pthread_join(guard->thread, NULL);
    sem_destroy(&guard->begun);
    free(guard);
}

void guard_lock(struct guard *guard, const struct lock *lock)
{
    if (guard)
        atomic_store(&guard->lock, lock);
    stop_wake();
}

void guard_file(struct guard *guard, const struct raw *raw)
{
    if (guard)
        atomic_store(&guard->raw, raw);
}

void guard_enter(struct guard *guard, uint64_t offset, uint8_t attempts)
{
    if (!guard)
        return;
    atomic_store(&guard->attempts_offset, offset);
    atomic_store(&guard->attempts, attempts);
    atomic_store(&guard->is_inside, true);
}

void guard_leave(struct guard *guard)
{
    if (guard)
        atomic_store(&guard->is_inside, false);
}
