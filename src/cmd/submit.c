#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Time limit asked for: START_S to begin, and SAFETY times the plan's estimate spread
 * over the tasks; what takes longer than LONGEST_S is done in several goes. */
#define START_S 60.0
#define SAFETY 2.0
#define LEAST_S 600.0
#define LONGEST_S 86400.0
/* A task should have this much to do, unless the user asks for more tasks. */
#define TASK_S 30.0
/* Slurm warns this long before the end, or at half of shorter limits. */
#define WARNING_S 120.0

enum { NODES_MAX = 100000, SWEEPS_MAX = 1000 };

struct submission {
    char **sweeps;
    size_t sweep_count;
    const char *output, *partition;
    long nodes, tasks_per_node, minutes;
    double core_s, bytes; /* the costliest sweep's, and the largest file's */
    char *program, *template;
};

/* ---- what the user asks for */

static enum status count_parse(const char *option, const char *text, long *count,
                               struct error *err)
{
    char *end;

    errno = 0;
    *count = strtol(text, &end, 10);
    if (errno || end == text || *end || *count < 1 || *count > NODES_MAX)
        return error_set(err, STATUS_INPUT,
                         "--%s '%.40s': must be a whole number, 1..%d", option, text,
                         NODES_MAX);
    return STATUS_OK;
}

/* Slurm's spellings (sbatch(1), --time): minutes, MM:SS, HH:MM:SS, D-HH, D-HH:MM,
 * D-HH:MM:SS.  False if it is none of them. */
static bool slurm_time_parse(const char *text, double *seconds)
{
    double part[3] = { 0 }, days = 0;
    size_t count = 0;
    char *end;
    const char *dash = strchr(text, '-');

    if (dash) {
        days = (double)strtoul(text, &end, 10);
        if (!isdigit((unsigned char)text[0]) || end != dash)
            return false;
        text = dash + 1;
    }
    do {
        if (count == 3 || !isdigit((unsigned char)text[0]))
            return false;
        part[count++] = (double)strtoul(text, &end, 10);
        text = end + 1;
    } while (*end == ':');
    if (*end)
        return false;
    if (dash || count == 3) /* hours first */
        *seconds = days * 86400 + part[0] * 3600 + part[1] * 60 + part[2];
    else
        *seconds = part[0] * 60 + part[1];
    return true;
}

static enum status time_parse(const char *text, long *minutes, struct error *err)
{
    double seconds;

    if (!slurm_time_parse(text, &seconds) &&
        (isdigit((unsigned char)text[strlen(text) - (text[0] != '\0')]) ||
         quantity_parse(text, "s", &seconds, NULL) != STATUS_OK))
        seconds = -1;
    if (!(seconds >= 60 && seconds <= 365 * 86400.0))
        return error_set(
            err, STATUS_INPUT,
            "--time '%.40s': must be minutes, H:MM:SS, D-HH:MM or a time such "
            "as 90min, from 1 minute to 365 days",
            text);
    *minutes = (long)ceil(seconds / 60);
    return STATUS_OK;
}

static enum status partition_check(const char *partition, struct error *err)
{
    for (const char *c = partition; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_-.,", *c))
            return error_set(
                err, STATUS_INPUT,
                "--partition '%.40s': must be a name as `sinfo` lists them", partition);
    return *partition ? STATUS_OK
                      : error_set(err, STATUS_INPUT,
                                  "--partition '': must be a name as "
                                  "`sinfo` lists them");
}

/* ---- what the plan says */

/* Reads the sweep as `run` will, so that a mistake in it shows now, and not in a log. */
static enum status sweep_estimate(const char *file, struct submission *submission,
                                  struct error *err)
{
    struct library library;
    struct sweep sweep;
    struct study study;
    struct plan_estimate estimate;
    enum status status = sweep_load(file, &library, &sweep, err);

    if (status == STATUS_OK)
        status = study_init(&study, &sweep, &library, err);
    if (status == STATUS_OK) {
        plan_estimate(&study, &estimate);
        submission->core_s = fmax(submission->core_s, estimate.core_s);
        submission->bytes = fmax(submission->bytes, estimate.bytes);
    }
    sweep_free(&sweep);
    library_free(&library);
    return status;
}

static void resources_choose(struct submission *submission)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    double wall_s;

    if (!submission->nodes)
        submission->nodes = 1;
    if (!submission->tasks_per_node) {
        double worth = ceil(submission->core_s / TASK_S / (double)submission->nodes);

        submission->tasks_per_node = (long)fmax(1, fmin(worth, (double)cores));
    }
    if (submission->minutes)
        return;
    wall_s = START_S + SAFETY * submission->core_s /
                           (double)(submission->nodes * submission->tasks_per_node);
    wall_s = fmin(fmax(wall_s, LEAST_S), LONGEST_S);
    submission->minutes = (long)ceil(wall_s / 300) * 5;
}

/* ---- filling the template */

static char *quoted(const char *text)
{
    char *shell = alloc_array(4 * strlen(text) + 3, 1), *to = shell;

    *to++ = '\'';
    for (; *text; text++) {
        if (*text == '\'')
            to = stpcpy(to, "'\\''");
        else
            *to++ = *text;
    }
    *to++ = '\'';
    return shell;
}

/* list + separator + quoted(text); list is freed. */
static char *list_append(char *list, const char *text)
{
    char *word = quoted(text);
    char *longer = alloc_printf("%s%s%s", list, *list ? " " : "", word);

    free(word);
    free(list);
    return longer;
}

/* The sweep's name, in letters that file and job names have everywhere. */
static char *job_name(const char *sweep)
{
    const char *slash = strrchr(sweep, '/');
    char *name = alloc_text(slash ? slash + 1 : sweep);
    char *dot = strrchr(name, '.');

    if (dot && dot != name)
        *dot = '\0';
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_-.", *c))
            *c = '_';
    return name;
}

static char *comment(const struct submission *submission)
{
    char seconds[40], bytes[40];

    return alloc_printf(
        "Plan: about %s of one core%s, on %ld tasks; result file about %s.",
        quantity_format(submission->core_s, "s", seconds, sizeof seconds),
        submission->sweep_count > 1 ? " for the costliest sweep" : "",
        submission->nodes * submission->tasks_per_node,
        quantity_format(submission->bytes, "byte", bytes, sizeof bytes));
}

static char *options_lines(const struct submission *submission)
{
    char *partition = submission->partition ? alloc_printf("#SBATCH --partition=%s\n",
                                                           submission->partition)
                                            : alloc_text("");
    char *lines = submission->sweep_count > 1
                      ? alloc_printf("%s#SBATCH --array=0-%zu\n", partition,
                                     submission->sweep_count - 1)
                      : alloc_text(partition);

    free(partition);
    return lines;
}

static char *arguments(const struct submission *submission)
{
    char *list = alloc_text("");

    for (size_t i = 0; library_user_folder(i); i++) {
        list = list_append(list, "--library");
        list = list_append(list, library_user_folder(i));
    }
    if (submission->output) {
        list = list_append(list, "-o");
        list = list_append(list, submission->output);
    }
    return list;
}

static char *sweeps_list(const struct submission *submission)
{
    char *list = alloc_text("");

    for (size_t i = 0; i < submission->sweep_count; i++)
        list = list_append(list, submission->sweeps[i]);
    return list;
}

/* Words of the template between two @. */
enum { SLOTS = 11 };
struct slot {
    const char *name;
    char *value;
};

static void slots_make(const struct submission *submission,
                        struct slot slots[SLOTS])
{
    bool is_array = submission->sweep_count > 1;
    char *name = is_array ? alloc_text("nvsweep") : job_name(submission->sweeps[0]);
    long warning_s = (long)fmin(WARNING_S, (double)submission->minutes * 60 / 2);
    /* clang-format off */
    const struct slot made[SLOTS] = {
        { "COMMENT",   comment(submission) },
        { "NAME",      name },
        { "NODES",     alloc_printf("%ld", submission->nodes) },
        { "TASKS",     alloc_printf("%ld", submission->tasks_per_node) },
        { "TIME",      alloc_printf("%ld-%02ld:%02ld:00", submission->minutes / 1440,
                                    submission->minutes / 60 % 24, submission->minutes % 60) },
        { "WARNING",   alloc_printf("%ld", warning_s) },
        { "LOG",       alloc_printf("%s%s.log", name, is_array ? "-%A_%a" : "") },
        { "OPTIONS",   options_lines(submission) },
        { "SWEEPS",    sweeps_list(submission) },
        { "ARGUMENTS", arguments(submission) },
        { "PROGRAM",   quoted(submission->program) },
    };
    /* clang-format on */

    memcpy(slots, made, sizeof made);
}

/* The slot whose name and closing @ stand at text, or NULL. */
static const struct slot *slot_at(const char *text, const struct slot slots[SLOTS])
{
    for (size_t i = 0; i < SLOTS; i++) {
        size_t length = strlen(slots[i].name);

        if (strncmp(text, slots[i].name, length) == 0 && text[length] == '@')
            return &slots[i];
    }
    return NULL;
}

/* An @ that opens no slot stands for itself. */
static enum status template_fill(const struct submission *submission, char **script,
                                 struct error *err)
{
    FILE *in = fopen(submission->template, "r"), *out;
    struct slot slots[SLOTS];
    size_t size = 0, room = 0;
    char *line = NULL;

    if (!in)
        return error_set(err, STATUS_INPUT, "%s: cannot read the job template: %s",
                         submission->template, strerror(errno));
    slots_make(submission, slots);
    out = open_memstream(script, &size);
    while (out && getline(&line, &room, in) > 0) {
        for (const char *c = line; *c; c++) {
            const struct slot *slot = *c == '@' ? slot_at(c + 1, slots) : NULL;

            if (!slot) {
                fputc(*c, out);
                continue;
            }
            fputs(slot->value, out);
            c += strlen(slot->name) + 1;
        }
    }
    for (size_t i = 0; i < SLOTS; i++)
        free(slots[i].value);
    free(line);
    fclose(in);
    if (!out || fclose(out))
        return error_set(err, STATUS_IO, "cannot fill the job template: %s",
                         strerror(errno));
    return STATUS_OK;
}

/* The program's own path, and the template beside it. */
static enum status program_find(struct submission *submission, const char *template,
                                struct error *err)
{
    static const char *const places[] = { "../slurm", "../../slurm",
                                          "../share/nvsweep" };
    char *slash;

    submission->program = realpath("/proc/self/exe", NULL);
    if (!submission->program)
        return error_set(err, STATUS_IO, "cannot find the program's own path: %s",
                         strerror(errno));
    if (template) {
        submission->template = alloc_text(template);
        return STATUS_OK;
    }
    slash = strrchr(submission->program, '/');
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *path = alloc_printf("%.*s/%s/nvsweep.sbatch.in",
                                  (int)(slash - submission->program),
                                  submission->program, places[i]);

        if (access(path, R_OK) == 0) {
            submission->template = path;
            return STATUS_OK;
        }
        free(path);
    }
    return error_set(err, STATUS_INPUT,
                     "no job template nvsweep.sbatch.in beside the "
                     "program; name one with --template FILE");
}

/* ---- handing it over */

/* sbatch reads the script from its input, and prints the job's number. */
static enum status script_submit(const char *script, struct error *err)
{
    FILE *sbatch;
    int code;

    signal(SIGPIPE, SIG_IGN); /* sbatch may end before it has read everything */
    fflush(stdout);
    sbatch = popen("command -v sbatch >/dev/null || exit 127; exec sbatch --parsable",
                   "w");
    if (!sbatch)
        return error_set(err, STATUS_IO, "cannot start sbatch: %s", strerror(errno));
    fputs(script, sbatch);
    code = pclose(sbatch);
    if (WIFEXITED(code) && WEXITSTATUS(code) == 127)
        return error_set(
            err, STATUS_INPUT,
            "no sbatch in PATH: submit on a machine with Slurm's commands, or "
            "see the script with --dry-run");
    if (code != 0)
        return error_set(err, STATUS_IO,
                         "sbatch refused the job for the reason above; see "
                         "the script with --dry-run");
    return STATUS_OK;
}

static enum status submission_check(const struct submission *submission,
                                    struct error *err)
{
    if (submission->sweep_count < 1 || submission->sweep_count > SWEEPS_MAX)
        return error_set(
            err, STATUS_INPUT,
            "submit needs a sweep file, or up to %d: nvsweep submit SWEEP...",
            SWEEPS_MAX);
    if (submission->output && submission->sweep_count > 1)
        return error_set(err, STATUS_INPUT,
                         "--output names one result file, but there are "
                         "%zu sweeps; leave it out, and each gets its own",
                         submission->sweep_count);
    return STATUS_OK;
}

enum status cmd_submit(int argc, char **argv, struct error *err)
{
    const char *nodes = NULL, *tasks = NULL, *limit = NULL, *template = NULL;
    bool is_dry = false;
    struct submission submission = { .sweeps = argv };
    const struct option_spec options[] = {
        { "o", &submission.output, NULL }, { "output", &submission.output, NULL },
        { "nodes", &nodes, NULL },         { "tasks-per-node", &tasks, NULL },
        { "time", &limit, NULL },          { "partition", &submission.partition, NULL },
        { "template", &template, NULL },   { "dry-run", NULL, &is_dry },
    };
    char *script = NULL;
    enum status status = options_read(&argc, argv, options, 8, err);

    submission.sweep_count = (size_t)argc;
    if (status == STATUS_OK)
        status = submission_check(&submission, err);
    if (status == STATUS_OK && nodes)
        status = count_parse("nodes", nodes, &submission.nodes, err);
    if (status == STATUS_OK && tasks)
        status = count_parse("tasks-per-node", tasks, &submission.tasks_per_node, err);
    if (status == STATUS_OK && limit)
        status = time_parse(limit, &submission.minutes, err);
    if (status == STATUS_OK && submission.partition)
        status = partition_check(submission.partition, err);
    if (status == STATUS_OK)
        status = program_find(&submission, template, err);
    for (size_t i = 0; i < submission.sweep_count && status == STATUS_OK; i++)
        status = sweep_estimate(submission.sweeps[i], &submission, err);
    if (status == STATUS_OK) {
        resources_choose(&submission);
        status = template_fill(&submission, &script, err);
    }
    if (status == STATUS_OK && is_dry)
        fputs(script, stdout);
    else if (status == STATUS_OK)
        status = script_submit(script, err);
    free(script);
    free(submission.program);
    free(submission.template);
    return status;
}
