#include "cmd/figure_points.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status choice_parse(const struct library *library, const struct space *space,
                         const char *setting, struct choice *choice, struct error *err)
{
    size_t key_length = strcspn(setting, "=");
    const char *text = setting + key_length;
    char part[128];

    snprintf(part, sizeof part, "%.*s", (int)(key_length < 127 ? key_length : 127),
             setting);
    choice->axis = space_axis_find(space, part);
    choice->count = 0;
    if (*text != '=')
        return error_set(err, STATUS_INPUT, "'%.60s': must be axis=value", setting);
    if (choice->axis == AXES)
        return axis_unknown(part, err);
    for (text++; *text && choice->count < 64;) {
        size_t length = strcspn(text, ",");
        enum status status;

        snprintf(part, sizeof part, "%.*s", (int)(length < 127 ? length : 127), text);
        text += length + (text[length] == ',');
        status = axis_value_parse(library, space_axis(space, choice->axis), part,
                                  &choice->values[choice->count++], err);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static bool is_chosen(const struct space *space, const struct choice *choice,
                      const struct point *point)
{
    for (size_t i = 0; i < choice->count; i++)
        if (axis_values_equal(space_axis(space, choice->axis),
                              point_get(point, choice->axis), choice->values[i]))
            return true;
    return false;
}

/* Finds the labels that `at` joins by + ("" is the only one of a scalar); false if one is unknown. */
static bool labels_find(enum inner_id inner, const char *at, struct question *question)
{
    bool is_more = true, is_known = true;

    question->at_count = 0;
    while (is_more && is_known) {
        size_t length = strcspn(at, "+");

        is_known = question->at_count < CHOICES &&
                   inner_find(inner, at, length, &question->at[question->at_count++]);
        is_more = at[length] == '+';
        at += length + is_more;
    }
    return is_known;
}

static enum status metric_choose(const struct study *study,
                                 const struct published_figure *figure,
                                 struct question *question, struct error *err)
{
    struct error why;

    if (metric_renamed(figure->metric))
        return error_set(err, STATUS_INPUT, "the metric '%s' is called %s since 0.4",
                         figure->metric, metric_renamed(figure->metric));
    if (metric_find(figure->metric, study->sweep, study->stages, &question->stage,
                    &question->metric, &why) != STATUS_OK)
        return error_set(err, STATUS_INPUT, "the metric '%s' %s", figure->metric,
                         why.text);
    if (labels_find(stages[question->stage]->metrics[question->metric].inner,
                    figure->at, question))
        return STATUS_OK;
    return error_set(err, STATUS_INPUT, "no metric '%s'%s%s at these points",
                     figure->metric, figure->at[0] ? " at " : "", figure->at);
}

enum status question_make(const struct figures *figures, const struct study *study,
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
        status = choice_parse(figures->library, &study->sweep->space, figure->where[i],
                              &question->where[question->where_count++], err);
    for (size_t i = 0; i < figure->baseline_count && status == STATUS_OK; i++)
        status = choice_parse(figures->library, &study->sweep->space,
                              figure->baseline[i],
                              &question->baseline[question->baseline_count++], err);
    return status;
}

/* Moves a point to its baseline, which differs from it in the baseline's axes only. */
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
                             space_axis(&study->sweep->space, choice->axis)->key);
    }
    return STATUS_OK;
}

enum status question_walk(const struct evaluated *one,
                          const struct published_figure *figure,
                          const struct question *question, point_fn *visit,
                          void *context, struct error *err)
{
    const struct grid *grid = &one->study.grids[question->stage];
    enum status status = STATUS_OK;
    uint64_t count = 0;

    for (uint64_t i = 0; status == STATUS_OK && i < grid->points; i++) {
        bool is_asked = true;
        uint64_t base = i;
        struct point point;

        grid_point(grid, &one->sweep.space, i, &point);
        for (size_t w = 0; w < question->where_count; w++)
            is_asked &= is_chosen(&one->sweep.space, &question->where[w], &point);
        if (!is_asked || grid_is_excluded(grid, &one->sweep.space, &point))
            continue;
        status = baseline_at(&one->study, question, &base, err);
        if (status == STATUS_OK)
            visit(one, question, i, base, context);
        count++;
    }
    if (status == STATUS_OK && count == 0)
        return error_set(err, STATUS_INPUT, "`where` selects no point of %s",
                         figure->sweep);
    return status;
}

bool figure_is_ratio(const struct published_figure *figure)
{
    return !figure->sweep[0] && figure->baseline_count > 0;
}

struct figure_ratio figure_ratio(const struct published_figure *figure)
{
    struct figure_ratio ratio = {
        .over = *figure,
        .under = *figure,
        .settings = alloc_array(figure->where_count, sizeof *ratio.settings),
    };

    for (size_t i = 0; i < figure->where_count; i++) {
        ratio.settings[i] = figure->where[i];
        for (size_t b = 0; b < figure->baseline_count; b++)
            if (strncmp(figure->baseline[b], ratio.settings[i],
                        strcspn(ratio.settings[i], "=") + 1) == 0)
                ratio.settings[i] = figure->baseline[b];
    }
    ratio.under.baseline_count = ratio.over.baseline_count = 0;
    ratio.over.where = ratio.settings;
    return ratio;
}
