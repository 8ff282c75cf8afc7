/* A bitcell built in a process: the loads and resistances a subarray sees. */
#ifndef NVSWEEP_ARRAY_BITCELL_H
#define NVSWEEP_ARRAY_BITCELL_H

#include "array/process.h"
#include "array/wire.h"
#include "tech/cell.h"

struct bitcell {
    const struct cell *cell;
    double width_f, height_f; /* along the wordline, along the bitline, feature sizes */
    double width_m, height_m;
    bool resistive, crossbar, current_sensed, destructive;
    double bits_per_site; /* bits in one footprint: levels and racetrack domains */

    double wordline_f; /* gate load of one cell */
    double bitline_f;  /* drain load of one cell on its bitline, sharing included */
    double access_f;   /* capacitance of the selected cell's device */
    bool split;        /* written over lines and devices of their own, loaded so: */
    double write_wordline_f, write_bitline_f, write_access_f;
    double access_ohm;   /* of the access device alone */
    double pulldown_ohm; /* of what discharges the bitline besides it (SRAM) */
    double access_gm_s;
    double leak_w;
    double on_off; /* on- over off-current of the access device */

    double on_ohm, off_ohm;       /* read path of both states, access included */
    double on_eq_ohm, off_eq_ohm; /* what drives the bitline in voltage sensing */
    double precharge_v, on_v, off_v, sense_v;
    double swing_log; /* time constants until a latch's bitline has moved far enough;
                         infinite if it cannot */

    double read_power_w; /* per sensed cell */
    double read_steps;
    double set_j, reset_j;   /* cell's pulse energy */
    double set_v, reset_v;   /* bitline swing of a pulse */
    double set_s, reset_s;   /* pulse times, programming loops included */
    double write_a;          /* largest write current */
    double shift_s, shift_j; /* racetrack: mean shift before an access, per track */
};

/* The cell in a process whose lines and supply it shares; devices is the process of its
 * own transistors (low-leakage ones under fast periphery), perhaps the same.  Its standby
 * current flows from the devices' supply.  STATUS_INFEASIBLE if the cell cannot be built
 * or sensed so. */
enum status bitcell_make(struct bitcell *bitcell, const struct cell *cell,
                         const struct process *process, const struct process *devices,
                         struct error *why);

#endif
