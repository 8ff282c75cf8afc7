/* A sweep without physics for attacking the runner: two stages over count, number, word
 * and record axes, values that are a pure function of the point, and faults on demand.
 * Included by the runner's test and benchmark programs.
 *
 *   environment            what it does
 *   SYNTHETIC_SPIN_US      a point of the first stage computes for so long, on average
 *   SYNTHETIC_SLEEP        sleeping instead of spinning: no core is needed
 *   SYNTHETIC_CRASH        numbers of points of the first stage that die of SIGSEGV
 *   SYNTHETIC_HANG         ... that never return, nor look whether they should stop
 *   SYNTHETIC_FAIL         ... that fail (a model's error)
 *   SYNTHETIC_PURE         values follow from the point's axes, not from its number: sweeps
 *                          that grow */
#ifndef NVSWEEP_TESTS_SYNTHETIC_H
#define NVSWEEP_TESTS_SYNTHETIC_H

#include "base/memory.h"
#include "base/stop.h"
#include "run/run.h"
#include "run/stop.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NUMBER(name_, inner_)                                                       \
    {                                                                               \
        .name = name_, .units = "1", .meaning = "synthetic", .kind = COLUMN_NUMBER, \
        .inner = inner_                                                             \
    }

static const struct metric synthetic_small[] = {
    { .name = "a_count",
      .units = "1",
      .meaning = "number of the point",
      .kind = COLUMN_COUNT,
      .inner = INNER_SCALAR },
    NUMBER("a_value", INNER_SCALAR),
    NUMBER("a_part", INNER_COMPONENT),
};

static const struct metric synthetic_large[] = {
    NUMBER("s00", INNER_SCALAR), NUMBER("s01", INNER_SCALAR),
    NUMBER("s02", INNER_SCALAR), NUMBER("s03", INNER_SCALAR),
    NUMBER("s04", INNER_SCALAR), NUMBER("s05", INNER_SCALAR),
    NUMBER("s06", INNER_SCALAR), NUMBER("s07", INNER_SCALAR),
    NUMBER("s08", INNER_SCALAR), NUMBER("s09", INNER_SCALAR),
    NUMBER("s10", INNER_SCALAR), NUMBER("s11", INNER_SCALAR),
    NUMBER("s12", INNER_SCALAR), NUMBER("s13", INNER_SCALAR),
    NUMBER("s14", INNER_SCALAR), NUMBER("s15", INNER_SCALAR),
    NUMBER("s16", INNER_SCALAR), NUMBER("s17", INNER_SCALAR),
    NUMBER("s18", INNER_SCALAR), NUMBER("s19", INNER_SCALAR),
};

enum { SMALL = STAGE_ARRAY, LARGE = STAGE_GPU };

/* Is the number in the comma-separated list in the environment? */
static bool synthetic_is_listed(const char *variable, uint64_t number)
{
    const char *list = getenv(variable);

    while (list && *list) {
        char *end;

        if (strtoull(list, &end, 10) == number && end != list)
            return true;
        list = *end ? end + 1 : end;
    }
    return false;
}

/* Points differ in cost by more than an order of magnitude, as arrays do. */
static double synthetic_weight(uint64_t index)
{
    return 0.2 + 3.0 * (double)(index * 2654435761u % 1000) / 1000;
}

static void synthetic_spin(uint64_t index)
{
    const char *spin_us = getenv("SYNTHETIC_SPIN_US");
    double end_s = clock_s();

    if (!spin_us)
        return;
    end_s += synthetic_weight(index) * atof(spin_us) * 1e-6;
    if (getenv("SYNTHETIC_SLEEP")) {
        double wait_s = end_s - clock_s();
        struct timespec wait = { .tv_sec = (time_t)wait_s };

        wait.tv_nsec = (long)(1e9 * (wait_s - (double)wait.tv_sec));
        nanosleep(&wait, NULL);
    }
    while (clock_s() < end_s && !stop_is_wanted())
        ;
}

/* What a point's values are made of. */
static uint64_t synthetic_number(const struct study *study, const struct grid *grid,
                                 uint64_t index)
{
    struct point point;

    if (!getenv("SYNTHETIC_PURE"))
        return index;
    grid_point(grid, &study->sweep->space, index, &point);
    return ((point.capacity_bytes * 8 + point.associativity) * 16384 + point.batch) *
               8 +
           (uint64_t)point.technology->name[0] % 8;
}

static void synthetic_small_evaluate(const struct study *study, struct range points,
                                     const struct columns *out, int8_t *status,
                                     struct error *reason)
{
    size_t parts = inners[INNER_COMPONENT].count;

    (void)reason;
    for (uint64_t i = 0; i < points.count; i++) {
        uint64_t index = points.first + i;

        synthetic_spin(index);
        if (synthetic_is_listed("SYNTHETIC_CRASH", index))
            raise(SIGSEGV);
        while (synthetic_is_listed("SYNTHETIC_HANG", index))
            pause();
        index = synthetic_number(study, &study->grids[SMALL], index);
        status[i] = index % 17 == 3 ? POINT_INFEASIBLE
                    : synthetic_is_listed("SYNTHETIC_FAIL", points.first + i)
                        ? POINT_FAILED
                        : POINT_DONE;
        if (status[i] != POINT_DONE)
            continue;
        ((uint64_t *)out->column[0])[i] = index;
        ((double *)out->column[1])[i] = 1.0 / (double)(index + 1);
        for (size_t p = 0; p < parts; p++)
            ((double *)out->column[2])[i * parts + p] = (double)index + 0.1 * (double)p;
    }
}

/* value * (first + k): whole numbers of 32 bits, which compilers turn into several doubles
 * at once. */
static void synthetic_row(double value, double first, int32_t count, double *out)
{
    for (int32_t k = 0; k < count; k++)
        out[k] = value * (first + k);
}

static void synthetic_large_evaluate(const struct study *study, struct range points,
                                     const struct columns *out, int8_t *status,
                                     struct error *reason)
{
    const double *values = study->results[SMALL].column[1];
    const struct grid *grid = &study->grids[LARGE];
    uint64_t row = grid->points / study->grids[SMALL].points; /* of one small point */

    (void)reason;
    for (uint64_t i = 0, end; i < points.count; i = end) {
        uint64_t index = points.first + i, rest = row - index % row;
        uint64_t small = grid_project(grid, index, &study->grids[SMALL]);

        end = getenv("SYNTHETIC_PURE")  ? i + 1
              : rest < points.count - i ? i + rest
                                        : points.count;
        memset(status + i, study->statuses[SMALL][small], end - i);
        for (size_t m = 0; m < 20 && status[i] == POINT_DONE; m++)
            synthetic_row(values[small],
                          (double)(synthetic_number(study, grid, index) + m),
                          (int32_t)(end - i), (double *)out->column[m] + i);
    }
}

static double synthetic_small_cost_s(const struct study *study,
                                     const struct point *point,
                                     struct layer_cache *layers)
{
    (void)layers;
    const char *spin_us = getenv("SYNTHETIC_SPIN_US");

    (void)study;
    return (spin_us ? atof(spin_us) * 1e-6 : 1e-6) * (double)(point->associativity + 1);
}

static double synthetic_large_cost_s(const struct study *study,
                                     const struct point *point,
                                     struct layer_cache *layers)
{
    (void)layers;
    (void)study;
    (void)point;
    return 1e-7;
}

static struct stage synthetic_small_stage = { /* block_points: bench_runner sets it */
                                              .name = "small",
                                              .summary = "few costly points",
                                              .axes = AXIS_BIT(technology) |
                                                      AXIS_BIT(capacity_bytes) |
                                                      AXIS_BIT(associativity) |
                                                      AXIS_BIT(line_bytes) |
                                                      AXIS_BIT(temperature_k),
                                              .metrics = synthetic_small,
                                              .metric_count = 3,
                                              .evaluate = synthetic_small_evaluate,
                                              .cost_s = synthetic_small_cost_s,
                                              .block_points = 4
};

static struct stage synthetic_large_stage = { /* likewise */
                                              .name = "large",
                                              .summary = "many cheap points",
                                              .axes = AXIS_BIT(technology) |
                                                      AXIS_BIT(capacity_bytes) |
                                                      AXIS_BIT(associativity) |
                                                      AXIS_BIT(line_bytes) |
                                                      AXIS_BIT(temperature_k) |
                                                      AXIS_BIT(batch) | AXIS_BIT(phase),
                                              .inputs = 1u << SMALL,
                                              .metrics = synthetic_large,
                                              .metric_count = 20,
                                              .evaluate = synthetic_large_evaluate,
                                              .cost_s = synthetic_large_cost_s,
                                              .block_points = 16384
};

static const struct stage *const synthetic_stages[STAGE_COUNT] = {
    [SMALL] = &synthetic_small_stage,
    [LARGE] = &synthetic_large_stage,
};

static const struct record synthetic_records[] = { { .name = "red" },
                                                   { .name = "green" },
                                                   { .name = "blue" } };

static void synthetic_axis(struct sweep *sweep, enum axis_id id, uint64_t count,
                           size_t dimension)
{
    struct axis *axis = &sweep->space.axes[id];
    struct dimension *along = &sweep->space.dimensions[dimension];

    axis->values = alloc_array(count, sizeof *axis->values);
    axis->count = count;
    axis->is_dimension = axis->is_given = true;
    for (uint64_t i = 0; i < count; i++)
        switch (axis_specs[id].kind) {
        case AXIS_RECORD: axis->values[i].record = &synthetic_records[i % 3]; break;
        case AXIS_WORD: axis->values[i].word = (int)(i % 2); break;
        case AXIS_COUNT: axis->values[i].count = i + 1; break;
        case AXIS_NUMBER: axis->values[i].number = 300 + (double)i; break;
        }
    if (!along->axis_count)
        along->name = axis_specs[id].name;
    along->count = count;
    along->axes[along->axis_count++] = id;
    if (sweep->space.dimension_count <= dimension)
        sweep->space.dimension_count = dimension + 1;
}

/* A study of 3 x capacities x 4 points in the small stage, with associativity and line
 * zipped, and `batches` times as many in the large one. */
static void synthetic_study(struct sweep *sweep, struct study *study,
                            uint64_t capacities, uint64_t batches, bool has_large)
{
    struct error err;

    *sweep = (struct sweep){
        .file = alloc_text("synthetic.cfg"),
        .text = alloc_printf("capacities = %llu; batches = %llu;",
                             (unsigned long long)capacities,
                             (unsigned long long)batches),
        .seed = 1,
    };
    synthetic_axis(sweep, AXIS_technology, 3, 0);
    synthetic_axis(sweep, AXIS_capacity_bytes, capacities, 1);
    synthetic_axis(sweep, AXIS_associativity, 4, 2);
    synthetic_axis(sweep, AXIS_line_bytes, 4, 2);
    synthetic_axis(sweep, AXIS_batch, batches, 3);
    for (enum axis_id id = 0; id < AXES_NAMED; id++)
        if (!sweep->space.axes[id].count) {
            free(sweep->space.axes[id].values); /* of an axis of no values */
            sweep->space.axes[id].values = alloc_array(1, sizeof(union axis_value));
            sweep->space.axes[id].count = 1;
            sweep->space.axes[id].values[0].number = axis_specs[id].kind == AXIS_NUMBER
                                                         ? axis_specs[id].fallback
                                                         : 0;
        }
    *study = (struct study){
        .sweep = sweep,
        .stages = 1u << SMALL | (has_large ? 1u << LARGE : 0),
    };
    grid_init(&study->grids[SMALL], &sweep->space, synthetic_stages[SMALL]->axes, NULL,
              &err);
    grid_init(&study->grids[LARGE], &sweep->space, synthetic_stages[LARGE]->axes, NULL,
              &err);
}

#endif
