/* Directions and identities that physics fixes, over random points: tests/monotone.h lists
 * them.  MONOTONE_ROUNDS asks for so many rounds of each, and more to compare. */
#include "drawing.h"
#include "monotone.h"
#include "unit.h"

#include "columns/array.h"
#include "stage/axes.h"

#include <time.h>

/* A round that would take longer than this by the stages' own estimates is drawn anew. */
static const double round_s_max = 0.02;

/* Values that must not fall may, by what sums in another order lose. */
static const double rounding = 1e-12;

enum {
    COMPARED_LEAST = 200, /* of every property, or it says nothing */
    COMPARED_SAMPLE = 40, /* the same in `make test` */
    ROUNDS_MOST = 600,    /* to get there */
    ROUNDS_LEAST = 6,
    TRIES = 50,
    STEPS_MOST = 8,
    TOLD_MOST = 3
};

/* ---- drawing along an axis */

/* Steps along axes that only arithmetic depends on cost little. */
static size_t steps_of(const struct along *along)
{
    static const stage_mask searching = STAGE_BIT(STAGE_ARRAY) |
                                        STAGE_BIT(STAGE_REUSE) |
                                        STAGE_BIT(STAGE_BUFFERS) |
                                        STAGE_BIT(STAGE_MAPPING) |
                                        STAGE_BIT(STAGE_ENGINES) |
                                        STAGE_BIT(STAGE_HDC_MEMORY);

    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        if (searching >> id & 1 &&
            (along->field || stage_declared_axes((enum stage_id)id) >> along->axis & 1))
            return 4;
    return STEPS_MOST;
}

/* What is drawn of; a field's range is the table's. */
static struct axis_spec spec_of(const struct along *along)
{
    if (!along->field)
        return axis_specs[along->axis];
    return (struct axis_spec){ .kind = along->is_count ? AXIS_COUNT : AXIS_NUMBER,
                               .key = along->field,
                               .units = strstr(along->field, ".bytes") ? "byte" : "1",
                               .min = along->least,
                               .max = along->most };
}

static void values_put(const struct along *along, struct draft *draft, const char *text)
{
    if (along->field)
        snprintf(draft->field, sizeof draft->field, "%s=%s", along->field, text);
    else
        draft_set(draft, along->axis, text);
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Ascending values, decades apart or next to each other. */
static void numbers_draw(const struct along *along, struct draft *draft,
                         uint64_t *state)
{
    const struct axis_spec of = spec_of(along), *spec = &of;
    bool is_count = spec->kind == AXIS_COUNT, are_near = draw(state) < 0.5;
    bool are_bytes = strcmp(spec->units, "byte") == 0;
    double most = along->most > 0 ? along->most : spec->max;
    double least = along->least > 0 ? along->least
                   : spec->min > 0  ? spec->min
                   : is_count       ? 1
                                    : most * 1e-9;
    double values[STEPS_MOST];
    char text[DRAWN_BYTES];
    size_t used = 0, steps = steps_of(along);

    for (size_t i = 0; i < steps; i++) {
        double last = i ? values[i - 1] : 0;

        if (i > 0 && along->doubles)
            values[i] = 2 * last;
        else if (!are_near || i == 0)
            values[i] = draw_decades(least, most, state);
        else if (are_bytes)
            values[i] = values[0] * (double)(i + 1);
        else
            values[i] = is_count ? last + 1 : last * (1 + 0.1 * draw(state));
        if (are_bytes && i == 0)
            values[i] = exp2(floor(log2(values[i]))) *
                        (double)(along->doubles ? 1 + 2 * draw_below(state, 4) : 1);
        if (are_bytes && !are_near && !along->doubles)
            values[i] = exp2(floor(log2(values[i])));
        values[i] = fmin(is_count ? floor(values[i]) : values[i], most);
    }
    qsort(values, steps, sizeof *values, by_size);
    for (size_t i = 0; i < steps; i++)
        if (i == 0 || (values[i] > values[i - 1] &&
                       (!along->doubles || values[i] == 2 * values[i - 1])))
            used += (size_t)snprintf(text + used, sizeof text - used,
                                     is_count ? "%s%.0f" : "%s%.17g", used ? "," : "",
                                     values[i]);
    values_put(along, draft, text);
}

/* Records ascending by what the table orders them by. */
static void records_draw(const struct along *along, struct draft *draft,
                         uint64_t *state)
{
    const struct record *records[STEPS_MOST];
    char text[DRAWN_BYTES];
    size_t used = 0, count = 0;

    while (count < STEPS_MOST) {
        const struct record *record = draw_record(axis_specs[along->axis].table, state);
        size_t at = count++;

        while (at > 0 && along->order(records[at - 1]) > along->order(record)) {
            records[at] = records[at - 1];
            at--;
        }
        records[at] = record;
    }
    for (size_t i = 0; i < count; i++)
        if (i == 0 || along->order(records[i]) > along->order(records[i - 1]))
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
                                     used ? "," : "", records[i]->name);
    draft_set(draft, along->axis, text);
}

static void along_draw(const struct along *along, struct draft *draft, uint64_t *state)
{
    enum stage_id stage;

    metric_find("gpu/edp_js", NULL, STAGES_ALL, &stage, &draft->objective.metric, NULL);
    draft->objective.stage = (int)stage;
    draft_begin(draft, STAGE_BIT(along->stage));
    CU_ASSERT_FATAL(along->field || draft->axes >> along->axis & 1);
    draft_all(draft, 2, state);
    for (enum axis_id axis = 0; axis < AXES_NAMED;
         axis++) /* one value of what is dear */
        if (AXIS_BIT(technology) >> axis & 1 || AXIS_BIT(temperature_k) >> axis & 1 ||
            AXIS_BIT(capacity_bytes) >> axis & 1)
            draft->values[axis][strcspn(draft->values[axis], ",")] = '\0';
    if (along->values)
        values_put(along, draft, along->values);
    else if (!along->field && axis_specs[along->axis].kind == AXIS_RECORD)
        records_draw(along, draft, state);
    else
        numbers_draw(along, draft, state);
    if (along->settings)
        draft_settings(draft, along->settings, state);
}

/* ---- comparing neighbours */

struct comparison {
    const struct along *along;
    size_t metric;
    char direction; /* '+' never falls, '-' never rises, '=' stays */
    uint64_t compared, broken;
};

static const double *numbers_of(const struct study *study, enum stage_id stage,
                                size_t metric, uint64_t i, double *buffer)
{
    const struct metric *m = &stages[stage]->metrics[metric];
    const void *column = study->results[stage].column[metric];

    if (m->kind == COLUMN_NUMBER)
        return (const double *)column + i * inners[m->inner].count;
    for (uint64_t k = 0; k < inners[m->inner].count; k++)
        buffer[k] = (double)((const uint64_t *)column)[i * inners[m->inner].count + k];
    return buffer;
}

static bool is_kept(char direction, double before, double after)
{
    double slack = rounding * fmax(fabs(before), fabs(after));

    return before == after || /* infinite ones as well */
           ((direction == '-' || after >= before - slack) &&
            (direction == '+' || after <= before + slack));
}

static void break_tell(const struct study *study, const struct comparison *c,
                       uint64_t i, uint64_t j, double before, double after)
{
    const struct along *along = c->along;
    char what[256];

    snprintf(what, sizeof what, "%s %c along %s (%s): from %.17g",
             stages[along->stage]->metrics[c->metric].name, c->direction,
             spec_of(along).key, along->why, before);
    point_tell(study, along->stage, i, what);
    snprintf(what, sizeof what, "to %.17g", after);
    point_tell(study, along->stage, j, what);
}

static void neighbours_compare(const struct study *study, struct comparison *c,
                               uint64_t before, uint64_t after)
{
    enum stage_id stage = c->along->stage;
    double buffers[2][512];
    const double *a = numbers_of(study, stage, c->metric, before, buffers[0]);
    const double *b = numbers_of(study, stage, c->metric, after, buffers[1]);
    uint64_t count = inners[stages[stage]->metrics[c->metric].inner].count;

    for (uint64_t k = 0; k < count; k++) {
        if (isnan(a[k]) || isnan(b[k]))
            continue;
        c->compared++;
        if (is_kept(c->direction, a[k], b[k]))
            continue;
        if (c->broken++ < TOLD_MOST)
            break_tell(study, c, before, after, a[k], b[k]);
    }
}

/* Is the array of both points the same organization? */
static bool same_organization(const struct study *study, enum stage_id stage,
                              uint64_t before, uint64_t after)
{
    const struct array_columns a = array_columns(&study->results[STAGE_ARRAY]);
    uint64_t m = grid_project(&study->grids[stage], before, &study->grids[STAGE_ARRAY]);
    uint64_t n = grid_project(&study->grids[stage], after, &study->grids[STAGE_ARRAY]);

    return a.banks[m] == a.banks[n] && a.bank_rows[m] == a.bank_rows[n] &&
           a.bank_columns[m] == a.bank_columns[n] && a.mat_rows[m] == a.mat_rows[n] &&
           a.mat_columns[m] == a.mat_columns[n] &&
           a.subarray_rows[m] == a.subarray_rows[n] &&
           a.subarray_columns[m] == a.subarray_columns[n] &&
           a.column_mux[m] == a.column_mux[n];
}

static bool holds_at(const struct study *study, const struct along *along, uint64_t i)
{
    struct point point;

    grid_point(&study->grids[along->stage], &study->sweep->space, i, &point);
    return study->statuses[along->stage][i] == POINT_DONE &&
           (!along->holds || along->holds(&point));
}

/* How far apart neighbours along the axis lie in the stage's grid; 0: it has one value. */
static uint64_t stride_of(const struct study *study, const struct along *along,
                          uint64_t *size)
{
    const struct grid *grid = &study->grids[along->stage];

    CU_ASSERT(grid->axes >> along->axis & 1); /* or the stage cannot depend on it */
    for (size_t d = 0; d < grid->dimension_count; d++)
        if (study->sweep->space.dimensions[grid->dimensions[d]].axes[0] ==
            along->axis) {
            *size = grid->sizes[d];
            return grid->strides[d];
        }
    return 0;
}

static void along_compare(const struct study *study, struct comparison *comparisons,
                          size_t count)
{
    const struct along *along = comparisons->along;
    uint64_t size = 1, stride = stride_of(study, along, &size);

    for (uint64_t i = 0; stride && i < study->grids[along->stage].points; i++) {
        if (i / stride % size == 0 || !holds_at(study, along, i) ||
            !holds_at(study, along, i - stride) ||
            (along->one_organization &&
             !same_organization(study, along->stage, i - stride, i)))
            continue;
        for (size_t c = 0; c < count; c++)
            neighbours_compare(study, &comparisons[c], i - stride, i);
    }
}

/* ---- identities and bounds */

/* "a", "2", "a * b / c + d": metrics of the stage or those it reads, axes, numbers;
 * "sum:a" is the sum along an extra dimension.  NaN if one of them is not known. */
static double term_value(const struct study *study, enum stage_id stage, uint64_t i,
                         const char *word)
{
    bool is_sum = strncmp(word, "sum:", 4) == 0;
    const char *name = is_sum ? word + 4 : word;
    double buffer[512], sum = 0;
    enum axis_id axis = axis_find(name);
    enum stage_id of;
    size_t metric;
    char *end;
    double number = strtod(name, &end);

    if (*end == '\0')
        return number;
    if (metric_find(name, NULL, STAGE_BIT(stage), &of, &metric, NULL) == STATUS_OK ||
        metric_find(name, NULL, stages[stage]->inputs, &of, &metric, NULL) ==
            STATUS_OK) {
        const struct metric *m = &stages[of]->metrics[metric];
        uint64_t at = grid_project(&study->grids[stage], i, &study->grids[of]);
        const double *values = numbers_of(study, of, metric, at, buffer);

        CU_ASSERT_FATAL(of == stage || stages[stage]->inputs >> of & 1);
        CU_ASSERT_FATAL(is_sum == (m->inner != INNER_SCALAR));
        for (uint64_t k = 0; k < inners[m->inner].count; k++)
            sum += is_sum && isnan(values[k]) ? 0 : values[k];
        return sum;
    }
    CU_ASSERT_FATAL(axis != AXES);

    struct point point;

    grid_point(&study->grids[stage], &study->sweep->space, i, &point);
    return axis_specs[axis].kind == AXIS_COUNT ? (double)point_get(&point, axis).count
                                               : point_get(&point, axis).number;
}

/* Products first; words alternate with operators, the end is NULL or a comparison. */
static double side_value(const struct study *study, enum stage_id stage, uint64_t i,
                         char **words, size_t *at)
{
    double sum = 0, product = term_value(study, stage, i, words[(*at)++]);

    for (; words[*at] && !strpbrk(words[*at], "<>="); *at += 2) {
        double term = term_value(study, stage, i, words[*at + 1]);

        switch (words[*at][0]) {
        case '*': product *= term; break;
        case '/': product /= term; break;
        default: sum += product; product = words[*at][0] == '-' ? -term : term;
        }
    }
    return sum + product;
}

struct claim {
    const struct law *law;
    const char *time_base; /* "roofline:", "serial:" or NULL */
    char text[256], *words[32];
    uint64_t checked, broken;
};

static void claim_parse(const struct law *law, struct claim *claim)
{
    char *rest = claim->text;
    size_t count = 0;

    claim->law = law;
    snprintf(claim->text, sizeof claim->text, "%s", law->text);
    if (strstr(rest, ": "))
        claim->time_base = strsep(&rest, " ");
    while ((claim->words[count] = strsep(&rest, " ")))
        count++;
}

/* Does the point have the claim's time base? */
static bool has_time_base(const struct study *study, const struct claim *claim,
                          uint64_t i)
{
    struct point point;

    grid_point(&study->grids[claim->law->stage], &study->sweep->space, i, &point);
    return !claim->time_base ||
           (point.time_base == TIME_ROOFLINE) == (claim->time_base[0] == 'r');
}

/* Sums of many addends lose some digits. */
static void claim_check(const struct study *study, struct claim *claim, uint64_t i)
{
    enum stage_id stage = claim->law->stage;
    size_t at = 0;
    double left, right, slack;
    const char *relation;

    if (!has_time_base(study, claim, i))
        return;
    left = side_value(study, stage, i, claim->words, &at);
    relation = claim->words[at++];
    right = side_value(study, stage, i, claim->words, &at);
    if (isnan(left) || isnan(right))
        return;
    claim->checked++;
    slack = 1e-9 * fmax(fabs(left), fabs(right));
    if (left == right || ((*relation == '<' || left >= right - slack) &&
                          (*relation == '>' || left <= right + slack)))
        return;
    if (claim->broken++ < TOLD_MOST) {
        char what[400];

        snprintf(what, sizeof what, "%s: %.17g, %.17g", claim->law->text, left, right);
        point_tell(study, stage, i, what);
    }
}

enum { LAWS = sizeof laws / sizeof *laws, ALONGS = sizeof alongs / sizeof *alongs };
static struct claim claims[LAWS];

static void claims_check(const struct study *study)
{
    for (size_t c = 0; c < LAWS; c++) {
        enum stage_id stage = claims[c].law->stage;

        if (!(study->stages >> stage & 1))
            continue;
        for (uint64_t i = 0; i < study->grids[stage].points; i++)
            if (study->statuses[stage][i] == POINT_DONE)
                claim_check(study, &claims[c], i);
    }
}

/* ---- campaigns */

static uint64_t rounds_asked(void)
{
    const char *asked = getenv("MONOTONE_ROUNDS");

    return asked ? strtoull(asked, NULL, 10) : 0;
}

static uint64_t wanted_least(void)
{
    return rounds_asked() ? COMPARED_LEAST : COMPARED_SAMPLE;
}

/* One sweep that is affordable, evaluated; false if none is found. */
static bool round_study(const struct along *along, struct sweep *sweep,
                        struct study *study, uint64_t *state)
{
    static struct draft draft;

    for (int tries = 0; tries < TRIES; tries++) {
        along_draw(along, &draft, state);
        draft_sweep(&draft, sweep);
        draft_study(sweep, study);
        if (estimate_s(study) < fmax(along->round_s, round_s_max)) {
            study_evaluate(study, NULL);
            return true;
        }
        study_free(study);
        sweep_free(sweep);
    }
    return false;
}

/* "+edp_js -miss_ratio": how many. */
static size_t comparisons_make(const struct along *along, struct comparison *made,
                               size_t most)
{
    char copy[512], *rest = copy, *word;
    size_t count = 0;

    snprintf(copy, sizeof copy, "%s", along->metrics);
    while ((word = strsep(&rest, " "))) {
        struct comparison *c = &made[count++];
        enum stage_id stage;

        CU_ASSERT_FATAL(count <= most);
        *c = (struct comparison){ .along = along, .direction = word[0] };
        CU_ASSERT_FATAL(metric_find(word + 1, NULL, STAGE_BIT(along->stage), &stage,
                                    &c->metric, NULL) == STATUS_OK);
    }
    return count;
}

static uint64_t least_compared(const struct comparison *comparisons, size_t count)
{
    uint64_t least = UINT64_MAX;

    for (size_t c = 0; c < count; c++)
        least = comparisons[c].compared < least ? comparisons[c].compared : least;
    return least;
}

/* Draw along one axis until all its properties are compared often enough. */
static void along_run(const struct along *along, uint64_t *state, uint64_t *properties,
                      uint64_t *compared)
{
    struct comparison comparisons[24];
    size_t count = comparisons_make(along, comparisons, 24);
    uint64_t rounds = 0, done = 0, wanted = rounds_asked();

    while (done < ROUNDS_LEAST || rounds < wanted ||
           least_compared(comparisons, count) < wanted_least()) {
        if (rounds >= ROUNDS_MOST && rounds >= wanted)
            break;
        struct sweep sweep;
        struct study study = { 0 };

        rounds++;
        if (!round_study(along, &sweep, &study, state))
            continue;
        along_compare(&study, comparisons, count);
        claims_check(&study);
        done++;
        study_free(&study);
        sweep_free(&sweep);
    }
    for (size_t c = 0; c < count; c++) {
        const struct comparison *p = &comparisons[c];
        const char *name = stages[along->stage]->metrics[p->metric].name;

        if (p->broken || p->compared < wanted_least())
            printf("\n    %s %c along %s: %" PRIu64 " of %" PRIu64 " broken, %" PRIu64
                   " rounds\n",
                   name, p->direction, spec_of(along).key, p->broken, p->compared,
                   rounds);
        CU_ASSERT_EQUAL(p->broken, 0);
        CU_ASSERT(p->compared >= wanted_least());
        *compared += p->compared;
    }
    *properties += count;
}

static void metrics_move_as_physics_says(void)
{
    uint64_t properties = 0, compared = 0;

    for (size_t c = 0; c < LAWS; c++)
        claim_parse(&laws[c], &claims[c]);
    for (size_t a = 0; a < ALONGS; a++) {
        uint64_t state = 20261126 + 0x9e3779b97f4a7c15 * a; /* each its own points */

        clock_t begin = clock();

        along_run(&alongs[a], &state, &properties, &compared);
        if (getenv("V"))
            printf("\n    %.1f s %s along %s",
                   (double)(clock() - begin) / CLOCKS_PER_SEC, alongs[a].metrics,
                   spec_of(&alongs[a]).key);
    }
    printf("\n    %" PRIu64 " properties, %" PRIu64 " pairs of neighbours compared\n",
           properties, compared);
}

/* Counted over the rounds of the test before. */
static void metrics_obey_their_laws(void)
{
    uint64_t checked = 0;

    for (size_t c = 0; c < LAWS; c++) {
        if (claims[c].broken || claims[c].checked < wanted_least())
            printf("\n    %s: %" PRIu64 " of %" PRIu64 " rows break it\n", laws[c].text,
                   claims[c].broken, claims[c].checked);
        CU_ASSERT_EQUAL(claims[c].broken, 0);
        CU_ASSERT(claims[c].checked >= wanted_least());
        checked += claims[c].checked;
    }
    printf("\n    %d laws, %" PRIu64 " rows checked\n", (int)LAWS, checked);
}

SUITE(monotone, TEST(metrics_move_as_physics_says), TEST(metrics_obey_their_laws));
