/* Bulk comparison with other tools.  Reads rows with technology, node, capacity, mode and
 * organization; writes the model's metrics and breakdown in the same columns.
 *
 * The input is CSV with a header.  The columns read are those of published comparison files:
 * mode (RAM, cache), tech, node_nm, capacity_bytes, assoc, line_bits, temp_K, roadmap,
 * access_mode, opt_target, and the organization: bank_rows, bank_cols, act_mats_col,
 * act_mats_row, act_sub_col, act_sub_row, mat_rows, mat_cols, sub_rows, sub_cols,
 * mux_sa, mux_l1, mux_l2, tag_bank_rows, tag_bank_cols, tag_mat_rows, tag_mat_cols,
 * tag_sub_rows, tag_sub_cols, tag_mux_sa; in any order, under other usual names and in
 * other units (row_fields.c).  The default of an absent mode and associativity is a RAM if
 * there is no access mode, else a cache of 16 ways; other defaults are 22 nm, 512 bits, 350 K,
 * HP and read EDP.  Members of the organization that are empty or absent are searched.  Other
 * columns are copied unless the model has a value for them.  Column `peer` becomes
 * "nvsweep". */
#ifndef NVSWEEP_COMPAT_ARRAY_ROWS_H
#define NVSWEEP_COMPAT_ARRAY_ROWS_H

#include "array/array.h"

#include <stdio.h>

/* Finds records by name.  `cell` returns the i-th technology with a name, or NULL beyond the
 * last.  Published rows use one name, STTRAM, for two sample cells.  If the library also has
 * NAME_aggressive, the row's own cell area (arr_area_mm2 x area_eff_pct) decides between them;
 * if the row does not give it, the first one is used. */
struct array_library {
    const struct cell *(*cell)(void *context, const char *name, size_t i);
    /* is_tool: for NVSim's rules, which need NVSim's own tables */
    const struct node *(*node)(void *context, double node_m, enum node_roadmap roadmap,
                               bool is_tool);
    void *context;
};

/* Reads rows from `in` (called `name` in messages) and writes them to `out`.  An infeasible row
 * keeps its keys, has empty metrics, and has the reason in a last column `note`.  A malformed
 * row is written in the same way, and the other rows are still evaluated; the function then
 * returns STATUS_INPUT with "name:line: ..." of the first malformed row and the number of
 * others. */
enum status array_rows(FILE *in, const char *name, FILE *out,
                       const struct array_rules *rules,
                       const struct array_library *library, struct error *err);

#endif
