#include "workload/layer.h"

#include "base/divide.h"
#include "base/memory.h"
#include "workload/shapes.h"

#include <stdlib.h>

struct gemm mac_layer_gemm(const struct mac_layer *layer)
{
    return (struct gemm){
        .m = layer->batch * layer->out_height * layer->out_width,
        .n = layer->filters,
        .k = layer->channels * layer->kernel_height * layer->kernel_width,
    };
}

uint64_t mac_layer_stride_width(const struct mac_layer *layer)
{
    return layer->stride_width ? layer->stride_width : layer->stride;
}

double mac_layer_macs(const struct mac_layer *layer)
{
    struct gemm gemm = mac_layer_gemm(layer);

    return (double)layer->groups * (double)gemm.m * (double)gemm.n * (double)gemm.k;
}

double mac_layer_inputs(const struct mac_layer *layer)
{
    return (double)layer->batch * (double)(layer->groups * layer->channels) *
           (double)layer->in_height * (double)layer->in_width;
}

double mac_layer_weights(const struct mac_layer *layer)
{
    struct gemm gemm = mac_layer_gemm(layer);

    return (double)layer->groups * (double)gemm.k * (double)gemm.n;
}

double mac_layer_outputs(const struct mac_layer *layer)
{
    struct gemm gemm = mac_layer_gemm(layer);

    return (double)layer->groups * (double)gemm.m * (double)gemm.n;
}

/* Does SCALE-Sim, which has no padding, count the same number of windows along this side, of
 * which the last extends beyond the input? */
static bool side_hangs_over(uint64_t in, uint64_t kernel, uint64_t stride, uint64_t out)
{
    return in >= kernel && out == div_up(in - kernel, stride) + 1;
}

static bool hangs_over(const struct operation *op)
{
    const struct layer *layer = op->layer;
    uint64_t width = layer_kernel_width(layer), across = layer_stride_width(layer);
    bool is_plain = layer->pad == 0 && layer->pad_top == 0 && layer->pad_left == 0 &&
                    layer->dilation == 1;

    return is_plain && (layer->ceil || layer->pad_bottom > 0 || layer->pad_right > 0) &&
           side_hangs_over(op->in.height, layer->kernel, layer->stride,
                           op->out.height) &&
           side_hangs_over(op->in.width, width, across, op->out.width);
}

/* A dilated window counts as a window of the same number of adjacent rows and columns. */
static struct mac_layer convolution(const struct operation *op, uint64_t batch)
{
    const struct layer *layer = op->layer;

    return (struct mac_layer){
        .batch = batch,
        .groups = layer->groups,
        .channels = op->in.channels / layer->groups,
        .filters = op->out.channels / layer->groups,
        .in_height = op->in.height,
        .in_width = op->in.width,
        .kernel_height = layer->kernel,
        .kernel_width = layer_kernel_width(layer),
        .stride = layer->stride,
        .stride_width = layer->stride_width,
        .hangs_over = hangs_over(op),
        .out_height = op->out.height,
        .out_width = op->out.width,
    };
}

/* A transposed convolution adds each input pixel to kernel x kernel outputs per filter.  It is
 * a product of the input's pixels with filters x kernel x kernel columns. */
static struct mac_layer transposed(const struct operation *op, uint64_t batch)
{
    struct mac_layer l = convolution(op, batch);

    l.filters *= l.kernel_height * l.kernel_width;
    l.kernel_height = l.kernel_width = l.stride = l.stride_width = 1;
    l.out_height = l.in_height;
    l.out_width = l.in_width;
    return l;
}

struct mac_layer mac_layer_product(uint64_t m, uint64_t n, uint64_t k, uint64_t groups)
{
    return (struct mac_layer){
        .batch = m,
        .groups = groups,
        .channels = k,
        .filters = n,
        .in_height = 1,
        .in_width = 1,
        .kernel_height = 1,
        .kernel_width = 1,
        .stride = 1,
        .out_height = 1,
        .out_width = 1,
    };
}

/* A fully connected layer is one product per group, or one per expert in use. */
static struct mac_layer fully_connected(const struct operation *op, uint64_t rows)
{
    const struct layer *layer = op->layer;
    uint64_t features = op->in.is_tokens ? op->in.channels : tensor_elements(&op->in);

    if (!layer->experts)
        return mac_layer_product(rows, layer->outputs / layer->groups,
                                 features / layer->groups, layer->groups);
    return mac_layer_product(expert_rows(layer, rows), layer->outputs,
                             expert_features(layer, features),
                             experts_touched(layer, rows));
}

/* Appends an operation's entries to layers, which has room for two. */
static void operation_append(struct mac_layers *layers, const struct operation *op,
                             uint64_t batch, size_t number)
{
    struct mac_layer *next = &layers->layers[layers->count];
    uint64_t tokens = op->in.is_tokens ? op->in.width : 1, heads = op->layer->heads,
             kv_heads = op->layer->kv_heads ? op->layer->kv_heads : heads, context;
    size_t added = 1;

    switch (op->layer->kind) {
    case LAYER_CONVOLUTION: next[0] = convolution(op, batch); break;
    case LAYER_TRANSPOSED: next[0] = transposed(op, batch); break;
    case LAYER_GEMM:
        next[0] = mac_layer_product(op->layer->m * batch, op->layer->n, op->layer->k,
                                    op->layer->count);
        break;
    case LAYER_FULLY_CONNECTED: next[0] = fully_connected(op, batch * tokens); break;
    case LAYER_ATTENTION:
        /* Per head of keys: queries x keys, then probabilities x values.  The queries of heads
         * that share keys are rows of one product. */
        context = attention_pairs(op) / tokens;
        next[0] = mac_layer_product(tokens * (heads / kv_heads), context,
                                    op->in.channels / heads, kv_heads * batch);
        next[1] = mac_layer_product(tokens * (heads / kv_heads),
                                    op->out.channels / heads, context,
                                    kv_heads * batch);
        next[0].streams_weights = next[1].streams_weights = true;
        next[0].scores = SCORES_OUT;
        next[1].scores = SCORES_IN;
        added = 2;
        break;
    default: return;
    }
    for (size_t i = 0; i < added; i++) {
        next[i].name = op->layer->name;
        next[i].weight_density = op->layer->weight_density;
        next[i].activation_density = op->layer->activation_density;
        layers->number[layers->count++] = number;
    }
}

static bool are_alike(const struct mac_layer *a, const struct mac_layer *b)
{
    return a->channels == b->channels && a->filters == b->filters &&
           a->in_height == b->in_height && a->in_width == b->in_width &&
           a->kernel_height == b->kernel_height && a->kernel_width == b->kernel_width &&
           a->stride == b->stride &&
           mac_layer_stride_width(a) == mac_layer_stride_width(b) &&
           a->out_height == b->out_height && a->out_width == b->out_width &&
           a->batch == b->batch && a->groups == b->groups &&
           a->hangs_over == b->hangs_over && a->streams_weights == b->streams_weights &&
           a->scores == b->scores && a->weight_density == b->weight_density &&
           a->activation_density == b->activation_density;
}

static void alike_find(struct mac_layers *layers)
{
    layers->first_alike = alloc_array(layers->count, sizeof *layers->first_alike);
    for (size_t i = 0; i < layers->count; i++) {
        size_t *first = &layers->first_alike[i];

        while (!are_alike(&layers->layers[*first], &layers->layers[i]))
            ++*first;
    }
}

enum status mac_layers_create(struct mac_layers *layers,
                              const struct workload *workload, enum phase phase,
                              uint64_t batch, uint64_t sequence_length,
                              struct error *err)
{
    size_t number = 0;
    struct graph graph;
    enum status status;

    *layers = (struct mac_layers){ 0 };
    if (phase == PHASE_TRAINING)
        return error_set(err, STATUS_INFEASIBLE,
                         "phase is training, but accelerator models compute inference "
                         "and decode only");
    status = graph_create(&graph, workload, phase, sequence_length, err);
    if (status != STATUS_OK)
        return status;
    layers->layers = alloc_array(2 * graph.count, sizeof *layers->layers);
    layers->number = alloc_array(2 * graph.count, sizeof *layers->number);
    for (size_t i = 0; i < graph.count; i++)
        if (graph.operations[i].macs > 0)
            operation_append(layers, &graph.operations[i], batch, ++number);
    graph_free(&graph);
    if (layers->count == 0) {
        mac_layers_free(layers);
        return error_set(err, STATUS_INFEASIBLE,
                         "has no layer that an accelerator computes");
    }
    alike_find(layers);
    return STATUS_OK;
}

struct mac_layers mac_layers_head(const struct mac_layers *layers, size_t until)
{
    struct mac_layers head = *layers;

    while (until && head.count && head.number[head.count - 1] > until)
        head.count--;
    return head;
}

void mac_layers_free(struct mac_layers *layers)
{
    free(layers->layers);
    free(layers->number);
    free(layers->first_alike);
    *layers = (struct mac_layers){ 0 };
}
