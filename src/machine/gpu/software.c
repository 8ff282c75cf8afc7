#include "machine/gpu/software.h"

#include "machine/gpu/gpu.h"

/* clang-format off */
static const struct field software_fields[] = {
    FIELD_TEXT(struct software, summary, "", "summary in one line"),
    FIELD_NUMBER(struct software, launch_s, "s", REQUIRED, 0, 1e-3, "time between two dependent kernels"),
    FIELD_NUMBER(struct software, pass_launch_s, "s", REQUIRED, 0, 1e-3, "time before a pass over tensors: normalisation, addition, gate"),
    FIELD_NUMBER(struct software, host_s, "s", 0, 0, 1, "time of a step in addition to its kernels"),
    FIELD_FLAG(struct software, fuses_products, true, "products of one input are one kernel: queries, keys and values; gate and up"),
    FIELD_NUMBER(struct software, product_share, "1", 1, 0.01, 1, "share of the sustained rate of tensor units that its own kernels reach"),
    FIELD_NUMBER(struct software, softmax_operations, "1", 0, 0, 1e4, "operations of the multiply-add units that softmax takes for an element (0: they take no time)"),
    FIELD_COUNT(struct software, softmax_thread_elements, 16, 1, 65536, "elements of a row for each thread of softmax's block, which takes a row"),
    FIELD_WORD(struct software, attention, attention_words, ATTENTION_FUSED, "attention: scores on the chip with queries outermost, with keys outermost, or scores in memory"),
};
/* clang-format on */

const struct schema software_schema = {
    .kind = "software",
    .folder = "software",
    .size = sizeof(struct software),
    .fields = software_fields,
    .field_count = FIELD_COUNT_OF(software_fields),
};

const struct word number_format_words[] = {
    { "precision", FORMAT_PRECISION },
    { "fp16", FORMAT_FP16 },
    { "fp8", FORMAT_FP8 },
    { "q8_0", FORMAT_Q8_0 },
    { "int4_g128", FORMAT_INT4_G128 },
    { "q4_0", FORMAT_Q4_0 },
    { "nvfp4", FORMAT_NVFP4 },
    { "mxfp4", FORMAT_MXFP4 },
    { "int8", FORMAT_INT8 },
    { NULL, 0 },
};

/* Scales and zero points: q8_0 and q4_0 have a 16-bit scale per 32 values (ggml), int4_g128 a
 * 16-bit scale and a 4-bit zero point per 128 (AWQ, GPTQ), nvfp4 an 8-bit scale per 16, and mxfp4
 * one per 32 (OCP Microscaling Formats 1.0). */
double number_format_bits(int format, double precision_bits)
{
    switch ((enum number_format)format) {
    case FORMAT_PRECISION: return precision_bits;
    case FORMAT_FP16: return 16;
    case FORMAT_FP8:
    case FORMAT_INT8: return 8;
    case FORMAT_Q8_0: return 8 + 16.0 / 32;
    case FORMAT_INT4_G128: return 4 + 20.0 / 128;
    case FORMAT_Q4_0: return 4 + 16.0 / 32;
    case FORMAT_NVFP4: return 4 + 8.0 / 16;
    case FORMAT_MXFP4: return 4 + 8.0 / 32;
    }
    return precision_bits;
}
