/* Experiments measure what a device or a number format does to the accuracy of a model, with
 * data that Debian packages contain, in several trials.  A record names its family:
 *
 *     learning      a network learns in synapses (learning/learner.h)
 *     hypervectors  texts are recognised by hypervectors (learning/recognition.h)
 *     integers      a network computes in integers, also with Winograd's algorithm
 *                   (learning/integers.h)
 *
 * The result of a trial depends only on its number and the records of the point. */
#ifndef NVSWEEP_LEARNING_EXPERIMENT_H
#define NVSWEEP_LEARNING_EXPERIMENT_H

#include "learning/corpus.h"
#include "learning/synapse.h"

enum experiment_family_id {
    EXPERIMENT_LEARNING,
    EXPERIMENT_HYPERVECTORS,
    EXPERIMENT_INTEGERS,
    EXPERIMENT_FAMILY_COUNT
};
extern const struct word experiment_family_words[];

enum { TRIALS_MAX = 64 };

/* The members that all families have; it is the first member of their structs. */
struct experiment {
    struct record record;
    const char *summary;
    int family;         /* enum experiment_family_id */
    const char *corpus; /* name */
    uint64_t trials;
};

/* clang-format off */
#define EXPERIMENT_FIELDS(trials_)                                                                          \
    FIELD_TEXT(struct experiment, summary, "", "summary in one line"),                                    \
    FIELD_WORD(struct experiment, family, experiment_family_words, REQUIRED, "what is tried"),              \
    FIELD_NAME(struct experiment, corpus, "corpus", NULL, "the data"),                                      \
    FIELD_COUNT(struct experiment, trials, trials_, 1, TRIALS_MAX, "repetitions with other random numbers")
/* clang-format on */

extern const struct schema experiment_schema;

enum learning_rule { RULE_BACKPROPAGATION, RULE_DIRECT_FEEDBACK };

/* The records of a point.  NULL: the sweep does not have the axis. */
struct hdc_task;
struct experiment_setting {
    const struct experiment *experiment;
    const struct corpus *corpus; /* read */
    const struct synapse *synapse;
    const struct hdc_task *task;
    enum learning_rule rule;
    uint64_t bits; /* precision of the point */
};

/* Figures that a family does not compute are NaN for all trials. */
struct experiment_result {
    double accuracy[TRIALS_MAX]; /* share of the test's images or texts that are
                                * recognised, per trial */
    double learnt[TRIALS_MAX];   /* the same for the first items of the training data */
    double noise[TRIALS_MAX]; /* of convolutions: mean squared error over mean square */
    double tests;             /* images or texts of the test */
    double macs;              /* multiply-accumulates of one forward pass */
    double pulses;            /* per trial, mean over the trials */
    double pulses_most;       /* of the cell that receives most, over all trials */
    double pulse_j;           /* energy of a trial's pulses, mean */
    double cells;             /* synapses of the network, biases included */
};

/* What a family reads of a point besides the experiment. */
enum experiment_reads {
    EXPERIMENT_READS_SYNAPSE = 1,
    EXPERIMENT_READS_LEARNING = 2,
    EXPERIMENT_READS_TASK = 4,
    EXPERIMENT_READS_PRECISION = 8,
};

struct experiment_family {
    const char *name; /* as records spell it */
    unsigned reads;   /* enum experiment_reads */
    const struct schema *schema;
    bool takes_texts; /* its corpus has texts, else images */

    /* Runs all trials.  Returns STATUS_INFEASIBLE with the reason in err if the records do
     * not fit together.  Takes long, so it checks stop_is_wanted(). */
    enum status (*run)(const struct experiment_setting *setting,
                       struct experiment_result *result, struct error *err);

    /* Returns the estimated seconds of one core, measured on an AMD EPYC of 2023. */
    double (*cost_s)(const struct experiment_setting *setting);
};
extern const struct experiment_family learning_experiments, hypervector_experiments,
    integer_experiments;

const struct experiment_family *experiment_family(const struct experiment *experiment);

/* Calls the family's `run` after checking that the corpus was read and is of the right kind. */
enum status experiment_run(const struct experiment_setting *setting,
                           struct experiment_result *result, struct error *err);

#endif
