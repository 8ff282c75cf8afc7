#include "machine/generation/generation.h"

#include "base/divide.h"
#include "machine/generation/requests.h"
#include "machine/exchange.h"

#include <math.h>
#include <stdlib.h>

/* The time that a part of the batch takes in all stages of a pipeline, and in the slowest
 * one. */
struct passage {
    double sum_s, slowest_s;
    double sends_s; /* between them */
};

const struct word arrivals_words[] = {
    { "together", ARRIVALS_TOGETHER },
    { "continuous", ARRIVALS_CONTINUOUS },
    { NULL, 0 },
};

static const struct generation_kind *kind_of(const struct machine *machine)
{
    return machine_family(machine)->kind == MACHINE_GPU ? &generation_on_gpu
                                                        : &generation_on_pe_array;
}

/* Returns the number of parts of the batch that are processed at the same time. */
static uint64_t parts_of(const struct generation_request *request)
{
    return request->pipeline < request->batch ? request->pipeline : request->batch;
}

static uint64_t part_batch(const struct generation_request *request)
{
    return div_up(request->batch, parts_of(request));
}

static bool is_alone(const struct generation_request *request)
{
    return request->pipeline * request->deployment.gpus == 1;
}

static double memory_of(const struct generation_request *request,
                        const struct graph *graph, double tokens)
{
    const struct deployment *d = &request->deployment;
    double bits = request->precision_bits;

    return graph_kept_bytes(graph, number_format_bits(d->weight_format, bits),
                            number_format_bits(d->kv_format, bits), request->batch,
                            tokens);
}

static double exchange_of(const struct generation_request *request,
                          const struct graph *graph, const struct links *links)
{
    double sum_s = 0;

    for (size_t i = 0; i < graph->count; i++)
        sum_s += operation_exchange_s(&graph->operations[i], part_batch(request),
                                      request->precision_bits, links,
                                      (double)request->deployment.gpus);
    return sum_s;
}

/* For a stage: the bytes that one machine stores, and the time in which it waits for the
 * machines with which it shares layers. */
static enum status stage_hold(const struct generation_request *request,
                              const struct workload *stage,
                              struct generation *generation, struct error *reason)
{
    const struct links links = kind_of(request->machine)->links(request->machine);
    double tokens = request->kv_tokens ? (double)request->kv_tokens
                                       : (double)request->prompt_tokens +
                                             (double)request->output_tokens / 2;
    const struct deployment *d = &request->deployment;
    const struct workload *mine = stage;
    struct workload shared;
    struct layer *layers = NULL;
    struct graph graph = { 0 };
    enum status status = STATUS_OK;

    if (d->gpus > 1) {
        status = workload_part(stage, d->gpus, (enum expert_layout)d->expert_layout,
                               &shared, &layers, reason);
        mine = &shared;
    }
    if (status != STATUS_OK)
        goto out;
    status = graph_create(&graph, mine, PHASE_DECODE, request->prompt_tokens, reason);
    if (status != STATUS_OK)
        goto out;
    generation->memory_bytes = fmax(generation->memory_bytes,
                                    memory_of(request, &graph, tokens));
    generation->exchange_s += exchange_of(request, &graph, &links);
out:
    graph_free(&graph);
    free(layers);
    return status;
}

/* Calls a function for each stage of the pipeline; for the workload itself if there is one
 * stage. */
typedef enum status stage_fn(const struct generation_request *request,
                             const struct workload *stage, uint64_t index, void *to,
                             struct error *reason);

static enum status stages_visit(const struct generation_request *request, stage_fn *fn,
                                void *to, struct error *reason)
{
    enum status status = STATUS_OK;

    if (request->pipeline == 1)
        return fn(request, request->workload, 0, to, reason);
    for (uint64_t i = 0; i < request->pipeline && status == STATUS_OK; i++) {
        struct workload stage;
        struct layer *layers;

        status = workload_stage(request->workload, i, request->pipeline, &stage,
                                &layers, reason);
        if (status == STATUS_OK)
            status = fn(request, &stage, i, to, reason);
        free(layers);
    }
    return status;
}

static enum status hold_visit(const struct generation_request *request,
                              const struct workload *stage, uint64_t index, void *to,
                              struct error *reason)
{
    (void)index;
    return stage_hold(request, stage, to, reason);
}

/* Stages between the first and the last are equal if they have the same number of
 * repetitions. */
struct phase_walk {
    enum phase phase;
    uint64_t tokens;
    struct passage passage;
    uint64_t known_count; /* repetitions of the stage whose time was computed last; 0:
                           * none */
    double known_s;
};

static uint64_t inner_repetitions(const struct generation_request *request,
                                  const struct workload *stage, uint64_t index)
{
    uint64_t sum = 0, repeats = 0;

    for (size_t i = 0; i < stage->layers_count; i++)
        if (stage->layers[i].kind == LAYER_REPEAT) {
            sum += stage->layers[i].count;
            repeats++;
        }
    return index > 0 && index + 1 < request->pipeline && repeats == 1 ? sum : 0;
}

/* The stage sends a part of the batch to the next one: the channels of its tokens. */
static double send_s(const struct generation_request *request,
                     const struct workload *stage, const struct phase_walk *walk)
{
    const struct links links = kind_of(request->machine)->links(request->machine);
    double tokens = walk->phase == PHASE_DECODE ? 1 : (double)walk->tokens;
    double channels = (double)stage->layers[0].channels;

    return links_send_s(&links, (double)part_batch(request) * tokens * channels *
                                    request->precision_bits / 8);
}

static enum status phase_visit(const struct generation_request *request,
                               const struct workload *stage, uint64_t index, void *to,
                               struct error *reason)
{
    struct phase_walk *walk = to;
    uint64_t count = inner_repetitions(request, stage, index);
    enum status status = STATUS_OK;
    double time_s = walk->known_s;

    if (count == 0 || count != walk->known_count)
        status = kind_of(request->machine)
                     ->phase_s(request, stage, walk->phase, part_batch(request),
                               walk->tokens, &time_s, reason);
    if (count > 0) {
        walk->known_count = count;
        walk->known_s = time_s;
    }
    walk->passage.sum_s += time_s;
    walk->passage.slowest_s = fmax(walk->passage.slowest_s, time_s);
    if (index > 0)
        walk->passage.sends_s += send_s(request, stage, walk);
    return status;
}

static enum status phase_evaluate(const struct generation_request *request,
                                  enum phase phase, uint64_t tokens,
                                  struct passage *passage, struct error *reason)
{
    struct phase_walk walk = { .phase = phase, .tokens = tokens };
    enum status status = stages_visit(request, phase_visit, &walk, reason);

    *passage = walk.passage;
    return status;
}

static enum status machines_check(const struct generation_request *request,
                                  const struct generation *generation,
                                  struct error *reason)
{
    const struct generation_kind *kind = kind_of(request->machine);
    double holds = kind->memory_bytes(request->machine);
    const char *name = request->machine->record.name;

    if (!is_alone(request) && kind->links(request->machine).bytes_per_s <= 0)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "%s has no link to other machines, so gpus and pipeline_stages must be 1",
            name);
    if (holds > 0 && generation->memory_bytes > holds)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s takes %.3g GB of a machine's memory, must be at most the "
                         "%.3g of %s",
                         request->workload->record.name, generation->memory_bytes / 1e9,
                         holds / 1e9, name);
    return STATUS_OK;
}

/* Prompts pass through a pipeline one after the other; each waits for the slowest stage. */
static double prompts_s(const struct passage *prompt, double parts)
{
    return prompt->sum_s + prompt->sends_s + (parts - 1) * prompt->slowest_s;
}

/* Tokens that an output has at most; 0: no limit. */
static uint64_t output_limit(const struct generation_request *request)
{
    uint64_t limit = request->output_limit;
    uint64_t room = request->kv_tokens > 0 ? request->kv_tokens - request->prompt_tokens
                                           : 0;

    return limit == 0 || (room > 0 && room < limit) ? room : limit;
}

/* The share of the batch's places that hold a sequence. */
static double busy_share(const struct generation_request *request)
{
    double mean = (double)request->output_tokens, places = (double)request->batch;
    double requests = (double)request->requests;

    if (requests == 0)
        return 1;
    return requests * mean /
           (places *
            request_steps(requests, places, mean, (double)output_limit(request)));
}

/* While one sequence gets its tokens, each of the others ends once and is replaced, and all
 * wait for the new prompt.  So the number of prompts in that time is the number of busy places
 * minus one. */
static double interrupted_s(const struct generation_request *request, double busy,
                            const struct passage *prompt)
{
    double others = (double)request->batch * busy - 1;

    return fmax(others, 0) * prompt->slowest_s / (double)request->output_tokens;
}

static enum status requests_check(const struct generation_request *request,
                                  struct error *reason)
{
    uint64_t limit = output_limit(request);

    if (request->arrivals != ARRIVALS_CONTINUOUS &&
        (request->requests > 0 || request->output_limit > 0))
        return error_set(reason, STATUS_INFEASIBLE,
                         "sequences begin together, requests and output_limit must be "
                         "left out or arrivals be continuous");
    if (request->requests == 0 && request->output_limit > 0)
        return error_set(reason, STATUS_INFEASIBLE,
                         "requests are endless, output_limit must be left out or "
                         "requests be a number");
    if (request->requests > 0 && limit > 0 && limit < request->output_tokens)
        return error_set(reason, STATUS_INFEASIBLE,
                         "outputs have at most %llu tokens, must have %llu on average",
                         (unsigned long long)limit,
                         (unsigned long long)request->output_tokens);
    return STATUS_OK;
}

enum status generation_evaluate(const struct generation_request *request,
                                struct generation *generation, struct error *reason)
{
    uint64_t middle = request->kv_tokens
                          ? request->kv_tokens
                          : request->prompt_tokens + request->output_tokens / 2;
    bool is_continuous = request->arrivals == ARRIVALS_CONTINUOUS;
    struct generation_request alone = *request;
    double parts = (double)parts_of(request);
    struct passage prompt = { 0 }, token = { 0 };
    enum status status;

    *generation = (struct generation){ 0 };
    if (request->kv_tokens > 0 &&
        request->kv_tokens < request->prompt_tokens + request->output_tokens)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "kv_tokens is %llu, must be at least the %llu tokens of prompt and output",
            (unsigned long long)request->kv_tokens,
            (unsigned long long)(request->prompt_tokens + request->output_tokens));
    status = requests_check(request, reason);
    if (status != STATUS_OK)
        return status;
    if (is_continuous)
        alone.batch = 1;
    generation->busy_share = busy_share(request);
    status = stages_visit(request, hold_visit, generation, reason);
    if (status == STATUS_OK)
        status = machines_check(request, generation, reason);
    if (status == STATUS_OK)
        status = phase_evaluate(&alone, PHASE_INFERENCE, request->prompt_tokens,
                                &prompt, reason);
    if (status == STATUS_OK)
        status = phase_evaluate(request, PHASE_DECODE, middle, &token, reason);
    generation->first_token_s = prompts_s(&prompt, (double)parts_of(&alone));
    /* a part returns to the first stage when it has passed all stages and the stages have
     * finished the other parts */
    generation->token_s = fmax(token.sum_s + token.sends_s, parts * token.slowest_s);
    if (is_continuous)
        generation->token_s += interrupted_s(request, generation->busy_share, &prompt);
    generation->exchange_s += token.sends_s;
    generation->end_to_end_s = generation->first_token_s +
                               (double)(request->output_tokens - 1) *
                                   generation->token_s;
    return status;
}

/* Estimates a pipeline by its first stage, its last one, and one for all stages between them. */
double generation_cost_s(const struct generation_request *request)
{
    const struct generation_kind *kind = kind_of(request->machine);
    double stages = (double)request->pipeline;
    double share = stages > 3 ? 3 / stages : 1;

    return share * (kind->cost_s(request, PHASE_INFERENCE) +
                    kind->cost_s(request, PHASE_DECODE));
}
