/* The energy of arithmetic as a function of the number of bits. */
#ifndef NVSWEEP_MACHINE_ARITHMETIC_H
#define NVSWEEP_MACHINE_ARITHMETIC_H

#include "base/text.h"

/* The integers of PE arrays follow the energies of QKeras, the floating-point numbers of GPUs
 * those of Horowitz. */
enum arithmetic { ARITHMETIC_INTEGER, ARITHMETIC_FLOAT };
extern const struct word arithmetic_words[];

/* Returns the energy of a multiply-accumulate of `bits` over that of one of `of_bits`. */
double mac_energy_ratio(enum arithmetic arithmetic, double bits, double of_bits);

#endif
