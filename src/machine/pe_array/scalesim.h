/* Reproduces the reports of SCALE-Sim to the last digit: cycles, stalls, utilization, bandwidths, and
 * SRAM and DRAM accesses in both of its bandwidth modes, including its errors.  Compared with
 * SCALE-Sim v3 at commit 1d62b68 and with the reports in its repository's tests.  The systolic model
 * of nvsweep (systolic.h, systolic_family.c) does not have these errors:
 *
 *  - the cycle count is the index of the last cycle, which is one less than their number;
 *  - the writes of an output-stationary array are too many by rows + columns per fold;
 *  - the utilization of weight- and input-stationary arrays is divided by a fold length that
 *    counts the skew twice;
 *  - windows may extend beyond the lower and right edges (outputs are rounded up), and the
 *    missing pixels are not fetched;
 *  - estimated bandwidth (CALC): only half the capacity of a read buffer is used, in 50 sets
 *    of a hundredth; when it is full, all of it is emptied;
 *  - given bandwidth (USER): operands are fetched in one fixed order again and again, half a
 *    buffer at a time, until the needed word is there; a wait counts twice, an early fetch
 *    is deducted from it, and each fetched line counts as a full one;
 *  - all partial sums are written to DRAM and never read back;
 *  - a line of the output buffer that is closed early counts as a full one. */
#ifndef NVSWEEP_PE_ARRAY_SCALESIM_H
#define NVSWEEP_PE_ARRAY_SCALESIM_H

#include "machine/pe_array/systolic.h"
#include "base/error.h"

#include <stddef.h>

struct scalesim_array {
    uint64_t rows, columns;
    enum dataflow dataflow;
    uint64_t ifmap_kib, filter_kib, ofmap_kib; /* words are bytes */
    bool is_bandwidth_given;                   /* SCALE-Sim's USER mode */
    uint64_t ifmap_bandwidth, filter_bandwidth, ofmap_bandwidth; /* words per cycle */
    char run_name[128];                                          /* of the reports */
};

struct scalesim_layer {
    char name[96];
    uint64_t ifmap_height, ifmap_width, filter_height, filter_width;
    uint64_t channels, filters, stride;
    uint64_t stride_width; /* 0: as stride */
};

/* The traffic on one side of a buffer: its first and last cycle and its words. */
struct scalesim_traffic {
    int64_t start, stop;
    uint64_t words;
};

struct scalesim_counts {
    uint64_t total_cycles, stall_cycles;
    int64_t prefetch_cycles; /* total, with the cycles before the start */
    double overall_utilization, mapping_efficiency, compute_utilization; /* % */
    struct scalesim_traffic sram_ifmap, sram_filter, sram_ofmap;
    struct scalesim_traffic dram_ifmap, dram_filter, dram_ofmap;
};

/* Evaluates one layer.  The memory needed is proportional to the layer's inputs, or to the
 * inputs of all its windows if the bandwidth is given.  Returns STATUS_INFEASIBLE if the layer
 * is too large. */
enum status scalesim_evaluate(const struct scalesim_array *array,
                              const struct scalesim_layer *layer,
                              struct scalesim_counts *counts, struct error *err);

#endif
