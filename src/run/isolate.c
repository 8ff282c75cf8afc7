#include "run/isolate.h"

#include "run/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What child and parent share: how far the child is, then the values it found. */
struct shared {
    _Atomic uint64_t current; /* point being evaluated; count when all are */
    double values[];
};

/* The block's columns and status laid out in shared memory. */
static void shared_map(struct shared *shared, const struct block *block, uint64_t count,
                       union columns *columns, int8_t **status)
{
    char *at = (char *)shared->values;

    *columns = (union columns){ .column = { NULL } };
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

/* Copy the values of points [from, from + n) between two sets of columns. */
static void values_copy(const struct stage *stage, const union columns *to,
                        const union columns *from, uint64_t at, uint64_t n)
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
    const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGINT };
    struct rlimit no_core = { 0, 0 };
    struct block values = *block;

    setrlimit(RLIMIT_CORE, &no_core);
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        signal(deadly[i], SIG_DFL); /* MPI's handlers would print */
    shared_map(shared, block, count, &values.columns, &values.status);
    for (uint64_t i = from; i < count; i++) {
        union columns at = block_columns_at(&values, i);

        atomic_store(&shared->current, i);
        if (values.status[i] == POINT_PENDING)
            block->stage->evaluate(study, (struct range){ first + i, 1 }, &at,
                                   &values.status[i], NULL);
    }
    atomic_store(&shared->current, count);
    _exit(0);
}

/* Wait until the child is through, dead, or stuck on a point. */
static void child_wait(pid_t child, struct shared *shared, double limit_s,
                       poll_fn *poll, void *context)
{
    uint64_t seen = UINT64_MAX;
    double since_s = clock_s();

    for (unsigned idle = 0;; idle++) {
        uint64_t current = atomic_load(&shared->current);
        int how;

        if (waitpid(child, &how, WNOHANG) != 0)
            return;
        if (current != seen) {
            seen = current;
            since_s = clock_s();
        } else if (clock_s() - since_s > limit_s) {
            kill(child, SIGKILL);
        }
        if (poll)
            poll(context);
        idle_wait(idle);
    }
}

enum status isolate_evaluate(const struct study *study, uint64_t first, uint64_t count,
                             struct block *block, double limit_s, poll_fn *poll,
                             void *context, struct error *err)
{
    size_t bytes = shared_bytes(block, count);
    struct shared *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    enum status status = STATUS_OK;
    union columns columns;
    int8_t *found;

    if (shared == MAP_FAILED)
        return error_set(err, STATUS_IO, "cannot share memory with a child process: %s",
                         strerror(errno));
    shared_map(shared, block, count, &columns, &found);
    values_copy(block->stage, &columns, &block->columns, 0, count);
    memcpy(found, block->status, count);
    for (uint64_t from = 0; from < count && status == STATUS_OK;) {
        pid_t child;

        atomic_store(&shared->current, from);
        child = fork();
        if (child == 0)
            child_run(study, first, from, count, block, shared);
        if (child < 0) {
            status = error_set(err, STATUS_IO, "cannot start a child process: %s",
                               strerror(errno));
            break;
        }
        child_wait(child, shared, limit_s, poll, context);
        from = atomic_load(&shared->current);
        if (from < count) { /* it died there: the point keeps the values of none */
            values_copy(block->stage, &columns, &block->columns, from, 1);
            found[from++] = POINT_QUARANTINED;
        }
    }
    if (status == STATUS_OK) {
        values_copy(block->stage, &block->columns, &columns, 0, count);
        memcpy(block->status, found, count);
    }
    munmap(shared, bytes);
    return status;
}
