#include "learning/experiment.h"

#include "learning/recognition.h"
#include "learning/integers.h"
#include "learning/learner.h"

#include <math.h>

const struct word experiment_family_words[] = {
    { "learning", EXPERIMENT_LEARNING },
    { "hypervectors", EXPERIMENT_HYPERVECTORS },
    { "integers", EXPERIMENT_INTEGERS },
    { NULL, 0 },
};

static const struct experiment_family *const families[EXPERIMENT_FAMILY_COUNT] = {
    [EXPERIMENT_LEARNING] = &learning_experiments,
    [EXPERIMENT_HYPERVECTORS] = &hypervector_experiments,
    [EXPERIMENT_INTEGERS] = &integer_experiments,
};

/* The `finish` function for the reader of records. */
static const struct schema *const family_schemas[EXPERIMENT_FAMILY_COUNT] = {
    [EXPERIMENT_LEARNING] = &learner_schema,
    [EXPERIMENT_HYPERVECTORS] = &recognition_schema,
    [EXPERIMENT_INTEGERS] = &integers_schema,
};

static const struct field experiment_fields[] = { EXPERIMENT_FIELDS(5) };

const struct schema experiment_schema = {
    .kind = "experiment",
    .folder = "experiments",
    .size = sizeof(struct experiment),
    .fields = experiment_fields,
    .field_count = FIELD_COUNT_OF(experiment_fields),
    .family = &experiment_fields[1],
    .families = family_schemas,
    .family_count = EXPERIMENT_FAMILY_COUNT,
};

const struct experiment_family *experiment_family(const struct experiment *experiment)
{
    return families[experiment->family];
}

static void result_clear(struct experiment_result *result)
{
    *result = (struct experiment_result){
        .tests = NAN,
        .macs = NAN,
        .pulses = NAN,
        .pulses_most = NAN,
        .pulse_j = NAN,
        .cells = NAN,
    };
    for (int i = 0; i < TRIALS_MAX; i++)
        result->accuracy[i] = result->learnt[i] = result->noise[i] = NAN;
}

enum status experiment_run(const struct experiment_setting *setting,
                           struct experiment_result *result, struct error *err)
{
    const struct experiment_family *family = experiment_family(setting->experiment);
    const struct corpus *corpus = setting->corpus;

    result_clear(result);
    if (!corpus_is_read(corpus))
        return error_set(err, STATUS_INFEASIBLE, "the corpus '%s' was not read",
                         corpus->record.name);
    if (corpus_has_texts(corpus) != family->takes_texts)
        return error_set(
            err, STATUS_INFEASIBLE,
            "experiments of the family %s need %s, but the corpus '%s' has %s",
            family->name, family->takes_texts ? "texts" : "images", corpus->record.name,
            family->takes_texts ? "images" : "texts");
    return family->run(setting, result, err);
}
