#include "machine/arithmetic.h"

#include "base/maths.h"

const struct word arithmetic_words[] = {
    { "integer", ARITHMETIC_INTEGER },
    { "float", ARITHMETIC_FLOAT },
    { NULL, 0 },
};

/* Fits of QKeras (C. Coelho et al., Nature Machine Intelligence 3, 2021; 45 nm integers,
 * pJ): a product and a sum. */
static double integer_pj(double bits)
{
    return 0.002994791667 * bits * bits + 0.001041666667 * bits + 0.003125 * bits;
}

double mac_energy_ratio(enum arithmetic arithmetic, double bits, double of_bits)
{
    /* A power law through 4.6 pJ at fp32 and 1.5 pJ at fp16 (multiply plus add; M. Horowitz,
     * ISSCC 2014). */
    if (arithmetic == ARITHMETIC_FLOAT)
        return maths_pow(bits / of_bits, 1.617);
    return integer_pj(bits) / integer_pj(of_bits);
}
