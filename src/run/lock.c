#include "run/lock.h"

#include "base/memory.h"
#include "run/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- process identity */

static void word_read(char *text, size_t size, const char *path)
{
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(text, 1, size - 1, file) : 0;

    if (file)
        fclose(file);
    text[length] = '\0';
    text[strcspn(text, " \n")] = '\0';
}

/* Start time of a process in clock ticks since boot; false if there is no such process or
 * it is a zombie. */
static bool process_start(long pid, char *start, size_t size)
{
    char path[64], text[1024];
    const char *at;
    FILE *file;
    size_t length;
    char state;
    unsigned long long ticks;

    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    file = fopen(path, "re");
    if (!file)
        return false;
    length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    at = strrchr(text, ')'); /* the command's name may hold any character */
    if (!at || sscanf(at,
                      ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
                      "%*d %*d %*d %*d %llu",
                      &state, &ticks) != 2)
        return false;
    snprintf(start, size, "%llu", ticks);
    return state != 'Z' && state != 'X';
}

static void identity_self(struct process_identity *identity)
{
    char space[64] = "";
    ssize_t length = readlink("/proc/self/ns/pid", space, sizeof space - 1);

    *identity = (struct process_identity){ "-", "-", "-" };
    word_read(identity->boot, sizeof identity->boot, "/proc/sys/kernel/random/boot_id");
    if (length > 0 && sscanf(space, "pid:[%20[0-9]]", identity->space) != 1)
        strcpy(identity->space, "-");
    if (!process_start((long)getpid(), identity->start, sizeof identity->start))
        strcpy(identity->start, "-");
    if (!*identity->boot)
        strcpy(identity->boot, "-");
}

static void self_describe(struct lock_owner *owner)
{
    *owner = (struct lock_owner){ .pid = (long)getpid(), .is_alive = true };
    gethostname(owner->host, sizeof owner->host - 1);
    job_self(&owner->job);
    identity_self(&owner->identity);
}

static bool owner_parse(int fd, struct lock_owner *owner)
{
    char text[512] = "";
    struct stat file;
    struct process_identity *identity = &owner->identity;

    *owner = (struct lock_owner){ .host = "?",
                                  .job = { "-", "-", "-" },
                                  .identity = { "-", "-", "-" } };
    if (pread(fd, text, sizeof text - 1, 0) < 0 || fstat(fd, &file))
        return false;
    /* A living owner sets the time to now; a later time is not its work. */
    owner->silent_s = fabs(difftime(time(NULL), file.st_mtime));
    return sscanf(text, "%127s %ld %63s %15s %63s %39[^:]:%23[^:]:%23s", owner->host,
                  &owner->pid, owner->job.id, owner->job.restart, owner->job.cluster,
                  identity->boot, identity->space, identity->start) >= 5;
}

static bool is_known(const char *word)
{
    return strcmp(word, "-") != 0;
}

static bool is_same_machine(const struct lock_owner *owner,
                            const struct lock_owner *self)
{
    if (is_known(owner->identity.boot) && is_known(self->identity.boot))
        return strcmp(owner->identity.boot, self->identity.boot) == 0;
    return strcmp(owner->host, self->host) == 0;
}

/* The owner's process would be visible from here, but has ended. */
static bool is_ended(const struct lock_owner *owner, const struct lock_owner *self)
{
    char start[24];

    if (!is_known(owner->identity.boot) || !is_known(owner->identity.space) ||
        !is_known(owner->identity.start) ||
        strcmp(owner->identity.boot, self->identity.boot) != 0 ||
        strcmp(owner->identity.space, self->identity.space) != 0)
        return false;
    return !process_start(owner->pid, start, sizeof start) ||
           strcmp(start, owner->identity.start) != 0;
}

/* ---- does a process hold it? */

enum holding { HOLDING_NONE, HOLDING_SOMEBODY, HOLDING_UNKNOWN };

/* Rank 0 of a run holds the flock, each other rank an fcntl lock. */
static enum holding holding_try(int fd, int how)
{
    struct flock ranks = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    if (flock(fd, how | LOCK_NB))
        return errno == EWOULDBLOCK ? HOLDING_SOMEBODY : HOLDING_UNKNOWN;
    if (fcntl(fd, F_OFD_GETLK, &ranks) == 0 && ranks.l_type != F_UNLCK)
        return HOLDING_SOMEBODY;
    return HOLDING_NONE;
}

/* Is the owner dead?  Slurm is asked only if asks_slurm. */
static bool is_stale(const struct lock_owner *owner, enum holding holding,
                     bool asks_slurm)
{
    struct lock_owner self;

    self_describe(&self);
    if (holding == HOLDING_SOMEBODY)
        return false;
    if (holding == HOLDING_NONE && is_same_machine(owner, &self))
        return true;
    return is_ended(owner, &self) || job_is_restart(&owner->job, &self.job) ||
           owner->silent_s > LOCK_STALE_S || (asks_slurm && job_is_gone(&owner->job));
}

/* ---- taking the lock */

/* Makes a locked file with this process's identity under a temporary name. */
static int own_file_make(struct lock *lock, char **name, struct error *err)
{
    struct lock_owner self;
    char text[512];
    int fd, size;

    self_describe(&self);
    *name = alloc_printf("%s.XXXXXX", lock->path);
    size = snprintf(text, sizeof text, "%s %ld %s %s %s %s:%s:%s\n", self.host,
                    self.pid, self.job.id, self.job.restart, self.job.cluster,
                    self.identity.boot, self.identity.space, self.identity.start);
    fd = mkostemp(*name, O_CLOEXEC);
    /* Sync before linking: a node that opens the lock must find the text. */
    if (fd >= 0 && fchmod(fd, 0644) == 0 && write(fd, text, (size_t)size) == size &&
        fsync(fd) == 0) {
        lock->flock_errno = flock(fd, LOCK_EX | LOCK_NB) ? errno : 0;
        return fd;
    }
    error_set(err, STATUS_IO, "%s: cannot create the lock file: %s", lock->path,
              strerror(errno));
    if (fd >= 0) {
        close(fd);
        unlink(*name);
    }
    return -1;
}

static bool is_same_file(const char *path, int fd)
{
    struct stat named, opened;

    return lstat(path, &named) == 0 && fstat(fd, &opened) == 0 &&
           named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

/* Opens the existing lock file.  *fd is -1 if it is gone. */
static enum status found_open(const char *path, int *fd, struct error *err)
{
    struct stat about;

    /* O_NONBLOCK: opening a pipe must not wait for its other end. */
    *fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (*fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS))
        *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (*fd < 0 && errno == ENOENT)
        return STATUS_OK;
    if (*fd < 0 && errno != ELOOP && errno != EISDIR && errno != ENXIO)
        return error_set(err, STATUS_INPUT,
                         "%s: cannot open the lock file: %s; another user may be "
                         "writing the result file",
                         path, strerror(errno));
    if (*fd >= 0 && fstat(*fd, &about) == 0 && S_ISREG(about.st_mode))
        return STATUS_OK;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return error_set(err, STATUS_INPUT,
                     "%s: must be a lock file of nvsweep, but is a %s; remove it if no "
                     "run is writing the result file",
                     path,
                     lstat(path, &about)       ? "file of another kind"
                     : S_ISDIR(about.st_mode)  ? "folder"
                     : S_ISLNK(about.st_mode)  ? "symbolic link"
                     : S_ISFIFO(about.st_mode) ? "pipe"
                                               : "file of another kind");
}

/* Removes a lock file that was judged stale.  With flock no other run can have replaced it
 * meanwhile, because this process holds the file's flock.  Without flock the file is checked
 * again after the rename, and put back if it belongs to another run. */
static enum status stale_unlink(const char *path, int fd, struct error *err)
{
    char *aside = alloc_printf("%s.%ld.old", path, (long)getpid());
    enum status status = STATUS_OK;

    if (is_same_file(path, fd) && rename(path, aside) == 0) {
        bool is_done = is_same_file(aside, fd) || link(aside, path) == 0;

        /* If link fails, a third run was quicker; the run whose lock was moved notices
         * that it is gone and stops. */
        (void)is_done;
        unlink(aside);
    } else if (is_same_file(path, fd)) {
        status = error_set(err, STATUS_INPUT,
                           "%s: the run that made this lock is dead, but the lock "
                           "cannot be removed: %s; ask its owner to remove it",
                           path, strerror(errno));
    }
    free(aside);
    return status;
}

/* Removes a stale lock.  Returns STATUS_RUNNING, with the owner in err, if it is not stale. */
static enum status stale_remove(const char *path, bool asks_slurm, struct error *err)
{
    struct lock_owner owner;
    enum holding holding;
    enum status status;
    int fd;

    status = found_open(path, &fd, err);
    if (status != STATUS_OK || fd < 0)
        return status;
    holding = holding_try(fd, LOCK_EX);
    owner_parse(fd, &owner);
    if (is_stale(&owner, holding, asks_slurm))
        status = stale_unlink(path, fd, err);
    else
        status = error_set(
            err, STATUS_RUNNING,
            "%s: another run is writing the result file: process %ld on %s "
            "(job %s), last heard of %.0f s ago; wait for it, or remove the "
            "lock file if you know it is dead",
            path, owner.pid, owner.host, owner.job.id, owner.silent_s);
    close(fd);
    return status;
}

/* Waits until the lock of another run is gone, and removes it if it is stale.  The ranks of a
 * run that was killed may need a moment to end, and other runs may want the same lock, so
 * this tries until end_s. */
static enum status owner_await(const char *path, double end_s, struct error *err)
{
    for (unsigned idle = 200;; idle_wait(idle)) {
        bool is_last = clock_s() > end_s;
        enum status status = stale_remove(path, is_last, err);

        if (status == STATUS_RUNNING && is_last)
            return STATUS_INPUT;
        if (status != STATUS_RUNNING)
            return status;
        if (stop_reason())
            return error_set(err, STATUS_RESUME,
                             "%s: stopped by %s while waiting for the lock of another "
                             "run",
                             path, stop_reason());
    }
}

/* A network file system may repeat a link whose answer was lost: then EEXIST is a success. */
static bool has_two_names(int fd)
{
    struct stat about;

    return fstat(fd, &about) == 0 && about.st_nlink == 2;
}

/* Gives this process's file the lock's name. */
static enum status own_file_link(struct lock *lock, const char *own, struct error *err)
{
    double end_s = clock_s() + LOCK_WAIT_S;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && link(own, lock->path)) {
        if (errno != EEXIST)
            return error_set(err, STATUS_IO, "%s: cannot create the lock file: %s",
                             lock->path, strerror(errno));
        if (has_two_names(lock->fd))
            break;
        status = owner_await(lock->path, end_s, err);
        if (status == STATUS_OK && clock_s() > 2 * LOCK_WAIT_S + end_s)
            return error_set(
                err, STATUS_INPUT,
                "%s: other runs take this lock again and again; wait until "
                "they end",
                lock->path);
    }
    return status;
}

/* Without flock two runs may judge the same lock stale; the later one keeps it. */
static enum status own_lock_settle(const struct lock *lock, struct error *err)
{
    double end_s = clock_s() + LOCK_SETTLE_S;

    if (!lock->flock_errno)
        return STATUS_OK;
    while (clock_s() < end_s)
        idle_wait(200);
    return is_same_file(lock->path, lock->fd)
               ? STATUS_OK
               : error_set(err, STATUS_INPUT,
                           "%s: another run, begun at the same time, is writing the "
                           "result file; wait for it",
                           lock->path);
}

static void lock_forget(struct lock *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    free(lock->path);
    *lock = (struct lock){ .fd = -1 };
}

enum status lock_take(struct lock *lock, const char *output, struct error *err)
{
    enum status status = STATUS_IO;
    char *own;

    *lock = (struct lock){
        .fd = -1,
        .path = alloc_printf("%s.lock", output),
        .is_owner = true,
    };
    lock->fd = own_file_make(lock, &own, err);
    if (lock->fd >= 0) {
        status = own_file_link(lock, own, err);
        unlink(own);
    }
    free(own);
    if (status == STATUS_OK)
        status = own_lock_settle(lock, err);
    if (status != STATUS_OK)
        lock_forget(lock);
    return status;
}

void lock_join(struct lock *lock, const char *output)
{
    struct flock shared = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

    *lock = (struct lock){ .path = alloc_printf("%s.lock", output) };
    lock->fd = open(lock->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (lock->fd >= 0)
        fcntl(lock->fd, F_OFD_SETLK, &shared); /* best effort */
}

void lock_release(struct lock *lock)
{
    if (lock->is_owner && lock->fd >= 0 && is_same_file(lock->path, lock->fd))
        unlink(lock->path);
    lock_forget(lock);
}

bool lock_read(const char *output, struct lock_owner *owner)
{
    char *path = alloc_printf("%s.lock", output);
    int fd = -1;
    bool is_there = found_open(path, &fd, NULL) == STATUS_OK && fd >= 0 &&
                    owner_parse(fd, owner);

    if (is_there)
        owner->is_alive = !is_stale(owner, holding_try(fd, LOCK_SH), true);
    if (fd >= 0)
        close(fd);
    free(path);
    return is_there;
}
