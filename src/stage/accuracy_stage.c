/* The accuracy stage: a network learns in synapses, trial after trial (learning/experiment.h). */
#include "stage/stages.h"

#include "base/statistics.h"
#include "columns/accuracy.h"
#include "learning/experiment.h"
#include "machine/layerwise/layerwise.h"
#include "stage/visit.h"

#include <stdlib.h>

static const struct corpus *corpus_of(const struct study *study,
                                      const struct experiment *experiment)
{
    return (const struct corpus *)library_find(study->library, SHELF_CORPUS,
                                               experiment->corpus);
}

static enum status accuracy_visit(const struct visit *visit, const struct columns *out,
                                  uint64_t i, struct error *reason)
{
    const struct point *point = &visit->point;
    const struct experiment *experiment = (const struct experiment *)point->experiment;
    const struct synapse *synapse = (const struct synapse *)point->synapse;
    const struct corpus *corpus = corpus_of(visit->study, experiment);
    const struct accuracy_columns to = accuracy_columns(out);
    enum learning_rule rule = point->learning == CIM_FEEDBACK_ALIGNMENT
                                  ? RULE_DIRECT_FEEDBACK
                                  : RULE_BACKPROPAGATION;
    uint64_t trials = experiment->trials;
    struct experiment_result result;
    enum status status = experiment_run(experiment, corpus, synapse, rule, &result,
                                        reason);

    if (status != STATUS_OK)
        return status;
    numbers_sort(result.accuracy, trials);
    numbers_sort(result.learnt, trials);
    to.accuracy[i] = quantile(result.accuracy, trials, 0.5);
    to.accuracy_least[i] = result.accuracy[0];
    to.accuracy_q1[i] = quantile(result.accuracy, trials, 0.25);
    to.accuracy_q3[i] = quantile(result.accuracy, trials, 0.75);
    to.accuracy_most[i] = result.accuracy[trials - 1];
    to.learnt_accuracy[i] = quantile(result.learnt, trials, 0.5);
    to.trials[i] = trials;
    to.synapses[i] = result.cells;
    to.learning_macs[i] = experiment_macs(experiment, corpus);
    to.pulses[i] = result.pulses;
    to.synapse_pulses[i] = result.pulses / result.cells;
    to.synapse_pulses_most[i] = result.pulses_most;
    to.pulse_energy_j[i] = result.pulse_j;
    return STATUS_OK;
}

static void accuracy_stage_evaluate(const struct study *study, struct range points,
                                    const struct columns *out, int8_t *status,
                                    struct error *reason)
{
    stage_visit(study, STAGE_ACCURACY, points, accuracy_visit, NULL, out, status,
                reason);
}

/* Of a learnt image the forward pass, the errors and the changes; a pulse costs as much as 60
 * multiply-accumulates, and most changes of a pulsed synapse draw a number (10).  Measured on one core of an AMD EPYC of 2023. */
static double accuracy_stage_cost_s(const struct study *study,
                                    const struct point *point,
                                    struct layer_cache *layers)
{
    const struct experiment *experiment = (const struct experiment *)point->experiment;
    const struct synapse *synapse = (const struct synapse *)point->synapse;
    const struct corpus *corpus = corpus_of(study, experiment);
    double images = (double)(experiment->training_images < corpus->training.count
                                 ? experiment->training_images
                                 : corpus->training.count);
    double per_mac_s = synapse->law == SYNAPSE_IDEAL ? 2e-9 : 8e-9;

    (void)layers;
    return (double)(experiment->trials * experiment->epochs) * images *
           experiment_macs(experiment, corpus) * per_mac_s;
}

const struct stage accuracy_stage = {
    .name = "accuracy",
    .summary = "networks that learn in synapses: accuracy, pulses",
    STAGE_METRICS(accuracy),
    .axes = AXIS_BIT(experiment) | AXIS_BIT(synapse) | AXIS_BIT(learning),
    .shelves = 1u << SHELF_CORPUS,
    .asked_by = AXIS_BIT(experiment),
    .evaluate = accuracy_stage_evaluate,
    .cost_s = accuracy_stage_cost_s,
    .block_points = 1,
};
