/* Products in subarrays, of which the phases of a layer consist. */
#ifndef NVSWEEP_LAYERWISE_CROSSBAR_PRODUCT_H
#define NVSWEEP_LAYERWISE_CROSSBAR_PRODUCT_H

#include "machine/crossbar/crossbar.h"

/* The bits of operands and of a cell. */
struct crossbar_bits {
    double weight, activation, error, cell;
};
struct crossbar_bits crossbar_bits_of(const struct crossbar_request *request);

/* Time and energy of a product, by part. */
struct crossbar_product_cost {
    double array_s, adc_s, accumulation_s;
    double
        drain_s; /* time to empty the accumulators, a pipeline after the converters */
    double array_j, adc_j, accumulation_j;
};
double crossbar_product_s(const struct crossbar_product_cost *cost);
double crossbar_product_j(const struct crossbar_product_cost *cost);

/* Return time and energy of a sample's product of activations and weights, and of its product
 * of errors and transposed weights. */
struct crossbar_product_cost
crossbar_forward_cost(const struct crossbar_request *request,
                      const struct crossbar_matrix *matrix);
struct crossbar_product_cost
crossbar_transposed_cost(const struct crossbar_request *request,
                         const struct crossbar_matrix *matrix);

/* Returns time and energy of the product of the network's output error with a fixed random
 * matrix, which gives the errors of a layer's outputs.  Blocks of outputs are stored in
 * different rows of a subarray and are read one after the other. */
struct crossbar_product_cost
crossbar_feedback_cost(const struct crossbar_request *request,
                       const struct crossbar_matrix *matrix, double classes,
                       double *subarrays);

/* A product of two operands that are both new, in the SRAM subarrays of a gradient unit.
 * `inner` rows store `stored` values, and `vectors` vectors of the other operand are applied to
 * them.  If the stored operand does not fit, it takes several passes; unused subarrays take
 * copies of it. */
struct crossbar_streamed {
    double inner, stored, stored_bits, vectors, input_bits, groups;
};
struct crossbar_product_cost
crossbar_streamed_cost(const struct crossbar_request *request,
                       const struct crossbar_streamed *operands);

#endif
