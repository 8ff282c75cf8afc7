/* The memory array: from a bitcell, a process node and a capacity to area, latency,
 * energy and leakage, with the best organization found by exhaustive search.
 *
 * Hierarchy: bank -> mats -> subarrays -> cells.  One bank is a grid of mats joined by
 * an H-tree; a mat is 1 or 2 by 1 or 2 subarrays around shared predecoders; a subarray
 * is a grid of cells with row decoder, precharge, column multiplexer, sense amplifiers
 * and two more levels of multiplexers.  Active mats and subarrays are those that
 * together deliver one access.  A cache is a data array and a tag array, each searched
 * for the same target (X. Dong et al., NVSim, IEEE TCAD 31(7), 2012).
 *
 * All functions are pure and may run on several threads at once. */
#ifndef NVSWEEP_ARRAY_ARRAY_H
#define NVSWEEP_ARRAY_ARRAY_H

#include "array/rules.h"
#include "base/error.h"
#include "tech/cell.h"
#include "tech/node.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum array_access {
    ACCESS_NORMAL,     /* tag and data in parallel, the way selected late */
    ACCESS_SEQUENTIAL, /* tag first, then one way of data */
    ACCESS_FAST,       /* the whole set is read out with the tag */
    ACCESS_BEST,       /* of the three the one with the best cache for the target */
};

enum array_target {
    TARGET_READ_LATENCY,
    TARGET_WRITE_LATENCY,
    TARGET_READ_ENERGY,
    TARGET_WRITE_ENERGY,
    TARGET_READ_EDP,
    TARGET_WRITE_EDP,
    TARGET_LEAKAGE,
    TARGET_AREA,
    TARGET_EDAP,     /* sqrt(read EDP x write EDP) x area */
    TARGET_WEIGHTED, /* product of powers, see struct array_weights */
    TARGET_TUNED, /* of the memories that the targets up to TARGET_AREA give the one of
                        the least EDAP: Algorithm 1 of DeepNVM++ */
};

/* How mats of a bank are wired to its port. */
enum array_routing {
    ROUTING_HTREE, /* a balanced tree */
    ROUTING_BUS,   /* one straight bus along every column of mats */
};

/* Sizing of driver chains: for delay, balanced, or for area. */
enum buffer_style { BUFFER_LATENCY, BUFFER_BALANCED, BUFFER_AREA };

enum wire_repeat {
    REPEAT_NONE,
    REPEAT_OPTIMAL, /* least delay */
};

struct wire_choice {
    enum wire_level level;
    enum wire_style style;
    enum wire_repeat repeat;
    bool low_swing; /* only without repeaters */
    double slack;   /* repeaters: delay given up for energy, as a share of the least */
};

/* Delay that repeaters give up for energy where the target is no latency: 30 %, for which
 * they shrink to a fifth (the "Global_30" of the cache.cfg that CACTI 7 ships). */
#define ARRAY_WIRE_SLACK 0.3

/* Exponents of TARGET_WEIGHTED. */
struct array_weights {
    double read_latency, write_latency, read_energy, write_energy, leakage, area;
};

/* Upper limits on the chosen array; 0 means none. */
struct array_limits {
    double area_m2, read_latency_s, write_latency_s, read_energy_j, write_energy_j,
        leakage_w, read_edp_js, write_edp_js, edap_jsm2;
};

/* Counts are 0 where the search is free to choose.  In struct array_result all are
 * set. */
struct array_organization {
    uint64_t banks;                    /* 1 under the published tool's rules */
    uint64_t bank_rows, bank_cols;     /* mats in the bank */
    uint64_t active_rows, active_cols; /* of them */
    uint64_t mat_rows, mat_cols;       /* subarrays in a mat */
    uint64_t active_sub_rows, active_sub_cols;
    uint64_t mux_sense;          /* columns per sense amplifier */
    uint64_t mux_out1, mux_out2; /* output multiplexers after it */
    uint64_t rows_per_set;       /* rows that hold one set (sequential, fast) */
    uint64_t sub_rows, sub_cols; /* follow from the rest; a filter when given */
    bool buffers_given;          /* buffers is prescribed */
    enum buffer_style buffers;
};

/* Powers of two up to 64, whichever has the best value. */
#define ARRAY_BANKS_CHOSEN UINT64_MAX

struct array_request {
    const struct cell *cell;
    const struct cell *tag_cell; /* NULL: cell, as the published tool does */
    const struct node *node;
    const struct node *cell_node; /* devices of the cells; NULL: node */
    double area_overhead; /* of the whole over its counted blocks; 0: the node's */
    const struct array_rules *rules; /* NULL: array_rules_physical */
    double temperature_k;            /* 0: 350 */

    uint64_t capacity_bytes; /* of data, without ECC */
    uint64_t word_bits;      /* RAM: word; cache: line */
    uint64_t associativity;  /* 0: RAM; UINT64_MAX or the number of lines: fully */
    enum array_access access;
    uint64_t address_bits; /* physical address of a cache; 0: 48 */
    uint64_t ecc_bits;     /* check bits stored with every word */

    enum array_target target;
    struct array_weights weights; /* of TARGET_WEIGHTED */
    struct array_limits limits;   /* on the data array; infeasible if none satisfies */
    uint64_t banks;               /* 0: one; ARRAY_BANKS_CHOSEN: the search chooses */
    enum array_routing routing;

    struct wire_choice local_wire;  /* wordlines, bitlines, inside mats */
    struct wire_choice global_wire; /* the H-tree */
    bool wires_given;      /* else: rules' own (both unrepeated, aggressive; physical:
                          repeated, the level of every segment by its length) */
    bool wire_slack_given; /* else ARRAY_WIRE_SLACK */
    double wire_slack; /* not of latency targets, whose wires are as fast as can be */
    bool unrestricted; /* data search over active counts too, not all columns active
                          and 2 x 2 subarrays ("CACTI assumption") */
    bool buffers_free; /* data search over buffer styles, too; else latency */
    bool power_gating; /* idle mats' leakage cut to idle_leak_ratio */
    double idle_leak_ratio; /* 0: 0.1 */
};

/* One array, data or tag.  Latencies are of one access, energies of one access of the
 * whole array unless said otherwise, leakage and area of all of it. */
struct array_breakdown {
    struct array_organization organization;

    double area_m2, width_m, height_m, cell_area_m2, efficiency;
    double mat_area_m2, mat_width_m, mat_height_m;
    double subarray_area_m2, subarray_width_m, subarray_height_m;

    double read_latency_s, write_latency_s, set_latency_s, reset_latency_s;
    double htree_s; /* request and reply of a read; a write pays half */
    double read_mat_s, write_mat_s;
    double predecoder_s;
    double read_subarray_s, write_subarray_s;
    double row_decoder_s, column_decoder_s, bitline_s, sense_s, mux_s, charge_s;
    double write_row_s; /* decoder and wordline of a write */
    double precharge_s; /* of the bitlines after a read; in the cycle time only */
    double comparator_s;
    double cycle_s; /* between reads of one subarray */

    double read_energy_j, write_energy_j, set_energy_j, reset_energy_j;
    double htree_j;                           /* of a read */
    double read_mat_j, write_mat_j;           /* one active mat */
    double predecoder_j;                      /* of it */
    double comparator_j;                      /* of it */
    double read_subarray_j, write_subarray_j; /* one active subarray */
    /* of one subarray's read */
    double bitline_j, cell_read_j, row_decoder_j, column_decoder_j, sense_j, mux_j,
        precharge_j;
    double cell_write_j; /* of one subarray's write */

    double leakage_w; /* cells and periphery, refresh apart */
    double refresh_w;
    double cell_leakage_w, htree_leakage_w, predecoder_leakage_w, row_decoder_leakage_w,
        column_decoder_leakage_w, sense_leakage_w, precharge_leakage_w,
        comparator_leakage_w;

    double mux_area_m2, sense_area_m2, precharge_area_m2, row_decoder_area_m2,
        predecoder_area_m2; /* one subarray's; predecoder: one mat's */
};

/* Metrics of the whole memory, RAM or cache. */
struct array_result {
    double area_m2, width_m, height_m, efficiency;
    double read_latency_s; /* cache: hit */
    double miss_latency_s; /* cache: until the miss is known */
    double write_latency_s, cycle_s;
    double read_energy_j; /* cache: hit */
    double miss_energy_j;
    double write_energy_j;
    double leakage_w; /* refresh included, see the arrays' refresh_w */
    double refresh_w;
    double bandwidth_bytes_per_s; /* all banks reading at their cycle time */

    bool has_tag;
    struct array_breakdown data, tag;

    uint64_t organizations; /* candidates in the space searched, data and tag */
    uint64_t valid;         /* of them not refused; 0 when pruning kept it uncounted */
};

/* Groups of a sweep file that fill in limits and weights. */
extern const struct schema array_limits_schema, array_weights_schema;

extern const struct word array_accesses[];
extern const struct word array_targets[];
extern const struct word array_routings[];
extern const struct word buffer_styles[];

/* The best organization for request->target: the least value over the whole space, ties
 * to the first in the fixed order of array_organization's members.  STATUS_INFEASIBLE
 * with the reason in why if there is none (result is then untouched), STATUS_INPUT if
 * the request contradicts itself. */
enum status array_search(const struct array_request *request,
                         struct array_result *result, struct error *why);

/* The given organization; members that are 0 are searched.  tag may be NULL (searched
 * whole). */
enum status array_evaluate(const struct array_request *request,
                           const struct array_organization *data,
                           const struct array_organization *tag,
                           struct array_result *result, struct error *why);

/* The same answer as array_search by plain enumeration of every candidate, for tests
 * and for the benchmark. */
enum status array_search_naive(const struct array_request *request,
                               struct array_result *result, struct error *why);

/* Members of struct array_breakdown as a tree for printing: depth 0 rows are totals, a
 * row of depth d+1 is part of the last row of depth d above it.  Ends with a NULL
 * name. */
struct array_term {
    const char *name, *unit;
    unsigned offset, depth;
    const char *meaning;
};
extern const struct array_term array_terms[];

#endif
