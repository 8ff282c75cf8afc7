#include "run/rescue.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_BYTES = 1 << 20, NAMES_MOST = 9 };

/* Creates a new file beside the lost one; -1 and errno on failure. */
static int copy_make(const char *path, char **name)
{
    int fd = -1;

    *name = NULL;
    for (int i = 1; i <= NAMES_MOST; i++) {
        free(*name);
        *name = i == 1 ? alloc_printf("%s.rescued", path)
                       : alloc_printf("%s.rescued-%d", path, i);
        fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            break;
    }
    return fd;
}

static enum status bytes_copy(const struct raw *from, const struct raw *to,
                              uint64_t bytes, struct error *err)
{
    char *chunk = alloc_array(CHUNK_BYTES, 1);
    enum status status = STATUS_OK;

    for (uint64_t at = 0; at < bytes && status == STATUS_OK; at += CHUNK_BYTES) {
        size_t size = bytes - at < CHUNK_BYTES ? (size_t)(bytes - at) : CHUNK_BYTES;

        status = raw_read(from, chunk, size, at, err);
        if (status == STATUS_OK)
            status = raw_write(to, chunk, size, at, err);
    }
    if (status == STATUS_OK)
        status = raw_sync(to, err);
    free(chunk);
    return status;
}

/* The open file's present name according to Linux; "" if unknown. */
static void name_now(int fd, char *name, size_t size)
{
    char link[64];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, name, size - 1);
    name[length > 0 ? length : 0] = '\0';
}

enum status rescue(const struct raw *raw, struct error *err)
{
    struct stat about;
    struct raw copy;
    struct error why = { "" };
    char *name, now[512];
    bool has_name = fstat(raw->fd, &about) == 0 && about.st_nlink > 0;

    name_now(raw->fd, now, sizeof now);
    if (has_name)
        return error_set(err, STATUS_IO,
                         "%s: the file was moved during the run, so the run stopped; "
                         "its results are complete in %s: move that file back and run "
                         "the same command again to continue",
                         raw->path, *now ? now : "the moved file");
    copy.fd = copy_make(raw->path, &name);
    copy.path = name;
    if (copy.fd < 0 ||
        bytes_copy(raw, &copy, (uint64_t)about.st_size, &why) != STATUS_OK) {
        error_set(
            err, STATUS_IO,
            "%s: the file was deleted or replaced during the run, and its results "
            "cannot be copied: %s",
            raw->path, copy.fd < 0 ? strerror(errno) : why.text);
        if (copy.fd >= 0)
            unlink(name);
    } else {
        error_set(
            err, STATUS_IO,
            "%s: the file was deleted or replaced during the run, so the run stopped; "
            "its "
            "results are in %s: rename that file and run the same command again to "
            "continue",
            raw->path, name);
    }
    if (copy.fd >= 0)
        close(copy.fd);
    free(name);
    return STATUS_IO;
}
