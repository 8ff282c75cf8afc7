#include "cmd/kinds.h"

#include "cmd/figure_reads.h"

#include "base/maths.h"
#include "base/memory.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const figure_kind_names[KINDS_OF_FIGURES] = {
    [KIND_OF_PREDICTION] = "prediction", [KIND_OF_EXACT] = "exact",
    [KIND_OF_FITTED] = "fitted",         [KIND_OF_IDENTITY] = "identity",
    [KIND_OF_REPRODUCED] = "reproduced", [KIND_OF_BESIDE] = "beside",
};

struct judging {
    struct figures *figures;
    const struct library *library;
    const struct published *published;
    struct figure_reads *reads; /* of each figure, once collected */
    bool *has_reads;
};

struct judging *judging_begin(struct figures *figures, const struct library *library,
                              const struct published *published)
{
    struct judging *judging = alloc_array(1, sizeof *judging);

    *judging = (struct judging){
        .figures = figures,
        .library = library,
        .published = published,
        .reads = alloc_array(published->count, sizeof *judging->reads),
        .has_reads = alloc_array(published->count, sizeof *judging->has_reads),
    };
    return judging;
}

void judging_end(struct judging *judging)
{
    for (size_t i = 0; i < judging->published->count; i++)
        if (judging->has_reads[i])
            figure_reads_free(&judging->reads[i]);
    free(judging->reads);
    free(judging->has_reads);
    free(judging);
}

static bool is_named(const char *name, const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(patterns[i], name, 0) == 0)
            return true;
    return false;
}

static enum status patterns_check(const struct published *published,
                                  const struct record *record, const char *key,
                                  const char *const *patterns, size_t count,
                                  struct error *err)
{
    for (size_t p = 0; p < count; p++) {
        bool is_known = false;

        for (size_t i = 0; i < published->count && !is_known; i++)
            is_known = fnmatch(patterns[p], published->figures[i].record.name, 0) == 0;
        if (!is_known)
            return error_set(
                err, STATUS_INPUT,
                "%s:%u: %s of '%s' has '%.60s', which matches no published "
                "figure (`nvsweep validate --no-model` lists them)",
                record->file, record->line, key, record->name, patterns[p]);
    }
    return STATUS_OK;
}

enum status judging_check(const struct judging *judging, struct error *err)
{
    const struct published *published = judging->published;
    enum status status = STATUS_OK;

    for (int id = 0; id < RECORDS_COUNT; id++) {
        const struct record_table *table = &judging->library->tables[id];

        for (size_t i = 0; i < table->count && status == STATUS_OK; i++) {
            const struct record *record = table->records[i];

            status = patterns_check(published, record, "fit_to", record->fit_to,
                                    record->fit_to_count, err);
            if (status == STATUS_OK)
                status = patterns_check(published, record, "stores", record->stores,
                                        record->stores_count, err);
        }
    }
    for (size_t i = 0; i < published->count && status == STATUS_OK; i++) {
        const struct published_figure *figure = &published->figures[i];

        status = patterns_check(published, &figure->record, "composed_of",
                                figure->composed_of, figure->composed_of_count, err);
    }
    return status;
}

static enum status reads_of(struct judging *judging,
                            const struct published_figure *figure,
                            const struct figure_reads **reads, struct error *err)
{
    size_t place = (size_t)(figure - judging->published->figures);
    enum status status = STATUS_OK;
    struct error why;

    if (!judging->has_reads[place]) {
        judging->has_reads[place] = true;
        status = figures_reads(judging->figures, figure, &judging->reads[place], &why);
    }
    *reads = &judging->reads[place];
    if (status != STATUS_OK)
        return error_set(err, status, "%s:%u: %s: %s", figure->record.file,
                         figure->record.line, figure->record.name, why.text);
    return status;
}

/* Do two figures depend on the same value of a model? */
static bool shares_term(const struct figure_reads *a, const struct figure_reads *b)
{
    for (size_t i = 0; i < a->term_count; i++)
        for (size_t k = 0; k < b->term_count; k++)
            if (a->terms[i] == b->terms[k])
                return true;
    return false;
}

/* Is `figure` composed of the other figure: by its record, or because both have the same metric
 * and share a point? */
static enum status is_part(struct judging *judging,
                           const struct published_figure *figure,
                           const struct published_figure *part, bool *answer,
                           struct error *err)
{
    const struct figure_reads *reads, *of_part;
    enum status status;

    *answer = is_named(part->record.name, figure->composed_of,
                       figure->composed_of_count);
    if (*answer || part == figure || strcmp(part->metric, figure->metric) != 0 ||
        !figure->metric[0])
        return STATUS_OK;
    status = reads_of(judging, figure, &reads, err);
    if (status == STATUS_OK)
        status = reads_of(judging, part, &of_part, err);
    if (status == STATUS_OK)
        *answer = shares_term(reads, of_part);
    return status;
}

/* A record that the figure reads, and the figure in its fit_to that is `figure` or one that it
 * is composed of.  For `stores` only `figure` itself counts. */
struct ground {
    const struct record *record;
    const struct published_figure *figure;
};

static enum status ground_find(struct judging *judging,
                               const struct published_figure *figure,
                               const struct figure_reads *reads, bool of_fits,
                               struct ground *ground, struct error *err)
{
    const struct published *published = judging->published;

    *ground = (struct ground){ .record = NULL };
    for (size_t r = 0; r < reads->record_count; r++) {
        const struct record *record = reads->records[r];
        const char *const *names = of_fits ? record->fit_to : record->stores;
        size_t count = of_fits ? record->fit_to_count : record->stores_count;

        if (is_named(figure->record.name, names, count)) {
            *ground = (struct ground){ record, figure };
            return STATUS_OK;
        }
        for (size_t i = 0; i < published->count && count && of_fits; i++) {
            const struct published_figure *other = &published->figures[i];
            bool is_its_part = false;
            enum status status;

            if (ground->record || !is_named(other->record.name, names, count))
                continue;
            status = is_part(judging, figure, other, &is_its_part, err);
            if (status != STATUS_OK)
                return status;
            if (is_its_part)
                *ground = (struct ground){ record, other };
        }
    }
    return STATUS_OK;
}

static char *ground_text(const struct ground *ground,
                         const struct published_figure *figure, const char *verb)
{
    if (ground->figure == figure)
        return alloc_printf("%s %s it", ground->record->name, verb);
    return alloc_printf("%s %s %s, which it is composed of", ground->record->name, verb,
                        ground->figure->record.name);
}

static void kind_set(struct judged *judged, enum figure_kind kind, char *reason)
{
    judged->kind = kind;
    judged->reason = reason;
}

static enum status kind_find(struct judging *judging, struct judged *judged,
                             struct error *err)
{
    const struct published_figure *figure = judged->figure;
    struct ground fitted = { .record = NULL }, stored = { .record = NULL };
    const struct figure_reads *reads;
    enum status status;

    if (figure->claim == CLAIM_NOT_MODELLED) {
        kind_set(judged, KIND_OF_BESIDE, alloc_text(figure->why));
        return STATUS_OK;
    }
    status = reads_of(judging, figure, &reads, err);
    if (status == STATUS_OK)
        status = ground_find(judging, figure, reads, true, &fitted, err);
    if (status == STATUS_OK)
        status = ground_find(judging, figure, reads, false, &stored, err);
    if (status != STATUS_OK)
        return status;
    if (figure->claim == CLAIM_BESIDE)
        kind_set(judged, KIND_OF_BESIDE, alloc_text(figure->why));
    else if (figure->grade == GRADE_RECALLED)
        kind_set(judged, KIND_OF_BESIDE, alloc_text("recalled"));
    else if (figure->claim == CLAIM_REPRODUCED)
        kind_set(judged, KIND_OF_REPRODUCED, alloc_text(figure->why));
    else if (figure->parts_count)
        kind_set(judged, KIND_OF_IDENTITY,
                 alloc_text("aggregates figures of its source; no model"));
    else if (fitted.record)
        kind_set(judged, KIND_OF_FITTED, ground_text(&fitted, figure, "is fitted to"));
    else if (stored.record)
        kind_set(judged, KIND_OF_IDENTITY, ground_text(&stored, figure, "stores"));
    else if (figure->claim == CLAIM_EXACT)
        kind_set(judged, KIND_OF_EXACT, alloc_text(""));
    else if (figure->grade == GRADE_DERIVED)
        kind_set(judged, KIND_OF_IDENTITY, alloc_text("repeats our own arithmetic"));
    else
        kind_set(judged, KIND_OF_PREDICTION, alloc_text(""));
    for (size_t r = 0; r < reads->record_count; r++)
        if (reads->records[r]->fit_to_count) {
            judged->fits = realloc_array(judged->fits, judged->fit_count + 1,
                                         sizeof(const struct record *));
            judged->fits[judged->fit_count++] = reads->records[r];
        }
    return STATUS_OK;
}

double figure_factor(const struct published_figure *figure, double value)
{
    double ratio = value / figure->value;

    if ((figure->bound == BOUND_UPPER && ratio < 1) ||
        (figure->bound == BOUND_LOWER && ratio > 1))
        return 1;
    if (!(ratio > 0))
        return NAN;
    return maths_exp(fabs(maths_log(ratio)));
}

static bool is_within(const struct published_figure *figure, double value)
{
    double error = value / figure->value - 1;

    if (figure->bound == BOUND_UPPER)
        return error <= figure->tolerance;
    if (figure->bound == BOUND_LOWER)
        return error >= -figure->tolerance;
    return fabs(error) <= figure->tolerance;
}

/* Finds a part of at least a tenth of the sum that misses the sum's tolerance.  Ratios and means
 * are not sums. */
static enum status cancelling_find(struct judging *judging, struct judged *judged,
                                   struct error *err)
{
    const struct published_figure *figure = judged->figure;

    if (judged->kind != KIND_OF_PREDICTION || !judged->is_within ||
        figure->baseline_count || figure->reduce != REDUCE_VALUE)
        return STATUS_OK;
    for (size_t i = 0; i < judging->published->count && !judged->cancelling; i++) {
        const struct published_figure *part = &judging->published->figures[i];
        double value = NAN;
        enum status status;

        if (!is_named(part->record.name, figure->composed_of,
                      figure->composed_of_count) ||
            strcmp(part->unit, figure->unit) != 0 || part->value < figure->value / 10)
            continue;
        status = figures_value(judging->figures, part, &value, err);
        if (status != STATUS_OK)
            return status;
        if (!(fabs(value / part->value - 1) <= figure->tolerance))
            judged->cancelling = part;
    }
    return STATUS_OK;
}

enum status figure_judge(struct judging *judging, const struct published_figure *figure,
                         bool is_evaluated, struct judged *judged, struct error *err)
{
    enum status status;
    struct error why;

    *judged = (struct judged){ .figure = figure, .value = NAN };
    status = kind_find(judging, judged, err);
    if (status != STATUS_OK || !is_evaluated || figure->claim == CLAIM_NOT_MODELLED)
        return status;
    judged->is_left_out = figures_leave_out(judging->figures, figure);
    status = figures_value(judging->figures, figure, &judged->value, &why);
    if (status != STATUS_OK)
        return error_set(err, status, "%s:%u: %s: %s", figure->record.file,
                         figure->record.line, figure->record.name, why.text);
    judged->is_within = is_within(figure, judged->value);
    return cancelling_find(judging, judged, err);
}

void judged_free(struct judged *judged)
{
    free(judged->reason);
    free(judged->fits);
    *judged = (struct judged){ .figure = NULL };
}
