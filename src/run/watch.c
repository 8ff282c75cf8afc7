#include "run/watch.h"

#include "base/memory.h"
#include "base/units.h"
#include "run/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BAR_S 0.2       /* between two drawings of the bar */
#define FIRST_LINE_S 10 /* between lines of a log; grows by half each time, up to */
#define MOST_LINE_S 600
#define JOURNAL_S 1.0 /* between two writes of the journal */
enum { BAR_WIDTH = 24, JOURNAL_BYTES = 1 << 16 };

/* Refuses a symbolic link, which may lead to any file, and a pipe, which waits for a
 * reader. */
static int journal_open(const char *path)
{
    struct stat about;
    int fd = open(path,
                  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                  0666);

    if (fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
        return fd;
    if (fd >= 0 || errno == ENXIO)
        errno = EINVAL;
    if (fd >= 0)
        close(fd);
    return -1;
}

void watch_begin(struct watch *watch, const char *output, bool is_quiet)
{
    char *path = alloc_printf("%s.journal", output);

    *watch = (struct watch){
        .journal = journal_open(path),
        .is_quiet = is_quiet,
        .is_terminal = isatty(STDERR_FILENO),
        .interval_s = FIRST_LINE_S,
        .pending = alloc_array(JOURNAL_BYTES, 1),
        .flushed_s = clock_s(),
    };
    if (watch->journal < 0)
        watch_say(watch, "%s: going on without a journal: %s", path,
                  errno == ELOOP || errno == EINVAL ? "it must be a regular file"
                                                    : strerror(errno));
    free(path);
}

void watch_flush(struct watch *watch)
{
    size_t size = watch->pending_size;

    /* One write of whole lines.  A failure (a full disk) does not stop the run. */
    if (watch->journal >= 0 && size &&
        write(watch->journal, watch->pending, size) != (ssize_t)size &&
        !watch->is_quiet)
        watch_say(watch, "the journal cannot be written; going on without these lines");
    watch->pending_size = 0;
    watch->flushed_s = clock_s();
}

void watch_end(struct watch *watch)
{
    watch_flush(watch);
    if (watch->journal >= 0)
        close(watch->journal);
    free(watch->pending);
    watch->journal = -1;
}

void watch_journal(struct watch *watch, const char *format, ...)
{
    char line[2048];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof line - 1)
        return;
    line[size++] = '\n';
    if (watch->pending_size + (size_t)size > JOURNAL_BYTES)
        watch_flush(watch);
    memcpy(watch->pending + watch->pending_size, line, (size_t)size);
    watch->pending_size += (size_t)size;
}

static void bar_clear(struct watch *watch)
{
    if (watch->has_bar)
        fputs("\r\033[K", stderr);
    watch->has_bar = false;
}

void watch_say(struct watch *watch, const char *format, ...)
{
    va_list args;

    bar_clear(watch);
    fputs("nvsweep: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void watch_stage(struct watch *watch, const char *stage, uint64_t total,
                 uint64_t committed)
{
    watch->stage = stage;
    watch->total = total;
    watch->committed = committed;
    watch->done_here = 0;
    watch->begin_s = watch->shown_s = clock_s();
}

void watch_points(struct watch *watch, uint64_t points, uint64_t failed)
{
    watch->done_here += points;
    watch->failed += failed;
}

/* "array 120/300 points, 40 %, 12.5 points/s, 00:01:02 left" */
static void line_write(const struct watch *watch, double left_s, char *line,
                       size_t size)
{
    uint64_t done = watch->committed + watch->done_here;
    double elapsed_s = clock_s() - watch->begin_s;
    double share = watch->total ? (double)done / (double)watch->total : 1;
    char failed[64] = "", left[64] = "", duration[32];

    share = share > 1 ? 1 : share;
    if (watch->failed)
        snprintf(failed, sizeof failed, ", %llu failed",
                 (unsigned long long)watch->failed);
    if (left_s > 0)
        snprintf(left, sizeof left, ", %s left",
                 duration_format(left_s, duration, sizeof duration));
    snprintf(line, size, "%s %llu/%llu points, %.0f %%, %.3g points/s%s%s",
             watch->stage,
             (unsigned long long)(done < watch->total ? done : watch->total),
             (unsigned long long)watch->total, 100 * share,
             elapsed_s > 0 ? (double)watch->done_here / elapsed_s : 0, left, failed);
}

static void bar_draw(struct watch *watch, double left_s)
{
    uint64_t done = watch->committed + watch->done_here;
    int filled = watch->total ? (int)(BAR_WIDTH * done / watch->total) : BAR_WIDTH;
    char line[256], bar[BAR_WIDTH + 1];

    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    line_write(watch, left_s, line, sizeof line);
    fprintf(stderr, "\r\033[K[%s] %s", bar, line);
    fflush(stderr);
    watch->has_bar = true;
}

void watch_tick(struct watch *watch, double left_s)
{
    double now_s = clock_s();
    char line[256];

    if (now_s - watch->flushed_s > JOURNAL_S)
        watch_flush(watch);
    if (watch->is_quiet)
        return;
    if (watch->is_terminal && now_s - watch->shown_s > BAR_S) {
        bar_draw(watch, left_s);
        watch->shown_s = now_s;
    } else if (!watch->is_terminal && now_s - watch->shown_s > watch->interval_s) {
        line_write(watch, left_s, line, sizeof line);
        watch_say(watch, "%s", line);
        watch->shown_s = now_s;
        if (watch->interval_s < MOST_LINE_S)
            watch->interval_s *= 1.5;
    }
}

void watch_stage_end(struct watch *watch)
{
    char line[256];

    bar_clear(watch);
    if (watch->is_quiet || !watch->done_here)
        return;
    line_write(watch, 0, line, sizeof line);
    watch_say(watch, "%s", line);
}
