/* A sweep as its file describes it, with the library's records. */
#ifndef NVSWEEP_STAGE_SWEEP_H
#define NVSWEEP_STAGE_SWEEP_H

#include "array/array.h"
#include "space/space.h"

typedef uint64_t stage_mask; /* one bit per stage */
#define STAGE_BIT(id) ((stage_mask)1 << (id))

enum durability { DURABILITY_PROCESS, DURABILITY_POWER };
extern const struct word durability_words[];

/* A metric to be minimised: its stage and its index in the stage's table of metrics
 * (stage/stage.h). */
struct objective {
    int stage;
    size_t metric;
};

/* The question of the need stage: by which factor must a field of the point's record on
 * `axis` change so that the metric is at most need_goal times that of the record `over`? */
enum { NEED_FIELDS_MAX = 8, NEED_PLACES_MAX = 4 };
struct need_field {
    char *label;                   /* its places, joined by + */
    char *places[NEED_PLACES_MAX]; /* places in a record of the axis (base/path.h) that
                                   * change together */
    size_t place_count;
};
struct need_question {
    enum axis_id axis;
    const struct record *over;
    struct objective metric;
    double least, most; /* range of the factors */
    struct need_field fields[NEED_FIELDS_MAX];
    size_t field_count; /* 0: there is no question */
};

struct sweep {
    char *file;  /* as given on the command line */
    char *text;  /* the whole file, verbatim */
    char *title; /* or NULL */
    struct space space;
    stage_mask stages; /* bit per requested stage (default: all whose axes are given) */
    uint64_t seed;
    int durability;             /* enum durability */
    struct objective objective; /* of the sensitivity stage */
    struct need_question need;
    double max_error; /* largest permitted error of sampled miss ratios, absolute */
    struct array_limits limits;   /* limits for the array search; 0: no limit */
    struct array_weights weights; /* of target "weighted" */
};

/* Frees the question's texts and leaves it without a question. */
void need_question_free(struct need_question *need);

void sweep_free(struct sweep *sweep);

#endif
