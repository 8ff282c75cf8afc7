/* An accelerator with memories on its chip: PEs, memory levels, a DRAM.  How it maps a
 * layer is its family's matter (machine/pe_array/family.h); the record holds the parameters of all
 * families, each with its source. */
#ifndef NVSWEEP_PE_ARRAY_ACCELERATOR_H
#define NVSWEEP_PE_ARRAY_ACCELERATOR_H

#include "machine/pe_array/systolic.h"
#include "base/schema.h"

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

struct accelerator {
    struct record record;
    const char *summary;
    int family; /* enum accel_family_id */

    /* Arithmetic. */
    uint64_t pe_rows, pe_columns, pe_depth; /* depth: products a PE adds up at once */
    int dataflow;                           /* enum dataflow; systolic */
    bool overlap;        /* systolic: load and drain overlap with streaming */
    bool spreads_groups; /* systolic: groups side by side on the columns */
    double clock_hz;
    double node_m; /* of the energies and areas of this record */
    bool low_power;
    uint64_t mac_bits; /* of mac_j */
    double mac_j, mac_area_m2, mac_leakage_w;
    double noc_j;            /* per element moved between PEs or from buffer to PE */
    double control_w;        /* clock and control, while computing */
    double instruction_j;    /* cpu: fetch, decode, schedule of one instruction */
    double gate_breakeven_s; /* a power-gating cycle costs that much leakage */

    /* DRAM. */
    double dram_bytes_per_s, dram_j_per_bit, dram_background_w;
    bool dram_is_stacked; /* on the chip: nothing leaves the package */

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
    uint64_t queue_depth, run_bits;

    /* Winograd. */
    uint64_t tile;           /* outputs per tile side; 0: direct convolution */
    double transform_ops_hz; /* additions a second of the transform units */
    double transform_j;      /* per addition */
};
extern const struct schema accelerator_schema;

/* The record's level of that kind, or NULL. */
const struct level *accelerator_level(const struct accelerator *accelerator,
                                      enum level_id id);

#endif
