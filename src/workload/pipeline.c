/* Pipeline parallelism: the part of a workload that one of several stages computes. */
#include "workload/workload.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct cut {
    const struct workload *workload;
    uint64_t from, to; /* repetitions of this stage, among those of all repeats in
                        * order */
    struct layer *layers;
    size_t count;
};

static bool is_repeat(const struct layer *layer)
{
    return layer->kind == LAYER_REPEAT && !layer->follows_sequence;
}

static uint64_t repetitions_of(const struct workload *workload)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < workload->layers_count; i++)
        sum += is_repeat(&workload->layers[i]) ? workload->layers[i].count : 0;
    return sum;
}

/* Returns the index of the layer whose name begins a list of names, or the number of layers. */
static size_t index_of(const struct layer *layers, size_t count, const char *names)
{
    size_t length = strcspn(names, ", ");

    for (size_t i = 0; i < count; i++)
        if (strlen(layers[i].name) == length &&
            strncmp(layers[i].name, names, length) == 0)
            return i;
    return count;
}

/* Returns the channels of a token that leaves the layer. */
static uint64_t channels_of(const struct graph *graph, const struct layer *layer)
{
    for (size_t i = 0; i < graph->count; i++)
        if (graph->operations[i].layer == layer)
            return graph->operations[i].out.channels;
    return 0;
}

/* Replaces the inputs of a layer that are not in this stage by the output of the stage
 * before. */
static void receive(struct cut *cut, const struct graph *graph, size_t first)
{
    const struct workload *workload = cut->workload;
    const char *input = workload->layers[first].input;
    size_t entry = *input ? index_of(workload->layers, workload->layers_count, input)
                          : first - 1;
    const struct layer *from = &workload->layers[entry];

    if (index_of(cut->layers, cut->count, from->name) < cut->count)
        return;
    cut->layers[cut->count++] = (struct layer){
        .name = from->name,
        .kind = LAYER_TOKEN_INPUT,
        .input = "",
        .channels = channels_of(graph, from),
        .stride = 1,
        .dilation = 1,
        .groups = 1,
        .heads = 1,
        .count = 1,
        .first = "",
        .weights_of = "",
        .weight_density = 1,
        .activation_density = 1,
    };
}

/* A layer that shares the weights of a layer in another stage has its own copy of them. */
static void append(struct cut *cut, const struct layer *layer)
{
    struct layer *to = &cut->layers[cut->count++];
    size_t shared;

    *to = *layer;
    shared = index_of(cut->layers, cut->count, to->weights_of);
    if (shared == cut->count || cut->layers[shared].kind == LAYER_TOKEN_INPUT)
        to->weights_of = "";
}

/* Adds the layers [begin, end), which no repeat contains, after `before` repetitions. */
static void cut_single(struct cut *cut, const struct graph *graph, size_t begin,
                       size_t end, uint64_t before)
{
    bool is_here = before == 0 ? cut->from == 0
                               : before > cut->from && before <= cut->to;

    for (size_t i = begin; is_here && i < end; i++) {
        if (cut->count == 0 && i > 0)
            receive(cut, graph, i);
        append(cut, &cut->workload->layers[i]);
    }
}

/* Adds the layers [first, repeat) and that repeat, after `before` repetitions. */
static void cut_block(struct cut *cut, const struct graph *graph, size_t first,
                      size_t repeat, uint64_t before)
{
    const struct layer *layers = cut->workload->layers;
    uint64_t after = before + layers[repeat].count;
    uint64_t from = before > cut->from ? before : cut->from;
    uint64_t to = after < cut->to ? after : cut->to;

    if (from >= to)
        return;
    receive(cut, graph, first);
    for (size_t i = first; i <= repeat; i++)
        append(cut, &layers[i]);
    cut->layers[cut->count - 1].count = to - from;
}

static void cut_layers(struct cut *cut, const struct graph *graph)
{
    const struct layer *layers = cut->workload->layers;
    size_t count = cut->workload->layers_count, done = 0;
    uint64_t before = 0;

    for (size_t i = 0; i < count; i++) {
        size_t first;

        if (!is_repeat(&layers[i]))
            continue;
        first = index_of(layers, count, layers[i].first);
        cut_single(cut, graph, done, first, before);
        cut_block(cut, graph, first, i, before);
        before += layers[i].count;
        done = i + 1;
    }
    cut_single(cut, graph, done, count, before);
}

enum status workload_stage(const struct workload *workload, uint64_t index,
                           uint64_t stages, struct workload *part,
                           struct layer **layers, struct error *err)
{
    uint64_t repetitions = repetitions_of(workload);
    struct cut cut = {
        .workload = workload,
        .from = repetitions * index / stages,
        .to = repetitions * (index + 1) / stages,
    };
    struct graph graph;
    enum status status;

    *part = *workload;
    *layers = NULL;
    if (repetitions < stages)
        return error_set(err, STATUS_INFEASIBLE,
                         "%s repeats its layers %" PRIu64
                         " times, must be at least the %" PRIu64
                         " stages of the pipeline",
                         workload->record.name, repetitions, stages);
    status = graph_create(&graph, workload, PHASE_INFERENCE, 0, err);
    if (status != STATUS_OK)
        return status;
    cut.layers = alloc_array(2 * workload->layers_count, sizeof *cut.layers);
    cut_layers(&cut, &graph);
    graph_free(&graph);
    part->layers = *layers = cut.layers;
    part->layers_count = cut.count;
    return STATUS_OK;
}
