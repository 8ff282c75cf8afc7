#include "cmd/cmd.h"

#include "base/units.h"
#include "cmd/figures.h"
#include "config/library.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct outcome {
    size_t met, missed, unclaimed; /* figures */
};

/* Only grades that rest on a figure read in its source are held against the model. */
static const char *judge(const struct published_figure *figure, double error,
                         struct outcome *outcome)
{
    bool is_claimed = figure->tolerance > 0 && figure->grade != GRADE_HEADLINE &&
                      figure->grade != GRADE_RECALLED;

    if (!is_claimed) {
        outcome->unclaimed++;
        return "beside";
    }
    if (fabs(error) <= figure->tolerance) {
        outcome->met++;
        return "met";
    }
    outcome->missed++;
    return "MISSED";
}

static enum status figure_print(struct figures *figures,
                                const struct published_figure *figure,
                                struct outcome *outcome, struct error *err)
{
    char theirs[40], ours[40], limit[16] = "-";
    struct error why;
    double value, error;
    enum status status = figures_value(figures, figure, &value, &why);

    if (status != STATUS_OK)
        return error_set(err, status, "%s:%u: %s: %s", figure->record.file,
                         figure->record.line, figure->record.name, why.text);
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

static enum status system_print(struct figures *figures, const struct published *published,
                                const char *system, struct outcome *outcome,
                                struct error *err)
{
    enum status status = STATUS_OK;

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

static enum status systems_print(struct figures *figures, const struct published *published,
                                 char **asked, int asked_count, struct error *err)
{
    const char *systems[128];
    size_t count = systems_list(published, systems, 128);
    struct outcome outcome = { 0 };
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
    for (size_t k = 0; k < count && status == STATUS_OK; k++) {
        bool is_asked = asked_count == 0;

        for (int i = 0; i < asked_count; i++)
            is_asked |= strcmp(systems[k], asked[i]) == 0;
        if (is_asked)
            status = system_print(figures, published, systems[k], &outcome, err);
    }
    if (status == STATUS_OK)
        printf("%zu met, %zu missed, %zu shown beside without a claim\n", outcome.met,
               outcome.missed, outcome.unclaimed);
    return status;
}

enum status cmd_validate(int argc, char **argv, struct error *err)
{
    struct library library = { 0 };
    struct published published = { 0 };
    char *folder = library_default_folder();
    enum status status = options_read(&argc, argv, NULL, 0, err);

    if (status == STATUS_OK)
        status = library_load(&library, err);
    if (status == STATUS_OK)
        status = published_load(&published, err);
    if (status == STATUS_OK) {
        struct figures *figures = figures_begin(&library, folder);

        status = systems_print(figures, &published, argv, argc, err);
        figures_end(figures);
    }
    free(folder);
    published_free(&published);
    library_free(&library);
    return status;
}
