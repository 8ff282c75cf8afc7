/* The generation stage: the time to the first token and the token rate of a language model on GPUs
 * and PE arrays with the memories of their records (machine/generation/generation.h). */
#include "stage/stages.h"

#include "columns/generation.h"
#include "machine/generation/generation.h"
#include "stage/visit.h"

static uint64_t prompt_of(const struct point *point)
{
    return point->sequence_length
               ? point->sequence_length
               : ((const struct workload *)point->workload)->sequence_length;
}

static struct generation_request request_at(const struct point *point)
{
    return (struct generation_request){
        .machine = (const struct machine *)point->machine,
        .workload = (const struct workload *)point->workload,
        .deployment = deployment_at(point),
        .pipeline = point->pipeline_stages,
        .batch = point->batch,
        .prompt_tokens = prompt_of(point),
        .output_tokens = point->output_tokens,
        .kv_tokens = point->kv_tokens,
        .precision_bits = (unsigned)point->precision_bits,
        .arrivals = (enum arrivals)point->arrivals,
        .requests = point->requests,
        .output_limit = point->output_limit,
    };
}

static enum status generation_visit(const struct visit *visit,
                                    const struct columns *out, uint64_t i,
                                    struct error *reason)
{
    const struct generation_columns to = generation_columns(out);
    const struct generation_request request = request_at(&visit->point);
    double batch = (double)request.batch;
    double prompts = request.arrivals == ARRIVALS_CONTINUOUS ? 1 : batch;
    struct generation made = { 0 };
    enum status status = generation_evaluate(&request, &made, reason);

    if (status != STATUS_OK)
        return status;
    to.first_token_s[i] = made.first_token_s;
    to.token_s[i] = made.token_s;
    to.end_to_end_s[i] = made.end_to_end_s;
    to.prompt_hz[i] = prompts * (double)request.prompt_tokens / made.first_token_s;
    to.decode_hz[i] = batch * made.busy_share / made.token_s;
    to.busy_share[i] = made.busy_share;
    to.output_hz[i] = batch * (double)request.output_tokens / made.end_to_end_s;
    to.memory_bytes[i] = made.memory_bytes;
    to.exchange_s[i] = made.exchange_s;
    return STATUS_OK;
}

static void generation_stage_evaluate(const struct study *study, struct range points,
                                      const struct columns *out, int8_t *status,
                                      struct error *reason)
{
    stage_visit(study, STAGE_GENERATION, points, generation_visit, NULL, out, status,
                reason);
}

static double generation_stage_cost_s(const struct study *study,
                                      const struct point *point,
                                      struct layer_cache *layers)
{
    const struct generation_request request = request_at(point);

    (void)layers;
    (void)study;
    return generation_cost_s(&request);
}

const struct stage generation_stage = {
    .name = "generation",
    .summary = "a language model on GPUs or PE arrays: time to the first token, "
               "between tokens, throughput",
    STAGE_METRICS(generation),
    .kinds = 1u << MACHINE_GPU | 1u << MACHINE_PE_ARRAY,
    .axes = AXIS_BIT(machine) | AXIS_BIT(workload) | AXIS_BIT(batch) |
            AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length) |
            AXIS_BIT(output_tokens) | AXIS_BIT(software) | AXIS_BIT(gpus) |
            AXIS_BIT(weight_format) | AXIS_BIT(kv_format) | AXIS_BIT(pipeline_stages) |
            AXIS_BIT(expert_layout) | AXIS_BIT(arrivals) | AXIS_BIT(kv_tokens) |
            AXIS_BIT(requests) | AXIS_BIT(output_limit),
    .enabled_by = AXIS_BIT(machine) | AXIS_BIT(workload) | AXIS_BIT(output_tokens),
    .evaluate = generation_stage_evaluate,
    .cost_s = generation_stage_cost_s,
    .block_points = 1,
};
