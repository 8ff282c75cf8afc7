/* SCALE-Sim's reports, to the digit: cycles, stalls, utilization, bandwidths, SRAM and
 * DRAM accesses in both of its bandwidth modes, including what that tool miscounts.
 * Compared with SCALE-Sim v3 at commit 1d62b68 and with the reports its repository keeps
 * for its own tests.  The program's own systolic model (systolic.h, systolic_family.c)
 * has none of these quirks:
 *
 *  - the cycle count is the index of the last cycle, one short of their number;
 *  - an output-stationary array's writes are rows + columns too many per fold;
 *  - utilization of weight- and input-stationary arrays divides by a fold length that
 *    counts the skew twice;
 *  - windows at the lower and right edge may hang over it (outputs are rounded up), and
 *    the missing pixels are not fetched;
 *  - estimated bandwidth (CALC): of a read buffer's capacity half is used, in 50 sets of
 *    a hundredth; when it is full, all of it is emptied;
 *  - given bandwidth (USER): operands come in one fixed order over and over, half a
 *    buffer at a time, until what is wanted is there; a wait counts twice, and a fetch
 *    that is ahead of its time counts against it; lines fetched count whole;
 *  - partial sums are written, never read back, and each goes to DRAM;
 *  - a line of the output buffer that is closed early counts as a whole one. */
#ifndef NVSWEEP_PE_ARRAY_SCALESIM_H
#define NVSWEEP_PE_ARRAY_SCALESIM_H

#include "machine/pe_array/systolic.h"
#include "base/error.h"

#include <stddef.h>

struct scalesim_array {
    uint64_t rows, columns;
    enum dataflow dataflow;
    uint64_t ifmap_kib, filter_kib, ofmap_kib; /* words are bytes */
    bool is_bandwidth_given;                   /* the tool's USER mode */
    uint64_t ifmap_bandwidth, filter_bandwidth, ofmap_bandwidth; /* words a cycle */
    char run_name[128];                                          /* of its reports */
};

struct scalesim_layer {
    char name[96];
    uint64_t ifmap_height, ifmap_width, filter_height, filter_width;
    uint64_t channels, filters, stride;
    uint64_t stride_width; /* 0: as stride */
};

/* First and last cycle of a buffer's traffic on one side, and its words. */
struct scalesim_traffic {
    int64_t start, stop;
    uint64_t words;
};

struct scalesim_counts {
    uint64_t total_cycles, stall_cycles;
    int64_t prefetch_cycles; /* total with them */
    double overall_utilization, mapping_efficiency, compute_utilization; /* % */
    struct scalesim_traffic sram_ifmap, sram_filter, sram_ofmap;
    struct scalesim_traffic dram_ifmap, dram_filter, dram_ofmap;
};

/* One layer.  Pure; memory grows with the layer's inputs, and with those of all its
 * windows if bandwidth is given.  STATUS_INFEASIBLE if those are too many. */
enum status scalesim_evaluate(const struct scalesim_array *array,
                              const struct scalesim_layer *layer,
                              struct scalesim_counts *counts, struct error *err);

#endif
