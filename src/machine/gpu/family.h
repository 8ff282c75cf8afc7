/* A platform family is a way to turn a workload into memory accesses: GPU kernels, and
 * whatever else is listed in families.c.  Each is one file. */
#ifndef NVSWEEP_GPU_FAMILY_H
#define NVSWEEP_GPU_FAMILY_H

#include "machine/gpu/traffic.h"

enum family_id { FAMILY_GPU, FAMILY_COUNT };
extern const struct word family_words[];

/* What is asked of a family: reuse_evaluate's arguments. */
struct evaluation {
    const struct gpu *platform;
    const struct workload *workload;
    enum phase phase;
    uint64_t batch;
    unsigned precision_bits;
    uint64_t sequence_length;
    double max_error;
};

struct family {
    const char *name; /* as platform records spell it */
    const char *summary;

    /* Checks the parameters this family reads.  STATUS_INPUT with words in err. */
    enum status (*check)(const struct gpu *platform, struct error *err);

    /* Pure; as reuse_evaluate. */
    enum status (*evaluate)(const struct evaluation *evaluation,
                            struct reuse_curve *curve, struct error *err);

    /* Rough seconds of evaluate. */
    double (*cost_s)(const struct evaluation *evaluation);
};

extern const struct family *const families[FAMILY_COUNT];
extern const struct family gpu_family;

#endif
