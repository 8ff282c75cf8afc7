/* How families of PE arrays map a layer onto PEs and memories: layer in, cycles and accesses
 * per memory level out.  Each family is one file. */
#ifndef NVSWEEP_PE_ARRAY_MAPPING_H
#define NVSWEEP_PE_ARRAY_MAPPING_H

#include "machine/pe_array/pe_array.h"
#include "workload/layer.h"
#include "base/error.h"

/* The machine as mapped: the record with the sweep's axes applied. */
struct pe_machine {
    struct pe_array accelerator; /* a copy; its levels are the record's own */
    unsigned bits;               /* of weights and activations */
    double weight_density;       /* 0: the layer's own */
    double activation_density;
};

struct level_use {
    double reads, writes; /* elements */
};

/* What one layer (or, added up, a network) does. */
struct mapping {
    double cycles;        /* stalls included */
    double stall_cycles;  /* waiting for DRAM */
    double ideal_cycles;  /* every PE with work busy all the time; 0: as cycles */
    double macs;          /* of the dense layer */
    double computed_macs; /* carried out */
    double pe_cycles;     /* available: PEs times cycles without stalls */
    double active_pes;    /* with work, mean; of a network weighted by cycles */
    struct level_use levels[LEVEL_COUNT];
    double pe_uses; /* of the PEs' memories by the arithmetic */
    double noc_elements;
    double dram_reads, dram_writes; /* elements */
    double dram_weight_reads;       /* of dram_reads */
    double instructions;            /* cpu */
    double transform_ops;           /* winograd: additions */
    double direct_macs;             /* winograd: of layers that can be transformed, */
    double transformed_macs;        /* and what is left of them */
};

struct pe_steps {
    bool is_stall_free; /* DRAM never holds it up */
    bool counts_zeros;  /* map reads the layer's densities itself */

    /* Bits of the PEs' weight memories that a layer's weights take, where they must lie
     * there before they are used.  NULL: they stream. */
    double (*held_bits)(const struct pe_machine *machine,
                        const struct mac_layer *layer);

    /* Pure.  STATUS_INFEASIBLE with the reason if the layer cannot be mapped. */
    enum status (*map)(const struct pe_machine *machine, const struct mac_layer *layer,
                       struct mapping *mapping, struct error *err);

    /* Seconds that map takes of a core, roughly; NULL: the same for all layers, hardly any.
     * Constants are measured on one core of an AMD EPYC of 2023 (build/bench_accel shows
     * estimates beside times). */
    double (*map_s)(const struct pe_machine *machine, const struct mac_layer *layer);
};

/* All layers with that number (0: all), added up; every layer finds its inputs in DRAM
 * and leaves its outputs there.  Where weights must lie in the PEs, those of all these
 * layers do if they fit; else each layer's come from DRAM before it.  Weights that stay on the chip are read from the weight
 * buffer instead.  Pure.  STATUS_INFEASIBLE as map, or if there is no such layer. */
enum status pe_machine_map(const struct pe_machine *machine,
                           const struct mac_layers *layers, size_t number,
                           struct mapping *total, struct error *err);

/* Seconds that pe_machine_map takes, roughly. */
double pe_machine_map_s(const struct pe_machine *machine,
                        const struct mac_layers *layers, size_t number);

/* The entry at `index` alone, the others of the network known.  As pe_machine_map. */
enum status pe_machine_map_one(const struct pe_machine *machine,
                               const struct mac_layers *layers, size_t index,
                               struct mapping *mapping, struct error *err);

/* Capacity of a level in elements. */
double pe_machine_capacity(const struct pe_machine *machine, enum level_id id);

/* Accesses that `elements` of `bits` take in words of word_bits: as many to a word as
 * fit whole, or several words to one. */
double level_accesses(double elements, unsigned bits, uint64_t word_bits);

/* Stall until DRAM has moved the mapping's elements; double buffers overlap it with
 * computing. */
void mapping_stall(const struct pe_machine *machine, struct mapping *mapping);

#endif
