/* The costs of an accelerator that follow from its memories and a mapping: time, energy by part,
 * and area.
 *
 * The time of a batch is that of the slowest part, PEs or a memory.  The accesses of a memory are
 * shared by the banks that work in parallel.  The energy is that of all memory accesses, of
 * multiply-accumulates (scaled to node and precision), of leakage over the time, and of DRAM. */
#ifndef NVSWEEP_PE_ARRAY_CHIP_H
#define NVSWEEP_PE_ARRAY_CHIP_H

#include "machine/pe_array/mapping.h"

/* The parts of the energy: the memory levels in the order of enum level_id, then the others. */
enum part_id {
    PART_MAC = 8,
    PART_NOC,
    PART_TRANSFORM,
    PART_CONTROL,
    PART_LEAKAGE,
    PART_DRAM,
    PART_DRAM_BACKGROUND,
    PART_IDLE, /* the caller computes this part and the next */
    PART_WAKE,
    PART_COUNT,
};
static_assert((int)LEVEL_COUNT == (int)PART_MAC, "parts begin with the levels");

/* One instance of a memory level.  Energies and times are those of one word. */
struct level_cost {
    double read_j, write_j, read_s, write_s;
    double leakage_w, area_m2;
    double banks; /* that work in parallel */
};

struct chip_request {
    const struct pe_array *array;
    const struct level_cost *levels; /* by enum level_id; LEVEL_COUNT of them */
    const struct mapping *mapping;   /* of a batch */
    unsigned bits;                   /* of weights and activations */
    double node_m;
    bool is_timed; /* the times of the levels are known and count */
};

struct chip {
    double latency_s;
    double part_j[PART_COUNT];                /* of a batch */
    double instances[LEVEL_COUNT];            /* of a level */
    double leakage_w[LEVEL_COUNT];            /* of all instances */
    double levels_leakage_w, logic_leakage_w; /* of all levels, of all logic */
    double area_m2, peak_macs_hz, dram_j_per_bit;
};

/* Computes the costs of a chip. */
void chip_evaluate(const struct chip_request *request, struct chip *chip);

#endif
