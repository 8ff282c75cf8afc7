/* Published figures: what papers and other tools report, beside which `nvsweep
 * validate` puts the models' values.  Read from the published/ folders of the library.
 */
#ifndef NVSWEEP_CONFIG_PUBLISHED_H
#define NVSWEEP_CONFIG_PUBLISHED_H

#include "base/schema.h"

/* How much a figure is worth as evidence. */
enum grade {
    GRADE_PUBLISHED, /* a table or figure read from the source */
    GRADE_PEER,      /* an independent tool's output at a stated configuration */
    GRADE_HEADLINE,  /* only a headline ratio is known */
    GRADE_RECALLED,  /* digits not checked against the source */
    GRADE_DERIVED,   /* worked out by us from a source's inputs, as the model does it */
};

/* What the record says of itself; what it is worth follows (cmd/kinds.h). */
enum claim {
    CLAIM_PREDICTION, /* within the tolerance */
    CLAIM_EXACT, /* equal, but for rounding, to another program or a count by hand */
    CLAIM_REPRODUCED,   /* a study made as its authors made it, their inputs included */
    CLAIM_BESIDE,       /* none; why says for what reason */
    CLAIM_NOT_MODELLED, /* none, as no model has such a value; why says for what reason */
};

/* "up to 5x" is an upper bound: a smaller value is no error. */
enum bound { BOUND_NONE, BOUND_UPPER, BOUND_LOWER };

/* How many points become one number. */
enum reduce { REDUCE_VALUE, REDUCE_MAX, REDUCE_MIN, REDUCE_MEAN, REDUCE_GEOMEAN };

struct published_figure {
    struct record record;
    const char *system; /* what was measured: a group of figures, "deepnvm" */
    enum grade grade;

    /* A sweep file beside the library whose points are meant, or "": where alone. */
    const char *sweep;

    /* The design points meant, as "axis=value" or "axis=value,value".  With a baseline
     * (its settings replace those of the same axes), the figure is the ratio of the
     * baseline's metric to that of the points. */
    const char *const *where;
    size_t where_count;
    const char *const *baseline;
    size_t baseline_count;

    const char *metric; /* as in metrics.def; "": parts, or not modelled */
    const char
        *at; /* labels or numbers on its extra dimensions, by commas; "": it has none */

    /* Without a metric: figures of the same source that this one is made of, by reduce;
     * so it checks how the source aggregates, no model. */
    const char *const *parts;
    size_t parts_count;

    double
        value; /* in unit, which is an SI base unit after reading; 0: none is known */
    const char *unit;
    double tolerance; /* largest |model / value - 1| allowed */
    enum claim claim;
    const char *why; /* nothing is claimed, or a miss is what it is; "" if not known */
    enum bound bound;
    const char *study; /* figures of one study are one source in the summary */
    const char *class; /* of measured figures, whose medians are printed; "": none */

    /* Names, or patterns, of figures that this one is a ratio, product or sum of. */
    const char *const *composed_of;
    size_t composed_of_count;
    const char *reproduces; /* the prediction of the same figure; "" if none */
    enum reduce reduce;
    const char *note; /* "" if none */
};

struct published {
    struct published_figure *figures; /* sorted by name */
    size_t count;
};

extern const struct word grade_words[], reduce_words[], claim_words[];
extern const struct schema published_schema;

/* Read the published/ folders, as library_read does.  published_free releases the
 * figures in any case. */
enum status published_read(const char *const *folders, size_t count,
                           struct published *published, struct error *err);
void published_free(struct published *published);

#endif
