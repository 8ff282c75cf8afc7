/* How families of PE arrays map a layer onto PEs and memories.  From a layer a family computes
 * cycles and the accesses of each memory level.  Each family is one file. */
#ifndef NVSWEEP_PE_ARRAY_MAPPING_H
#define NVSWEEP_PE_ARRAY_MAPPING_H

#include "machine/pe_array/pe_array.h"
#include "workload/layer.h"
#include "base/error.h"

/* The machine at a point of a sweep: the record with the values of the axes. */
struct pe_machine {
    struct pe_array array; /* a copy of the record, which owns the levels */
    unsigned bits;         /* of weights and activations */
    /* Systolic: of weights, and of keys and values, as they lie in DRAM; they are widened to
     * `bits` on their way to the PEs.  0: bits. */
    double weight_bits, kv_bits;
    double weight_density; /* 0: the layer's own */
    double activation_density;
};

struct level_use {
    double reads, writes; /* elements */
};

/* How long a level holds elements, from the fill or write to the last use: at most, by what the
 * count of its traffic assumes to stay.  Of one layer in shares of its time while it is mapped,
 * afterwards in cycles.  INFINITY: elements remain for ever. */
struct level_lifetime {
    double elements, sum, longest; /* sum: over the elements */
};

/* The work of one layer, or of a network as a sum over its layers. */
struct mapping {
    double cycles;       /* with stalls */
    double stall_cycles; /* in which the PEs wait for DRAM */
    double
        ideal_cycles; /* if every PE that has work is always busy; 0: same as cycles */
    double macs;      /* of the dense layer */
    double computed_macs; /* multiply-accumulates that are computed */
    double pe_cycles;     /* number of PEs times cycles without stalls */
    double
        active_pes; /* mean number of PEs with work; of a network weighted by cycles */
    struct level_use levels[LEVEL_COUNT];
    struct level_lifetime lifetimes[LEVEL_COUNT]; /* systolic, row-stationary */
    double longest_fold;                          /* or pass; as in lifetimes */
    double pe_uses; /* accesses of the arithmetic to the PEs' memories */
    double noc_elements;
    double dram_reads, dram_writes; /* elements */
    double dram_weight_reads;       /* of dram_reads */
    double instructions;            /* cpu */
    double transform_ops;           /* winograd: additions */
    double direct_macs;             /* winograd: of layers that can be transformed */
    double transformed_macs; /* winograd: of the same layers after transformation */
};

struct pe_steps {
    bool is_stall_free; /* never waits for DRAM */
    bool counts_zeros;  /* `map` takes the layer's densities into account */

    /* Returns how many bits of the PEs' weight memories a layer's weights take, if they must
     * be stored there before the layer starts.  NULL: weights are streamed. */
    double (*held_bits)(const struct pe_machine *machine,
                        const struct mac_layer *layer);

    /* Maps a layer.  Returns STATUS_INFEASIBLE with a reason if that is impossible. */
    enum status (*map)(const struct pe_machine *machine, const struct mac_layer *layer,
                       struct mapping *mapping, struct error *err);

    /* Estimates the seconds that `map` takes on one core.  NULL: a small constant.  The
     * constants are measured on one core of an AMD EPYC of 2023 (build/bench_pe_array compares
     * estimates with measured times). */
    double (*map_s)(const struct pe_machine *machine, const struct mac_layer *layer);
};

/* Maps all layers with a number (0: all) and adds them up.  Every layer reads its inputs from DRAM
 * and writes its outputs there.  If weights must be stored in the PEs, those of all these layers
 * are if they fit; else each layer's weights come from DRAM before it starts.  Weights that remain
 * on the chip are read from the weight buffer.  Returns STATUS_INFEASIBLE as `map` does, or if
 * there is no layer with this number. */
enum status pe_machine_map(const struct pe_machine *machine,
                           const struct mac_layers *layers, size_t number,
                           struct mapping *total, struct error *err);

/* Estimates the seconds that pe_machine_map takes. */
double pe_machine_map_s(const struct pe_machine *machine,
                        const struct mac_layers *layers, size_t number);

/* Maps the entry at `index` alone; the other entries decide whether weights remain on the chip.
 * Else as pe_machine_map. */
enum status pe_machine_map_one(const struct pe_machine *machine,
                               const struct mac_layers *layers, size_t index,
                               struct mapping *mapping, struct error *err);

/* Notes that a level holds so many elements for a share of the layer's time each, at most. */
void mapping_hold(struct mapping *mapping, enum level_id level, double elements,
                  double share);

/* Returns the capacity of a level in elements. */
double pe_machine_capacity(const struct pe_machine *machine, enum level_id id);

/* Returns the accesses for `elements` of `bits` each in words of word_bits.  A word holds as
 * many whole elements as fit; a larger element takes several words. */
double level_accesses(double elements, unsigned bits, uint64_t word_bits);

/* Adds the cycles in which the PEs wait until DRAM has moved the mapping's elements.  Double
 * buffers overlap the movement with computing. */
void mapping_stall(const struct pe_machine *machine, struct mapping *mapping);

#endif
