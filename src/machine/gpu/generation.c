#include "machine/gpu/generation.h"

#include "machine/collective.h"

#include <stdlib.h>

/* Weights, and keys and values that are kept of `tokens` tokens. */
static double memory_of(const struct generation_request *request,
                        const struct graph *graph, double tokens)
{
    const struct deployment *deployment = &request->deployment;
    double weight_bits = number_format_bits(deployment->weight_format,
                                            request->precision_bits);
    double kv_bits = number_format_bits(deployment->kv_format, request->precision_bits);
    double bits = 0;

    for (size_t i = 0; i < graph->count; i++) {
        const struct operation *operation = &graph->operations[i];
        uint64_t channels = operation->kv_channels;

        bits += (double)operation->weights * weight_bits;
        if (operation->layer->kind != LAYER_ATTENTION)
            continue;
        if (operation->inputs[1] != operation->inputs[2])
            channels += operation->value_channels;
        bits += (double)(channels * request->batch) * tokens * kv_bits;
    }
    return bits / 8;
}

static double exchange_of(const struct generation_request *request,
                          const struct graph *graph)
{
    double sum_s = 0;

    for (size_t i = 0; i < graph->count; i++) {
        const struct operation *operation = &graph->operations[i];

        if (operation->layer->parallel == PARALLEL_ROWS)
            sum_s += server_allreduce_s(
                (double)(request->batch * tensor_elements(&operation->out)) *
                    request->precision_bits / 8,
                (double)request->deployment.gpus, request->platform->link_bytes_per_s);
    }
    return sum_s;
}

/* What one GPU holds, and how long it waits for the others. */
static enum status part_evaluate(const struct generation_request *request,
                                 struct generation *generation, struct error *reason)
{
    double tokens = (double)request->prompt_tokens + (double)request->output_tokens / 2;
    const struct gpu *gpu = request->platform;
    struct workload part = *request->workload;
    struct layer *layers = NULL;
    struct graph graph = { 0 };
    enum status status = STATUS_OK;

    if (request->deployment.gpus > 1)
        status = workload_part(request->workload, request->deployment.gpus, &part,
                               &layers, reason);
    if (status == STATUS_OK)
        status = graph_create(&graph, &part, PHASE_DECODE, request->prompt_tokens,
                              reason);
    if (status == STATUS_OK) {
        generation->memory_bytes = memory_of(request, &graph, tokens);
        generation->exchange_s = exchange_of(request, &graph);
    }
    if (status == STATUS_OK && gpu->dram_bytes > 0 &&
        generation->memory_bytes > gpu->dram_bytes)
        status = error_set(
            reason, STATUS_INFEASIBLE,
            "%s takes %.3g GB of a GPU's memory, must be at most the %.3g "
            "of %s",
            request->workload->record.name, generation->memory_bytes / 1e9,
            gpu->dram_bytes / 1e9, gpu->machine.record.name);
    graph_free(&graph);
    free(layers);
    return status;
}

static enum status phase_evaluate(const struct generation_request *request,
                                  enum phase phase, uint64_t tokens, double *time_s,
                                  struct error *reason)
{
    struct reuse_curve curve = { .kernels = 0 };
    enum status status = reuse_evaluate_deployed(
        request->platform, request->workload, phase, request->batch,
        request->precision_bits, tokens, &request->deployment, 0.05, &curve, reason);

    if (status == STATUS_OK && curve.method != REUSE_ANALYTIC)
        status = error_set(reason, STATUS_INFEASIBLE,
                           "kernels of %s are followed line by line, must be counted",
                           request->workload->record.name);
    if (status == STATUS_OK)
        *time_s = curve_at(curve.kernel_s, request->platform->llc_bytes);
    return status;
}

enum status generation_evaluate(const struct generation_request *request,
                                struct generation *generation, struct error *reason)
{
    uint64_t middle = request->prompt_tokens + request->output_tokens / 2;
    enum status status = part_evaluate(request, generation, reason);

    if (status == STATUS_OK)
        status = phase_evaluate(request, PHASE_INFERENCE, request->prompt_tokens,
                                &generation->first_token_s, reason);
    if (status == STATUS_OK)
        status = phase_evaluate(request, PHASE_DECODE, middle, &generation->token_s,
                                reason);
    generation->end_to_end_s = generation->first_token_s +
                               (double)(request->output_tokens - 1) *
                                   generation->token_s;
    return status;
}
