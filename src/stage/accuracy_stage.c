/* The accuracy stage: the trials of learning experiments (learning/experiment.h). */
#include "stage/stages.h"

#include "base/statistics.h"
#include "columns/accuracy.h"
#include "learning/experiment.h"
#include "machine/layerwise/layerwise.h"
#include "stage/visit.h"

/* Writes the median, extremes and quartiles of the trials' values; sorts them. */
static void spread_write(double *values, uint64_t trials,
                         const struct accuracy_columns *to, uint64_t i)
{
    numbers_sort(values, trials);
    to->accuracy[i] = quantile(values, trials, 0.5);
    to->accuracy_least[i] = values[0];
    to->accuracy_q1[i] = quantile(values, trials, 0.25);
    to->accuracy_q3[i] = quantile(values, trials, 0.75);
    to->accuracy_most[i] = values[trials - 1];
}

static struct experiment_setting setting_at(const struct study *study,
                                            const struct point *point)
{
    const struct experiment *experiment = (const struct experiment *)point->experiment;

    return (struct experiment_setting){
        .experiment = experiment,
        .corpus = (const struct corpus *)library_find(study->library, RECORDS_CORPUS,
                                                      experiment->corpus),
        .synapse = (const struct synapse *)point->synapse,
        .task = (const struct hdc_task *)point->hdc_task,
        .bits = point->precision_bits,
        .rule = point->learning == LEARNING_FEEDBACK_ALIGNMENT ? RULE_DIRECT_FEEDBACK
                                                               : RULE_BACKPROPAGATION,
    };
}

static enum status accuracy_visit(const struct visit *visit, const struct columns *out,
                                  uint64_t i, struct error *reason)
{
    const struct experiment_setting setting = setting_at(visit->study, &visit->point);
    const struct accuracy_columns to = accuracy_columns(out);
    uint64_t trials = setting.experiment->trials;
    struct experiment_result result;
    enum status status = experiment_run(&setting, &result, reason);

    if (status != STATUS_OK)
        return status;
    spread_write(result.accuracy, trials, &to, i);
    numbers_sort(result.learnt, trials);
    to.learnt_accuracy[i] = quantile(result.learnt, trials, 0.5);
    numbers_sort(result.noise, trials);
    to.noise_share[i] = quantile(result.noise, trials, 0.5);
    to.trials[i] = trials;
    to.tests[i] = result.tests;
    to.synapses[i] = result.cells;
    to.learning_macs[i] = result.macs;
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

/* The cost depends on the point's records, since fields such as epochs and dimensions may be
 * axes. */
static double accuracy_stage_cost_s(const struct study *study,
                                    const struct point *point,
                                    struct layer_cache *layers)
{
    struct point varied = *point;
    struct variant variant = { 0 };
    struct change changes[CHANGES_MAX];
    struct experiment_setting setting;
    struct error ignored;
    double cost_s = 0;

    (void)layers;
    variant_at(&variant, changes, study_changes(study, STAGE_ACCURACY, point, changes));
    if (variant_record(&variant, RECORDS_EXPERIMENT, &varied.experiment, true,
                       &ignored) == STATUS_OK &&
        variant_record(&variant, RECORDS_SYNAPSE, &varied.synapse, true, &ignored) ==
            STATUS_OK &&
        variant_record(&variant, RECORDS_HDC_TASK, &varied.hdc_task, true, &ignored) ==
            STATUS_OK) {
        setting = setting_at(study, &varied);
        if (corpus_is_sized(setting.corpus))
            cost_s = experiment_family(setting.experiment)->cost_s(&setting);
    }
    variant_free(&variant);
    return cost_s;
}

const struct stage accuracy_stage = {
    .name = "accuracy",
    .summary = "experiments on real data: networks that learn in synapses, texts "
               "recognised by hypervectors, networks in integers; accuracy, pulses",
    STAGE_METRICS(accuracy),
    .axes = AXIS_BIT(experiment) | AXIS_BIT(synapse) | AXIS_BIT(learning) |
            AXIS_BIT(hdc_task) | AXIS_BIT(precision_bits),
    .optional = AXIS_BIT(synapse) | AXIS_BIT(hdc_task),
    .tables = 1u << RECORDS_CORPUS,
    .read_fields = "hdc_task.dimension hdc_task.ngram hdc_task.symbols",
    .enabled_by = AXIS_BIT(experiment),
    .evaluate = accuracy_stage_evaluate,
    .cost_s = accuracy_stage_cost_s,
    .block_points = 1,
};
