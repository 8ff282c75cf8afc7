/* A subarray: cells, row decoder, precharge, multiplexers, sense amplifiers.
 *
 * Its parts are sized separately and stored in struct parts, because many subarrays of a
 * search share them.  The figures of a subarray are sums over its parts. */
#ifndef NVSWEEP_ARRAY_SUBARRAY_H
#define NVSWEEP_ARRAY_SUBARRAY_H

#include "array/parts.h"

struct subarray {
    struct subarray_shape shape;
    const struct row_driver *row_decoder, *column_decoder[3];
    const struct row_driver
        *write_decoder; /* of separate write wordlines; else row_decoder */
    const struct precharger *precharger;
    const struct sense_amp *amp;
    struct mux mux[3];
    double line_width_m, line_height_m; /* of the grid of cells */
    double width_m, height_m;
    double wordline_f, bitline_f, bitline_ohm; /* cells' loads included */
    double write_bitline_f;                    /* of the lines that write */
    double charge_s, sense_s, mux_s;
    double bitline_tau_s, bitline_b; /* Horowitz stage on the wordline's slope */
    double bitline_fixed_s; /* bitline delay that does not depend on the slope */

    double bitline_j, cell_read_j, read_j, write_j, set_j, reset_j, cell_write_j;
    double column_decoder_j, mux_j, sense_j, shift_j;
    double restore_j, verify_j, mux_again_j; /* of a write */
    double row_refresh_j;
    double edge_height_m; /* of precharge, multiplexers and amplifiers */
    double leakage_w, cell_leakage_w, refresh_w, sense_leakage_w;
};

/* Times that depend on the slope of the predecoders' outputs. */
struct subarray_times {
    double decode_s, row_decoder_s, column_decoder_s, bitline_s;
    double write_row_s;   /* decoder and wordline of a write */
    double more_levels_s; /* sensing steps of a multi-level cell after the first */
    double write_select_s, write_charge_s, write_pulse_s, verify_s; /* of a write */
    double read_s, write_s, set_s, reset_s;
};

/* Returns false with the reason in why if the subarray cannot be built. */
bool subarray_make(struct subarray *subarray, const struct fabric *fabric,
                   const struct subarray_shape *shape, struct parts *parts,
                   const char **why);

/* Makes a lower bound of all subarrays with these rows, columns, buffers and product of
 * multiplexers: one with ideal multiplexers, no column decoders and the given amplifier.  Each
 * of its metrics is at most that of a real subarray. */
bool subarray_floor(struct subarray *subarray, const struct fabric *fabric,
                    const struct subarray_shape *shape, const struct sense_amp *amp,
                    struct parts *parts, const char **why);

/* Computes the least times: those with ideal predecoders, whose outputs are steps. */
void subarray_time_least(const struct subarray *subarray, const struct fabric *fabric,
                         struct subarray_times *times);

/* Computes the times for a slope of the predecoders' outputs. */
void subarray_time(const struct subarray *subarray, const struct fabric *fabric,
                   double ramp, struct subarray_times *times);

/* The time between two reads and its parts after the read: writing a destroyed cell back,
 * enabling the prechargers, and precharging. */
struct subarray_cycle {
    double cycle_s, restore_s, enable_s, precharge_s;
};

struct subarray_cycle subarray_cycle(const struct subarray *subarray,
                                     const struct fabric *fabric, double ramp,
                                     const struct subarray_times *times);

#endif
