#include "cmd/job_script.h"

#include "base/memory.h"
#include "base/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Seconds before the time limit at which Slurm sends the signal, or a third of a shorter limit.
 * Slurm checks every 30 s and may send it that much earlier, so the warning must not arrive
 * before the script has set its trap. */
#define WARNING_S 120.0

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

/* list + " " + quoted(text); frees list. */
static char *list_append(char *list, const char *text)
{
    char *word = quoted(text);

    list = alloc_append(list, "%s%s", *list ? " " : "", word);
    free(word);
    return list;
}

/* The sweep's name with only those characters that every file and job name may have. */
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

static char *comment(const struct script_job *job)
{
    char seconds[40], bytes[40];
    long tasks = job->nodes * job->tasks_per_node;

    return alloc_printf(
        "Plan: about %s of one core%s, on %ld task%s; result file about %s.",
        quantity_format(job->core_s, "s", seconds, sizeof seconds),
        job->sweep_count > 1 ? " for the most expensive sweep" : "", tasks,
        tasks == 1 ? "" : "s",
        quantity_format(job->bytes, "byte", bytes, sizeof bytes));
}

static void sbatch_line(FILE *out, const char *name, const char *value)
{
    if (value)
        fprintf(out, "#SBATCH --%s=%s\n", name, value);
}

/* The user's options for Slurm, one per line. */
static char *options_lines(const struct script_job *job)
{
    char *lines = NULL;
    size_t size;
    FILE *out = open_memstream(&lines, &size);

    if (!out)
        return alloc_text("");
    sbatch_line(out, "account", job->account);
    sbatch_line(out, "partition", job->partition);
    sbatch_line(out, "qos", job->qos);
    sbatch_line(out, "constraint", job->constraint);
    if (job->sweep_count > 1)
        fprintf(out, "#SBATCH --array=0-%zu\n", job->sweep_count - 1);
    for (size_t i = 0; i < job->sbatch_count; i++) {
        bool is_pair = i + 1 < job->sbatch_count && job->sbatch[i + 1][0] != '-';

        fprintf(out, "#SBATCH %s%s%s\n", job->sbatch[i], is_pair ? " " : "",
                is_pair ? job->sbatch[i + 1] : "");
        i += is_pair;
    }
    fclose(out);
    return lines;
}

/* A batch script knows `module` only if the cluster exports it, so it may need a file. */
static char *module_lines(const struct script_job *job)
{
    char *list = alloc_text(""), *words, *lines, *rest;

    if (!job->modules)
        return list;
    words = alloc_text(job->modules);
    for (char *word = strtok_r(words, " ,", &rest); word;
         word = strtok_r(NULL, " ,", &rest))
        list = list_append(list, word);
    lines = alloc_printf(
        "type module >/dev/null 2>&1 || . /etc/profile.d/modules.sh ||\n"
        "    . /etc/profile.d/lmod.sh\n"
        "module load %s || exit 2\n",
        list);
    free(words);
    free(list);
    return lines;
}

/* If a rank dies, srun ends the step after --wait seconds. */
static char *launch_words(const struct script_job *job)
{
    return strcmp(job->launcher, "mpirun") == 0
               ? alloc_text("mpirun -n \"$SLURM_NTASKS\"")
               : alloc_printf("srun --mpi=%s --kill-on-bad-exit=0 --wait=30",
                              job->launcher);
}

static char *program_words(const struct script_job *job)
{
    char *image, *words;

    if (!job->container)
        return quoted(job->program);
    image = quoted(job->container);
    words = alloc_printf("apptainer exec %s nvsweep", image);
    free(image);
    return words;
}

static char *arguments(const struct script_job *job)
{
    char *list = alloc_text("");

    for (size_t i = 0; job->folders[i]; i++) {
        list = list_append(list, "--library");
        list = list_append(list, job->folders[i]);
    }
    if (job->io) {
        list = list_append(list, "--io");
        list = list_append(list, job->io);
    }
    if (job->output) {
        list = list_append(list, "-o");
        list = list_append(list, job->output);
    }
    return list;
}

static char *sweeps_list(const struct script_job *job)
{
    char *list = alloc_text("");

    for (size_t i = 0; i < job->sweep_count; i++)
        list = list_append(list, job->sweeps[i]);
    return list;
}

/* The words between two @ in the template, and their replacements. */
enum { SLOTS = 13 };
struct script_slot {
    const char *name;
    char *value;
};

static void slots_make(const struct script_job *job, struct script_slot slots[SLOTS])
{
    bool is_array = job->sweep_count > 1;
    char *name = is_array ? alloc_text("nvsweep") : job_name(job->sweeps[0]);
    long warning_s = (long)fmin(WARNING_S, (double)job->minutes * 60 / 3);
    /* clang-format off */
    const struct script_slot made[SLOTS] = {
        { "COMMENT",   comment(job) },
        { "NAME",      name },
        { "NODES",     alloc_printf("%ld", job->nodes) },
        { "TASKS",     alloc_printf("%ld", job->tasks_per_node) },
        { "TIME",      alloc_printf("%ld-%02ld:%02ld:00", job->minutes / 1440,
                                    job->minutes / 60 % 24, job->minutes % 60) },
        { "WARNING",   alloc_printf("%ld", warning_s) },
        { "LOG",       alloc_printf("%s%s.log", name, is_array ? "-%A_%a" : "") },
        { "OPTIONS",   options_lines(job) },
        { "SWEEPS",    sweeps_list(job) },
        { "ARGUMENTS", arguments(job) },
        { "MODULES",   module_lines(job) },
        { "LAUNCH",    launch_words(job) },
        { "PROGRAM",   program_words(job) },
    };
    /* clang-format on */

    memcpy(slots, made, sizeof made);
}

/* The slot whose name and closing @ follow at text, or NULL. */
static const struct script_slot *slot_at(const char *text,
                                         const struct script_slot slots[SLOTS])
{
    for (size_t i = 0; i < SLOTS; i++) {
        size_t length = strlen(slots[i].name);

        if (strncmp(text, slots[i].name, length) == 0 && text[length] == '@')
            return &slots[i];
    }
    return NULL;
}

/* An @ that begins no slot is copied. */
enum status job_script_make(const struct script_job *job, char **script,
                            struct error *err)
{
    FILE *in = fopen(job->template, "r"), *out;
    struct script_slot slots[SLOTS];
    size_t size = 0, room = 0;
    char *line = NULL;

    if (!in)
        return error_set(err, STATUS_INPUT, "%s: cannot read the job template: %s",
                         job->template, strerror(errno));
    slots_make(job, slots);
    out = open_memstream(script, &size);
    while (out && getline(&line, &room, in) > 0) {
        for (const char *c = line; *c; c++) {
            const struct script_slot *slot = *c == '@' ? slot_at(c + 1, slots) : NULL;

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
        return error_set(err, STATUS_IO, "cannot fill in the job template: %s",
                         strerror(errno));
    return STATUS_OK;
}
