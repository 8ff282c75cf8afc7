#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/units.h"
#include "cmd/job_script.h"
#include "run/file_system.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <mpi.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Time limit requested: START_S to start, plus SAFETY times the plan's estimate divided by the
 * tasks.  A job that needs more than LONGEST_S runs in several parts. */
#define START_S 60.0
#define SAFETY 2.0
#define LEAST_S 600.0
#define LONGEST_S 86400.0
/* Least work of a task, unless the user requests more tasks. */
#define TASK_S 30.0
enum { NODES_MAX = 100000, SWEEPS_MAX = 1000 };

/* ---- the user's options */

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

/* Parses Slurm's spellings (sbatch(1), --time): minutes, MM:SS, HH:MM:SS, D-HH, D-HH:MM,
 * D-HH:MM:SS.  False for any other text. */
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

/* Checks a value for one line of the script: names, lists and expressions of sbatch. */
static enum status value_check(const char *option, const char *value, struct error *err)
{
    for (const char *c = value; c && *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_-.,&|*()[]@:+/=%", *c))
            return error_set(err, STATUS_INPUT,
                             "--%s '%.40s': '%c' is not allowed; must be a value of "
                             "sbatch(1)",
                             option, value, *c);
    return !value || *value
               ? STATUS_OK
               : error_set(err, STATUS_INPUT, "--%s '': must be a value of sbatch(1)",
                           option);
}

static enum status sbatch_check(const struct script_job *job, struct error *err)
{
    for (size_t i = 0; i < job->sbatch_count; i++) {
        const char *word = job->sbatch[i];

        if (i == 0 && word[0] != '-')
            return error_set(err, STATUS_INPUT,
                             "'%.40s' after --: must be an option of sbatch, such as "
                             "--mem-per-cpu=2G",
                             word);
        for (const char *c = word; *c; c++)
            if (iscntrl((unsigned char)*c))
                return error_set(err, STATUS_INPUT,
                                 "'%.40s' after --: must not contain a line break",
                                 word);
    }
    return STATUS_OK;
}

/* srun starts Open MPI through PMIx, and MPICH and its relatives through PMI2. */
static enum status launcher_choose(const char *asked, struct script_job *job,
                                   struct error *err)
{
    static const char *const launchers[] = { "pmix", "pmi2", "mpirun" };
    char library[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;

    MPI_Get_library_version(library, &length);
    job->launcher = strstr(library, "Open MPI") ? "pmix" : "pmi2";
    if (!asked)
        return STATUS_OK;
    for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++)
        if (strcmp(asked, launchers[i]) == 0) {
            job->launcher = launchers[i];
            return STATUS_OK;
        }
    return error_set(
        err, STATUS_INPUT,
        "--launcher '%.40s': must be pmix or pmi2 (srun, by its --mpi), or "
        "mpirun",
        asked);
}

/* ---- the plan */

/* Reads the sweep like `run`, so that a mistake in it is reported now and not in a log. */
static enum status sweep_estimate(const char *file, struct script_job *job,
                                  struct error *err)
{
    struct library library;
    struct sweep sweep;
    struct study study = { 0 };
    struct plan_estimate estimate;
    enum status status = sweep_load(file, &library, &sweep, err);

    if (status != STATUS_OK)
        goto out;
    status = study_init(&study, &sweep, &library, err);
    if (status != STATUS_OK)
        goto out;
    plan_estimate(&study, &estimate);
    job->core_s = fmax(job->core_s, estimate.core_s);
    job->bytes = fmax(job->bytes, estimate.bytes);
out:
    study_free(&study);
    sweep_free(&sweep);
    library_free(&library);
    return status;
}

static void resources_choose(struct script_job *job)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    double wall_s;

    if (!job->nodes)
        job->nodes = 1;
    if (!job->tasks_per_node) {
        double worth = ceil(job->core_s / TASK_S / (double)job->nodes);

        job->tasks_per_node = (long)fmax(1, fmin(worth, (double)cores));
    }
    if (job->minutes)
        return;
    wall_s = START_S +
             SAFETY * job->core_s / (double)(job->nodes * job->tasks_per_node);
    wall_s = fmin(fmax(wall_s, LEAST_S), LONGEST_S);
    job->minutes = (long)ceil(wall_s / 300) * 5;
}

/* ---- the program and the template */

/* Finds the program's own path, and the template beside it. */
static enum status program_find(struct script_job *job, const char *template,
                                struct error *err)
{
    static const char *const places[] = { "../slurm", "../../slurm",
                                          "../share/nvsweep" };
    char *slash;

    job->program = realpath("/proc/self/exe", NULL);
    if (!job->program)
        return error_set(err, STATUS_IO, "cannot find the program's own path: %s",
                         strerror(errno));
    if (template) {
        job->template = alloc_text(template);
        return STATUS_OK;
    }
    slash = strrchr(job->program, '/');
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *path = alloc_printf("%.*s/%s/nvsweep.sbatch.in",
                                  (int)(slash - job->program), job->program, places[i]);

        if (access(path, R_OK) == 0) {
            job->template = path;
            return STATUS_OK;
        }
        free(path);
    }
    return error_set(err, STATUS_INPUT,
                     "no job template nvsweep.sbatch.in beside the "
                     "program; name one with --template FILE");
}

/* ---- submitting */

/* sbatch reads the script from its standard input and prints the job's number. */
static enum status script_submit(const char *script, struct error *err)
{
    FILE *sbatch;
    int code;

    signal(SIGPIPE, SIG_IGN); /* sbatch may end before it has read the whole script */
    fflush(stdout);
    sbatch = popen("command -v sbatch >/dev/null || exit 127; exec sbatch --parsable",
                   "w");
    if (!sbatch)
        return error_set(err, STATUS_IO, "cannot start sbatch: %s", strerror(errno));
    fputs(script, sbatch);
    code = pclose(sbatch);
    if (WIFEXITED(code) && WEXITSTATUS(code) == 127)
        return error_set(err, STATUS_INPUT,
                         "no sbatch in PATH: submit on a machine with Slurm's "
                         "commands, or print the "
                         "script with --dry-run");
    if (code != 0)
        return error_set(
            err, STATUS_IO,
            "sbatch refused the job for the reason above; print the script "
            "with --dry-run");
    return STATUS_OK;
}

/* Do two sweeps have result files of the same name: x.cfg and folder/x.cfg? */
static bool is_same_output(const char *a, const char *b)
{
    const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');

    return strcmp(slash_a ? slash_a + 1 : a, slash_b ? slash_b + 1 : b) == 0;
}

static enum status job_check(const struct script_job *job, struct error *err)
{
    if (job->sweep_count < 1 || job->sweep_count > SWEEPS_MAX)
        return error_set(
            err, STATUS_INPUT,
            "submit needs a sweep file, or up to %d: nvsweep submit SWEEP...",
            SWEEPS_MAX);
    if (job->output && job->sweep_count > 1)
        return error_set(
            err, STATUS_INPUT,
            "--output names one result file, but there are %zu sweeps; leave "
            "it out, and each sweep gets its own",
            job->sweep_count);
    for (size_t i = 1; i < job->sweep_count; i++)
        for (size_t j = 0; j < i; j++)
            if (is_same_output(job->sweeps[i], job->sweeps[j]))
                return error_set(err, STATUS_INPUT,
                                 "%s and %s would write the same result file; submit "
                                 "them separately, "
                                 "each with -o FILE",
                                 job->sweeps[j], job->sweeps[i]);
    return STATUS_OK;
}

/* Arguments after -- belong to sbatch. */
static enum status own_arguments(int *argc, char **argv, struct script_job *job,
                                 struct error *err)
{
    for (int i = 0; i < *argc; i++)
        if (strcmp(argv[i], "--") == 0) {
            job->sbatch = &argv[i + 1];
            job->sbatch_count = (size_t)(*argc - i - 1);
            *argc = i;
            break;
        }
    return sbatch_check(job, err);
}

/* What the options say beside the job's own texts. */
struct submit_words {
    const char *nodes, *tasks, *limit, *template, *launcher;
    bool is_dry;
};

static void words_take(struct script_job *job, struct submit_words *words)
{
    option_get("o", &job->output);
    option_get("nodes", &words->nodes);
    option_get("tasks-per-node", &words->tasks);
    option_get("time", &words->limit);
    option_get("account", &job->account);
    option_get("partition", &job->partition);
    option_get("qos", &job->qos);
    option_get("constraint", &job->constraint);
    option_get("modules", &job->modules);
    option_get("container", &job->container);
    option_get("launcher", &words->launcher);
    option_get("io", &job->io);
    option_get("template", &words->template);
    option_get_flag("dry-run", &words->is_dry);
}

/* Sizes and limits of the job. */
static enum status sizes_read(struct script_job *job, const struct submit_words *words,
                              struct error *err)
{
    enum status status = STATUS_OK;

    if (words->nodes)
        status = count_parse("nodes", words->nodes, &job->nodes, err);
    if (status != STATUS_OK)
        return status;
    if (words->tasks)
        status = count_parse("tasks-per-node", words->tasks, &job->tasks_per_node, err);
    if (status != STATUS_OK || !words->limit)
        return status;
    return time_parse(words->limit, &job->minutes, err);
}

/* Texts that become lines of the script. */
static enum status values_check(const struct script_job *job, struct error *err)
{
    const struct {
        const char *name, *value;
    } values[] = { { "account", job->account },
                   { "partition", job->partition },
                   { "qos", job->qos },
                   { "constraint", job->constraint } };
    enum status status = STATUS_OK;

    for (size_t i = 0; i < sizeof values / sizeof *values && status == STATUS_OK; i++)
        status = value_check(values[i].name, values[i].value, err);
    return status;
}

static enum status words_check(struct script_job *job, const struct submit_words *words,
                               struct error *err)
{
    enum status status = job_check(job, err);

    if (status != STATUS_OK)
        return status;
    if (job->io && !word_find(run_io_words, job->io))
        return error_set(err, STATUS_INPUT, "--io '%.40s': must be auto, local or root",
                         job->io);
    status = sizes_read(job, words, err);
    if (status != STATUS_OK)
        return status;
    status = values_check(job, err);
    if (status != STATUS_OK)
        return status;
    return launcher_choose(words->launcher, job, err);
}

enum status cmd_submit(int argc, char **argv, struct error *err)
{
    struct submit_words words = { NULL };
    struct script_job job = { .sweeps = argv, .folders = library_user_folders() };
    char *script = NULL;
    enum status status = own_arguments(&argc, argv, &job, err);

    if (status != STATUS_OK)
        goto out;
    status = options_read("submit", &argc, argv, err);
    if (status != STATUS_OK)
        goto out;
    words_take(&job, &words);
    job.sweep_count = (size_t)argc;
    status = words_check(&job, &words, err);
    if (status != STATUS_OK)
        goto out;
    status = program_find(&job, words.template, err);
    if (status != STATUS_OK)
        goto out;
    for (size_t i = 0; i < job.sweep_count && status == STATUS_OK; i++)
        status = sweep_estimate(job.sweeps[i], &job, err);
    if (status != STATUS_OK)
        goto out;
    resources_choose(&job);
    status = job_script_make(&job, &script, err);
    if (status != STATUS_OK)
        goto out;
    if (words.is_dry)
        fputs(script, stdout);
    else
        status = script_submit(script, err);
out:
    free(script);
    free(job.program);
    free(job.template);
    return status;
}
