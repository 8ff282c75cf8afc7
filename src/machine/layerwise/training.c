/* Training in crossbars, computed from the phases of a simulated chip.  T_BP is the sum of all
 * phases of all layers.  T_DFA is the sum of the forward phases plus the longest sum of a
 * layer's other phases, because errors reach all layers at the same time (C. Wolters et al.,
 * arXiv 2212.14337).  A fixed random matrix is assumed to cost as much as the activation
 * gradient of the layer. */
#include "machine/layerwise/layerwise.h"

#include <math.h>
#include <string.h>

/* clang-format off */
static const struct field training_layer_fields[] = {
    FIELD_TEXT(struct training_layer, name, NULL, "name of the layer"),
    FIELD_NUMBER(struct training_layer, forward_s, "s", REQUIRED, 0, 1e9, "time of its forward pass, all batches"),
    FIELD_NUMBER(struct training_layer, activation_s, "s", REQUIRED, 0, 1e9, "time to compute the gradient of its inputs"),
    FIELD_NUMBER(struct training_layer, weight_s, "s", REQUIRED, 0, 1e9, "time to compute the gradient of its weights"),
    FIELD_NUMBER(struct training_layer, update_s, "s", REQUIRED, 0, 1e9, "weights written"),
    FIELD_NUMBER(struct training_layer, forward_j, "J", REQUIRED, 0, 1e9, "energy of its forward pass, all batches"),
    FIELD_NUMBER(struct training_layer, activation_j, "J", REQUIRED, 0, 1e9, "energy to compute the gradient of its inputs"),
    FIELD_NUMBER(struct training_layer, weight_j, "J", REQUIRED, 0, 1e9, "energy to compute the gradient of its weights"),
    FIELD_NUMBER(struct training_layer, update_j, "J", REQUIRED, 0, 1e9, "weights written"),
};
static const struct schema training_layer_schema = {
    .kind = "layer", .size = sizeof(struct training_layer),
    .fields = training_layer_fields, .field_count = FIELD_COUNT_OF(training_layer_fields),
};

static const struct field training_fields[] = {
    MACHINE_FIELDS,
    FIELD_NAME(struct training, workload, "workload", NULL, "network that was simulated"),
    FIELD_COUNT(struct training, batch, REQUIRED, 1, 1048576, "samples of a batch"),
    FIELD_COUNT(struct training, batches, REQUIRED, 1, 1u << 30, "batches the times and energies are of"),
    FIELD_LIST(struct training, layers, &training_layer_schema, "the network's computing layers"),
};
const struct schema training_schema = {
    .kind = "machine", .folder = "machines", .size = sizeof(struct training),
    .fields = training_fields, .field_count = FIELD_COUNT_OF(training_fields),
    .finish = machine_finish,
};
/* clang-format on */

static enum status training_layer(const struct layerwise_request *request,
                                  const struct mac_layer *layer,
                                  struct layerwise_result *result, struct error *reason)
{
    const struct training *t = (const struct training *)request->machine;
    size_t i = (size_t)(layer - request->layers->layers);
    const struct training_layer *l;
    double backward_s;

    if (strcmp(request->workload, t->workload) != 0 ||
        request->layers->count != t->layers_count || layer->batch != t->batch)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s has results of a simulation for %s and batch %ju only",
                         request->machine->record.name, t->workload,
                         (uintmax_t)t->batch);
    l = &t->layers[i];
    backward_s = (l->activation_s + l->weight_s + l->update_s) / (double)t->batches;
    result->forward_s += l->forward_s / (double)t->batches;
    if (request->learning == LEARNING_FEEDBACK_ALIGNMENT)
        result->backward_s = fmax(result->backward_s, backward_s);
    else
        result->backward_s += backward_s;
    result->energy_j += (l->forward_j + l->activation_j + l->weight_j + l->update_j) /
                        (double)t->batches;
    return STATUS_OK;
}

static enum status training_finish(const struct layerwise_request *request,
                                   struct layerwise_result *result,
                                   struct error *reason)
{
    (void)request;
    (void)reason;
    result->latency_s = result->forward_s + result->backward_s;
    return STATUS_OK;
}

static const struct layerwise_steps training_steps = {
    .trains = true,
    .layer = training_layer,
    .finish = training_finish,
};

const struct machine_family training_family = {
    .name = "training",
    .summary = "a crossbar chip whose training was simulated layer by layer",
    .kind = MACHINE_LAYERWISE,
    .schema = &training_schema,
    .layerwise = &training_steps,
};
