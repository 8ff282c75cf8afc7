/* A sweep as its file describes it, resolved against the library. */
#ifndef NVSWEEP_STAGE_SWEEP_H
#define NVSWEEP_STAGE_SWEEP_H

#include "array/array.h"
#include "space/space.h"

enum durability { DURABILITY_PROCESS, DURABILITY_POWER };
extern const struct word durability_words[];

/* A metric that is wanted small: place in the table of a stage's metrics
 * (stage/stage.h). */
struct objective {
    int stage;
    size_t metric;
};

struct sweep {
    char *file;  /* as given on the command line */
    char *text;  /* the whole file, verbatim */
    char *title; /* or NULL */
    struct space space;
    uint32_t stages; /* bit per stage asked for (by default all whose axes are given) */
    uint64_t seed;
    int durability;             /* enum durability */
    struct objective objective; /* of the sensitivity stage */
    double max_error;           /* asked error of sampled miss ratios, absolute */
    struct array_limits
        limits; /* what the array search must keep within; 0: no limit */
    struct array_weights weights; /* of target "weighted" */
};

void sweep_free(struct sweep *sweep);

#endif
