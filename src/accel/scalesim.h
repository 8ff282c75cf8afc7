/* SCALE-Sim's counts, to the digit: cycles, SRAM and DRAM accesses of its stall-free
 * mode ("InterfaceBandwidth: CALC"), including what that tool miscounts.  Compared with
 * SCALE-Sim v3 at commit 1d62b68.  The program's own systolic model (systolic.h,
 * systolic_family.c) has none of these quirks:
 *
 *  - the cycle count is the index of the last cycle, one short of their number;
 *  - an output-stationary array's writes are rows + columns too many per fold;
 *  - utilization of weight- and input-stationary arrays divides by a fold length that
 *    counts the skew twice;
 *  - windows at the lower and right edge may hang over it (outputs are rounded up), and
 *    the missing pixels are not fetched;
 *  - of a read buffer's capacity half is used, in 50 sets of a hundredth; when it is
 *    full, all of it is emptied;
 *  - partial sums are written, never read back, and each goes to DRAM;
 *  - a line of the output buffer that is closed early counts as a whole one. */
#ifndef NVSWEEP_ACCEL_SCALESIM_H
#define NVSWEEP_ACCEL_SCALESIM_H

#include "accel/systolic.h"
#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

struct scalesim_array {
    uint64_t rows, columns;
    enum dataflow dataflow;
    uint64_t ifmap_kib, filter_kib, ofmap_kib; /* words are bytes */
};

struct scalesim_layer {
    char name[96];
    uint64_t ifmap_height, ifmap_width, filter_height, filter_width;
    uint64_t channels, filters, stride;
};

struct scalesim_counts {
    uint64_t total_cycles;
    uint64_t sram_ifmap_reads, sram_filter_reads, sram_ofmap_writes;
    uint64_t dram_ifmap_reads, dram_filter_reads, dram_ofmap_writes;
    double overall_utilization, mapping_efficiency, compute_utilization; /* % */
};

/* One layer.  Pure; memory grows with the layer's inputs. */
void scalesim_evaluate(const struct scalesim_array *array,
                       const struct scalesim_layer *layer,
                       struct scalesim_counts *counts);

/* The convolution as a matrix product, outputs rounded up. */
struct gemm scalesim_gemm(const struct scalesim_layer *layer);

/* DRAM reads of the input feature map (scalesim_dram.c), and of a filter stream. */
uint64_t scalesim_ifmap_reads(const struct scalesim_array *array,
                              const struct scalesim_layer *layer);
uint64_t scalesim_filter_reads(const struct scalesim_array *array,
                               const struct scalesim_layer *layer);

/* Words a read buffer holds before it is emptied. */
uint64_t scalesim_buffer_words(uint64_t kib);

/* Read the tool's configuration file ("[section]", "key : value") and topology file (a
 * header line, then a layer a line; is_gemm: columns M, N, K).  STATUS_INPUT with
 * "file:line: what is wrong, what would be right".  *layers is freed by the caller. */
enum status scalesim_array_read(const char *file, struct scalesim_array *array,
                                struct error *err);
enum status scalesim_topology_read(const char *file, bool is_gemm,
                                   struct scalesim_layer **layers, size_t *count,
                                   struct error *err);

#endif
