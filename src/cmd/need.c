#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/path.h"
#include "base/units.h"
#include "columns/need.h"
#include "config/fields.h"
#include "config/need.h"
#include "config/sweep.h"
#include "uncertainty/need.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Leaves out the points whose value on the axis is none of the kept ones. */
static enum status axis_keep(struct space *space, enum axis_id axis,
                             const union axis_value *kept, size_t count,
                             struct error *err)
{
    const struct axis_spec *spec = space_axis(space, axis);
    const struct axis *values = &space->axes[axis];
    struct exclusion rule = { .axes = (axis_mask)1 << axis };
    bool has[2] = { false, false };
    enum status status = STATUS_OK;

    rule.values[axis] = alloc_array(values->count, sizeof(union axis_value));
    for (uint64_t i = 0; i < values->count; i++) {
        bool is_kept = false;

        for (size_t k = 0; k < count; k++)
            if (axis_values_equal(spec, values->values[i], kept[k]))
                is_kept = has[k] = true;
        if (!is_kept)
            rule.values[axis][rule.counts[axis]++] = values->values[i];
    }
    for (size_t k = 0; k < count; k++)
        if (!has[k]) {
            char text[80];

            axis_value_format(spec, kept[k], text, sizeof text);
            status = error_set(err, STATUS_INPUT, "%s: the sweep has no %s", spec->key,
                               text);
            goto out;
        }
    if (rule.counts[axis] == 0)
        goto out;
    space->exclusions = realloc_array(space->exclusions, space->exclusion_count + 1,
                                      sizeof *space->exclusions);
    space->exclusions[space->exclusion_count++] = rule;
    rule.values[axis] = NULL;
out:
    free(rule.values[axis]);
    return status;
}

/* The axes that the stages of the sweep read. */
static axis_mask read_axes(const struct sweep *sweep)
{
    stage_mask wanted = stages_wanted(sweep);
    axis_mask axes = 0;

    for (int id = 0; id < STAGE_COUNT; id++)
        if (wanted >> id & 1)
            axes |= stage_axes(sweep, (enum stage_id)id);
    return axes;
}

/* Asks of the sweep the need stage alone.  Axes that the sweep's own stages read (before) and the
 * question does not (an area has no workload) may stand there; `named` are axes that the command
 * names. */
static void question_alone(struct sweep *sweep, axis_mask before, axis_mask named)
{
    const struct objective *metric = &sweep->need.metric;
    axis_mask after;
    struct space *space = &sweep->space;

    sweep->stages = STAGE_BIT(STAGE_NEED);
    after = read_axes(sweep);
    for (enum axis_id axis = 0; axis < AXES; axis++) {
        if (!((before & ~after) >> axis & 1))
            continue;
        space->axes[axis].line = 0;
        if (named >> axis & 1)
            fprintf(stderr, "nvsweep: %s/%s does not depend on %s\n",
                    stages[metric->stage]->name,
                    stages[metric->stage]->metrics[metric->metric].name,
                    space_axis(space, axis)->key);
    }
}

/* "axis=value" of the sweep: only these points, and those to compare with. */
static enum status setting_apply(const char *setting, const struct library *library,
                                 struct sweep *sweep, axis_mask *named,
                                 bool *names_over, struct error *err)
{
    const char *equals = strchr(setting, '=');
    union axis_value kept[2] = { 0 };
    struct error why;
    enum axis_id axis;
    enum status status;
    char key[64];

    if (!equals)
        return error_set(err, STATUS_INPUT, "'%.60s': must be AXIS=VALUE", setting);
    snprintf(key, sizeof key, "%.*s", (int)(equals - setting), setting);
    axis = space_axis_find(&sweep->space, key);
    if (axis == AXES)
        return axis_unknown(key, err);
    status = axis_value_parse(library, space_axis(&sweep->space, axis), equals + 1,
                              &kept[0], &why);
    if (status != STATUS_OK)
        return error_set(err, status, "%s: %s", key, why.text);
    if (*named >> axis & 1)
        return error_set(err, STATUS_INPUT, "%s is given twice, must be once", key);
    *named |= (axis_mask)1 << axis;
    kept[1].record = sweep->need.over;
    *names_over |= axis == sweep->need.axis && kept[0].record == kept[1].record;
    return axis_keep(
        &sweep->space, axis, kept,
        axis == sweep->need.axis && kept[0].record != kept[1].record ? 2 : 1, err);
}

/* "A,B" or "A": all of the text, or false. */
static bool numbers_take(const char *text, double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *end;

        numbers[i] = strtod(text, &end);
        if (end == text || *end != (i + 1 < count ? ',' : '\0') ||
            !isfinite(numbers[i]))
            return false;
        text = end + 1;
    }
    return true;
}

/* What the sweep asks, in words, where the options say nothing else; its texts are the caller's
 * to free with words_free. */
struct own_words {
    char *over, *metric, *range, *fields;
};

static void own_take(const struct need_question *need, struct own_words *own)
{
    const struct stage *stage = stages[need->metric.stage];

    if (!need->over)
        return;
    own->over = alloc_printf("%s=%s", axis_specs[need->axis].key, need->over->name);
    own->metric = alloc_printf("%s/%s", stage->name,
                               stage->metrics[need->metric.metric].name);
    own->range = alloc_printf("%.17g,%.17g", need->least, need->most);
    own->fields = alloc_text("");
    for (size_t f = 0; f < need->field_count; f++)
        own->fields = alloc_append(own->fields, "%s%s", f ? "," : "",
                                   need->fields[f].label);
}

static void own_free(struct own_words *own)
{
    free(own->over);
    free(own->metric);
    free(own->range);
    free(own->fields);
}

/* "technology=sram" and "A,B+C" into words; both texts are cut into parts. */
static enum status parts_take(char *over, char *fields, struct need_words *words,
                              struct error *err)
{
    char *equals = over ? strchr(over, '=') : NULL;

    if (!equals)
        return error_set(
            err, STATUS_INPUT,
            "need needs --over AXIS=RECORD, such as --over technology=sram");
    *equals = '\0';
    words->axis = over;
    words->over = equals + 1;
    for (char *name = fields ? strtok(fields, ",") : NULL; name;
         name = strtok(NULL, ",")) {
        if (words->field_count == NEED_FIELDS_MAX)
            return error_set(err, STATUS_INPUT, "--field: at most %d", NEED_FIELDS_MAX);
        words->fields[words->field_count++] = name;
    }
    return STATUS_OK;
}

/* The sweep's question with what the options say in its place. */
static enum status question_take(const struct library *library, struct sweep *sweep,
                                 struct error *err)
{
    const char *over = NULL, *field = NULL, *range = NULL, *metric = NULL, *part = "";
    struct own_words own = { 0 };
    struct need_words words = { 0 };
    double ends[2] = { 0, 0 };
    struct error why;
    enum status status = STATUS_OK;

    option_get("over", &over);
    option_get("field", &field);
    option_get("range", &range);
    option_get("m", &metric);
    if (!over && !field && !range && !metric)
        return STATUS_OK;
    own_take(&sweep->need, &own);
    if (over) {
        free(own.over);
        own.over = alloc_text(over);
    }
    if (field) {
        free(own.fields);
        own.fields = alloc_text(field);
    }
    words.metric = metric ? metric : own.metric;
    status = parts_take(own.over, own.fields, &words, err);
    if (status == STATUS_OK && (range || own.range) &&
        !(numbers_take(range ? range : own.range, ends, 2) && ends[0] > 0 &&
          ends[1] > 0))
        status = error_set(
            err, STATUS_INPUT,
            "--range is '%.40s', must be two factors above 0, as 0.01,100", range);
    words.least = ends[0];
    words.most = ends[1];
    if (status == STATUS_OK) {
        need_question_free(&sweep->need);
        status = need_ask(&words, library, sweep, &part, &why);
        if (status != STATUS_OK)
            error_set(err, status, "%s %s", part, why.text);
    }
    own_free(&own);
    return status;
}

/* --goal as the sweep's one goal. */
static enum status goal_take(struct sweep *sweep, struct error *err)
{
    const struct axis_spec *spec = &axis_specs[AXIS_need_goal];
    struct axis *goals = &sweep->space.axes[AXIS_need_goal];
    const char *text = NULL;
    double goal;

    option_get("goal", &text);
    if (!text)
        return STATUS_OK;
    if (!numbers_take(text, &goal, 1) || !(goal >= spec->min && goal <= spec->max))
        return error_set(err, STATUS_INPUT, "--goal is '%.40s', must be in %g..%g",
                         text, spec->min, spec->max);
    if (goals->count > 1)
        return error_set(err, STATUS_INPUT,
                         "--goal: the sweep has its own goals; select one with goal=X");
    goals->values[0].number = goal;
    return STATUS_OK;
}

/* ---- the answers */

static void point_name(const struct study *study, uint64_t i)
{
    const struct grid *grid = &study->grids[STAGE_NEED];
    const struct space *space = &study->sweep->space;
    struct point point;
    char text[80];
    const char *between = "";

    grid_point(grid, space, i, &point);
    for (size_t d = 0; d < grid->dimension_count; d++) {
        const struct dimension *dimension = &space->dimensions[grid->dimensions[d]];

        bool is_named = dimension->axes[0] == study->sweep->need.axis;

        if ((dimension->count == 1 && !is_named) ||
            dimension->axes[0] == AXIS_need_goal)
            continue; /* the goal has words of its own */
        for (size_t a = 0; a < dimension->axis_count; a++)
            if (grid->axes >> dimension->axes[a] & 1) {
                printf("%s%s", between,
                       axis_value_format(space_axis(space, dimension->axes[a]),
                                         point_get(&point, dimension->axes[a]), text,
                                         sizeof text));
                between = ", ";
            }
    }
    if (!*between)
        printf("%s", point_get(&point, study->sweep->need.axis).record->name);
}

static int label_width(const struct need_question *question)
{
    size_t width = 0;

    for (size_t f = 0; f < question->field_count; f++)
        if (strlen(question->fields[f].label) > width)
            width = strlen(question->fields[f].label);
    return (int)width;
}

/* The unit of the field's first place that a record of the sweep has. */
static const char *field_unit(const struct study *study, const struct need_field *field)
{
    const struct need_question *need = &study->sweep->need;
    const struct axis *axis = &study->sweep->space.axes[need->axis];
    const struct schema *schema = record_table_schemas[axis_specs[need->axis].table];
    const struct field *found;

    for (size_t p = 0; p < field->place_count; p++)
        for (uint64_t i = 0; i < axis->count; i++)
            if (axis->values[i].record &&
                path_find_number(schema_of(schema, axis->values[i].record),
                                 field->places[p], &found, NULL) == STATUS_OK)
                return strcmp(found->unit, UNIT_OF_RECORD) == 0 ? "1" : found->unit;
    return "1";
}

/* " of 1.25 (7.5 MiB)", and what the next value of the field is worth, if it takes some only. */
static void factor_print(const struct study *study, uint64_t at, size_t f,
                         const char *what_next)
{
    const struct need_columns c = need_columns(&study->results[STAGE_NEED]);
    const char *unit = field_unit(study, &study->sweep->need.fields[f]);
    bool is_above = c.need_factor[at] > 1, wins = c.need_state[at] == NEED_WINS;
    double step = c.need_step[at];
    char value[60], next[60];

    printf(" a factor of %.4g (%s", c.need_factor[at],
           quantity_format(c.need_value[at], unit, value, sizeof value));
    if (step > 0)
        printf("; %s %s",
               quantity_format(c.need_value[at] + (is_above == wins ? step : -step),
                               unit, next, sizeof next),
               what_next);
    printf(")");
}

static void answer_print(const struct study *study, uint64_t i, size_t f)
{
    const struct need_columns c = need_columns(&study->results[STAGE_NEED]);
    const struct need_question *question = &study->sweep->need;
    uint64_t at = i * NEED_FIELDS_MAX + f;
    uint64_t next = c.need_next[at];

    printf("  %-*s  %-6s", label_width(question), question->fields[f].label,
           word_name(need_state_words, (int)c.need_state[at]));
    switch ((enum need_state)c.need_state[at]) {
    case NEED_ABSENT: printf("\n"); return;
    case NEED_WALL:
        if (!(c.need_floor[at] < c.need_ratio[i])) {
            printf(" no factor tried lowers it");
            break;
        }
        printf(" reaches %.4g at best of the factors tried, with %.4g",
               c.need_floor[at], c.need_floor_factor[at]);
        break;
    case NEED_WINS:
        if (isnan(c.need_factor[at]))
            printf(" with any factor from %g to %g", question->least, question->most);
        else {
            printf(" up to");
            factor_print(study, at, f, "no longer does");
        }
        break;
    case NEED_TIE:
        printf(" a factor of 1; reaches %.4g at best", c.need_floor[at]);
        break;
    default:
        factor_print(study, at, f, "misses");
        printf("; reaches %.4g at best", c.need_floor[at]);
    }
    if (c.need_crossings[at] > 1)
        printf("; %llu crossings", (unsigned long long)c.need_crossings[at]);
    if (next != COUNT_NONE)
        printf("; then %s limits (ratio %.4g with a quarter or four times its value)",
               question->fields[next].label, c.need_next_ratio[at]);
    printf("\n");
}

/* Of `over` against itself only if it is asked for. */
static uint64_t answers_print(const struct study *study, bool shows_over)
{
    const struct grid *grid = &study->grids[STAGE_NEED];
    const struct sweep *sweep = study->sweep;
    const struct need_columns c = need_columns(&study->results[STAGE_NEED]);
    const char *metric =
        stages[sweep->need.metric.stage]->metrics[sweep->need.metric.metric].name;
    uint64_t printed = 0;

    for (uint64_t i = 0; i < grid->points; i++) {
        struct point point;

        grid_point(grid, &sweep->space, i, &point);
        if (study->statuses[STAGE_NEED][i] != POINT_DONE ||
            (point_get(&point, sweep->need.axis).record == sweep->need.over &&
             !shows_over))
            continue;
        printf("%s", printed++ ? "\n" : "");
        point_name(study, i);
        printf(": %s is %.4g times that of %s, the goal is %g times\n", metric,
               c.need_ratio[i], sweep->need.over->name, point.need_goal);
        for (size_t f = 0; f < sweep->need.field_count; f++)
            answer_print(study, i, f);
    }
    return printed;
}

enum status cmd_need(int argc, char **argv, struct error *err)
{
    struct library library = { 0 };
    struct sweep sweep = { 0 };
    struct study study = { 0 };
    struct error reason = { "" };
    axis_mask before = 0, named = 0;
    bool names_over = false;
    enum status status = options_read("need", &argc, argv, err);

    if (status != STATUS_OK)
        goto out;
    if (argc < 1)
        status = error_set(err, STATUS_INPUT,
                           "need needs a sweep: nvsweep need SWEEP technology=sot-mram "
                           "--over technology=sram --field set_pulse_s+reset_pulse_s");
    if (status != STATUS_OK)
        goto out;
    status = sweep_load(argv[0], &library, &sweep, err);
    if (status != STATUS_OK)
        goto out;
    before = read_axes(&sweep);
    status = question_take(&library, &sweep, err);
    if (status != STATUS_OK)
        goto out;
    status = goal_take(&sweep, err);
    if (status != STATUS_OK)
        goto out;
    for (int i = 1; i < argc && status == STATUS_OK; i++)
        status = setting_apply(argv[i], &library, &sweep, &named, &names_over, err);
    if (status != STATUS_OK)
        goto out;
    question_alone(&sweep, before, named);
    status = study_init(&study, &sweep, &library, err);
    if (status != STATUS_OK)
        goto out;
    study_evaluate(&study, &reason);
    if (answers_print(&study, names_over) == 0)
        status = error_set(err, STATUS_INPUT, "no point has an answer: %s%s",
                           reason.text[0] ? reason.text : "all points are those of ",
                           reason.text[0] ? "" : sweep.need.over->name);
out:
    study_free(&study);
    sweep_free(&sweep);
    library_free(&library);
    return status;
}
