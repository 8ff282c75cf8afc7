/* A language model that generates text: prompts are read, then every sequence gets one token
 * after the other, on one machine, on several machines that share every layer, or on a
 * pipeline of stages that each hold some of the layers. */
#ifndef NVSWEEP_GENERATION_GENERATION_H
#define NVSWEEP_GENERATION_GENERATION_H

#include "machine/collective.h"
#include "machine/gpu/traffic.h"

/* The time at which the sequences of a batch begin. */
enum arrivals {
    ARRIVALS_TOGETHER,   /* all prompts at once, then all tokens */
    ARRIVALS_CONTINUOUS, /* one as soon as another ends: prompts are read one by one
                          * while the others wait for their next token (continuous
                          * batching; G. Yu et al., Orca, OSDI 2022) */
};
extern const struct word arrivals_words[];

struct generation_request {
    const struct machine *machine; /* a GPU or an array of PEs, as sold */
    const struct workload *workload;
    /* PE arrays have no software: their kernels are one program, which is started once. */
    struct deployment deployment;
    uint64_t pipeline; /* stages of deployment.gpus machines each */
    uint64_t batch, prompt_tokens, output_tokens;
    uint64_t
        kv_tokens; /* length of a static cache, which is read completely; 0: it grows
                    * with the tokens */
    unsigned precision_bits;
    enum arrivals arrivals;
    /* Of arrivals that are continuous: requests in all, sent at once, whose outputs have
     * output_tokens on average and at most output_limit (requests.h).  0: without end; no limit
     * but that of a static cache. */
    uint64_t requests, output_limit;
};

struct generation {
    double first_token_s; /* with continuous arrivals: from the turn of a prompt */
    double token_s;       /* when half of the output is written */
    double
        busy_share; /* share of the batch's places that hold a sequence, on average */
    double end_to_end_s;
    /* Of the machine with most data: weights, and keys and values when half of the output is
     * written. */
    double memory_bytes;
    double exchange_s; /* part of token_s for the exchange with other machines */
};

/* Computes the times.  In a pipeline the batch is divided into as many parts as there are
 * stages (one sequence each if there are fewer sequences); each stage works on one part while
 * the others wait for their next token.  Returns STATUS_INFEASIBLE with a reason if the
 * workload does not decode, or does not fit the memory of the machines (a record that states
 * none has enough). */
enum status generation_evaluate(const struct generation_request *request,
                                struct generation *generation, struct error *reason);

/* Returns the estimated seconds of one core that generation_evaluate takes. */
double generation_cost_s(const struct generation_request *request);

/* The functions that differ by kind of machine (gpu_phase.c, pe_phase.c). */
struct generation_kind {
    struct links (*links)(const struct machine *machine);
    double (*memory_bytes)(const struct machine *machine); /* 0: not stated */

    /* Computes the time of a phase on one of the machines that share a part of the workload,
     * including the exchange with the others.  Returns STATUS_INFEASIBLE with a reason if
     * that is impossible. */
    enum status (*phase_s)(const struct generation_request *request,
                           const struct workload *part, enum phase phase,
                           uint64_t batch, uint64_t tokens, double *time_s,
                           struct error *reason);

    double (*cost_s)(const struct generation_request *request, enum phase phase);
};
extern const struct generation_kind generation_on_gpu, generation_on_pe_array;

#endif
