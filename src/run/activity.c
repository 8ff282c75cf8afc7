#include "run/activity.h"

#include "base/memory.h"
#include "run/journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The rate is an average over the leases that ended in the last RECENT_S before the newest. */
#define RECENT_S 60.0
enum { RECENT_LEASES = 4096 };

struct recent {
    double end_s[RECENT_LEASES];
    uint64_t points[RECENT_LEASES];
    size_t count; /* of all leases seen; the last RECENT_LEASES are kept */
};

static void lease_add(struct activity *activity, struct recent *recent,
                      const char *line)
{
    size_t at = recent->count++ % RECENT_LEASES;
    double end_s = journal_number(line, "start") + journal_number(line, "seconds");

    recent->end_s[at] = end_s;
    recent->points[at] = (uint64_t)journal_number(line, "points");
    activity->stage_points += recent->points[at];
    if (end_s > activity->last_s)
        activity->last_s = end_s;
}

static void journal_line_apply(struct activity *activity, struct recent *recent,
                               const char *line)
{
    char event[16];

    journal_text(line, "event", event, sizeof event);
    if (strcmp(event, "start") == 0) {
        activity->starts++;
        activity->started_s = activity->last_s = journal_number(line, "epoch");
        activity->ranks = (unsigned)journal_number(line, "ranks");
        activity->pid = (long)journal_number(line, "pid");
        journal_text(line, "host", activity->host, sizeof activity->host);
        activity->end[0] = activity->stage[0] = '\0';
        activity->stage_points = 0;
        recent->count = 0;
    } else if (strcmp(event, "stage") == 0) {
        journal_text(line, "stage", activity->stage, sizeof activity->stage);
        activity->stage_start_s = journal_number(line, "epoch");
        activity->stage_points = 0;
        recent->count = 0;
    } else if (strcmp(event, "lease") == 0) {
        lease_add(activity, recent, line);
    } else if (strcmp(event, "end") == 0) {
        journal_text(line, "status", activity->end, sizeof activity->end);
    }
}

static double recent_rate(const struct activity *activity, const struct recent *recent)
{
    bool is_all = recent->count <= RECENT_LEASES;
    size_t kept = is_all ? recent->count : RECENT_LEASES;
    double from_s = activity->last_s - RECENT_S;
    uint64_t points = 0;

    if (from_s < activity->stage_start_s)
        from_s = activity->stage_start_s;
    if (!is_all && from_s < recent->end_s[recent->count % RECENT_LEASES])
        from_s = recent->end_s[recent->count % RECENT_LEASES]; /* the oldest kept */
    for (size_t i = 0; i < kept; i++)
        points += recent->end_s[i] > from_s ? recent->points[i] : 0;
    return activity->last_s > from_s ? (double)points / (activity->last_s - from_s) : 0;
}

/* Opens regular files only: opening a pipe would wait for a writer. */
static FILE *journal_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat about;
    FILE *journal = fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode)
                        ? fdopen(fd, "r")
                        : NULL;

    if (!journal && fd >= 0)
        close(fd);
    return journal;
}

bool activity_is_starting(const struct activity *activity)
{
    return activity->has_lock && activity->owner.is_alive &&
           (!activity->has_journal || activity->end[0] || !activity->ranks ||
            activity->pid != activity->owner.pid ||
            strcmp(activity->host, activity->owner.host) != 0);
}

void activity_read(const char *output, struct activity *activity)
{
    char *file = raw_resolve(output), *path = alloc_printf("%s.journal", file);
    FILE *journal = journal_open(path);
    struct recent *recent = alloc_array(1, sizeof *recent);
    char *line = NULL;
    size_t size = 0;

    *activity = (struct activity){ 0 };
    activity->has_lock = lock_read(file, &activity->owner);
    activity->has_journal = journal != NULL;
    while (journal && getline(&line, &size, journal) > 0)
        journal_line_apply(activity, recent, line);
    activity->points_per_s = recent_rate(activity, recent);
    free(line);
    free(recent);
    free(path);
    free(file);
    if (journal)
        fclose(journal);
}

double activity_left_s(const struct activity *activity, uint64_t pending)
{
    return activity->points_per_s > 0 ? (double)pending / activity->points_per_s : 0;
}
