/* The kind of a published figure: what its agreement with the model is worth.  It follows
 * from the claims of its record, from `fit_to` and `stores` of the library records that its
 * evaluation reads, and from the figures that it is composed of. */
#ifndef NVSWEEP_CMD_KINDS_H
#define NVSWEEP_CMD_KINDS_H

#include "cmd/figures.h"

enum figure_kind {
    KIND_OF_PREDICTION, /* nothing it depends on was fitted to it or stores it */
    KIND_OF_EXACT,      /* must equal another program, or a count by hand */
    KIND_OF_FITTED,   /* a record was fitted to it, or to a figure it is composed of */
    KIND_OF_IDENTITY, /* a record stores it, or it repeats our own arithmetic */
    KIND_OF_REPRODUCED, /* a study repeated with its authors' method */
    KIND_OF_BESIDE,     /* shown for comparison, without a claim */
    KINDS_OF_FIGURES
};
extern const char *const figure_kind_names[KINDS_OF_FIGURES];

/* A row of `validate`. */
struct judged {
    const struct published_figure *figure;
    enum figure_kind kind;
    char *reason; /* why the figure is of this kind; "" for predictions */

    /* Records that a prediction reads and that were fitted to other figures. */
    const struct record **fits;
    size_t fit_count;

    double value;     /* the model's; NaN if it has none */
    bool is_left_out; /* an experiment, and its system was not named */
    bool is_within;   /* within the tolerance; false for NaN */

    /* If the figure is a sum within its tolerance but its larger parts are not: the first of
     * these parts, otherwise NULL.  Such a row counts as missed. */
    const struct published_figure *cancelling;
};

struct judging; /* opaque: the figures and the library used to judge */

/* The arguments must outlive the result.  judging_check returns STATUS_INPUT if fit_to, stores
 * or composed_of of a record names no figure. */
struct judging *judging_begin(struct figures *figures, const struct library *library,
                              const struct published *published);
enum status judging_check(const struct judging *judging, struct error *err);
void judging_end(struct judging *judging);

/* Finds kind and reason, and the value if is_evaluated.  Call judged_free, also after errors. */
enum status figure_judge(struct judging *judging, const struct published_figure *figure,
                         bool is_evaluated, struct judged *judged, struct error *err);
void judged_free(struct judged *judged);

/* |ln(model / published)| as a factor of at least 1; if the published value is a bound, only
 * the wrong side counts.  NaN if the model has no value. */
double figure_factor(const struct published_figure *figure, double value);

#endif
