#include "cmd/output.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum status output_check(const char *path, const char *input, struct error *err)
{
    struct stat to, from;

    if (!path || stat(path, &to) != 0)
        return STATUS_OK;
    if (S_ISDIR(to.st_mode))
        return error_set(err, STATUS_INPUT, "-o %.400s: is a folder, must be a file",
                         path);
    if (!S_ISREG(to.st_mode) || !input || stat(input, &from) != 0 ||
        to.st_dev != from.st_dev || to.st_ino != from.st_ino)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT,
                     "-o %.400s: the command reads this file; name another one", path);
}

/* Is `path` a device or pipe, which keeps no bytes? */
static bool is_sink(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && !S_ISREG(about.st_mode);
}

static enum status refused(const char *path, struct error *err)
{
    return error_set(err,
                     errno == ENOENT || errno == ENOTDIR ? STATUS_INPUT : STATUS_IO,
                     "-o %.400s: cannot write: %s", path, strerror(errno));
}

enum status output_open(struct output *output, const char *path, const char *input,
                        struct error *err)
{
    enum status status = output_check(path, input, err);
    int fd;

    *output = (struct output){ .stream = path ? NULL : stdout };
    if (status != STATUS_OK || !path)
        return status;
    output->path = alloc_text(path);
    if (is_sink(path)) {
        output->stream = fopen(path, "w");
        return output->stream ? STATUS_OK : refused(path, err);
    }
    output->partial = alloc_printf("%s.partial", path);
    unlink(output->partial);
    fd = open(output->partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
              0666);
    output->stream = fd < 0 ? NULL : fdopen(fd, "w");
    return output->stream ? STATUS_OK : refused(path, err);
}

enum status output_close(struct output *output, enum status status, struct error *err)
{
    bool is_bad = output->stream &&
                  (fflush(output->stream) != 0) | (ferror(output->stream) != 0);

    if (output->stream && output->stream != stdout && fclose(output->stream) != 0)
        is_bad = true;
    if (status == STATUS_OK && is_bad)
        status = error_set(err, STATUS_IO, "%.400s: cannot write: %s",
                           output->path ? output->path : "standard output",
                           strerror(errno));
    if (status == STATUS_OK && output->partial &&
        rename(output->partial, output->path) != 0)
        status = refused(output->path, err);
    if (status != STATUS_OK && output->partial && output->stream)
        unlink(output->partial);
    free(output->partial);
    free(output->path);
    *output = (struct output){ NULL };
    return status;
}
