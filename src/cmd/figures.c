#include "cmd/figures.h"

#include "base/memory.h"
#include "config/sweep.h"
#include "stage/curve_store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct evaluated {
    char *key;
    struct sweep sweep;
    struct study study;
};

struct figures {
    const struct library *library;
    const char *folder;
    char *curve_folder;
    struct evaluated **kept;
    size_t kept_count;
};

struct figures *figures_begin(const struct library *library, const char *folder)
{
    struct figures *figures = alloc_array(1, sizeof *figures);

    figures->library = library;
    figures->folder = folder;
    figures->curve_folder = curve_store_folder();
    return figures;
}

void figures_end(struct figures *figures)
{
    for (size_t i = 0; i < figures->kept_count; i++) {
        study_free(&figures->kept[i]->study);
        sweep_free(&figures->kept[i]->sweep);
        free(figures->kept[i]->key);
        free(figures->kept[i]);
    }
    free(figures->kept);
    free(figures->curve_folder);
    free(figures);
}

/* "axis=value,value" texts in one, as a key. */
static char *joined(const char *first, const char *const *settings, size_t count)
{
    char *key = alloc_text(first);

    for (size_t i = 0; i < count; i++) {
        char *longer = alloc_printf("%s;%s", key, settings[i]);

        free(key);
        key = longer;
    }
    return key;
}

static enum status sweep_make(struct figures *figures,
                              const struct published_figure *figure,
                              struct sweep *sweep, struct error *err)
{
    enum status status;
    char *path;

    if (!figure->sweep[0])
        return sweep_from_settings(figure->where, figure->where_count, figures->library,
                                   sweep, err);
    path = alloc_printf("%s/../%s", figures->folder, figure->sweep);
    status = sweep_read(path, figures->library, sweep, err);
    free(path);
    return status;
}

static enum status evaluated_for(struct figures *figures,
                                 const struct published_figure *figure,
                                 struct evaluated **found, struct error *err)
{
    char *key = joined(figure->sweep, figure->where,
                       figure->sweep[0] ? 0 : figure->where_count);
    struct evaluated *one;
    enum status status;

    for (size_t i = 0; i < figures->kept_count; i++)
        if (strcmp(figures->kept[i]->key, key) == 0) {
            free(key);
            *found = figures->kept[i];
            return STATUS_OK;
        }
    one = alloc_array(1, sizeof *one);
    one->key = key;
    status = sweep_make(figures, figure, &one->sweep, err);
    if (status == STATUS_OK)
        status = study_init(&one->study, &one->sweep, figures->library, err);
    if (status != STATUS_OK) {
        sweep_free(&one->sweep);
        free(key);
        free(one);
        return status;
    }
    figures->kept = realloc_array(figures->kept, figures->kept_count + 1,
                                  sizeof *figures->kept);
    figures->kept[figures->kept_count++] = one;
    one->study.curve_folder = figures->curve_folder;
    study_evaluate(&one->study, NULL);
    *found = one;
    return STATUS_OK;
}

/* One axis of where or baseline, with its values. */
struct choice {
    enum axis_id axis;
    union axis_value values[64];
    size_t count;
};

static enum status choice_parse(const struct library *library, const char *setting,
                                struct choice *choice, struct error *err)
{
    size_t key_length = strcspn(setting, "=");
    const char *text = setting + key_length;
    char part[128];

    snprintf(part, sizeof part, "%.*s", (int)(key_length < 127 ? key_length : 127),
             setting);
    choice->axis = axis_find(part);
    choice->count = 0;
    if (*text != '=')
        return error_set(err, STATUS_INPUT, "'%.60s' is no axis=value", setting);
    if (choice->axis == AXES)
        return axis_unknown(part, err);
    for (text++; *text && choice->count < 64;) {
        size_t length = strcspn(text, ",");
        enum status status;

        snprintf(part, sizeof part, "%.*s", (int)(length < 127 ? length : 127), text);
        text += length + (text[length] == ',');
        status = axis_value_parse(library, choice->axis, part,
                                  &choice->values[choice->count++], err);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static bool is_chosen(const struct choice *choice, const struct point *point)
{
    for (size_t i = 0; i < choice->count; i++)
        if (axis_values_equal(choice->axis, point_get(point, choice->axis),
                              choice->values[i]))
            return true;
    return false;
}

enum { CHOICES = 16 };

struct question {
    struct choice where[CHOICES], baseline[CHOICES];
    size_t where_count, baseline_count;
    enum stage_id stage;
    size_t metric;
    uint64_t at; /* place on the metric's extra dimension */
};

/* The place of a label, "" standing for a scalar's only one; false: there is none. */
static bool label_find(enum inner_id inner, const char *at, uint64_t *place)
{
    *place = 0;
    if (inner == INNER_SCALAR || !inners[inner].labels)
        return inner == INNER_SCALAR && !at[0];
    for (uint64_t i = 0; i < inners[inner].count; i++)
        if (inners[inner].labels[i] && strcmp(inners[inner].labels[i], at) == 0) {
            *place = i;
            return true;
        }
    return false;
}

static enum status metric_choose(const struct study *study,
                                 const struct published_figure *figure,
                                 struct question *question, struct error *err)
{
    if (metric_find(figure->metric, &question->stage, &question->metric) &&
        label_find(stages[question->stage]->metrics[question->metric].inner, figure->at,
                   &question->at) &&
        study->stages >> question->stage & 1)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT, "no metric '%s'%s%s at these points",
                     figure->metric, figure->at[0] ? " at " : "", figure->at);
}

static enum status question_make(const struct figures *figures,
                                 const struct study *study,
                                 const struct published_figure *figure,
                                 struct question *question, struct error *err)
{
    enum status status;

    *question = (struct question){ .where_count = 0 };
    status = metric_choose(study, figure, question, err);
    if (figure->where_count > CHOICES || figure->baseline_count > CHOICES)
        return error_set(err, STATUS_INPUT, "more than %d settings", CHOICES);
    for (size_t i = 0;
         i < figure->where_count && figure->sweep[0] && status == STATUS_OK; i++)
        status = choice_parse(figures->library, figure->where[i],
                              &question->where[question->where_count++], err);
    for (size_t i = 0; i < figure->baseline_count && status == STATUS_OK; i++)
        status = choice_parse(figures->library, figure->baseline[i],
                              &question->baseline[question->baseline_count++], err);
    return status;
}

static double value_at(const struct study *study, const struct question *question,
                       uint64_t index)
{
    const void *column = study->results[question->stage].column[question->metric];
    const struct metric *metric = &stages[question->stage]->metrics[question->metric];
    uint64_t place = index * inners[metric->inner].count + question->at;

    if (study->statuses[question->stage][index] != POINT_DONE)
        return NAN;
    if (metric->kind == COLUMN_COUNT)
        return (double)((const uint64_t *)column)[place];
    return ((const double *)column)[place];
}

/* The baseline of the point at index: the same point but for the baseline's axes. */
static enum status baseline_at(const struct study *study,
                               const struct question *question, uint64_t *index,
                               struct error *err)
{
    for (size_t b = 0; b < question->baseline_count; b++) {
        const struct choice *choice = &question->baseline[b];

        *index = grid_moved(&study->grids[question->stage], &study->sweep->space,
                            *index, choice->axis, choice->values[0]);
        if (*index == UINT64_MAX)
            return error_set(err, STATUS_INPUT, "the baseline's %s is not in the sweep",
                             axis_specs[choice->axis].key);
    }
    return STATUS_OK;
}

struct figure_reduction {
    double first, sum, logs, most, least;
    uint64_t count;
};

static void reduction_add(struct figure_reduction *r, double value)
{
    if (r->count++ == 0) {
        r->first = r->most = r->least = value;
    }
    r->sum += value;
    r->logs += log(value);
    r->most = value > r->most || isnan(value) ? value : r->most;
    r->least = value < r->least || isnan(value) ? value : r->least;
}

static double reduction_value(const struct figure_reduction *r, enum reduce reduce)
{
    if (isnan(r->sum))
        return NAN;
    switch (reduce) {
    case REDUCE_VALUE: return r->first;
    case REDUCE_MAX: return r->most;
    case REDUCE_MIN: return r->least;
    case REDUCE_MEAN: return r->sum / (double)r->count;
    case REDUCE_GEOMEAN: return exp(r->logs / (double)r->count);
    }
    return NAN;
}

/* Ratios need the baseline among the points: without a sweep file it is evaluated as a
 * figure of its own, with the baseline's settings in place of where's. */
static enum status ratio_of_settings(struct figures *figures,
                                     const struct published_figure *figure,
                                     double *value, struct error *err)
{
    struct published_figure alone = *figure, baseline = *figure;
    const char **settings = alloc_array(figure->where_count, sizeof *settings);
    double numerator = NAN;
    enum status status;

    for (size_t i = 0; i < figure->where_count; i++) {
        settings[i] = figure->where[i];
        for (size_t b = 0; b < figure->baseline_count; b++)
            if (strncmp(figure->baseline[b], settings[i],
                        strcspn(settings[i], "=") + 1) == 0)
                settings[i] = figure->baseline[b];
    }
    alone.baseline_count = baseline.baseline_count = 0;
    baseline.where = settings;
    status = figures_value(figures, &baseline, &numerator, err);
    if (status == STATUS_OK)
        status = figures_value(figures, &alone, value, err);
    *value = numerator / *value;
    free(settings);
    return status;
}

enum status figures_value(struct figures *figures,
                          const struct published_figure *figure, double *value,
                          struct error *err)
{
    struct figure_reduction reduction = { .count = 0 };
    struct question question;
    struct evaluated *one;
    enum status status;

    *value = NAN;
    for (size_t i = 0; i < figure->parts_count; i++)
        reduction_add(&reduction, strtod(figure->parts[i], NULL));
    if (figure->parts_count) {
        *value = reduction_value(&reduction, figure->reduce);
        return STATUS_OK;
    }
    if (!figure->sweep[0] && figure->baseline_count)
        return ratio_of_settings(figures, figure, value, err);
    status = evaluated_for(figures, figure, &one, err);
    if (status == STATUS_OK)
        status = question_make(figures, &one->study, figure, &question, err);
    for (uint64_t i = 0;
         status == STATUS_OK && i < one->study.grids[question.stage].points; i++) {
        bool is_asked = true;
        uint64_t base = i;
        struct point point;

        grid_point(&one->study.grids[question.stage], &one->sweep.space, i, &point);
        for (size_t w = 0; w < question.where_count; w++)
            is_asked &= is_chosen(&question.where[w], &point);
        if (!is_asked)
            continue;
        status = baseline_at(&one->study, &question, &base, err);
        if (status == STATUS_OK)
            reduction_add(&reduction, question.baseline_count
                                          ? value_at(&one->study, &question, base) /
                                                value_at(&one->study, &question, i)
                                          : value_at(&one->study, &question, i));
    }
    if (status == STATUS_OK && reduction.count == 0)
        return error_set(err, STATUS_INPUT, "where selects no point of %s",
                         figure->sweep);
    if (status == STATUS_OK)
        *value = reduction_value(&reduction, figure->reduce);
    return status;
}
