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

const struct word cim_family_words[] = {
#define FAMILY(ID, name) { #name, CIM_##ID },
    CIM_FAMILIES(FAMILY)
#undef FAMILY
        { NULL, 0 },
};

const struct cim_family *const cim_families[CIM_FAMILY_COUNT] = {
#define FAMILY(ID, name) [CIM_##ID] = &name##_family,
    CIM_FAMILIES(FAMILY)
#undef FAMILY
};

/* clang-format off */
static const struct field cim_fields[] = {
    FIELD_TEXT(struct cim, summary, "", "what it is, in a line"),
    FIELD_WORD(struct cim, family, cim_family_words, REQUIRED, "how it computes"),
#define FAMILY(ID, name) \
    FIELD_LIST(struct cim, name, &name##_schema, "family " #name ": one group of its parameters"),
    CIM_FAMILIES(FAMILY)
#undef FAMILY
};
/* clang-format on */

static enum status cim_finish(void *record, struct error *err)
{
    const struct cim *cim = record;
    const size_t counts[CIM_FAMILY_COUNT] = {
#define FAMILY(ID, name) [CIM_##ID] = cim->name##_count,
        CIM_FAMILIES(FAMILY)
#undef FAMILY
    };

    for (int family = 0; family < CIM_FAMILY_COUNT; family++)
        if (counts[family] != (family == cim->family))
            return error_set(
                err, STATUS_INPUT,
                "has %zu groups of %s parameters, must have %s (its family "
                "is %s)",
                counts[family], word_name(cim_family_words, family),
                family == cim->family ? "one" : "none",
                word_name(cim_family_words, cim->family));
    if (!cim_families[cim->family]->check)
        return STATUS_OK;
    return cim_families[cim->family]->check(cim, err);
}

const struct schema cim_schema = {
    .kind = "cim",
    .folder = "cim",
    .size = sizeof(struct cim),
    .fields = cim_fields,
    .field_count = FIELD_COUNT_OF(cim_fields),
    .finish = cim_finish,
};
