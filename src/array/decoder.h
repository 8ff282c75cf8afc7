/* Predecoders: k address bits to 2^k one-hot lines. */
#ifndef NVSWEEP_ARRAY_DECODER_H
#define NVSWEEP_ARRAY_DECODER_H

#include "array/driver.h"

#define PREDECODE_MAX_BITS 9

/* A 1:2, 2:4 or 3:8 decoder driving a load. */
struct basic_decoder {
    unsigned bits;
    struct row_driver output; /* one output: NAND and chain */
    double energy_j, leakage_w;
    struct box box;
};

/* One block of up to PREDECODE_MAX_BITS bits: basic decoders, and beyond one of them a
 * rank of NAND gates that combines their outputs. */
struct predecoder {
    unsigned bits;             /* 0: absent, costs nothing, hands its input slope on */
    unsigned count24, count38; /* basic decoders (a 1:2 decoder counts as a 2:4) */
    struct basic_decoder d24, d38;
    bool has_rank;
    struct row_driver rank;
    double energy_j, leakage_w;
    struct box box;
};

/* false if the load cannot be driven or bits is above the maximum. */
bool predecoder_make(struct predecoder *block, const struct process *process,
                     unsigned bits, double load_f);

/* From a step: delay, and the slope handed on. */
double predecoder_delay_s(const struct predecoder *block, const struct process *process,
                          double *ramp_out);

#endif
