/* The software that runs a network on GPUs, a library or an inference server: its choice of
 * kernels and its overheads.  Each is a record that cites its source. */
#ifndef NVSWEEP_GPU_SOFTWARE_H
#define NVSWEEP_GPU_SOFTWARE_H

#include "base/schema.h"

#include <stdbool.h>

struct software {
    struct record record;
    const char *summary;
    double launch_s; /* overhead between two dependent kernels */
    /* the same before normalisation, addition and gating kernels */
    double pass_launch_s;
    double host_s; /* host time of a forward pass in addition to its kernels */
    /* Products of the same input are one kernel: q, k and v; gate and up. */
    bool fuses_products;
    /* share of the GPU's sustained rate that its products reach */
    double product_share;
    int attention; /* enum attention_kernels (gpu.h) */
    /* Softmax, one thread block per row: operations of the multiply-add units per element (0:
     * its arithmetic takes no time), and elements of a row per thread. */
    double softmax_operations;
    uint64_t softmax_thread_elements;
};
extern const struct schema software_schema;

/* Number formats in memory. */
enum number_format {
    FORMAT_PRECISION, /* that of the arithmetic */
    FORMAT_FP16,
    FORMAT_FP8,
    FORMAT_Q8_0,
    FORMAT_INT4_G128,
    FORMAT_Q4_0,
    FORMAT_NVFP4,
    FORMAT_MXFP4,
    FORMAT_INT8, /* without its scale per channel or token */
};
extern const struct word number_format_words[];

/* Returns the bits per number, scales and zero points included. */
double number_format_bits(int format, double precision_bits);

#endif
