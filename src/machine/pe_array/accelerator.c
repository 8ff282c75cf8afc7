#include "machine/pe_array/accelerator.h"

#include "machine/pe_array/family.h"

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
    FIELD_WORD(struct level, level, level_words, REQUIRED, "which memory"),
    FIELD_COUNT(struct level, bytes, REQUIRED, 1, 1e12, "capacity of one instance"),
    FIELD_COUNT(struct level, word_bits, REQUIRED, 1, 65536, "bits of one access"),
    FIELD_COUNT(struct level, instances, 1, 1, 1e7, "how many there are"),
    FIELD_FLAG(struct level, holds_weights, 0, "placement \"weights\" makes it non-volatile"),
    FIELD_FLAG(struct level, is_registers, 0, "too small for a memory array: the record's figures are used"),
    FIELD_NUMBER(struct level, read_j, "J", 0, 0, 1e-6, "one read, by the record's source"),
    FIELD_NUMBER(struct level, write_j, "J", 0, 0, 1e-6, "one write"),
    FIELD_NUMBER(struct level, leakage_w, "W", 0, 0, 1e3, "leakage of one instance"),
    FIELD_NUMBER(struct level, area_m2, "m2", 0, 0, 1, "area of one instance"),
};

static const struct schema level_schema = {
    .kind = "level",
    .size = sizeof(struct level),
    .fields = level_fields,
    .field_count = FIELD_COUNT_OF(level_fields),
};

static const struct field pass_fields[] = {
    FIELD_COUNT(struct pass_choice, kernel, REQUIRED, 1, 1024, "kernel height of the layers meant"),
    FIELD_COUNT(struct pass_choice, height, REQUIRED, 1, 65536, "output height of the layers meant"),
    FIELD_COUNT(struct pass_choice, strip, REQUIRED, 1, 65536, "output rows at a time"),
    FIELD_COUNT(struct pass_choice, channels, REQUIRED, 1, 65536, "input channels of a pass"),
    FIELD_COUNT(struct pass_choice, filters, REQUIRED, 1, 65536, "filters of a pass"),
    FIELD_COUNT(struct pass_choice, filters_held, REQUIRED, 1, 65536, "filters whose partial sums stay in the buffer"),
    FIELD_COUNT(struct pass_choice, samples, 1, 1, 65536, "samples of a pass"),
};

static const struct schema pass_schema = {
    .kind = "pass",
    .size = sizeof(struct pass_choice),
    .fields = pass_fields,
    .field_count = FIELD_COUNT_OF(pass_fields),
};

static const struct word step_words[] = {
    { "dram", NEST_STEP_DRAM },               { "spatial", NEST_STEP_SPATIAL },
    { "input-buffer", LEVEL_INPUT_BUFFER },   { "weight-buffer", LEVEL_WEIGHT_BUFFER },
    { "output-buffer", LEVEL_OUTPUT_BUFFER }, { "global-buffer", LEVEL_GLOBAL_BUFFER },
    { "pe-input", LEVEL_PE_INPUT },           { "pe-weight", LEVEL_PE_WEIGHT },
    { "pe-output", LEVEL_PE_OUTPUT },         { "pe-index", LEVEL_PE_INDEX },
    { NULL, 0 },
};

static const struct field step_fields[] = {
    FIELD_WORD(struct nest_step, at, step_words, REQUIRED, "dram, spatial (a fan-out) or a level"),
    FIELD_COUNT(struct nest_step, fanout, 1, 1, 1e6, "spatial: copies of what is inside"),
    FIELD_TEXT(struct nest_step, keeps, "", "memories: tensors kept, of w, i and o"),
    FIELD_TEXT(struct nest_step, loops, "", "loops here, outermost first: \"P8 Q2\" stated, \"PQ\" searched, \"PQ*\" in any order"),
};

static const struct schema step_schema = {
    .kind = "step",
    .size = sizeof(struct nest_step),
    .fields = step_fields,
    .field_count = FIELD_COUNT_OF(step_fields),
};

static const struct field accelerator_fields[] = {
    FIELD_TEXT(struct accelerator, summary, "", "what it is, in a line"),
    FIELD_WORD(struct accelerator, family, accel_family_words, REQUIRED, "how it maps layers"),
    FIELD_COUNT(struct accelerator, pe_rows, REQUIRED, 1, 65536, "rows of PEs (cpu: 1)"),
    FIELD_COUNT(struct accelerator, pe_columns, REQUIRED, 1, 65536, "columns of PEs (cpu: lanes of a vector)"),
    FIELD_COUNT(struct accelerator, pe_depth, 1, 1, 1024, "winograd: products a PE adds up at once"),
    FIELD_WORD(struct accelerator, dataflow, dataflow_words, DATAFLOW_OS, "systolic: what stays in the PEs"),
    FIELD_FLAG(struct accelerator, overlap, 0, "systolic: folds overlap"),
    FIELD_FLAG(struct accelerator, spreads_groups, 0, "systolic: columns take groups of a convolution side by side, each its own inputs"),
    FIELD_NUMBER(struct accelerator, clock_hz, "Hz", REQUIRED, 1e3, 1e11, "clock"),
    FIELD_NUMBER(struct accelerator, node_m, "m", REQUIRED, 1e-9, 250e-9, "node of this record's energies and areas"),
    FIELD_FLAG(struct accelerator, low_power, 0, "low-power variant of the node"),
    FIELD_COUNT(struct accelerator, mac_bits, 16, 1, 64, "bits of mac_j's operands"),
    FIELD_NUMBER(struct accelerator, mac_j, "J", REQUIRED, 0, 1e-6, "one multiply-accumulate"),
    FIELD_NUMBER(struct accelerator, mac_area_m2, "m2", 0, 0, 1, "area of one PE without its memories"),
    FIELD_NUMBER(struct accelerator, mac_leakage_w, "W", 0, 0, 1, "leakage of one PE without its memories"),
    FIELD_NUMBER(struct accelerator, noc_j, "J", 0, 0, 1e-6, "an element moved between PEs"),
    FIELD_NUMBER(struct accelerator, control_w, "W", 0, 0, 1e4, "clock and control while computing"),
    FIELD_NUMBER(struct accelerator, instruction_j, "J", 0, 0, 1e-6, "cpu: one instruction without its arithmetic"),
    FIELD_NUMBER(struct accelerator, gate_breakeven_s, "s", 1e-6, 0, 1, "leakage time that switching a level off and on costs (default assumed)"),
    FIELD_NUMBER(struct accelerator, dram_bytes_per_s, "byte/s", REQUIRED, 1, 1e16, "bandwidth of the DRAM"),
    FIELD_NUMBER(struct accelerator, dram_j_per_bit, "J", REQUIRED, 0, 1e-6, "energy per bit moved"),
    FIELD_NUMBER(struct accelerator, dram_background_w, "W", 0, 0, 1e4, "DRAM power without accesses"),
    FIELD_WORD(struct accelerator, zeros, zeros_words, 0, "what zero activations (-both: and weights) do: computed, gated (no energy of arithmetic) or skipped (no time, if balanced)"),
    FIELD_COUNT(struct accelerator, dram_run_bits, 0, 0, 16, "bits of a run of zeros that elements in DRAM are coded with (0: not coded)"),
    FIELD_FLAG(struct accelerator, dram_is_stacked, 0, "the DRAM is stacked on the chip: its traffic does not leave the package"),
    FIELD_FLAG(struct accelerator, keeps_weights, 0, "a network whose weights fit the weight-buffer stays there between inferences"),
    FIELD_LIST(struct accelerator, levels, &level_schema, "memories on the chip"),
    FIELD_NUMBER(struct accelerator, weight_load_cycles, "1", 0, 0, 100, "row-stationary: cycles per weight loaded into PEs, in which they do not compute"),
    FIELD_NUMBER(struct accelerator, buffer_bytes_per_s, "byte/s", 0, 0, 1e16, "row-stationary: bandwidth of the global buffer (0: never limits)"),
    FIELD_LIST(struct accelerator, passes, &pass_schema, "row-stationary: passes known for some layers"),
    FIELD_LIST(struct accelerator, nest, &step_schema, "loop-nest: DRAM, memories and fan-outs from the outside in"),
    FIELD_COUNT(struct accelerator, queue_depth, 8, 1, 65536, "eie: entries of a PE's activation queue"),
    FIELD_COUNT(struct accelerator, run_bits, 4, 1, 16, "eie: bits of a run length of zeros"),
    FIELD_COUNT(struct accelerator, tile, 0, 0, 6, "winograd: outputs per tile side (0: direct)"),
    FIELD_NUMBER(struct accelerator, transform_ops_hz, "Hz", 0, 0, 1e18, "winograd: additions a second"),
    FIELD_NUMBER(struct accelerator, transform_j, "J", 0, 0, 1e-6, "winograd: one addition"),
};
/* clang-format on */

static enum status accelerator_finish(void *record, struct error *err)
{
    const struct accelerator *accelerator = record;
    unsigned seen = 0;

    for (size_t i = 0; i < accelerator->levels_count; i++) {
        unsigned bit = 1u << accelerator->levels[i].level;

        if (seen & bit)
            return error_set(err, STATUS_INPUT,
                             "has two levels '%s', levels must differ",
                             word_name(level_words, accelerator->levels[i].level));
        seen |= bit;
    }
    return accel_families[accelerator->family]->check(accelerator, err);
}

const struct schema accelerator_schema = {
    .kind = "accelerator",
    .folder = "accelerators",
    .size = sizeof(struct accelerator),
    .fields = accelerator_fields,
    .field_count = FIELD_COUNT_OF(accelerator_fields),
    .finish = accelerator_finish,
};

const struct level *accelerator_level(const struct accelerator *accelerator,
                                      enum level_id id)
{
    for (size_t i = 0; i < accelerator->levels_count; i++)
        if (accelerator->levels[i].level == (int)id)
            return &accelerator->levels[i];
    return NULL;
}
