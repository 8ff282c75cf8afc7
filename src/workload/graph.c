/* Makes the list of operations from the list of layers: names become indices, and each
 * repetition becomes an operation of its own. */
#include "base/memory.h"
#include "workload/shapes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPERATIONS_MAX = 100000, NAME_MAX_LENGTH = 128 };

struct builder {
    const struct workload *workload;
    uint64_t tokens; /* that pass through the network */
    struct graph *graph;
    size_t capacity;
    int *latest; /* per layer: its most recent operation, or NO_OPERATION */
    struct error *err;
};

static int find_layer(const struct workload *workload, const char *name, size_t length)
{
    for (size_t i = 0; i < workload->layers_count; i++) {
        const char *candidate = workload->layers[i].name;

        if (strlen(candidate) == length && !strncmp(candidate, name, length))
            return (int)i;
    }
    return -1;
}

/* Finds the operation to which a name in layer `user` refers. */
static enum status find_operation(const struct builder *builder,
                                  const struct layer *user, const char *name,
                                  size_t length, int *operation)
{
    int layer = find_layer(builder->workload, name, length);

    if (layer < 0) {
        const char *near = NULL;
        char text[NAME_MAX_LENGTH];
        const char **names = alloc_array(builder->workload->layers_count,
                                         sizeof(char *));

        for (size_t i = 0; i < builder->workload->layers_count; i++)
            names[i] = builder->workload->layers[i].name;
        snprintf(text, sizeof text, "%.*s", (int)length, name);
        near = text_nearest(text, names, builder->workload->layers_count);
        free(names);
        return error_set(builder->err, STATUS_INPUT,
                         "layer '%s' takes '%s', which is not a layer%s%s%s",
                         user->name, text, near ? "; did you mean '" : "",
                         near ? near : "", near ? "'?" : "");
    }
    *operation = builder->latest[layer];
    if (*operation == NO_OPERATION)
        return error_set(
            builder->err, STATUS_INPUT,
            "layer '%s' takes '%.*s', which comes later, must be an earlier "
            "layer",
            user->name, (int)length, name);
    return STATUS_OK;
}

static bool has_no_input(int kind)
{
    return kind == LAYER_INPUT || kind == LAYER_TOKEN_INPUT || kind == LAYER_GRID ||
           kind == LAYER_GEMM;
}

static enum status resolve_inputs(struct builder *builder, struct operation *operation)
{
    const struct layer *layer = operation->layer;
    const char *at = layer->input;

    if (has_no_input(layer->kind)) {
        if (*at)
            return error_set(builder->err, STATUS_INPUT,
                             "layer '%s' has an input, must have none", layer->name);
        return STATUS_OK;
    }
    if (!*at) {
        if (builder->graph->count == 0)
            return error_set(builder->err, STATUS_INPUT,
                             "layer '%s' is the first and needs an input, must be an "
                             "input, token-input, grid or gemm",
                             layer->name);
        operation->inputs[operation->input_count++] = (int)builder->graph->count - 1;
    }
    while (*at) {
        size_t length = strcspn(at, ", ");

        if (operation->input_count == OPERATION_INPUTS_MAX)
            return error_set(builder->err, STATUS_INPUT,
                             "layer '%s' has too many inputs, must have at most %d",
                             layer->name, OPERATION_INPUTS_MAX);
        if (length > 0) {
            int *input = &operation->inputs[operation->input_count++];
            enum status status = find_operation(builder, layer, at, length, input);

            if (status != STATUS_OK)
                return status;
        }
        at += length;
        at += strspn(at, ", ");
    }
    return STATUS_OK;
}

static enum status append_layer(struct builder *builder, size_t index,
                                unsigned repetition)
{
    const struct layer *layer = &builder->workload->layers[index];
    struct graph *graph = builder->graph;
    struct operation operation = {
        .layer = layer,
        .repetition = repetition,
        .weights_of = NO_OPERATION,
    };
    enum status status = resolve_inputs(builder, &operation);

    if (status == STATUS_OK && *layer->weights_of &&
        (repetition > 0 || strcmp(layer->weights_of, layer->name) != 0))
        status = find_operation(builder, layer, layer->weights_of,
                                strlen(layer->weights_of), &operation.weights_of);
    if (status == STATUS_OK && operation.weights_of != NO_OPERATION &&
        graph->operations[operation.weights_of].weights_of != NO_OPERATION)
        operation.weights_of = graph->operations[operation.weights_of].weights_of;
    if (status != STATUS_OK)
        return status;
    if (graph->count == OPERATIONS_MAX)
        return error_set(
            builder->err, STATUS_INPUT,
            "has too many operations with all repetitions, must be at most %d",
            OPERATIONS_MAX);
    if (graph->count == builder->capacity) {
        builder->capacity = 2 * builder->capacity + 64;
        graph->operations = realloc_array(graph->operations, builder->capacity,
                                          sizeof *graph->operations);
    }
    for (unsigned i = 0; i < operation.input_count; i++)
        graph->operations[operation.inputs[i]].consumers++;
    builder->latest[index] = (int)graph->count;
    graph->operations[graph->count++] = operation;
    return STATUS_OK;
}

static enum status append_layers(struct builder *builder, size_t begin, size_t end,
                                 unsigned repetition);

/* Appends the repetitions of the layers [first, repeat).  Each repetition runs on the output of
 * the previous one, which replaces the original input of `first` in all of these layers. */
static enum status append_repetitions(struct builder *builder, size_t index)
{
    const struct layer *repeat = &builder->workload->layers[index];
    int first = find_layer(builder->workload, repeat->first, strlen(repeat->first));
    int entry, entry_operation;
    enum status status = STATUS_OK;

    if (first < 1 || (size_t)first >= index)
        return error_set(
            builder->err, STATUS_INPUT,
            "layer '%s' repeats from '%s', must name an earlier layer that "
            "has an input",
            repeat->name, repeat->first);
    const char *input = builder->workload->layers[first].input;

    entry = *input ? find_layer(builder->workload, input, strcspn(input, ", "))
                   : first - 1;
    entry_operation = builder->latest[entry];
    for (unsigned i = 1;
         i < (repeat->follows_sequence ? builder->tokens : repeat->count) &&
         status == STATUS_OK;
         i++) {
        builder->latest[entry] = (int)builder->graph->count - 1;
        status = append_layers(builder, (size_t)first, index, i);
    }
    builder->latest[entry] = entry_operation;
    builder->latest[index] = (int)builder->graph->count - 1;
    return status;
}

static enum status append_layers(struct builder *builder, size_t begin, size_t end,
                                 unsigned repetition)
{
    enum status status = STATUS_OK;

    for (size_t i = begin; i < end && status == STATUS_OK; i++)
        status = builder->workload->layers[i].kind == LAYER_REPEAT
                     ? append_repetitions(builder, i)
                     : append_layer(builder, i, repetition);
    return status;
}

static enum status check_names(const struct workload *workload, struct error *err)
{
    for (size_t i = 0; i < workload->layers_count; i++) {
        const char *name = workload->layers[i].name;

        if (find_layer(workload, name, strlen(name)) != (int)i)
            return error_set(err, STATUS_INPUT,
                             "has two layers named '%s', names must differ", name);
    }
    if (workload->layers_count == 0)
        return error_set(err, STATUS_INPUT, "has no layers, must have at least one");
    return STATUS_OK;
}

enum status workload_phase_check(const struct workload *workload, enum phase phase,
                                 struct error *err)
{
    bool solves = false;

    for (size_t i = 0; i < workload->layers_count; i++)
        solves |= workload->layers[i].kind == LAYER_GRID;
    if (phase == PHASE_DECODE && !workload->decodes)
        return error_set(
            err, STATUS_INFEASIBLE,
            "does not generate one token at a time, so it has no phase decode");
    if (phase == PHASE_TRAINING && solves)
        return error_set(err, STATUS_INFEASIBLE,
                         "is a solver, so it has no phase training");
    return STATUS_OK;
}

enum status graph_create(struct graph *graph, const struct workload *workload,
                         enum phase phase, uint64_t sequence_length, struct error *err)
{
    uint64_t length = sequence_length ? sequence_length : workload->sequence_length;
    struct sequence sequence = {
        .tokens = phase == PHASE_DECODE ? 1 : length,
        .context = phase == PHASE_DECODE ? length : 0,
        .is_training = phase == PHASE_TRAINING,
    };
    struct builder builder = {
        .workload = workload,
        .tokens = sequence.tokens,
        .graph = graph,
        .latest = alloc_array(workload->layers_count, sizeof(int)),
        .err = err,
    };
    enum status status;

    *graph = (struct graph){ 0 };
    if (workload_is_given(workload))
        status = error_set(err, STATUS_INFEASIBLE,
                           "%s gives measured accesses of a cache, must give layers",
                           workload->record.name);
    else
        status = check_names(workload, err);
    for (size_t i = 0; i < workload->layers_count; i++)
        builder.latest[i] = NO_OPERATION;
    if (status != STATUS_OK)
        goto out;
    status = append_layers(&builder, 0, workload->layers_count, 0);
    if (status != STATUS_OK)
        goto out;
    status = workload_phase_check(workload, phase, err);
    if (status != STATUS_OK)
        goto out;
    for (size_t i = 0; i < graph->count && status == STATUS_OK; i++)
        status = operation_shape(graph->operations, i, sequence, err);
out:
    free(builder.latest);
    if (status != STATUS_OK)
        graph_free(graph);
    return status;
}

void graph_free(struct graph *graph)
{
    free(graph->operations);
    *graph = (struct graph){ 0 };
}

struct workload_totals graph_totals(const struct graph *graph)
{
    struct workload_totals totals = { .operations = graph->count };

    for (size_t i = 0; i < graph->count; i++) {
        totals.macs += graph->operations[i].macs;
        totals.weights += graph->operations[i].weights;
        totals.activations += tensor_elements(&graph->operations[i].out);
    }
    return totals;
}

double graph_kept_bytes(const struct graph *graph, double weight_bits, double kv_bits,
                        uint64_t batch, double tokens)
{
    double bits = 0;

    for (size_t i = 0; i < graph->count; i++) {
        const struct operation *operation = &graph->operations[i];
        uint64_t channels = operation->kv_channels;

        bits += (double)operation->weights * weight_bits;
        if (operation->layer->kind != LAYER_ATTENTION)
            continue;
        if (operation->inputs[1] != operation->inputs[2])
            channels += operation->value_channels;
        bits += (double)(channels * batch) * tokens * kv_bits;
    }
    return bits / 8;
}
