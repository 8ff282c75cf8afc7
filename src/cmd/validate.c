#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/units.h"
#include "config/published.h"
#include "config/sweep.h"
#include "stage/curve_store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Published figures beside the model's.  A figure names design points (`where`) and a
 * metric; with a baseline it is the ratio of the baseline's metric to the points'.  The
 * points are evaluated here, in this process, and kept for the next figure that names
 * the same ones. */

struct evaluated {
    char *key;
    struct sweep sweep;
    struct study study;
};

struct validation {
    const struct library *library;
    char *curve_folder;
    struct evaluated **kept;
    size_t kept_count;
    size_t met, missed, unclaimed; /* figures by outcome */
};

/* The settings of `where`, with those of the same axes replaced by `instead`. */
static const char **settings_merge(const struct published_figure *figure, bool is_baseline,
                                   size_t *count)
{
    const char **settings = alloc_array(figure->where_count + figure->baseline_count + 1,
                                        sizeof *settings);

    *count = 0;
    for (size_t i = 0; i < figure->where_count; i++) {
        const char *setting = figure->where[i];

        for (size_t b = 0; is_baseline && b < figure->baseline_count; b++) {
            size_t key = strcspn(setting, "=");

            if (strncmp(figure->baseline[b], setting, key + 1) == 0)
                setting = figure->baseline[b];
        }
        settings[(*count)++] = setting;
    }
    for (size_t b = 0; is_baseline && b < figure->baseline_count; b++) {
        bool is_new = true;

        for (size_t i = 0; i < figure->where_count; i++)
            is_new &= strncmp(figure->baseline[b], figure->where[i],
                              strcspn(figure->where[i], "=") + 1) != 0;
        if (is_new)
            settings[(*count)++] = figure->baseline[b];
    }
    return settings;
}

static enum status study_of(struct validation *validation, const char *const *settings,
                            size_t count, const struct study **study, struct error *err)
{
    char *key = alloc_text("");
    struct evaluated *one;
    struct error reason = { "" };
    enum status status;

    for (size_t i = 0; i < count; i++) {
        char *longer = alloc_printf("%s%s;", key, settings[i]);

        free(key);
        key = longer;
    }
    for (size_t i = 0; i < validation->kept_count; i++)
        if (strcmp(validation->kept[i]->key, key) == 0) {
            free(key);
            *study = &validation->kept[i]->study;
            return STATUS_OK;
        }
    one = alloc_array(1, sizeof *one);
    one->key = key;
    validation->kept = realloc_array(validation->kept, validation->kept_count + 1,
                                     sizeof *validation->kept);
    validation->kept[validation->kept_count++] = one;
    status = sweep_from_settings(settings, count, validation->library, &one->sweep, err);
    if (status == STATUS_OK)
        status = study_init(&one->study, &one->sweep, validation->library, err);
    if (status == STATUS_OK) {
        one->study.curve_folder = validation->curve_folder;
        study_evaluate(&one->study, &reason);
    }
    *study = &one->study;
    return status;
}

/* All values of a metric in a study, NaN where not done. */
static enum status metric_values(const struct study *study, const char *name,
                                 double **values, uint64_t *count, struct error *err)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        for (size_t m = 0; m < stages[id].metric_count; m++) {
            const struct metric *metric = &stages[id].metrics[m];

            if (strcmp(metric->name, name) != 0 || metric->inner != INNER_SCALAR ||
                !(study->stages >> id & 1))
                continue;
            *count = study->grids[id].points;
            *values = alloc_array(*count, sizeof **values);
            for (uint64_t i = 0; i < *count; i++) {
                const double *numbers = study->results[id].column[m];
                const uint64_t *counts = study->results[id].column[m];

                (*values)[i] = metric->kind == COLUMN_NUMBER ? numbers[i]
                                                             : (double)counts[i];
                if (study->statuses[id][i] != POINT_DONE)
                    (*values)[i] = NAN;
            }
            return STATUS_OK;
        }
    return error_set(err, STATUS_INPUT, "no metric '%s' at these points", name);
}

static double reduced(const double *values, uint64_t count, enum reduce reduce)
{
    double sum = 0, logs = 0, most = -INFINITY, least = INFINITY;

    for (uint64_t i = 0; i < count; i++) {
        sum += values[i];
        logs += log(values[i]);
        most = values[i] > most ? values[i] : most;
        least = values[i] < least ? values[i] : least;
        if (isnan(values[i]))
            return NAN;
    }
    switch (reduce) {
    case REDUCE_VALUE: return values[0];
    case REDUCE_MAX: return most;
    case REDUCE_MIN: return least;
    case REDUCE_MEAN: return sum / (double)count;
    case REDUCE_GEOMEAN: return exp(logs / (double)count);
    }
    return NAN;
}

static enum status figure_value(struct validation *validation,
                                const struct published_figure *figure, double *value,
                                struct error *err)
{
    const struct study *study;
    double *values[2] = { NULL, NULL };
    uint64_t counts[2] = { 0, 0 };
    enum status status = STATUS_OK;

    for (int k = 0; k < (figure->baseline_count ? 2 : 1) && status == STATUS_OK; k++) {
        size_t count;
        const char **settings = settings_merge(figure, k == 1, &count);

        status = study_of(validation, settings, count, &study, err);
        if (status == STATUS_OK)
            status = metric_values(study, figure->metric, &values[k], &counts[k], err);
        free(settings);
    }
    if (status == STATUS_OK && values[1]) {
        if (counts[1] != counts[0] && counts[1] != 1)
            status = error_set(err, STATUS_INPUT, "baseline has %llu points for %llu",
                               (unsigned long long)counts[1],
                               (unsigned long long)counts[0]);
        for (uint64_t i = 0; status == STATUS_OK && i < counts[0]; i++)
            values[0][i] = values[1][counts[1] == 1 ? 0 : i] / values[0][i];
    }
    if (status == STATUS_OK)
        *value = reduced(values[0], counts[0], figure->reduce);
    free(values[0]);
    free(values[1]);
    return status;
}

static enum status figure_print(struct validation *validation,
                                const struct published_figure *figure, struct error *err)
{
    double value = NAN, error;
    struct error why;
    const char *outcome;
    char theirs[40], ours[40];
    enum status status = figure_value(validation, figure, &value, &why);

    if (status == STATUS_INPUT)
        return error_set(err, status, "%s:%u: %s: %s", figure->record.file,
                         figure->record.line, figure->record.name, why.text);
    error = value / figure->value - 1;
    if (figure->grade == GRADE_HEADLINE || figure->grade == GRADE_RECALLED ||
        figure->tolerance == 0) {
        outcome = "beside";
        validation->unclaimed++;
    } else if (fabs(error) <= figure->tolerance) {
        outcome = "met";
        validation->met++;
    } else {
        outcome = "MISSED";
        validation->missed++;
    }
    printf("%-44s %-9s %12s %12s %+8.1f%% %5.0f%%  %s%s%s%s\n", figure->record.name,
           word_name(grade_words, (int)figure->grade),
           quantity_format(figure->value, figure->unit, theirs, sizeof theirs),
           quantity_format(value, figure->unit, ours, sizeof ours), 100 * error,
           100 * figure->tolerance, outcome, figure->fitted ? ", fitted to" : "",
           figure->note[0] ? "; " : "", figure->note);
    return STATUS_OK;
}

static bool is_asked(const char *system, char **systems, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(system, systems[i]) == 0)
            return true;
    return count == 0;
}

static enum status system_known(const struct published *published, const char *system,
                                struct error *err)
{
    const char *names[256];
    const char *nearest;
    size_t count = 0;

    for (size_t i = 0; i < published->count && count < 256; i++) {
        if (strcmp(published->figures[i].system, system) == 0)
            return STATUS_OK;
        names[count++] = published->figures[i].system;
    }
    nearest = text_nearest(system, names, count);
    return error_set(err, STATUS_INPUT, "no published figures of '%.60s'%s%s%s", system,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?" : "");
}

static enum status figures_print(struct validation *validation,
                                 const struct published *published, char **systems,
                                 int count, struct error *err)
{
    enum status status = STATUS_OK;
    const char *system = NULL;

    for (int i = 0; i < count && status == STATUS_OK; i++)
        status = system_known(published, systems[i], err);
    for (size_t i = 0; i < published->count && status == STATUS_OK; i++) {
        const struct published_figure *figure = &published->figures[i];

        if (!is_asked(figure->system, systems, count))
            continue;
        if (!system || strcmp(system, figure->system) != 0)
            printf("%-44s %-9s %12s %12s %9s %6s\n", figure->system, "grade", "published",
                   "model", "error", "limit");
        system = figure->system;
        status = figure_print(validation, figure, err);
        fflush(stdout);
    }
    if (status == STATUS_OK)
        printf("%zu met, %zu missed, %zu shown beside without a claim\n", validation->met,
               validation->missed, validation->unclaimed);
    return status;
}

enum status cmd_validate(int argc, char **argv, struct error *err)
{
    struct library library = { 0 };
    struct published published = { 0 };
    struct validation validation = { .library = &library };
    enum status status = options_read(&argc, argv, NULL, 0, err);

    if (status != STATUS_OK)
        return status;
    validation.curve_folder = curve_store_folder();
    status = library_load(&library, err);
    if (status == STATUS_OK)
        status = published_load(&published, err);
    if (status == STATUS_OK)
        status = figures_print(&validation, &published, argv, argc, err);
    for (size_t i = 0; i < validation.kept_count; i++) {
        study_free(&validation.kept[i]->study);
        sweep_free(&validation.kept[i]->sweep);
        free(validation.kept[i]->key);
        free(validation.kept[i]);
    }
    free(validation.kept);
    free(validation.curve_folder);
    published_free(&published);
    library_free(&library);
    return status;
}
