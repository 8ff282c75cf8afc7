/* Predecoders: k address bits to 2^k one-hot lines. */
#ifndef NVSWEEP_ARRAY_DECODER_H
#define NVSWEEP_ARRAY_DECODER_H

#include "array/driver.h"

#define PREDECODE_MAX_BITS 9

/* One block of up to PREDECODE_MAX_BITS bits.  It consists of basic decoders; if there is more
 * than one, a rank of NAND gates combines their outputs.  A block of 0 bits costs nothing and
 * passes its input slope on. */
struct predecoder {
    double energy_j, leakage_w;
    double step_s, step_ramp; /* delay from a step input, and slope of the output */
    struct box box;
};

/* Returns false if the load cannot be driven or bits is above the maximum. */
bool predecoder_make(struct predecoder *block, const struct process *process,
                     unsigned bits, double load_f);

#endif
