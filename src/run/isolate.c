#include "run/isolate.h"

#include "base/child.h"
#include "run/stop.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* One step of waiting counts for this long at most, because the parent may be suspended. */
#define STEP_MOST_S 0.1

/* Memory that child and parent share: the child's progress, then its values. */
struct shared {
    _Atomic uint64_t current; /* point being evaluated; the count after the last one */
    double values[];
};

/* Lays out the block's columns and status in shared memory. */
static void shared_map(struct shared *shared, const struct block *block, uint64_t count,
                       struct columns *columns, int8_t **status)
{
    char *at = (char *)shared->values;

    *columns = (struct columns){ .column = { NULL } };
    for (size_t m = 0; m < block->stage->metric_count; m++) {
        columns->column[m] = at;
        at += count * metric_point_bytes(&block->stage->metrics[m]);
    }
    *status = (int8_t *)at;
}

static size_t shared_bytes(const struct block *block, uint64_t count)
{
    size_t bytes = sizeof(struct shared) + count;

    for (size_t m = 0; m < block->stage->metric_count; m++)
        bytes += count * metric_point_bytes(&block->stage->metrics[m]);
    return bytes;
}

/* Copies the values of n points from index `at` on between two sets of columns. */
static void values_copy(const struct stage *stage, const struct columns *to,
                        const struct columns *from, uint64_t at, uint64_t n)
{
    for (size_t m = 0; m < stage->metric_count; m++) {
        size_t bytes = metric_point_bytes(&stage->metrics[m]);

        memcpy((char *)to->column[m] + at * bytes, (char *)from->column[m] + at * bytes,
               n * bytes);
    }
}

_Noreturn static void child_run(const struct study *study, uint64_t first,
                                uint64_t from, uint64_t count,
                                const struct block *block, struct shared *shared)
{
    struct block values = *block;

    shared_map(shared, block, count, &values.columns, &values.status);
    for (uint64_t i = from; i < count; i++) {
        struct columns at = block_columns_at(&values, i);

        atomic_store(&shared->current, i);
        if (values.status[i] == POINT_PENDING)
            block->stage->evaluate(study, (struct range){ first + i, 1 }, &at,
                                   &values.status[i], NULL);
    }
    atomic_store(&shared->current, count);
    _exit(0);
}

/* How a child ended. */
enum ending {
    ENDING_DONE,
    ENDING_CRASH,    /* by its own fault, or it took too long */
    ENDING_KILLED,   /* from outside, or because memory was short */
    ENDING_GIVEN_UP, /* by this process: the block is not needed any more */
};

static enum ending ending_of(int how, bool is_late)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL,
                                  SIGABRT, SIGSYS, SIGXCPU };

    if (is_late)
        return ENDING_CRASH;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (WIFSIGNALED(how) && WTERMSIG(how) == faults[i])
            return ENDING_CRASH;
    return WIFEXITED(how) && WEXITSTATUS(how) == 0 ? ENDING_DONE : ENDING_KILLED;
}

/* Waits until the child has finished, is dead, or is stuck on a point.  Time in which this
 * process was itself suspended does not count. */
static enum ending child_wait(pid_t child, struct shared *shared,
                              const struct isolation *isolation)
{
    uint64_t seen = UINT64_MAX;
    double point_s = 0, before_s = clock_s();
    bool is_late = false, is_given_up = false;

    for (unsigned idle = 0;; idle++) {
        uint64_t current = atomic_load(&shared->current);
        double now_s = clock_s();
        int how;
        pid_t ended = waitpid(child, &how, WNOHANG);

        if (ended == child)
            return is_given_up ? ENDING_GIVEN_UP : ending_of(how, is_late);
        if (ended < 0 && errno != EINTR)
            return ENDING_KILLED; /* another handler reaped it, so nothing is known */
        point_s = current == seen ? point_s + fmin(now_s - before_s, STEP_MOST_S) : 0;
        seen = current;
        before_s = now_s;
        is_late |= point_s > isolation->limit_s;
        if (isolation->poll && !isolation->poll(isolation->context))
            is_given_up = true;
        is_given_up |= stop_reason() != NULL;
        if (is_late || is_given_up)
            kill(child, SIGKILL);
        idle_wait(idle);
    }
}

/* Runs one child through the points from *from on; *from is then where it ended. */
static enum status child_begin_and_wait(const struct isolation *isolation,
                                        const struct study *study, uint64_t first,
                                        uint64_t count, const struct block *block,
                                        struct shared *shared, uint64_t *from,
                                        enum ending *ending, struct error *err)
{
    pid_t parent = getpid(), child;

    atomic_store(&shared->current, *from);
    child = fork();
    if (child == 0) {
        child_begin(parent);
        child_run(study, first, *from, count, block, shared);
    }
    if (child < 0)
        return error_set(err, STATUS_IO, "cannot start a child process: %s",
                         strerror(errno));
    *ending = child_wait(child, shared, isolation);
    *from = atomic_load(&shared->current);
    return STATUS_OK;
}

enum status isolate_evaluate(const struct isolation *isolation,
                             const struct study *study, uint64_t first, uint64_t count,
                             struct block *block, bool *is_given_up, struct error *err)
{
    size_t bytes = shared_bytes(block, count);
    struct shared *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    enum ending ending = ENDING_DONE;
    enum status status = STATUS_OK;
    uint64_t killed_at = UINT64_MAX;
    struct columns columns;
    unsigned kills = 0;
    int8_t *found;

    *is_given_up = false;
    if (shared == MAP_FAILED)
        return error_set(err, STATUS_IO, "cannot share memory with a child process: %s",
                         strerror(errno));
    shared_map(shared, block, count, &columns, &found);
    values_copy(block->stage, &columns, &block->columns, 0, count);
    memcpy(found, block->status, count);
    for (uint64_t from = 0; from < count && status == STATUS_OK;) {
        status = child_begin_and_wait(isolation, study, first, count, block, shared,
                                      &from, &ending, err);
        if (status != STATUS_OK || ending == ENDING_GIVEN_UP)
            break;
        if (from >= count)
            continue;
        kills = from == killed_at ? kills + 1 : 1;
        killed_at = from;
        /* The point on which it died is empty again, and may get another attempt. */
        values_copy(block->stage, &columns, &block->columns, from, 1);
        found[from] = POINT_PENDING;
        if (ending == ENDING_CRASH || kills >= ISOLATE_KILLS)
            found[from++] = POINT_QUARANTINED;
    }
    *is_given_up = ending == ENDING_GIVEN_UP;
    if (status == STATUS_OK) {
        values_copy(block->stage, &block->columns, &columns, 0, count);
        memcpy(block->status, found, count);
    }
    munmap(shared, bytes);
    return status;
}
