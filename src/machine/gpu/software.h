/* What runs a network on GPUs: a library or server whose choices of kernels and whose overheads
 * are not the GPU's own.  Each is a record with its source. */
#ifndef NVSWEEP_GPU_SOFTWARE_H
#define NVSWEEP_GPU_SOFTWARE_H

#include "base/schema.h"

#include <stdbool.h>

struct software {
    struct record record;
    const char *summary;
    double launch_s; /* between two dependent kernels */
    double
        pass_launch_s; /* before a pass over tensors (normalisation, addition, gate) */
    double host_s;     /* of a step (a forward pass) beside its kernels */
    bool
        fuses_products; /* products of one input are one kernel: q, k, v; gate and up */
    double product_share; /* of the rate products sustain, that of its own kernels */
    int attention;        /* enum attention_kernels (gpu.h) */
    /* Softmax, a block a row in walks one after the other: operations of the multiply-add units
     * for an element, and elements of its row for a thread.  0: its arithmetic takes no time. */
    double softmax_operations;
    uint64_t softmax_thread_elements;
};
extern const struct schema software_schema;

/* Formats of numbers in memory, scales and zero points included. */
enum number_format {
    FORMAT_PRECISION, /* as the arithmetic's */
    FORMAT_FP16,
    FORMAT_FP8,
    FORMAT_Q8_0,
    FORMAT_INT4_G128,
    FORMAT_Q4_0,
    FORMAT_NVFP4,
    FORMAT_MXFP4,
    FORMAT_INT8, /* its scale for a channel or token is not counted */
};
extern const struct word number_format_words[];
double number_format_bits(int format, double precision_bits);

#endif
