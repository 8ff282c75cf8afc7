/* What an accelerator's memories and a mapping together cost: time, energy by part, area.
 *
 * A memory that takes longer than the PEs stretches the batch: its accesses over the
 * banks that work side by side.  Energy is accesses times energies, multiply-accumulates
 * scaled to node and precision, leakage over the time, DRAM. */
#ifndef NVSWEEP_PE_ARRAY_CHIP_H
#define NVSWEEP_PE_ARRAY_CHIP_H

#include "machine/pe_array/mapping.h"

/* Where energy goes: the memory levels, in the order of enum level_id, then the rest. */
enum part_id {
    PART_MAC = 8,
    PART_NOC,
    PART_TRANSFORM,
    PART_CONTROL,
    PART_LEAKAGE,
    PART_DRAM,
    PART_DRAM_BACKGROUND,
    PART_IDLE, /* left to the caller, as is the next */
    PART_WAKE,
    PART_COUNT,
};
static_assert((int)LEVEL_COUNT == (int)PART_MAC, "parts begin with the levels");

/* One instance of a memory level; energies and times of one word. */
struct level_cost {
    double read_j, write_j, read_s, write_s;
    double leakage_w, area_m2;
    double banks; /* that work side by side */
};

struct chip_request {
    const struct pe_array *accelerator;
    const struct level_cost *levels; /* by enum level_id; LEVEL_COUNT of them */
    const struct mapping *mapping;   /* of a batch */
    unsigned bits;                   /* of weights and activations */
    double node_m;
    bool is_timed; /* levels' times are known and count */
};

struct chip {
    double latency_s;
    double part_j[PART_COUNT];                    /* of a batch */
    double instances[LEVEL_COUNT];                /* of a level */
    double leakage_w[LEVEL_COUNT];                /* of all instances */
    double levels_leakage_w, logic_leakage_w;     /* all together */
    double area_m2, peak_macs_hz, dram_j_per_bit; /* as used */
};

/* Pure. */
void chip_evaluate(const struct chip_request *request, struct chip *chip);

#endif
