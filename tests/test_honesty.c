/* Random sweeps over the whole valid range of every axis, through all stages: a row that
 * is done holds numbers, one that is not has a reason, and physics' directions hold. */
#include "array_library.h"
#include "unit.h"

#include "base/memory.h"
#include "config/sweep.h"
#include "stage/stage.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A round that would take longer than this by the stages' own estimates is drawn anew. */
static const double round_s_max = 0.06;

enum {
    VALUES_MAX = 12,
    TEXT_BYTES = 1024,
    REASONS_ASKED = 20,
    SAMPLES = 4,
    POINTS_LEAST = 5000
};

/* A fixed sequence of pseudo-random numbers (xorshift64) in [0, 1). */
static double draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (double)(*state >> 11) * 0x1p-53;
}

static uint64_t draw_below(uint64_t *state, uint64_t below)
{
    return (uint64_t)(draw(state) * (double)below);
}

/* Counts span decades: their logarithm is drawn.  Most networks have few layers and most
 * memories few ways, so that many values of these axes fit little else: half of the
 * values are the default, which for many axes means "the record's own". */
static void count_draw(enum axis_id axis, uint64_t *state, char *text)
{
    const struct axis_spec *spec = &axis_specs[axis];
    double least = spec->min > 0 ? spec->min : 1;
    double most = spec->max < 9e15 ? spec->max : 9e15;

    if (axis == AXIS_batch || axis == AXIS_sequence_length)
        most = 64; /* beyond, a single curve takes minutes */

    double share = axis == AXIS_capacity_bytes ? 0 : axis == AXIS_layer ? 0.9 : 0.5;
    double value = floor(least * pow(most / least, draw(state)));

    if (strcmp(spec->units, "byte") == 0 || axis == AXIS_associativity ||
        axis == AXIS_bank_count)
        value = exp2(floor(log2(value))); /* others do not divide each other */
    if (draw(state) < share)
        value = spec->fallback;
    snprintf(text, 64, "%.0f", value);
}

/* Even, or over nine decades where the range begins at 0 or spans many. */
static double number_draw(const struct axis_spec *spec, uint64_t *state)
{
    double least = spec->min > 0 ? spec->min : spec->max * 1e-9;

    if (spec->min < 0 || spec->max < 1000 * least)
        return spec->min + draw(state) * (spec->max - spec->min);
    return fmin(least * pow(spec->max / least, draw(state)), spec->max);
}

static void value_draw(enum axis_id axis, uint64_t *state, char *text)
{
    const struct axis_spec *spec = &axis_specs[axis];
    const struct shelf *shelf = &shipped_library()->shelves[spec->shelf];
    const struct shelf *nodes = &shipped_library()->shelves[SHELF_NODE];
    size_t words = 0;

    switch (spec->kind) {
    case AXIS_RECORD:
        snprintf(
            text, 64, "%s",
            ((struct record *)shelf->records[draw_below(state, shelf->count)])->name);
        break;
    case AXIS_WORD:
        while (spec->words[words].name)
            words++;
        snprintf(text, 64, "%s",
                 draw(state) < 0.5 ? word_name(spec->words, (int)spec->fallback)
                                   : spec->words[draw_below(state, words)].name);
        break;
    case AXIS_COUNT: count_draw(axis, state, text); break;
    case AXIS_NUMBER: /* nodes between those of the library cannot be built at all */
        if (axis == AXIS_node_m)
            snprintf(
                text, 64, "%.17g",
                ((const struct node *)nodes->records[draw_below(state, nodes->count)])
                    ->node_m);
        else if (draw(state) < 0.25)
            snprintf(text, 64, "%.17g", spec->fallback);
        else
            snprintf(text, 64, "%.17g", number_draw(spec, state));
    }
}

static void default_take(enum axis_id axis, char *text)
{
    const struct axis_spec *spec = &axis_specs[axis];

    if (spec->kind == AXIS_WORD)
        snprintf(text, 64, "%s", word_name(spec->words, (int)spec->fallback));
    else
        snprintf(text, 64, "%.17g", spec->fallback);
}

/* "axis=value,value": different values, up to `most` of them.  Where few things that fit
 * each other come of values that are all drawn, some rounds are calm: that share of the
 * axes keeps its default. */
static void setting_draw(enum axis_id axis, size_t most, double calm, uint64_t *state,
                         char *text)
{
    char values[VALUES_MAX][64];
    size_t used = (size_t)snprintf(text, TEXT_BYTES, "%s=", axis_specs[axis].key);
    size_t count = 0;

    for (size_t i = 0; i < most; i++) {
        bool is_new = true;

        if (axis_specs[axis].kind != AXIS_RECORD && draw(state) < calm)
            default_take(axis, values[count]);
        else
            value_draw(axis, state, values[count]);
        for (size_t k = 0; k < count; k++)
            is_new &= strcmp(values[k], values[count]) != 0;
        if (!is_new)
            continue;
        used += (size_t)snprintf(text + used, TEXT_BYTES - used, "%s%s",
                                 count ? "," : "", values[count]);
        count++;
    }
}

/* Which axes get how many values: many where points are cheap; `many` of those that only
 * arithmetic depends on. */
static size_t values_of(enum axis_id axis, size_t many)
{
    switch (axis) {
    case AXIS_technology:
    case AXIS_temperature_k:
    case AXIS_capacity_bytes:
    case AXIS_operation:
    case AXIS_cim:
    case AXIS_idle: return 3;
    case AXIS_dram_j_per_bit:
    case AXIS_dram_access_s:
    case AXIS_elements:
    case AXIS_units:
    case AXIS_inference_hz: return many;
    case AXIS_write_skew:
    case AXIS_fit_target: return many / 4;
    case AXIS_utilisation:
    case AXIS_lifetime_s: return many / 2;
    case AXIS_leakage_time:
    case AXIS_pue:
    case AXIS_bucket_bytes:
    case AXIS_instances:
    case AXIS_phase: return 2;
    default: return 1;
    }
}

/* A sweep of a stage and those it reads; axes outside `varied` keep their defaults. */
static enum status sweep_draw(enum stage_id stage, size_t many, uint64_t *state,
                              struct sweep *sweep, struct error *err)
{
    static char texts[AXES][TEXT_BYTES];
    const char *settings[AXES];
    struct sweep all = { .stages = 1u << stage };
    enum stage_id objective;
    uint32_t wanted;
    axis_mask axes = 0;
    static const double calms[] = { 0, 0.5, 0.9, 0.97 };
    double calm = calms[draw_below(state, 4)];
    size_t count = 0;
    enum status status;

    metric_find("edp_js", &objective, &all.objective.metric);
    all.objective.stage = (int)objective;
    wanted = stages_wanted(&all);
    for (int id = 0; id < STAGE_COUNT; id++)
        if (wanted >> id & 1)
            axes |= stages[id].axes;
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (axes >> axis & 1 && /* machines stand for these axes */
            !(MACHINE_AXES >> axis & 1 && axes & AXIS_BIT(machine))) {
            setting_draw(axis, values_of(axis, many), calm, state, texts[count]);
            settings[count] = texts[count];
            count++;
        }
    status = sweep_from_settings(settings, count, shipped_library(), sweep, err);
    sweep->stages = wanted;
    return status;
}

static double estimate_s(const struct study *study)
{
    double seconds = 0;

    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        struct point point;

        if (!(study->stages >> id & 1))
            continue;
        for (uint64_t i = 0; i < SAMPLES; i++) {
            grid_point(&study->grids[id], &study->sweep->space,
                       i * (study->grids[id].points - 1) / (SAMPLES - 1), &point);
            seconds += stage_cost_s(study, id, &point, NULL) *
                       (double)study->grids[id].points / SAMPLES;
        }
    }
    return seconds;
}

struct tally {
    uint64_t points[STAGE_COUNT], done[STAGE_COUNT], reasons;
};

static void point_tell(const struct study *study, enum stage_id id, uint64_t i,
                       const char *what)
{
    struct point point;

    grid_point(&study->grids[id], &study->sweep->space, i, &point);
    printf("\n    %s of the %s stage:", what, stages[id].name);
    for (enum axis_id axis = 0; axis < AXES; axis++) {
        char text[128];

        if (stages[id].axes >> axis & 1)
            printf(" %s=%s", axis_specs[axis].key,
                   axis_value_format(axis, point_get(&point, axis), text, sizeof text));
    }
    printf("\n");
}

/* NaN are levels that an accelerator does not have, and what a metric's own description
 * says; nothing else is. */
static void row_check(const struct study *study, enum stage_id id, uint64_t i)
{
    static bool is_told[STAGE_COUNT][COLUMNS_MAX]; /* one example of each */

    for (size_t m = 0; m < stages[id].metric_count; m++) {
        const struct metric *metric = &stages[id].metrics[m];
        const double *column = study->results[id].column[m];
        uint64_t inner = inners[metric->inner].count;
        bool may_be_nan = metric->inner == INNER_LEVEL ||
                          strstr(metric->meaning, "NaN");
        bool may_be_infinite = strstr(metric->meaning, "infinite");

        for (uint64_t k = 0; metric->kind == COLUMN_NUMBER && k < inner; k++)
            if (!isfinite(column[i * inner + k]) &&
                !(isnan(column[i * inner + k]) ? may_be_nan : may_be_infinite)) {
                if (!is_told[id][m])
                    point_tell(study, id, i, metric->name);
                is_told[id][m] = true;
                CU_FAIL("a done row holds what is no number");
            }
    }
}

/* Are all points done that this one is computed from? */
static bool has_inputs(const struct study *study, enum stage_id id, uint64_t i)
{
    for (enum stage_id input = 0; input < id; input++)
        if (stages[id].inputs >> input & 1 &&
            study->statuses[input][grid_project(&study->grids[id], i,
                                                &study->grids[input])] != POINT_DONE)
            return false;
    return true;
}

static void reason_check(const struct study *study, enum stage_id id, uint64_t i)
{
    struct error reason = { "" };
    union columns columns;
    int8_t status;

    columns_alloc(id, 1, &columns);
    stages[id].evaluate(study, (struct range){ i, 1 }, &columns, &status, &reason);
    if (!reason.text[0] || status != study->statuses[id][i]) {
        point_tell(study, id, i, "no reason for a row");
        CU_FAIL("a row that is not done has no reason");
    }
    columns_free(id, &columns);
}

static void round_check(const struct study *study, struct tally *tally)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        size_t asked = 0;

        if (!(study->stages >> id & 1))
            continue;
        for (uint64_t i = 0; i < study->grids[id].points; i++) {
            int8_t status = study->statuses[id][i];

            tally->points[id]++;
            CU_ASSERT(status == POINT_DONE || status == POINT_INFEASIBLE ||
                      status == POINT_FAILED || status == POINT_EXCLUDED);
            if (status == POINT_DONE) {
                tally->done[id]++;
                row_check(study, id, i);
            } else if (status != POINT_EXCLUDED && has_inputs(study, id, i) &&
                       asked++ < REASONS_ASKED) {
                tally->reasons++;
                reason_check(study, id, i);
            }
        }
    }
}

/* Draw until a sweep is affordable, evaluate it. */
static void round_run(enum stage_id stage, size_t many, uint64_t *state,
                      struct tally *tally)
{
    struct error err = { "" };

    for (int tries = 0; tries < 25; tries++) {
        struct sweep sweep;
        struct study study = { 0 };
        enum status status = sweep_draw(stage, many, state, &sweep, &err);
        bool is_run = false;

        if (status != STATUS_OK)
            printf("\n    %s\n", err.text);
        CU_ASSERT_EQUAL_FATAL(status, STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                              STATUS_OK);
        if (estimate_s(&study) < round_s_max) {
            study_evaluate(&study, NULL);
            round_check(&study, tally);
            is_run = true;
        }
        study_free(&study);
        sweep_free(&sweep);
        if (is_run)
            return;
    }
}

static void done_rows_hold_numbers_and_others_have_a_reason(void)
{
    struct tally tally = { 0 };
    const char *asked = getenv("HONESTY_ROWS");
    uint64_t wanted = asked ? strtoull(asked, NULL, 10) : 0, state = 20260731;
    uint64_t points = 0, done = 0;

    for (int round = 0; round < 8 || points < POINTS_LEAST || done < wanted; round++) {
        for (enum stage_id id = 0; id < STAGE_COUNT; id++)
            round_run(id, asked ? VALUES_MAX : 4, &state, &tally);
        points = done = 0;
        for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
            points += tally.points[id];
            done += tally.done[id];
        }
    }
    printf("\n");
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        printf("    %-12s %8" PRIu64 " points, %8" PRIu64 " done\n", stages[id].name,
               tally.points[id], tally.done[id]);
    CU_ASSERT(tally.done[STAGE_ARRAY] > 0 && tally.done[STAGE_REUSE] > 0);
    CU_ASSERT(tally.done[STAGE_BUFFERS] > 0 && tally.done[STAGE_MAPPING] > 0);
}

/* ---- directions that physics fixes */

enum { STEPS = 6 };

/* Evaluate one stage of "settings" plus a list of STEPS values along one axis; values[i] is
 * NaN where a point is not done. */
static void column_along(const char *const *settings, size_t count, enum stage_id stage,
                         const char *metric, double *values)
{
    struct sweep sweep;
    struct study study = { 0 };
    struct error err = { "" };
    size_t m = 0;

    CU_ASSERT_EQUAL_FATAL(
        sweep_from_settings(settings, count, shipped_library(), &sweep, &err),
        STATUS_OK);
    sweep.stages = 1u << stage;
    CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                          STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(study.grids[stage].points, STEPS);
    study_evaluate(&study, NULL);
    while (strcmp(stages[stage].metrics[m].name, metric) != 0)
        m++;
    for (size_t i = 0; i < STEPS; i++)
        values[i] = study.statuses[stage][i] == POINT_DONE
                        ? ((double *)study.results[stage].column[m])[i]
                        : NAN;
    study_free(&study);
    sweep_free(&sweep);
}

/* Does the sequence never fall (sign 1) or rise (-1), points that are not done passed over?
 * Returns how many steps were compared. */
static size_t direction_check(const double *values, double sign, const char *what)
{
    double last = NAN;
    size_t compared = 0;

    for (size_t i = 0; i < STEPS; i++) {
        if (isnan(values[i]))
            continue;
        if (!isnan(last)) {
            compared++;
            CU_ASSERT(sign * values[i] >= sign * last);
            if (!(sign * values[i] >= sign * last))
                printf("\n    %s: %.17g after %.17g\n", what, values[i], last);
        }
        last = values[i];
    }
    return compared;
}

static const char *technology_draw(uint64_t *state)
{
    const struct shelf *shelf = &shipped_library()->shelves[SHELF_TECHNOLOGY];

    return ((struct record *)shelf->records[draw_below(state, shelf->count)])->name;
}

static void larger_memories_are_never_smaller(void)
{
    static const char *const nodes[] = { "node=45 nm", "node=22 nm", "node=16 nm" };
    uint64_t state = 31;
    size_t compared = 0;

    for (int round = 0; round < 8; round++) {
        char technology[96], capacities[160];
        double first = exp2(14 + floor(10 * draw(&state))), areas[STEPS];
        const char *settings[] = { technology, capacities, "target=area",
                                   nodes[draw_below(&state, 3)] };

        snprintf(technology, sizeof technology, "technology=%s",
                 technology_draw(&state));
        snprintf(capacities, sizeof capacities,
                 "capacity=%.0f,%.0f,%.0f,%.0f,%.0f,%.0f", first, 2 * first, 3 * first,
                 4 * first, 8 * first, 16 * first);
        column_along(settings, 4, STAGE_ARRAY, "area_m2", areas);
        compared += direction_check(areas, 1, technology);
    }
    CU_ASSERT(compared > 0);
    printf("\n    %zu pairs of capacities compared\n", compared);
}

/* Area does not depend on temperature, so that one organization is compared. */
static void hotter_sram_never_leaks_less(void)
{
    static const char *const nodes[] = { "node=45 nm", "node=22 nm", "node=16 nm",
                                         "node=7 nm" };
    size_t compared = 0;

    for (size_t n = 0; n < sizeof nodes / sizeof *nodes; n++) {
        const char *settings[] = { "technology=sram", nodes[n], "capacity=1 MiB",
                                   "target=area",
                                   "temperature=233.15,270,300,330,350,400" };
        double leakages[STEPS];

        column_along(settings, 5, STAGE_ARRAY, "leakage_w", leakages);
        compared += direction_check(leakages, 1, nodes[n]);
    }
    CU_ASSERT(compared >= 15);
}

static void larger_caches_never_miss_more(void)
{
    static const char *const workloads[] = { "workload=alexnet", "workload=squeezenet",
                                             "workload=resnet18" };
    static const char *const phases[] = { "phase=inference", "phase=training" };
    size_t compared = 0;

    for (int i = 0; i < 6; i++) {
        const char *settings[] = { workloads[i / 2], phases[i % 2],
                                   "platform=gtx-1080-ti",
                                   "capacity=100 KiB,1 MiB,3 MiB,7 MiB,32 MiB,1 GiB" };
        double misses[STEPS];

        column_along(settings, 4, STAGE_TRAFFIC, "llc_misses", misses);
        compared += direction_check(misses, -1, workloads[i / 2]);
    }
    CU_ASSERT_EQUAL(compared, 6 * (STEPS - 1));
}

SUITE(honesty, TEST(done_rows_hold_numbers_and_others_have_a_reason),
      TEST(larger_memories_are_never_smaller), TEST(hotter_sram_never_leaks_less),
      TEST(larger_caches_never_miss_more));
