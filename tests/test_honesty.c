/* Random sweeps over the whole valid range of every axis, through all stages: a row that
 * is done holds numbers, one that is not has a reason, and a stage depends on the axes it
 * declares only.  HONESTY_ROWS asks for so many done rows. */
#include "base/path.h"
#include "drawing.h"
#include "unit.h"

#include "base/memory.h"

/* A round that would take longer than this by the stages' own estimates is drawn anew. */
static const double round_s_max = 0.06;

enum { REASONS_ASKED = 20, SAMPLES_MOST = 15, TRIES = 25 };

struct tally {
    uint64_t points[STAGE_COUNT], done[STAGE_COUNT], reasons;
};

/* NaN are levels that an accelerator does not have, and what a metric's own description
 * says; nothing else is. */
static void row_check(const struct study *study, enum stage_id id, uint64_t i)
{
    static bool is_told[STAGE_COUNT][COLUMNS_MAX]; /* one example of each */

    for (size_t m = 0; m < stages[id]->metric_count; m++) {
        const struct metric *metric = &stages[id]->metrics[m];
        const double *column = study->results[id].column[m];
        uint64_t inner = inners[metric->inner].count;
        bool may_be_nan = metric->inner == INNER_LEVEL ||
                          strstr(metric->meaning, "NaN");
        bool may_be_infinite = strstr(metric->meaning, "infinite");

        for (uint64_t k = 0; metric->kind == COLUMN_NUMBER && k < inner; k++)
            if (!isfinite(column[i * inner + k]) &&
                !(isnan(column[i * inner + k]) ? may_be_nan : may_be_infinite)) {
                if (!is_told[id][m]) {
                    point_tell(study, id, i, metric->name);
                    CU_FAIL("a done row holds what is no number");
                }
                is_told[id][m] = true;
            }
    }
}

/* Are all points done that this one is computed from?  Sensitivities look at samples that
 * need not be. */
static bool has_inputs(const struct study *study, enum stage_id id, uint64_t i)
{
    if (id == STAGE_SENSITIVITY)
        return true;
    for (enum stage_id input = 0; input < id; input++) {
        uint64_t at;

        if (!(stage_inputs(study->sweep, id) >> input & 1))
            continue;
        at = grid_project(&study->grids[id], i, &study->grids[input]);
        if (at != UINT64_MAX && study->statuses[input][at] != POINT_DONE)
            return false; /* UINT64_MAX: its machine takes no part there */
    }
    return true;
}

static void reason_check(const struct study *study, enum stage_id id, uint64_t i)
{
    struct error reason = { "" };
    struct columns columns;
    int8_t status;

    columns_alloc(id, 1, &columns);
    stages[id]->evaluate(study, (struct range){ i, 1 }, &columns, &status, &reason);
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

/* ---- drawing */

/* The sensitivity stage needs samples of a spread that its objective depends on; what
 * that is, is drawn.  Others are sampled now and then. */
static void samples_choose(enum stage_id stage, struct draft *draft, uint64_t *state)
{
    bool is_asked = stage == STAGE_SENSITIVITY || stage == STAGE_SAMPLES;

    if (is_asked)
        draft_sample(draft, 2 + (unsigned)draw_below(state, SAMPLES_MOST - 1), state);
    else if (draw(state) < 0.1)
        draft_sample(draft, 2, state);
}

/* The need stage answers a question that is no axis: tests/run_need.py draws those. */
static bool is_drawn(enum stage_id stage)
{
    return stage != STAGE_NEED;
}

static struct objective objective_draw(uint64_t *state)
{
    for (;;) { /* some stages have no scalar number */
        enum stage_id stage = (enum stage_id)draw_below(state, STAGE_SAMPLES);
        size_t m = draw_below(state, stages[stage]->metric_count);
        const struct metric *metric = &stages[stage]->metrics[m];

        if (is_drawn(stage) && metric->kind == COLUMN_NUMBER &&
            metric->inner == INNER_SCALAR)
            return (struct objective){ .stage = (int)stage, .metric = m };
    }
}

static void stage_draw(enum stage_id stage, size_t many, struct draft *draft,
                       uint64_t *state)
{
    draft->objective = objective_draw(state);
    draft_begin(draft, STAGE_BIT(stage));
    draft_all(draft, many, state);
    samples_choose(stage, draft, state);
}

/* Is the sweep worth a round: affordable, and do samples change what is looked at? */
static bool is_worth(const struct study *study, enum stage_id stage)
{
    const struct sweep *sweep = study->sweep;

    return estimate_s(study) < round_s_max &&
           (stage != STAGE_SENSITIVITY ||
            stage_axes(sweep, (enum stage_id)sweep->objective.stage) &
                AXIS_BIT(sample));
}

static void round_run(enum stage_id stage, size_t many, uint64_t *state,
                      struct tally *tally)
{
    static struct draft draft;

    for (int tries = 0; tries < TRIES && is_drawn(stage); tries++) {
        struct sweep sweep;
        struct study study = { 0 };
        bool is_run;

        stage_draw(stage, many, &draft, state);
        draft_sweep(&draft, &sweep);
        draft_study(&sweep, &study);
        is_run = is_worth(&study, stage);
        if (is_run) {
            study_evaluate(&study, NULL);
            round_check(&study, tally);
        }
        study_free(&study);
        sweep_free(&sweep);
        if (is_run)
            return;
    }
}

/* ---- how many rows */

/* Rows that stages should have of `wanted` in all: most of those where much follows from
 * one search or simulation. */
static uint64_t share_of(enum stage_id id, uint64_t wanted)
{
    switch (id) {
    case STAGE_NEED: return 0;
    case STAGE_GENERATION:
        return 0; /* few machines and networks have rows: test_blocks */
    case STAGE_TRAINING_RUN:
    case STAGE_ACCURACY:
        return 0; /* learn data of packages for seconds: test_learning */
    case STAGE_APPROXIMATION:
        return 0; /* few machines have networks for functions: test_approximation */
    case STAGE_GPU:
    case STAGE_CHIP:
    case STAGE_FOOTPRINT:
    case STAGE_CARBON:
    case STAGE_EDGE:
    case STAGE_VIDEO_ANALYSIS:
    case STAGE_OPERATIONS:
    case STAGE_CROSSBAR_CHIP:
    case STAGE_MACHINES: return wanted / 9 + 1;
    case STAGE_RELIABILITY:
    case STAGE_HDC_TEXTS: return wanted / 100 + 1;
    default: return wanted / 400 + 1;
    }
}

/* The stage that lacks most of its share, or STAGE_COUNT. */
static enum stage_id neediest(const struct tally *tally, uint64_t wanted)
{
    enum stage_id found = STAGE_COUNT;
    double least = 1;

    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        double has = (double)tally->done[id] / (double)share_of(id, wanted);

        if (has < least) {
            least = has;
            found = id;
        }
    }
    return found;
}

static void done_rows_hold_numbers_and_others_have_a_reason(void)
{
    struct tally tally = { 0 };
    const char *asked = getenv("HONESTY_ROWS");
    uint64_t wanted = asked ? strtoull(asked, NULL, 10) : 3000, state = 20260731;
    size_t many = asked ? DRAWN_VALUES_MAX : 4;
    uint64_t points = 0, done = 0;
    enum stage_id id;

    for (int round = 0; round < (asked ? 4 : 2); round++)
        for (id = 0; id < STAGE_COUNT; id++)
            round_run(id, many, &state, &tally);
    while ((id = neediest(&tally, wanted)) != STAGE_COUNT)
        round_run(id, many, &state, &tally);
    printf("\n");
    for (id = 0; id < STAGE_COUNT; id++) {
        points += tally.points[id];
        done += tally.done[id];
        printf("    %-16s %8" PRIu64 " points, %8" PRIu64 " done\n", stages[id]->name,
               tally.points[id], tally.done[id]);
        CU_ASSERT(tally.done[id] >= share_of(id, wanted));
    }
    printf("    %-16s %8" PRIu64 " points, %8" PRIu64 " done, %" PRIu64
           " reasons asked for\n",
           "all", points, done, tally.reasons);
    CU_ASSERT(done >= wanted);
}

/* ---- what a stage depends on */

/* Are the stage's columns of both studies the same, bit by bit? */
static bool same_columns(const struct study *a, const struct study *b, enum stage_id id)
{
    uint64_t points = a->grids[id].points;

    for (size_t m = 0; m < stages[id]->metric_count; m++)
        if (memcmp(a->results[id].column[m], b->results[id].column[m],
                   points * metric_point_bytes(&stages[id]->metrics[m])) != 0)
            return false;
    return memcmp(a->statuses[id], b->statuses[id], points) == 0;
}

/* Both sweeps have been drawn: stages without the axis must have the same results. */
static uint64_t others_compare(struct sweep sweeps[2], struct study studies[2],
                               enum axis_id axis, enum stage_id stage)
{
    bool is_cheap = estimate_s(&studies[0]) < round_s_max &&
                    estimate_s(&studies[1]) < round_s_max;
    uint64_t compared = 0;

    for (int s = 0; s < 2 && is_cheap; s++)
        study_evaluate(&studies[s], NULL);
    for (enum stage_id id = 0; id < STAGE_COUNT && is_cheap; id++) {
        if (!(studies[0].stages >> id & 1) || studies[0].grids[id].axes >> axis & 1)
            continue;
        compared++;
        CU_ASSERT(same_columns(&studies[0], &studies[1], id));
        if (!same_columns(&studies[0], &studies[1], id))
            printf("\n    %s (drawn for %s) depends on %s\n", stages[id]->name,
                   stages[stage]->name, space_axis(&sweeps[0].space, axis)->key);
    }
    for (int s = 0; s < 2; s++) {
        study_free(&studies[s]);
        sweep_free(&sweeps[s]);
    }
    return compared;
}

/* The same sweep with another value on one axis: stages that do not declare it must not
 * see it, or a list of its values would give one of them the results of another. */
static uint64_t undeclared_check(struct draft *draft, enum stage_id stage,
                                 uint64_t *state)
{
    enum axis_id axis = (enum axis_id)draw_below(state, AXES_NAMED);
    struct sweep sweeps[2];
    struct study studies[2] = { { 0 } };

    for (int s = 0; s < 2; s++) {
        draft->axes |= (axis_mask)1 << axis;
        draft_draw(draft, axis, 1, 0, state);
        draft_sweep(draft, &sweeps[s]);
        draft_study(&sweeps[s], &studies[s]);
    }
    return others_compare(sweeps, studies, axis, stage);
}

/* A number of the record, of one of its lists perhaps, that is not 0; false if none was met. */
static bool field_draw(const struct schema *schema, const void *record, char path[128],
                       const struct field **field, uint64_t *state)
{
    for (int tries = 0; tries < 50; tries++) {
        const struct field *drawn =
            &schema->fields[draw_below(state, schema->field_count)];
        struct error why;

        if (drawn->kind == KIND_LIST)
            snprintf(
                path, 128, "%s.%s", drawn->name,
                drawn->element->fields[draw_below(state, drawn->element->field_count)]
                    .name);
        else
            snprintf(path, 128, "%s", drawn->name);
        if (strncmp(path, "dram_latency_s", 14) != 0 && /* serial time bases only */
            strncmp(path, "dram_parallelism", 16) != 0 &&
            path_find_number(schema, path, field, &why) == STATUS_OK &&
            path_value(schema, record, path) != 0 &&
            path_count(schema, record, path) == 1)
            return true;
    }
    return false;
}

/* A field of the drawn machine or technology at two values: stages that are not said to read
 * it must not see it. */
static uint64_t unread_field_check(struct draft *draft, enum stage_id stage,
                                   uint64_t *state)
{
    static const struct {
        enum axis_id axis;
        enum record_table_id table;
    } kinds[] = { { AXIS_machine, RECORDS_MACHINE },
                  { AXIS_technology, RECORDS_TECHNOLOGY } };
    size_t kind = draw_below(state, 2);
    const struct record *record = NULL;
    const struct schema *schema;
    const struct field *field;
    struct sweep sweeps[2];
    struct study studies[2] = { { 0 } };
    char path[128];

    draft->values[kinds[kind].axis][strcspn(draft->values[kinds[kind].axis], ",")] =
        '\0';
    if (draft->values[kinds[kind].axis][0])
        record = library_find(shipped_library(), kinds[kind].table,
                              draft->values[kinds[kind].axis]);
    if (!record)
        return 0;
    schema = schema_of(record_table_schemas[kinds[kind].table], record);
    if (!field_draw(schema, record, path, &field, state))
        return 0;
    for (int s = 0; s < 2; s++) {
        double value = path_value(schema, record, path) * (s ? 2 : 1);

        snprintf(draft->field, sizeof draft->field, "%s.%s=%.17g",
                 record_table_schemas[kinds[kind].table]->kind, path,
                 fmin(value, field->max));
        draft_sweep(draft, &sweeps[s]);
        draft_study(&sweeps[s], &studies[s]);
    }
    draft->field[0] = '\0';
    return others_compare(sweeps, studies, (enum axis_id)AXES_NAMED, stage);
}

static void stages_depend_on_the_fields_they_read_only(void)
{
    static struct draft draft;
    uint64_t state = 11, compared = 0;
    int rounds = getenv("HONESTY_ROWS") ? 400 : 24;

    for (int round = 0; round < rounds; round++)
        for (enum stage_id id = 0; id < STAGE_SENSITIVITY; id++) {
            if (!is_drawn(id))
                continue;
            stage_draw(id, 1, &draft, &state);
            compared += unread_field_check(&draft, id, &state);
        }
    printf("\n    %" PRIu64 " stages compared\n", compared);
    CU_ASSERT(compared > 100);
}

static void stages_depend_on_the_axes_they_declare_only(void)
{
    static struct draft draft;
    uint64_t state = 7, compared = 0;
    int rounds = getenv("HONESTY_ROWS") ? 120 : 12;

    for (int round = 0; round < rounds; round++)
        for (enum stage_id id = 0; id < STAGE_SENSITIVITY; id++) {
            if (!is_drawn(id))
                continue;
            stage_draw(id, 1, &draft, &state);
            compared += undeclared_check(&draft, id, &state);
        }
    printf("\n    %" PRIu64 " stages compared\n", compared);
    CU_ASSERT(compared > 200);
}

SUITE(honesty, TEST(done_rows_hold_numbers_and_others_have_a_reason),
      TEST(stages_depend_on_the_axes_they_declare_only),
      TEST(stages_depend_on_the_fields_they_read_only));
