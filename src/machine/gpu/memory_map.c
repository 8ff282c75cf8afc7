#include "machine/gpu/memory_map.h"

#include "base/divide.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

enum {
    ALIGNMENT_LINES = 4, /* allocations begin at multiples of 512 bytes */
    INDEX_BITS = 32,     /* column numbers of a sparse matrix */
};

struct allocator {
    struct memory_map *map;
    uint64_t elements_per_line;
    unsigned precision_bits;
    double weight_bits, kv_bits;
};

static struct map_extent take_lines(struct allocator *allocator, uint64_t lines)
{
    struct map_extent extent = { .first_line = allocator->map->lines, .lines = lines };

    allocator->map->lines += (extent.lines + ALIGNMENT_LINES - 1) / ALIGNMENT_LINES *
                             ALIGNMENT_LINES;
    return extent;
}

/* Does the operation write its output over its first input? */
static bool works_in_place(const struct operation *operation,
                           const struct operation *input, const struct gpu *gpu,
                           enum phase phase)
{
    bool is_training = phase == PHASE_TRAINING;

    switch (operation->layer->kind) {
    case LAYER_DOT: return true;
    case LAYER_DROPOUT: return !is_training || input->consumers == 1;
    case LAYER_ACTIVATION: return gpu->fuses_elementwise || input->consumers == 1;
    case LAYER_BATCH_NORM:
    case LAYER_ADD: return gpu->fuses_elementwise && !is_training;
    default: return false;
    }
}

static struct map_extent take(struct allocator *allocator, uint64_t elements)
{
    return take_lines(allocator, div_up(elements, allocator->elements_per_line));
}

/* Allocates elements whose number of bits differs from the arithmetic's. */
static struct map_extent take_of_bits(struct allocator *allocator, uint64_t elements,
                                      double bits)
{
    double share = bits / allocator->precision_bits;

    if (share == 1)
        return take(allocator, elements);
    return take(allocator, (uint64_t)ceil((double)elements * share));
}

static uint64_t scratch_elements(const struct operation *operation)
{
    switch (operation->layer->kind) {
    case LAYER_ATTENTION:
        return operation->layer->heads * operation->in.width * operation->context;
    case LAYER_GEMM: return tensor_elements(&operation->in);
    default: return 0;
    }
}

static bool is_trained(const struct operation *operation)
{
    return operation->weights > 0 || operation->weights_of != NO_OPERATION;
}

static void place_weights(struct allocator *allocator, const struct graph *graph,
                          bool is_training)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct operation *operation = &graph->operations[i];
        struct operation_memory *memory = &allocator->map->operations[i];

        if (operation->weights_of != NO_OPERATION) {
            const struct operation_memory *owner =
                &allocator->map->operations[operation->weights_of];

            memory->weights = owner->weights;
            memory->weight_gradient = owner->weight_gradient;
            memory->scratch = owner->scratch;
        } else if (operation->weights > 0) {
            bool is_product = operation->layer->kind == LAYER_FULLY_CONNECTED ||
                              operation->layer->kind == LAYER_GEMM;

            memory->weights = take_of_bits(allocator, operation->weights,
                                           is_product ? allocator->weight_bits
                                                      : allocator->precision_bits);
            if (is_training) {
                memory->weight_gradient = take(allocator, operation->weights);
                memory->momentum = take(allocator, operation->weights);
            }
            if (operation->layer->kind == LAYER_STENCIL ||
                operation->layer->kind == LAYER_SMOOTH)
                memory->scratch = take(allocator, operation->weights * INDEX_BITS /
                                                      allocator->precision_bits);
        }
    }
}

static void place_outputs(struct allocator *allocator, const struct graph *graph,
                          const struct gpu *gpu, enum phase phase, uint64_t batch)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct operation *operation = &graph->operations[i];
        struct operation_memory *memory = &allocator->map->operations[i];
        int input = operation->input_count ? operation->inputs[0] : NO_OPERATION;
        uint64_t scratch = batch * scratch_elements(operation);

        memory->needs_gradient = is_trained(operation) ||
                                 workload_starts_inside(operation->layer);
        for (unsigned k = 0; k < operation->input_count; k++)
            memory->needs_gradient |=
                allocator->map->operations[operation->inputs[k]].needs_gradient;
        memory->is_alias = input != NO_OPERATION &&
                           works_in_place(operation, &graph->operations[input], gpu,
                                          phase);
        if (memory->is_alias)
            memory->out = allocator->map->operations[input].out;
        else
            memory->out = take(allocator, batch * tensor_elements(&operation->out));
        if (scratch > 0)
            memory->scratch = take(allocator, scratch);
        if (operation->layer->kind == LAYER_ATTENTION && phase == PHASE_DECODE) {
            uint64_t tokens = batch * operation->context;

            memory->keys = take_of_bits(allocator, tokens * operation->kv_channels,
                                        allocator->kv_bits);
            memory->values =
                operation->inputs[1] == operation->inputs[2]
                    ? memory
                          ->keys /* keys and values are computed from the same tensor */
                    : take_of_bits(allocator, tokens * operation->value_channels,
                                   allocator->kv_bits);
        }
    }
}

static void place_gradients(struct allocator *allocator, const struct graph *graph,
                            uint64_t batch)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct operation *operation = &graph->operations[i];
        struct operation_memory *memory = &allocator->map->operations[i];

        if (memory->is_alias)
            memory->out_gradient =
                allocator->map->operations[operation->inputs[0]].out_gradient;
        else
            memory->out_gradient = take(allocator,
                                        batch * tensor_elements(&operation->out));
        memory->scratch_gradient = take(allocator, batch * scratch_elements(operation));
    }
}

/* The elements of im2col's matrix for one image and one group of channels. */
static uint64_t unrolled_elements(const struct operation *operation)
{
    const struct layer *layer = operation->layer;
    bool is_transposed = layer->kind == LAYER_TRANSPOSED;
    const struct tensor_shape *big = is_transposed ? &operation->out : &operation->in;
    const struct tensor_shape *small = is_transposed ? &operation->in : &operation->out;

    if (layer->kind != LAYER_CONVOLUTION && !is_transposed)
        return 0;
    return big->channels / layer->groups * layer->kernel * layer_kernel_width(layer) *
           small->height * small->width;
}

static void place_workspace(struct allocator *allocator, const struct graph *graph)
{
    uint64_t largest = 0;

    for (size_t i = 0; i < graph->count; i++) {
        uint64_t elements = unrolled_elements(&graph->operations[i]);

        largest = elements > largest ? elements : largest;
    }
    allocator->map->workspace = take(allocator, largest);
}

void memory_map_create(struct memory_map *map, const struct graph *graph,
                       const struct gpu *gpu, enum phase phase, uint64_t batch,
                       unsigned precision_bits, double weight_bits, double kv_bits)
{
    struct allocator allocator = {
        .map = map,
        .elements_per_line = gpu->llc_line_bytes * 8 / precision_bits,
        .precision_bits = precision_bits,
        .weight_bits = weight_bits,
        .kv_bits = kv_bits,
    };

    *map = (struct memory_map){
        .operations = alloc_array(graph->count, sizeof *map->operations),
    };
    place_weights(&allocator, graph, phase == PHASE_TRAINING);
    place_outputs(&allocator, graph, gpu, phase, batch);
    if (gpu->unrolls_convolutions)
        place_workspace(&allocator, graph);
    if (phase == PHASE_TRAINING)
        place_gradients(&allocator, graph, batch);
}

static void tensor_add(struct map_tensor *tensors, size_t *count,
                       struct map_extent extent, enum tensor_class tensor)
{
    if (extent.lines > 0)
        tensors[(*count)++] = (struct map_tensor){ extent, tensor };
}

static int by_first_line(const void *a, const void *b)
{
    const struct map_tensor *x = a, *y = b;

    return (x->extent.first_line > y->extent.first_line) -
           (x->extent.first_line < y->extent.first_line);
}

struct map_tensor *memory_map_tensors(const struct memory_map *map,
                                      const struct graph *graph, size_t *count)
{
    enum { PER_OPERATION = 9 };
    struct map_tensor *tensors = alloc_array(PER_OPERATION * graph->count + 1,
                                             sizeof *tensors);
    size_t n = 0;

    for (size_t i = 0; i < graph->count; i++) {
        const struct operation_memory *memory = &map->operations[i];
        int kind = graph->operations[i].layer->kind;
        enum tensor_class scratch = TENSOR_WORKSPACE;

        if (kind == LAYER_GEMM)
            scratch = TENSOR_ACTIVATIONS; /* its second operand */
        else if (kind == LAYER_STENCIL || kind == LAYER_SMOOTH)
            scratch = TENSOR_WEIGHTS; /* its column numbers */
        tensor_add(tensors, &n, memory->out, TENSOR_ACTIVATIONS);
        tensor_add(tensors, &n, memory->out_gradient, TENSOR_GRADIENTS);
        tensor_add(tensors, &n, memory->weights, TENSOR_WEIGHTS);
        tensor_add(tensors, &n, memory->weight_gradient, TENSOR_GRADIENTS);
        tensor_add(tensors, &n, memory->momentum, TENSOR_MOMENTUM);
        tensor_add(tensors, &n, memory->scratch, scratch);
        tensor_add(tensors, &n, memory->scratch_gradient, TENSOR_GRADIENTS);
        tensor_add(tensors, &n, memory->keys, TENSOR_KV_CACHE);
        tensor_add(tensors, &n, memory->values, TENSOR_KV_CACHE);
    }
    tensor_add(tensors, &n, map->workspace, TENSOR_WORKSPACE);
    qsort(tensors, n, sizeof *tensors, by_first_line);
    *count = n;
    return tensors;
}

enum tensor_class map_tensor_class(const struct map_tensor *tensors, size_t count,
                                   uint64_t line)
{
    size_t low = 0, high = count; /* finds the first that begins after the line */

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (tensors[middle].extent.first_line <= line)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 ||
        line >= tensors[low - 1].extent.first_line + tensors[low - 1].extent.lines)
        return TENSOR_WORKSPACE;
    return tensors[low - 1].tensor;
}

void memory_map_free(struct memory_map *map)
{
    free(map->operations);
    *map = (struct memory_map){ 0 };
}
