/* Published figures: the results of papers and other tools with which `nvsweep validate`
 * compares the models.  They are read from the published/ folders of the library. */
#ifndef NVSWEEP_CONFIG_PUBLISHED_H
#define NVSWEEP_CONFIG_PUBLISHED_H

#include "base/schema.h"

/* The quality of a figure as evidence. */
enum grade {
    GRADE_PUBLISHED, /* a table or figure read from the source */
    GRADE_PEER,      /* an independent tool's output at a stated configuration */
    GRADE_HEADLINE,  /* only a headline ratio is known */
    GRADE_RECALLED,  /* digits not checked against the source */
    GRADE_DERIVED,   /* computed by us from a source's inputs, as the model does it */
};

/* The claim that the record makes.  The kind of a figure follows from it and from other
 * records (cmd/kinds.h). */
enum claim {
    CLAIM_PREDICTION, /* within the tolerance */
    CLAIM_EXACT, /* equal, except for rounding, to another program or a count by hand */
    CLAIM_REPRODUCED,   /* a study repeated with its authors' method and inputs */
    CLAIM_BESIDE,       /* no claim; `why` gives the reason */
    CLAIM_NOT_MODELLED, /* no claim, because no model computes it; `why` gives the
                         * reason */
};

/* "up to 5x" is an upper bound: a smaller value is no error. */
enum bound { BOUND_NONE, BOUND_UPPER, BOUND_LOWER };

/* How the values of several points become one number. */
enum reduce { REDUCE_VALUE, REDUCE_MAX, REDUCE_MIN, REDUCE_MEAN, REDUCE_GEOMEAN };

struct published_figure {
    struct record record;
    const char *system; /* what was measured, which groups figures: "deepnvm" */
    enum grade grade;

    /* The sweep file beside the library to whose points the figure refers; "": `where` alone
     * describes them. */
    const char *sweep;

    /* The design points, as "axis=value" or "axis=value,value".  With a baseline, whose
     * settings replace those of the same axes, the figure is the ratio of the baseline's
     * metric to that of the points. */
    const char *const *where;
    size_t where_count;
    const char *const *baseline;
    size_t baseline_count;

    const char *metric; /* as in metrics.def; "": parts, or not modelled */
    const char *at; /* labels or numbers on the metric's extra dimensions, separated by
              * commas; "": it has none */

    /* Without a metric: figures of the same source that this one combines, by `reduce`.  Such
     * a figure checks how the source aggregates, not a model. */
    const char *const *parts;
    size_t parts_count;

    double value; /* in `unit`, which is an SI base unit after reading; 0: no value is
                * known */
    const char *unit;
    double tolerance; /* largest |model / value - 1| allowed */
    enum claim claim;
    const char *why; /* why nothing is claimed, or the mechanism of a miss; "" if it is
                      * not known */
    enum bound bound;
    const char *study; /* figures of one study are one source in the summary */
    const char
        *class; /* of measured figures, for which medians are printed; "": none */

    /* Names, or patterns, of figures that this one is a ratio, product or sum of. */
    const char *const *composed_of;
    size_t composed_of_count;
    const char *reproduces; /* name of the prediction of the same figure; "" if there
                             * is none */
    enum reduce reduce;
    const char *note; /* "" if none */
};

struct published {
    struct published_figure *figures; /* sorted by name */
    size_t count;
};

extern const struct word grade_words[], reduce_words[], claim_words[];
extern const struct schema published_schema;

/* Reads the published/ folders as library_read does.  Call published_free also after an
 * error. */
enum status published_read(const char *const *folders, size_t count,
                           struct published *published, struct error *err);
void published_free(struct published *published);

#endif
