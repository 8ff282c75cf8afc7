/* Machines that compute in or beside memory.  A record holds the parameters of one
 * family; a family says what one operation costs (the cim_operation stage): how many
 * memory commands, how long, how much energy, power and area; and what a network costs
 * (the cim_network stage), if it computes networks. */
#ifndef NVSWEEP_CIM_CIM_H
#define NVSWEEP_CIM_CIM_H

#include "accel/layer.h"
#include "base/schema.h"

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
    CIM_OPERATION_COUNT,
};
extern const struct word cim_operation_words[];

enum cim_family_id { CIM_SIMDRAM, CIM_NEON, CIM_UPMEM, CIM_HOST, CIM_FAMILY_COUNT };
extern const struct word cim_family_words[];

/* DRAM whose rows compute: SIMDRAM (N. Hajinazar et al., ASPLOS 2021). */
struct simdram {
    double ras_s, rp_s;      /* row active; precharge */
    double overlap_s;        /* AAP: from one wordline to the next */
    double four_activates_s; /* tFAW of a rank; 0: banks do not limit each other */
    uint64_t lanes;          /* bits of a row over the chips of a rank */
    uint64_t banks, ranks;   /* banks of a rank */
    uint64_t chips;          /* of a rank */
    double supply_v;
    double cycling_a; /* IDD0 of a chip: one bank activated and precharged */
    double standby_a; /* IDD2N: all banks precharged */
    double active_a;  /* IDD3N: a row open */
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
    uint64_t tables; /* one entry of `bits` per value of `bits` */
};

struct neon {
    uint64_t rows;   /* of a crossbar: wordlines, and columns */
    uint64_t hidden; /* width of hidden layers */
    uint64_t weight_bits, cell_bits;
    double subarray_w, subarray_m2;
    double exponent_w, exponent_m2;
    double divide_w, divide_m2;
    double multiply_w, multiply_m2;
    struct neon_function *functions;
    size_t functions_count;
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
    double clock_hz;
    uint64_t dpus, tasklets, issue_cycles;
    double memory_bytes, scratchpad_bytes; /* of a DPU: MRAM, WRAM */
    double read_cycles, write_cycles;      /* start of an MRAM transfer */
    double cycles_per_byte;
    double transfer_bytes; /* a kernel's MRAM transfer, a tasklet's buffer */
    double broadcast_bytes_per_s, scatter_bytes_per_s, gather_bytes_per_s;
    double power_w;
    struct upmem_operation *operations;
    size_t operations_count;
};

/* A processor with memory of its own, for comparison: a roofline, and a slower path for
 * what does not fit. */
struct host {
    double memory_bytes, bytes_per_s;
    double oversubscribed_bytes_per_s; /* all of it, once it does not fit */
    double macs_hz;                    /* peak */
    double power_w;
};

struct cim {
    struct record record;
    const char *summary;
    int family; /* enum cim_family_id; its list has one entry */
    struct simdram *simdram;
    size_t simdram_count;
    struct neon *neon;
    size_t neon_count;
    struct upmem *upmem;
    size_t upmem_count;
    struct host *host;
    size_t host_count;
};
extern const struct schema cim_schema;

struct cim_request {
    const struct cim *cim;
    int operation;
    unsigned bits;
    uint64_t elements; /* of one operation that takes several; 0: one */
    uint64_t units;    /* banks, DPUs, ... at work; 0: all the record has */
    uint64_t tasklets; /* of a DPU; 0: the record's */
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
};

/* Pure.  STATUS_INFEASIBLE with a reason if the machine has no such operation or not so
 * many units. */
enum status cim_operate(const struct cim_request *request, struct cim_answer *answer,
                        struct error *reason);

struct cim_network_request {
    const struct cim *cim;
    const struct accel_layers *layers;
    size_t layer; /* the workload's computing layer alone, from 1; 0: all */
    unsigned bits;
    uint64_t units, tasklets; /* as above */
};

/* One batch; weights are in place.  Layers come one after the other, a layer's compute
 * and memory time overlap. */
struct cim_network {
    double macs;
    double weight_bytes;
    double compute_s, memory_s; /* sums over layers */
    double input_s, output_s;   /* between host and memory */
    double latency_s;
    double energy_j;
};

/* Pure.  STATUS_INFEASIBLE with a reason if the family computes no networks, or the
 * network does not fit. */
enum status cim_network(const struct cim_network_request *request,
                        struct cim_network *result, struct error *reason);

/* One family. */
struct cim_family {
    enum status (*check)(const struct cim *cim, struct error *err);
    enum status (*operate)(const struct cim_request *request, struct cim_answer *answer,
                           struct error *reason); /* NULL: none */

    /* Adds one layer. */
    enum status (*layer)(const struct cim_network_request *request,
                         const struct accel_layer *layer, struct cim_network *result,
                         struct error *reason); /* NULL: computes no networks */

    /* Checks the sum, which has no energy yet. */
    enum status (*finish)(const struct cim_network_request *request,
                          struct cim_network *result, struct error *reason);
};
extern const struct cim_family *const cim_families[CIM_FAMILY_COUNT];
extern const struct cim_family simdram_family, neon_family, upmem_family, host_family;

#endif
