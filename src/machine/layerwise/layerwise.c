#include "machine/layerwise/layerwise.h"

const struct word cim_operation_words[] = {
    { "add", CIM_ADD },
    { "subtract", CIM_SUBTRACT },
    { "multiply", CIM_MULTIPLY },
    { "divide", CIM_DIVIDE },
    { "minimum", CIM_MINIMUM },
    { "maximum", CIM_MAXIMUM },
    { "greater", CIM_GREATER },
    { "greater_equal", CIM_GREATER_EQUAL },
    { "equal", CIM_EQUAL },
    { "absolute", CIM_ABSOLUTE },
    { "relu", CIM_RELU },
    { "if_then_else", CIM_IF_THEN_ELSE },
    { "and_reduction", CIM_AND_REDUCTION },
    { "or_reduction", CIM_OR_REDUCTION },
    { "xor_reduction", CIM_XOR_REDUCTION },
    { "not_negative", CIM_NOT_NEGATIVE },
    { "positive", CIM_POSITIVE },
    { "bitcount", CIM_BITCOUNT },
    { "bitcount_fast", CIM_BITCOUNT_FAST },
    { "bitweave", CIM_BITWEAVE },
    { "softmax", CIM_SOFTMAX },
    { "square_root", CIM_SQUARE_ROOT },
    { "leaky_relu", CIM_LEAKY_RELU },
    { "squash", CIM_SQUASH },
    { "float_add", CIM_FLOAT_ADD },
    { "float_multiply", CIM_FLOAT_MULTIPLY },
    { "float_divide", CIM_FLOAT_DIVIDE },
    { "memory_read", CIM_MEMORY_READ },
    { "memory_write", CIM_MEMORY_WRITE },
    { "multiply_add", CIM_MULTIPLY_ADD },
    { NULL, 0 },
};

const struct word cim_learning_words[] = {
    { "backpropagation", CIM_BACKPROPAGATION },
    { "feedback_alignment", CIM_FEEDBACK_ALIGNMENT },
    { NULL, 0 },
};

const struct word cim_schedule_words[] = {
    { "family", CIM_SCHEDULE_FAMILY },
    { "latency", CIM_SCHEDULE_LATENCY },
    { "energy", CIM_SCHEDULE_ENERGY },
    { "edp", CIM_SCHEDULE_EDP },
    { NULL, 0 },
};
