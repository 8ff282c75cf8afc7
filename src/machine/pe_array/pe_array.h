/* An array of PEs with on-chip memories and a DRAM.  Its family maps a layer
 * (machine/pe_array/mapping.h).  The struct holds the parameters of all families; a library file
 * gives those of its own family. */
#ifndef NVSWEEP_PE_ARRAY_PE_ARRAY_H
#define NVSWEEP_PE_ARRAY_PE_ARRAY_H

#include "machine/pe_array/systolic.h"
#include "machine/arithmetic.h"
#include "machine/machine.h"

/* The memories that a record may have; also the dimension `level` of results. */
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
    bool holds_weights; /* non-volatile under the placement "weights" */
    bool is_registers;  /* too small for the array model: the figures below are used */

    /* Figures of one instance at the record's node, from the record's source.  Energies are
     * those of one word. */
    double read_j, write_j, leakage_w, area_m2;
};

/* Loop nest: one step of the list, which goes from the outside to the inside. */
enum { NEST_STEP_DRAM = LEVEL_COUNT, NEST_STEP_SPATIAL };
struct nest_step {
    int at; /* enum level_id, or one of the above */
    uint64_t fanout;
    const char *keeps; /* of "wio": weights, inputs, outputs */
    const char *loops; /* "P8 Q2": given; "PQ": the mapper chooses the bounds */
};

/* Row stationary: the known pass for layers of a kernel height and output height.  The passes
 * of other layers are searched. */
struct pass_choice {
    uint64_t kernel, height;
    uint64_t strip;                 /* output rows of a pass */
    uint64_t channels, filters;     /* of a pass over all PEs */
    uint64_t filters_held, samples; /* whose partial sums remain in the buffer */
};

struct pe_array {
    struct machine machine;

    /* Arithmetic. */
    uint64_t pe_rows, pe_columns,
        pe_depth;    /* depth: products that a PE adds up per cycle */
    double own_pes;  /* PEs for which the record gives instances and control power */
    int dataflow;    /* enum dataflow; systolic */
    bool overlap;    /* systolic: load and drain overlap with streaming */
    uint64_t arrays; /* systolic: equal arrays that share work and memories; 0: one */
    uint64_t narrow_macs; /* systolic: products of 8 bits per PE and cycle; 0: one */
    bool
        blocks_rows; /* systolic, ws: blocks of a product's rows remain in the buffer */
    bool keeps_scores;   /* systolic: the scores of attention remain on the chip */
    bool spreads_groups; /* systolic: several groups on different columns */
    bool splits_depth;   /* systolic, os: idle rows take slices of the depth */
    double clock_hz;
    double node_m; /* of the energies and areas of this record */
    bool low_power;
    uint64_t mac_bits; /* of mac_j */
    int arithmetic;    /* enum arithmetic: how mac_j depends on the bits */
    double mac_j, mac_area_m2, mac_leakage_w;
    double noc_j;            /* per element moved between PEs or from buffer to PE */
    double control_w;        /* clock and control while computing */
    double instruction_j;    /* cpu: to fetch, decode and schedule one instruction */
    double gate_breakeven_s; /* time in which leakage costs as much as gating once */

    /* DRAM. */
    double dram_bytes_per_s, dram_j_per_bit, dram_background_w;
    bool dram_is_stacked; /* on the chip: its traffic does not leave the package */
    double dram_bytes;    /* capacity; 0: not stated */
    double dram_share;    /* of dram_bytes_per_s, what programs reach */

    /* The links to other chips of the same kind, in a ring of both directions; 0: none. */
    double link_bytes_per_s, link_hop_s;

    int zeros; /* enum zeros: effect of zero operands (machine/pe_array/zeros.h) */
    uint64_t dram_run_bits; /* run-length code of elements in DRAM; 0: not coded */
    bool keeps_weights;     /* weights that fit the weight buffer remain there */

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
    double transform_ops_hz;    /* additions per second of the transform units */
    double transform_j;         /* per addition */
    double transform_m2;        /* of all transform units */
    double accumulator_bytes;   /* sums that the matrix unit holds; 0: no limit */
    double operand_bytes_per_s; /* from the buffer to the matrix unit; 0: no limit */
};
extern const struct schema pe_level_schema;

/* The fields of all families; each family adds its own. */
/* clang-format off */
#define PE_ARRAY_FIELDS \
    MACHINE_FIELDS, \
    FIELD_COUNT(struct pe_array, pe_rows, REQUIRED, 1, 65536, "rows of PEs (cpu: 1)"), \
    FIELD_COUNT(struct pe_array, pe_columns, REQUIRED, 1, 65536, "columns of PEs (cpu: lanes of a vector)"), \
    FIELD_COUNT(struct pe_array, pe_depth, 1, 1, 1024, "winograd: products that a PE adds up per cycle"), \
    FIELD_NUMBER(struct pe_array, clock_hz, "Hz", REQUIRED, 1e3, 1e11, "clock"), \
    FIELD_NUMBER(struct pe_array, node_m, "m", REQUIRED, 1e-9, 250e-9, "node of this record's energies and areas"), \
    FIELD_FLAG(struct pe_array, low_power, 0, "low-power variant of the node"), \
    FIELD_COUNT(struct pe_array, mac_bits, 16, 1, 64, "bits of mac_j's operands"), \
    FIELD_WORD(struct pe_array, arithmetic, arithmetic_words, ARITHMETIC_INTEGER, "how mac_j depends on the bits"), \
    FIELD_NUMBER(struct pe_array, mac_j, "J", REQUIRED, 0, 1e-6, "energy of one multiply-accumulate"), \
    FIELD_NUMBER(struct pe_array, mac_area_m2, "m2", 0, 0, 1, "area of one PE without its memories"), \
    FIELD_NUMBER(struct pe_array, mac_leakage_w, "W", 0, 0, 1, "leakage of one PE without its memories"), \
    FIELD_NUMBER(struct pe_array, noc_j, "J", 0, 0, 1e-6, "energy of moving an element between PEs"), \
    FIELD_NUMBER(struct pe_array, control_w, "W", 0, 0, 1e4, "power of clock and control while computing"), \
    FIELD_NUMBER(struct pe_array, gate_breakeven_s, "s", 1e-6, 0, 1, "leakage time that switching a level off and on costs (default assumed)"), \
    FIELD_NUMBER(struct pe_array, dram_bytes_per_s, "byte/s", REQUIRED, 1, 1e16, "bandwidth of the DRAM"), \
    FIELD_NUMBER(struct pe_array, dram_j_per_bit, "J", REQUIRED, 0, 1e-6, "energy per bit moved"), \
    FIELD_NUMBER(struct pe_array, dram_background_w, "W", 0, 0, 1e4, "DRAM power without accesses"), \
    FIELD_WORD(struct pe_array, zeros, zeros_words, 0, "effect of zero activations (-both: and zero weights): computed, gated (arithmetic takes no energy) or skipped (also no time, if PEs are balanced)"), \
    FIELD_COUNT(struct pe_array, dram_run_bits, 0, 0, 16, "bits of the run length with which elements in DRAM are coded (0: not coded)"), \
    FIELD_FLAG(struct pe_array, dram_is_stacked, 0, "the DRAM is stacked on the chip: its traffic does not leave the package"), \
    FIELD_NUMBER(struct pe_array, dram_bytes, "byte", 0, 0, 1e16, "capacity of the DRAM (0: not stated)"), \
    FIELD_NUMBER(struct pe_array, dram_share, "1", 1, 0.01, 1, "of the DRAM's bandwidth, what programs reach"), \
    FIELD_NUMBER(struct pe_array, link_bytes_per_s, "byte/s", 0, 0, 1e15, "bandwidth to both neighbours together in a ring of such chips (0: it has no links)"), \
    FIELD_NUMBER(struct pe_array, link_hop_s, "s", 1e-6, 0, 1e-3, "time from chip to chip, in addition to that of the bytes"), \
    FIELD_FLAG(struct pe_array, keeps_weights, 0, "a network whose weights fit the weight-buffer stays there between inferences"), \
    FIELD_LIST(struct pe_array, levels, &pe_level_schema, "memories on the chip")
/* clang-format on */

#define PE_ARRAY_SCHEMA(table)                                                    \
    {                                                                             \
        .kind = "machine", .folder = "machines", .size = sizeof(struct pe_array), \
        .fields = (table), .field_count = FIELD_COUNT_OF(table),                  \
        .finish = pe_array_finish                                                 \
    }

/* Checks that levels differ, then calls the check of the family. */
enum status pe_array_finish(void *record, struct error *err);

/* Returns the number of PEs of all arrays. */
static inline double pe_array_pes(const struct pe_array *array)
{
    double arrays = array->arrays > 0 ? (double)array->arrays : 1;

    return (double)(array->pe_rows * array->pe_columns) * arrays;
}

/* Returns the number of products that a PE computes per cycle. */
static inline uint64_t pe_array_macs(const struct pe_array *array, unsigned bits)
{
    return bits <= 8 && array->narrow_macs > 0 ? array->narrow_macs : 1;
}

/* Returns the record's level of a kind, or NULL. */
const struct level *pe_array_level(const struct pe_array *array, enum level_id id);

#endif
