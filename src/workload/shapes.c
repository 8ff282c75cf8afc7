#include "workload/shapes.h"

#include "base/maths.h"
#include "workload/expert_load.h"
#include "workload/window_shapes.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

uint64_t tensor_elements(const struct tensor_shape *shape)
{
    return shape->channels * shape->height * shape->width;
}

static bool is_same(const struct tensor_shape *a, const struct tensor_shape *b)
{
    return a->channels == b->channels && a->height == b->height &&
           a->width == b->width && a->is_tokens == b->is_tokens;
}

uint64_t expert_features(const struct layer *layer, uint64_t features)
{
    uint64_t parts = layer->expert_parts ? layer->expert_parts : 1;

    return layer->combines ? features * parts / layer->experts_used : features;
}

static enum status fully_connected_shape(struct operation *op, struct error *err)
{
    const struct layer *layer = op->layer;
    uint64_t features = op->in.is_tokens ? op->in.channels : tensor_elements(&op->in);
    uint64_t rows = op->in.is_tokens ? op->in.width : 1;

    uint64_t used = layer->experts ? layer->experts_used : 1;
    uint64_t experts = layer->experts ? layer->experts : 1;
    uint64_t parts = layer->expert_parts ? layer->expert_parts : 1;

    if (used == 0 || used > experts ||
        (layer->combines && features * parts % used != 0))
        return error_set(
            err, STATUS_INPUT,
            "layer '%s' uses %" PRIu64 " of %" PRIu64 " experts on %" PRIu64
            " channels, must use 1 to all of them, and a number that divides the "
            "channels if it combines them",
            layer->name, used, experts, features);
    if (features % layer->groups != 0 || layer->outputs % layer->groups != 0)
        return error_set(err, STATUS_INPUT,
                         "layer '%s' has %" PRIu64 " groups for %" PRIu64
                         " inputs and %" PRIu64 " outputs, must divide both",
                         layer->name, layer->groups, features, layer->outputs);
    features = expert_features(layer, features);
    op->out.channels = layer->combines ? layer->outputs : layer->outputs * used / parts;
    op->out.height = 1;
    op->out.width = rows;
    op->weights = experts / parts * features * layer->outputs / layer->groups;
    op->macs = rows * used * features * layer->outputs / layer->groups / parts;
    return layer_needs(layer, "outputs", layer->outputs, err);
}

/* Of all the experts. */
static uint64_t touched(const struct layer *layer, uint64_t tokens)
{
    double experts = (double)layer->experts, used = (double)layer->experts_used;
    double expected = round(experts *
                            (1 - maths_pow(1 - used / experts, (double)tokens)));

    return expected < used ? layer->experts_used : (uint64_t)expected;
}

static struct expert_routing routing_of(const struct layer *layer, uint64_t tokens)
{
    return (struct expert_routing){ .experts = (double)layer->experts,
                                    .used = (double)layer->experts_used,
                                    .gpus = (double)layer->expert_parts,
                                    .tokens = (double)tokens };
}

uint64_t experts_touched(const struct layer *layer, uint64_t tokens)
{
    struct expert_routing routing = routing_of(layer, tokens);

    if (layer->expert_parts <= 1)
        return touched(layer, tokens);
    return (uint64_t)fmax(round(expert_busiest_touched(&routing)), 1);
}

uint64_t expert_rows(const struct layer *layer, uint64_t tokens)
{
    struct expert_routing routing = routing_of(layer, tokens);
    uint64_t experts = experts_touched(layer, tokens);

    if (layer->expert_parts > 1)
        return (uint64_t)ceil(expert_busiest_pairs(&routing) / (double)experts - 1e-9);
    return (tokens * layer->experts_used + experts - 1) / experts;
}

double expert_imbalance(const struct layer *layer, uint64_t tokens)
{
    struct expert_routing routing = routing_of(layer, tokens);

    if (layer->expert_parts <= 1)
        return 1;
    return expert_busiest_pairs(&routing) * routing.gpus /
           (routing.tokens * routing.used);
}

uint64_t attention_pairs(const struct operation *attention)
{
    uint64_t tokens = attention->in.width, context = attention->context;

    if (!attention->layer->causal || tokens > context)
        return tokens * context;
    return tokens * (2 * context - tokens + 1) / 2;
}

static enum status gemm_shape(struct operation *op, struct error *err)
{
    const struct layer *layer = op->layer;
    enum status status = layer_needs(layer, "m", layer->m, err);

    if (status == STATUS_OK)
        status = layer_needs(layer, "n", layer->n, err);
    if (status == STATUS_OK)
        status = layer_needs(layer, "k", layer->k, err);
    op->in = (struct tensor_shape){ layer->k, layer->count, layer->n, false };
    op->out = (struct tensor_shape){ layer->m, layer->count, layer->n, false };
    op->weights = layer->count * layer->m * layer->k;
    op->macs = op->weights * layer->n;
    return status;
}

static enum status attention_shape(struct operation *operations, struct operation *op,
                                   struct sequence sequence, struct error *err)
{
    const struct layer *layer = op->layer;
    const struct tensor_shape *keys, *values;
    uint64_t kv_heads = layer->kv_heads ? layer->kv_heads : layer->heads;
    bool fits;

    if (op->input_count != 3)
        return error_set(err, STATUS_INPUT,
                         "layer '%s' has %u inputs, must have query, key and value",
                         layer->name, op->input_count);
    keys = &operations[op->inputs[1]].out;
    values = &operations[op->inputs[2]].out;
    fits = op->in.is_tokens && keys->is_tokens && values->is_tokens &&
           keys->width == values->width && layer->heads % kv_heads == 0 &&
           op->in.channels % layer->heads == 0 && values->channels % kv_heads == 0 &&
           keys->channels == op->in.channels / layer->heads * kv_heads;
    if (!fits)
        return error_set(err, STATUS_INPUT,
                         "layer '%s' attends from %s to %s with %" PRIu64
                         " heads and %" PRIu64
                         " heads of keys, must be tokens whose heads have the same "
                         "number of channels in queries and keys",
                         layer->name, shape_text(&op->in).text, shape_text(keys).text,
                         layer->heads, kv_heads);
    op->context = sequence.context ? sequence.context : keys->width;
    op->kv_channels = keys->channels;
    op->value_channels = values->channels;
    op->out.channels = values->channels / kv_heads * layer->heads;
    op->macs = attention_pairs(op) * (op->in.channels + op->out.channels);
    return STATUS_OK;
}

static enum status concatenate_shape(struct operation *operations, struct operation *op,
                                     struct error *err)
{
    for (unsigned i = 1; i < op->input_count; i++) {
        struct tensor_shape other = operations[op->inputs[i]].out;

        if (other.height != op->in.height || other.width != op->in.width ||
            other.is_tokens != op->in.is_tokens)
            return error_set(
                err, STATUS_INPUT,
                "layer '%s' concatenates %s with %s, must agree in all but "
                "channels",
                op->layer->name, shape_text(&op->in).text, shape_text(&other).text);
        op->out.channels += other.channels;
    }
    return STATUS_OK;
}

static enum status same_inputs(struct operation *operations, struct operation *op,
                               struct error *err)
{
    for (unsigned i = 1; i < op->input_count; i++) {
        struct tensor_shape other = operations[op->inputs[i]].out;

        if (!is_same(&other, &op->in))
            return error_set(
                err, STATUS_INPUT, "layer '%s' joins %s and %s, must have equal shapes",
                op->layer->name, shape_text(&op->in).text, shape_text(&other).text);
    }
    if (op->input_count < 2)
        return error_set(err, STATUS_INPUT, "layer '%s' has one input, must have two",
                         op->layer->name);
    return STATUS_OK;
}

static enum status scale_shape(struct operation *operations, struct operation *op,
                               struct error *err)
{
    const struct tensor_shape *factors;

    if (op->input_count != 2)
        return error_set(err, STATUS_INPUT,
                         "layer '%s' has %u inputs, must have an image and its factors",
                         op->layer->name, op->input_count);
    factors = &operations[op->inputs[1]].out;
    if (tensor_elements(factors) != op->in.channels &&
        (factors->channels != 1 ||
         tensor_elements(factors) != op->in.height * op->in.width))
        return error_set(
            err, STATUS_INPUT,
            "layer '%s' scales %s by %s, must be one factor per channel or "
            "per position",
            op->layer->name, shape_text(&op->in).text, shape_text(factors).text);
    return STATUS_OK;
}

static enum status input_shape(struct operation *op, struct sequence sequence,
                               struct error *err)
{
    const struct layer *layer = op->layer;
    uint64_t n = layer->width ? layer->width : sequence.tokens;
    enum status status = STATUS_OK;

    if (layer->kind == LAYER_TOKEN_INPUT) {
        n = layer->tokens ? layer->tokens : sequence.tokens;
        op->out = (struct tensor_shape){ layer->channels ? layer->channels : 1, 1, n,
                                         true };
    } else if (layer->kind == LAYER_GRID) {
        op->out = (struct tensor_shape){ n, n, n, false };
    } else {
        if (layer->follows_sequence && layer->width)
            return error_set(err, STATUS_INPUT,
                             "layer '%s' has a width of %" PRIu64
                             " and follows the sequence, must have one of the two",
                             layer->name, layer->width);
        op->out = (struct tensor_shape){ layer->channels, layer->height,
                                         layer->follows_sequence ? sequence.tokens
                                                                 : layer->width,
                                         false };
        status = layer_needs(layer, "channels", layer->channels, err);
        if (status == STATUS_OK)
            status = layer_needs(layer, "height", layer->height, err);
        if (status == STATUS_OK)
            status = layer_needs(layer, "width", op->out.width, err);
    }
    op->in = op->out;
    return status;
}

static enum status token_shape(struct operation *op, struct error *err)
{
    const struct layer *layer = op->layer;

    if (layer->kind == LAYER_TOKENIZE) {
        op->weights = layer->tokens * op->in.channels;
        op->out = (struct tensor_shape){ op->in.channels, 1,
                                         op->in.height * op->in.width + layer->tokens,
                                         true };
        return STATUS_OK;
    }
    if (!op->in.is_tokens)
        return error_set(err, STATUS_INPUT,
                         "layer '%s' has an image as its input, must have tokens",
                         layer->name);
    if (layer->kind == LAYER_TAKE_TOKEN) {
        op->out.width = 1;
        return STATUS_OK;
    }
    if (layer->kind == LAYER_TO_IMAGE) {
        op->out = (struct tensor_shape){ op->in.channels, layer->height,
                                         layer->follows_sequence ? op->in.width
                                                                 : layer->width,
                                         false };
        if (op->out.height * op->out.width == op->in.width)
            return STATUS_OK;
        return error_set(err, STATUS_INPUT,
                         "layer '%s' makes %s an image of %" PRIu64 " x %" PRIu64
                         ", must have as many positions as there are tokens",
                         layer->name, shape_text(&op->in).text, op->out.height,
                         op->out.width);
    }
    op->out.channels = layer->outputs; /* embedding */
    op->weights = layer->vocabulary * layer->outputs;
    if (layer_needs(layer, "vocabulary", layer->vocabulary, err) != STATUS_OK)
        return STATUS_INPUT;
    return layer_needs(layer, "outputs", layer->outputs, err);
}

static enum status solver_shape(struct operation *operations, struct operation *op,
                                struct error *err)
{
    const struct layer *layer = op->layer;
    uint64_t rows = tensor_elements(&op->in);
    uint64_t points = layer->kernel * layer->kernel * layer->kernel;

    switch (layer->kind) {
    case LAYER_STENCIL:
    case LAYER_SMOOTH:
        op->weights = points * rows;
        op->macs = points * rows * (layer->kind == LAYER_SMOOTH ? 2 : 1);
        return layer_needs(layer, "kernel", layer->kernel, err);
    case LAYER_COARSEN:
        op->out = (struct tensor_shape){ op->in.channels / 2, op->in.height / 2,
                                         op->in.width / 2, false };
        if (tensor_elements(&op->out) == 0)
            return error_set(err, STATUS_INPUT,
                             "layer '%s' coarsens %s, must have at least 2 unknowns "
                             "per direction",
                             layer->name, shape_text(&op->in).text);
        return STATUS_OK;
    case LAYER_REFINE:
        op->out = op->input_count == 2 ? operations[op->inputs[1]].out : op->in;
        if (op->out.channels / 2 != op->in.channels)
            return error_set(
                err, STATUS_INPUT,
                "layer '%s' refines %s to %s, must be twice as many per direction",
                layer->name, shape_text(&op->in).text, shape_text(&op->out).text);
        return STATUS_OK;
    default: op->macs = rows; return same_inputs(operations, op, err); /* dot */
    }
}

static enum status slice_shape(struct operation *op, struct error *err)
{
    op->out.channels = op->layer->outputs;
    if (op->out.channels > op->in.channels)
        return error_set(err, STATUS_INPUT,
                         "layer '%s' takes %" PRIu64 " channels of %s", op->layer->name,
                         op->layer->outputs, shape_text(&op->in).text);
    return layer_needs(op->layer, "outputs", op->layer->outputs, err);
}

static enum status shape_by_kind(struct operation *operations, struct operation *op,
                                 struct sequence sequence, struct error *err)
{
    switch ((enum layer_kind)op->layer->kind) {
    case LAYER_INPUT:
    case LAYER_TOKEN_INPUT:
    case LAYER_GRID: return input_shape(op, sequence, err);
    case LAYER_CONVOLUTION: return convolution_shape(op, err);
    case LAYER_TRANSPOSED: return transposed_shape(op, err);
    case LAYER_FULLY_CONNECTED: return fully_connected_shape(op, err);
    case LAYER_GEMM: return gemm_shape(op, err);
    case LAYER_ATTENTION: return attention_shape(operations, op, sequence, err);
    case LAYER_MAX_POOL:
    case LAYER_AVERAGE_POOL: return window_shape(op, err);
    case LAYER_GLOBAL_POOL:
        op->out = (struct tensor_shape){ op->in.channels, 1, 1, false };
        return STATUS_OK;
    case LAYER_BATCH_NORM:
    case LAYER_LAYER_NORM: op->weights = 2 * op->in.channels; return STATUS_OK;
    case LAYER_CONCATENATE: return concatenate_shape(operations, op, err);
    case LAYER_ADD:
    case LAYER_GATE: return same_inputs(operations, op, err);
    case LAYER_SCALE: return scale_shape(operations, op, err);
    case LAYER_UPSAMPLE:
        op->out.height *= op->layer->stride;
        op->out.width *= layer_stride_width(op->layer);
        return STATUS_OK;
    case LAYER_SLICE: return slice_shape(op, err);
    case LAYER_EMBEDDING:
    case LAYER_TOKENIZE:
    case LAYER_TO_IMAGE:
    case LAYER_TAKE_TOKEN: return token_shape(op, err);
    case LAYER_TAKE_LAST:
        if (!sequence.is_training)
            op->out.width = 1;
        return STATUS_OK;
    case LAYER_STENCIL:
    case LAYER_SMOOTH:
    case LAYER_COARSEN:
    case LAYER_REFINE:
    case LAYER_DOT: return solver_shape(operations, op, err);
    case LAYER_ACTIVATION:
    case LAYER_DROPOUT:
    case LAYER_LRN:
    case LAYER_SOFTMAX:
    case LAYER_REPEAT: break;
    }
    return STATUS_OK;
}

enum status operation_shape(struct operation *operations, size_t i,
                            struct sequence sequence, struct error *err)
{
    struct operation *op = &operations[i];
    const struct layer *layer = op->layer;
    enum status status;

    if (op->input_count > 0) {
        op->in = operations[op->inputs[0]].out;
        op->out = op->in;
        if (layer->channels && layer->channels != op->in.channels)
            return error_set(
                err, STATUS_INPUT,
                "layer '%s' has %" PRIu64 " input channels, must be %" PRIu64
                " (the output of '%s' is %s)",
                layer->name, layer->channels, op->in.channels,
                operations[op->inputs[0]].layer->name, shape_text(&op->in).text);
    }
    status = shape_by_kind(operations, op, sequence, err);
    if (status == STATUS_OK && op->weights_of != NO_OPERATION) {
        if (operations[op->weights_of].weights != op->weights)
            return error_set(err, STATUS_INPUT,
                             "layer '%s' has %" PRIu64 " weights and shares those of "
                             "'%s', which has %" PRIu64 ", must be as many",
                             layer->name, op->weights,
                             operations[op->weights_of].layer->name,
                             operations[op->weights_of].weights);
        op->weights = 0;
    }
    return status;
}
