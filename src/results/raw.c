#include "results/raw.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status irregular(const char *path, struct error *err)
{
    return error_set(err, STATUS_INPUT, "%s: must be a regular file", path);
}

enum status raw_check_name(const char *path, struct error *err)
{
    struct stat about;
    char *copy = alloc_text(path);
    const char *folder = dirname(copy);
    enum status status = STATUS_OK;

    if (stat(path, &about) == 0)
        status = S_ISREG(about.st_mode) ? STATUS_OK : irregular(path, err);
    else if (stat(folder, &about) != 0 && errno == ENOENT)
        status = error_set(err, STATUS_INPUT,
                           "%s: the folder %s does not exist; make it first", path,
                           folder);
    free(copy);
    return status;
}

enum status raw_open(struct raw *raw, const char *path, bool is_writable,
                     struct error *err)
{
    struct stat about;

    raw->path = path;
    /* O_NONBLOCK: opening a pipe must not wait. */
    raw->fd = open(path, (is_writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
    if (raw->fd < 0)
        return error_set(err,
                         errno == ENOENT || errno == EISDIR ? STATUS_INPUT : STATUS_IO,
                         "%s: cannot open: %s", path, strerror(errno));
    if (fstat(raw->fd, &about) == 0 && S_ISREG(about.st_mode))
        return STATUS_OK;
    raw_close(raw);
    return irregular(path, err);
}

char *raw_resolve(const char *path)
{
    struct stat about;
    bool is_link = lstat(path, &about) == 0 && S_ISLNK(about.st_mode);
    char *resolved = is_link ? realpath(path, NULL) : NULL, *copy;

    if (!resolved)
        return alloc_text(path);
    copy = alloc_text(resolved);
    free(resolved);
    return copy;
}

void raw_close(struct raw *raw)
{
    if (raw->fd >= 0)
        close(raw->fd);
    raw->fd = -1;
}

enum status raw_read(const struct raw *raw, void *bytes, size_t size, uint64_t offset,
                     struct error *err)
{
    char *to = bytes;

    while (size) {
        ssize_t done = pread(raw->fd, to, size, (off_t)offset);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return error_set(err, STATUS_IO, "%s: cannot read: %s", raw->path,
                             strerror(errno));
        if (done == 0)
            return error_set(
                err, STATUS_IO,
                "%s: ends before byte %llu: it was truncated after it was made",
                raw->path, (unsigned long long)(offset + size));
        to += done;
        offset += (uint64_t)done;
        size -= (size_t)done;
    }
    return STATUS_OK;
}

enum status raw_write(const struct raw *raw, const void *bytes, size_t size,
                      uint64_t offset, struct error *err)
{
    const char *from = bytes;

    while (size) {
        ssize_t done = pwrite(raw->fd, from, size, (off_t)offset);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return error_set(err, STATUS_IO, "%s: cannot write: %s", raw->path,
                             done < 0 ? strerror(errno) : "nothing was written");
        from += done;
        offset += (uint64_t)done;
        size -= (size_t)done;
    }
    return STATUS_OK;
}

const void *raw_map(const struct raw *raw, size_t *size)
{
    struct stat about;
    void *bytes;

    if (fstat(raw->fd, &about) != 0 || about.st_size <= 0)
        return NULL;
    *size = (size_t)about.st_size;
    bytes = mmap(NULL, *size, PROT_READ, MAP_SHARED, raw->fd, 0);
    return bytes == MAP_FAILED ? NULL : bytes;
}

void raw_unmap(const void *bytes, size_t size)
{
    if (bytes)
        munmap((void *)(uintptr_t)bytes, size);
}

enum status raw_sync(const struct raw *raw, struct error *err)
{
    while (fdatasync(raw->fd))
        if (errno != EINTR)
            return error_set(err, STATUS_IO, "%s: cannot sync to disk: %s", raw->path,
                             strerror(errno));
    return STATUS_OK;
}

enum status raw_drop_cache(const struct raw *raw, struct error *err)
{
    enum status status = raw_sync(raw, err);

    if (status == STATUS_OK)
        posix_fadvise(raw->fd, 0, 0, POSIX_FADV_DONTNEED);
    return status;
}

void raw_refresh_folder_of(const char *path)
{
    char *copy = alloc_text(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    free(copy);
}

void raw_sync_folder_of(const char *path)
{
    char *copy = alloc_text(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}
