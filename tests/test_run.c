/* The runner's arithmetic and its parts that need no second rank; whole runs under
 * mpirun are in the scripts. */
#include "synthetic.h"
#include "run/activity.h"
#include "run/scheduler.h"
#include "run/guard.h"
#include "run/file_system.h"
#include "run/isolate.h"
#include "run/lock.h"
#include "run/watch.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { POSITIONS = 5000 };

static double *even_costs_s(double cost_s)
{
    double *costs_s = alloc_array(POSITIONS, sizeof *costs_s);

    for (int i = 0; i < POSITIONS; i++)
        costs_s[i] = cost_s;
    return costs_s;
}

/* Deal everything to `ranks` in turn, each lease finished at once at `pace` times the
 * model's seconds; counts how often each position was dealt. */
static void deal_out(struct scheduler *scheduler, const double *costs_s, unsigned ranks,
                     double pace, uint32_t *dealt, uint32_t *largest, uint32_t *last,
                     uint32_t *leases)
{
    double now_s = 0;
    struct lease lease;

    *largest = *last = *leases = 0;
    for (unsigned rank = 0; scheduler_next(scheduler, rank, now_s, &lease);
         rank = (rank + 1) % ranks) {
        double busy_s = 0;

        for (uint32_t i = lease.first; i < lease.first + lease.count; i++) {
            dealt[i]++;
            busy_s += pace * costs_s[i];
        }
        scheduler_finish(scheduler, lease.id, busy_s);
        *largest = lease.count > *largest ? lease.count : *largest;
        *last = lease.count;
        ++*leases;
    }
}

static void every_block_is_dealt_once(void)
{
    const unsigned ranks[] = { 1, 2, 7, 200, 10000 };
    double *costs_s = even_costs_s(0.01);

    for (size_t r = 0; r < sizeof ranks / sizeof *ranks; r++) {
        struct scheduler *scheduler = scheduler_begin(costs_s, POSITIONS, ranks[r], 0);
        uint32_t dealt[POSITIONS] = { 0 }, largest, last, leases;

        deal_out(scheduler, costs_s, ranks[r], 1, dealt, &largest, &last, &leases);
        for (int i = 0; i < POSITIONS; i++)
            CU_ASSERT_EQUAL(dealt[i], 1);
        CU_ASSERT(scheduler_is_done(scheduler));
        scheduler_free(scheduler);
    }
    free(costs_s);
}

static void leases_shrink_towards_the_end(void)
{
    double *costs_s = even_costs_s(0.01);
    struct scheduler *scheduler = scheduler_begin(costs_s, POSITIONS, 4, 0);
    uint32_t dealt[POSITIONS] = { 0 }, largest, last, leases;

    deal_out(scheduler, costs_s, 4, 1, dealt, &largest, &last, &leases);
    CU_ASSERT(largest >= 100);
    CU_ASSERT_EQUAL(last, 1);
    CU_ASSERT(leases < 200);
    scheduler_free(scheduler);
    free(costs_s);
}

static void a_lease_is_worth_its_message(void)
{
    /* The model is 1000 times too dear: leases are measured, not believed. */
    double *costs_s = even_costs_s(0.01);
    struct scheduler *scheduler = scheduler_begin(costs_s, POSITIONS, 200, 0);
    uint32_t dealt[POSITIONS] = { 0 }, largest, last, leases;

    deal_out(scheduler, costs_s, 200, 1e-3, dealt, &largest, &last, &leases);
    CU_ASSERT(largest >= 1000); /* 0.05 s of work in all: hardly worth a lease */
    CU_ASSERT(leases < 20);
    CU_ASSERT_DOUBLE_EQUAL(scheduler_min_lease_s(200), 0.1, 1e-12);
    CU_ASSERT(scheduler_min_lease_s(100000) > scheduler_min_lease_s(10000));
    scheduler_free(scheduler);
    free(costs_s);
}

static void costly_blocks_come_first(void)
{
    uint32_t blocks[] = { 0, 1, 2, 3, 4 };
    double costs_s[] = { 1, 5, 1, 9, 5 };
    const uint32_t wanted[] = { 3, 1, 4, 0, 2 };

    scheduler_order(blocks, costs_s, 5);
    CU_ASSERT_EQUAL(memcmp(blocks, wanted, sizeof wanted), 0);
    CU_ASSERT_EQUAL(costs_s[0], 9);
    CU_ASSERT_EQUAL(costs_s[4], 1);
}

static void blocks_of_even_cost_stay_in_file_order(void)
{
    uint32_t blocks[] = { 7, 8, 9 };
    double costs_s[] = { 1, 1.5, 1.9 };

    scheduler_order(blocks, costs_s, 3);
    CU_ASSERT(blocks[0] == 7 && blocks[1] == 8 && blocks[2] == 9);
}

static void an_overdue_lease_is_dealt_again_to_another_rank(void)
{
    const double costs_s[8] = { 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01 };
    struct scheduler *scheduler = scheduler_begin(costs_s, 8, 2, 4);
    struct lease all, again;

    CU_ASSERT(scheduler_next(scheduler, 0, 0, &again));
    CU_ASSERT(scheduler_next(scheduler, 1, 0, &all));
    CU_ASSERT_EQUAL(all.count, 4);
    CU_ASSERT(!scheduler_next(scheduler, 0, 1,
                              &again)); /* nothing was measured: so none is overdue */
    scheduler_finish(scheduler, 0, 0.04);
    CU_ASSERT(!scheduler_next(scheduler, 0, 0.05, &again)); /* not overdue yet */
    CU_ASSERT(!scheduler_next(scheduler, 1, 100, &again));  /* not to its holder */
    CU_ASSERT(scheduler_next(scheduler, 0, 100, &again));
    CU_ASSERT_EQUAL(again.first + again.count, 8); /* from its end */
    scheduler_finish(scheduler, again.id, 0.01);
    CU_ASSERT(!scheduler_is_done(scheduler));
    while (scheduler_next(scheduler, 0, 100, &again))
        scheduler_finish(scheduler, again.id, 0.01);
    CU_ASSERT(scheduler_is_done(scheduler)); /* the holder never finished */
    scheduler_finish(scheduler, all.id, 100);
    CU_ASSERT(scheduler_is_done(scheduler));
    scheduler_free(scheduler);
}

/* Evaluate eight points of the small stage in a child, with a fault at point 5. */
static void isolated(const char *fault, int8_t wanted)
{
    struct sweep sweep;
    struct study study;
    struct block block;
    struct error err;
    struct isolation isolation = { .limit_s = 0.3 };
    bool is_given_up;

    synthetic_study(&sweep, &study, 5, 0, false);
    block_alloc(&block, synthetic_stages[SMALL], 8);
    block.status[2] = POINT_EXCLUDED;
    setenv(fault, "5", 1);
    stop_watch(0);
    CU_ASSERT_EQUAL(
        isolate_evaluate(&isolation, &study, 0, 8, &block, &is_given_up, &err),
        STATUS_OK);
    CU_ASSERT(!is_given_up);
    unsetenv(fault);
    for (int i = 0; i < 8; i++) {
        int8_t status = i == 5   ? wanted
                        : i == 3 ? POINT_INFEASIBLE
                        : i == 2 ? POINT_EXCLUDED
                                 : POINT_DONE;
        double value = ((double *)block.columns.column[1])[i];

        CU_ASSERT_EQUAL(block.status[i], status);
        if (status == POINT_DONE)
            CU_ASSERT_DOUBLE_EQUAL(value, 1.0 / (i + 1), 0);
        if (status != POINT_DONE)
            CU_ASSERT(isnan(value));
    }
    block_free(&block);
    sweep_free(&sweep);
}

static void a_point_that_crashes_harms_no_other(void)
{
    isolated("SYNTHETIC_CRASH", POINT_QUARANTINED);
}

static void a_point_that_hangs_is_given_up(void)
{
    isolated("SYNTHETIC_HANG", POINT_QUARANTINED);
}

static void an_innocent_block_keeps_its_values(void)
{
    isolated("SYNTHETIC_NOTHING", POINT_DONE);
}

static void only_one_run_holds_the_lock(void)
{
    char output[] = "/tmp/nvsweep-test-XXXXXX";
    int fd = mkstemp(output);
    struct lock first, second;
    struct lock_owner owner;
    struct error err = { "" };

    close(fd);
    CU_ASSERT_EQUAL(lock_take(&first, output, &err), STATUS_OK);
    CU_ASSERT(lock_read(output, &owner));
    CU_ASSERT_EQUAL(owner.pid, (long)getpid());
    CU_ASSERT(owner.is_alive);
    CU_ASSERT_EQUAL(lock_take(&second, output, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "another run"));
    lock_release(&first);
    CU_ASSERT_EQUAL(lock_take(&second, output, &err), STATUS_OK);
    lock_release(&second);
    CU_ASSERT(!lock_read(output, &owner));
    unlink(output);
}

static void a_dead_owners_lock_is_taken_over(void)
{
    char output[] = "/tmp/nvsweep-test-XXXXXX";
    int fd = mkstemp(output), how;
    struct lock lock;
    struct error err = { "" };
    pid_t child = fork();

    close(fd);
    if (child == 0) {
        lock_take(&lock, output, &err);
        _exit(0); /* as if killed: the lock file stays */
    }
    waitpid(child, &how, 0);
    CU_ASSERT_EQUAL(lock_take(&lock, output, &err), STATUS_OK);
    lock_release(&lock);
    unlink(output);
}

/* A lock file as another host would have left it, touched `age_s` ago. */
static enum status lock_over(const char *content, int age_s)
{
    char output[] = "/tmp/nvsweep-test-XXXXXX";
    int fd = mkstemp(output);
    char *path = alloc_printf("%s.lock", output);
    FILE *file = fopen(path, "w");
    struct timespec times[2] = { { time(NULL) - age_s, 0 }, { time(NULL) - age_s, 0 } };
    struct lock lock;
    struct error err;
    enum status status;

    close(fd);
    fputs(content, file);
    fclose(file);
    utimensat(AT_FDCWD, path, times, 0);
    status = lock_take(&lock, output, &err);
    lock_release(&lock);
    unlink(path);
    unlink(output);
    free(path);
    return status;
}

static void another_hosts_lock_counts_while_it_is_touched(void)
{
    CU_ASSERT_EQUAL(lock_over("elsewhere 7 - - -\n", 5), STATUS_INPUT);
    CU_ASSERT_EQUAL(lock_over("elsewhere 7 - - -\n", 1000), STATUS_OK);
    CU_ASSERT_EQUAL(lock_over("", 5), STATUS_INPUT); /* cut off while it was made */
    CU_ASSERT_EQUAL(lock_over("", 1000), STATUS_OK);
    setenv("SLURM_JOB_ID", "42", 1);
    setenv("SLURM_RESTART_COUNT", "1", 1); /* requeued: its first start is over */
    CU_ASSERT_EQUAL(lock_over("elsewhere 7 42 - -\n", 5), STATUS_OK);
    CU_ASSERT_EQUAL(lock_over("elsewhere 7 42 1 -\n", 5), STATUS_INPUT);
    CU_ASSERT_EQUAL(lock_over("elsewhere 7 43 - -\n", 5), STATUS_INPUT);
    unsetenv("SLURM_RESTART_COUNT");
    unsetenv("SLURM_JOB_ID");
}

static void a_lock_that_lies_in_the_future_is_nobodys(void)
{
    CU_ASSERT_EQUAL(lock_over("elsewhere 7 - - -\n", -1000000), STATUS_OK);
}

static void a_lock_is_held_while_one_of_its_ranks_lives(void)
{
    char output[] = "/tmp/nvsweep-test-XXXXXX";
    int fd = mkstemp(output), told[2], how;
    struct lock first, other;
    struct error err = { "" };
    char byte;
    pid_t child;

    close(fd);
    CU_ASSERT_EQUAL(pipe(told), 0);
    CU_ASSERT_EQUAL(lock_take(&first, output, &err), STATUS_OK);
    child = fork();
    if (child == 0) { /* another rank */
        close(first.fd);
        lock_join(&other, output);
        CU_ASSERT_EQUAL(write(told[1], "x", 1), 1);
        for (;;)
            pause();
    }
    CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
    close(first.fd); /* rank 0 died */
    free(first.path);
    CU_ASSERT_EQUAL(lock_take(&other, output, &err), STATUS_INPUT);
    kill(child, SIGKILL);
    waitpid(child, &how, 0);
    CU_ASSERT_EQUAL(lock_take(&other, output, &err), STATUS_OK);
    lock_release(&other);
    close(told[0]);
    close(told[1]);
    unlink(output);
}

static void a_request_to_stop_gives_up_an_isolated_block(void)
{
    struct sweep sweep;
    struct study study;
    struct block block;
    struct error err;
    struct isolation isolation = { .limit_s = 100 };
    bool is_given_up;
    double begin_s = clock_s();

    synthetic_study(&sweep, &study, 5, 0, false);
    block_alloc(&block, synthetic_stages[SMALL], 8);
    setenv("SYNTHETIC_HANG", "5", 1);
    stop_watch(0.2);
    CU_ASSERT_EQUAL(
        isolate_evaluate(&isolation, &study, 0, 8, &block, &is_given_up, &err),
        STATUS_OK);
    unsetenv("SYNTHETIC_HANG");
    stop_watch(0);
    CU_ASSERT(is_given_up);
    CU_ASSERT(clock_s() - begin_s < 5);
    for (int i = 0; i < 8; i++)
        CU_ASSERT(block.status[i] != POINT_QUARANTINED);
    block_free(&block);
    sweep_free(&sweep);
}

/* The guard raises the flag after the grace, and only then. */
static void the_flag_follows_a_reason_to_stop(void)
{
    struct guard *guard;
    double begin_s, raised_s;

    stop_watch(0);
    guard = guard_begin("none", 1);
    CU_ASSERT(!stop_is_wanted() && !stop_reason());
    begin_s = clock_s();
    raise(SIGTERM);
    CU_ASSERT_STRING_EQUAL(stop_reason(), "SIGTERM");
    while (!stop_is_wanted() && clock_s() - begin_s < 5)
        idle_wait(0);
    raised_s = clock_s() - begin_s;
    CU_ASSERT(raised_s > 0.9 * STOP_GRACE_TERM_S && raised_s < 5);
    guard_end(guard);
    stop_watch(0);
    CU_ASSERT(!stop_is_wanted() && !stop_reason());
}

static void the_journal_tells_what_a_run_does(void)
{
    char output[] = "/tmp/nvsweep-test-XXXXXX";
    int fd = mkstemp(output);
    char *journal = alloc_printf("%s.journal", output);
    struct activity activity;
    struct watch watch;

    close(fd);
    activity_read(output, &activity);
    CU_ASSERT(!activity.has_journal);
    watch_begin(&watch, output, true);
    watch_journal(&watch, "{\"event\": \"start\", \"epoch\": 1000, \"ranks\": 3}");
    watch_journal(&watch,
                  "{\"event\": \"stage\", \"stage\": \"array\", \"epoch\": 1000}");
    for (int i = 0; i < 10; i++)
        watch_journal(&watch,
                      "{\"event\": \"lease\", \"points\": 50, \"start\": %d, "
                      "\"seconds\": 10.0}",
                      1000 + 10 * i);
    watch_end(&watch);
    activity_read(output, &activity);
    CU_ASSERT(activity.has_journal);
    CU_ASSERT_EQUAL(activity.ranks, 3);
    CU_ASSERT_STRING_EQUAL(activity.stage, "array");
    CU_ASSERT_EQUAL(activity.stage_points, 500);
    CU_ASSERT_DOUBLE_EQUAL(activity.last_s, 1100, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(activity.points_per_s, 5, 1); /* 50 points every 10 s */
    CU_ASSERT_STRING_EQUAL(activity.end, "");
    unlink(journal);
    unlink(output);
    free(journal);
}

/* Two nodes on NFS overwrite each other's bytes (make nfs-test), and what is not known is
 * treated alike. */
static void rank_0_writes_where_nodes_may_not(void)
{
    CU_ASSERT_EQUAL(file_system_of_type(0x6969).sharing, FILE_SHARING_UNSAFE);
    CU_ASSERT_EQUAL(file_system_of_type(0x12345).sharing, FILE_SHARING_UNSAFE);
    CU_ASSERT_EQUAL(file_system_of_type(0xEF53).sharing, FILE_SHARING_NODE);
    CU_ASSERT_EQUAL(file_system_of_type(0x0BD00BD0).sharing, FILE_SHARING_CLUSTER);
    CU_ASSERT_STRING_EQUAL(file_system_of_type(0xFF534D42).name, "cifs");
    CU_ASSERT_STRING_EQUAL(file_system_of_type(0x12345).name, "0x12345");
    for (int ranks = 1; ranks <= 2; ranks++)
        for (int one = 0; one < 2; one++) {
            bool is_alone = ranks == 1;

            CU_ASSERT_EQUAL(run_io_choose(FILE_SHARING_UNSAFE, ranks, one, 1e6),
                            is_alone ? RUN_IO_LOCAL : RUN_IO_ROOT);
            CU_ASSERT_EQUAL(run_io_choose(FILE_SHARING_CLUSTER, ranks, one, 1e6),
                            RUN_IO_LOCAL);
            CU_ASSERT_EQUAL(run_io_choose(FILE_SHARING_CLUSTER, ranks, one, 8),
                            is_alone || one ? RUN_IO_LOCAL : RUN_IO_ROOT);
            CU_ASSERT_EQUAL(run_io_choose(FILE_SHARING_NODE, ranks, one, 8),
                            is_alone || one ? RUN_IO_LOCAL : RUN_IO_ROOT);
        }
}

/* Blocks of one point of 20 metrics: 161 bytes in 24 writes; of 16384 points, 16384 as many. */
static void a_write_is_a_blocks_share_of_a_column(void)
{
    struct layout layout = { .stages[STAGE_ARRAY] = { .points = 1 << 14,
                                                      .block_points = 1,
                                                      .blocks = 1 << 14,
                                                      .columns = 20 } };

    for (int c = 0; c < 20; c++)
        layout.stages[STAGE_ARRAY].column_bytes[c] = 8;
    ASSERT_NEAR(layout_write_bytes(&layout), 161 / 24.0, 1e-12);
    layout.stages[STAGE_ARRAY].blocks = 1;
    ASSERT_NEAR(layout_write_bytes(&layout), 161 / 24.0 * (1 << 14), 1e-12);
    CU_ASSERT(layout_write_bytes(&layout) > RUN_IO_SHARED_BYTES);
}

SUITE(run, TEST(a_write_is_a_blocks_share_of_a_column),
      TEST(rank_0_writes_where_nodes_may_not), TEST(every_block_is_dealt_once),
      TEST(leases_shrink_towards_the_end), TEST(a_lease_is_worth_its_message),
      TEST(costly_blocks_come_first), TEST(blocks_of_even_cost_stay_in_file_order),
      TEST(an_overdue_lease_is_dealt_again_to_another_rank),
      TEST(a_point_that_crashes_harms_no_other), TEST(a_point_that_hangs_is_given_up),
      TEST(an_innocent_block_keeps_its_values), TEST(only_one_run_holds_the_lock),
      TEST(a_dead_owners_lock_is_taken_over),
      TEST(another_hosts_lock_counts_while_it_is_touched),
      TEST(a_lock_that_lies_in_the_future_is_nobodys),
      TEST(a_lock_is_held_while_one_of_its_ranks_lives),
      TEST(a_request_to_stop_gives_up_an_isolated_block),
      TEST(the_flag_follows_a_reason_to_stop), TEST(the_journal_tells_what_a_run_does));
