/* Energy of arithmetic by the number of bits. */
#ifndef NVSWEEP_MACHINE_ARITHMETIC_H
#define NVSWEEP_MACHINE_ARITHMETIC_H

#include "base/text.h"

/* Integers of PE arrays, after the energies of QKeras; floats of GPUs, after Horowitz. */
enum arithmetic { ARITHMETIC_INTEGER, ARITHMETIC_FLOAT };
extern const struct word arithmetic_words[];

/* Energy of a multiply-accumulate of `bits` over one of `of_bits`. */
double mac_energy_ratio(enum arithmetic arithmetic, double bits, double of_bits);

#endif
