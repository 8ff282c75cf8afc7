#include "machine/gpu/kernels.h"

enum { ATTENTION_TOUCHES = 8 }; /* at most */

/* Does input k need a gradient? */
static bool wants_gradient(const struct gpu_run *run, const struct operation *operation,
                           unsigned k)
{
    return gpu_input(run, operation, k)->needs_gradient;
}

/* Does the operation add to the gradient of its input, because another consumer has written it
 * before?  Call this once for each gradient that is written. */
static bool adds_gradient(const struct gpu_run *run, const struct operation *operation,
                          unsigned k)
{
    bool *has = &run->has_gradient[operation->inputs[k]];
    bool had = *has;

    *has = true;
    return had;
}

/* Does the backward pass of this kind of layer read the layer's input, or its output? */
static bool reads_input(int kind)
{
    return kind == LAYER_MAX_POOL || kind == LAYER_LRN || kind == LAYER_BATCH_NORM ||
           kind == LAYER_LAYER_NORM || kind == LAYER_SCALE;
}

/* The zeros of dropout's output are its mask. */
static bool reads_output(int kind)
{
    return kind == LAYER_MAX_POOL || kind == LAYER_LRN || kind == LAYER_ACTIVATION ||
           kind == LAYER_DROPOUT || kind == LAYER_SOFTMAX;
}

static void backward_pass(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    int kind = operation->layer->kind;
    struct pass pass = { 0 };

    if (run->stream->gpu->fuses_elementwise && kind == LAYER_ACTIVATION)
        return;
    if (reads_input(kind))
        for (unsigned k = 0; k < operation->input_count; k++)
            pass_read(&pass, gpu_input(run, operation, k)->out, 1);
    if (reads_output(kind))
        pass_read(&pass, memory->out, 1);
    pass_read(&pass, memory->out_gradient, 1);
    if (kind == LAYER_BATCH_NORM)
        kernel_pass(run->stream,
                    &pass); /* the first pass computes the sums over the batch */
    for (unsigned k = 0; k < operation->input_count; k++) {
        struct map_extent gradient = gpu_input(run, operation, k)->out_gradient;

        if (!wants_gradient(run, operation, k))
            continue;
        if (adds_gradient(run, operation, k) && !memory->is_alias)
            pass_read(&pass, gradient, 1);
        pass_write(&pass, gradient);
    }
    pass_write(&pass, memory->weight_gradient);
    kernel_pass(run->stream, &pass);
}

static void backward_depthwise(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    uint64_t loads = gpu_window_loads(run, operation);
    double macs = (double)operation->macs * (double)run->batch;
    struct pass data = { .macs = macs }, weights = { .macs = macs };

    if (wants_gradient(run, operation, 0)) {
        struct map_extent gradient = gpu_input(run, operation, 0)->out_gradient;

        pass_read(&data, memory->out_gradient, loads);
        pass_read(&data, memory->weights, 1);
        if (adds_gradient(run, operation, 0))
            pass_read(&data, gradient, 1);
        pass_write(&data, gradient);
        kernel_pass(run->stream, &data);
    }
    pass_read(&weights, gpu_input(run, operation, 0)->out, loads);
    pass_read(&weights, memory->out_gradient, 1);
    pass_write(&weights, memory->weight_gradient);
    kernel_pass(run->stream, &weights);
}

static void convolution_data(const struct gpu_run *run,
                             const struct operation *operation,
                             const struct conv_window *window, bool adds)
{
    bool unrolls = run->stream->gpu->unrolls_convolutions;

    if (operation->layer->kind == LAYER_TRANSPOSED && unrolls)
        gpu_unrolled_gather(run->stream, window, run->map->workspace);
    else if (operation->layer->kind == LAYER_TRANSPOSED)
        gpu_window_gather(run->stream, window);
    else if (unrolls)
        gpu_unrolled_scatter(run->stream, window, run->map->workspace, adds);
    else
        gpu_window_scatter(run->stream, window, adds);
}

static void backward_convolution(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    const struct operation_memory *input = gpu_input(run, operation, 0);
    struct conv_window data = gpu_window(run, operation, input->out_gradient,
                                         memory->out_gradient, memory->weights);
    struct conv_window weights = gpu_window(run, operation, input->out,
                                            memory->out_gradient, memory->weights);

    if (gpu_is_depthwise(operation)) {
        backward_depthwise(run, i);
        return;
    }
    if (wants_gradient(run, operation, 0))
        convolution_data(run, operation, &data, adds_gradient(run, operation, 0));
    if (run->stream->gpu->unrolls_convolutions)
        gpu_unrolled_weights(run->stream, &weights, run->map->workspace,
                             memory->weight_gradient.first_line);
    else
        gpu_window_weights(run->stream, &weights, memory->weight_gradient.first_line);
}

static void backward_products(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    const struct operation_memory *input = gpu_input(run, operation, 0);
    struct gpu_expert_product p = gpu_experts(run, operation);
    struct block_touch data[] = {
        { .extent = gpu_part(memory->weights, p.share), .writes = false },
        { .extent = memory->out_gradient, .writes = false },
        { .extent = input->out_gradient, .writes = true },
    };
    struct block_touch weights[] = {
        { .extent = memory->out_gradient, .writes = false },
        { .extent = input->out, .writes = false },
        { .extent = gpu_part(memory->weight_gradient, p.share), .writes = true },
    };

    if (wants_gradient(run, operation, 0)) {
        adds_gradient(run, operation, 0);
        kernel_counted_product(run->stream, p.features, p.rows, p.outputs, p.products,
                               data, 3);
    }
    kernel_counted_product(run->stream, p.outputs, p.features, p.rows, p.products,
                           weights, 3);
}

static void backward_fully_connected(const struct gpu_run *run, size_t i)
{
    if (gpu_is_counted(&run->graph->operations[i])) {
        backward_products(run, i);
        return;
    }
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    const struct operation_memory *input = gpu_input(run, operation, 0);
    uint64_t rows = run->batch * operation->out.width;
    uint64_t outputs = operation->layer->outputs;
    uint64_t features = operation->in.is_tokens ? operation->in.channels
                                                : tensor_elements(&operation->in);
    struct kernel_product data = {
        .m = features,
        .n = rows,
        .k = outputs,
        .products = 1,
        .a = operand_matrix(memory->weights.first_line, false, outputs, features),
        .b = operand_matrix(memory->out_gradient.first_line, true, rows, outputs),
        .c = operand_matrix(input->out_gradient.first_line, false, rows, features),
        .useful = 1,
    };
    struct kernel_product weights = {
        .m = outputs,
        .n = features,
        .k = rows,
        .products = 1,
        .a = operand_matrix(memory->out_gradient.first_line, false, rows, outputs),
        .b = operand_matrix(input->out.first_line, false, rows, features),
        .c = operand_matrix(memory->weight_gradient.first_line, true, outputs,
                            features),
        .useful = 1,
    };

    if (wants_gradient(run, operation, 0)) {
        data.accumulates = adds_gradient(run, operation, 0);
        kernel_product(run->stream, &data);
    }
    kernel_product(run->stream, &weights);
}

/* Gradients of values, of scores, of queries and of keys. */
/* The inputs and outputs of the backward pass of attention. */
static size_t attention_touches(const struct gpu_run *run, size_t i,
                                struct block_touch touches[])
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    size_t count = 0;

    for (unsigned k = 0; k < 3; k++) {
        const struct operation_memory *input = gpu_input(run, operation, k);

        adds_gradient(run, operation, k);
        touches[count++] = (struct block_touch){ .extent = input->out };
        touches[count++] = (struct block_touch){ .extent = input->out_gradient,
                                                 .writes = true };
    }
    touches[count++] = (struct block_touch){ .extent = memory->out };
    touches[count++] = (struct block_touch){ .extent = memory->out_gradient };
    return count;
}

/* A block holds keys and values.  It reads the queries and the gradients of the outputs, and
 * reads and writes the gradients of the queries (FlashAttention-2, algorithm 2). */
static struct block_attention flash2_backward(const struct gpu_run *run,
                                              const struct operation *operation)
{
    struct block_attention attention = gpu_fused_attention(run, operation);
    uint64_t tokens = attention.tokens;

    attention.tokens = attention.context;
    attention.context = tokens;
    attention.heads = attention.kv_heads;
    attention.is_causal = false;
    attention.shared_tensors = 3;
    attention.own_reads = attention.own_writes = 2;
    return attention;
}

/* A block computes a head.  For every tile of its keys it reads the queries, the outputs and
 * their gradients, and updates the sums of the queries' gradients (FlashAttention, algorithm
 * 4). */
static struct block_attention flash1_backward(const struct gpu_run *run,
                                              const struct operation *operation)
{
    struct block_attention attention = gpu_flash1_attention(run, operation);

    attention.shared_tensors = 3;
    attention.own_reads = attention.own_writes = 2;
    return attention;
}

static void backward_fused(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    bool is_first = run->stream->gpu->attention == ATTENTION_FUSED_FIRST;
    struct block_attention attention = is_first ? flash1_backward(run, operation)
                                                : flash2_backward(run, operation);
    struct block_touch touches[ATTENTION_TOUCHES];
    size_t count = attention_touches(run, i, touches);

    /* five matrix products; the forward pass has two */
    kernel_attention(run->stream, &attention,
                     2.5 * (double)operation->macs * (double)run->batch, touches,
                     count);
}

/* The backward pass with scores in memory: four matrix products, and between them the gradient of
 * each kernel of the forward pass. */
static void backward_unfused(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    const struct operation_memory *query = gpu_input(run, operation, 0);
    const struct operation_memory *keys = gpu_input(run, operation, 1);
    const struct operation_memory *values = gpu_input(run, operation, 2);
    struct attention shape = gpu_attention(run, operation);
    uint64_t depth = shape.channels / shape.heads, products = shape.batch * shape.heads;
    struct map_extent p = memory->scratch, dp = memory->scratch_gradient;
    struct block_touch to_values[] = { { .extent = p },
                                       { .extent = memory->out_gradient },
                                       { .extent = values->out_gradient,
                                         .writes = true } };
    struct block_touch to_scores[] = { { .extent = memory->out_gradient },
                                       { .extent = values->out },
                                       { .extent = dp, .writes = true } };
    struct block_touch to_queries[] = { { .extent = dp },
                                        { .extent = keys->out },
                                        { .extent = query->out_gradient,
                                          .writes = true } };
    struct block_touch to_keys[] = { { .extent = dp },
                                     { .extent = query->out },
                                     { .extent = keys->out_gradient, .writes = true } };

    for (unsigned k = 0; k < 3; k++)
        adds_gradient(run, operation, k);
    kernel_counted_product(run->stream, shape.context, depth, shape.tokens, products,
                           to_values, 3);
    kernel_counted_product(run->stream, shape.tokens, shape.context, depth, products,
                           to_scores, 3);
    if (operation->layer->dropout)
        gpu_scores_pass(run, dp, dp);
    gpu_scores_pass(run, p, dp);
    gpu_scores_pass(run, dp, dp); /* scale and mask */
    kernel_counted_product(run->stream, shape.tokens, depth, shape.context, products,
                           to_queries, 3);
    kernel_counted_product(run->stream, shape.context, depth, shape.tokens, products,
                           to_keys, 3);
}

static void backward_attention(const struct gpu_run *run, size_t i)
{
    if (run->stream->blocks) {
        if (run->stream->gpu->attention == ATTENTION_UNFUSED)
            backward_unfused(run, i);
        else
            backward_fused(run, i);
        return;
    }
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    const struct operation_memory *query = gpu_input(run, operation, 0);
    const struct operation_memory *keys = gpu_input(run, operation, 1);
    const struct operation_memory *values = gpu_input(run, operation, 2);
    struct attention shape = gpu_attention(run, operation);
    uint64_t depth = shape.channels / shape.heads, tokens = shape.tokens;
    uint64_t context = shape.context, out = memory->out_gradient.first_line;
    uint64_t scores = memory->scratch.first_line;
    uint64_t gradient = memory->scratch_gradient.first_line;
    struct pass softmax = { 0 };
    struct kernel_product product = { .products = shape.batch * shape.heads,
                                      .useful = 1 };

    product.m = context, product.n = depth, product.k = tokens;
    product.a = gpu_scores(&shape, scores, false);
    product.b = gpu_head(&shape, out, tokens, false);
    product.c = gpu_head(&shape, values->out_gradient.first_line, context, true);
    product.accumulates = adds_gradient(run, operation, 2);
    kernel_product(run->stream, &product);

    product.m = tokens, product.n = context, product.k = depth;
    product.a = gpu_head(&shape, out, tokens, true);
    product.b = gpu_head(&shape, values->out.first_line, context, true);
    product.c = gpu_scores(&shape, gradient, true);
    product.accumulates = false;
    kernel_product(run->stream, &product);

    pass_read(&softmax, memory->scratch, 1);
    pass_read(&softmax, memory->scratch_gradient, 1);
    pass_write(&softmax, memory->scratch_gradient);
    kernel_pass(run->stream, &softmax);

    product.m = tokens, product.n = depth, product.k = context;
    product.a = gpu_scores(&shape, gradient, true);
    product.b = gpu_head(&shape, keys->out.first_line, context, false);
    product.c = gpu_head(&shape, query->out_gradient.first_line, tokens, true);
    product.accumulates = adds_gradient(run, operation, 0);
    kernel_product(run->stream, &product);

    product.m = context, product.n = depth, product.k = tokens;
    product.a = gpu_scores(&shape, gradient, false);
    product.b = gpu_head(&shape, query->out.first_line, tokens, false);
    product.c = gpu_head(&shape, keys->out_gradient.first_line, context, true);
    product.accumulates = adds_gradient(run, operation, 1);
    kernel_product(run->stream, &product);
}

/* The gradients of both operands of a LAYER_GEMM. */
static void backward_gemm(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    const struct layer *layer = operation->layer;
    uint64_t batch = run->batch, count = layer->count;
    struct operand weights = operand_matrix(memory->weights.first_line, false, layer->m,
                                            layer->k);
    struct operand out = operand_matrix(memory->out_gradient.first_line, false,
                                        layer->m, layer->n);
    struct operand in = operand_matrix(memory->scratch.first_line, true, layer->k,
                                       layer->n);
    struct kernel_product product = { .products = batch * count, .useful = 1 };

    weights.matrix.outer = out.matrix.outer = in.matrix.outer = batch;
    weights.matrix.inner = out.matrix.inner = in.matrix.inner = count;
    weights.matrix.inner_stride = layer->m * layer->k;
    out.matrix.inner_stride = layer->m * layer->n;
    out.matrix.outer_stride = count * out.matrix.inner_stride;
    in.matrix.inner_stride = layer->k * layer->n;
    in.matrix.outer_stride = count * in.matrix.inner_stride;

    product.m = layer->k, product.n = layer->n, product.k = layer->m;
    product.a = weights;
    product.b = out;
    product.c = in;
    product.c.first_line = memory->scratch_gradient.first_line;
    kernel_product(run->stream, &product);

    product.m = layer->m, product.n = layer->k, product.k = layer->n;
    product.a = out;
    product.a.first_is_x = true;
    product.b = in;
    product.c = weights;
    product.c.first_line = memory->weight_gradient.first_line;
    product.c.first_is_x = true;
    product.accumulates = batch > 1;
    kernel_product(run->stream, &product);
}

static void backward_embedding(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];
    uint64_t tokens = run->batch * operation->out.width;
    uint64_t row_lines =
        (operation->out.channels - 1) / run->stream->granularity.elements_per_line + 1;
    uint64_t rows = memory->weight_gradient.lines / row_lines;
    struct pass read = { 0 };

    pass_read(&read, memory->out_gradient, 1);
    if (run->stream->blocks) {
        struct map_extent touched = { memory->weight_gradient.first_line,
                                      (tokens < rows ? tokens : rows) * row_lines };

        pass_read(&read, touched, 1);
        pass_write(&read, touched);
    }
    kernel_pass(run->stream, &read);
    if (run->stream->blocks)
        return;
    for (uint64_t token = 0; token < tokens && rows > 0; token++) {
        uint64_t row = gpu_embedding_row(token, rows);
        uint64_t line = memory->weight_gradient.first_line + row * row_lines;

        kernel_run(run->stream, line, row_lines, false);
        kernel_run(run->stream, line, row_lines, true);
    }
}

void gpu_backward(const struct gpu_run *run, size_t i)
{
    const struct operation *operation = &run->graph->operations[i];
    const struct operation_memory *memory = &run->map->operations[i];

    if (!memory->needs_gradient || operation->input_count == 0)
        return;
    if (operation->consumers == 0) /* the loss writes this gradient */
        kernel_run(run->stream, memory->out_gradient.first_line,
                   memory->out_gradient.lines, true);
    switch ((enum layer_kind)operation->layer->kind) {
    case LAYER_CONVOLUTION:
    case LAYER_TRANSPOSED: backward_convolution(run, i); break;
    case LAYER_FULLY_CONNECTED: backward_fully_connected(run, i); break;
    case LAYER_ATTENTION: backward_attention(run, i); break;
    case LAYER_GEMM: backward_gemm(run, i); break;
    case LAYER_EMBEDDING: backward_embedding(run, i); break;
    default: backward_pass(run, i); break;
    }
}

void gpu_update(const struct gpu_run *run)
{
    for (size_t i = 0; i < run->graph->count; i++) {
        const struct operation_memory *memory = &run->map->operations[i];
        struct pass pass = { 0 };

        if (memory->momentum.lines == 0)
            continue;
        pass_read(&pass, memory->weights, 1);
        pass_read(&pass, memory->weight_gradient, 1);
        pass_read(&pass, memory->momentum, 1);
        pass_write(&pass, memory->weights);
        pass_write(&pass, memory->momentum);
        kernel_pass(run->stream, &pass);
    }
}
