/* A language model at work: prompts are read, then every sequence gets token after token.  On one
 * machine, on several that share every layer, on stages of such that hold some layers each. */
#ifndef NVSWEEP_GENERATION_GENERATION_H
#define NVSWEEP_GENERATION_GENERATION_H

#include "machine/collective.h"
#include "machine/gpu/traffic.h"

/* When the sequences of a batch begin. */
enum arrivals {
    ARRIVALS_TOGETHER, /* all prompts at once, then all tokens */
    ARRIVALS_CONTINUOUS, /* as soon as another one ends: prompts are read one by one, the others
                            waiting for their next token (continuous batching; G. Yu et
                            al., Orca, OSDI 2022) */
};
extern const struct word arrivals_words[];

struct generation_request {
    const struct machine *machine; /* as sold; a GPU or an array of PEs */
    const struct workload *workload;
    /* Of PE arrays software is none: their kernels are one program, started once. */
    struct deployment deployment;
    uint64_t pipeline; /* stages of deployment.gpus machines each */
    uint64_t batch, prompt_tokens, output_tokens;
    uint64_t
        kv_tokens; /* length of a static cache, read whole; 0: grows with the tokens */
    unsigned precision_bits;
    enum arrivals arrivals;
};

struct generation {
    double
        first_token_s; /* of arrivals that are continuous: from where a prompt's turn comes */
    double token_s; /* at half of the output's length */
    double end_to_end_s;
    /* Of the fullest machine: weights, and keys and values at half of the output. */
    double memory_bytes;
    double exchange_s; /* of token_s, with other machines */
};

/* The batch passes through a pipeline in as many parts as there are stages (fewer sequences:
 * one each), each stage at work on one part while others wait for their next token.
 * STATUS_INFEASIBLE and reason if the workload does not decode or does not fit the machines'
 * memory (a record that states none has enough). */
enum status generation_evaluate(const struct generation_request *request,
                                struct generation *generation, struct error *reason);

/* Rough seconds of a core that generation_evaluate takes. */
double generation_cost_s(const struct generation_request *request);

/* What differs by kind of machine (gpu_phase.c, pe_phase.c). */
struct generation_kind {
    struct links (*links)(const struct machine *machine);
    double (*memory_bytes)(const struct machine *machine); /* 0: not stated */

    /* Time of a phase on one of the machines that share a part of the workload, what it
     * exchanges with them included.  STATUS_INFEASIBLE and reason if it cannot. */
    enum status (*phase_s)(const struct generation_request *request,
                           const struct workload *part, enum phase phase,
                           uint64_t batch, uint64_t tokens, double *time_s,
                           struct error *reason);

    double (*cost_s)(const struct generation_request *request, enum phase phase);
};
extern const struct generation_kind generation_on_gpu, generation_on_pe_array;

#endif
