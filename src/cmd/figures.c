#include "cmd/figures.h"

#include "base/maths.h"
#include "base/memory.h"
#include "cmd/cmd.h"
#include "cmd/figure_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct figures *figures_begin(struct library *library, const char *folder,
                              const struct published *published)
{
    struct figures *figures = alloc_array(1, sizeof *figures);

    figures->library = library;
    figures->folder = folder;
    figures->published = published;
    figures->curves = curve_store_open();
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
    curve_store_close(figures->curves);
    free(figures);
}

void figures_read_data(struct figures *figures)
{
    figures->reads_data = true;
}

bool figures_leave_out(const struct figures *figures,
                       const struct published_figure *figure)
{
    static const char *const axes[] = { "experiment=", "approximation=" };

    for (size_t i = 0; i < figure->where_count && !figures->reads_data; i++)
        for (size_t k = 0; k < sizeof axes / sizeof *axes; k++)
            if (strncmp(figure->where[i], axes[k], strlen(axes[k])) == 0)
                return true;
    return false;
}

static double value_at(const struct study *study, const struct question *question,
                       uint64_t index)
{
    const void *column = study->results[question->stage].column[question->metric];
    const struct metric *metric = &stages[question->stage]->metrics[question->metric];
    double sum = 0;

    if (study->statuses[question->stage][index] != POINT_DONE)
        return NAN;
    for (size_t i = 0; i < question->at_count; i++) {
        uint64_t place = index * inners[metric->inner].count + question->at[i];

        sum += metric->kind == COLUMN_COUNT ? (double)((const uint64_t *)column)[place]
                                            : ((const double *)column)[place];
    }
    return sum;
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
    r->logs += maths_log(value);
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
    case REDUCE_GEOMEAN: return maths_exp(r->logs / (double)r->count);
    }
    return NAN;
}

static void value_add(const struct evaluated *one, const struct question *question,
                      uint64_t index, uint64_t base, void *context)
{
    double value = value_at(&one->study, question, index);

    if (question->baseline_count)
        value = value_at(&one->study, question, base) / value;
    reduction_add(context, value);
}

static enum status ratio_value(struct figures *figures,
                               const struct published_figure *figure, double *value,
                               struct error *err)
{
    struct figure_ratio ratio = figure_ratio(figure);
    double over = NAN;
    enum status status = figures_value(figures, &ratio.over, &over, err);

    if (status == STATUS_OK)
        status = figures_value(figures, &ratio.under, value, err);
    *value = over / *value;
    free(ratio.settings);
    return status;
}

/* The figure's study, evaluated. */
static enum status evaluated_find(struct figures *figures,
                                  const struct published_figure *figure,
                                  struct evaluated **found, struct error *err)
{
    enum status status = figures_plan(figures, figure, found, err);

    if (status != STATUS_OK || (*found)->has_results)
        return status;
    status = data_load(figures->library, &(*found)->sweep, err);
    if (status != STATUS_OK)
        return status;
    study_evaluate(&(*found)->study, NULL);
    (*found)->has_results = true;
    return STATUS_OK;
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
    if (figures_leave_out(figures, figure))
        return STATUS_OK;
    if (figure_is_ratio(figure))
        return ratio_value(figures, figure, value, err);
    status = evaluated_find(figures, figure, &one, err);
    if (status != STATUS_OK)
        return status;
    status = question_make(figures, &one->study, figure, &question, err);
    if (status != STATUS_OK)
        return status;
    status = question_walk(one, figure, &question, value_add, &reduction, err);
    if (status == STATUS_OK)
        *value = reduction_value(&reduction, figure->reduce);
    return status;
}
