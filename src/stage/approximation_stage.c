/* The approximation stage: trains the small networks by which a machine approximates functions
 * (learning/approximation.h), in several trials.  Their shape is the machine's, so that their errors
 * can be compared with the costs of the operations stage, which has the same axes except the
 * record of the training. */
#include "stage/stages.h"

#include "base/statistics.h"
#include "columns/approximation.h"
#include "learning/approximation.h"
#include "machine/layerwise/layerwise.h"
#include "stage/visit.h"

static enum status request_at(const struct point *point,
                              struct approximation_request *request,
                              struct error *reason)
{
    const struct operation_request operation = {
        .machine = (const struct machine *)point->machine,
        .operation = point->operation,
        .bits = (unsigned)point->precision_bits,
        .elements = point->elements,
    };
    struct operation_network network;
    enum status status = operation_network_find(&operation, &network, reason);

    if (status == STATUS_OK)
        *request = (struct approximation_request){
            .approximation = (const struct approximation *)point->approximation,
            .operation = point->operation,
            .elements = point->elements,
            .hidden = network.hidden,
            .hidden_layers = network.hidden_layers,
            .bits = network.weight_bits,
        };
    return status;
}

static enum status approximation_visit(const struct visit *visit,
                                       const struct columns *out, uint64_t i,
                                       struct error *reason)
{
    const struct approximation_columns to = approximation_columns(out);
    struct approximation_request request;
    struct approximation_result result;
    enum status status = request_at(&visit->point, &request, reason);
    uint64_t trials;

    if (status == STATUS_OK)
        status = approximation_run(&request, &result, reason);
    if (status != STATUS_OK)
        return status;
    trials = request.approximation->trials;
    numbers_sort(result.mse, trials);
    numbers_sort(result.error, trials);
    numbers_sort(result.error_most, trials);
    numbers_sort(result.float_mse, trials);
    to.function_mse[i] = quantile(result.mse, trials, 0.5);
    to.function_error[i] = quantile(result.error, trials, 0.5);
    to.function_error_most[i] = quantile(result.error_most, trials, 0.5);
    to.function_variance_share[i] = to.function_mse[i] / result.variance;
    to.function_float_mse[i] = quantile(result.float_mse, trials, 0.5);
    to.function_mse_least[i] = result.mse[0];
    to.function_mse_most[i] = result.mse[trials - 1];
    to.function_weights[i] = result.weights;
    to.function_trials[i] = trials;
    return STATUS_OK;
}

static void approximation_stage_evaluate(const struct study *study, struct range points,
                                         const struct columns *out, int8_t *status,
                                         struct error *reason)
{
    stage_visit(study, STAGE_APPROXIMATION, points, approximation_visit, NULL, out,
                status, reason);
}

/* The cost depends on the point's records, since fields such as width and batches may be axes. */
static double approximation_stage_cost_s(const struct study *study,
                                         const struct point *point,
                                         struct layer_cache *layers)
{
    struct point varied = *point;
    struct variant variant = { 0 };
    struct change changes[CHANGES_MAX];
    struct approximation_request request;
    struct error ignored;
    double cost_s = 0;

    (void)layers;
    variant_at(&variant, changes,
               study_changes(study, STAGE_APPROXIMATION, point, changes));
    if (variant_record(&variant, RECORDS_APPROXIMATION, &varied.approximation, true,
                       &ignored) == STATUS_OK &&
        variant_record(&variant, RECORDS_MACHINE, &varied.machine, true, &ignored) ==
            STATUS_OK &&
        request_at(&varied, &request, &ignored) == STATUS_OK)
        cost_s = approximation_cost_s(&request);
    variant_free(&variant);
    return cost_s;
}

const struct stage approximation_stage = {
    .name = "approximation",
    .summary = "functions that a machine computes by networks: errors of networks that "
               "learnt them, in integers",
    STAGE_METRICS(approximation),
    .kinds = 1u << MACHINE_LAYERWISE,
    .axes = AXIS_BIT(approximation) | AXIS_BIT(precision_bits) | AXIS_BIT(machine) |
            AXIS_BIT(operation) | AXIS_BIT(elements),
    .read_fields = "machine.hidden machine.weight_bits machine.functions",
    .enabled_by = AXIS_BIT(approximation) | AXIS_BIT(machine),
    .evaluate = approximation_stage_evaluate,
    .cost_s = approximation_stage_cost_s,
    .block_points = 1,
};
