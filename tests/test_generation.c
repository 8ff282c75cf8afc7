/* Language models on several machines and on PE arrays. */
#include "unit.h"

#include "base/maths.h"
#include "config/library.h"
#include "machine/collective.h"
#include "machine/generation/generation.h"
#include "machine/generation/requests.h"
#include "machine/pe_array/mapping.h"
#include "workload/layer.h"

#include <stdlib.h>

static void library_open(struct library *library)
{
    char *shipped = library_default_folder();
    const char *folders[] = { shipped };
    struct error err;

    CU_ASSERT_EQUAL_FATAL(library_read(folders, 1, library, &err), STATUS_OK);
    free(shipped);
}

static const struct workload *workload_of(const struct library *library,
                                          const char *name)
{
    return (const struct workload *)library_find(library, RECORDS_WORKLOAD, name);
}

static struct workload_totals totals_of(const struct workload *workload)
{
    struct graph graph;
    struct workload_totals totals;
    struct error err;
    enum status status = graph_create(&graph, workload, PHASE_INFERENCE, 64, &err);

    if (status != STATUS_OK)
        fprintf(stderr, "%s: %s\n", workload->record.name, err.text);
    CU_ASSERT_EQUAL_FATAL(status, STATUS_OK);
    totals = graph_totals(&graph);
    graph_free(&graph);
    return totals;
}

/* Every layer's work is some stage's, once; of shared weights (the embedding as the head) each of
 * two stages has its own. */
static void stages_of_a_pipeline_add_up(void)
{
    static const char *const names[] = { "llama-3-8b", "mixtral-8x7b", "deepseek-v3",
                                         "gpt-3" };
    struct library library;

    library_open(&library);
    for (size_t w = 0; w < sizeof names / sizeof *names; w++) {
        const struct workload *whole = workload_of(&library, names[w]);
        struct workload_totals all, sum = { 0 };

        CU_ASSERT_PTR_NOT_NULL_FATAL(whole);
        all = totals_of(whole);
        for (uint64_t stages = 2; stages <= 7; stages += 5) {
            sum = (struct workload_totals){ 0 };
            for (uint64_t i = 0; i < stages; i++) {
                struct workload part;
                struct layer *layers;
                struct workload_totals one;
                struct error err;

                CU_ASSERT_EQUAL_FATAL(
                    workload_stage(whole, i, stages, &part, &layers, &err), STATUS_OK);
                one = totals_of(&part);
                sum.macs += one.macs;
                sum.weights += one.weights;
                free(layers);
            }
            CU_ASSERT_EQUAL(sum.macs, all.macs);
            CU_ASSERT_EQUAL(sum.weights,
                            all.weights + (w == 3 ? 50257 * UINT64_C(12288) : 0));
        }
    }
    library_free(&library);
}

/* Mixtral's 8 experts on 8 GPUs: one each, of an eighth of the weights, whether each expert is
 * split or whole. */
static void experts_split_and_spread_alike(void)
{
    struct library library;
    const struct workload *whole;
    struct workload_totals totals[2];

    library_open(&library);
    whole = workload_of(&library, "mixtral-8x7b");
    CU_ASSERT_PTR_NOT_NULL_FATAL(whole);
    for (int experts = EXPERTS_SPLIT; experts <= EXPERTS_SPREAD; experts++) {
        struct workload part;
        struct layer *layers;
        struct error err;

        CU_ASSERT_EQUAL_FATAL(
            workload_part(whole, 8, (enum expert_layout)experts, &part, &layers, &err),
            STATUS_OK);
        totals[experts] = totals_of(&part);
        free(layers);
    }
    CU_ASSERT_EQUAL(totals[0].macs, totals[1].macs);
    CU_ASSERT_EQUAL(totals[0].weights, totals[1].weights);
    library_free(&library);
}

/* By hand: 4 chips, 100 bytes/s to both neighbours, 1 s a hop.  All-reduce: 2 x 3/4 of the bytes in
 * two times n/2 hops.  All-to-all: neighbours get a quarter of the 80 bytes over one hop each, the
 * chip across a quarter over two, half each way: 20 + 20 bytes a direction and hop, at 50 bytes/s. */
static void rings_go_both_ways(void)
{
    const struct links ring = { .bytes_per_s = 100, .hop_s = 1 };

    CU_ASSERT_DOUBLE_EQUAL(links_allreduce_s(&ring, 200, 4), 3 + 4, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(links_alltoall_s(&ring, 80, 4), 0.8 + 2, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(links_send_s(&ring, 50), 1 + 1, 1e-12);
    CU_ASSERT_EQUAL(links_alltoall_s(&ring, 80, 1), 0);
}

static void map(const struct pe_array *array, struct mac_layer layer, unsigned bits,
                struct mapping *mapping)
{
    const struct pe_machine machine = { .array = *array, .bits = bits };
    struct mac_layers layers = { .layers = &layer,
                                 .number = (size_t[]){ 1 },
                                 .count = 1 };
    struct error err;

    CU_ASSERT_EQUAL_FATAL(pe_machine_map(&machine, &layers, 0, mapping, &err),
                          STATUS_OK);
}

/* 64 folds of 128 x 128 weights by 4096 rows: 8 arrays take 8 each.  Twice the products a PE halve
 * them.  Scores that stay leave queries and keys to move. */
static void arrays_share_folds(void)
{
    struct library library;
    struct pe_array eight, one;
    struct mac_layer layer = mac_layer_product(4096, 1024, 1024, 1);
    struct mac_layer scores = mac_layer_product(4096, 4096, 128, 1);
    struct mapping a, b;

    library_open(&library);
    eight = *(const struct pe_array *)library_find(&library, RECORDS_MACHINE,
                                                   "tpu-v5p");
    eight.dram_bytes_per_s = 1e15;
    one = eight;
    one.arrays = 1;
    map(&eight, layer, 16, &a);
    map(&one, layer, 16, &b);
    CU_ASSERT_EQUAL(a.cycles, 128 + 254 + 8 * 4096);
    CU_ASSERT_EQUAL(b.cycles, 128 + 254 + 64 * 4096);
    map(&one, layer, 8, &b);
    CU_ASSERT_EQUAL(b.cycles, 128 + 254 + 32 * 4096);
    scores.scores = SCORES_OUT;
    map(&eight, scores, 16, &a);
    CU_ASSERT_EQUAL(a.dram_reads, 2 * 4096 * 128);
    CU_ASSERT_EQUAL(a.dram_writes, 0);
    library_free(&library);
}

/* A token of one sequence takes no less than the weights' way from memory, nor much more where a
 * machine's program is one; a pipeline adds what passes between its stages and no more. */
static void tokens_take_the_weights_way(void)
{
    struct library library;
    struct generation_request request = {
        .deployment = { .gpus = 1 },
        .pipeline = 1,
        .batch = 1,
        .prompt_tokens = 128,
        .output_tokens = 128,
        .precision_bits = 8,
    };
    struct generation one, two;
    struct error err;
    double weights_s;

    library_open(&library);
    request.machine = (const struct machine *)library_find(&library, RECORDS_MACHINE,
                                                           "tpu-v5p");
    request.workload = workload_of(&library, "llama-3-8b");
    CU_ASSERT_EQUAL_FATAL(generation_evaluate(&request, &one, &err), STATUS_OK);
    /* 8.03e9 parameters less the embedding's, which one row of is read */
    weights_s = (8.03e9 - 128256 * 4096.0) / (0.86 * 2765e9);
    CU_ASSERT(one.token_s > weights_s && one.token_s < 1.1 * weights_s);
    request.pipeline = 4;
    CU_ASSERT_EQUAL_FATAL(generation_evaluate(&request, &two, &err), STATUS_OK);
    CU_ASSERT_DOUBLE_EQUAL(two.token_s - two.exchange_s, one.token_s,
                           1e-3 * one.token_s);
    CU_ASSERT(two.memory_bytes < 0.35 * one.memory_bytes);
    request.workload = workload_of(&library, "llama-3-405b");
    CU_ASSERT_EQUAL(generation_evaluate(&request, &two, &err), STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "memory"));
    library_free(&library);
}

/* A cache of fixed length costs what as many tokens would. */
static void static_caches_are_read_whole(void)
{
    struct library library;
    struct generation_request request = {
        .deployment = { .gpus = 1 },
        .pipeline = 1,
        .batch = 16,
        .prompt_tokens = 2000,
        .output_tokens = 96,
        .precision_bits = 8,
    };
    struct generation grown, fixed;
    struct error err;

    library_open(&library);
    request.machine = (const struct machine *)library_find(&library, RECORDS_MACHINE,
                                                           "tpu-v5p");
    request.workload = workload_of(&library, "llama-3-8b");
    CU_ASSERT_EQUAL_FATAL(generation_evaluate(&request, &grown, &err), STATUS_OK);
    request.prompt_tokens = 100;
    request.kv_tokens = 2048;
    CU_ASSERT_EQUAL_FATAL(generation_evaluate(&request, &fixed, &err), STATUS_OK);
    CU_ASSERT_EQUAL(fixed.token_s, grown.token_s);
    CU_ASSERT_EQUAL(fixed.memory_bytes, grown.memory_bytes);
    CU_ASSERT(fixed.first_token_s < grown.first_token_s);
    request.kv_tokens = request.prompt_tokens + request.output_tokens; /* just enough */
    CU_ASSERT_EQUAL(generation_evaluate(&request, &fixed, &err), STATUS_OK);
    request.kv_tokens--;
    CU_ASSERT_EQUAL(generation_evaluate(&request, &fixed, &err), STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is 195"));
    library_free(&library);
}

/* By hand: while a sequence gets 500 tokens, 24 others end and 24 prompts are read. */
static void others_prompts_delay_tokens(void)
{
    struct library library;
    struct generation_request request = {
        .deployment = { .gpus = 8 },
        .pipeline = 1,
        .batch = 25,
        .prompt_tokens = 5000,
        .output_tokens = 500,
        .precision_bits = 16,
    };
    struct generation together, one, continuous;
    struct error err;

    library_open(&library);
    request.machine = (const struct machine *)library_find(&library, RECORDS_MACHINE,
                                                           "a100-80gb");
    request.workload = workload_of(&library, "llama-3-70b");
    CU_ASSERT_EQUAL_FATAL(generation_evaluate(&request, &together, &err), STATUS_OK);
    request.arrivals = ARRIVALS_CONTINUOUS;
    CU_ASSERT_EQUAL_FATAL(generation_evaluate(&request, &continuous, &err), STATUS_OK);
    request.batch = 1;
    CU_ASSERT_EQUAL_FATAL(generation_evaluate(&request, &one, &err), STATUS_OK);
    CU_ASSERT_EQUAL(continuous.first_token_s, one.first_token_s);
    CU_ASSERT_DOUBLE_EQUAL(continuous.token_s,
                           together.token_s + 24 * one.first_token_s / 500, 1e-9);
    library_free(&library);
}

/* The next of a sequence of pseudo-random numbers in (0, 1) (D. Knuth's MMIX constants). */
static double next_share(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
}

/* Until the last of `requests` is done, each place taking the next as soon as it is free. */
static double played_steps(unsigned requests, unsigned places, double scale,
                           double limit, uint64_t *state)
{
    double free_at[256] = { 0 }, last = 0;

    for (unsigned r = 0; r < requests; r++) {
        double length = -scale * maths_log(next_share(state));
        unsigned first = 0;

        for (unsigned p = 1; p < places; p++)
            if (free_at[p] < free_at[first])
                first = p;
        free_at[first] += length < limit ? length : limit;
        last = free_at[first] > last ? free_at[first] : last;
    }
    return last;
}

/* Against 50 runs of a simulation each: outputs of 305 tokens on average, at most 1024. */
static void batches_drain_at_the_end(void)
{
    static const unsigned cases[][2] = {
        { 2000, 96 }, { 2000, 256 }, { 300, 48 }, { 100, 96 }, { 60, 96 }
    };
    double scale = 319.9, mean = -scale * maths_expm1(-1024 / scale);
    uint64_t state = 1;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned requests = cases[i][0], places = cases[i][1];
        double sum = 0;

        for (int run = 0; run < 50; run++)
            sum += played_steps(requests, places, scale, 1024, &state);
        CU_ASSERT_DOUBLE_EQUAL(request_steps(requests, places, mean, 1024) * 50 / sum,
                               1, 0.03);
    }
    /* one place is never empty; equal outputs end together, on average half a round early */
    CU_ASSERT_DOUBLE_EQUAL(request_steps(7, 1, 100, 0), 700, 0.1);
    CU_ASSERT_DOUBLE_EQUAL(request_steps(8, 8, 100, 100), 100, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(request_steps(8000, 8, 100, 100), 1e5, 50);
}

/* Tokens of a batch that drains come as soon, but fewer at once; without end all places are busy.
 * Weights and caches of 8 bits halve what is read, not what is multiplied. */
static void benchmarks_end(void)
{
    struct library library;
    struct generation_request request = {
        .deployment = { .gpus = 8 },
        .pipeline = 1,
        .batch = 96,
        .prompt_tokens = 128,
        .output_tokens = 305,
        .kv_tokens = 2048,
        .precision_bits = 16,
        .arrivals = ARRIVALS_CONTINUOUS,
    };
    struct generation endless, ending, narrow;
    struct error err;

    library_open(&library);
    request.machine = (const struct machine *)library_find(&library, RECORDS_MACHINE,
                                                           "tpu-v5e");
    request.workload = workload_of(&library, "llama-2-7b");
    CU_ASSERT_EQUAL_FATAL(generation_evaluate(&request, &endless, &err), STATUS_OK);
    CU_ASSERT_EQUAL(endless.busy_share, 1);
    request.requests = 2000;
    request.output_limit = 1024;
    CU_ASSERT_EQUAL_FATAL(generation_evaluate(&request, &ending, &err), STATUS_OK);
    CU_ASSERT(ending.busy_share > 0.85 && ending.busy_share < 0.95);
    CU_ASSERT(ending.token_s < endless.token_s &&
              ending.token_s > 0.98 * endless.token_s);
    request.deployment.weight_format = request.deployment.kv_format = FORMAT_INT8;
    CU_ASSERT_EQUAL_FATAL(generation_evaluate(&request, &narrow, &err), STATUS_OK);
    CU_ASSERT_DOUBLE_EQUAL(narrow.memory_bytes, ending.memory_bytes / 2, 1);
    CU_ASSERT(narrow.token_s < 0.75 * ending.token_s);
    CU_ASSERT(narrow.exchange_s == ending.exchange_s);
    request.output_limit = 300;
    CU_ASSERT_EQUAL(generation_evaluate(&request, &ending, &err), STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "at most 300"));
    request.requests = 0;
    CU_ASSERT_EQUAL(generation_evaluate(&request, &ending, &err), STATUS_INFEASIBLE);
    library_free(&library);
}

SUITE(generation, TEST(batches_drain_at_the_end), TEST(benchmarks_end),
      TEST(stages_of_a_pipeline_add_up), TEST(experts_split_and_spread_alike),
      TEST(rings_go_both_ways), TEST(arrays_share_folds),
      TEST(tokens_take_the_weights_way), TEST(others_prompts_delay_tokens),
      TEST(static_caches_are_read_whole));
