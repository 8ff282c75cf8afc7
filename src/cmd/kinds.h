/* What a published figure beside the model's value is worth: its kind, worked out from what
 * its record claims, from the `fit_to` and `stores` of the library records that its
 * evaluation reads, and from the figures it is composed of. */
#ifndef NVSWEEP_CMD_KINDS_H
#define NVSWEEP_CMD_KINDS_H

#include "cmd/figures.h"

enum figure_kind {
    KIND_OF_PREDICTION, /* nothing it consists of was fitted to or is stored */
    KIND_OF_EXACT,      /* equals another program, or a count by hand */
    KIND_OF_FITTED,     /* it, or one it is composed of, was fitted to */
    KIND_OF_IDENTITY,   /* a record stores it, or it restates our own arithmetic */
    KIND_OF_REPRODUCED, /* a study made as its authors made it */
    KIND_OF_BESIDE,     /* no claim */
    KINDS_OF_FIGURES
};
extern const char *const figure_kind_names[KINDS_OF_FIGURES];

/* A row of `validate`. */
struct judged {
    const struct published_figure *figure;
    enum figure_kind kind;
    char *reason; /* why it is of this kind; "" for predictions */

    /* Records a prediction reads that were fitted to other figures. */
    const struct record **fits;
    size_t fit_count;

    double value;   /* the model's, NaN where it has none */
    bool is_left_out; /* an experiment whose data are not read unless its system is named */
    bool is_within; /* of the tolerance; NaN is not */

    /* A sum within its tolerance whose larger parts are not: the first of these, else
     * NULL.  Such a row is missed. */
    const struct published_figure *cancelling;
};

struct judging; /* opaque: the figures and library it looks at */

/* All are borrowed.  STATUS_INPUT if a record's fit_to, stores or composed_of names no
 * figure. */
struct judging *judging_begin(struct figures *figures, const struct library *library,
                              const struct published *published);
enum status judging_check(const struct judging *judging, struct error *err);
void judging_end(struct judging *judging);

/* Kind and reason; the value too if is_evaluated.  judged_free in any case. */
enum status figure_judge(struct judging *judging, const struct published_figure *figure,
                         bool is_evaluated, struct judged *judged, struct error *err);
void judged_free(struct judged *judged);

/* |ln(model / published)| as a factor of at least 1: on the wrong side only, where the
 * value is a bound; NaN if the model has none. */
double figure_factor(const struct published_figure *figure, double value);

#endif
