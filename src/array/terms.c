/* The breakdown as a tree, for `nvsweep explain`. */
#include "array/array.h"

#include <string.h>

double array_term_value(const struct array_breakdown *breakdown,
                        const struct array_term *term)
{
    const struct array_organization *o = &breakdown->organization;
    double mats = (double)(o->active_rows * o->active_cols);
    double subarrays = mats * (double)(o->active_sub_rows * o->active_sub_cols);
    double value;

    memcpy(&value, (const char *)breakdown + term->offset, sizeof value);
    switch (term->of) {
    case TERM_ACTIVE_MATS: return mats * value;
    case TERM_ACTIVE_SUBARRAYS: return subarrays * value;
    case TERM_WHOLE: break;
    }
    return value;
}

/* clang-format off */
#define ROW(depth_, member, unit_, of_, beside_, meaning_)                             \
    { #member, unit_, (unsigned)offsetof(struct array_breakdown, member), depth_,      \
      of_, beside_, meaning_ }
#define TERM(depth, member, unit, meaning)                                             \
    ROW(depth, member, unit, TERM_WHOLE, false, meaning)
#define BESIDE(depth, member, unit, meaning)                                           \
    ROW(depth, member, unit, TERM_WHOLE, true, meaning)
#define MATS(depth, member, meaning)                                                   \
    ROW(depth, member, "J", TERM_ACTIVE_MATS, false, meaning)
#define SUBARRAYS(depth, member, meaning)                                              \
    ROW(depth, member, "J", TERM_ACTIVE_SUBARRAYS, false, meaning)
#define BESIDE_OF(depth, member, meaning)                                              \
    ROW(depth, member, "J", TERM_WHOLE, true, meaning)

const struct array_term array_terms[] = {
    TERM(0, read_latency_s, "s", "address at the port to data at the port"),
    TERM(1, reach_s, "s", "between the port and the farthest bank, both ways"),
    TERM(1, bond_s, "s", "through the stack to the farthest die, both ways"),
    TERM(1, htree_s, "s", "request and reply over the bank's tree or bus"),
    TERM(1, read_mat_s, "s", "one mat"),
    TERM(2, predecoder_s, "s", "slowest predecoder block"),
    TERM(2, mat_wires_s, "s", "between predecoders and subarrays, both ways"),
    TERM(2, read_subarray_s, "s", "one subarray"),
    TERM(3, decode_s, "s", "row decoder and wordline, or a slower column decoder"),
    BESIDE(4, row_decoder_s, "s", "row decoder and wordline"),
    BESIDE(4, column_decoder_s, "s", "slowest column decoder"),
    TERM(3, bitline_s, "s", "bitline to the sense level"),
    TERM(3, sense_s, "s", "sense amplifier, converter included"),
    TERM(3, mux_s, "s", "three levels of multiplexers"),
    TERM(3, more_levels_s, "s", "further sensing steps of a multi-level cell"),
    TERM(3, shift_s, "s", "moving the domains of a track"),
    TERM(2, comparator_s, "s", "tag comparison"),
    TERM(0, write_latency_s, "s", "address and data at the port to the cell written"),
    TERM(1, write_reach_s, "s", "from the port to the farthest bank"),
    TERM(1, write_bond_s, "s", "through the stack to the farthest die"),
    TERM(1, write_htree_s, "s", "over the bank's tree or bus"),
    TERM(1, write_mat_s, "s", "one mat"),
    TERM(2, predecoder_s, "s", "slowest predecoder block"),
    TERM(2, write_mat_wires_s, "s", "from predecoders to subarrays"),
    TERM(2, write_subarray_s, "s", "one subarray"),
    TERM(3, write_select_s, "s", "decoder and wordline, or a slower column; a whole read where a write takes as long"),
    BESIDE(4, write_row_s, "s", "row decoder and wordline of a write"),
    BESIDE(4, charge_s, "s", "charging the bitline"),
    TERM(3, write_charge_s, "s", "charging the bitline a second time"),
    TERM(3, write_pulse_s, "s", "the longer pulse, or both pulses"),
    TERM(3, verify_s, "s", "reads that verify"),
    TERM(3, shift_s, "s", "moving the domains of a track"),
    BESIDE(1, set_latency_s, "s", "a set alone"),
    BESIDE(1, reset_latency_s, "s", "a reset alone"),
    TERM(0, cycle_s, "s", "between reads of one subarray"),
    TERM(1, read_subarray_s, "s", "the read"),
    TERM(1, restore_s, "s", "writing a destroyed cell back"),
    TERM(1, precharge_enable_s, "s", "enabling the prechargers"),
    TERM(1, precharge_s, "s", "restoring the bitline"),

    TERM(0, read_energy_j, "J", "one read"),
    TERM(1, reach_j, "J", "between the port and the bank"),
    TERM(1, bond_j, "J", "through the stack, mean over its dies"),
    TERM(1, htree_j, "J", "bank's tree or bus"),
    MATS(1, read_mat_j, "active mats"),
    MATS(2, predecoder_j, "predecoders"),
    MATS(2, mat_wires_j, "between predecoders and subarrays"),
    MATS(2, comparator_j, "tag comparators"),
    SUBARRAYS(2, read_subarray_j, "active subarrays"),
    SUBARRAYS(3, bitline_j, "bitlines"),
    SUBARRAYS(3, cell_read_j, "cells while sensed"),
    SUBARRAYS(3, shift_j, "moving the domains of tracks"),
    SUBARRAYS(3, row_decoder_j, "row decoder and wordline"),
    SUBARRAYS(3, column_decoder_j, "column decoders"),
    SUBARRAYS(3, sense_j, "sense amplifiers"),
    SUBARRAYS(3, mux_j, "multiplexers"),
    SUBARRAYS(3, precharge_j, "precharge drivers"),
    TERM(0, write_energy_j, "J", "one write"),
    TERM(1, reach_j, "J", "between the port and the bank"),
    TERM(1, bond_j, "J", "through the stack, mean over its dies"),
    TERM(1, write_htree_j, "J", "bank's tree or bus"),
    MATS(1, write_mat_j, "active mats"),
    MATS(2, predecoder_j, "predecoders"),
    MATS(2, mat_wires_j, "between predecoders and subarrays"),
    MATS(2, write_comparator_j, "tag comparators"),
    SUBARRAYS(2, write_subarray_j, "active subarrays"),
    SUBARRAYS(3, cell_write_j, "cells and bitlines"),
    SUBARRAYS(3, shift_j, "moving the domains of tracks"),
    SUBARRAYS(3, write_decoder_j, "row decoder and wordline"),
    SUBARRAYS(3, column_decoder_j, "column decoders"),
    SUBARRAYS(3, mux_j, "multiplexers"),
    SUBARRAYS(3, mux_again_j, "multiplexers a second time (NVSim's crossbars)"),
    SUBARRAYS(3, write_precharge_j, "precharge drivers"),
    SUBARRAYS(3, verify_j, "reads that verify"),
    BESIDE_OF(1, set_energy_j, "a write that only sets"),
    BESIDE_OF(1, reset_energy_j, "a write that only resets"),

    TERM(0, leakage_w, "W", "cells and periphery"),
    TERM(1, cell_leakage_w, "W", "cells"),
    TERM(1, reach_leakage_w, "W", "wires between the banks, bonds"),
    TERM(1, htree_leakage_w, "W", "repeaters of the banks' trees or buses"),
    TERM(1, predecoder_leakage_w, "W", "predecoders"),
    TERM(1, row_decoder_leakage_w, "W", "row decoders"),
    TERM(1, column_decoder_leakage_w, "W", "column decoders"),
    TERM(1, sense_leakage_w, "W", "sense amplifiers"),
    TERM(1, mux_leakage_w, "W", "multiplexers"),
    TERM(1, precharge_leakage_w, "W", "prechargers"),
    TERM(1, comparator_leakage_w, "W", "tag comparators"),
    TERM(1, refresh_leakage_w, "W", "refresh, if the rules count it as leakage"),
    TERM(0, refresh_w, "W", "refresh"),

    TERM(0, area_m2, "m2", "all banks, all dies"),
    TERM(1, bonds_area_m2, "m2", "vias of the stack"),
    TERM(1, channels_area_m2, "m2", "channels of the trees"),
    TERM(1, overhead_area_m2, "m2", "control, power grid, redundancy, test"),
    TERM(1, predecoders_area_m2, "m2", "predecoders, comparators and the corners between them"),
    TERM(1, subarrays_area_m2, "m2", "subarrays"),
    TERM(2, cell_area_m2, "m2", "cells"),
    TERM(2, decoder_strips_m2, "m2", "row and column decoders beside the cells"),
    TERM(2, sense_strips_m2, "m2", "sense amplifiers"),
    TERM(2, mux_strips_m2, "m2", "multiplexers"),
    TERM(2, precharge_strips_m2, "m2", "prechargers"),
    TERM(2, corners_m2, "m2", "corners between the strips"),
    BESIDE(1, mat_area_m2, "m2", "one mat"),
    BESIDE(1, subarray_area_m2, "m2", "one subarray"),
    { NULL, NULL, 0, 0, TERM_WHOLE, false, NULL },
};
/* clang-format on */
