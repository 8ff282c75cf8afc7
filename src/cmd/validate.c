#include "cmd/cmd.h"

#include "base/units.h"
#include "base/json.h"
#include "cmd/distribution.h"
#include "cmd/figure_commands.h"
#include "cmd/kinds.h"
#include "cmd/peers.h"
#include "cmd/verdicts.h"
#include "config/library.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct printing {
    bool is_json, is_unevaluated, is_summary, is_side_by_side,
        is_full; /* options of the command */
    size_t printed;
    size_t without; /* figures for which the model has no value */
    struct verdicts *verdicts;
    struct distribution *distribution; /* of the system being printed */
};

static void settings_json(unsigned *members, const char *name,
                          const char *const *settings, size_t count)
{
    json_name(stdout, members, name);
    printf("[");
    for (size_t i = 0; i < count; i++) {
        printf("%s", i ? ", " : "");
        json_text(stdout, settings[i]);
    }
    printf("]");
}

static void text_json(unsigned *members, const char *name, const char *text)
{
    json_name(stdout, members, name);
    json_text(stdout, text);
}

static void number_json(unsigned *members, const char *name, double number)
{
    json_name(stdout, members, name);
    json_number(stdout, number);
}

/* [{"record": "16nm-hp", "fit_to": ["silicon-stt-*-area", ...]}, ...] */
static void fits_json(unsigned *members, const struct judged *judged)
{
    json_name(stdout, members, "fits");
    printf("[");
    for (size_t i = 0; i < judged->fit_count; i++) {
        unsigned inner = 0;

        printf("%s{", i ? ", " : "");
        text_json(&inner, "record", judged->fits[i]->name);
        settings_json(&inner, "fit_to", judged->fits[i]->fit_to,
                      judged->fits[i]->fit_to_count);
        printf("}");
    }
    printf("]");
}

/* One object per line; values in SI units, "model" null if it was not evaluated. */
static void figure_json(const struct judged *judged, const struct printing *printing)
{
    const struct published_figure *figure = judged->figure;
    unsigned members = 0;

    printf("%s\n{", printing->printed ? "," : "");
    text_json(&members, "name", figure->record.name);
    text_json(&members, "system", figure->system);
    text_json(&members, "kind", figure_kind_names[judged->kind]);
    text_json(&members, "reason", judged->reason);
    text_json(&members, "grade", word_name(grade_words, (int)figure->grade));
    text_json(&members, "source", figure->record.source);
    text_json(&members, "study", figure->study);
    text_json(&members, "class", figure->class);
    text_json(&members, "sweep", figure->sweep);
    settings_json(&members, "where", figure->where, figure->where_count);
    settings_json(&members, "baseline", figure->baseline, figure->baseline_count);
    text_json(&members, "metric", figure->metric);
    text_json(&members, "at", figure->at);
    text_json(&members, "reduce", word_name(reduce_words, (int)figure->reduce));
    text_json(&members, "unit", figure->unit);
    number_json(&members, "published", figure->value == 0 ? NAN : figure->value);
    number_json(&members, "model", judged->value);
    number_json(&members, "error", judged->value / figure->value - 1);
    number_json(&members, "factor", figure_factor(figure, judged->value));
    number_json(&members, "tolerance", figure->tolerance);
    text_json(&members, "verdict",
              printing->is_unevaluated ? "not evaluated" : verdict_text(judged));
    fits_json(&members, judged);
    text_json(&members, "why", figure->why);
    text_json(&members, "note", figure->note);
    printf("}");
}

/* "1.13x over", "1.28x under", "nan" */
static const char *factor_text(const struct judged *judged, char *text, size_t size)
{
    double ratio = judged->value / judged->figure->value;

    if (isnan(ratio))
        snprintf(text, size, "-");
    else if (!(ratio > 0))
        snprintf(text, size, "%+.3g%%", 100 * (ratio - 1)); /* zero, negative, NaN */
    else if (fabs(ratio - 1) < 5e-4)
        snprintf(text, size, "1.000x");
    else
        snprintf(text, size, "%.*fx %s", ratio > 10 || ratio < 0.1 ? 1 : 3,
                 ratio > 1 ? ratio : 1 / ratio, ratio > 1 ? "over" : "under");
    return text;
}

/* Prints what explains the verdict: reason, cause of a miss, note, fitted records. */
static void remarks_print(const struct judged *judged)
{
    const struct published_figure *figure = judged->figure;

    if (judged->kind == KIND_OF_REPRODUCED && figure->sweep[0])
        printf("; from %s", figure->sweep);
    if (judged->reason[0] && strcmp(judged->reason, "recalled") != 0)
        printf("; %s", judged->reason);
    if (judged->cancelling)
        printf("; its parts cancel: %s is off by more than the limit",
               judged->cancelling->record.name);
    if (figure->why[0] && strcmp(figure->why, judged->reason) != 0)
        printf("; %s", figure->why);
    if (figure->note[0])
        printf("; %s", figure->note);
    for (size_t i = 0; judged->kind == KIND_OF_PREDICTION && i < judged->fit_count; i++)
        printf("%s%s", i ? ", " : "; reads fits of ", judged->fits[i]->name);
}

static void figure_text(const struct judged *judged, const struct printing *printing)
{
    const struct published_figure *figure = judged->figure;
    char theirs[40], ours[40], limit[16] = "-", factor[32];

    if (figure->tolerance > 0)
        snprintf(limit, sizeof limit, "%.2g%%", 100 * figure->tolerance);
    printf("  %-44s %-10s %-9s %12s %12s %13s %6s  %s", figure->record.name,
           figure_kind_names[judged->kind], word_name(grade_words, (int)figure->grade),
           figure->value == 0
               ? "-"
               : quantity_format(figure->value, figure->unit, theirs, sizeof theirs),
           isnan(judged->value)
               ? "-"
               : quantity_format(judged->value, figure->unit, ours, sizeof ours),
           factor_text(judged, factor, sizeof factor), limit,
           printing->is_unevaluated ? "not evaluated" : verdict_text(judged));
    remarks_print(judged);
    printf("\n");
    if (printing->is_full) {
        printf("      claim: %s\n", figure->record.source);
        figure_commands_print(figure, "      command: ");
    }
    fflush(stdout);
}

static enum status figure_print(struct judging *judging,
                                const struct published_figure *figure,
                                struct printing *printing, struct error *err)
{
    struct judged judged;
    enum status status = figure_judge(judging, figure, !printing->is_unevaluated,
                                      &judged, err);

    if (status == STATUS_OK) {
        if (printing->is_json && !printing->is_summary)
            figure_json(&judged, printing);
        else if (!printing->is_summary)
            figure_text(&judged, printing);
        verdicts_add(printing->verdicts, &judged);
        printing->without += isnan(judged.value) && !printing->is_unevaluated &&
                             !judged.is_left_out && figure->claim != CLAIM_NOT_MODELLED;
        distribution_add(printing->distribution, &judged);
        printing->printed++;
    }
    judged_free(&judged);
    return status;
}

static enum status system_print(struct judging *judging,
                                const struct published *published, const char *system,
                                struct printing *printing, struct error *err)
{
    enum status status = STATUS_OK;

    printing->distribution = distribution_begin();
    if (!printing->is_json && !printing->is_summary)
        printf("%-46s %-10s %-9s %12s %12s %13s %6s\n", system, "kind", "grade",
               "published", "model", "factor", "limit");
    for (size_t i = 0; i < published->count && status == STATUS_OK; i++)
        if (strcmp(published->figures[i].system, system) == 0)
            status = figure_print(judging, &published->figures[i], printing, err);
    if (status == STATUS_OK && !printing->is_json && !printing->is_unevaluated)
        distribution_print(printing->distribution);
    distribution_end(printing->distribution);
    return status;
}

/* Lists the systems, each once, in the order of their figures' names. */
static size_t systems_list(const struct published *published, const char **systems,
                           size_t most)
{
    size_t count = 0;

    for (size_t i = 0; i < published->count; i++) {
        bool is_new = count < most;

        for (size_t k = 0; k < count; k++)
            is_new &= strcmp(systems[k], published->figures[i].system) != 0;
        if (is_new)
            systems[count++] = published->figures[i].system;
    }
    return count;
}

/* Was the system asked for, by its name or because none was named? */
static bool is_named(const char *system, char **asked, int asked_count)
{
    for (int i = 0; i < asked_count; i++)
        if (strcmp(system, asked[i]) == 0)
            return true;
    return asked_count == 0;
}

static const struct published_figure *figure_named(const struct published *published,
                                                   const char *name)
{
    for (size_t i = 0; i < published->count; i++)
        if (strcmp(published->figures[i].record.name, name) == 0)
            return &published->figures[i];
    return NULL;
}

/* Prints published values, the results of repeating a study with its authors' method, and the
 * model's predictions. */
static enum status side_by_side_print(struct figures *figures,
                                      const struct published *published, char **asked,
                                      int asked_count, struct error *err)
{
    enum status status = STATUS_OK;

    printf("%-40s %10s %22s %22s\n", "figure", "published", "as its authors did",
           "predicted");
    for (size_t i = 0; i < published->count && status == STATUS_OK; i++) {
        const struct published_figure *made = &published->figures[i];
        const struct published_figure *ours = figure_named(published, made->reproduces);
        char text[3][40];
        double made_value = NAN, our_value = NAN;

        if (!made->reproduces[0] || !is_named(made->system, asked, asked_count))
            continue;
        if (!ours)
            return error_set(
                err, STATUS_INPUT,
                "%s:%u: reproduces '%.60s', which must be a published figure",
                made->record.file, made->record.line, made->reproduces);
        status = figures_value(figures, made, &made_value, err);
        if (status == STATUS_OK)
            status = figures_value(figures, ours, &our_value, err);
        if (status == STATUS_OK)
            printf("%-40s %10s %10s (%+6.1f %%) %10s (%+6.1f %%)\n", made->reproduces,
                   quantity_format(made->value, made->unit, text[0], sizeof text[0]),
                   quantity_format(made_value, made->unit, text[1], sizeof text[1]),
                   100 * (made_value / made->value - 1),
                   quantity_format(our_value, made->unit, text[2], sizeof text[2]),
                   100 * (our_value / made->value - 1));
    }
    return status;
}

static enum status systems_check(const char *const *systems, size_t count, char **asked,
                                 int asked_count, struct error *err)
{
    for (int i = 0; i < asked_count; i++) {
        bool is_known = false;
        const char *nearest = text_nearest(asked[i], systems, count);

        for (size_t k = 0; k < count; k++)
            is_known |= strcmp(systems[k], asked[i]) == 0;
        if (!is_known)
            return error_set(err, STATUS_INPUT, "no published figures of '%.60s'%s%s%s",
                             asked[i], nearest ? "; did you mean '" : "",
                             nearest ? nearest : "", nearest ? "'?" : "");
    }
    return STATUS_OK;
}

static enum status systems_print(struct judging *judging,
                                 const struct published *published, char **asked,
                                 int asked_count, struct printing *printing,
                                 struct error *err)
{
    bool is_list = printing->is_json && !printing->is_summary;
    const char *systems[128];
    size_t count = systems_list(published, systems, 128);
    enum status status = systems_check(systems, count, asked, asked_count, err);

    if (status != STATUS_OK)
        return status;
    if (is_list)
        printf("[");
    for (size_t k = 0; k < count && status == STATUS_OK; k++)
        if (is_named(systems[k], asked, asked_count))
            status = system_print(judging, published, systems[k], printing, err);
    if (is_list)
        printf("\n]\n");
    else if (status == STATUS_OK && !printing->is_unevaluated)
        verdicts_print(printing->verdicts, printing->is_json);
    return status;
}

/* Of the systems named in argv, or all. */
static enum status figures_print(struct library *library,
                                 const struct published *published, const char *folder,
                                 char **argv, int argc, struct printing *printing,
                                 struct error *err)
{
    struct figures *figures = figures_begin(library, folder, published);
    struct judging *judging = judging_begin(figures, library, published);
    size_t outside = 0;
    bool has_peers = !printing->is_json && !printing->is_summary &&
                     !printing->is_side_by_side && !printing->is_unevaluated &&
                     is_named("array", argv, argc);
    enum status status;

    if (argc > 0) /* systems by name */
        figures_read_data(figures);
    status = judging_check(judging, err);
    if (status != STATUS_OK)
        goto out;
    status = printing->is_side_by_side
                 ? side_by_side_print(figures, published, argv, argc, err)
                 : systems_print(judging, published, argv, argc, printing, err);
    if (status != STATUS_OK)
        goto out;
    if (has_peers)
        status = peers_print(library, folder, &outside, err);
    if (status != STATUS_OK)
        goto out;
    if (printing->without)
        status = error_set(err, STATUS_RECORDED,
                           "%zu figures have no value: their points cannot be "
                           "built, or the metric is not defined there",
                           printing->without);
    else if (outside)
        printf("%zu of NVSim's figures are off by more than 5 %%\n", outside);
out:
    judging_end(judging);
    figures_end(figures);
    return status;
}

enum status cmd_validate(int argc, char **argv, struct error *err)
{
    struct library library = { 0 };
    struct published published = { 0 };
    struct printing printing = { .verdicts = verdicts_begin() };
    char *folder = library_default_folder();
    enum status status = options_read("validate", &argc, argv, err);

    option_get_flag("json", &printing.is_json);
    option_get_flag("no-model", &printing.is_unevaluated);
    option_get_flag("summary", &printing.is_summary);
    option_get_flag("side-by-side", &printing.is_side_by_side);
    option_get_flag("full", &printing.is_full);

    if (status != STATUS_OK)
        goto out;
    if (printing.is_summary && printing.is_unevaluated)
        status = error_set(
            err, STATUS_INPUT,
            "--summary counts what the model meets, so it must be without "
            "--no-model");
    if (status != STATUS_OK)
        goto out;
    status = library_load(&library, err);
    if (status != STATUS_OK)
        goto out;
    status = published_load(&published, err);
    if (status != STATUS_OK)
        goto out;
    status = figures_print(&library, &published, folder, argv, argc, &printing, err);
out:
    verdicts_end(printing.verdicts);
    free(folder);
    published_free(&published);
    library_free(&library);
    return status;
}
