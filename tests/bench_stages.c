/* What bounds each stage: `bench_stages [SWEEP...]` evaluates the stages of the main sweeps on
 * one core and prints the time of a point beside the time that memory alone would take to
 * store its results (a triad over arrays larger than any cache, as STREAM does it; McCalpin,
 * IEEE TCCA Newsletter, 1995).  Times are of the processor, so that a busy machine disturbs
 * them little.  A stage far from memory's time is bound by arithmetic. */
#include "base/memory.h"
#include "config/library.h"
#include "config/sweep.h"
#include "stage/stage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TIMED_S 0.3
enum { TRIAD = 1 << 23, REPEATS = 5 };

static double cpu_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Bytes per second of a[i] = b[i] + s c[i], best of REPEATS; 24 bytes each. */
static double triad_bytes_per_s(void)
{
    double *a = alloc_array(TRIAD, sizeof *a), *b = alloc_array(TRIAD, sizeof *b);
    double *c = alloc_array(TRIAD, sizeof *c), best_s = INFINITY, s = 3;

    for (size_t i = 0; i < TRIAD; i++)
        b[i] = c[i] = (double)i;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double begin_s = cpu_s();

        for (size_t i = 0; i < TRIAD; i++)
            a[i] = b[i] + s * c[i];
        best_s = fmin(best_s, cpu_s() - begin_s);
        s += a[TRIAD / 2] > 0;
    }
    free(a);
    free(b);
    free(c);
    return 24.0 * TRIAD / best_s;
}

/* Seconds of a point: all points again and again until TIMED_S is over, best round; a stage
 * that takes longer is timed over its first points. */
static double point_s(const struct study *study, enum stage_id id)
{
    uint64_t points = study->grids[id].points, most = 16384, done = 0;
    uint64_t block = points < most ? points : most;
    int8_t *statuses = alloc_array(block, 1);
    struct columns columns;
    double begin_s = cpu_s(), best_s = INFINITY;

    columns_alloc(id, block, &columns);
    while (cpu_s() - begin_s < TIMED_S) {
        uint64_t first = done % points, left = points - first;
        uint64_t count = left < block ? left : block;
        double from_s = cpu_s();

        if (best_s * (double)count > TIMED_S && isfinite(best_s))
            count = 1;
        stages[id]->evaluate(study, (struct range){ first, count }, &columns, statuses,
                             NULL);
        best_s = fmin(best_s, (cpu_s() - from_s) / (double)count);
        done += count;
    }
    columns_free(id, &columns);
    free(statuses);
    return best_s;
}

static double point_bytes(enum stage_id id)
{
    double bytes = 1;

    for (size_t m = 0; m < stages[id]->metric_count; m++)
        bytes += (double)metric_point_bytes(&stages[id]->metrics[m]);
    return bytes;
}

static enum status sweep_time(const char *file, const struct library *library,
                              double memory_bytes_per_s, struct error *err)
{
    struct sweep sweep;
    struct study study = { .sweep = NULL };
    enum status status = sweep_read(file, library, &sweep, err);

    if (status == STATUS_OK)
        status = study_init(&study, &sweep, library, err);
    if (status == STATUS_OK) {
        printf("%s\n", file);
        study_evaluate(&study, NULL);
    }
    for (enum stage_id id = 0; status == STATUS_OK && id < STAGE_COUNT; id++) {
        double own_s, memory_s = point_bytes(id) / memory_bytes_per_s;

        if (!(study.stages >> id & 1))
            continue;
        own_s = point_s(&study, id);
        printf("  %-13s %8llu points  %10.4g us a point, %6.0f bytes: %8.3g times as "
               "long as "
               "memory takes\n",
               stages[id]->name, (unsigned long long)study.grids[id].points,
               own_s * 1e6, point_bytes(id), own_s / memory_s);
        fflush(stdout);
    }
    study_free(&study);
    sweep_free(&sweep);
    return status;
}

int main(int argc, char **argv)
{
    static char *main_sweeps[] = {
        "sweeps/array_scalability.cfg",
        "sweeps/deepnvm_isocapacity.cfg",
        "sweeps/deepnvm_sensitivity.cfg",
        "sweeps/systolic_shapes.cfg",
        "sweeps/xr_nodes.cfg",
    };
    char **files = argc > 1 ? argv + 1 : main_sweeps;
    int count = argc > 1 ? argc - 1 : (int)(sizeof main_sweeps / sizeof *main_sweeps);
    char *folder = library_default_folder();
    const char *folders[] = { folder };
    struct library library = { 0 };
    struct error err = { "no library folder beside the program; set NVSWEEP_LIBRARY" };
    enum status status = folder ? library_read(folders, 1, &library, &err)
                                : STATUS_INPUT;
    double bytes_per_s = triad_bytes_per_s();

    printf("one core; memory (triad) moves %.2f GB/s\n", bytes_per_s * 1e-9);
    for (int i = 0; status == STATUS_OK && i < count; i++)
        status = sweep_time(files[i], &library, bytes_per_s, &err);
    if (status != STATUS_OK)
        fprintf(stderr, "bench_stages: %s\n", err.text);
    library_free(&library);
    free(folder);
    return status_exit_code(status);
}
