/* Bulk comparison: rows of technology, node, capacity, mode and organization in, the
 * model's metrics and breakdown in the same columns out.
 *
 * Input is CSV with a header; the columns read are those of published comparison files:
 * mode (RAM, cache), tech, node_nm, capacity_bytes, assoc, line_bits, temp_K, roadmap,
 * access_mode, opt_target, and the organization: bank_rows, bank_cols, act_mats_col,
 * act_mats_row, act_sub_col, act_sub_row, mat_rows, mat_cols, sub_rows, sub_cols,
 * mux_sa, mux_l1, mux_l2, tag_bank_rows, tag_bank_cols, tag_mat_rows, tag_mat_cols,
 * tag_sub_rows, tag_sub_cols, tag_mux_sa; in any order, under other usual names and in
 * other units (row_fields.c).  Absent: RAM without and 16 ways with an access mode, 22 nm,
 * 512 bits, 350 K, HP, read EDP.  Empty cells and absent columns of the organization are
 * searched.  Other columns are copied unless the model has a value for
 * them.  Column `peer` becomes "nvsweep". */
#ifndef NVSWEEP_COMPAT_ARRAY_ROWS_H
#define NVSWEEP_COMPAT_ARRAY_ROWS_H

#include "array/array.h"

#include <stdio.h>

/* Records by name.  cell: the i-th of the technologies that answer to a name, NULL beyond
 * the last.  Published rows use one name, STTRAM, for two sample cells: where the library
 * also has NAME_aggressive, the row's own cell area (arr_area_mm2 x area_eff_pct, if it
 * has them) decides, else the first is meant. */
struct array_library {
    const struct cell *(*cell)(void *context, const char *name, size_t i);
    /* is_tool: for the published tool's rules, which want its own tables */
    const struct node *(*node)(void *context, double node_m, enum node_roadmap roadmap,
                               bool is_tool);
    void *context;
};

/* Read rows from in (called name in messages), write them to out.  Infeasible rows keep
 * their keys and have empty metrics and a last column `note` with the reason.
 * So have malformed rows; the rest is still evaluated, then STATUS_INPUT with the first
 * one's "name:line: ..." and the number of others. */
enum status array_rows(FILE *in, const char *name, FILE *out,
                       const struct array_rules *rules,
                       const struct array_library *library, struct error *err);

#endif
