/* A bitcell built in a process: its loads and resistances as part of a subarray. */
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
    double bits_per_site; /* bits in one footprint: of a multi-level cell or a track */

    double wordline_f; /* gate load of one cell */
    double
        bitline_f; /* drain load of one cell on its bitline; shared contacts halve it */
    double access_f; /* capacitance of the selected cell's device */
    bool split;      /* has separate lines and devices for writes, with these loads: */
    double write_wordline_f, write_bitline_f, write_access_f;
    double access_ohm;   /* of the access device alone */
    double pulldown_ohm; /* of the pull-down device in series with it (SRAM) */
    double access_gm_s;
    double leak_w;
    double on_off; /* on- over off-current of the access device */

    double on_ohm, off_ohm; /* read path of both states, access device included */
    double on_eq_ohm,
        off_eq_ohm; /* source resistance at the bitline in voltage sensing */
    double precharge_v, on_v, off_v, sense_v;
    double
        swing_log; /* number of time constants after which the bitline of a latch cell
                         has moved by the sense voltage; infinite if it never does */

    double read_power_w; /* per sensed cell */
    double read_steps;
    double set_j, reset_j;   /* cell's pulse energy */
    double set_v, reset_v;   /* bitline swing of a pulse */
    double set_s, reset_s;   /* time of all pulses of a program-and-verify write */
    double write_a;          /* largest write current */
    double shift_s, shift_j; /* racetrack: mean shift before an access, per track */
};

/* Builds a cell in `process`, whose lines and supply it uses.  `devices` is the process of the
 * cell's own transistors and supplies its standby current; it may be the same as `process`, or
 * one of low-leakage devices under a fast periphery.  Returns STATUS_INFEASIBLE with the
 * reason in why if the cell cannot be built or sensed. */
enum status bitcell_make(struct bitcell *bitcell, const struct cell *cell,
                         const struct process *process, const struct process *devices,
                         struct error *why);

#endif
