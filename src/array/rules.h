/* Rule sets: one code computes the results of NVSim (X. Dong et al., IEEE TCAD 31(7), 2012) and
 * physical ones.  Each point in which NVSim deviates from what the circuits do is a switch, a
 * bool below; true follows NVSim.  src/array/README.md says for each switch what NVSim does,
 * what the physical rules do instead, and why. */
#ifndef NVSWEEP_ARRAY_RULES_H
#define NVSWEEP_ARRAY_RULES_H

#include <stdbool.h>

struct array_rules {
    const char *name;

    /* accounting of energy and leakage */
    bool write_over_ways;     /* cell write energy divided by associativity (caches) */
    bool reset_adds_set;      /* reset energy contains the set energy */
    bool set_without_decoder; /* set and reset energies leave the row decoder out */
    bool set_tests_reset;     /* voltage of a set pulse chosen by the reset voltage */
    bool crosspoint_write_twice; /* mux and sense amplifier energy counted twice */
    bool sense_leak_vdd_twice;   /* sense amplifier leakage multiplied by Vdd twice */
    bool predecode_one_of_each;  /* energy, leakage of one decoder of each kind */
    bool recharge_free;   /* restoring the bitlines costs neither energy nor time */
    bool sram_full_swing; /* SRAM bitlines discharge by the whole precharge voltage */
    bool fast_write_over_ways; /* fast mode: H-tree write energy over associativity */
    bool comparator_on_write;  /* comparators switch on tag writes */
    bool selected_cells_only;  /* read current flows in the columns read out only */
    bool half_select_free;     /* unselected cells of a crossbar draw nothing */
    bool erase_before_set;     /* crossbars pay a set and a reset per write */
    bool one_way_energy;       /* every wire of the H-tree switches in every access */
    bool low_swing_amps_free;  /* receivers of low-swing wires are not counted */
    bool all_leak;      /* idle row drivers and repeaters leak like other circuits */
    bool mux_leak_free; /* pass gates do not leak, gates do not tunnel */
    bool shaper_divides_all; /* PCM pulse shaper's efficiency divides line energy too */

    /* timing */
    bool ramp_largest;        /* predecoder hands on its fastest path's slope */
    bool first_decoder_timed; /* 3:8 predecoders take the time of the 2:4 beside them */
    bool switch_at_half;      /* falling edges only, NMOS resistance for every stage */
    bool one_access_device;   /* devices and wordlines that only write are no load */
    bool read_current_forced; /* access devices carry any read current */
    bool sense_load_lost;     /* no sense amplifier load on unmultiplexed bitlines */
    bool dram_restore_free;   /* destructive reads are not written back */
    bool mat_wires_free;      /* no wire delay inside the mat */
    bool write_ignores_tag;   /* a cache write does not wait for its tag check */
    bool refresh_is_leakage;  /* whole refresh power in the leakage */

    /* layout and organization */
    bool bus_half_counted;   /* buses: no reply time, no spine, active rows' leakage */
    bool wires_over_cells;   /* unrepeated H-tree has no drivers, takes no area */
    bool blocks_only;        /* macros hold the counted blocks, nothing else */
    bool any_subarray;       /* no least subarray */
    bool powers_of_two;      /* every count a power of two */
    bool row_bits_less_ways; /* predecoders lack the bits of the ways in a row */
    bool tag_columns_ways;   /* tag subarrays, too, need as many columns as ways */
    bool converter_by_node;  /* I/V converter table steps at node boundaries */
    bool truncate_kelvin;    /* temperature in whole kelvin, 300..400 */
    bool ioff_linear;        /* off-current interpolated linearly in temperature */
    bool search_all;         /* NVSim's search space rather than the physical one */
    bool fins_free;          /* device widths are continuous */
};

extern const struct array_rules array_rules_nvsim;
extern const struct array_rules array_rules_physical;
/* NVSim's rules extended to any capacity, with the node's area_overhead.  For the reproduction of
 * studies whose authors must have changed NVSim in this way. */
extern const struct array_rules array_rules_nvsim_any;
/* The physical rules with NVSim's accounting of cache writes (write_over_ways), for comparison
 * with studies made with NVSim. */
extern const struct array_rules array_rules_physical_nvsim_writes;

/* Returns the rule set of a name ("nvsim", "nvsim_any", "physical" or "physical_nvsim_writes"),
 * or NULL. */
const struct array_rules *array_rules_find(const char *name);

/* The switches with their names and meanings, for listings and for options that turn
 * one of them; ends with a NULL name. */
struct array_quirk {
    const char *name;
    unsigned offset; /* of the bool in struct array_rules */
    const char *meaning;
};
extern const struct array_quirk array_quirks[];

#endif
