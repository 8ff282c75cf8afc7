#include "run/lock.h"

#include "base/memory.h"
#include "run/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Signs of life, also while a point takes long. */
struct heartbeat {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool is_begun, is_over;
    int fd;
};

static void *heartbeat_run(void *heartbeat_)
{
    struct heartbeat *heartbeat = heartbeat_;

    pthread_mutex_lock(&heartbeat->mutex);
    heartbeat->is_begun = true;
    pthread_cond_signal(&heartbeat->wake);
    while (!heartbeat->is_over) {
        struct timespec until;

        futimens(heartbeat->fd, NULL);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += (time_t)LOCK_TOUCH_S;
        pthread_cond_timedwait(&heartbeat->wake, &heartbeat->mutex, &until);
    }
    pthread_mutex_unlock(&heartbeat->mutex);
    return NULL;
}

/* NULL if no thread can be had: the lock then ages, which matters to other hosts only.
 * Returns when the thread is past its start and only sleeps: a process that is forked
 * meanwhile inherits the locks that the start of a thread takes, and would wait for ever
 * (the address sanitizer's allocator has such locks). */
static struct heartbeat *heartbeat_begin(int fd)
{
    struct heartbeat *heartbeat = alloc_array(1, sizeof *heartbeat);
    sigset_t all, before;
    int failure;

    *heartbeat = (struct heartbeat){ .fd = fd };
    pthread_mutex_init(&heartbeat->mutex, NULL);
    pthread_cond_init(&heartbeat->wake, NULL);
    sigfillset(&all); /* signals are for the main thread */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failure = pthread_create(&heartbeat->thread, NULL, heartbeat_run, heartbeat);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure) {
        free(heartbeat);
        return NULL;
    }
    pthread_mutex_lock(&heartbeat->mutex);
    while (!heartbeat->is_begun)
        pthread_cond_wait(&heartbeat->wake, &heartbeat->mutex);
    pthread_mutex_unlock(&heartbeat->mutex);
    return heartbeat;
}

static void heartbeat_end(struct heartbeat *heartbeat)
{
    if (!heartbeat)
        return;
    pthread_mutex_lock(&heartbeat->mutex);
    heartbeat->is_over = true;
    pthread_cond_signal(&heartbeat->wake);
    pthread_mutex_unlock(&heartbeat->mutex);
    pthread_join(heartbeat->thread, NULL);
    free(heartbeat);
}

static void self_describe(struct lock_owner *owner)
{
    *owner = (struct lock_owner){ .pid = (long)getpid(), .is_alive = true };
    gethostname(owner->host, sizeof owner->host - 1);
    job_self(&owner->job);
}

static bool owner_parse(int fd, struct lock_owner *owner)
{
    char text[512] = "";
    struct stat file;

    *owner = (struct lock_owner){ .host = "?", .job = { "-", "-", "-" } };
    if (pread(fd, text, sizeof text - 1, 0) < 0 || fstat(fd, &file))
        return false;
    owner->silent_s = difftime(time(NULL), file.st_mtime);
    return sscanf(text, "%127s %ld %63s %15s %63s", owner->host, &owner->pid,
                  owner->job.id, owner->job.restart, owner->job.cluster) == 5;
}

/* What flock tells: not much on a file system that has none (Lustre by default). */
enum holding { HOLDING_NONE, HOLDING_SOMEBODY, HOLDING_UNKNOWN };

static enum holding holding_try(int fd)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return HOLDING_NONE;
    return errno == EWOULDBLOCK ? HOLDING_SOMEBODY : HOLDING_UNKNOWN;
}

static bool is_process(long pid)
{
    return kill((pid_t)pid, 0) == 0 || errno == EPERM;
}

/* Is the owner gone?  Slurm is asked only if asks_slurm. */
static bool is_stale(const struct lock_owner *owner, enum holding holding,
                     bool asks_slurm)
{
    struct lock_owner self;

    self_describe(&self);
    if (holding == HOLDING_SOMEBODY)
        return false;
    if (strcmp(owner->host, self.host) == 0)
        return holding == HOLDING_NONE || !is_process(owner->pid);
    return job_is_restart(&owner->job, &self.job) || owner->silent_s > LOCK_STALE_S ||
           (asks_slurm && job_is_gone(&owner->job));
}

/* A new file with our name in it, already locked, under a name of its own. */
static int own_file_make(const char *path, char **name, struct error *err)
{
    struct lock_owner self;
    char text[512];
    int fd, size;

    self_describe(&self);
    *name = alloc_printf("%s.%s.%ld", path, self.host, self.pid);
    size = snprintf(text, sizeof text, "%s %ld %s %s %s\n", self.host, self.pid,
                    self.job.id, self.job.restart, self.job.cluster);
    unlink(*name);
    fd = open(*name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd >= 0 && write(fd, text, (size_t)size) == size) {
        flock(fd, LOCK_EX | LOCK_NB);
        return fd;
    }
    error_set(err, STATUS_IO, "%s: cannot create the lock file: %s", path,
              strerror(errno));
    if (fd >= 0)
        close(fd);
    unlink(*name);
    return -1;
}

/* Remove a stale lock.  Between looking and removing nobody else can have taken it over,
 * because whoever tries needs the flock we hold. */
static enum status stale_remove(const char *path, bool asks_slurm, struct error *err)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    struct lock_owner owner;
    enum holding holding;
    enum status status = STATUS_OK;
    struct stat named, opened;

    if (fd < 0)
        return STATUS_OK; /* released meanwhile, or an error that link will repeat */
    holding = holding_try(fd);
    owner_parse(fd, &owner);
    if (!is_stale(&owner, holding, asks_slurm))
        status = error_set(
            err, STATUS_INPUT,
            "%s: another run is writing the result file: process %ld on %s "
            "(job %s), last heard of %.0f s ago; wait for it, or remove the "
            "lock file if you know it is dead",
            path, owner.pid, owner.host, owner.job.id, owner.silent_s);
    else if (stat(path, &named) == 0 && fstat(fd, &opened) == 0 &&
             named.st_ino == opened.st_ino)
        unlink(path);
    close(fd);
    return status;
}

/* The ranks of a run that was killed may take a moment to notice. */
static enum status owner_await(const char *path, struct error *err)
{
    double begin_s = clock_s();
    enum status status = stale_remove(path, false, err);

    for (unsigned idle = 200;
         status == STATUS_INPUT && clock_s() - begin_s < LOCK_WAIT_S;) {
        idle_wait(idle);
        status = stale_remove(path, false, err);
    }
    return status == STATUS_INPUT ? stale_remove(path, true, err) : status;
}

enum status lock_take(struct lock *lock, const char *output, struct error *err)
{
    enum status status = STATUS_OK;
    char *own;

    *lock = (struct lock){ .fd = -1, .path = alloc_printf("%s.lock", output) };
    lock->fd = own_file_make(lock->path, &own, err);
    if (lock->fd < 0)
        status = STATUS_IO;
    while (status == STATUS_OK && link(own, lock->path)) {
        if (errno == EEXIST)
            status = owner_await(lock->path, err);
        else
            status = error_set(err, STATUS_IO, "%s: cannot create the lock file: %s",
                               lock->path, strerror(errno));
    }
    unlink(own);
    free(own);
    if (status == STATUS_OK) {
        lock->heartbeat = heartbeat_begin(lock->fd);
    } else {
        if (lock->fd >= 0)
            close(lock->fd);
        lock->fd = -1;
        free(lock->path);
        lock->path = NULL;
    }
    return status;
}

void lock_release(struct lock *lock)
{
    if (lock->fd < 0)
        return;
    heartbeat_end(lock->heartbeat);
    unlink(lock->path);
    close(lock->fd);
    free(lock->path);
    *lock = (struct lock){ .fd = -1 };
}

bool lock_read(const char *output, struct lock_owner *owner)
{
    char *path = alloc_printf("%s.lock", output);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_there = fd >= 0 && owner_parse(fd, owner);
    struct lock_owner self;

    if (is_there) {
        self_describe(&self);
        if (strcmp(owner->host, self.host) == 0)
            owner->is_alive = is_process(owner->pid);
        else
            owner->is_alive = owner->silent_s <= LOCK_STALE_S &&
                              !job_is_gone(&owner->job);
    }
    if (fd >= 0)
        close(fd);
    free(path);
    return is_there;
}
