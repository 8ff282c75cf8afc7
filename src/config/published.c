#include "config/published.h"

#include "base/memory.h"
#include "base/units.h"
#include "config/library.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

const struct word grade_words[] = {
    { "published", GRADE_PUBLISHED }, { "peer", GRADE_PEER },
    { "headline", GRADE_HEADLINE },   { "recalled", GRADE_RECALLED },
    { "derived", GRADE_DERIVED },     { NULL, 0 },
};

const struct word reduce_words[] = {
    { "value", REDUCE_VALUE }, { "max", REDUCE_MAX },         { "min", REDUCE_MIN },
    { "mean", REDUCE_MEAN },   { "geomean", REDUCE_GEOMEAN }, { NULL, 0 },
};

const struct word claim_words[] = {
    { "prediction", CLAIM_PREDICTION },     { "exact", CLAIM_EXACT },
    { "reproduced", CLAIM_REPRODUCED },     { "beside", CLAIM_BESIDE },
    { "not_modelled", CLAIM_NOT_MODELLED }, { NULL, 0 },
};

static const struct word bound_words[] = {
    { "none", BOUND_NONE },
    { "upper", BOUND_UPPER },
    { "lower", BOUND_LOWER },
    { NULL, 0 },
};

/* clang-format off */
#define TEXT(member, text, meaning) FIELD_TEXT(struct published_figure, member, text, meaning)
#define TEXTS(member, meaning) FIELD_TEXTS(struct published_figure, member, meaning)
#define NUM(member, unit, fallback, min, max, meaning)                                 \
    FIELD_NUMBER(struct published_figure, member, unit, fallback, min, max, meaning)
#define WORD(member, words, fallback, meaning)                                         \
    FIELD_WORD(struct published_figure, member, words, fallback, meaning)

static const struct field published_fields[] = {
    TEXT(system, NULL, "system that was measured; the figures of one system are shown together"),
    WORD(grade, grade_words, REQUIRED, "evidence"),
    TEXT(sweep, "", "sweep file beside the library to whose points the figure refers"),
    TEXTS(where, "design points, as \"axis=value\""),
    TEXTS(baseline, "settings that replace those of `where` in the numerator of a ratio"),
    TEXT(metric, "", "metric, as in `nvsweep list metrics`"),
    TEXTS(parts, "instead of a metric: figures of the source that this one combines, by `reduce`"),
    NUM(value, UNIT_OF_RECORD, 0, -DBL_MAX, DBL_MAX, "published value, in `unit` or with its own unit; required unless the claim is not_modelled"),
    TEXT(unit, "1", "unit of the value, such as \"ns\" or \"mm2\""),
    NUM(tolerance, "1", 0, 0, 100, "largest |model / value - 1| allowed"),
    WORD(claim, claim_words, CLAIM_PREDICTION, "claim about the model's value"),
    TEXT(why, "", "reason of a claim `beside` or `not_modelled`, mechanism of a miss"),
    WORD(bound, bound_words, BOUND_NONE, "is the value an upper or lower bound?"),
    TEXT(study, "", "name of the source in the summary (default: the text of `source` up to , : ; or ()"),
    TEXT(class, "", "class of a measured figure, such as \"SRAM macro, area\", for which medians are printed"),
    TEXTS(composed_of, "figures of which this one is a ratio, product or sum; * stands for any letters"),
    TEXT(reproduces, "", "figure that predicts what this one reproduces"),
    WORD(reduce, reduce_words, REDUCE_VALUE, "how the values of several points become one number"),
    TEXT(at, "", "label or number on the metric's extra dimension, if it has one (of several: forward/buffer, all/50 MiB), or several to be added up, joined by +"),
    TEXT(note, "", "further information"),
};
/* clang-format on */

/* A record that claims nothing must say so and why; a missing number must not have this
 * effect. */
static enum status claim_check(const struct published_figure *figure, struct error *err)
{
    bool is_silent = figure->claim == CLAIM_BESIDE ||
                     figure->claim == CLAIM_NOT_MODELLED;
    bool is_claimed = !is_silent && figure->grade != GRADE_RECALLED;

    if (is_silent && !figure->why[0])
        return error_set(err, STATUS_INPUT,
                         "claims nothing (claim = \"%s\"), must say why",
                         word_name(claim_words, (int)figure->claim));
    if (is_claimed && !(figure->tolerance > 0))
        return error_set(
            err, STATUS_INPUT,
            "lacks a tolerance above 0, must have one, or claim = \"beside\" "
            "and why");
    return STATUS_OK;
}

/* Checks that no ratio is reduced apart.  The largest of ratios is not the ratio of the largest: without a sweep file numerator and
 * denominator are reduced apart, which is the same for geometric means only. */
static enum status reduce_check(const struct published_figure *figure,
                                struct error *err)
{
    bool is_apart = figure->baseline_count && !figure->sweep[0];

    if (is_apart && figure->reduce != REDUCE_VALUE && figure->reduce != REDUCE_GEOMEAN)
        return error_set(err, STATUS_INPUT,
                         "reduces ratios by %s without a sweep, must name a sweep that "
                         "has them, or reduce by geomean",
                         word_name(reduce_words, (int)figure->reduce));
    return STATUS_OK;
}

/* Returns the name of the source: its text up to the first comma, colon, semicolon or
 * bracket. */
static void study_fill(struct published_figure *figure)
{
    const char *source = figure->record.source;

    if (figure->study[0])
        return;
    free((char *)(uintptr_t)figure->study); /* the reader's copy, ours to replace */
    figure->study = alloc_printf("%.*s", (int)strcspn(source, ",:;("), source);
}

/* The value was read in the base unit, so the unit becomes that. */
static enum status published_finish(void *record, struct error *err)
{
    struct published_figure *figure = record;
    const char *base = unit_base(figure->unit);

    if (figure->claim == CLAIM_NOT_MODELLED && (*figure->metric || figure->parts_count))
        return error_set(err, STATUS_INPUT,
                         "is not_modelled, must have no metric and no parts");
    if (figure->claim != CLAIM_NOT_MODELLED &&
        (*figure->metric != '\0') == (figure->parts_count > 0))
        return error_set(err, STATUS_INPUT, "must have either a metric or parts");
    if (figure->value == 0 && figure->claim != CLAIM_NOT_MODELLED)
        return error_set(err, STATUS_INPUT,
                         "lacks a value, must give one that is not 0");
    for (size_t i = 0; i < figure->parts_count; i++) {
        char *end;

        strtod(figure->parts[i], &end);
        if (end == figure->parts[i] || *end)
            return error_set(err, STATUS_INPUT, "parts has '%.40s', must be numbers",
                             figure->parts[i]);
    }
    study_fill(figure);
    if (claim_check(figure, err) != STATUS_OK || reduce_check(figure, err) != STATUS_OK)
        return STATUS_INPUT;
    if (!base) /* a compound such as "J s": taken literally */
        return STATUS_OK;
    free((char *)(uintptr_t)figure->unit); /* the reader's copy, ours to replace */
    figure->unit = alloc_text(base);
    return STATUS_OK;
}

const struct schema published_schema = {
    .kind = "published figure",
    .folder = "published",
    .size = sizeof(struct published_figure),
    .fields = published_fields,
    .field_count = FIELD_COUNT_OF(published_fields),
    .finish = published_finish,
};

enum status published_read(const char *const *folders, size_t count,
                           struct published *published, struct error *err)
{
    struct record_table table;
    enum status status = record_table_read(folders, count, &published_schema, &table,
                                           err);

    *published = (struct published){
        .figures = alloc_array(table.count, sizeof *published->figures),
        .count = table.count,
    };
    for (size_t i = 0; i < table.count;
         i++) { /* the texts to which fields point move with the struct */
        memcpy(&published->figures[i], table.records[i], sizeof *published->figures);
        free(table.records[i]);
        free(table.texts[i]);
    }
    free(table.records);
    free(table.texts);
    return status;
}

void published_free(struct published *published)
{
    for (size_t i = 0; i < published->count; i++)
        schema_fields_free(&published_schema, &published->figures[i]);
    free(published->figures);
    *published = (struct published){ 0 };
}
