#include "cmd/distribution.h"

#include "base/memory.h"
#include "base/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A row beyond this factor needs an explanation. */
static const double EXPLAINED_FROM = 1.6;

struct row {
    const struct published_figure *figure;
    enum figure_kind kind;
    double ratio, factor; /* model / published; NaN if the model has no value */
};

struct distribution {
    struct row *rows;
    size_t count;
};

struct distribution *distribution_begin(void)
{
    return alloc_array(1, sizeof(struct distribution));
}

void distribution_end(struct distribution *distribution)
{
    free(distribution->rows);
    free(distribution);
}

void distribution_add(struct distribution *distribution, const struct judged *judged)
{
    const struct published_figure *figure = judged->figure;

    if (!figure->class[0])
        return;
    distribution->rows = realloc_array(distribution->rows, distribution->count + 1,
                                       sizeof *distribution->rows);
    distribution->rows[distribution->count++] = (struct row){
        .figure = figure,
        .kind = judged->kind,
        .ratio = judged->value / figure->value,
        .factor = figure_factor(figure, judged->value),
    };
}

/* A bound is no distance: it is counted by itself and stands in no median. */
static bool is_bound(const struct row *row)
{
    return row->figure->bound != BOUND_NONE;
}

static bool is_of(const struct row *row, const char *class_name)
{
    return !class_name || strcmp(row->figure->class, class_name) == 0;
}

/* Prints how many bounds of a class hold. */
static void bounds_print(const struct distribution *distribution,
                         const char *class_name)
{
    size_t bounds = 0, predictions = 0, held = 0;

    for (size_t i = 0; i < distribution->count; i++) {
        const struct row *row = &distribution->rows[i];

        if (!is_of(row, class_name) || !is_bound(row) || isnan(row->factor))
            continue;
        bounds++;
        predictions += row->kind == KIND_OF_PREDICTION;
        held += row->factor <= 1 + row->figure->tolerance;
    }
    if (bounds)
        printf("  %-38s %5zu %12zu   bounds, of which %zu hold\n", class_name, bounds,
               predictions, held);
}

/* Prints the line of one class, or of all rows. */
static void class_print(const struct distribution *distribution, const char *class_name)
{
    double *ratios = alloc_array(distribution->count, sizeof *ratios);
    double *factors = alloc_array(distribution->count, sizeof *factors);
    double *predicted = alloc_array(distribution->count, sizeof *predicted);
    size_t count = 0, predictions = 0;

    for (size_t i = 0; i < distribution->count; i++) {
        const struct row *row = &distribution->rows[i];

        if (!is_of(row, class_name) || is_bound(row) || isnan(row->factor))
            continue;
        ratios[count] = row->ratio;
        factors[count++] = row->factor;
        if (row->kind == KIND_OF_PREDICTION)
            predicted[predictions++] = row->factor;
    }
    if (count) {
        double middle = median_factor(ratios, count);

        printf(
            "  %-38s %5zu %12zu %10.3f %10.3f %10.3f %12.3fx", /* ratios are sorted */
            class_name ? class_name : "all", count, predictions, ratios[0], middle,
            ratios[count - 1], median_factor(factors, count));
        if (predictions)
            printf(" %12.3fx\n", median_factor(predicted, predictions));
        else
            printf(" %13s\n", "-");
    }
    free(ratios);
    free(factors);
    free(predicted);
}

static void classes_print(const struct distribution *distribution)
{
    printf("%-40s %5s %12s %32s %13s %13s\n", "by class", "rows", "predictions",
           "model / published: least, median,", "median", "median");
    printf("%-40s %5s %12s %32s %13s %13s\n", "", "", "", "most", "factor",
           "predicted");
    for (size_t i = 0; i < distribution->count; i++) {
        bool is_first = true;

        for (size_t k = 0; k < i; k++)
            is_first &= !is_of(&distribution->rows[k],
                               distribution->rows[i].figure->class);
        if (is_first) {
            class_print(distribution, distribution->rows[i].figure->class);
            bounds_print(distribution, distribution->rows[i].figure->class);
        }
    }
    class_print(distribution, NULL);
}

static void factors_print(const struct distribution *distribution)
{
    static const double edges[] = { 1.1, 1.25, 1.6, 2, 3, HUGE_VAL };
    static const enum figure_kind shown[] = { KIND_OF_PREDICTION, KIND_OF_FITTED,
                                              KIND_OF_IDENTITY, KIND_OF_BESIDE };

    printf("%-40s %8s %8s %8s %8s %8s %8s\n", "rows within a factor of", "1.1", "1.25",
           "1.6", "2", "3", "any");
    for (size_t s = 0; s < sizeof shown / sizeof shown[0]; s++) {
        printf("  %-38s", figure_kind_names[shown[s]]);
        for (size_t e = 0; e < sizeof edges / sizeof edges[0]; e++) {
            size_t count = 0;

            for (size_t i = 0; i < distribution->count; i++)
                count += distribution->rows[i].kind == shown[s] &&
                         !is_bound(&distribution->rows[i]) &&
                         distribution->rows[i].factor <= edges[e];
            printf(" %8zu", count);
        }
        printf("\n");
    }
}

static void mechanisms_print(const struct distribution *distribution)
{
    printf("rows beyond a factor of %.1f, and why\n", EXPLAINED_FROM);
    for (size_t i = 0; i < distribution->count; i++) {
        const struct row *row = &distribution->rows[i];

        if (row->factor > EXPLAINED_FROM)
            printf("  %-36s %-10s %6.3f  %s\n", row->figure->record.name,
                   figure_kind_names[row->kind], row->ratio,
                   row->figure->why[0] ? row->figure->why : "no mechanism is known");
    }
}

void distribution_print(const struct distribution *distribution)
{
    if (!distribution->count)
        return;
    classes_print(distribution);
    factors_print(distribution);
    mechanisms_print(distribution);
}
