#include "machine/pe_array/pe_array.h"

const struct word level_words[] = {
    { "input-buffer", LEVEL_INPUT_BUFFER },
    { "weight-buffer", LEVEL_WEIGHT_BUFFER },
    { "output-buffer", LEVEL_OUTPUT_BUFFER },
    { "global-buffer", LEVEL_GLOBAL_BUFFER },
    { "pe-input", LEVEL_PE_INPUT },
    { "pe-weight", LEVEL_PE_WEIGHT },
    { "pe-output", LEVEL_PE_OUTPUT },
    { "pe-index", LEVEL_PE_INDEX },
    { NULL, 0 },
};

/* clang-format off */
static const struct field level_fields[] = {
    FIELD_WORD(struct level, level, level_words, REQUIRED, "memory of the PE array"),
    FIELD_SIZE_COUNT(struct level, bytes, REQUIRED, 1, 1e12, "capacity of one instance"),
    FIELD_POWER(struct level, word_bits, "bit", REQUIRED, 1, 65536, "bits of one access"),
    FIELD_COUNT(struct level, instances, 1, 1, 1e7, "number of instances"),
    FIELD_FLAG(struct level, holds_weights, 0, "placement \"weights\" makes it non-volatile"),
    FIELD_FLAG(struct level, is_registers, 0, "too small for a memory array: the record's figures are used"),
    FIELD_NUMBER(struct level, read_j, "J", 0, 0, 1e-6, "energy of one read, from the record's source"),
    FIELD_NUMBER(struct level, write_j, "J", 0, 0, 1e-6, "energy of one write, from the record's source"),
    FIELD_NUMBER(struct level, leakage_w, "W", 0, 0, 1e3, "leakage of one instance"),
    FIELD_NUMBER(struct level, area_m2, "m2", 0, 0, 1, "area of one instance"),
};

const struct schema pe_level_schema = {
    .kind = "level",
    .size = sizeof(struct level),
    .fields = level_fields,
    .field_count = FIELD_COUNT_OF(level_fields),
};

/* clang-format on */

enum status pe_array_finish(void *record, struct error *err)
{
    struct pe_array *array = record;
    unsigned seen = 0;

    if (!(array->own_pes > 0)) /* a variant keeps the number of its record */
        array->own_pes = pe_array_pes(array);

    for (size_t i = 0; i < array->levels_count; i++) {
        unsigned bit = 1u << array->levels[i].level;

        if (seen & bit)
            return error_set(err, STATUS_INPUT,
                             "has two levels '%s', must have at most one",
                             word_name(level_words, array->levels[i].level));
        seen |= bit;
    }
    return machine_finish(record, err);
}

const struct level *pe_array_level(const struct pe_array *array, enum level_id id)
{
    for (size_t i = 0; i < array->levels_count; i++)
        if (array->levels[i].level == (int)id)
            return &array->levels[i];
    return NULL;
}
