#include "cmd/verdicts.h"

#include "base/memory.h"
#include "base/json.h"
#include "base/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Most rows that count per source: a table of a hundred rows is one experiment. */
static const double SOURCE_ROWS_MAX = 10;

static bool is_met(const struct judged *judged)
{
    return judged->is_within && !judged->cancelling;
}

const char *verdict_text(const struct judged *judged)
{
    if (judged->figure->claim == CLAIM_NOT_MODELLED)
        return "not modelled";
    if (judged->is_left_out)
        return "not evaluated";
    if (judged->kind == KIND_OF_BESIDE && isnan(judged->value))
        return "NO VALUE";
    switch (judged->kind) {
    case KIND_OF_PREDICTION: return is_met(judged) ? "met" : "MISSED";
    case KIND_OF_EXACT: return judged->is_within ? "equal" : "UNEQUAL";
    case KIND_OF_REPRODUCED: return judged->is_within ? "reproduced" : "not reproduced";
    default:
        if (!(judged->figure->tolerance > 0))
            return "-";
        return judged->is_within ? "within" : "outside";
    }
}

/* A source of predictions. */
struct verdict_source {
    const struct published_figure *first; /* names the source by its system and study */
    double *factors; /* of rows for which the model has a value, bounds left out */
    size_t factor_count, rows, met;
    double worst; /* largest |error| over its row's tolerance */
};

struct verdicts {
    struct verdict_source *sources;
    size_t source_count;
    size_t rows[KINDS_OF_FIGURES], good[KINDS_OF_FIGURES];

    /* The same rows by the rule of version 0.3.0: met, missed, beside. */
    size_t before[KINDS_OF_FIGURES][3];
};

struct verdicts *verdicts_begin(void)
{
    return alloc_array(1, sizeof(struct verdicts));
}

void verdicts_end(struct verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->source_count; i++)
        free(verdicts->sources[i].factors);
    free(verdicts->sources);
    free(verdicts);
}

static struct verdict_source *source_of(struct verdicts *verdicts,
                                        const struct published_figure *figure)
{
    for (size_t i = 0; i < verdicts->source_count; i++)
        if (strcmp(verdicts->sources[i].first->study, figure->study) == 0 &&
            strcmp(verdicts->sources[i].first->system, figure->system) == 0)
            return &verdicts->sources[i];
    verdicts->sources = realloc_array(verdicts->sources, verdicts->source_count + 1,
                                      sizeof *verdicts->sources);
    verdicts->sources[verdicts->source_count] =
        (struct verdict_source){ .first = figure };
    return &verdicts->sources[verdicts->source_count++];
}

/* The rule of version 0.3.0: a tolerance above 0 was a claim, unless the grade was headline or
 * recalled; it did not matter whether the model was fitted to the figure. */
static int before_of(const struct judged *judged)
{
    const struct published_figure *figure = judged->figure;

    if (!(figure->tolerance > 0) || figure->grade == GRADE_HEADLINE ||
        figure->grade == GRADE_RECALLED)
        return 2;
    return !(fabs(judged->value / figure->value - 1) <= figure->tolerance);
}

void verdicts_add(struct verdicts *verdicts, const struct judged *judged)
{
    const struct published_figure *figure = judged->figure;
    double factor = figure_factor(figure, judged->value);
    struct verdict_source *source;

    verdicts->rows[judged->kind]++;
    verdicts->good[judged->kind] += is_met(judged);
    verdicts->before[judged->kind][before_of(judged)]++;
    if (judged->kind != KIND_OF_PREDICTION)
        return;
    source = source_of(verdicts, figure);
    source->rows++;
    source->met += is_met(judged);
    if (factor > 1)
        source->worst = fmax(source->worst, fabs(judged->value / figure->value - 1) /
                                                figure->tolerance);
    if (isnan(factor) || figure->bound != BOUND_NONE) /* a bound is no distance */
        return;
    source->factors = realloc_array(source->factors, source->factor_count + 1,
                                    sizeof *source->factors);
    source->factors[source->factor_count++] = factor;
}

struct total {
    double median, met, missed; /* at most ten rows count per source */
    size_t sources;             /* those that have a median */
};

static struct total total_of(const struct verdicts *verdicts)
{
    double *medians = alloc_array(verdicts->source_count, sizeof *medians);
    struct total total = { .met = 0 };

    for (size_t i = 0; i < verdicts->source_count; i++) {
        const struct verdict_source *source = &verdicts->sources[i];
        double weight = fmin(1, SOURCE_ROWS_MAX / (double)source->rows);

        total.met += weight * (double)source->met;
        total.missed += weight * (double)(source->rows - source->met);
        if (source->factor_count)
            medians[total.sources++] = median_factor(source->factors,
                                                     source->factor_count);
    }
    total.median = median_factor(medians, total.sources);
    free(medians);
    return total;
}

static void sources_text(const struct verdicts *verdicts)
{
    struct total total = total_of(verdicts);
    size_t rows = verdicts->rows[KIND_OF_PREDICTION];
    size_t met = verdicts->good[KIND_OF_PREDICTION];

    if (!rows) {
        printf("no predictions\n");
        return;
    }
    printf("%-58s %5s %5s %7s %14s %12s\n", "predictions, by source", "rows", "met",
           "missed", "median factor", "worst/limit");
    for (size_t i = 0; i < verdicts->source_count; i++) {
        const struct verdict_source *source = &verdicts->sources[i];
        char name[160], factor[32] = "-";

        snprintf(name, sizeof name, "%s: %s", source->first->system,
                 source->first->study);
        if (source->factor_count)
            snprintf(factor, sizeof factor, "%.3fx",
                     median_factor(source->factors, source->factor_count));
        printf("  %-56.56s %5zu %5zu %7zu %14s %11.0f%%\n", name, source->rows,
               source->met, source->rows - source->met, factor, 100 * source->worst);
    }
    printf("%zu predictions met, %zu missed; median factor over %zu sources %.3fx; "
           "with at "
           "most %.0f rows a source %.1f met, %.1f missed\n",
           met, rows - met, total.sources, total.median, SOURCE_ROWS_MAX, total.met,
           total.missed);
}

static void kinds_text(const struct verdicts *verdicts)
{
    printf("%-24s %5s %9s   %s\n", "figures, by kind", "rows", "in limit",
           "by the rule of 0.3.0: met, missed, beside");
    for (int kind = 0; kind < KINDS_OF_FIGURES; kind++)
        if (verdicts->rows[kind])
            printf("  %-22s %5zu %9zu   %5zu %7zu %7zu\n", figure_kind_names[kind],
                   verdicts->rows[kind], verdicts->good[kind],
                   verdicts->before[kind][0], verdicts->before[kind][1],
                   verdicts->before[kind][2]);
}

static void member_json(unsigned *members, const char *name, double value)
{
    json_name(stdout, members, name);
    json_number(stdout, value);
}

static void summary_json(const struct verdicts *verdicts)
{
    struct total total = total_of(verdicts);
    unsigned members = 0;

    printf("{");
    json_name(stdout, &members, "sources");
    printf("[");
    for (size_t i = 0; i < verdicts->source_count; i++) {
        const struct verdict_source *source = &verdicts->sources[i];
        unsigned inner = 0;

        printf("%s\n{", i ? "," : "");
        json_name(stdout, &inner, "system");
        json_text(stdout, source->first->system);
        json_name(stdout, &inner, "source");
        json_text(stdout, source->first->study);
        member_json(&inner, "rows", (double)source->rows);
        member_json(&inner, "met", (double)source->met);
        member_json(&inner, "missed", (double)(source->rows - source->met));
        member_json(&inner, "median_factor",
                    median_factor(source->factors, source->factor_count));
        member_json(&inner, "worst_over_limit", source->worst);
        printf("}");
    }
    printf("]");
    member_json(&members, "met", (double)verdicts->good[KIND_OF_PREDICTION]);
    member_json(&members, "missed",
                (double)(verdicts->rows[KIND_OF_PREDICTION] -
                         verdicts->good[KIND_OF_PREDICTION]));
    member_json(&members, "median_factor", total.median);
    member_json(&members, "met_at_most_ten_a_source", total.met);
    member_json(&members, "missed_at_most_ten_a_source", total.missed);
    json_name(stdout, &members, "kinds");
    printf("{");
    for (int kind = 0, first = 1; kind < KINDS_OF_FIGURES; kind++, first = 0) {
        unsigned inner = 0;

        printf("%s", first ? "" : ", ");
        json_text(stdout, figure_kind_names[kind]);
        printf(": {");
        member_json(&inner, "rows", (double)verdicts->rows[kind]);
        member_json(&inner, "in_limit", (double)verdicts->good[kind]);
        member_json(&inner, "met_by_0_3_0", (double)verdicts->before[kind][0]);
        member_json(&inner, "missed_by_0_3_0", (double)verdicts->before[kind][1]);
        member_json(&inner, "beside_by_0_3_0", (double)verdicts->before[kind][2]);
        printf("}");
    }
    printf("}}\n");
}

void verdicts_print(const struct verdicts *verdicts, bool is_json)
{
    if (is_json) {
        summary_json(verdicts);
        return;
    }
    sources_text(verdicts);
    kinds_text(verdicts);
}
