/* A language model at work: prompts are read, then every sequence gets token after token. */
#ifndef NVSWEEP_GPU_GENERATION_H
#define NVSWEEP_GPU_GENERATION_H

#include "machine/gpu/traffic.h"

struct generation_request {
    const struct gpu *platform; /* with its cache as sold */
    const struct workload *workload;
    struct deployment deployment;
    uint64_t batch, prompt_tokens, output_tokens;
    unsigned precision_bits;
};

struct generation {
    double first_token_s, token_s; /* a token's: at half of the output's length */
    double end_to_end_s;
    double
        memory_bytes; /* of one GPU: weights, and keys and values at half of the output */
    double exchange_s; /* of token_s, with other GPUs */
};

/* STATUS_INFEASIBLE and reason if the workload does not decode or does not fit the GPUs'
 * memory (a record that states none has enough). */
enum status generation_evaluate(const struct generation_request *request,
                                struct generation *generation, struct error *reason);

#endif
