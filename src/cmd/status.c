#include "cmd/cmd.h"
#include "base/json.h"

#include "base/units.h"
#include "results/results.h"
#include "run/activity.h"
#include "run/stop.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { BAR = 30, SILENT_S = 600, SHOWN = 10 };

/* The state of the file and its run, for the last line and the exit code. */
enum state { STATE_DONE, STATE_RUNNING, STATE_STOPPED, STATE_FAILED };
static const char *const state_names[] = { "done", "running", "stopped", "failed" };

static enum state state_of(const struct results_summary *summary,
                           const struct activity *activity)
{
    if (summary->pending == 0)
        return summary->failed ? STATE_FAILED : STATE_DONE;
    return activity->has_lock && activity->owner.is_alive ? STATE_RUNNING
                                                          : STATE_STOPPED;
}

static void bar_print(double share)
{
    int full = (int)(share * BAR);

    putchar('[');
    for (int i = 0; i < BAR; i++)
        putchar(i < full ? '#' : '.');
    printf("] %5.1f %%", 100 * share);
}

static uint64_t stage_total(const uint64_t *counts)
{
    uint64_t total = 0;

    for (int s = 0; s < POINT_STATUSES; s++)
        total += counts[s];
    return total;
}

static void stages_print(const struct results *results,
                         const struct results_summary *summary,
                         const struct activity *activity)
{
    int width = 8;

    for (size_t s = 0; s < results->stage_count; s++)
        if ((int)strlen(results->stages[s].name) > width)
            width = (int)strlen(results->stages[s].name);
    for (size_t s = 0; s < results->stage_count; s++) {
        const uint64_t *counts = summary->points[s];
        uint64_t total = stage_total(counts), pending = counts[POINT_PENDING];
        char text[40];

        printf("%-*s ", width, results->stages[s].name);
        bar_print(total ? (double)(total - pending) / (double)total : 1);
        printf("  %" PRIu64 " of %" PRIu64, total - pending, total);
        for (int code = POINT_INFEASIBLE; code < POINT_STATUSES; code++)
            if (counts[code])
                printf(", %" PRIu64 " %s", counts[code],
                       word_name(point_status_words, code));
        if (strcmp(results->stages[s].name, activity->stage) == 0 && pending &&
            activity->points_per_s > 0 && !activity_is_starting(activity)) {
            double left_s = activity_left_s(activity, pending);

            printf("  %.3g points/s", activity->points_per_s);
            if (left_s > 0)
                printf(", %s left", duration_format(left_s, text, sizeof text));
        }
        printf("\n");
    }
}

/* Shows one point that failed or is quarantined. */
typedef void failure_fn(const char *status, const char *stage, const char *point,
                        bool is_first);

static void failure_print(const char *status, const char *stage, const char *point,
                          bool is_first)
{
    (void)is_first;
    printf("%-11s %s %s\n", status, stage, point);
}

static void failure_json(const char *status, const char *stage, const char *point,
                         bool is_first)
{
    printf("%s{\"stage\": \"%s\", \"status\": \"%s\", \"point\": ",
           is_first ? "" : ", ", stage, status);
    json_text(stdout, point);
    printf("}");
}

/* Shows the first SHOWN points of each stage and status, by their coordinates. */
static enum status failures_each(const struct results *results, failure_fn *show,
                                 struct error *err)
{
    static const enum point_status bad[] = { POINT_FAILED, POINT_QUARANTINED };
    uint64_t points[SHOWN];
    bool is_first = true;
    char text[1024];

    for (size_t s = 0; s < results->stage_count; s++)
        for (size_t b = 0; b < 2; b++) {
            size_t count = 0;
            enum status status = results_points_with(results, s, bad[b], 0, points,
                                                     SHOWN, &count, err);

            if (status != STATUS_OK)
                return status;
            for (size_t i = 0; i < count; i++, is_first = false)
                show(word_name(point_status_words, (int)bad[b]),
                     results->stages[s].name,
                     results_point_format(results, s, points[i], text, sizeof text),
                     is_first);
        }
    return STATUS_OK;
}

/* Says which process runs, and for how long it has been silent. */
static void run_print(const struct activity *activity)
{
    bool has_job = strcmp(activity->owner.job.id, "-") != 0;
    double silent_s = epoch_s() - activity->last_s;

    if (activity_is_starting(activity))
        printf("starting");
    else
        printf("running on %u rank%s", activity->ranks,
               activity->ranks == 1 ? "" : "s");
    printf(", host %s, process %ld%s%s", activity->owner.host, activity->owner.pid,
           has_job ? ", job " : "", has_job ? activity->owner.job.id : "");
    if (!activity_is_starting(activity) && silent_s > SILENT_S)
        printf("; no progress for %.0f min", silent_s / 60);
    if (activity->owner.silent_s > LOCK_STALE_S)
        printf("; silent for %.0f min", activity->owner.silent_s / 60);
    printf("\n");
}

static void state_print(enum state state, const struct activity *activity)
{
    if (state == STATE_RUNNING)
        run_print(activity);
    else if (state == STATE_STOPPED)
        printf("stopped%s%s; run the same command again to continue\n",
               activity->end[0] ? ": " : "", activity->end);
    else
        printf("%s\n", state == STATE_DONE ? "done" : "done, with failures");
}

/* There is no result file yet, but a run is about to create it. */
static enum status newborn_print(const struct activity *activity, bool is_json)
{
    if (is_json)
        printf(
            "{\"state\": \"running\", \"total\": 0, \"pending\": 0, \"failed\": 0, "
            "\"ranks\": 0, \"points_per_s\": 0, \"last_progress\": 0, \"stages\": [], "
            "\"points\": []}\n");
    else
        run_print(activity);
    return STATUS_RUNNING;
}

static enum status json_print(const struct results *results,
                              const struct results_summary *summary,
                              const struct activity *activity, enum state state,
                              struct error *err)
{
    bool is_new = activity_is_starting(activity);
    enum status status;

    printf("{\"state\": \"%s\", \"total\": %" PRIu64 ", \"pending\": %" PRIu64
           ", \"failed\": %" PRIu64 ", \"ranks\": %u, \"points_per_s\": %.6g, "
           "\"last_progress\": %.0f, \"stages\": [",
           state_names[state], summary->total, summary->pending, summary->failed,
           is_new ? 0 : activity->ranks, is_new ? 0 : activity->points_per_s,
           activity->last_s);
    for (size_t s = 0; s < results->stage_count; s++) {
        printf("%s{\"name\": \"%s\"", s ? ", " : "", results->stages[s].name);
        for (int code = 0; code < POINT_STATUSES; code++)
            printf(", \"%s\": %" PRIu64, word_name(point_status_words, code),
                   summary->points[s][code]);
        printf("}");
    }
    printf("], \"points\": [");
    status = failures_each(results, failure_json, err);
    printf("]}\n");
    return status;
}

enum status cmd_status(int argc, char **argv, struct error *err)
{
    bool is_json = false;
    struct results *results = NULL;
    struct results_summary summary;
    struct activity activity;
    enum state state;
    enum status status = options_read("status", &argc, argv, err);

    option_get_flag("json", &is_json);

    if (status != STATUS_OK)
        return status;
    if (argc != 1)
        return error_set(err, STATUS_INPUT,
                         "status needs one result file: nvsweep status FILE");
    if (access(argv[0], F_OK) != 0) {
        activity_read(argv[0], &activity);
        if (activity.has_lock && activity.owner.is_alive)
            return newborn_print(&activity, is_json);
    }
    status = results_open_intact(argv[0], &results, err);
    if (status != STATUS_OK)
        goto out;
    status = results_summarize(results, &summary, err);
    if (status != STATUS_OK)
        goto out;
    activity_read(argv[0], &activity);
    state = state_of(&summary, &activity);
    if (is_json) {
        status = json_print(results, &summary, &activity, state, err);
    } else {
        stages_print(results, &summary, &activity);
        status = failures_each(results, failure_print, err);
        state_print(state, &activity);
    }
    if (status == STATUS_OK && state != STATE_DONE)
        status = state == STATE_FAILED    ? STATUS_RECORDED
                 : state == STATE_RUNNING ? STATUS_RUNNING
                                          : STATUS_RESUME;
out:
    results_close(results);
    return status;
}
