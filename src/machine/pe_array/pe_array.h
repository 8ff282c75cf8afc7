/* An array of PEs with memories on its chip and a DRAM.  How it maps a layer is its family's
 * matter (machine/pe_array/mapping.h).  The record holds the parameters of all families;
 * files of library records give those of their own. */
#ifndef NVSWEEP_PE_ARRAY_PE_ARRAY_H
#define NVSWEEP_PE_ARRAY_PE_ARRAY_H

#include "machine/pe_array/systolic.h"
#include "machine/arithmetic.h"
#include "machine/machine.h"

/* The memories a record may have; also the `level` dimension of results. */
enum level_id {
    LEVEL_INPUT_BUFFER,
    LEVEL_WEIGHT_BUFFER,
    LEVEL_OUTPUT_BUFFER,
    LEVEL_GLOBAL_BUFFER, /* shared by operands */
    LEVEL_PE_INPUT,
    LEVEL_PE_WEIGHT,
    LEVEL_PE_OUTPUT,
    LEVEL_PE_INDEX, /* pointers of compressed weights */
    LEVEL_COUNT,
};
extern const struct word level_words[], zeros_words[];

struct level {
    int level; /* enum level_id */
    uint64_t bytes, word_bits, instances;
    bool holds_weights; /* of which placement "weights" makes non-volatile memory */
    bool is_registers;  /* too small for an array: always the figures below */

    /* One instance as the record's source states it, at the record's node; energies of
     * one word. */
    double read_j, write_j, leakage_w, area_m2;
};

/* Loop nest: one step from the outside in. */
enum { NEST_STEP_DRAM = LEVEL_COUNT, NEST_STEP_SPATIAL };
struct nest_step {
    int at; /* enum level_id, or one of the above */
    uint64_t fanout;
    const char *keeps; /* of "wio": weights, inputs, outputs */
    const char *loops; /* "P8 Q2": stated; "PQ": for the mapper to choose */
};

/* Row stationary: the pass taken for layers of a kernel and output height, where it is
 * known; elsewhere it is searched for. */
struct pass_choice {
    uint64_t kernel, height;
    uint64_t strip;                 /* output rows at a time */
    uint64_t channels, filters;     /* of a pass, all PEs together */
    uint64_t filters_held, samples; /* whose partial sums stay in the buffer */
};

struct pe_array {
    struct machine machine;

    /* Arithmetic. */
    uint64_t pe_rows, pe_columns, pe_depth; /* depth: products a PE adds up at once */
    double own_pes; /* of the record, whose instances and control power it states */
    int dataflow;   /* enum dataflow; systolic */
    bool overlap;   /* systolic: load and drain overlap with streaming */
    uint64_t
        arrays; /* systolic: equal arrays that share the work and the memories; 0: one */
    uint64_t
        narrow_macs; /* systolic: products of 8 bits that a PE makes a cycle; 0: one */
    bool
        blocks_rows; /* systolic, ws: rows of a product in blocks that stay in the buffer */
    bool keeps_scores;   /* systolic: attention's scores stay on the chip */
    bool spreads_groups; /* systolic: groups side by side on the columns */
    bool splits_depth;   /* systolic, os: idle rows take slices of the depth */
    double clock_hz;
    double node_m; /* of the energies and areas of this record */
    bool low_power;
    uint64_t mac_bits; /* of mac_j */
    int arithmetic;    /* enum arithmetic: how mac_j follows the bits */
    double mac_j, mac_area_m2, mac_leakage_w;
    double noc_j;            /* per element moved between PEs or from buffer to PE */
    double control_w;        /* clock and control, while computing */
    double instruction_j;    /* cpu: fetch, decode, schedule of one instruction */
    double gate_breakeven_s; /* a power-gating cycle costs that much leakage */

    /* DRAM. */
    double dram_bytes_per_s, dram_j_per_bit, dram_background_w;
    bool dram_is_stacked; /* on the chip: nothing leaves the package */
    double dram_bytes;    /* 0: not stated */

    /* To other chips like it, in a ring of both directions; 0: none. */
    double link_bytes_per_s, link_hop_s;

    int zeros; /* enum zeros: what zero operands do (machine/pe_array/zeros.h) */
    uint64_t dram_run_bits; /* elements off the chip coded in runs of zeros; 0: not */
    bool keeps_weights;     /* a network that fits the weight buffer stays there */

    struct level *levels;
    size_t levels_count;

    /* Row stationary. */
    double weight_load_cycles; /* per weight loaded into PEs (fitted) */
    double buffer_bytes_per_s; /* of the global buffer (fitted) */
    struct pass_choice *passes;
    size_t passes_count;

    /* Loop nest. */
    struct nest_step *nest;
    size_t nest_count;

    /* EIE. */
    uint64_t queue_depth, run_bits, value_bits;
    bool weights_in_dram;

    /* Winograd. */
    int tile;                   /* enum tile_choice: outputs per tile side */
    double transform_ops_hz;    /* additions a second of the transform units */
    double transform_j;         /* per addition */
    double transform_m2;        /* of all transform units */
    double accumulator_bytes;   /* sums that the matrix unit keeps; 0: no limit */
    double operand_bytes_per_s; /* buffer to matrix unit; 0: no limit */
};
extern const struct schema pe_level_schema;

/* What all families read; each adds its own. */
/* clang-format off */
#define PE_ARRAY_FIELDS \
    MACHINE_FIELDS, \
    FIELD_COUNT(struct pe_array, pe_rows, REQUIRED, 1, 65536, "rows of PEs (cpu: 1)"), \
    FIELD_COUNT(struct pe_array, pe_columns, REQUIRED, 1, 65536, "columns of PEs (cpu: lanes of a vector)"), \
    FIELD_COUNT(struct pe_array, pe_depth, 1, 1, 1024, "winograd: products a PE adds up at once"), \
    FIELD_NUMBER(struct pe_array, clock_hz, "Hz", REQUIRED, 1e3, 1e11, "clock"), \
    FIELD_NUMBER(struct pe_array, node_m, "m", REQUIRED, 1e-9, 250e-9, "node of this record's energies and areas"), \
    FIELD_FLAG(struct pe_array, low_power, 0, "low-power variant of the node"), \
    FIELD_COUNT(struct pe_array, mac_bits, 16, 1, 64, "bits of mac_j's operands"), \
    FIELD_WORD(struct pe_array, arithmetic, arithmetic_words, ARITHMETIC_INTEGER, "how mac_j follows the bits"), \
    FIELD_NUMBER(struct pe_array, mac_j, "J", REQUIRED, 0, 1e-6, "one multiply-accumulate"), \
    FIELD_NUMBER(struct pe_array, mac_area_m2, "m2", 0, 0, 1, "area of one PE without its memories"), \
    FIELD_NUMBER(struct pe_array, mac_leakage_w, "W", 0, 0, 1, "leakage of one PE without its memories"), \
    FIELD_NUMBER(struct pe_array, noc_j, "J", 0, 0, 1e-6, "an element moved between PEs"), \
    FIELD_NUMBER(struct pe_array, control_w, "W", 0, 0, 1e4, "clock and control while computing"), \
    FIELD_NUMBER(struct pe_array, gate_breakeven_s, "s", 1e-6, 0, 1, "leakage time that switching a level off and on costs (default assumed)"), \
    FIELD_NUMBER(struct pe_array, dram_bytes_per_s, "byte/s", REQUIRED, 1, 1e16, "bandwidth of the DRAM"), \
    FIELD_NUMBER(struct pe_array, dram_j_per_bit, "J", REQUIRED, 0, 1e-6, "energy per bit moved"), \
    FIELD_NUMBER(struct pe_array, dram_background_w, "W", 0, 0, 1e4, "DRAM power without accesses"), \
    FIELD_WORD(struct pe_array, zeros, zeros_words, 0, "what zero activations (-both: and weights) do: computed, gated (no energy of arithmetic) or skipped (no time, if balanced)"), \
    FIELD_COUNT(struct pe_array, dram_run_bits, 0, 0, 16, "bits of a run of zeros that elements in DRAM are coded with (0: not coded)"), \
    FIELD_FLAG(struct pe_array, dram_is_stacked, 0, "the DRAM is stacked on the chip: its traffic does not leave the package"), \
    FIELD_NUMBER(struct pe_array, dram_bytes, "byte", 0, 0, 1e16, "capacity of the DRAM (0: not stated)"), \
    FIELD_NUMBER(struct pe_array, link_bytes_per_s, "byte/s", 0, 0, 1e15, "to the neighbours in a ring of such chips, one direction each, together (0: it has no links)"), \
    FIELD_NUMBER(struct pe_array, link_hop_s, "s", 1e-6, 0, 1e-3, "from chip to chip, beside the bytes"), \
    FIELD_FLAG(struct pe_array, keeps_weights, 0, "a network whose weights fit the weight-buffer stays there between inferences"), \
    FIELD_LIST(struct pe_array, levels, &pe_level_schema, "memories on the chip")
/* clang-format on */

#define PE_ARRAY_SCHEMA(table)                                                    \
    {                                                                             \
        .kind = "machine", .folder = "machines", .size = sizeof(struct pe_array), \
        .fields = (table), .field_count = FIELD_COUNT_OF(table),                  \
        .finish = pe_array_finish                                                 \
    }

/* Levels must differ; the family's own check. */
enum status pe_array_finish(void *record, struct error *err);

/* PEs of all its arrays. */
static inline double pe_array_pes(const struct pe_array *array)
{
    double arrays = array->arrays > 0 ? (double)array->arrays : 1;

    return (double)(array->pe_rows * array->pe_columns) * arrays;
}

/* Products that a PE makes a cycle. */
static inline uint64_t pe_array_macs(const struct pe_array *array, unsigned bits)
{
    return bits <= 8 && array->narrow_macs > 0 ? array->narrow_macs : 1;
}

/* The record's level of that kind, or NULL. */
const struct level *pe_array_level(const struct pe_array *array, enum level_id id);

#endif
