/* A product of integers as a crossbar computes it: by slices of the weights and bits of the inputs.
 *
 * A weight of weight_bits, plus 2^(weight_bits - 1) so that none is negative, lies in cells of
 * cell_bits next to each other.  Inputs, which are not negative, drive the wordlines by dac_bits at
 * a time (A. Shafiee et al., ISAAC, ISCA 2016).  The current of a column over at most `rows`
 * wordlines is, in steps of a level,
 *
 *     sum over rows of input (level + least),  least = (2^cell_bits - 1) / (on_off - 1);
 *
 * its second term is the current of cells that are off.  A converter of adc_bits tells
 * 2^adc_bits currents apart, at equal distances over its range.  Spare codes widen a calibrated range
 * at a distance of one level until it is that of all cells on, and then shrink the distance.  Larger
 * currents read as the largest.  The rest is digital: the current of cells that are off and the
 * offset of the weights, which both follow from the sum of the inputs, are subtracted; results are
 * rounded to whole levels unless codes are further apart; and they are shifted and added.
 *
 * The product is exact if a converter tells all currents of its rows apart and cells have no spread.
 * That takes the bits that the stage crossbar_subarray calls sum_bits. */
#ifndef NVSWEEP_LEARNING_SLICED_H
#define NVSWEEP_LEARNING_SLICED_H

#include "learning/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sliced_design {
    uint64_t adc_bits, dac_bits, rows, cell_bits;
    bool
        is_calibrated; /* the range is the largest current seen, not that of all cells on */
    double on_off;     /* greatest conductance over the least */
    double
        cell_sigma; /* standard deviation of a conductance, as a share of the range of conductances */
};

struct sliced {
    struct sliced_design design;
    size_t inputs, outputs, slices;
    uint64_t weight_bits, input_bits;
    double *cells; /* inputs x outputs x slices: conductance over a level's step */
    double least;  /* of a cell that is off, in whole 65536ths so that sums are exact */
    double range;  /* of a converter; 0: none seen */
    bool is_calibrating;
    double *part; /* currents of the columns */
    uint64_t *inputs_whole;
};

/* Makes the cells that hold weights (inputs x outputs, within +-2^(weight_bits - 1)), each with its
 * deviation. */
void sliced_init(struct sliced *sliced, const struct sliced_design *design,
                 const int64_t *weights, size_t inputs, size_t outputs,
                 uint64_t weight_bits, uint64_t input_bits, struct random *random);
void sliced_free(struct sliced *sliced);

/* Computes y = x W for whole numbers x in 0 .. 2^input_bits - 1.  While the crossbar is calibrated, it
 * widens the range and leaves y alone. */
void sliced_product(struct sliced *sliced, const double *x, double *y);

#endif
