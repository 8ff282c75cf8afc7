#include "machine/gpu/kernels.h"

#include "base/divide.h"
#include "machine/exchange.h"

#include "workload/shapes.h"

#include <math.h>

/* The row offsets of a stencil's neighbours within a plane of the grid; each unknown is loaded
 * once for each of them.  Three planes are read concurrently. */
enum { STENCIL_PLANES = 3 };

enum {
    SPLIT_KEYS_MIN =
        256, /* least keys of a block if keys are split (Flash-Decoding, 2023) */
    /* Keys per step of FlashAttention by the width of a head (Dao-AILab/flash-attention 0.2,
     * fmha_api.cpp, recalled). */
    FLASH1_KEYS_NARROW = 256,
    FLASH1_KEYS_WIDE = 128,
    NARROW_HEAD = 64,
    JOINED_MAX = 4, /* most products that are fused into one */
};

void pass_read(struct pass *pass, struct map_extent extent, uint64_t times)
{
    if (extent.lines > 0 && pass->count < PASS_TENSORS_MAX)
        pass->tensors[pass->count++] = (struct pass_tensor){
            .first_line = extent.first_line, .lines = extent.lines, .times = times
        };
}

void pass_write(struct pass *pass, struct map_extent extent)
{
    if (extent.lines > 0 && pass->count < PASS_TENSORS_MAX)
        pass->tensors[pass->count++] = (struct pass_tensor){
            .first_line = extent.first_line, .lines = extent.lines, .writes = true
        };
}

uint64_t gpu_window_loads(const struct gpu_run *run, const struct operation *operation)
{
    const struct layer *layer = operation->layer;
    uint64_t loads = layer->kernel * layer_kernel_width(layer) * operation->out.height *
                     operation->out.width;
    uint64_t pixels = operation->in.height * operation->in.width;

    if (!run->stream->gpu->l1_bypass || loads < pixels)
        return 1;
    return (loads + pixels / 2) / pixels;
}

bool gpu_is_depthwise(const struct operation *operation)
{
    return operation->layer->kind == LAYER_CONVOLUTION &&
           operation->layer->groups == operation->in.channels &&
           operation->layer->groups > 1;
}

/* A pass that reads every input and writes the output. */
static void forward_pass(const struct gpu_run *run, size_t i, uint64_t loads)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    struct pass pass = { .macs = (double)operation->macs * (double)run->batch };

    for (unsigned k = 0; k < operation->input_count; k++)
        pass_read(&pass, gpu_input(run, operation, k)->out, k == 0 ? loads : 1);
    pass_read(&pass, memory->weights, 1);
    pass_write(&pass, memory->out);
    kernel_pass(run->stream, &pass);
}

/* Resident threads of a processor (CUDA, compute capability 8.0 and 9.0). */
#define PROCESSOR_THREADS 2048.0

/* A thread block reads its row and computes after the row has arrived. */
static void forward_softmax(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct software *software = run->deployment->software;
    const struct gpu *gpu = run->stream->gpu;
    double row = (double)operation->out.channels;
    double elements = (double)tensor_elements(&operation->out) * (double)run->batch;
    struct pass pass = { 0 };

    if (software && software->softmax_operations > 0) {
        double threads = row / (double)software->softmax_thread_elements;
        double rows = ceil(elements / row / (double)gpu->processors);

        pass.turn_s = software->softmax_operations * elements / gpu->peak_macs_hz;
        pass.turns = fmin(fmax(floor(PROCESSOR_THREADS / threads), 1), rows);
    }
    pass_read(&pass, gpu_input(run, operation, 0)->out, 1);
    pass_write(&pass, run->map->operations[i].out);
    kernel_pass(run->stream, &pass);
}

/* A layer that uses a part of its input reads only that part. */
static void forward_part(const struct gpu_run *run, size_t i)
{
    struct pass pass = { 0 };
    struct map_extent out = run->map->operations[i].out;
    struct map_extent part = gpu_input(run, &run->graph->operations[i], 0)->out;

    if (part.lines > out.lines)
        part.lines = out.lines;
    pass_read(&pass, part, 1);
    pass_write(&pass, out);
    kernel_pass(run->stream, &pass);
}

/* A pointwise layer that is fused into the kernel of its input takes no kernel. */
static bool is_fused(const struct gpu_run *run, const struct operation *operation)
{
    const struct gpu *gpu = run->stream->gpu;
    int kind = operation->layer->kind;

    if (kind == LAYER_DROPOUT && run->phase != PHASE_TRAINING)
        return true;
    if (!gpu->fuses_elementwise)
        return false;
    return kind == LAYER_ACTIVATION ||
           (kind == LAYER_BATCH_NORM && run->phase != PHASE_TRAINING);
}

static void forward_pointwise(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    struct pass statistics = { 0 };

    if (is_fused(run, operation))
        return;
    if (operation->layer->kind == LAYER_BATCH_NORM && run->phase == PHASE_TRAINING) {
        pass_read(&statistics, gpu_input(run, operation, 0)->out, 1);
        kernel_pass(run->stream, &statistics);
    }
    if (operation->layer->kind == LAYER_ADD && memory->is_alias) {
        for (unsigned k = 1; k < operation->input_count; k++)
            pass_read(&statistics, gpu_input(run, operation, k)->out, 1);
        kernel_pass(run->stream, &statistics);
        return;
    }
    forward_pass(run, i, 1);
}

struct gpu_expert_product gpu_experts(const struct gpu_run *run,
                                      const struct operation *operation)
{
    const struct layer *layer = operation->layer;
    uint64_t rows = run->batch * operation->out.width;
    uint64_t features = operation->in.is_tokens ? operation->in.channels
                                                : tensor_elements(&operation->in);
    struct gpu_expert_product product = {
        .outputs = layer->outputs / layer->groups,
        .rows = rows,
        .features = features / layer->groups,
        .products = layer->groups,
        .share = 1,
    };

    if (layer->experts) {
        product.products = experts_touched(layer, rows);
        product.rows = expert_rows(layer, rows);
        product.features = expert_features(layer, features);
        product.share = (double)(product.products *
                                 (layer->expert_parts ? layer->expert_parts : 1)) /
                        (double)layer->experts;
    }
    return product;
}

struct map_extent gpu_part(struct map_extent extent, double share)
{
    extent.lines = (uint64_t)ceil((double)extent.lines * share);
    return extent;
}

bool gpu_is_counted(const struct operation *operation)
{
    const struct layer *layer = operation->layer;

    return (layer->kind == LAYER_FULLY_CONNECTED &&
            (layer->experts > 0 || layer->groups > 1)) ||
           (layer->kind == LAYER_ATTENTION &&
            (layer->causal || (layer->kv_heads && layer->kv_heads != layer->heads)));
}

/* Does the software fuse this product with the previous one, which has the same input? */
static bool joins_previous(const struct gpu_run *run, size_t i)
{
    const struct operation *operations = run->graph->operations;
    const struct software *software = run->deployment->software;
    const struct layer *layer, *before;

    if (i == 0 || !software || !software->fuses_products ||
        run->phase == PHASE_TRAINING)
        return false;
    layer = operations[i].layer;
    before = operations[i - 1].layer;
    return layer->kind == LAYER_FULLY_CONNECTED && before->kind == layer->kind &&
           operations[i].inputs[0] == operations[i - 1].inputs[0] &&
           layer->experts == before->experts && layer->groups == 1 &&
           before->groups == 1 && layer->combines == before->combines;
}

/* The all-reduce: the GPUs add up their partial outputs. */
static void add_up(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    struct map_extent out = run->map->operations[i].out;
    struct links links = { .bytes_per_s = run->stream->gpu->link_bytes_per_s };
    struct pass pass = {
        .exchange_s = operation_exchange_s(operation, run->batch,
                                           run->stream->precision_bits, &links,
                                           (double)run->deployment->gpus),
    };

    pass_read(&pass, out, 1);
    pass_write(&pass, out);
    kernel_pass(run->stream, &pass);
}

/* One product per group or active expert, which reads only its own weights. */
static void forward_products(const struct gpu_run *run, size_t i)
{
    struct block_touch touches[2 + 2 * JOINED_MAX];
    struct gpu_expert_product p = gpu_experts(run, &run->graph->operations[i]);
    size_t count = 2;

    touches[1] = (struct block_touch){
        .extent = gpu_input(run, &run->graph->operations[i], 0)->out
    };
    for (size_t k = i; k == i || (k < run->graph->count && k < i + JOINED_MAX &&
                                  joins_previous(run, k));
         k++) {
        const struct operation_memory *memory = &run->map->operations[k];
        struct block_touch weights = {
            .extent = gpu_part(memory->weights, p.share),
        };

        if (k == i)
            touches[0] = weights;
        else {
            p.outputs += gpu_experts(run, &run->graph->operations[k]).outputs;
            touches[count++] = weights;
        }
        touches[count++] = (struct block_touch){ .extent = memory->out,
                                                 .writes = true };
    }
    run->stream->a_bits = run->weight_bits;
    kernel_counted_product(run->stream, p.outputs, p.rows, p.features, p.products,
                           touches, count);
    run->stream->a_bits = 0;
}

static void forward_fully_connected(const struct gpu_run *run, size_t i)
{
    if (run->stream->blocks || gpu_is_counted(&run->graph->operations[i])) {
        if (!joins_previous(run, i))
            forward_products(run, i);
        if (run->graph->operations[i].layer->parallel == PARALLEL_ROWS &&
            run->deployment->gpus > 1)
            add_up(run, i);
        return;
    }
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    uint64_t rows = run->batch * operation->out.width;
    uint64_t outputs = operation->layer->outputs;
    uint64_t features = operation->in.is_tokens ? operation->in.channels
                                                : tensor_elements(&operation->in);
    struct kernel_product product = {
        .m = outputs,
        .n = rows,
        .k = features,
        .products = 1,
        .a = operand_matrix(memory->weights.first_line, true, outputs, features),
        .b = operand_matrix(gpu_input(run, operation, 0)->out.first_line, true, rows,
                            features),
        .c = operand_matrix(memory->out.first_line, false, rows, outputs),
        .useful = 1,
    };

    kernel_product(run->stream, &product);
}

static struct operand gemm_operand(const struct operation *operation, uint64_t batch,
                                   uint64_t line, bool rows_are_x, uint64_t rows,
                                   uint64_t length, bool is_shared)
{
    struct operand operand = operand_matrix(line, rows_are_x, rows, length);

    operand.matrix.outer = batch;
    operand.matrix.outer_stride = is_shared ? 0
                                            : operation->layer->count * rows * length;
    operand.matrix.inner = operation->layer->count;
    operand.matrix.inner_stride = rows * length;
    return operand;
}

static void forward_gemm(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    const struct layer *layer = operation->layer;
    struct kernel_product product = {
        .m = layer->m,
        .n = layer->n,
        .k = layer->k,
        .products = run->batch * layer->count,
        .a = gemm_operand(operation, run->batch, memory->weights.first_line, true,
                          layer->m, layer->k, true),
        .b = gemm_operand(operation, run->batch, memory->scratch.first_line, false,
                          layer->k, layer->n, false),
        .c = gemm_operand(operation, run->batch, memory->out.first_line, true, layer->m,
                          layer->n, false),
        .useful = 1,
    };

    kernel_product(run->stream, &product);
}

struct attention gpu_attention(const struct gpu_run *run,
                               const struct operation *operation)
{
    return (struct attention){
        .batch = run->batch,
        .heads = operation->layer->heads,
        .tokens = operation->in.width,
        .context = operation->context,
        .channels = operation->in.channels,
    };
}

struct operand gpu_head(const struct attention *attention, uint64_t first_line,
                        uint64_t tokens, bool tokens_are_x)
{
    uint64_t depth = attention->channels / attention->heads;
    struct operand operand = operand_matrix(first_line, tokens_are_x, tokens, depth);

    operand.matrix.pitch = attention->channels;
    operand.matrix.outer = attention->batch;
    operand.matrix.outer_stride = tokens * attention->channels;
    operand.matrix.inner = attention->heads;
    operand.matrix.inner_stride = depth;
    return operand;
}

struct operand gpu_scores(const struct attention *attention, uint64_t first_line,
                          bool tokens_are_x)
{
    struct operand operand = operand_matrix(first_line, tokens_are_x, attention->tokens,
                                            attention->context);

    operand.matrix.outer = attention->batch;
    operand.matrix.outer_stride = attention->heads * attention->tokens *
                                  attention->context;
    operand.matrix.inner = attention->heads;
    operand.matrix.inner_stride = attention->tokens * attention->context;
    return operand;
}

/* Appends the new token's keys and values to the KV cache. */
static void append_to_caches(const struct gpu_run *run,
                             const struct operation *operation,
                             const struct operation_memory *memory)
{
    struct map_extent keys = gpu_input(run, operation, 1)->out;
    struct map_extent values = gpu_input(run, operation, 2)->out;
    double share = run->kv_bits / run->stream->precision_bits;
    struct pass pass = { 0 };

    pass_read(&pass, keys, 1);
    pass_read(&pass, values, 1);
    pass_write(
        &pass,
        gpu_part((struct map_extent){ memory->keys.first_line, keys.lines }, share));
    pass_write(&pass,
               gpu_part((struct map_extent){ memory->values.first_line, values.lines },
                        share));
    kernel_pass(run->stream, &pass);
}

static double stream_bytes(const struct gpu_run *run)
{
    return run->stream->precision_bits / 8.0;
}

/* Returns the splits with which every processor has two blocks, if each has enough keys. */
static uint64_t key_splits(const struct gpu_run *run, const struct block_attention *a)
{
    uint64_t tiles = a->batch * a->heads * div_up(a->tokens, a->tile_tokens);
    uint64_t splits = 2 * run->stream->gpu->processors / tiles;
    uint64_t most = a->context / SPLIT_KEYS_MIN;

    if (splits > most)
        splits = most;
    return splits > 1 ? splits : 1;
}

struct block_attention gpu_fused_attention(const struct gpu_run *run,
                                           const struct operation *operation)
{
    const struct layer *layer = operation->layer;
    const struct gpu *gpu = run->stream->gpu;
    uint64_t width = operation->in.channels / layer->heads;
    uint64_t kv_heads = layer->kv_heads ? layer->kv_heads : layer->heads;
    uint64_t group = layer->heads / kv_heads;
    bool decodes = run->phase == PHASE_DECODE;
    struct block_attention attention = {
        .batch = run->batch,
        .heads = layer->heads,
        .kv_heads = kv_heads,
        .head_width = width,
        .tokens = operation->in.width,
        .context = operation->context,
        .splits = 1,
        .shared_tensors = operation->inputs[1] == operation->inputs[2] ? 1 : 2,
        .own_reads = 1,
        .own_writes = 1,
        .tile_tokens = gpu->attention_tile,
        .alternates = gpu->attention_alternates,
        .blocks_per_processor = gpu->blocks_per_processor,
        .is_causal = layer->causal,
        .element_bytes = stream_bytes(run),
        .shared_bytes = decodes ? run->kv_bits / 8 : stream_bytes(run),
    };

    /* If there are few queries, those of all heads that share keys are one tile. */
    if (attention.tokens * group <= attention.tile_tokens) {
        attention.heads = kv_heads;
        attention.tokens *= group;
        attention.is_causal = attention.is_causal && group == 1;
    }
    if (decodes)
        attention.splits = key_splits(run, &attention);
    return attention;
}

struct block_attention gpu_flash1_attention(const struct gpu_run *run,
                                            const struct operation *operation)
{
    struct block_attention attention = gpu_fused_attention(run, operation);
    uint64_t width = attention.head_width;

    attention.walk = ATTENTION_WALK_QUERIES;
    attention.is_causal = false; /* the mask skips no step */
    attention.splits = 1;
    attention.shared_tensors = 1;    /* queries */
    attention.rewritten_tensors = 1; /* sums of outputs */
    attention.own_reads = 2;
    attention.own_writes = 0;
    attention.blocks_per_processor = 1; /* a block fills the shared memory */
    attention.tile_tokens = width <= NARROW_HEAD ? FLASH1_KEYS_NARROW
                                                 : FLASH1_KEYS_WIDE;
    return attention;
}

/* The extents of keys and values: outputs of products, or the KV cache. */
struct gpu_keys gpu_keys_of(const struct gpu_run *run,
                            const struct operation *operation,
                            const struct operation_memory *memory)
{
    bool decodes = run->phase == PHASE_DECODE;

    return (struct gpu_keys){
        .keys = decodes ? memory->keys : gpu_input(run, operation, 1)->out,
        .values = decodes ? memory->values : gpu_input(run, operation, 2)->out,
    };
}

/* Fused attention: the scores stay on the chip. */
static void forward_fused(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    bool is_first = run->stream->gpu->attention == ATTENTION_FUSED_FIRST &&
                    run->phase != PHASE_DECODE;
    struct block_attention attention = is_first ? gpu_flash1_attention(run, operation)
                                                : gpu_fused_attention(run, operation);
    struct gpu_keys kv = gpu_keys_of(run, operation, memory);
    struct block_touch touches[] = {
        { .extent = gpu_input(run, operation, 0)->out },
        { .extent = kv.keys },
        { .extent = kv.values },
        { .extent = memory->out, .writes = true },
    };

    kernel_attention(run->stream, &attention,
                     (double)operation->macs * (double)run->batch, touches, 4);
}

void gpu_scores_pass(const struct gpu_run *run, struct map_extent reads,
                     struct map_extent writes)
{
    struct pass pass = { 0 };

    pass_read(&pass, reads, 1);
    if (reads.first_line != writes.first_line)
        pass_read(&pass, writes, 1);
    pass_write(&pass, writes);
    kernel_pass(run->stream, &pass);
}

/* Attention with scores in memory: scale and mask, softmax, and dropout take a kernel each. */
static void forward_unfused(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    struct attention shape = gpu_attention(run, operation);
    struct gpu_keys kv = gpu_keys_of(run, operation, memory);
    uint64_t depth = shape.channels / shape.heads, products = shape.batch * shape.heads;
    bool drops = operation->layer->dropout && run->phase == PHASE_TRAINING;
    struct block_touch scores[] = {
        { .extent = gpu_input(run, operation, 0)->out },
        { .extent = kv.keys },
        { .extent = memory->scratch, .writes = true },
    };
    struct block_touch outputs[] = {
        { .extent = memory->scratch },
        { .extent = kv.values },
        { .extent = memory->out, .writes = true },
    };

    kernel_counted_product(run->stream, shape.tokens, shape.context, depth, products,
                           scores, 3);
    gpu_scores_pass(run, memory->scratch, memory->scratch); /* scale and mask */
    gpu_scores_pass(run, memory->scratch, memory->scratch); /* softmax */
    if (drops)
        gpu_scores_pass(run, memory->scratch, memory->scratch);
    kernel_counted_product(run->stream, shape.tokens, depth, shape.context, products,
                           outputs, 3);
}

static void forward_counted_attention(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];

    if (run->phase == PHASE_DECODE)
        append_to_caches(run, operation, &run->map->operations[i]);
    if (run->stream->gpu->attention == ATTENTION_UNFUSED)
        forward_unfused(run, i);
    else
        forward_fused(run, i);
}

static void forward_attention(const struct gpu_run *run, size_t i)
{
    if (run->stream->blocks) {
        forward_counted_attention(run, i);
        return;
    }
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    struct attention shape = gpu_attention(run, operation);
    uint64_t depth = shape.channels / shape.heads;
    uint64_t query = gpu_input(run, operation, 0)->out.first_line;
    uint64_t keys = gpu_input(run, operation, 1)->out.first_line;
    uint64_t values = gpu_input(run, operation, 2)->out.first_line;
    uint64_t scores = memory->scratch.first_line;
    struct pass softmax = { 0 };
    struct kernel_product product = {
        .m = shape.tokens,
        .n = shape.context,
        .k = depth,
        .products = shape.batch * shape.heads,
        .useful = 1,
    };

    if (run->phase == PHASE_DECODE) {
        append_to_caches(run, operation, memory);
        keys = memory->keys.first_line;
        values = memory->values.first_line;
    }
    product.a = gpu_head(&shape, query, shape.tokens, true);
    product.b = gpu_head(&shape, keys, shape.context, true);
    product.c = gpu_scores(&shape, scores, true);
    kernel_product(run->stream, &product);

    pass_read(&softmax, memory->scratch, 1);
    pass_write(&softmax, memory->scratch);
    kernel_pass(run->stream, &softmax);

    product.n = depth;
    product.k = shape.context;
    product.a = gpu_scores(&shape, scores, true);
    product.b = gpu_head(&shape, values, shape.context, false);
    product.c = gpu_head(&shape, memory->out.first_line, shape.tokens, true);
    kernel_product(run->stream, &product);
}

static void forward_unrolled(const struct gpu_run *run,
                             const struct operation *operation,
                             const struct conv_window *window)
{
    if (operation->layer->kind == LAYER_TRANSPOSED)
        gpu_unrolled_scatter(run->stream, window, run->map->workspace, false);
    else
        gpu_unrolled_gather(run->stream, window, run->map->workspace);
}

static void forward_convolution(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    struct conv_window window = gpu_window(run, operation,
                                           gpu_input(run, operation, 0)->out,
                                           memory->out, memory->weights);

    if (gpu_is_depthwise(operation))
        forward_pass(run, i, gpu_window_loads(run, operation));
    else if (run->stream->gpu->unrolls_convolutions)
        forward_unrolled(run, operation, &window);
    else if (operation->layer->kind == LAYER_TRANSPOSED)
        gpu_window_scatter(run->stream, &window, false);
    else
        gpu_window_gather(run->stream, &window);
}

static void forward_embedding(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    uint64_t tokens = run->batch * operation->out.width;
    uint64_t row_lines =
        (operation->out.channels - 1) / run->stream->granularity.elements_per_line + 1;
    uint64_t rows = memory->weights.lines / row_lines;
    struct pass write = { 0 };

    if (run->stream->blocks) { /* modelled as contiguous rows, one per token */
        pass_read(&write,
                  (struct map_extent){ memory->weights.first_line,
                                       (tokens < rows ? tokens : rows) * row_lines },
                  1);
        pass_write(&write, memory->out);
        kernel_pass(run->stream, &write);
        return;
    }
    for (uint64_t token = 0; token < tokens && rows > 0; token++) {
        uint64_t row = gpu_embedding_row(token, rows);

        kernel_run(run->stream, memory->weights.first_line + row * row_lines, row_lines,
                   false);
    }
    pass_write(&write, memory->out);
    kernel_pass(run->stream, &write);
}

/* A sweep over the rows of a sparse matrix: each reads its nonzeros, their column numbers, and
 * the neighbouring unknowns in three planes of the grid. */
static void stencil_sweep(const struct gpu_run *run, size_t i, struct map_extent in,
                          bool backwards)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    uint64_t plane = operation->in.height * operation->in.width /
                     run->stream->granularity.elements_per_line;
    struct pass pass = { .backwards = backwards,
                         .macs = (double)operation->macs * (double)run->batch };

    if (operation->layer->kind == LAYER_SMOOTH)
        pass.macs /= 2;
    pass_read(&pass, memory->weights, 1);
    pass_read(&pass, memory->scratch, 1);
    for (uint64_t k = 0; k < STENCIL_PLANES; k++) {
        struct map_extent shifted = { in.first_line + k * plane, in.lines };

        if (shifted.lines > (STENCIL_PLANES - 1) * plane)
            shifted.lines -= (STENCIL_PLANES - 1) * plane;
        pass_read(&pass, shifted, operation->layer->kernel);
    }
    pass_write(&pass, memory->out);
    kernel_pass(run->stream, &pass);
}

static void forward_solver(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    struct map_extent in = gpu_input(run, operation, 0)->out;

    stencil_sweep(run, i, in, false);
    if (operation->layer->kind == LAYER_SMOOTH)
        stencil_sweep(run, i, run->map->operations[i].out, true);
}

static void forward_dot(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    struct pass pass = { .macs = (double)operation->macs * (double)run->batch };

    for (unsigned k = 0; k < operation->input_count; k++)
        pass_read(&pass, gpu_input(run, operation, k)->out, 1);
    kernel_pass(run->stream, &pass);
}

void gpu_forward(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    struct map_extent out = run->map->operations[i].out;

    switch ((enum layer_kind)operation->layer->kind) {
    case LAYER_INPUT:
    case LAYER_TOKEN_INPUT:
        if (!workload_starts_inside(operation->layer))
            kernel_run(run->stream, out.first_line, out.lines, true);
        break;
    case LAYER_GRID:
    case LAYER_REPEAT: break;
    case LAYER_CONVOLUTION:
    case LAYER_TRANSPOSED: forward_convolution(run, i); break;
    case LAYER_FULLY_CONNECTED: forward_fully_connected(run, i); break;
    case LAYER_GEMM: forward_gemm(run, i); break;
    case LAYER_ATTENTION: forward_attention(run, i); break;
    case LAYER_MAX_POOL:
    case LAYER_AVERAGE_POOL:
        forward_pass(run, i, gpu_window_loads(run, operation));
        break;
    case LAYER_ACTIVATION:
    case LAYER_DROPOUT:
    case LAYER_BATCH_NORM:
    case LAYER_ADD: forward_pointwise(run, i); break;
    case LAYER_SLICE:
    case LAYER_TAKE_TOKEN:
    case LAYER_TAKE_LAST:
    case LAYER_COARSEN: forward_part(run, i); break;
    case LAYER_EMBEDDING: forward_embedding(run, i); break;
    case LAYER_STENCIL:
    case LAYER_SMOOTH: forward_solver(run, i); break;
    case LAYER_SOFTMAX: forward_softmax(run, i); break;
    case LAYER_DOT: forward_dot(run, i); break;
    case LAYER_GLOBAL_POOL:
    case LAYER_LRN:
    case LAYER_LAYER_NORM:
    case LAYER_CONCATENATE:
    case LAYER_SCALE:
    case LAYER_GATE:
    case LAYER_UPSAMPLE:
    case LAYER_TOKENIZE:
    case LAYER_TO_IMAGE:
    case LAYER_REFINE: forward_pass(run, i, 1); break;
    }
}
