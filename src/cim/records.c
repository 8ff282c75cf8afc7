#include "cim/cim.h"

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

const struct word cim_family_words[] = {
    { "simdram", CIM_SIMDRAM }, { "neon", CIM_NEON }, { "upmem", CIM_UPMEM },
    { "host", CIM_HOST },       { NULL, 0 },
};

const struct cim_family *const cim_families[CIM_FAMILY_COUNT] = {
    [CIM_SIMDRAM] = &simdram_family,
    [CIM_NEON] = &neon_family,
    [CIM_UPMEM] = &upmem_family,
    [CIM_HOST] = &host_family,
};

/* clang-format off */
static const struct field simdram_fields[] = {
    FIELD_NUMBER(struct simdram, ras_s, "s", REQUIRED, 1e-9, 1e-6, "tRAS: a row stays active"),
    FIELD_NUMBER(struct simdram, rp_s, "s", REQUIRED, 1e-9, 1e-6, "tRP: precharge"),
    FIELD_NUMBER(struct simdram, overlap_s, "s", REQUIRED, 0, 1e-6, "from the first to the second activation of an AAP"),
    FIELD_NUMBER(struct simdram, four_activates_s, "s", 0, 0, 1e-6, "tFAW of a rank (0: banks do not limit each other)"),
    FIELD_COUNT(struct simdram, lanes, REQUIRED, 1, 1u << 30, "bits of a rank's row"),
    FIELD_COUNT(struct simdram, banks, REQUIRED, 1, 65536, "banks of a rank"),
    FIELD_COUNT(struct simdram, ranks, 1, 1, 65536, "ranks"),
    FIELD_COUNT(struct simdram, chips, REQUIRED, 1, 65536, "chips of a rank"),
    FIELD_NUMBER(struct simdram, supply_v, "V", REQUIRED, 0.1, 10, "VDD"),
    FIELD_NUMBER(struct simdram, cycling_a, "A", REQUIRED, 0, 10, "IDD0 of a chip"),
    FIELD_NUMBER(struct simdram, standby_a, "A", REQUIRED, 0, 10, "IDD2N of a chip"),
    FIELD_NUMBER(struct simdram, active_a, "A", REQUIRED, 0, 10, "IDD3N of a chip"),
};
static const struct schema simdram_schema = {
    .kind = "simdram", .size = sizeof(struct simdram),
    .fields = simdram_fields, .field_count = FIELD_COUNT_OF(simdram_fields),
};

static const struct field neon_function_fields[] = {
    FIELD_WORD(struct neon_function, operation, cim_operation_words, REQUIRED, "what it computes"),
    FIELD_COUNT(struct neon_function, elements, 1, 1, 1u << 20, "values in, and out"),
    FIELD_COUNT(struct neon_function, hidden_layers, 0, 0, 64, "of its network in crossbars (0: none)"),
    FIELD_COUNT(struct neon_function, exponent_units, 0, 0, 1u << 20, "digital exponential units"),
    FIELD_COUNT(struct neon_function, divide_units, 0, 0, 1u << 20, "digital division or square root units"),
    FIELD_COUNT(struct neon_function, multiply_units, 0, 0, 1u << 20, "digital multipliers"),
    FIELD_COUNT(struct neon_function, tables, 0, 0, 1u << 30, "look-up tables, each of all values of a weight's width"),
};
static const struct schema neon_function_schema = {
    .kind = "function", .size = sizeof(struct neon_function),
    .fields = neon_function_fields, .field_count = FIELD_COUNT_OF(neon_function_fields),
};

static const struct field neon_fields[] = {
    FIELD_COUNT(struct neon, rows, 128, 1, 65536, "rows and columns of a crossbar"),
    FIELD_COUNT(struct neon, hidden, 128, 1, 65536, "width of a network's hidden layers"),
    FIELD_COUNT(struct neon, weight_bits, 16, 1, 32, "bits of a weight"),
    FIELD_COUNT(struct neon, cell_bits, 2, 1, 32, "bits of a cell"),
    FIELD_NUMBER(struct neon, subarray_w, "W", 0, 0, 1e3, "a crossbar with its converters"),
    FIELD_NUMBER(struct neon, subarray_m2, "m2", 0, 0, 1, "a crossbar with its converters"),
    FIELD_NUMBER(struct neon, exponent_w, "W", 0, 0, 1e3, "digital exponential unit"),
    FIELD_NUMBER(struct neon, exponent_m2, "m2", 0, 0, 1, "digital exponential unit"),
    FIELD_NUMBER(struct neon, divide_w, "W", 0, 0, 1e3, "digital division or square root unit"),
    FIELD_NUMBER(struct neon, divide_m2, "m2", 0, 0, 1, "digital division or square root unit"),
    FIELD_NUMBER(struct neon, multiply_w, "W", 0, 0, 1e3, "digital multiplier"),
    FIELD_NUMBER(struct neon, multiply_m2, "m2", 0, 0, 1, "digital multiplier"),
    FIELD_LIST(struct neon, functions, &neon_function_schema, "functions there are units for"),
};
static const struct schema neon_schema = {
    .kind = "neon", .size = sizeof(struct neon),
    .fields = neon_fields, .field_count = FIELD_COUNT_OF(neon_fields),
};

static const struct field upmem_operation_fields[] = {
    FIELD_WORD(struct upmem_operation, operation, cim_operation_words, REQUIRED, "what is computed"),
    FIELD_COUNT(struct upmem_operation, bits, REQUIRED, 1, 64, "width of the operands"),
    FIELD_NUMBER(struct upmem_operation, instructions, "1", REQUIRED, 1, 1e6, "instructions of one, loop and addresses included"),
};
static const struct schema upmem_operation_schema = {
    .kind = "operation", .size = sizeof(struct upmem_operation),
    .fields = upmem_operation_fields, .field_count = FIELD_COUNT_OF(upmem_operation_fields),
};

static const struct field upmem_fields[] = {
    FIELD_NUMBER(struct upmem, clock_hz, "Hz", REQUIRED, 1e6, 1e11, "clock of a DPU"),
    FIELD_COUNT(struct upmem, dpus, REQUIRED, 1, 1u << 20, "cores"),
    FIELD_COUNT(struct upmem, tasklets, REQUIRED, 1, 64, "threads of a core at work"),
    FIELD_COUNT(struct upmem, issue_cycles, REQUIRED, 1, 64, "cycles between two instructions of a tasklet"),
    FIELD_NUMBER(struct upmem, memory_bytes, "byte", REQUIRED, 1, 1e12, "DRAM of a DPU (MRAM)"),
    FIELD_NUMBER(struct upmem, scratchpad_bytes, "byte", REQUIRED, 1, 1e12, "SRAM of a DPU (WRAM)"),
    FIELD_NUMBER(struct upmem, read_cycles, "1", REQUIRED, 0, 1e6, "start of an MRAM read"),
    FIELD_NUMBER(struct upmem, write_cycles, "1", REQUIRED, 0, 1e6, "start of an MRAM write"),
    FIELD_NUMBER(struct upmem, cycles_per_byte, "1", REQUIRED, 1e-6, 1e6, "of an MRAM transfer"),
    FIELD_NUMBER(struct upmem, transfer_bytes, "byte", REQUIRED, 8, 2048, "of an MRAM transfer of a kernel"),
    FIELD_NUMBER(struct upmem, broadcast_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "same data from the host to DPUs, bytes delivered"),
    FIELD_NUMBER(struct upmem, scatter_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "different data from the host to DPUs"),
    FIELD_NUMBER(struct upmem, gather_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "from DPUs to the host"),
    FIELD_NUMBER(struct upmem, power_w, "W", REQUIRED, 0, 1e6, "of all DPUs at work"),
    FIELD_LIST(struct upmem, operations, &upmem_operation_schema, "arithmetic"),
};
static const struct schema upmem_schema = {
    .kind = "upmem", .size = sizeof(struct upmem),
    .fields = upmem_fields, .field_count = FIELD_COUNT_OF(upmem_fields),
};

static const struct field host_fields[] = {
    FIELD_NUMBER(struct host, memory_bytes, "byte", REQUIRED, 1, 1e15, "its own memory"),
    FIELD_NUMBER(struct host, bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "bandwidth of that"),
    FIELD_NUMBER(struct host, oversubscribed_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "bandwidth once weights do not fit"),
    FIELD_NUMBER(struct host, macs_hz, "Hz", REQUIRED, 1, 1e18, "peak rate of multiply-accumulates"),
    FIELD_NUMBER(struct host, power_w, "W", REQUIRED, 0, 1e6, "at work"),
};
static const struct schema host_schema = {
    .kind = "host", .size = sizeof(struct host),
    .fields = host_fields, .field_count = FIELD_COUNT_OF(host_fields),
};

static const struct field cim_fields[] = {
    FIELD_TEXT(struct cim, summary, "", "what it is, in a line"),
    FIELD_WORD(struct cim, family, cim_family_words, REQUIRED, "how it computes"),
    FIELD_LIST(struct cim, simdram, &simdram_schema, "family simdram: one group of its parameters"),
    FIELD_LIST(struct cim, neon, &neon_schema, "family neon: one group of its parameters"),
    FIELD_LIST(struct cim, upmem, &upmem_schema, "family upmem: one group of its parameters"),
    FIELD_LIST(struct cim, host, &host_schema, "family host: one group of its parameters"),
};
/* clang-format on */

static enum status cim_finish(void *record, struct error *err)
{
    const struct cim *cim = record;
    const size_t counts[CIM_FAMILY_COUNT] = { cim->simdram_count, cim->neon_count,
                                              cim->upmem_count, cim->host_count };

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
