#include "run/job.h"

#include "base/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_BYTES = 1 << 16 };

static void word_copy(char *to, size_t size, const char *variable)
{
    const char *from = getenv(variable);
    bool is_word = from && *from && strlen(from) < size;

    for (const char *c = from; is_word && *c; c++)
        is_word = !isspace((unsigned char)*c);
    snprintf(to, size, "%s", is_word ? from : "-");
}

void job_self(struct job *job)
{
    word_copy(job->id, sizeof job->id, "SLURM_JOB_ID");
    word_copy(job->restart, sizeof job->restart, "SLURM_RESTART_COUNT");
    word_copy(job->cluster, sizeof job->cluster, "SLURM_CLUSTER_NAME");
}

bool job_is_restart(const struct job *before, const struct job *now)
{
    return strcmp(before->id, "-") != 0 && strcmp(before->id, now->id) == 0 &&
           strcmp(before->cluster, now->cluster) == 0 &&
           strcmp(before->restart, now->restart) != 0;
}

/* The output of a command, errors included; freed by the caller.  NULL if it cannot be
 * started or does not end. */
static char *answer_of(const char *arguments)
{
    char *command = alloc_printf("timeout 5 %s 2>&1", arguments);
    FILE *pipe = popen(command, "r"); /* NOLINT: the arguments are ours */
    char *answer = alloc_array(ANSWER_BYTES, 1);
    size_t size = pipe ? fread(answer, 1, ANSWER_BYTES - 1, pipe) : 0;
    int code = pipe ? pclose(pipe) : -1;

    (void)size;
    free(command);
    if (code >= 0 && code != 124 << 8 && code != 127 << 8)
        return answer;
    free(answer);
    return NULL;
}

/* Do the Slurm commands of this machine belong to that cluster? */
static bool is_here(const char *cluster)
{
    char *config = answer_of("scontrol show config");
    const char *at = config ? strstr(config, "ClusterName") : NULL;
    char name[64] = "";
    bool is = at && sscanf(at, "ClusterName = %63s", name) == 1 &&
              strcmp(name, cluster) == 0;

    free(config);
    return is;
}

/* States of a job that has processes, or may have some. */
static bool is_state_live(const char *state)
{
    static const char *const live[] = { "RUNNING",   "COMPLETING", "SUSPENDED",
                                        "STOPPED",   "SIGNALING",  "RESIZING",
                                        "STAGE_OUT", "CONFIGURING" };

    for (size_t i = 0; i < sizeof live / sizeof *live; i++)
        if (strncmp(state, live[i], strlen(live[i])) == 0)
            return true;
    return false;
}

bool job_is_gone(const struct job *job)
{
    char *command, *answer;
    bool is_gone;

    if (strcmp(job->cluster, "-") == 0 || !*job->id ||
        strspn(job->id, "0123456789") != strlen(job->id) || !is_here(job->cluster))
        return false;
    command = alloc_printf("squeue --noheader --states=all --format=%%T --jobs=%s",
                           job->id);
    answer = answer_of(command);
    /* Slurm forgets a job some minutes after its end. */
    is_gone = answer && (strstr(answer, "Invalid job id") ||
                         (isupper((unsigned char)*answer) && !is_state_live(answer)));
    free(command);
    free(answer);
    return is_gone;
}
