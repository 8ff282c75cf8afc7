#include "cmd/cmd.h"

#include "base/units.h"
#include "cmd/figures.h"
#include "cmd/json.h"
#include "cmd/peers.h"
#include "config/library.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct outcome {
    size_t met, missed, unclaimed; /* figures */
    bool is_json, is_unevaluated;  /* how they are asked for */
};

/* Only grades that rest on a figure read in its source are held against the model. */
static const char *judge(const struct published_figure *figure, double error,
                         struct outcome *outcome)
{
    bool is_claimed = figure->tolerance > 0 && figure->grade != GRADE_HEADLINE &&
                      figure->grade != GRADE_RECALLED;

    if (!is_claimed || outcome->is_unevaluated) {
        outcome->unclaimed++;
        return outcome->is_unevaluated ? "not evaluated" : "beside";
    }
    if (fabs(error) <= figure->tolerance) {
        outcome->met++;
        return "met";
    }
    outcome->missed++;
    return "MISSED";
}

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

/* One object per line; values in SI units, "model" null where it was not evaluated. */
static void figure_json(const struct published_figure *figure, double value,
                        struct outcome *outcome)
{
    double error = value / figure->value - 1;
    bool is_first = outcome->met + outcome->missed + outcome->unclaimed == 0;
    unsigned members = 0;

    printf("%s\n{", is_first ? "" : ",");
    text_json(&members, "name", figure->record.name);
    text_json(&members, "system", figure->system);
    text_json(&members, "grade", word_name(grade_words, (int)figure->grade));
    text_json(&members, "source", figure->record.source);
    text_json(&members, "sweep", figure->sweep);
    settings_json(&members, "where", figure->where, figure->where_count);
    settings_json(&members, "baseline", figure->baseline, figure->baseline_count);
    text_json(&members, "metric", figure->metric);
    text_json(&members, "at", figure->at);
    text_json(&members, "reduce", word_name(reduce_words, (int)figure->reduce));
    text_json(&members, "unit", figure->unit);
    json_name(stdout, &members, "published");
    json_number(stdout, figure->value);
    json_name(stdout, &members, "model");
    json_number(stdout, value);
    json_name(stdout, &members, "error");
    json_number(stdout, error);
    json_name(stdout, &members, "tolerance");
    json_number(stdout, figure->tolerance);
    text_json(&members, "verdict", judge(figure, error, outcome));
    json_name(stdout, &members, "fitted");
    printf("%s", figure->fitted ? "true" : "false");
    text_json(&members, "note", figure->note);
    printf("}");
}

static enum status figure_print(struct figures *figures,
                                const struct published_figure *figure,
                                struct outcome *outcome, struct error *err)
{
    char theirs[40], ours[40], limit[16] = "-";
    struct error why;
    double value = NAN, error;
    enum status status = STATUS_OK;

    if (!outcome->is_unevaluated)
        status = figures_value(figures, figure, &value, &why);
    if (status != STATUS_OK)
        return error_set(err, status, "%s:%u: %s: %s", figure->record.file,
                         figure->record.line, figure->record.name, why.text);
    if (outcome->is_json) {
        figure_json(figure, value, outcome);
        return STATUS_OK;
    }
    error = value / figure->value - 1;
    if (figure->tolerance > 0)
        snprintf(limit, sizeof limit, "%.2g%%", 100 * figure->tolerance);
    printf("  %-44s %-9s %12s %12s %+9.1f%% %6s  %s%s%s%s\n", figure->record.name,
           word_name(grade_words, (int)figure->grade),
           quantity_format(figure->value, figure->unit, theirs, sizeof theirs),
           quantity_format(value, figure->unit, ours, sizeof ours), 100 * error, limit,
           judge(figure, error, outcome), figure->fitted ? ", fitted" : "",
           figure->note[0] ? "; " : "", figure->note);
    fflush(stdout);
    return STATUS_OK;
}

static enum status system_print(struct figures *figures,
                                const struct published *published, const char *system,
                                struct outcome *outcome, struct error *err)
{
    enum status status = STATUS_OK;

    if (!outcome->is_json)
        printf("%-46s %-9s %12s %12s %10s %6s\n", system, "grade", "published", "model",
               "error", "limit");
    for (size_t i = 0; i < published->count && status == STATUS_OK; i++)
        if (strcmp(published->figures[i].system, system) == 0)
            status = figure_print(figures, &published->figures[i], outcome, err);
    return status;
}

/* The systems there are, each once, in order of their figures' names. */
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

/* Was the system asked for, by name or by naming none? */
static bool is_named(const char *system, char **asked, int asked_count)
{
    for (int i = 0; i < asked_count; i++)
        if (strcmp(system, asked[i]) == 0)
            return true;
    return asked_count == 0;
}

static enum status systems_print(struct figures *figures,
                                 const struct published *published, char **asked,
                                 int asked_count, struct outcome *outcome,
                                 struct error *err)
{
    const char *systems[128];
    size_t count = systems_list(published, systems, 128);
    enum status status = STATUS_OK;

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
    if (outcome->is_json)
        printf("[");
    for (size_t k = 0; k < count && status == STATUS_OK; k++)
        if (is_named(systems[k], asked, asked_count))
            status = system_print(figures, published, systems[k], outcome, err);
    if (outcome->is_json)
        printf("\n]\n");
    else if (status == STATUS_OK)
        printf("%zu met, %zu missed, %zu shown beside without a claim\n", outcome->met,
               outcome->missed, outcome->unclaimed);
    return status;
}

enum status cmd_validate(int argc, char **argv, struct error *err)
{
    struct library library = { 0 };
    struct published published = { 0 };
    struct outcome outcome = { 0 };
    size_t outside = 0;
    const struct option_spec options[] = {
        { "json", NULL, &outcome.is_json },
        { "no-model", NULL, &outcome.is_unevaluated },
    };
    char *folder = library_default_folder();
    enum status status = options_read(&argc, argv, options, 2, err);

    if (status == STATUS_OK)
        status = library_load(&library, err);
    if (status == STATUS_OK)
        status = published_load(&published, err);
    if (status == STATUS_OK) {
        struct figures *figures = figures_begin(&library, folder);

        status = systems_print(figures, &published, argv, argc, &outcome, err);
        figures_end(figures);
        if (status == STATUS_OK && !outcome.is_json && !outcome.is_unevaluated &&
            is_named("array", argv, argc))
            status = peers_print(&library, folder, &outside, err);
        if (status == STATUS_OK && outside)
            printf("%zu of NVSim's figures are off by more than 5 %%\n", outside);
    }
    free(folder);
    published_free(&published);
    library_free(&library);
    return status;
}
