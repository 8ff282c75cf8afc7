/* Machines that compute in or beside memory, layer by layer.  A family says what one operation costs (the cim_operation stage): how many
 * memory commands, how long, how much energy, power and area; and what a network costs
 * (the layerwise stage), if it computes networks. */
#ifndef NVSWEEP_LAYERWISE_LAYERWISE_H
#define NVSWEEP_LAYERWISE_LAYERWISE_H

#include "machine/pe_array/chip.h"
#include "workload/layer.h"
#include "machine/machine.h"

/* What a machine is asked to do.  The first ones, to CIM_BITWEAVE, take integers of the
 * precision axis's width, one per lane. */
enum cim_operation {
    CIM_ADD,
    CIM_SUBTRACT,
    CIM_MULTIPLY,
    CIM_DIVIDE,
    CIM_MINIMUM,
    CIM_MAXIMUM,
    CIM_GREATER,
    CIM_GREATER_EQUAL,
    CIM_EQUAL,
    CIM_ABSOLUTE,
    CIM_RELU,
    CIM_IF_THEN_ELSE,
    CIM_AND_REDUCTION,
    CIM_OR_REDUCTION,
    CIM_XOR_REDUCTION,
    CIM_NOT_NEGATIVE,
    CIM_POSITIVE,
    CIM_BITCOUNT,
    CIM_BITCOUNT_FAST,
    CIM_BITWEAVE,
    CIM_SOFTMAX, /* of `elements` values */
    CIM_SQUARE_ROOT,
    CIM_LEAKY_RELU,
    CIM_SQUASH,    /* of a capsule of `elements` values */
    CIM_FLOAT_ADD, /* of precision's width, one per lane */
    CIM_FLOAT_MULTIPLY,
    CIM_FLOAT_DIVIDE,
    CIM_MEMORY_READ, /* of `elements` bytes from a unit's memory into its scratchpad */
    CIM_MEMORY_WRITE,
    CIM_MULTIPLY_ADD, /* of a dot product */
    CIM_OPERATION_COUNT,
};
extern const struct word cim_operation_words[];

/* What rows compute in one step: majority and NOT, or AND and OR only (Ambit). */
enum simdram_backend { SIMDRAM_MAJORITY, SIMDRAM_AND_OR };

/* DRAM whose rows compute: SIMDRAM (N. Hajinazar et al., ASPLOS 2021). */
struct simdram {
    struct machine machine;
    int backend;               /* enum simdram_backend */
    double ras_s, rp_s;        /* row active; precharge */
    double overlap_s;          /* AAP: from one wordline to the next */
    double four_activates_s;   /* tFAW of a rank; 0: banks do not limit each other */
    uint64_t lanes;            /* bits of a row over the chips of a rank */
    uint64_t banks, ranks;     /* banks of a rank */
    uint64_t subarrays;        /* of a bank that may work at once */
    uint64_t active_banks;     /* at work; 0: all of all ranks */
    uint64_t active_subarrays; /* of each of them */
    uint64_t rows;             /* of a bank */
    uint64_t chips;            /* of a rank */
    double supply_v;
    double cycling_a;           /* IDD0 of a chip: one bank activated and precharged */
    double standby_a;           /* IDD2N: all banks precharged */
    double active_a;            /* IDD3N: a row open */
    double read_a, write_a;     /* IDD4R, IDD4W: bursts */
    double channel_bytes_per_s; /* between host and a rank */
};

/* A non-linear function on RRAM crossbars as a network of one width (NEON: A. Manglik et
 * al., arXiv 2211.05730), or on the digital units or tables it is compared with. */
struct neon_function {
    int operation;           /* enum cim_operation */
    uint64_t elements;       /* values in, and out */
    uint64_t hidden_layers;  /* of its network; 0: it has none */
    uint64_t exponent_units; /* digital: exponential */
    uint64_t divide_units;   /* digital: division or square root */
    uint64_t multiply_units;
    uint64_t tables;      /* one entry of `bits` per value of `bits` */
    uint64_t table_steps; /* look-ups one after the other */
};

/* How often a network computes a function, one after the other. */
struct neon_use {
    const char *workload;
    int operation; /* enum cim_operation */
    uint64_t elements, times;
};

struct neon {
    struct machine machine;
    uint64_t rows;   /* of a crossbar: wordlines, and columns */
    uint64_t hidden; /* width of hidden layers */
    uint64_t weight_bits, cell_bits;
    double subarray_w, subarray_m2;
    uint64_t bank_subarrays;
    double bank_w, bank_m2; /* its subarrays included */
    double cycle_s;         /* one bit of all inputs of a crossbar */
    double exponent_w, exponent_m2;
    double divide_w, divide_m2;
    double multiply_w, multiply_m2;
    double exponent_s, divide_s, multiply_s, add_s; /* one operation of a unit */
    double table_s, table_j, table_m2;              /* a look-up in one table */
    double write_row_s; /* a row of cells, all columns: operands that are activations */
    struct neon_function *functions;
    size_t functions_count;
    struct neon_use *uses;
    size_t uses_count;
};

/* Instructions of one operation on elements streamed from the scratchpad, loop and
 * addresses included. */
struct upmem_operation {
    int operation; /* enum cim_operation */
    uint64_t bits;
    double instructions;
};

/* Cores (DPUs) beside DRAM banks: UPMEM.  A tasklet issues an instruction at most every
 * `issue_cycles`; all tasklets of a DPU share one issue slot a cycle. */
struct upmem {
    struct machine machine;
    double clock_hz;
    uint64_t dpus, tasklets, issue_cycles;
    uint64_t active_dpus;                  /* of them at work; 0: all */
    double memory_bytes, scratchpad_bytes; /* of a DPU: MRAM, WRAM */
    double read_cycles, write_cycles;      /* start of an MRAM transfer */
    double cycles_per_byte;
    double transfer_bytes; /* a kernel's MRAM transfer, a tasklet's buffer */
    double broadcast_bytes_per_s, scatter_bytes_per_s, gather_bytes_per_s;
    double power_w;
    struct upmem_operation *operations;
    size_t operations_count;
};

/* A processor with memory of its own, for comparison: a roofline of what it achieves, a
 * launch a layer, and a slower path for what does not fit. */
struct host {
    struct machine machine;
    double memory_bytes, bytes_per_s;
    double oversubscribed_bytes_per_s;  /* all of it, once it does not fit */
    double macs_hz;                     /* peak */
    double rate_share, bandwidth_share; /* of the peaks, achieved */
    double launch_s;                    /* of a layer */
    double power_w;
};

/* A family of layers and the accelerator it is meant for (A. Boroumand et al., PACT 2021):
 * ranges of weight bytes, of multiply-accumulates per weight byte and of
 * multiply-accumulates. */
struct mensa_family {
    const char *name, *engine;
    double weights_from_bytes, weights_to_bytes;
    double reuse_from, reuse_to;
    double macs_from, macs_to;
};

/* Which accelerator takes a layer: the one its family is meant for (a machine without
 * families: the fastest), or the one of least time, energy or energy-delay product. */
enum cim_schedule {
    CIM_SCHEDULE_FAMILY,
    CIM_SCHEDULE_LATENCY,
    CIM_SCHEDULE_ENERGY,
    CIM_SCHEDULE_EDP,
};
extern const struct word cim_schedule_words[];

/* Several accelerators that share a network, layer by layer; records of the shelf of
 * accelerators, by name. */
struct mensa {
    struct machine machine;
    int schedule; /* enum cim_schedule */
    const char *const *engines;
    size_t engines_count;
    struct mensa_family *families;
    size_t families_count;
};
enum { CIM_ENGINES_MAX = 4 };

/* Where a network's energy goes. */
enum cim_part {
    CIM_PART_COMPUTE,
    CIM_PART_BUFFERS,  /* memories beside the arithmetic */
    CIM_PART_MEMORY,   /* DRAM */
    CIM_PART_TRANSFER, /* host to memory and back */
    CIM_PART_STATIC,   /* leakage and background */
    CIM_PART_COUNT
};

/* How errors reach the layers: from layer to layer, or from the output to all at once
 * through fixed random matrices (direct feedback alignment; A. Nokland, NeurIPS 2016). */
enum cim_learning { CIM_BACKPROPAGATION, CIM_FEEDBACK_ALIGNMENT };
extern const struct word cim_learning_words[];

/* A layer's phases in one pass over the data: forward, activation gradient, weight
 * gradient, weight update. */
struct training_layer {
    const char *name;
    double forward_s, activation_s, weight_s, update_s;
    double forward_j, activation_j, weight_j, update_j;
};

/* A crossbar chip whose phases were simulated layer by layer. */
struct training {
    struct machine machine;
    const char *workload; /* whose layers these are */
    uint64_t batch, batches;
    struct training_layer *layers;
    size_t layers_count;
};

struct cim_request {
    const struct machine *machine;
    int operation;
    unsigned bits;
    uint64_t elements; /* of one operation that takes several; 0: one */
};

/* What a family does not know stays NAN, or 0 for counts. */
struct cim_answer {
    uint64_t aaps, aps;   /* DRAM command sequences of one operation in one bank */
    uint64_t subarrays;   /* crossbars */
    uint64_t lanes;       /* operations done together */
    double latency_s;     /* of all lanes */
    double throughput_hz; /* operations a second */
    double energy_j;      /* one operation's share */
    double power_w;
    double area_m2;
    double table_bytes;
    double bytes_per_s; /* of one unit's memory, for memory operations */
    double transpose_s; /* operands in and results out of all lanes, between layouts */
};

/* Pure.  STATUS_INFEASIBLE with a reason if the machine has no such operation. */
enum status cim_operate(const struct cim_request *request, struct cim_answer *answer,
                        struct error *reason);

/* One accelerator of a machine, its memories evaluated. */
struct cim_engine {
    const struct pe_array *accelerator;
    struct level_cost levels[LEVEL_COUNT];
    bool is_timed; /* the memories' times count */
};

struct layerwise_request {
    const struct machine *machine;
    const struct cim_engine *engines; /* as many as the family's `engine` names */
    double node_m;                    /* of the engines */
    const struct mac_layers *layers;
    size_t layer; /* the workload's computing layer alone, from 1; 0: all */
    unsigned bits;
    const char *workload; /* name */
    int learning;         /* enum cim_learning; training only */
};

/* One batch; weights are in place.  Layers come one after the other, a layer's compute
 * and memory time overlap.  NAN: the family does not know. */
struct layerwise_result {
    double macs;                /* of the layers meant; known before the family adds */
    double weight_bytes;        /* of them; without streamed operands; likewise */
    double compute_s, memory_s; /* sums over layers */
    double input_s, output_s;   /* between host and memory */
    double forward_s, backward_s; /* training only */
    double latency_s;
    double energy_j;
    double part_j[CIM_PART_COUNT]; /* of energy_j */
    double crossbars;              /* that hold the weights */
    double area_m2;                /* of the silicon that computes */
    double dram_bytes;             /* between engines and their DRAM */
    double offchip_bytes;          /* of a memory outside: of these, or a host's */
    double roofline_s;             /* the larger of peak and bandwidth time, a layer */
    uint64_t engine;               /* of the last layer, from 1; 0: there are none */
};

/* Pure.  STATUS_INFEASIBLE with a reason if the family computes no networks, or the
 * network does not fit. */
enum status layerwise_network(const struct layerwise_request *request,
                              struct layerwise_result *result, struct error *reason);

/* One family. */
struct layerwise_steps {
    bool trains;      /* its networks are trained, others' only evaluated */
    bool knows_parts; /* adds up part_j, which begins at 0 */

    enum status (*operate)(const struct cim_request *request, struct cim_answer *answer,
                           struct error *reason); /* NULL: none */

    /* Adds one layer's times and energies. */
    enum status (*layer)(const struct layerwise_request *request,
                         const struct mac_layer *layer, struct layerwise_result *result,
                         struct error *reason); /* NULL: computes no networks */

    /* Checks the sum, which has no energy yet. */
    enum status (*finish)(const struct layerwise_request *request,
                          struct layerwise_result *result, struct error *reason);

    /* Adds all layers that the request means, instead of `layer`. */
    enum status (*network)(const struct layerwise_request *request,
                           struct layerwise_result *result, struct error *reason);
};

#endif
