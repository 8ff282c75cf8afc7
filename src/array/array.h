/* The memory array.  The model computes area, latency, energy and leakage from a bitcell, a
 * process node and a capacity, for the best organization that an exhaustive search finds.
 *
 * The hierarchy is bank, mat, subarray, cell.  A bank is a grid of mats joined by an H-tree;
 * a mat is 1 or 2 by 1 or 2 subarrays around shared predecoders; a subarray is a grid of
 * cells with row decoder, precharge, column multiplexer, sense amplifiers and two more levels
 * of multiplexers.  The active mats and subarrays are those that together deliver one access.
 * A cache is a data array and a tag array, both searched for the same target (X. Dong et al.,
 * NVSim, IEEE TCAD 31(7), 2012).
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
    ACCESS_NORMAL,     /* reads tag and data in parallel and selects the way late */
    ACCESS_SEQUENTIAL, /* reads the tag first, then one way of data */
    ACCESS_FAST,       /* reads the tag and the data of the whole set in parallel */
    ACCESS_BEST,       /* the one of these three that is best for the target */
    ACCESS_BY_SIZE,    /* sequential from ARRAY_LAST_LEVEL_BYTES on, else normal */
};

/* Last-level caches read their tags first, as the on-chip second level of the Alpha 21164
 * did from 96 KiB on (Bowhill et al., DTJ 7(1), 1995); for smaller caches latency matters more
 * than energy. */
#define ARRAY_LAST_LEVEL_BYTES ((uint64_t)1 << 20)

enum array_target {
    TARGET_READ_LATENCY,
    TARGET_WRITE_LATENCY,
    TARGET_READ_ENERGY,
    TARGET_WRITE_ENERGY,
    TARGET_READ_EDP,
    TARGET_WRITE_EDP,
    TARGET_LEAKAGE,
    TARGET_AREA,
    TARGET_EDAP,     /* energy x delay x area of a mean access, see reads_per_write */
    TARGET_WEIGHTED, /* product of powers, see struct array_weights */
    TARGET_TUNED, /* search for every target up to TARGET_AREA, then take the memory of
                        the least EDAP, sqrt(read EDP x write EDP) x area (Algorithm 1 of
                        DeepNVM++) */
};

/* Line reads per line write at a last-level cache.  The geometric mean over the library's 34
 * workloads on a GTX 1080 Ti, inference of 4 and training of 64 samples, is 11.3. */
#define ARRAY_READS_PER_WRITE 11.0

/* How stacked dies are joined. */
enum array_bond {
    BOND_HYBRID,     /* face to back through thin silicon, 9 um apart */
    BOND_MICRO_BUMP, /* 40 um apart */
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
    double
        slack; /* repeated: how much longer than the least delay it may be, as a share
                       of that delay, to save energy */
};

/* The slack of wires where the target is not a latency.  30 % more delay lets repeaters shrink
 * to a fifth (the wire type "Global_30" in the cache.cfg that CACTI 7 ships). */
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

/* How an array is divided.  In a request a count of 0 is free: the search chooses it.  In
 * struct array_result all are set. */
struct array_organization {
    uint64_t banks;                    /* 1 under NVSim's rules */
    uint64_t bank_rows, bank_cols;     /* mats in the bank */
    uint64_t active_rows, active_cols; /* mats that work in one access */
    uint64_t mat_rows, mat_cols;       /* subarrays in a mat */
    uint64_t active_sub_rows, active_sub_cols;
    uint64_t mux_sense;          /* columns per sense amplifier */
    uint64_t mux_out1, mux_out2; /* degrees of the two multiplexers after it */
    uint64_t rows_per_set;       /* rows that hold one set (sequential, fast) */
    uint64_t sub_rows, sub_cols; /* follow from the others; given, they are a filter */
    bool buffers_given;          /* `buffers` is prescribed, not searched */
    enum buffer_style buffers;
};

/* As a number of banks: the search takes the best power of two up to 64. */
#define ARRAY_BANKS_CHOSEN UINT64_MAX

struct array_request {
    const struct cell *cell;
    const struct cell *tag_cell;      /* NULL: cell, as in NVSim */
    const struct node *tag_cell_node; /* devices of the tag cells; NULL: cell_node */
    const struct node *node;
    const struct node *cell_node; /* devices of the cells; NULL: node */
    double
        area_overhead; /* whole area over area of the counted blocks; 0: the node's */
    const struct array_rules *rules; /* NULL: array_rules_physical */
    double temperature_k;            /* 0: 350 */

    uint64_t capacity_bytes; /* of data, without ECC */
    uint64_t word_bits;      /* RAM: word; cache: line */
    uint64_t
        associativity; /* 0: RAM; number of lines or UINT64_MAX: fully associative */
    enum array_access access;
    uint64_t address_bits; /* physical address of a cache; 0: 48 */
    uint64_t ecc_bits;     /* check bits stored with every word */

    enum array_target target;
    struct array_weights weights; /* of TARGET_WEIGHTED */
    struct array_limits
        limits; /* on the data array; infeasible if no candidate meets them */
    double reads_per_write; /* of TARGET_EDAP; 0: ARRAY_READS_PER_WRITE */
    double delay_bound;     /* of TARGET_AREA and TARGET_LEAKAGE: longest permitted read
                           latency, as a multiple of the array's shortest; 0: none */
    uint64_t banks;         /* 0: one; ARRAY_BANKS_CHOSEN: the search chooses */
    enum array_routing routing;
    uint64_t tiers; /* stacked dies that share the banks equally; 0: one */
    enum array_bond bond;

    struct wire_choice local_wire;  /* wordlines, bitlines, inside mats */
    struct wire_choice global_wire; /* the H-tree */
    bool wires_given; /* use the two wires above; else the rules choose.  NVSim's rules:
                              unrepeated, aggressive.  Physical rules: repeated, the level of
                              each segment follows from its length */
    bool wire_slack_given; /* else ARRAY_WIRE_SLACK */
    double wire_slack; /* ignored for latency targets, whose wires are the fastest */
    bool unrestricted; /* search the data array's active counts as well, instead of all
                          columns active and 2 x 2 subarrays ("CACTI assumption") */
    bool buffers_free; /* search the data array's buffer styles as well; else latency */
    bool power_gating; /* the leakage of idle mats is multiplied by idle_leak_ratio */
    double idle_leak_ratio; /* 0: 0.1 */
    bool count_valid; /* count all valid organizations, which needs a search without
                               pruning */
};

/* One array, data or tag.  Latencies and energies are those of one access to the whole array
 * unless a comment says otherwise; leakage and area are those of the whole array. */
struct array_breakdown {
    struct array_organization organization;

    double area_m2, width_m, height_m, cell_area_m2, efficiency; /* sides of one die */
    double channels_area_m2, bonds_area_m2, overhead_area_m2;
    double predecoders_area_m2; /* with comparators and the corners left free by both */
    double mat_area_m2, mat_width_m, mat_height_m;
    double subarray_area_m2, subarray_width_m, subarray_height_m;
    double subarrays_area_m2, decoder_strips_m2, corners_m2; /* of all subarrays */
    double sense_strips_m2, mux_strips_m2, precharge_strips_m2;

    double read_latency_s, write_latency_s, set_latency_s, reset_latency_s;
    double reach_s; /* between the port and the farthest bank, there and back */
    double bond_s;  /* through the stack to the farthest die, there and back */
    double htree_s; /* request and reply of a read in a bank; a write takes half */
    double write_reach_s, write_bond_s, write_htree_s;
    double read_mat_s, write_mat_s;
    double predecoder_s;
    double mat_wires_s, write_mat_wires_s; /* between predecoders and subarrays */
    double read_subarray_s, write_subarray_s;
    double decode_s;      /* the longer of row and column decoder */
    double shift_s;       /* moving a racetrack */
    double more_levels_s; /* sensing steps of a multi-level cell after the first */
    double write_select_s, write_charge_s, write_pulse_s, verify_s; /* of a write */
    double row_decoder_s, column_decoder_s, bitline_s, sense_s, mux_s, charge_s;
    double write_row_s; /* decoder and wordline of a write */
    double precharge_s; /* of the bitlines after a read; part of the cycle time only */
    double precharge_enable_s, restore_s; /* part of the cycle time only */
    double comparator_s;
    double cycle_s; /* between reads of one subarray */

    double read_energy_j, write_energy_j, set_energy_j, reset_energy_j;
    double reach_j, bond_j;
    double htree_j, write_htree_j; /* of a read, of a write */
    /* of one active mat */
    double read_mat_j, write_mat_j;
    double predecoder_j, mat_wires_j;
    double comparator_j, write_comparator_j;
    /* of one active subarray */
    double read_subarray_j, write_subarray_j;
    /* of one active subarray in a read */
    double bitline_j, cell_read_j, row_decoder_j, column_decoder_j, sense_j, mux_j,
        precharge_j;
    double shift_j;
    /* of one active subarray in a write */
    double cell_write_j, write_decoder_j, write_precharge_j, verify_j, mux_again_j;

    double leakage_w; /* cells and periphery, without refresh */
    double refresh_w;
    double cell_leakage_w, reach_leakage_w, mux_leakage_w, refresh_leakage_w;
    double htree_leakage_w, predecoder_leakage_w, row_decoder_leakage_w,
        column_decoder_leakage_w, sense_leakage_w, precharge_leakage_w,
        comparator_leakage_w;

    double mux_area_m2, sense_area_m2, precharge_area_m2, row_decoder_area_m2,
        predecoder_area_m2; /* of one subarray; the predecoders of one mat */
};

/* Metrics of the whole memory, RAM or cache. */
struct array_result {
    double area_m2, width_m, height_m, efficiency;
    double footprint_m2;   /* area of one die of the stack */
    double read_latency_s; /* cache: hit */
    double miss_latency_s; /* cache: until the miss is known */
    double write_latency_s, cycle_s;
    double read_energy_j; /* cache: hit */
    double miss_energy_j;
    double write_energy_j;
    double leakage_w; /* with refresh */
    double refresh_w;
    double bandwidth_bytes_per_s; /* if all banks start a read in every cycle time */

    bool has_tag;
    struct array_breakdown data, tag;

    uint64_t organizations; /* candidates of both arrays in the space searched */
    uint64_t valid; /* how many of them were evaluated to the end and not refused; with
                       count_valid all valid ones */
};

/* The groups `limits` and `weights` of a sweep file. */
extern const struct schema array_limits_schema, array_weights_schema;

extern const struct word array_accesses[];
extern const struct word array_targets[];
extern const struct word array_routings[];
extern const struct word array_bonds[];

/* Finds the organization with the least value of request->target.  Of equal values it takes
 * the first one in the order of array_organization's members.  Returns STATUS_INFEASIBLE with
 * the reason in why if there is none, or STATUS_INPUT if the request contradicts itself;
 * result is then unchanged. */
enum status array_search(const struct array_request *request,
                         struct array_result *result, struct error *why);

/* Evaluates a given organization; members that are 0 are searched.  If tag is NULL, all of the
 * tag array's organization is searched. */
enum status array_evaluate(const struct array_request *request,
                           const struct array_organization *data,
                           const struct array_organization *tag,
                           struct array_result *result, struct error *why);

/* Gives the same answer as array_search by evaluating every candidate.  For tests and for the
 * benchmark. */
enum status array_search_naive(const struct array_request *request,
                               struct array_result *result, struct error *why);

/* The members of struct array_breakdown as a tree, for printing.  Rows of depth 0 are totals.
 * A row of depth d+1 is a part of the last row of depth d above it, and the parts of a row add
 * up to it.  The table ends with a NULL name. */
enum array_term_of {
    TERM_WHOLE,
    TERM_ACTIVE_MATS,      /* the member is that of one active mat */
    TERM_ACTIVE_SUBARRAYS, /* the member is that of one active subarray */
};

struct array_term {
    const char *name, *unit;
    unsigned offset, depth;
    enum array_term_of of;
    bool is_beside; /* shown below its parent, but not part of the sum */
    const char *meaning;
};
extern const struct array_term array_terms[];

/* Returns the value of a row: the member times the number of mats or subarrays that are active
 * in an access. */
double array_term_value(const struct array_breakdown *breakdown,
                        const struct array_term *term);

#endif
