/* Wires: plain, repeated, and low-swing (differential, unrepeated).
 *
 * Resistance and capacitance per length from geometry as in CACTI 5.1; repeaters after
 * H. Bakoglu, Circuits, Interconnections and Packaging for VLSI, 1990; low-swing
 * drivers after R. Ho, On-chip wires, 2003, as CACTI 6.0 (HPL-2009-85) and NVSim use
 * them. */
#ifndef NVSWEEP_ARRAY_WIRE_H
#define NVSWEEP_ARRAY_WIRE_H

#include "array/array.h"
#include "array/process.h"

struct wire {
    double ohm_per_m, f_per_m, pitch_m;
    bool low_swing;
    bool repeated;
    bool driven; /* each segment has a sized driver of its own (physical rules) */

    /* repeated: per metre of wire, and of the segment's first buffer */
    double s_per_m, j_per_m, w_per_m;
    double driver_s, driver_j, driver_w, driver_ohm;
    double slot_m;      /* pitch of a wire with its repeaters */
    double slot_shares; /* wires that share one slot of repeaters */
};

struct wire_cost {
    double delay_s, energy_j, leakage_w; /* of one wire */
};

enum status wire_make(struct wire *wire, const struct process *process,
                      struct wire_choice choice, struct error *why);

/* A wire of a length, one bit switching. */
struct wire_cost wire_cost(const struct wire *wire, const struct process *process,
                           double length_m);

/* Two levels of wire for segments of any length: short ones are semi-global, long ones
 * global. */
struct wiring {
    struct wire near, far;
    double far_from_m; /* the length from which on a segment is global */
};

/* For a delay the faster level is taken, else that of the least energy times delay of the
 * segment.  The same choice twice makes all segments of that kind. */
enum status wiring_make(struct wiring *wiring, const struct process *process,
                        struct wire_choice near, struct wire_choice far, bool for_delay,
                        struct error *why);

/* The wire of a segment of a length. */
static inline const struct wire *wiring_at(const struct wiring *wiring, double length_m)
{
    return length_m < wiring->far_from_m ? &wiring->near : &wiring->far;
}

/* No wire of that length or a longer one costs less, in any respect. */
struct wire_cost wiring_least(const struct wiring *wiring,
                              const struct process *process, double length_m);

/* Pitch of layout taken by bits parallel wires: 0 for wires over the cells. */
static inline double wire_bundle_m(const struct wire *wire, double bits)
{
    return wire->slot_m > 0 ? ceil(bits / wire->slot_shares) * wire->slot_m : 0;
}

#endif
