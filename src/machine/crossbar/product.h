/* Products in subarrays: what the phases of a layer are made of. */
#ifndef NVSWEEP_LAYERWISE_CROSSBAR_PRODUCT_H
#define NVSWEEP_LAYERWISE_CROSSBAR_PRODUCT_H

#include "machine/crossbar/crossbar.h"

/* Bits of operands, and of a cell. */
struct crossbar_bits {
    double weight, activation, error, cell;
};
struct crossbar_bits crossbar_bits_of(const struct crossbar_request *request);

/* Time and energy of a product, by part. */
struct crossbar_spent {
    double array_s, adc_s, accumulation_s;
    double drain_s; /* of accumulators that are a pipeline behind the converters */
    double array_j, adc_j, accumulation_j;
};
double crossbar_spent_s(const struct crossbar_spent *spent);
double crossbar_spent_j(const struct crossbar_spent *spent);

/* A sample's activations times weights; its errors times transposed weights, read by
 * columns. */
struct crossbar_spent crossbar_forward_spend(const struct crossbar_request *request,
                                             const struct crossbar_matrix *matrix);
struct crossbar_spent crossbar_transposed_spend(const struct crossbar_request *request,
                                                const struct crossbar_matrix *matrix);

/* The output error through a fixed random matrix to all of a layer's outputs.  Blocks of
 * outputs lie above each other in a subarray's rows and are read one after the other. */
struct crossbar_spent crossbar_feedback_spend(const struct crossbar_request *request,
                                              const struct crossbar_matrix *matrix,
                                              double classes, double *subarrays);

/* Two operands that are both new, in the SRAM subarrays of a gradient unit: `inner` rows
 * hold `stored` values, `vectors` vectors of the other operand pass.  What does not fit
 * takes several passes, room that is left takes copies. */
struct crossbar_streamed {
    double inner, stored, stored_bits, vectors, input_bits, groups;
};
struct crossbar_spent crossbar_streamed_spend(const struct crossbar_request *request,
                                              const struct crossbar_streamed *operands);

#endif
