/* Wires: plain, repeated, and low-swing (differential, unrepeated).
 *
 * Resistance and capacitance per length follow from the geometry as in CACTI 5.1, repeaters
 * from H. Bakoglu, Circuits, Interconnections and Packaging for VLSI, 1990, and low-swing
 * drivers from R. Ho, On-chip wires, 2003, as used in CACTI 6.0 (HPL-2009-85) and NVSim. */
#ifndef NVSWEEP_ARRAY_WIRE_H
#define NVSWEEP_ARRAY_WIRE_H

#include "array/array.h"
#include "array/process.h"

struct wire {
    double ohm_per_m, f_per_m, pitch_m;
    bool low_swing;
    bool repeated;
    bool driven; /* each segment has its own driver (physical rules) */

    /* of a repeated wire: costs per metre, and those of the first buffer of a segment */
    double s_per_m, j_per_m, w_per_m;
    double driver_s, driver_j, driver_w, driver_ohm;
    double slot_m;      /* width of layout that a slot of repeaters takes */
    double slot_shares; /* number of wires that share one slot */
};

struct wire_cost {
    double delay_s, energy_j, leakage_w; /* of one wire */
};

enum status wire_make(struct wire *wire, const struct process *process,
                      struct wire_choice choice, struct error *why);

/* Returns the cost of one wire of a length.  The energy is that of one transition. */
struct wire_cost wire_cost(const struct wire *wire, const struct process *process,
                           double length_m);

/* Two levels of wire: `near` (semi-global) for short segments, `far` (global) for long ones. */
struct wiring {
    struct wire near, far;
    double far_from_m; /* segments of at least this length are global */
};

/* Makes both levels and finds the length that separates them.  With for_delay a segment takes the
 * faster level, else the level with the lower energy x delay.  If near and far are the same
 * choice, all segments are of that kind. */
enum status wiring_make(struct wiring *wiring, const struct process *process,
                        struct wire_choice near, struct wire_choice far, bool for_delay,
                        struct error *why);

/* Returns the wire for a segment of a length. */
static inline const struct wire *wiring_at(const struct wiring *wiring, double length_m)
{
    return length_m < wiring->far_from_m ? &wiring->near : &wiring->far;
}

/* Returns lower bounds of delay, energy and leakage for wires of at least that length. */
struct wire_cost wiring_least(const struct wiring *wiring,
                              const struct process *process, double length_m);

/* Returns the width of layout that `bits` parallel wires take; 0 for wires over the cells. */
static inline double wire_bundle_m(const struct wire *wire, double bits)
{
    return wire->slot_m > 0 ? ceil(bits / wire->slot_shares) * wire->slot_m : 0;
}

#endif
