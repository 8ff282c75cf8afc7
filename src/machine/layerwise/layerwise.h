/* Machines that compute in or beside memory, layer by layer.  A family computes the costs of one
 * operation (stage operations): memory commands, time, energy, power and area.  A family that
 * computes networks also gives the costs of a network (stage layerwise). */
#ifndef NVSWEEP_LAYERWISE_LAYERWISE_H
#define NVSWEEP_LAYERWISE_LAYERWISE_H

#include "machine/pe_array/chip.h"
#include "workload/layer.h"
#include "machine/machine.h"

/* The operations of machines.  Those up to OPERATION_BITWEAVE work on integers of the width of the axis
 * `precision`, one per lane. */
enum machine_operation {
    OPERATION_ADD,
    OPERATION_SUBTRACT,
    OPERATION_MULTIPLY,
    OPERATION_DIVIDE,
    OPERATION_MINIMUM,
    OPERATION_MAXIMUM,
    OPERATION_GREATER,
    OPERATION_GREATER_EQUAL,
    OPERATION_EQUAL,
    OPERATION_ABSOLUTE,
    OPERATION_RELU,
    OPERATION_IF_THEN_ELSE,
    OPERATION_AND_REDUCTION,
    OPERATION_OR_REDUCTION,
    OPERATION_XOR_REDUCTION,
    OPERATION_NOT_NEGATIVE,
    OPERATION_POSITIVE,
    OPERATION_BITCOUNT,
    OPERATION_BITCOUNT_FAST,
    OPERATION_BITWEAVE,
    OPERATION_SOFTMAX, /* of `elements` values */
    OPERATION_SQUARE_ROOT,
    OPERATION_LEAKY_RELU,
    OPERATION_SQUASH,    /* of a capsule of `elements` values */
    OPERATION_FLOAT_ADD, /* of the width of `precision`, one per lane */
    OPERATION_FLOAT_MULTIPLY,
    OPERATION_FLOAT_DIVIDE,
    OPERATION_MEMORY_READ, /* `elements` bytes from a unit's memory to its scratchpad */
    OPERATION_MEMORY_WRITE,
    OPERATION_MULTIPLY_ADD, /* one step of a dot product */
    OPERATION_EXPONENTIAL,
    OPERATION_TANH,
    OPERATION_SIGMOID,
    OPERATION_GELU,
    OPERATION_RECIPROCAL,
    OPERATION_RECIPROCAL_ROOT,
    OPERATION_OPERATION_COUNT,
};
extern const struct word operation_words[];

/* The basic operations of DRAM rows: majority and NOT, or AND, OR and NOT (Ambit). */
enum simdram_backend { SIMDRAM_MAJORITY, SIMDRAM_AND_OR };

/* DRAM that computes in its rows: SIMDRAM (N. Hajinazar et al., ASPLOS 2021). */
struct simdram {
    struct machine machine;
    int backend;               /* enum simdram_backend */
    double ras_s, rp_s;        /* tRAS, tRP: row active, precharge */
    double overlap_s;          /* in an AAP: from one activation to the next */
    double four_activates_s;   /* tFAW of a rank; 0: banks do not limit each other */
    uint64_t lanes;            /* bits of a row over all chips of a rank */
    uint64_t banks, ranks;     /* banks per rank; ranks */
    uint64_t subarrays;        /* per bank that may work at the same time */
    uint64_t active_banks;     /* that work; 0: all banks of all ranks */
    uint64_t active_subarrays; /* that work in each of these banks */
    uint64_t rows;             /* of a bank */
    uint64_t chips;            /* of a rank */
    double supply_v;
    double cycling_a;           /* IDD0 of a chip: one bank activated and precharged */
    double standby_a;           /* IDD2N: all banks precharged */
    double active_a;            /* IDD3N: a row open */
    double read_a, write_a;     /* IDD4R, IDD4W: bursts */
    double channel_bytes_per_s; /* between host and a rank */
};

/* A non-linear function.  NEON (A. Manglik et al., arXiv 2211.05730) computes it on RRAM crossbars
 * as a network whose hidden layers have one width.  The paper compares it with digital units and
 * with look-up tables. */
struct neon_function {
    int operation;           /* enum machine_operation */
    uint64_t elements;       /* number of inputs, and of outputs */
    uint64_t hidden_layers;  /* of its network; 0: there is no network */
    uint64_t exponent_units; /* digital: exponential */
    uint64_t divide_units;   /* digital: division or square root */
    uint64_t multiply_units;
    uint64_t tables; /* look-up tables, each with one entry per value of an operand */
    uint64_t table_steps; /* look-ups that follow each other */
};

/* How often a network computes a function in one inference. */
struct neon_use {
    const char *workload;
    int operation; /* enum machine_operation */
    uint64_t elements, times;
};

struct neon {
    struct machine machine;
    uint64_t rows;   /* of a crossbar: wordlines, and columns */
    uint64_t hidden; /* width of hidden layers */
    uint64_t weight_bits, cell_bits;
    double subarray_w, subarray_m2;
    uint64_t bank_subarrays;
    double bank_w, bank_m2; /* with its subarrays */
    double cycle_s;         /* in which a crossbar takes one bit of all its inputs */
    double exponent_w, exponent_m2;
    double divide_w, divide_m2;
    double multiply_w, multiply_m2;
    double exponent_s, divide_s, multiply_s, add_s; /* one operation of a unit */
    double table_s, table_j, table_m2;              /* a look-up in one table */
    double write_row_s; /* to write a row of cells, for operands that are activations */
    struct neon_function *functions;
    size_t functions_count;
    struct neon_use *uses;
    size_t uses_count;
};

/* The number of instructions of one operation on elements in the scratchpad, including those for
 * the loop and addresses. */
struct upmem_operation {
    int operation; /* enum machine_operation */
    uint64_t bits;
    double instructions;
};

/* UPMEM: cores (DPUs) beside DRAM banks.  A tasklet issues at most one instruction in
 * `issue_cycles` cycles; all tasklets of a DPU together issue at most one per cycle. */
struct upmem {
    struct machine machine;
    double clock_hz;
    uint64_t dpus, tasklets, issue_cycles;
    uint64_t active_dpus;                  /* that work; 0: all */
    double memory_bytes, scratchpad_bytes; /* of a DPU: MRAM, WRAM */
    double read_cycles, write_cycles;      /* to start an MRAM transfer */
    double cycles_per_byte;
    double transfer_bytes; /* size of an MRAM transfer and of a tasklet's buffer */
    double broadcast_bytes_per_s, scatter_bytes_per_s, gather_bytes_per_s;
    double power_w;
    struct upmem_operation *operations;
    size_t operations_count;
};

/* A processor with its own memory, for comparison.  It is a roofline of the rates that it
 * achieves, with a launch time per layer and a lower bandwidth for networks that do not fit its
 * memory. */
struct host {
    struct machine machine;
    double memory_bytes, bytes_per_s;
    double
        oversubscribed_bytes_per_s; /* bandwidth for all weights if they do not fit */
    double macs_hz;                 /* peak rate */
    double rate_share, bandwidth_share; /* achieved shares of the peaks */
    double launch_s;                    /* per layer */
    double power_w;
};

/* A family of layers and the accelerator that is designed for it (A. Boroumand et al., PACT 2021).
 * A family is defined by ranges of weight bytes, of multiply-accumulates per weight byte, and of
 * multiply-accumulates. */
struct mensa_family {
    const char *name, *engine;
    double weights_from_bytes, weights_to_bytes;
    double reuse_from, reuse_to;
    double macs_from, macs_to;
};

/* Which accelerator computes a layer: that of the layer's family (the fastest if the machine
 * has no families), or the one with the least time, energy or energy-delay product. */
enum engine_schedule {
    SCHEDULE_FAMILY,
    SCHEDULE_LATENCY,
    SCHEDULE_ENERGY,
    SCHEDULE_EDP,
};
extern const struct word schedule_words[];

/* Several accelerators that share a network, layer by layer.  They are records of machines, by
 * name. */
struct mensa {
    struct machine machine;
    int schedule; /* enum engine_schedule */
    const char *const *engines;
    size_t engines_count;
    struct mensa_family *families;
    size_t families_count;
};
enum { ENGINES_MAX = 4 };

/* The parts of a network's energy. */
enum layerwise_part {
    LAYERWISE_PART_COMPUTE,
    LAYERWISE_PART_BUFFERS,  /* on-chip memories */
    LAYERWISE_PART_MEMORY,   /* DRAM */
    LAYERWISE_PART_TRANSFER, /* host to memory and back */
    LAYERWISE_PART_STATIC,   /* leakage and background */
    LAYERWISE_PART_COUNT
};

/* How errors reach the layers: from layer to layer, or from the output to all layers at the same
 * time through fixed random matrices (direct feedback alignment; A. Nokland, NeurIPS 2016). */
enum learning { LEARNING_BACKPROPAGATION, LEARNING_FEEDBACK_ALIGNMENT };
extern const struct word learning_words[];

/* Times and energies of a layer's phases in one pass over the data: forward, activation gradient,
 * weight gradient, weight update. */
struct training_layer {
    const char *name;
    double forward_s, activation_s, weight_s, update_s;
    double forward_j, activation_j, weight_j, update_j;
};

/* A crossbar chip whose phases were simulated layer by layer. */
struct training {
    struct machine machine;
    const char *workload; /* the network that was simulated */
    uint64_t batch, batches;
    struct training_layer *layers;
    size_t layers_count;
};

struct operation_request {
    const struct machine *machine;
    int operation;
    unsigned bits;
    uint64_t elements; /* of one operation that works on several; 0: 1 */
};

/* The costs of one operation.  Figures that a family does not compute remain NAN, and counts 0. */
struct operation_result {
    uint64_t aaps, aps;   /* DRAM command sequences of one operation in one bank */
    uint64_t subarrays;   /* crossbars */
    uint64_t lanes;       /* operations done at the same time */
    double latency_s;     /* of all lanes */
    double throughput_hz; /* operations per second */
    double energy_j;      /* per operation */
    double power_w;
    double area_m2;
    double table_bytes;
    double bytes_per_s; /* of one unit's memory, for memory operations */
    double
        transpose_s; /* to change the layout of the operands and results of all lanes */
};

/* Computes the costs of one operation.  Returns STATUS_INFEASIBLE with a reason if the machine
 * does not have it. */
enum status operation_evaluate(const struct operation_request *request,
                               struct operation_result *answer, struct error *reason);

/* The network by which a machine computes an operation: layers of `hidden` units between
 * `elements` inputs and as many outputs, with weights of weight_bits. */
struct operation_network {
    uint64_t hidden_layers, hidden, weight_bits;
};

/* Returns STATUS_INFEASIBLE with a reason if the machine computes the operation by no network. */
enum status operation_network_find(const struct operation_request *request,
                                   struct operation_network *network,
                                   struct error *reason);

/* One accelerator of a machine and the costs of its memories. */
struct engine_costs {
    const struct pe_array *array;
    struct level_cost levels[LEVEL_COUNT];
    bool is_timed; /* the times of the memories are known and count */
};

struct layerwise_request {
    const struct machine *machine;
    const struct engine_costs *engines; /* one for each engine that the machine names */
    double node_m;                      /* of the engines */
    const struct mac_layers *layers;
    size_t layer; /* this computing layer alone, from 1; 0: all */
    unsigned bits;
    const char *workload; /* name */
    int learning;         /* enum learning; training only */
};

/* The costs of one batch.  Weights are stored in the machine before.  Layers run one after the
 * other; the compute time and the memory time of a layer overlap.  Figures that a family does
 * not compute are NAN. */
struct layerwise_result {
    double macs;         /* of the requested layers; set before the family is called */
    double weight_bytes; /* of these, without streamed operands; likewise */
    double compute_s, memory_s;   /* sums over layers */
    double input_s, output_s;     /* between host and memory */
    double forward_s, backward_s; /* training only */
    double latency_s;
    double energy_j;
    double part_j[LAYERWISE_PART_COUNT]; /* of energy_j */
    double crossbars;                    /* number of crossbars that hold the weights */
    double area_m2;                      /* of the silicon that computes */
    double dram_bytes;                   /* between engines and their DRAM */
    double offchip_bytes;                /* to and from memory outside the package */
    double roofline_s; /* sum over layers: the longer of peak and bandwidth time */
    uint64_t engine;   /* of the last layer, from 1; 0: there are none */
};

/* Computes the costs of a network.  Returns STATUS_INFEASIBLE with a reason if the family
 * computes no networks, or if the network does not fit. */
enum status layerwise_network(const struct layerwise_request *request,
                              struct layerwise_result *result, struct error *reason);

/* The functions of one family. */
struct layerwise_steps {
    bool trains;      /* computes training; other families compute inference */
    bool knows_parts; /* adds up part_j, which is 0 at the beginning */

    enum status (*operate)(const struct operation_request *request,
                           struct operation_result *answer,
                           struct error *reason); /* NULL: none */
    enum status (*function)(const struct operation_request *request,
                            struct operation_network *network,
                            struct error *reason); /* NULL: none */

    /* Adds the times and energies of one layer. */
    enum status (*layer)(const struct layerwise_request *request,
                         const struct mac_layer *layer, struct layerwise_result *result,
                         struct error *reason); /* NULL: computes no networks */

    /* Completes and checks the sum over the layers. */
    enum status (*finish)(const struct layerwise_request *request,
                          struct layerwise_result *result, struct error *reason);

    /* Used instead of `layer`: adds all requested layers. */
    enum status (*network)(const struct layerwise_request *request,
                           struct layerwise_result *result, struct error *reason);
};

#endif
